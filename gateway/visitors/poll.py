"""The socket's story for browsers whose way lets no WebSocket through: the same frames, asked for one by one.

A request stands in the hub as a socket does, with the same projection and the same cursor, until there is something to
tell; then it is answered with the frames that a socket would have carried. What is said upward comes as a body.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import orjson
from aiohttp import web

from gateway.bus import CustomerHere
from gateway.door import read_bounded
from gateway.errors import TooMany, Unauthenticated, Unavailable
from gateway.events import new_id
from gateway.frames import payloads
from gateway.live import CLOSE_SIGNED_OUT
from gateway.store import Cursor
from gateway.visitors.bodies import answer
from gateway.visitors.desk import caller
from gateway.visitors.hub import VisitorSession
from gateway.visitors.socket import Conversing, VisitorDoor

LINGERS = 5.0
"""Seconds after an answer for which she still counts as here: her next question is on its way."""
LOOK = 1.0
"""Seconds between two looks at whether the browser that asks is still there."""


class Held:
    """Stands where a socket, its request and its transport stand, and keeps what is written."""

    closed = False
    protocol = None
    """No connection of its own says when its browser is slow: it is asked before every frame."""

    def __init__(self) -> None:
        self.transport = self
        self.news = asyncio.Event()
        self._written: list[bytes] = []

    def get_extra_info(self, name: str) -> None:
        """There is no socket underneath."""

    def set_write_buffer_limits(self, high: int) -> None:
        """What is kept is bounded by what one answer may hold: a page of messages, then what happens meanwhile."""

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def write(self, piece: bytes | memoryview) -> None:
        self._written.append(bytes(piece))
        self.news.set()

    @property
    def frames(self) -> list[bytes]:
        return list(payloads(b"".join(self._written)))


class Polls:
    """What all such requests of this process share."""

    def __init__(self, door: VisitorDoor) -> None:
        self.door = door
        self.desk = door.desk
        self._waiting: Counter[str] = Counter()
        self._here: Counter[str] = Counter()
        self._process = new_id()

    async def events(self, request: web.Request) -> web.Response:
        """GET events?after=CURSOR: what came after the cursor, waited for if need be; without one, or with one that
        cannot be resumed, a snapshot.

        Raises Forbidden, Unauthenticated, TooMany, Unavailable.
        """
        if self.desk.store.unknown:
            raise Unavailable(self.desk.store.unknown)
        held, conversing = self._session(request)
        session, until = conversing.session, self._until(conversing.session)
        self.desk.rates.frames.check(session.visitor.subject)
        with self._one_more(caller(request)), self._counts_as_here(session):
            try:
                if await conversing.start(request.query.get("after")):
                    await self._something(request, held, until)
                    self._move_on(held, session)
            finally:
                self.door.hub.leave(session)
        if session.cut_with == CLOSE_SIGNED_OUT:
            raise Unauthenticated("errors.visitor_expired", "her vouch ended while she waited")
        return _told(held)

    async def frames(self, request: web.Request) -> web.Response:
        """POST frames: one frame that a socket would have taken (typing, seen). Raises as `events` does, TooLarge."""
        held, conversing = self._session(request)
        body = await read_bounded(request, self.desk.limits.frame_bytes)
        await conversing.find_person()
        await conversing.take(body.decode(errors="replace"))
        return _told(held)

    def _session(self, request: web.Request) -> tuple[Held, Conversing]:
        chat = self.desk.access_account(request)
        visitor = self.desk.access_visitor(request, chat)
        held: Any = Held()
        # One tab for all questions of a browser that come here: she does not come and go with each of them. Where the
        # next one goes to another process, she is there before she is gone here.
        tab = f"polls {self._process} {visitor.subject}"
        session = VisitorSession(
            held, held, self.desk.limits, visitor, chat.capabilities, tab, caller(request)
        )
        return cast("Held", held), Conversing(self.door, chat, session)

    def _until(self, session: VisitorSession) -> float:
        """The loop's time at which nothing more is waited for."""
        wait = self.desk.limits.events_wait
        ends = session.visitor.expires_at
        if ends is not None:
            wait = min(wait, max(0, ends - self.desk.parts.clock()))
        return asyncio.get_running_loop().time() + wait / 1000

    async def _something(self, request: web.Request, held: Held, until: float) -> None:
        """Until there is more than the greeting, the time is over, or nobody waits any more."""
        clock = asyncio.get_running_loop().time
        while len(held.frames) == 1 and (left := until - clock()) > 0:
            if request.transport is None or request.transport.is_closing():
                return
            held.news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, LOOK)):
                    await held.news.wait()

    def _move_on(self, held: Held, session: VisitorSession) -> None:
        """Nothing was hers: her next question need not go through all that happened meanwhile once more."""
        if len(held.frames) == 1:
            cursor = str(Cursor(self.desk.store.epoch, session.position))
            session.send({"kind": "events", "cursor": cursor, "events": []})

    @contextlib.contextmanager
    def _one_more(self, address: str) -> Iterator[None]:
        """Raises TooMany when so many wait at this address already."""
        if self._waiting[address] >= self.desk.limits.visitor_polls:
            raise TooMany("errors.too_many_open", f"{address} waits often enough", retry_after=2.0)
        self._waiting[address] += 1
        try:
            yield
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]

    @contextlib.contextmanager
    def _counts_as_here(self, session: VisitorSession) -> Iterator[None]:
        self._here[session.tab] += 1
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(LINGERS, self._gone, session)

    def _gone(self, session: VisitorSession) -> None:
        self._here[session.tab] -= 1
        if self._here[session.tab]:
            return
        del self._here[session.tab]
        if session.person is not None:
            self.desk.parts.bus.signal(CustomerHere(session.person, session.tab, here=False))


def _told(held: Held) -> web.Response:
    return answer({"frames": [orjson.Fragment(frame) for frame in held.frames]})


POLLS: web.AppKey[Polls] = web.AppKey("visitors.polls", Polls)


async def poll_events(request: web.Request) -> web.Response:
    return await request.app[POLLS].events(request)


async def take_frame(request: web.Request) -> web.Response:
    return await request.app[POLLS].frames(request)
