"""A process that leases and settles until nothing is left: `python -m tests.stream.leaser URL FOLDER`, four at once in
a test. Prints what it took: delivery, address, text and when (the machine's clock)."""

import asyncio
import sys
import time
from pathlib import Path

import orjson

from gateway.delivery import Pace, State
from gateway.errors import Unavailable
from gateway.store import Store, open_store
from gateway.stream.outbox_lease import Leased, lease, next_due
from gateway.stream.outbox_settle import News, settle

PACE = Pace()


async def main(url: str, folder: Path) -> None:
    store = await open_store(url, folder)
    took: list[tuple[str, str, str, float]] = []
    while await store.read(lambda look: next_due(look, ["sms"])):
        try:
            taken = await store.write(lambda tx: lease(tx, "sms", 7, 1e6, 1000, PACE))
        except Unavailable:
            continue
        took += [
            (one.delivery.id, one.delivery.to.address, one.delivery.text, time.time()) for one in taken.leased
        ]
        await asyncio.gather(*(sent(store, one) for one in taken.leased))
        await asyncio.sleep(0.002)
    await store.close()
    print(orjson.dumps(took).decode())


async def sent(store: Store, one: Leased) -> None:
    while True:
        try:
            await store.write(lambda tx: settle(tx, one.delivery.id, News(State.SENT), PACE))
        except Unavailable:
            await asyncio.sleep(0.01)
        else:
            return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
