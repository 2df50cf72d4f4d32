"""Customers who write: POST /visitor/web/messages over many connections, in a closed loop or so many a second.

`python -m bench.load.posts PORT TOKENS`, then a line of JSON on stdin for each run: {"seconds", "connections", "rate"},
rate 0: each connection writes again as soon as it is answered; or {"count", "connections"}: so many messages like that.
Answers with what was taken and how long that took.
Every message carries the moment of its sending in its client id, for those who read it at the other end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from pathlib import Path
from typing import Any, cast

import orjson
import uvloop

from bench.words import Writer

PATH = "/visitor/web/messages"
TEXTS = 5000


class Callers(ABC):
    """What all connections share: what is said next, and the answers' times."""

    def __init__(self) -> None:
        self._last = 0
        self.open = False
        self.left = 0
        """In a closed loop: calls that are still to be made; below 0: no count bounds them."""
        self.taken: list[float] = []
        self.refused: dict[str, int] = {}
        self.idle: deque[Connection] = deque()
        self.due: deque[int] = deque()

    def moment(self, at: int) -> int:
        """A nanosecond at or after `at` that no other call has."""
        self._last = at = max(at, self._last + 1)
        return at

    def about(self) -> dict[str, Any]:
        """What else is to be told of a run."""
        return {}

    @abstractmethod
    def request(self, at: int) -> bytes:
        """The next call, whole, made at that nanosecond."""


class Customers(Callers):
    """Visitors of a site, each with a token."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__()
        writer = Writer()
        self._heads = [
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: ".encode()
            for token in tokens
        ]
        self._texts = [orjson.dumps(writer.message())[1:-1] for _ in range(TEXTS)]
        self._said = 0

    def request(self, at: int) -> bytes:
        self._said = said = self._said + 1
        text = self._texts[said % TEXTS]
        body = b'{"client_id":"at-%019d","text":"%s %d"}' % (self.moment(at), text, said)
        return b"%s%d\r\n\r\n%s" % (self._heads[said % len(self._heads)], len(body), body)


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._began = 0
        self._rest = b""
        self.paced = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def say(self, at: int) -> None:
        self._began = at
        self._transport.write(self._callers.request(at))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not _is_whole(data):
            self._rest = data
            return
        self._rest = b""
        self._answered(data)

    def _answered(self, data: bytes) -> None:
        callers = self._callers
        now = time.monotonic_ns()
        if data[9:10] == b"2":
            callers.taken.append((now - self._began) / 1e6)
        else:
            status = data[9:12].decode()
            callers.refused[status] = callers.refused.get(status, 0) + 1
        if self.paced:
            if callers.due:
                self.say(callers.due.popleft())
            else:
                callers.idle.append(self)
        elif callers.open and callers.left:
            callers.left -= 1
            self.say(now)
        else:
            callers.idle.append(self)

    def connection_lost(self, reason: Exception | None) -> None:
        self._callers.refused["lost"] = self._callers.refused.get("lost", 0) + 1


def _is_whole(data: bytes) -> bool:
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = data.find(b"Content-Length: ", 0, head)
    return at < 0 or len(data) >= head + 4 + int(data[at + 16 : data.index(b"\r\n", at)])


async def run(
    callers: Callers, port: int, seconds: float, connections: int, rate: float, count: int = 0
) -> None:
    """One run; returns when everything sent is answered. `count`: so many calls in a closed loop, however long."""
    loop = asyncio.get_running_loop()
    while len(callers.idle) < connections:
        _, connection = await loop.create_connection(lambda: Connection(callers), "127.0.0.1", port)
        callers.idle.append(connection)
    working = [callers.idle.popleft() for _ in range(connections)]
    parked, callers.idle = callers.idle, deque()
    gc.collect()
    gc.freeze()
    used, began = time.process_time(), time.monotonic()
    for connection in working:
        connection.paced = rate > 0
    callers.open, callers.left = True, count - connections if count else -1
    if rate:
        callers.idle.extend(working)
        await _pace(callers, began, seconds, rate)
    else:
        for connection in working:
            connection.say(time.monotonic_ns())
        await (_all_idle(callers, connections) if count else asyncio.sleep(seconds))
    took = time.monotonic() - began
    done = len(callers.taken)
    spent = time.process_time() - used
    callers.open = False
    await _all_idle(callers, connections)
    callers.idle.extend(parked)
    _tell(callers, done, took, spent)


async def _all_idle(callers: Callers, connections: int) -> None:
    while len(callers.idle) < connections:  # noqa: ASYNC110 - twice a run; an event would cost every answer
        await asyncio.sleep(0.005)


async def _pace(callers: Callers, began: float, seconds: float, rate: float) -> None:
    """So many a second, whether or not the earlier ones are answered; a late one keeps the time at which it was due."""
    said = 0
    while (passed := time.monotonic() - began) < seconds:
        while said < passed * rate:
            said += 1
            if callers.idle:
                callers.idle.popleft().say(time.monotonic_ns())
            else:
                callers.due.append(time.monotonic_ns())
        await asyncio.sleep(0.001)  # the least that uvloop waits; less is none


def _tell(callers: Callers, done: int, took: float, spent: float) -> None:
    times = sorted(callers.taken)
    told = {
        "taken": len(times),
        "seconds": took,
        "per_second": done / took,
        "p50": times[len(times) // 2] if times else 0,
        "p99": times[len(times) * 99 // 100] if times else 0,
        "refused": callers.refused,
        "cpu": spent / took,
        **callers.about(),
    }
    callers.taken, callers.refused = [], {}
    print(json.dumps(told), flush=True)


async def serve(callers: Callers, port: int) -> None:
    """Does what standard input asks for until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        seconds, rate, count = (asked.get(name, 0) for name in ("seconds", "rate", "count"))
        await run(callers, port, seconds, min(asked["connections"], count or sys.maxsize), rate, count)


if __name__ == "__main__":
    uvloop.run(serve(Customers(Path(sys.argv[2]).read_text().split()), int(sys.argv[1])))
