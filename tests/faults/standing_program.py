"""A process that stands still (SIGSTOP) in a transaction: `python -m tests.faults.standing_program URL KEY`.
Woken it goes on, and says `written` once KEY stands in `meta`."""

import asyncio
import os
import signal
import sys
import threading

from gateway.store import Tx, open_store

WRITE = "insert into meta (key, value) values ($1, 'stood')"


async def main(url: str, key: str) -> None:
    store = await open_store(url)

    async def write(tx: Tx) -> None:
        await tx.run(WRITE, key)
        # To the writer's own thread: sent to the process, another one takes it, and this one commits meanwhile.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    await store.write(write)
    os.write(1, b"written\n")
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
