"""What will happen when. The clock is the caller's; nothing here waits."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from itertools import count

Act = Callable[[], None]


class Agenda:
    """Acts in the order of their times, equal times in the order of entry.

    While an act is done its own time is now, so that a clock which jumps a day ahead tells the same story as one which
    passes through it.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        """`clock`: UTC ms."""
        self.stir: Act = _nothing
        """Called when something was entered: whoever waits for the next act may have to come earlier."""
        self._clock = clock
        self._acts: list[tuple[int, int, Act]] = []
        self._entered = count()
        self._lanes: dict[Hashable, int] = {}
        self._during: int | None = None

    @property
    def now(self) -> int:
        return self._clock() if self._during is None else self._during

    @property
    def next_at(self) -> int | None:
        """UTC ms."""
        return self._acts[0][0] if self._acts else None

    def after(self, seconds: float, act: Act, lane: Hashable = None) -> None:
        """Acts of one lane never overtake each other."""
        at = self.now + round(seconds * 1000)
        if lane is not None:
            at = max(at, self._lanes.get(lane, 0) + 1)
            self._lanes[lane] = at
        heapq.heappush(self._acts, (at, next(self._entered), act))
        self.stir()

    def run(self) -> None:
        """Do everything that is due by the clock, what follows from it included."""
        until = self._clock()
        try:
            while self._acts and self._acts[0][0] <= until:
                self._during, _, act = heapq.heappop(self._acts)
                act()
        finally:
            self._during = None


def _nothing() -> None:
    """Nobody waits."""
