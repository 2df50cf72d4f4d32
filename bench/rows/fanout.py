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

    Ours is the whole way: POST, commit at FULL, projection, frames; the bare loop only sends.
    """
    yield _figure(bench, 1, bench.few(200, 5), Goal(0.65, 0.75))


@row
def fanout_8(bench: Bench) -> Iterator[Figure]:
    """1,000 agents' sockets, eight events in flight. Goal 1.5 × the bare C loop, target 3 ×."""
    yield _figure(bench, 8, bench.few(800, 16), Goal(1.5, 3))


def _figure(bench: Bench, window: int, events: int, goal: Goal) -> Figure:
    sockets = bench.few(SOCKETS, 50)
    both, frame, cpu = _deliveries(bench, sockets, window, events)
    raw = (
        f"{both.ours:,.0f} deliveries/s beside {both.bare:,.0f}; frames of {frame:,} bytes; "
        f"the listeners used {cpu:.2f} of their core"
    )
    return Figure(f"fan-out, N = {sockets:,}, {window} in flight", both.ratio, "× bare C loop", goal, raw)


def _deliveries(bench: Bench, count: int, window: int, events: int) -> tuple[Beside, int, float]:
    data = customers(bench)
    posts = bench.posts(bench.parley(data).port(), data)
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
