"""Messages taken in for good into PostgreSQL, which flushes every commit as in earnest."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator

from bench import machine
from bench.harness import Bench, Figure, Goal, row
from bench.load.takes import INTAKE, address
from bench.programs import Failed, Program, python
from gateway.events import InboundMessage
from gateway.store import open_store
from gateway.stream.ingest import take_in
from tests.servers.postgres import Postgres
from tests.servers.process import Unavailable

AT_ONCE = 256
"""Customers who write at the same time."""


@row
def postgres_ingest(bench: Bench) -> Iterator[Figure]:
    """Beside one transaction for each message over a pool of 20. Goal 3 ×, target 5 ×.

    The server is pinned to one core, the program that writes to the other.
    """
    server = _server(bench)
    customers = bench.few(2000, 100)
    ours = _program(bench, server, "load.takes", customers)
    bare = _program(bench, server, "bare.pool", customers)
    both = bench.beside(lambda: _rate(bench, ours), lambda: _rate(bench, bare))
    told = _run(bench, ours)
    spent, spent_bare = _cpu(bench, server, ours), _cpu(bench, server, bare)
    yield Figure(
        "PostgreSQL ingest, nobody looks on",
        both.ratio,
        "× a pool of 20",
        Goal(3, 5),
        f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s, {AT_ONCE} at a time; "
        f"answered p50 {told['p50']:.0f} p99 {told['p99']:.0f} ms; "
        f"{spent:.0f} µs of CPU a message beside {spent_bare:.0f}",
    )


def _server(bench: Bench) -> Postgres:
    try:
        server = Postgres.start(durable=True)
    except Unavailable as why:
        raise Failed(str(why)) from None
    bench.stack.callback(server.stop)
    if server.pid:
        os.sched_setaffinity(server.pid, {machine.LOAD_CORE})
    return server


def _program(bench: Bench, server: Postgres, module: str, customers: int) -> Program:
    """One that takes messages in, each into a database of its own in which every customer has written once."""
    url = server.database()
    asyncio.run(_seed(url, customers))
    return bench.start(python(f"bench.{module}", url, customers), core=machine.SERVER_CORE)


async def _seed(url: str, customers: int) -> None:
    store = await open_store(url)
    try:
        for start in range(0, customers, 500):
            await asyncio.gather(
                *(
                    take_in(store, INTAKE, InboundMessage(f"first-{number}", address(number), "hello"))
                    for number in range(start, min(start + 500, customers))
                )
            )
    finally:
        await store.close()


def _cpu(bench: Bench, server: Postgres, program: Program) -> float:
    """Microseconds that program and server together spend on a message: what others do has less of a say in that."""

    def spent() -> float:
        return program.cpu + (machine.family_cpu(server.pid) if server.pid else 0)

    before = spent()
    told = _run(bench, program)
    return (spent() - before) * 1e6 / told["count"]


def _rate(bench: Bench, program: Program) -> float:
    return float(_run(bench, program)["per_second"])


def _run(bench: Bench, program: Program) -> dict[str, float]:
    program.say(json.dumps({"seconds": bench.seconds, "at_once": AT_ONCE}))
    told: dict[str, float] = program.told()
    return told
