"""How fast an app may call (apis/web-api/rate-limits): buckets that fill as time goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from gateway.sandbox.slack.refusal import limited


@dataclass(frozen=True, slots=True)
class Limits:
    """A tier's calls a minute hold for each method by itself."""

    tiers: tuple[int, int, int, int] = (1, 20, 50, 100)
    """Calls a minute of tiers 1 to 4."""
    bursts: tuple[int, int, int, int] = (10, 20, 50, 100)
    """Calls of a method that may come at once."""
    posts: float = 1.0
    """Messages a second in one channel."""
    burst: int = 3
    """Messages that may come at once in one channel."""
    workspace: int = 300
    """Messages a minute in all channels together: "several hundred"."""


@dataclass
class Rates:
    """One per installed app. `clock`: UTC ms."""

    clock: Callable[[], int]
    limits: Limits = field(default_factory=Limits)
    _buckets: dict[str, tuple[float, int]] = field(default_factory=dict)

    def call(self, method: str, tier: int) -> None:
        """Raises Refusal."""
        self._take(method, self.limits.bursts[tier - 1], self.limits.tiers[tier - 1] / 60)

    def post(self, channel: str) -> None:
        """Raises Refusal."""
        self._take(f"post/{channel}", self.limits.burst, self.limits.posts)
        self._take("post", self.limits.workspace, self.limits.workspace / 60)

    def _take(self, name: str, most: float, a_second: float) -> None:
        now = self.clock()
        held, at = self._buckets.get(name, (most, now))
        held = min(most, held + (now - at) / 1000 * a_second)
        if held < 1:
            self._buckets[name] = held, now
            raise limited(ceil((1 - held) / a_second))
        self._buckets[name] = held - 1, now
