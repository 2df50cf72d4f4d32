"""How often somebody may do something, and how much at the same time: counted by key, memory bounded.

Each process counts for itself: with N processes a bound is at most N times as high. A `Bound` is counted for all of
them together where they share a Redis.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.errors import TooMany

_PERIODS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}  # seconds
KEYS_KEPT = 20_000
"""Buckets a set of `Buckets` keeps; the one used longest ago makes room."""

TROUBLES_KEPT = 100
"""Troubles that `News` remembers."""
_VARYING = re.compile(r"\b[0-9a-f]{32,}\b|\d+")


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` at once, filled up again evenly over `period` seconds."""

    count: int
    period: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read `"30/minute"`. Raises ValueError on anything else."""
        found = re.fullmatch(r"\s*([1-9]\d{0,6})\s*/\s*(second|minute|hour|day)\s*", text)
        if found is None:
            raise ValueError("a rate is written like 30/minute (second, minute, hour or day)")
        return cls(int(found[1]), _PERIODS[found[2]])

    def __str__(self) -> str:
        return f"{self.count}/{next(name for name, s in _PERIODS.items() if s == self.period)}"


class Buckets:
    """One rate, a bucket for each key (an address, an account, a pair of both)."""

    def __init__(
        self, rate: Rate, clock: Callable[[], float] = time.monotonic, *, keys: int = KEYS_KEPT
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._keys = keys
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, cost: float = 1.0) -> float:
        """Take from the key's bucket: 0.0 when allowed, else the seconds until it would be; then nothing is taken."""
        left = self._level(key) - cost
        if left < 0:
            return -left * self.rate.period / self.rate.count
        self._buckets[key] = (left, self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return 0.0

    def wait(self, key: Hashable, cost: float = 1.0) -> float:
        """The seconds until that much could be taken, 0.0 when it can be now; nothing is taken."""
        return max(0.0, cost - self._level(key)) * self.rate.period / self.rate.count

    def check(self, key: Hashable, cost: float = 1.0, *, text: str = "rate.too_many", **params: Any) -> None:
        """As `take`, but raises `TooMany` instead of returning a wait."""
        if wait := self.take(key, cost):
            raise TooMany(text, retry_after=wait, **params)

    def forgive(self, key: Hashable) -> None:
        """Fill the key's bucket up again."""
        self._buckets.pop(key, None)

    def _level(self, key: Hashable) -> float:
        held = self._buckets.get(key)
        if held is None:
            return float(self.rate.count)
        level, since = held
        now = self._clock()
        if now < since:
            # A clock that was set back tells nothing of what passed: counting goes on from here, nobody is locked out.
            self._buckets[key] = (level, now)
            return level
        return min(self.rate.count, level + (now - since) * self.rate.count / self.rate.period)


class Shared(Protocol):
    """Counts for all processes (`gateway.carriage.counts`). Never raises and never keeps anybody waiting for long."""

    async def take(self, name: str, key: Hashable, rate: Rate, cost: float) -> float:
        """As `Buckets.take`; 0.0 also when nobody can say."""

    def forgive(self, name: str, key: Hashable) -> None: ...


class Bound(Buckets):
    """A rate that guards a secret, or the house from one address: what this process allows, all of them together must
    allow too. `name` is the limit's. While nobody counts for all, this process's own count holds."""

    def __init__(
        self, name: str, rate: Rate, clock: Callable[[], float] = time.monotonic, shared: Shared | None = None
    ) -> None:
        super().__init__(rate, clock)
        self.name = name
        self._shared = shared

    async def admit(
        self, key: Hashable, cost: float = 1.0, *, text: str = "rate.too_many", **params: Any
    ) -> None:
        """As `check`, in all processes together. Raises TooMany."""
        self.check(key, cost, text=text, **params)
        if self._shared is not None and (wait := await self._shared.take(self.name, key, self.rate, cost)):
            raise TooMany(text, retry_after=wait, **params)

    def forgive(self, key: Hashable) -> None:
        super().forgive(key)
        if self._shared is not None:
            self._shared.forgive(self.name, key)


class News:
    """Whether a trouble is news: a crowd meets the same one at once, and comes again. What differs only in numbers or
    in hashes is the same."""

    def __init__(self, period: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        """`period`: seconds in which the same is no news."""
        self._period = period
        self._clock = clock
        self._told: dict[str, float] = {}

    def is_news(self, trouble: object) -> bool:
        kind, now = _VARYING.sub("", str(trouble)), self._clock()
        if now - self._told.get(kind, -self._period) < self._period:
            return False
        if len(self._told) >= TROUBLES_KEPT:
            self._told.clear()
        self._told[kind] = now
        return True


class Together:
    """How much each key may hold at the same time; nothing is kept of who holds nothing."""

    def __init__(self, most: float) -> None:
        self.most = most
        self._held: dict[Hashable, float] = {}

    def enter(self, key: Hashable, cost: float = 1.0) -> bool:
        """Hold that much more; False when it would be too much: then nothing is held."""
        held = self._held.get(key, 0.0) + cost
        if held > self.most:
            return False
        self._held[key] = held
        return True

    def leave(self, key: Hashable, cost: float = 1.0) -> None:
        """Give back what `enter` took."""
        held = self._held.get(key, 0.0) - cost
        if held > 0:
            self._held[key] = held
        else:
            self._held.pop(key, None)

    def held(self, key: Hashable) -> float:
        return self._held.get(key, 0.0)
