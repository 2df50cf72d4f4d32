"""Everybody comes back at once: accepting, recognising, resuming from the cursor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from bench.harness import Bench, Figure, Goal, on_both_loops, row

SOCKETS = 2000
MISSED = 20
"""Messages that everybody has missed meanwhile and is told on coming back."""


@row
def storm(bench: Bench) -> Iterator[Figure]:
    """2,000 agents' sockets return, each some messages behind. Goal 0.3 of what bare aiohttp accepts, target 0.5."""
    count = bench.few(SOCKETS, 50)
    data = bench.data("parley", agents=bench.few(500, 10), customers=MISSED, said=True)
    posts = bench.posts(bench.parley(data).port(), data)
    posts.run(1, connections=1, rate=MISSED)
    told = posts.last["taken"]
    for loop, goal in on_both_loops(Goal(0.3, 0.5)):
        bare_port = bench.bare("sockets", loop=loop).port()
        both = bench.beside(
            partial(_accepted, bench, posts.port, data.hellos(count, data.cursor)),
            partial(_accepted, bench, bare_port, data.hellos(count)),
        )
        raw = f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s; each told {told} missed messages"
        what = f"reconnect storm, {count:,} sockets"
        yield Figure(what, both.ratio, f"× bare accepts on {loop}", goal, raw)


def _accepted(bench: Bench, port: int, hellos: list[str]) -> float:
    """Sockets a second, from the first connection to the last answered hello."""
    sockets = bench.sockets(port, hellos, at_once=200)
    rate = sockets.count / float(sockets.opened["seconds"])
    sockets.program.stop()
    time.sleep(bench.few(0.5, 0.1))
    return rate
