"""A process with a duty: `python -m tests.faults.duty_program URL NAME [IDLE]`. While it holds the duty it writes line
after line into `meta`: who, in which place among all, under which number of the lease. It says `ready` once it runs.

IDLE, ms: it is the process that stands still (SIGSTOP) in the midst of its third transaction, holding what it locked;
so long the database bears that. Woken it says `woken`, and goes on.
"""

import asyncio
import contextlib
import os
import signal
import sys

from gateway.duties import Duties, Fenced
from gateway.errors import Unavailable
from gateway.store import Store, Tx, open_store, postgres

LASTS = 1_000
"""ms: as patient as a test."""
WRITE = """insert into meta (key, value) select 'did:' || cast(1 + count(*) as text), $1
    from meta where key like 'did:%'"""


async def main(url: str, name: str, *, stands: bool) -> None:
    store = await open_store(url)
    left = 3 if stands else 0

    async def work(store: Store) -> None:
        assert isinstance(store, Fenced)
        line = f"{name} {store._lease.fence}"

        async def write(tx: Tx) -> None:
            nonlocal left
            await tx.run(WRITE, line)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGSTOP)
                os.write(1, b"woken\n")

        while True:
            with contextlib.suppress(Unavailable):  # it is another's by now: we are about to be cancelled
                await store.write(write)
            await asyncio.sleep(0.02)

    os.write(1, b"ready\n")
    try:
        await Duties(store, {"test": [work]}, alone=False, lasts=LASTS).run()
    finally:
        await store.close()


if __name__ == "__main__":
    # Who starts the tests in the background lets them inherit that an interrupt is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if idle := sys.argv[3:]:
        postgres.OPTIONS["server_settings"]["idle_in_transaction_session_timeout"] = idle[0]
    asyncio.run(main(sys.argv[1], sys.argv[2], stands=bool(idle)))
