"""The ways by which an account stands with servers of others: what is said of them, and how they are tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, runtime_checkable

Way = Literal["in", "door", "out"]
"""What it goes and gets; what is brought to its own door; what it sends."""


@dataclass(frozen=True, slots=True)
class Road:
    """One of them, as it is configured. Never a secret."""

    way: Way
    at: str
    """`scheme://host:port`"""
    folders: Sequence[str] = ()
    """Where there it gets what comes."""


class Look(NamedTuple):
    """What was found of one of them, for who installs us (English)."""

    well: bool | None
    """None: it runs like this, and could be better."""
    words: str
    mend: str = ""


@runtime_checkable
class HasRoads(Protocol):
    """A channel that depends on servers of others, or is one itself: any of them may be away."""

    def roads(self) -> Sequence[Road]: ...

    def cautions(self) -> Sequence[Look]:
        """What can be seen without trying: nobody signs in without a password."""

    def looks(self, others: Mapping[str, object]) -> AsyncIterator[Look]:
        """Tries each, and changes nothing; the `cautions` are among them. `others`: all configured accounts."""
