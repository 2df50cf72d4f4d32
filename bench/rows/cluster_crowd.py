"""10,000 visitors and 500 agents in two processes: what they hold, and all of them coming back at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bench.cluster import EVERYWHERE, Servers, bare
from bench.harness import Bench, Figure, Goal, Sockets, cluster_row
from bench.programs import compiled
from bench.rows.cluster import TWO
from bench.rows.latency import measured
from bench.rows.memory import KIB, MIB, SETTLES

VISITORS, AGENTS = 10_000, 500
AT_ONCE = 1_000
"""Sockets of each kind that are being opened at the same time."""
RATE = 100
"""Messages a second that 500 agents are told."""
MISSED = 20
"""Messages that every agent has missed when all come back."""


@dataclass
class Crowd:
    visitors: Sockets
    agents: Sockets

    @property
    def seconds(self) -> float:
        """From the first connection until each has had the answer to its hello."""
        return max(float(each.opened["seconds"]) for each in (self.visitors, self.agents))

    @property
    def count(self) -> int:
        return self.visitors.count + self.agents.count

    def leaves(self) -> None:
        for each in (self.visitors, self.agents):
            each.program.stop()


@cluster_row
def crowd(bench: Bench) -> Iterator[Figure]:
    """10,000 visitors' and 500 agents' sockets in two processes: memory, how soon 500 agents see a message, how fast
    all of them are back after a cut, agents some messages behind. Goal ≤ 24 KiB a socket (18) and 0.3 of what two bare
    programs accept (0.5)."""
    count = bench.few((VISITORS, AGENTS), (100, 20))
    servers = Servers(bench)
    house = servers.house(TWO, agents=count[1], customers=count[0], said=True)
    visitors, agents = house.data.visitors_hellos, house.data.hellos
    idle = house.held
    there = _came(bench, house.port, visitors(count[0]), agents(count[1]))
    time.sleep(SETTLES)
    held = house.held
    each = (sum(held) - sum(idle)) / KIB / there.count
    about = " and ".join(f"{one / MIB:.0f} MiB" for one in held)
    what = f"{count[0]:,} visitors and {count[1]} agents in two processes"
    yield Figure(f"{what}: a socket", each, "KiB", Goal(24, 18, at_most=True), f"in all {about}")

    posts, rate = house.posts(), bench.few(RATE, 20)
    told = measured(bench, there.agents, posts, rate)
    raw = f"p50 {told['p50']:.1f} ms; {rate * count[1]:,} deliveries/s; POST answered p99 {posts.last['p99']:.0f} ms"
    yield Figure(f"{what}: POST -> every agent's socket, {rate}/s, p99", told["p99"], "ms", None, raw)

    there.leaves()
    cursor = house.stands_at()
    posts.run(1, connections=1, rate=MISSED)
    ports = [house.port, bare(bench, "sockets", count=TWO)]
    hellos = [(visitors(count[0], at), agents(count[1], at)) for at in (cursor, None)]
    both = bench.beside(
        *(partial(_accepted, bench, port, *who) for port, who in zip(ports, hellos, strict=True))
    )
    raw = (
        f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s: all back after {there.count / both.ours:.1f} s; each agent "
        f"told {posts.last['taken']} missed messages"
    )
    unit = "× two bare programs' accepts"
    yield Figure(f"{what}: all come back at once", both.ratio, unit, Goal(0.3, 0.5), raw)


def _accepted(bench: Bench, port: int, visitors: Sequence[str], agents: Sequence[str]) -> float:
    """Sockets a second."""
    there = _came(bench, port, visitors, agents)
    rate = there.count / there.seconds
    there.leaves()
    time.sleep(bench.few(1.0, 0.1))
    return rate


def _came(bench: Bench, port: int, visitors: Sequence[str], agents: Sequence[str]) -> Crowd:
    compiled("load/sockets.c", bench.folder)  # once, before both ask for it
    come = partial(bench.sockets, port, at_once=AT_ONCE, core=EVERYWHERE)
    with ThreadPoolExecutor(2) as pool:
        return Crowd(*pool.map(come, (visitors, agents)))
