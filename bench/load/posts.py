"""Customers who write: POST /visitor/web/messages over many connections, in a closed loop or so many a second.

`python -m bench.load.posts PORT TOKENS`, then a line of JSON on stdin for each run: {"seconds", "connections", "rate"},
rate 0: each connection writes again as soon as it is answered. Answers with what was taken and how long that took.
Every message carries the moment of its sending in its client id, for those who read it at the other end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections import deque
from pathlib import Path
from typing import cast

import orjson
import uvloop

from bench.words import Writer

PATH = "/visitor/web/messages"
TEXTS = 5000


class Customers:
    """What all connections share: who writes next, what is said, and the answers' times."""

    def __init__(self, tokens: list[str]) -> None:
        writer = Writer()
        self._heads = [
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: ".encode()
            for token in tokens
        ]
        self._texts = [orjson.dumps(writer.message())[1:-1] for _ in range(TEXTS)]
        self._said = 0
        self._last = 0
        self.open = False
        self.taken: list[float] = []
        self.refused: dict[str, int] = {}
        self.idle: deque[Connection] = deque()
        self.due: deque[int] = deque()

    def request(self, at: int) -> bytes:
        """The next message, sent at a nanosecond that no other message has."""
        self._last = at = max(at, self._last + 1)
        self._said = said = self._said + 1
        text = self._texts[said % TEXTS]
        body = b'{"client_id":"at-%019d","text":"%s %d"}' % (at, text, said)
        return b"%s%d\r\n\r\n%s" % (self._heads[said % len(self._heads)], len(body), body)


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers
        self._began = 0
        self._rest = b""
        self.paced = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def say(self, at: int) -> None:
        self._began = at
        self._transport.write(self._customers.request(at))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not _is_whole(data):
            self._rest = data
            return
        self._rest = b""
        self._answered(data)

    def _answered(self, data: bytes) -> None:
        customers = self._customers
        now = time.monotonic_ns()
        if data[9:10] == b"2":
            customers.taken.append((now - self._began) / 1e6)
        else:
            status = data[9:12].decode()
            customers.refused[status] = customers.refused.get(status, 0) + 1
        if self.paced:
            if customers.due:
                self.say(customers.due.popleft())
            else:
                customers.idle.append(self)
        elif customers.open:
            self.say(now)
        else:
            customers.idle.append(self)

    def connection_lost(self, reason: Exception | None) -> None:
        self._customers.refused["lost"] = self._customers.refused.get("lost", 0) + 1


def _is_whole(data: bytes) -> bool:
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = data.find(b"Content-Length: ", 0, head)
    return at < 0 or len(data) >= head + 4 + int(data[at + 16 : data.index(b"\r\n", at)])


async def run(customers: Customers, port: int, seconds: float, connections: int, rate: float) -> None:
    """One run; returns when everything sent is answered."""
    loop = asyncio.get_running_loop()
    while len(customers.idle) < connections:
        _, connection = await loop.create_connection(lambda: Connection(customers), "127.0.0.1", port)
        customers.idle.append(connection)
    working = [customers.idle.popleft() for _ in range(connections)]
    parked, customers.idle = customers.idle, deque()
    gc.collect()
    gc.freeze()
    used, began = time.process_time(), time.monotonic()
    for connection in working:
        connection.paced = rate > 0
    customers.open = True
    if rate:
        customers.idle.extend(working)
        await _pace(customers, began, seconds, rate)
    else:
        for connection in working:
            connection.say(time.monotonic_ns())
        await asyncio.sleep(seconds)
    took = time.monotonic() - began
    done = len(customers.taken)
    spent = time.process_time() - used
    await _all_answered(customers, connections)
    customers.idle.extend(parked)
    _tell(customers, done, took, spent)


async def _all_answered(customers: Customers, connections: int) -> None:
    customers.open = False
    while len(customers.idle) < connections:  # noqa: ASYNC110 - twice a run; an event would cost every answer
        await asyncio.sleep(0.005)


async def _pace(customers: Customers, began: float, seconds: float, rate: float) -> None:
    """So many a second, whether or not the earlier ones are answered; a late one keeps the time at which it was due."""
    said = 0
    while (passed := time.monotonic() - began) < seconds:
        while said < passed * rate:
            said += 1
            if customers.idle:
                customers.idle.popleft().say(time.monotonic_ns())
            else:
                customers.due.append(time.monotonic_ns())
        await asyncio.sleep(0.001)  # the least that uvloop waits; less is none


def _tell(customers: Customers, done: int, took: float, spent: float) -> None:
    times = sorted(customers.taken)
    told = {
        "taken": len(times),
        "per_second": done / took,
        "p50": times[len(times) // 2] if times else 0,
        "p99": times[len(times) * 99 // 100] if times else 0,
        "refused": customers.refused,
        "cpu": spent / took,
    }
    customers.taken, customers.refused = [], {}
    print(json.dumps(told), flush=True)


async def main() -> None:
    customers = Customers(Path(sys.argv[2]).read_text().split())
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        await run(customers, int(sys.argv[1]), asked["seconds"], asked["connections"], asked.get("rate", 0))


if __name__ == "__main__":
    uvloop.run(main())
