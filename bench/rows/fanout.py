"""One fact to many sockets: from the customer's POST through store, hub and projection, beside a bare C loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import machine
from bench.harness import Bench, Beside, Figure, Goal, row
from bench.product import Data
from bench.rows.durable import customers, frame_bytes
from bench.words import Writer

SOCKETS = 1000


@row
def fanout_1(bench: Bench) -> Iterator[Figure]:
    """1,000 agents' sockets, one event in flight: nothing to gather. Goal 0.65 × the bare C loop, target 0.75.

    Ours is the whole way: POST, stream, commit, projection, frames; the bare loop only sends. It waits for no disk, so
    the goal is measured without the flush; what the flush takes, where nothing else is under way, stands beside it.
    """
    yield _figure(bench, 1, bench.few(200, 5), Goal(0.65, 0.75), flush=False)
    yield _figure(bench, 1, bench.few(200, 5), None)


@row
def fanout_8(bench: Bench) -> Iterator[Figure]:
    """1,000 agents' sockets, eight events in flight. Goal 1.5 × the bare C loop, target 3 ×."""
    yield _figure(bench, 8, bench.few(800, 16), Goal(1.5, 3))


def _figure(bench: Bench, window: int, events: int, goal: Goal | None, *, flush: bool = True) -> Figure:
    sockets = bench.few(SOCKETS, 50)
    both, frame, cpu = _deliveries(bench, sockets, window, events, flush=flush)
    raw = (
        f"{both.ours:,.0f} deliveries/s beside {both.bare:,.0f}; frames of {frame:,} bytes; "
        f"the listeners used {cpu:.2f} of their core"
    )
    disk = "" if flush else ", no flush"
    return Figure(
        f"fan-out, N = {sockets:,}, {window} in flight{disk}", both.ratio, "× bare C loop", goal, raw
    )


def _deliveries(
    bench: Bench, count: int, window: int, events: int, *, flush: bool
) -> tuple[Beside, int, float]:
    data = customers(bench, "parley" if flush else "unflushed")
    never = {} if flush else {"LD_PRELOAD": str(bench.slow_flush()), "FLUSH": "never"}
    posts = bench.posts(bench.parley(data, core=machine.SERVER_CORE, **never).port(), data)
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
