"""The sender that is killed: `python -m tests.faults.sender URL FOLDER POINT`. Every message a phone receives is a line
of FOLDER/received. Ends by itself when nothing is left to send, or at the chosen point by a kill -9 of itself.

    leasing    it has taken a delivery, and not committed that
    leased     it is about to call the provider
    accepted   the phone has it, the provider has not answered
    settling   the provider has answered, that is not committed
    settled    it is committed, nobody has been told
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from gateway import outbox
from gateway.channels.base import Delivery
from gateway.delivery import Pace
from gateway.outbox import Outbox
from gateway.store import open_store
from gateway.stream.outbox_lease import lease, next_due
from gateway.stream.outbox_settle import settle
from tests.phones import Phones, channels

POINTS = ("leasing", "leased", "accepted", "settling", "settled")
PACE = Pace(lease=600, answer=300, doubt=200, lane_wait=200)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(verb: Any) -> Any:
    async def run(*args: Any) -> Any:
        result = await verb(*args)
        die()
        return result

    return run


async def main(url: str, folder: Path, point: str) -> None:
    phones = Phones()

    async def before(delivery: Delivery) -> None:
        if point == "leased":
            die()

    async def after(delivery: Delivery) -> None:
        with (folder / "received").open("a") as file:
            file.write(f"{delivery.text}\n")
        if point == "accepted":
            die()

    phones.before, phones.after = before, after
    store = await open_store(url, folder)
    if point == "leasing":
        vars(outbox)["lease"] = dying_after(lease)
    if point == "settling":
        vars(outbox)["settle"] = dying_after(settle)
    if point == "settled":
        store.publish_to(lambda events: die())
    sending = asyncio.create_task(Outbox(store, channels(phones), PACE).run())
    while await store.read(lambda look: next_due(look, ["sms"])):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
