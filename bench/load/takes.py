"""Customers who write straight into a database: `python -m bench.load.takes URL CUSTOMERS`, our own ingest.

Reads lines of JSON {"seconds", "at_once"}, answers each with {"count", "per_second", "p50", "p99"}. `drive` is also
what the bare program beside it is driven with (bench.bare.pool).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

import uvloop

from bench.words import Writer
from gateway.events import AccountId, Address, InboundMessage
from gateway.store import open_store
from gateway.stream.ingest import Intake, take_in

Take = Callable[[InboundMessage], Awaitable[object]]
INTAKE = Intake(AccountId("web"))


def facts(customers: int, run: str) -> Iterator[InboundMessage]:
    """Messages without end, every customer in turn."""
    texts = [Writer(9).message() for _ in range(500)]
    for number in itertools.count():
        yield InboundMessage(f"{run}-{number}", address(number % customers), texts[number % len(texts)])


def address(number: int) -> Address:
    return Address("visitor", f"customer-{number:06}")


async def drive(take: Take, customers: int) -> None:
    """Does what standard input asks for, a closed loop of `at_once` callers each time, until it ends."""
    for run in itertools.count():
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        asked = json.loads(line)
        print(json.dumps(await _run(take, facts(customers, f"r{run}"), **asked)), flush=True)


async def _run(
    take: Take, messages: Iterator[InboundMessage], seconds: float, at_once: int
) -> dict[str, float]:
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def caller() -> None:
        while (began := time.perf_counter()) < until:
            await take(next(messages))
            taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    lasted = time.perf_counter() - began
    taken.sort()
    middle, most = (taken[int(len(taken) * part)] * 1000 for part in (0.5, 0.99))
    return {"count": len(taken), "per_second": len(taken) / lasted, "p50": middle, "p99": most}


async def main(url: str, customers: int) -> None:
    store = await open_store(url)
    try:
        await drive(lambda fact: take_in(store, INTAKE, fact), customers)
    finally:
        await store.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
