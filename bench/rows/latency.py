"""From a customer's POST to the agents' sockets, messages coming at their own pace. No core is reserved for anybody."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Bench, Figure, Goal, Posts, Sockets, row
from bench.product import Data
from bench.rows.durable import AGENTS, customers

WHAT = "POST -> agent's socket, 50 agents"


@row
def latency_100(bench: Bench) -> Iterator[Figure]:
    """100 messages a second; the prototype's 2.5/4.7 ms is not a goal but should not be far."""
    yield from _latency(bench, 100, None, None)


@row
def latency_500(bench: Bench) -> Iterator[Figure]:
    """500 messages a second. Goal p50 ≤ 10 and p99 ≤ 30 ms, target 6 and 15."""
    yield from _latency(bench, 500, Goal(10, 6, at_most=True), Goal(30, 15, at_most=True))


@row
def latency_1000(bench: Bench) -> Iterator[Figure]:
    """1,000 messages a second. Goal p99 ≤ 60 ms, target 30."""
    yield from _latency(bench, 1000, None, Goal(60, 30, at_most=True))


@row
def latency_slow_disk(bench: Bench) -> Iterator[Figure]:
    """500 messages a second on a disk whose every flush takes 5 ms longer. Goal p99 ≤ 60 ms, target 30."""
    yield from _latency(bench, 500, None, Goal(60, 30, at_most=True), slow_disk=True)


def _latency(
    bench: Bench, rate: int, median: Goal | None, worst: Goal | None, *, slow_disk: bool = False
) -> Iterator[Figure]:
    data = customers(bench)
    server = bench.parley(data, core=None, LD_PRELOAD=str(bench.slow_flush()) if slow_disk else "")
    posts = bench.posts(server.port(), data, core=None)
    where = f"{WHAT}, {rate}/s{', flush + 5 ms' if slow_disk else ''}"
    yield from latency(bench, data, posts, where, rate, median, worst)


def latency(
    bench: Bench,
    data: Data,
    posts: Posts,
    where: str,
    rate: int,
    median: Goal | None,
    worst: Goal | None,
    *,
    in_words: bool = False,
) -> Iterator[Figure]:
    """From the sending of what `posts` says until 50 agents' sockets have it."""
    sockets = bench.sockets(posts.port, data.hellos(AGENTS), core=None, in_words=in_words).begin()
    chosen = measured(bench, sockets, posts, rate)
    raw = (
        f"worst {chosen['worst']:.0f} ms; POST answered p50 {posts.last['p50']:.1f} p99 {posts.last['p99']:.1f} ms; "
        f"median of {runs(bench)} runs"
    )
    yield Figure(f"{where}: p50", chosen["p50"], "ms", median, raw)
    yield Figure(f"{where}: p99", chosen["p99"], "ms", worst, raw)


def runs(bench: Bench) -> int:
    return bench.few(3, 1)


def measured(bench: Bench, sockets: Sockets, posts: Posts, rate: int) -> dict[str, float]:
    """What the sockets report while so many a second are said: of several runs the middle one, by its p99."""
    seconds = bench.seconds * 2

    def run() -> dict[str, float]:
        sockets.forget()
        posts.run(seconds, connections=100, rate=rate)
        told: dict[str, float] = sockets.wait_for(posts.last["taken"])
        return told

    if not bench.short:
        run()
    every: list[dict[str, float]] = [bench.quietly(run) for _ in range(runs(bench))]
    return sorted(every, key=lambda each: float(each["p99"]))[len(every) // 2]
