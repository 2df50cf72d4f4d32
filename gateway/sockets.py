"""Every open socket of the process, from its upgrade to its end: also those that have not said hello yet, or are still
being told what they missed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol

from aiohttp import WSCloseCode, web


class Cut(Protocol):
    """A socket's session."""

    def cut(self, code: int) -> None:
        """End it with a close code; never waits."""


class Sockets:
    """The process's own."""

    def __init__(self) -> None:
        self.open: set[Cut] = set()
        self._over = False

    @contextlib.contextmanager
    def holding(self, session: Cut) -> Iterator[None]:
        """For as long as a socket is open."""
        self.open.add(session)
        if self._over:
            session.cut(WSCloseCode.SERVICE_RESTART)
        try:
            yield
        finally:
            self.open.discard(session)

    def shut(self) -> None:
        """The process is going: any that is yet opened shall come back elsewhere."""
        self._over = True

    def end(self) -> None:
        """The same for those that are open."""
        self.shut()
        for session in tuple(self.open):
            session.cut(WSCloseCode.SERVICE_RESTART)


SOCKETS: web.AppKey[Sockets] = web.AppKey("sockets", Sockets)


def forget_frames(why: BaseException | None) -> None:
    """aiohttp keeps what ended a socket, its traceback the frames in which that happened, and these the socket: a ring,
    of which nothing would be freed before a full collection, and these are rare."""
    while why is not None:
        why.__traceback__, why = None, why.__context__
