"""From one process's commit to the sessions of another, by Redis (here Valkey)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from bench import machine
from bench.harness import Bench, Figure, Goal, row
from bench.programs import Failed, Program, python
from tests.servers.postgres import Postgres
from tests.servers.process import Unavailable
from tests.servers.valkey import Valkey

RATE = 1000
"""Facts a second."""
ARRIVED = 20.0
"""Seconds until all must have reached the other process."""


@row
def redis_hop(bench: Bench) -> Iterator[Figure]:
    """1000 facts a second committed by one process: when its own sessions were told and when the other's were. Floor
    p50 2 ms, p99 10 ms. Neither process looks at the database's head meanwhile: what comes has come by Redis."""
    try:
        postgres, valkey = Postgres.start(), Valkey.own()
    except Unavailable as why:
        raise Failed(str(why)) from None
    bench.stack.callback(postgres.stop)
    bench.stack.callback(valkey.stop)
    database = postgres.database()
    cores = machine.SERVER_CORE, machine.LOAD_CORE
    writer, reader = (
        bench.start(python("bench.load.hop", database, valkey.url), core=core) for core in cores
    )
    for process in (writer, reader):
        process.told()
    _run(writer, reader, bench.few(1.0, 0.1))
    hops = sorted(bench.quietly(lambda: _run(writer, reader, bench.seconds)))
    p50, p99 = (hops[int(len(hops) * part)] * 1000 for part in (0.5, 0.99))
    raw = f"{len(hops):,} facts, p50 {p50:.2f} p99 {p99:.2f} most {hops[-1] * 1000:.1f} ms"
    what = f"Redis hop between processes, {RATE} facts/s"
    yield Figure(f"{what}, p50", p50, "ms", Goal(2, 1, at_most=True), raw)
    yield Figure(f"{what}, p99", p99, "ms", Goal(10, 5, at_most=True), raw)


def _run(writer: Program, reader: Program, seconds: float) -> list[float]:
    """Seconds that each fact took from the one's sessions to the other's."""
    for process in (writer, reader):
        _asks(process, forget=1)
    _asks(writer, seconds=seconds, rate=RATE)
    here, until = dict(_asks(writer, tell=1)), time.monotonic() + ARRIVED
    while not here.keys() <= (there := dict(_asks(reader, tell=1))).keys():
        if time.monotonic() > until:
            raise Failed(f"{len(here.keys() - there.keys())} of {len(here)} facts did not come")
        time.sleep(0.05)
    return [there[position] - at for position, at in here.items()]


def _asks(process: Program, **asked: float) -> Any:
    process.say(json.dumps(asked))
    return process.told()["told"]
