"""One fact to many sockets: from the customer's POST through store, hub and projection, beside a bare C loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.harness import Bench, Beside, Figure, Goal, row
from bench.product import Data
from bench.rows.durable import customers, frame_bytes
from bench.words import Writer

SOCKETS = 1000


@row
def fanout_1(bench: Bench) -> Iterator[Figure]:
    """1,000 agents' sockets, one event in flight: nothing to gather. Goal 0.65 × the bare C loop, target 0.75.

    The bare loop stores, reads and encodes nothing, so the goal is the sending alone: what each socket beyond the first
    hundred adds, in both. The whole way (POST, commit at FULL, projection, frames) stands beside it.
    """
    events = bench.few(200, 5)
    few, many = bench.few(SOCKETS // 10, 5), bench.few(SOCKETS, 50)
    small, _, _ = _deliveries(bench, few, 1, events)
    large, frame, cpu = _deliveries(bench, many, 1, events)
    ours, bare = (_each(small, few, large, many, whose) for whose in ("ours", "bare"))
    raw = f"{ours:.2f} µs a socket beside {bare:.2f}; frames of {frame:,} bytes"
    yield Figure(f"fan-out, N = {many:,}, 1 in flight", bare / ours, "× bare C loop", Goal(0.65, 0.75), raw)
    yield _whole_way(large, frame, cpu, many, 1, None)


@row
def fanout_8(bench: Bench) -> Iterator[Figure]:
    """1,000 agents' sockets, eight events in flight. Goal 1.5 × the bare C loop, target 3 ×."""
    sockets = bench.few(SOCKETS, 50)
    both, frame, cpu = _deliveries(bench, sockets, 8, bench.few(800, 16))
    yield _whole_way(both, frame, cpu, sockets, 8, Goal(1.5, 3))


def _each(few: Beside, fewer: int, many: Beside, more: int, whose: str) -> float:
    """Microseconds that each further socket adds to an event."""
    # A rate is deliveries a second, so sockets / rate is how long one event takes.
    lesser, greater = fewer / getattr(few, whose), more / getattr(many, whose)
    return float((greater - lesser) / (more - fewer) * 1e6)


def _whole_way(both: Beside, frame: int, cpu: float, sockets: int, window: int, goal: Goal | None) -> Figure:
    raw = (
        f"{both.ours:,.0f} deliveries/s beside {both.bare:,.0f}; frames of {frame:,} bytes; "
        f"the listeners used {cpu:.2f} of their core"
    )
    what = f"fan-out, N = {sockets:,}, {window} in flight, the whole way"
    return Figure(what, both.ratio, "× bare C loop", goal, raw)


def _deliveries(bench: Bench, count: int, window: int, events: int) -> tuple[Beside, int, float]:
    data = customers(bench, f"parley-{count}")
    server = bench.parley(data)
    posts = bench.posts(server.port(), data)
    sockets = bench.sockets(posts.port, data.hellos(count))
    frame = frame_bytes(posts, sockets)
    bare = bench.sockets(bench.bare_fanout(frame).port(), data.hellos(count))
    requests = _requests(bench, data)
    both = bench.beside(
        lambda: sockets.flight(events, window, requests), lambda: bare.flight(events, window, requests)
    )
    return both, frame, sockets.load


def _requests(bench: Bench, data: Data) -> Path:
    """POSTs of many customers, parted by NUL; the listeners put the moment of sending into the client id."""
    writer = Writer(3)
    whole = []
    for token in data.customers[:500]:
        body = f'{{"client_id":"at-{0:019}","text":"{writer.message()}"}}'.encode()
        head = (
            f"POST /visitor/web/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        whole.append(head.encode() + body)
    file = bench.folder / "requests"
    file.write_bytes(b"\0".join(whole))
    return file
