"""Places in lists: opaque to the caller, made of the values by which a list is ordered."""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.errors import Malformed

_PLACE = re.compile(r"([0-9]{1,16})\.([0-9a-z]{1,64})")


class Place(NamedTuple):
    """Where a page ends: the first ordering value and what breaks its ties."""

    first: int
    tie: str

    def __str__(self) -> str:
        return f"{self.first}.{self.tie}"

    @property
    def number(self) -> int:
        """The tie where ties are broken by a number. Raises Malformed."""
        if not self.tie.isdigit() or len(self.tie) > 16:
            raise Malformed("errors.malformed", f"no place: {self}", at="before", why="not ours")
        return int(self.tie)


def read_place(text: str) -> Place:
    """A place that an earlier page gave. Raises Malformed."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise Malformed("errors.malformed", "no place of ours", at="before", why="not ours")
    return Place(int(found[1]), found[2])
