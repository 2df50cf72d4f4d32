"""What idle sockets and an idle process hold, and how long it takes until it serves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from bench.harness import Bench, Figure, Goal, row
from bench.product import Data
from bench.programs import Program
from bench.rows.durable import customers

KIB, MIB = 1024, 1024 * 1024
SETTLES = 1.0
"""Seconds after which what was only needed for connecting has gone."""


@row
def idle_agent(bench: Bench) -> Iterator[Figure]:
    """Resident memory that an idle agent's socket adds, of 1,000. Goal ≤ 24 KiB, target 18."""
    data = customers(bench)
    yield _each(bench, data, "idle agent's socket", data.hellos(bench.few(1000, 50)))


@row
def idle_visitor(bench: Bench) -> Iterator[Figure]:
    """Resident memory that an idle visitor's socket adds, of 1,000. Goal ≤ 24 KiB, target 18."""
    data = customers(bench)
    yield _each(bench, data, "idle visitor's socket", data.visitors_hellos(bench.few(1000, 50)))


def _each(bench: Bench, data: Data, what: str, hellos: Sequence[str]) -> Figure:
    """A tenth of the sockets is opened before the first look: what the first ones load is not theirs."""
    first = len(hellos) // 10
    ours = _added(bench, bench.parley(data), hellos, first)
    bare = _added(bench, bench.bare("sockets"), hellos, first)
    raw = f"bare aiohttp {bare:.1f} KiB in the same run; {len(hellos) - first:,} sockets"
    return Figure(what, ours, "KiB", Goal(24, 18, at_most=True), raw)


def _added(bench: Bench, server: Program, hellos: Sequence[str], first: int) -> float:
    port = server.port()
    bench.sockets(port, hellos[:first])
    time.sleep(SETTLES)
    before = server.rss
    bench.sockets(port, hellos[first:])
    time.sleep(SETTLES)
    return (server.rss - before) / KIB / (len(hellos) - first)


@row
def agents_10000(bench: Bench) -> Iterator[Figure]:
    """10,000 agents' sockets in one process, all of it. Goal ≤ 300 MiB, target 220."""
    count = bench.few(10_000, 100)
    data = bench.data("parley", agents=bench.few(500, 10), customers=10)
    server = bench.parley(data)
    sockets = bench.sockets(server.port(), data.hellos(count), at_once=200)
    time.sleep(SETTLES)
    held = server.rss / MIB
    opened = sockets.opened["seconds"]
    raw = f"{sockets.count:,} open after {opened:.1f} s; {held * KIB / count:.1f} KiB each, all in all"
    yield Figure(f"{count:,} agents' sockets in one process", held, "MiB", Goal(300, 220, at_most=True), raw)


@row
def idle_process(bench: Bench) -> Iterator[Figure]:
    """A process that serves nobody yet: memory (goal ≤ 120 MB, target 90), and how long until it serves (2 s, 1 s)."""
    data = bench.data("parley", customers=1)
    times, held = [], 0.0
    for _ in range(bench.few(5, 1)):
        began = time.monotonic()
        server = bench.parley(data)
        server.port()
        times.append(time.monotonic() - began)
        time.sleep(SETTLES)
        held = max(held, server.rss / 1e6)
        server.stop()
    raw = f"the slowest of {len(times)} starts {max(times):.2f} s"
    yield Figure("idle process", held, "MB", Goal(120, 90, at_most=True), "resident, one chat account")
    yield Figure("start to serving", sorted(times)[len(times) // 2], "s", Goal(2, 1, at_most=True), raw)
