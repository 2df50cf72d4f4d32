"""Bounds counted for all processes together: one script in Redis, asked in the carriage's own pipeline.

Where Redis is away or slow nobody waits for it: each process counts for itself (`gateway.rates.Bound`), which is what
it always does first.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Hashable
from typing import Any

from gateway.rates import Rate

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local count, period, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('GET', KEYS[1])
local level = count
if kept then
    local split = string.find(kept, ' ', 1, true)
    local since = tonumber(string.sub(kept, split + 1))
    level = tonumber(string.sub(kept, 1, split - 1))
    if now > since then level = math.min(count, level + (now - since) * count / period) end
end
if level < cost then return tostring((cost - level) * period / count) end
level = level - cost
local full = math.ceil((count - level) * period / count * 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.6f %.6f', level, now), 'PX', full)
return '0'
"""
"""A token bucket, as `gateway.rates.Buckets` counts: KEYS its name, ARGV its size, the seconds that fill it, the cost.
Answers how many seconds to wait; 0: it was taken. Redis's own clock; one that was set back fills nothing."""
PATIENCE = 0.25
"""Seconds that anybody waits for an answer; after one that did not come nobody waits until the next does."""
WAITING = 1000
"""Questions that may wait; above that each process counts for itself."""

Question = tuple[list[Any], "asyncio.Future[float] | None"]


class Counts:
    """`prefix` begins the keys; what is counted by (addresses, e-mails) is in them only as a digest."""

    def __init__(self, prefix: str, secret: bytes) -> None:
        self._prefix = prefix
        self._secret = hmac.digest(secret, b"counts", "sha256")
        self._questions: deque[Question] = deque()
        self._wake: asyncio.Event | None = None
        self._answers = False

    async def take(self, name: str, key: Hashable, rate: Rate, cost: float) -> float:
        """Take from all processes' bucket: 0.0 when allowed or when nobody can say, else the seconds to wait."""
        future = self._ask(name, key, rate, cost)
        if future is None or not self._answers:
            return 0.0
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            self._answers = False
            return 0.0

    def forgive(self, name: str, key: Hashable) -> None:
        """Fill the bucket up again."""
        if self._wake is not None:
            self._questions.append((["DEL", self._name(name, key)], None))
            self._wake.set()

    def _ask(self, name: str, key: Hashable, rate: Rate, cost: float) -> asyncio.Future[float] | None:
        if self._wake is None or len(self._questions) >= WAITING:
            return None
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        words = ["EVALSHA", "", 1, self._name(name, key), rate.count, rate.period, cost]
        self._questions.append((words, future))
        self._wake.set()
        return future

    def _name(self, name: str, key: Hashable) -> bytes:
        digest = hmac.digest(self._secret, repr((name, key)).encode(), "sha256")
        return f"{self._prefix}:rate:{name}:".encode() + digest[:16].hex().encode()

    # --- by the carriage --------------------------------------------------------------------------------------------

    def begin(self, wake: asyncio.Event) -> None:
        """Redis is there; `wake` is set when there is something to ask."""
        self._wake, self._answers = wake, True

    def end(self) -> None:
        """It is away: whoever waits counts for himself."""
        self._wake, self._answers = None, False
        for _, future in self.taken():
            settle(future, 0.0)

    def taken(self) -> list[Question]:
        """What is asked now."""
        asked = list(self._questions)
        self._questions.clear()
        return asked

    def answered(self, future: asyncio.Future[float] | None, answer: bytes) -> None:
        self._answers = True
        settle(future, float(answer))


def settle(future: asyncio.Future[float] | None, wait: float) -> None:
    if future is not None and not future.done():
        future.set_result(wait)
