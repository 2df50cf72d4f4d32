"""Messages taken in for good: POST, verified, deduped, conversation and event in one commit at FULL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.harness import Bench, Beside, Figure, Goal, Posts, Sockets, on_both_loops, row
from bench.product import Data

AGENTS = 50


@row
def durable_0(bench: Bench) -> Iterator[Figure]:
    """Nobody looks on. Goal 0.20 × a bare aiohttp POST, target 0.30."""
    data = customers(bench)
    ours = _parley(bench, data)
    for loop, goal in on_both_loops(Goal(0.20, 0.30)):
        bare = bench.posts(bench.bare("post", loop=loop).port(), data)
        both = bench.beside(partial(ours.rate, bench.seconds), partial(bare.rate, bench.seconds))
        unit = f"× bare POST on {loop}"
        yield Figure("durable inbound, nobody looks on", both.ratio, unit, goal, raw_of(both, ours, bare))


@row
def durable_50(bench: Bench) -> Iterator[Figure]:
    """50 agents' sockets are told every one. Goal 0.08 × a bare aiohttp POST, target 0.18."""
    data = customers(bench)
    ours = _parley(bench, data)
    sockets = bench.sockets(ours.port, data.hellos(AGENTS))
    for loop, goal in on_both_loops(Goal(0.08, 0.18)):
        bare = bench.posts(bench.bare("post", loop=loop).port(), data)
        both = bench.beside(partial(told, bench, ours, sockets), partial(bare.rate, bench.seconds))
        unit = f"× bare POST on {loop}"
        yield Figure("durable inbound, 50 agents told", both.ratio, unit, goal, raw_of(both, ours, bare))


@row
def to_agents(bench: Bench) -> Iterator[Figure]:
    """A customer's message to 50 agents' sockets, beside a program that commits one row and sends one ready frame.

    Goal 0.5 × that program, target 0.7. The frame is as long as ours.
    """
    data = customers(bench)
    ours = _parley(bench, data)
    sockets = bench.sockets(ours.port, data.hellos(AGENTS))
    frame = frame_bytes(ours, sockets)
    bare = bench.posts(bench.bare("door", bench.folder / "bare.db", frame).port(), data)
    listeners = bench.sockets(bare.port, data.hellos(AGENTS))
    both = bench.beside(lambda: told(bench, ours, sockets), lambda: told(bench, bare, listeners))
    raw = f"{raw_of(both, ours, bare)}; frames of {frame:,} bytes"
    yield Figure("message -> 50 agents' sockets", both.ratio, "× bare door", Goal(0.5, 0.7), raw)


@row
def naive(bench: Bench) -> Iterator[Figure]:
    """50 agents told, beside the same Parley with `await ws.send_json` to each. Goal 2.5 ×, target 4 ×."""
    data, other = customers(bench), customers(bench, "naive")
    ours = _parley(bench, data)
    naive = bench.posts(bench.parley(other, module="bench.naive").port(), other)
    sockets = bench.sockets(ours.port, data.hellos(AGENTS))
    listeners = bench.sockets(naive.port, other.hellos(AGENTS))
    both = bench.beside(lambda: told(bench, ours, sockets), lambda: told(bench, naive, listeners))
    yield Figure(
        "50 agents told, beside the naive way", both.ratio, "× naive", Goal(2.5, 4), raw_of(both, ours, naive)
    )


def customers(bench: Bench, name: str = "parley") -> Data:
    """2,000 who have written before."""
    return bench.data(name, customers=bench.few(2000, 100), said=True)


def told(bench: Bench, posts: Posts, sockets: Sockets) -> float:
    """Messages a second; every socket was told every one of them."""
    sockets.forget()
    rate = posts.rate(bench.seconds)
    sockets.wait_for(posts.last["taken"])
    return rate


def frame_bytes(posts: Posts, sockets: Sockets) -> int:
    """How long the frame of one message is."""
    sockets.forget()
    posts.run(0.2, connections=1, rate=20)
    report = sockets.wait_for(posts.last["taken"])
    return int(report["bytes"] // report["events"])


def _parley(bench: Bench, data: Data) -> Posts:
    return bench.posts(bench.parley(data).port(), data)


def raw_of(both: Beside, ours: Posts, bare: Posts) -> str:
    answered = f"answered p50 {ours.last['p50']:.0f} p99 {ours.last['p99']:.0f} ms"
    return (
        f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s; {answered}; "
        f"the generator used {ours.last['cpu']:.2f} and {bare.last['cpu']:.2f} of its core"
    )
