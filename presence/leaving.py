"""Who has left, and when. Pure: every method is told the time (ms), nothing waits."""

from __future__ import annotations


class Leavings:
    """Remembers each for `kept` ms after she left."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._left: dict[str, int] = {}

    def comes(self, person: str) -> None:
        self._left.pop(person, None)

    def goes(self, person: str, now: int) -> None:
        """The last of her browsers is gone."""
        # Moved to the end: they stand in the order in which they left.
        self._left.pop(person, None)
        for other in list(self._left):
            if self._left[other] + self._kept > now:
                break
            del self._left[other]
        if self._kept:
            self._left[person] = now

    def left_at(self, person: str) -> int | None:
        """None: she is there, was never, or left longer ago than is remembered."""
        return self._left.get(person)

    def __len__(self) -> int:
        return len(self._left)
