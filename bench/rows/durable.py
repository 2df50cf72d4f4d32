"""Messages taken in for good: POST, verified, deduped, conversation and event in one commit at FULL."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Bench, Figure, Goal, Posts, Sockets, row


@row
def durable_0(bench: Bench) -> Iterator[Figure]:
    """Nobody looks on. Goal 0.20 × a bare aiohttp POST, target 0.30."""
    yield _durable(bench, agents=0, goal=Goal(0.20, 0.30))


@row
def durable_50(bench: Bench) -> Iterator[Figure]:
    """50 agents' sockets are told every one. Goal 0.08 × a bare aiohttp POST, target 0.18."""
    yield _durable(bench, agents=50, goal=Goal(0.08, 0.18))


def _durable(bench: Bench, agents: int, goal: Goal) -> Figure:
    data = bench.data("durable", customers=bench.few(2000, 100), said=True)
    ours = bench.posts(bench.parley(data).port(), data)
    bare = bench.posts(bench.bare("post").port(), data)
    sockets = bench.sockets(ours.port, data.hellos(agents)) if agents else None
    both = bench.beside(lambda: taken_and_told(bench, ours, sockets), lambda: bare.rate(bench.seconds))
    load = f"the generator used {bare.last['cpu']:.2f} of its core at the bare POST"
    raw = f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s; answered p99 {ours.last['p99']:.0f} ms; {load}"
    return Figure(f"durable inbound, {agents} agents, one core", both.ratio, "× bare POST", goal, raw)


def taken_and_told(bench: Bench, posts: Posts, sockets: Sockets | None) -> float:
    """Messages a second; every socket had every one of them."""
    rate = posts.rate(bench.seconds)
    if sockets:
        sockets.wait_for(posts.last["taken"])
    return rate
