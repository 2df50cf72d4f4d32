"""When a customer comes back. Pure: every method is told the time (ms), nothing waits.

A visit lasts as long as any of her tabs is there, and over every absence shorter than `ENDS`: going from page to page,
a tunnel, lunch at the same desk are one visit.
"""

from __future__ import annotations

ENDS = 15 * 60_000
"""ms of absence after which the next coming is another visit."""


class Visits:
    """`known_from`: until then everybody who comes is taken to have been there: a process that has just begun meets
    all who were there before it."""

    def __init__(self, known_from: int) -> None:
        self._known_from = known_from
        self._left: dict[str, int] = {}

    def forget(self, known_from: int) -> None:
        """Somebody may have come and gone unheard: begin again, as above."""
        self._known_from = known_from

    def comes(self, person: str, now: int) -> bool:
        """She was not there and is now (`presence.site`). Returns whether a visit begins with it."""
        self._forget(now)
        begins = person not in self._left and now >= self._known_from
        self._left.pop(person, None)
        return begins

    def goes(self, person: str, now: int) -> None:
        """The last of her tabs is gone."""
        # Moved to the end: they stand in the order in which they left.
        self._left.pop(person, None)
        self._left[person] = now

    def _forget(self, now: int) -> None:
        for person in list(self._left):
            if self._left[person] + ENDS > now:
                return
            del self._left[person]
