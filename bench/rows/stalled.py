"""One browser that stops reading must cost nobody else anything, and is cut before it costs us much."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from bench.harness import Bench, Figure, Goal, Posts, Sockets, row
from bench.rows.durable import AGENTS, customers

RATE = 500
KIB = 1024


@row
def stalled(bench: Bench) -> Iterator[Figure]:
    """One of 50 agents' sockets stops reading, at 500 messages a second.

    Goal: the others' p99 at most 1.5 × what it is without it (target 1.2), at most 256 KiB held for it in the process
    (target 128), cut or resynced within 10 s of its last read.
    """
    data = customers(bench)
    server = bench.parley(data, core=None, module="bench.watched")
    posts = bench.posts(server.port(), data, core=None)
    others = bench.sockets(posts.port, data.hellos(AGENTS - 1), core=None)
    seconds = bench.few(8.0, 3.0)
    calm = bench.quietly(lambda: _p99(posts, others, seconds))
    began = time.monotonic()
    told: dict[str, Any] = {}

    def hear() -> None:
        told.update(server.told(patience=60), cut=time.monotonic() - began)

    hearing = threading.Thread(target=hear, daemon=True)
    hearing.start()
    bench.sockets(posts.port, data.hellos(1), core=None, stalled=True)
    disturbed = bench.quietly(lambda: _p99(posts, others, seconds))
    hearing.join(20)
    assert told, "the stalled socket was not cut"
    raw = f"{disturbed:.1f} ms beside {calm:.1f} ms without it"
    yield Figure(
        "one stalled agent among 50: the others' p99",
        disturbed / calm,
        "×",
        Goal(1.5, 1.2, at_most=True),
        raw,
    )
    held = "the most that waited in the process; SO_SNDBUF bounds the kernel's part"
    yield Figure("held for the stalled one", told["held"] / KIB, "KiB", Goal(256, 128, at_most=True), held)
    cut = f"after it stopped reading, {RATE} messages a second"
    yield Figure("until it is cut", told["cut"], "s", Goal(10, 10, at_most=True), cut)


def _p99(posts: Posts, sockets: Sockets, seconds: float) -> float:
    sockets.forget()
    posts.run(seconds, connections=100, rate=RATE)
    return float(sockets.wait_for(posts.last["taken"])["p99"])
