"""Finds what holds the event loop: a callback longer than LIMIT of its own time fails the test.

Own time: on a busy machine a thread also waits for a core; the kernel counts that (schedstat's run delay) and it is
taken off. Where there is no such count, wall time stands. What the garbage collector takes is taken off, too: it goes
through the heap of all tests so far, which no product has (and that freezes its own, `gateway.app`).
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import Iterator
from pathlib import Path

LIMIT = 0.25  # seconds
SAMPLE = (
    0.05  # seconds between looks at the kernel's count, so that only a waiting near the callback is forgiven
)


def _waited_for_a_core() -> float:
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """Collects every callback of any asyncio loop in this process that ran too long while the block lasts."""
    slow: list[str] = []
    original = asyncio.Handle._run
    looked = time.perf_counter()
    waited = _waited_for_a_core()
    collected = collecting = 0.0

    def collects(phase: str, info: dict[str, int]) -> None:
        nonlocal collected, collecting
        if phase == "start":
            collecting = time.perf_counter()
        else:
            collected += time.perf_counter() - collecting

    def run(handle: asyncio.Handle) -> None:
        nonlocal looked, waited
        began, before = time.perf_counter(), collected
        if began - looked > SAMPLE:
            looked, waited = began, _waited_for_a_core()
        try:
            original(handle)
        finally:
            took = time.perf_counter() - began - (collected - before)
            if took > LIMIT and (own := took - (_waited_for_a_core() - waited)) > LIMIT:
                slow.append(f"{own:.2f} s in {handle!r}")

    asyncio.Handle._run = run  # type: ignore[assignment,method-assign]
    gc.callbacks.append(collects)
    try:
        yield slow
    finally:
        gc.callbacks.remove(collects)
        asyncio.Handle._run = original  # type: ignore[method-assign]
