"""Sessions that are told alike, and telling them: the loop that a thousand sockets are written in.

What is asked of every session for every frame (is it still there, does its browser keep up?) costs a third of what the
sending itself does. So a session that reads well is asked nothing: its connection says when that ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Protocol, TypeVar

MOST = 32 * 1024
"""Bytes of a frame that is written without asking; before a longer one every browser's room is looked at."""


class Told(Protocol):
    """What a crowd needs of a session."""

    @property
    def quick(self) -> Callable[[bytes], object] | None:
        """Writes without asking; None: this session must be asked before every frame."""

    def tell(self, frame: bytes) -> None:
        """Asks first: writes, or leaves the crowd to catch up by itself."""


S = TypeVar("S", bound=Told)


class Crowd(Collection[S]):
    """In the order in which they came, which is how they lie in memory."""

    def __init__(self, sessions: Collection[S] = ()) -> None:
        self._quick: dict[S, Callable[[bytes], object]] = {}
        self._asked: dict[S, None] = {}
        for session in sessions:
            self.add(session)

    def add(self, session: S) -> None:
        if (quick := session.quick) is not None:
            self._quick[session] = quick
        else:
            self._asked[session] = None

    def discard(self, session: S) -> None:
        self._quick.pop(session, None)
        self._asked.pop(session, None)

    def ask(self, session: S) -> None:
        """From now on it is asked before every frame, until it is quick again."""
        if self._quick.pop(session, None) is not None:
            self._asked[session] = None

    def write(self, frame: bytes) -> None:
        """To each of them that has room for it."""
        if len(frame) > MOST:
            for session in tuple(self):
                session.tell(frame)
            return
        # One that is written to may be found slow or gone, which changes the dicts.
        writes, asked = iter(tuple(self._quick.values())), tuple(self._asked)
        for session in asked:
            session.tell(frame)
            if session.quick is not None:
                self.discard(session)
                self.add(session)
        while True:
            try:
                for write in writes:
                    write(frame)
                return
            except RuntimeError:
                continue  # this connection has just gone, its session ends by itself; the others go on

    def __iter__(self) -> Iterator[S]:
        return chain(self._quick, self._asked)

    def __len__(self) -> int:
        return len(self._quick) + len(self._asked)

    def __contains__(self, session: object) -> bool:
        return session in self._quick or session in self._asked
