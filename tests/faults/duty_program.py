"""A process with a duty: `python -m tests.faults.duty_program URL NAME`. While it holds the duty it writes line after
line into `meta`: who, in which place among all, under which number of the lease. It says `ready` once it runs."""

import asyncio
import contextlib
import os
import signal
import sys

from gateway.duties import Duties, Fenced
from gateway.errors import Unavailable
from gateway.store import Store, open_store

LASTS = 1_000
"""ms: as patient as a test."""
WRITE = """insert into meta (key, value) select 'did:' || cast(1 + count(*) as text), $1
    from meta where key like 'did:%'"""


async def main(url: str, name: str) -> None:
    store = await open_store(url)

    async def work(store: Store) -> None:
        assert isinstance(store, Fenced)
        line = f"{name} {store._lease.fence}"
        while True:
            with contextlib.suppress(Unavailable):  # it is another's by now: we are about to be cancelled
                await store.write(lambda tx: tx.run(WRITE, line))
            await asyncio.sleep(0.02)

    os.write(1, b"ready\n")
    try:
        await Duties(store, {"test": [work]}, alone=False, lasts=LASTS).run()
    finally:
        await store.close()


if __name__ == "__main__":
    # Who starts the tests in the background lets them inherit that an interrupt is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(main(sys.argv[1], sys.argv[2]))
