"""The socket machinery both doors share: framing, bounded buffers, gathering, and the one way to catch up.

A `Hub` is told every fact once, in order, gathers for a few milliseconds under load, reads the content once and writes
frames that were encoded once per audience. A `LiveSession` joins a hub by asking "what came after N?" until it stands
where the hub stands; after a snapshot, a cut or a restart it is always the same question.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from gateway import metrics, trace
from gateway.bus import Bus
from gateway.errors import Unavailable, UnknownFact
from gateway.events import Event
from gateway.frames import encode, pieces
from gateway.limits import Limits
from gateway.sockets import SOCKETS, Sockets, forget_frames
from gateway.store import Cursor, Store, events_after, trimmed_to
from gateway.store.tx import Reader

log = logging.getLogger(__name__)

SEND_BUFFER = 64 * 1024
"""Bytes of kernel buffer per socket: unbounded, a stalled browser hides megabytes (PERFORMANCE.md, finding 7)."""
CLOSE_GRACE = 2.0
"""Seconds a slow browser has to take the close frame before the connection is aborted."""
BEHIND = 4 * 1024 * 1024
"""Bytes that may wait behind what a socket's buffer holds: of what it asked for itself, or is caught up with."""
FEED_LOOK = 0.005
"""Seconds between two looks at whether a browser for which something waits behind its buffer can take more."""
PART_WAITS = 0.1
"""Seconds that the rest of a burst waits at the most until most browsers have room for it."""
PATIENCE = 8.0
"""Seconds a browser for which much waits may take nothing at all before it is cut."""
REPLAY = 100
"""Events read at a time while catching up: about as many as a socket's buffer holds."""
MOST = 1_000
"""Events read at a time while telling."""
REPLAY_KEPT = 5.0
"""Seconds for which a replay serves everybody who asks for the same, if nothing happens meanwhile."""
REPLAYS = 4
"""Replays kept at a time; with the next fact they are let go."""
REPLAY_MOST = 5_000
"""Events behind the head beyond which a session starts over with a snapshot."""
TURN = 0.005
"""Seconds that one browser's frames may keep the loop before everybody else has a turn."""
DRAIN_LOOK = 0.02
"""Seconds between two looks at how much a catching-up browser has taken."""

CLOSE_SIGNED_OUT = 4401
CLOSE_PROTOCOL = 4406
CLOSE_SLOW = 4408
"""The browser read too slowly: connect again and resume from the last cursor."""

C = TypeVar("C")


class _Socket(web.WebSocketResponse):
    """A socket whose close frame may have been written by `LiveSession.cut`: browsers take a second one for a fault."""

    was_cut = False

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        return False if self.was_cut else await super().close(code=code, message=message, drain=drain)


NOTHING: deque[memoryview] = deque()
"""What is behind for nearly every browser nearly always: one for all, because an empty deque is half a KiB."""


class LiveSession:
    """One browser's socket. Writing never waits: a browser that reads too slowly is cut, and resumes later."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse, limits: Limits) -> None:
        assert request.transport is not None
        self._transport = request.transport
        self._limit = limits.socket_buffer
        self.ws = ws
        self._position = 0
        self._hub: Hub[Any, Any] | None = None
        self.cut_with: int | None = None
        self._behind = NOTHING
        self._behind_bytes = 0
        self._feeding: asyncio.TimerHandle | None = None
        self._left = 0
        """What waited when it was last looked at; 0: nobody looks."""
        self._took_at = 0.0
        self.lags = False
        """It is about to leave its hub: what others are told is not for it."""
        self.caught_up: Callable[[], Awaitable[object]] | None = None
        """Called when it has caught up with the log after it lagged: tells what the log does not."""
        raw = request.transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        # Above that the connection says that its browser is slow, long before the limit.
        request.transport.set_write_buffer_limits(high=self._limit // 2)
        connection: Any = request.protocol
        self._watched = hasattr(connection, "live")
        if self._watched:
            connection.live = self

    @property
    def position(self) -> int:
        """Up to here the browser has been told everything; the hub that it has joined moves on for all at once."""
        return self._position if self._hub is None else max(self._position, self._hub.flushed)

    @position.setter
    def position(self, position: int) -> None:
        self._position = position

    def belong(self, hub: Hub[Any, Any] | None) -> None:
        """Joins a hub, or leaves it (None) standing where it stood."""
        self._position, self._hub = self.position, hub

    @property
    def closing(self) -> bool:
        return self.cut_with is not None or self.ws.closed or self._transport.is_closing()

    def write(self, frame: bytes) -> None:
        """Write an encoded message now. What the socket's buffer has no room for waits behind it, whatever its size, as
        long as the browser takes something; one that takes nothing, or for which too much waits, is cut."""
        if self.closing:
            return
        if self._has_room_for(frame):
            self._transport.write(frame)
        elif self._behind_bytes > BEHIND:
            self.cut(CLOSE_SLOW)
        else:
            if self._behind is NOTHING:
                self._behind = deque()
                self.ask()  # nothing that a crowd is told may overtake what waits here
            self._behind.extend(pieces(frame))
            self._behind_bytes += len(frame)
            if self._feeding is None:
                self._feed()

    def tell(self, frame: bytes) -> None:
        """What all are told. For one whose buffer has no room nothing is kept: it leaves its hub where it stands, and
        catches up from the log as soon as its browser has taken what waits."""
        if self.lags or self.closing:
            return
        if self._hub is None or self._has_room_for(frame):
            self.write(frame)
        else:
            self._hub.lag(self)

    def _has_room_for(self, frame: bytes) -> bool:
        return not self._behind and self._transport.get_write_buffer_size() + len(frame) <= self._limit

    @property
    def quick(self) -> Callable[[bytes], object] | None:
        """Writes without asking first (see `Crowd`); None while this browser is slow or gone."""
        if (
            self.lags
            or not self._watched
            or self._behind
            or self.closing
            or self._transport.get_write_buffer_size()
        ):
            return None
        return self._transport.write

    def ask(self) -> None:
        """The connection says that its browser is slow, or gone: from now on it is asked before every frame."""
        if self._hub is not None:
            self._hub.ask(self)

    def _feed(self) -> None:
        """Give the socket what it has room for, and look again until nothing is behind."""
        self._feeding = None
        if not self._takes():
            return
        while self._behind and self._transport.get_write_buffer_size() + len(self._behind[0]) <= self._limit:
            piece = self._behind.popleft()
            self._behind_bytes -= len(piece)
            self._transport.write(piece)
        if self._behind:
            self._feeding = asyncio.get_running_loop().call_later(FEED_LOOK, self._feed)
        else:
            self._behind = NOTHING
            self._left = 0

    def _takes(self) -> bool:
        """Asked again and again while much waits: does the browser still take something? One that does not is cut."""
        if self.closing:
            return False
        now, left = asyncio.get_running_loop().time(), self._waiting
        if left < self._left or not self._left:
            self._took_at = now
        elif now - self._took_at > PATIENCE:
            self.cut(CLOSE_SLOW)
            return False
        self._left = left
        return True

    def send(self, frame: Any) -> None:
        self.write(encode(frame))

    async def drain(self) -> None:
        """Wait until the browser has taken most of what was written, however slow its line; cut it when it takes
        nothing. For what a session is told by its own task (a snapshot, a replay), never for what the hub tells.
        """
        while self.is_full:
            if not self._takes():
                return
            await asyncio.sleep(DRAIN_LOOK)
        self._left = 0

    @property
    def is_full(self) -> bool:
        """Its browser has a good part of what its buffer may hold still to take."""
        return self._waiting > self._limit // 4

    @property
    def _waiting(self) -> int:
        """Bytes on their way to this browser that its machine has not taken yet."""
        return self._transport.get_write_buffer_size() + self._behind_bytes

    def cut(self, code: int) -> None:
        """End the session with a code that tells the browser what to do; never waits for it."""
        if self.closing:
            return
        self.cut_with = code
        metrics.closed(code).inc()
        self.ask()
        self._let_go()
        if isinstance(self.ws, _Socket):
            self.ws.was_cut = True
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._transport.write(b"\x88\x02" + struct.pack("!H", code))
        self.abandon()

    def _let_go(self) -> None:
        """Of what is behind: nobody will be told it here."""
        if self._feeding is not None:
            self._feeding.cancel()
        self._feeding, self._behind_bytes, self._behind = None, 0, NOTHING

    def abandon(self) -> None:
        """Let the connection go soon, even if the browser never takes what is still waiting for it."""
        self._let_go()
        asyncio.get_running_loop().call_later(CLOSE_GRACE, self._transport.abort)


@contextlib.contextmanager
def _cut_by_faults(session: LiveSession) -> Iterator[None]:
    """What goes wrong inside ends the session with a close code: after the upgrade there is no HTTP answer any more."""
    try:
        yield
    except ConnectionError:
        pass  # the browser has gone
    except Unavailable as why:
        log.warning("a session ends, the database is away: %s", why)
        session.cut(WSCloseCode.TRY_AGAIN_LATER)
    except Exception:
        log.exception("a session failed")
        session.cut(WSCloseCode.INTERNAL_ERROR)


S = TypeVar("S", bound=LiveSession)


@contextlib.asynccontextmanager
async def open_socket(
    request: web.Request, limits: Limits, make: Callable[[web.WebSocketResponse], S]
) -> AsyncIterator[S]:
    """Accept the upgrade and make the door's own kind of session of it. The caller has checked origin and person."""
    ws = _Socket(
        heartbeat=limits.heartbeat / 1000,
        max_msg_size=limits.frame_bytes,
        compress=False,
        autoping=True,
        timeout=CLOSE_GRACE,
    )
    await ws.prepare(request)
    ws.headers.clear()  # they have been sent, and would stay in memory for as long as the socket does
    session = make(ws)
    sockets = request.app.get(SOCKETS) or Sockets()
    try:
        with sockets.holding(session), _cut_by_faults(session):
            yield session
    finally:
        if not session.closing:
            with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                await ws.close(code=WSCloseCode.OK)
        session.abandon()
        session.caught_up = None
        forget_frames(ws.exception())


class Hub(ABC, Generic[S, C]):
    """Tells the sessions of one door what happened. One a process and door; runs as a task of the app."""

    door = "live"
    """Whose sockets these are, for the log."""
    at_once = MOST
    """Events told at a time: when more have come, what came first is told first."""

    def __init__(self, store: Store, bus: Bus, limits: Limits) -> None:
        self.store = store
        self.limits = limits
        self.flushed = store.published
        """Every joined session has been told everything up to here."""
        self.sessions: set[S] = set()
        self._ahead: set[S] = set()
        """Those whose snapshot was newer than what the hub has told so far."""
        self._pending: list[Event] = []
        self._pending_since = 0.0
        self._wake = asyncio.Event()
        self._gather = limits.gather / 1000
        self._joining: set[S] = set()
        self._lagging: dict[S, asyncio.Task[None]] = {}
        self._reading = asyncio.Lock()
        self._read: tuple[int, float, dict[int, tuple[Sequence[Event], C]]] = (0, 0.0, {})
        self._stop = bus.take_events(self._take)

    @abstractmethod
    async def load(self, look: Reader, events: Sequence[Event]) -> C:
        """Read what these facts name, once for all sessions."""

    @abstractmethod
    def deliver(self, events: Sequence[Event], content: C, sessions: Iterable[S]) -> None:
        """Write to each session what it may see of these facts: all of them, or all from a later one on."""

    # --- live -------------------------------------------------------------------------------------------------------

    def _take(self, events: Sequence[Event]) -> None:
        if not self._pending:
            self._pending_since = time.perf_counter()
        self._pending.extend(events)
        self._wake.set()

    async def run(self) -> None:
        """At low load a fact goes out in the same turn of the loop; under load frames are gathered."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                since, events = self._pending_since, self._pending[: self.at_once]
                self._pending = self._pending[self.at_once :]
                if events:
                    burst = bool(self._pending)
                    began = loop.time()
                    with trace.span("tell sockets", door=self.door, events=len(events)):
                        await self._flush(events)
                    if self.sessions:
                        metrics.observe(metrics.Stage.PUBLISHED_WRITTEN, time.perf_counter() - since)
                    if burst:
                        self._wake.set()
                        await self._until_most_have_room()
                    elif self._pending or self.sessions:
                        await self._rest(began, loop.time(), crowd=len(events) > 1)
        finally:
            self._stop()

    async def _rest(self, began: float, ended: float, *, crowd: bool) -> None:
        """What comes within the next milliseconds shares one write; after a pause nothing waits.

        Facts that come one by one wait no longer than the telling of the last one took, so that half the loop's time
        stays for other things, and not at all when that took as long as the gathering; when several have come
        meanwhile, they wait for the whole of it.
        """
        loop = asyncio.get_running_loop()
        if not crowd:
            await asyncio.sleep(max(0.0, min(ended - began, began + self._gather - ended)))
            if len(self._pending) <= 1:
                return
        since = ended if crowd else began
        await asyncio.sleep(max(0.0, since + self._gather - loop.time()))

    async def _flush(self, events: Sequence[Event]) -> None:
        if self.sessions:
            try:
                content = await self.store.follow(lambda look: self.load(look, events))
                self._tell(events, content)
                self.store.requests.tell("written to sockets of %s", events, self.door)
            except Unavailable as why:
                log.warning("cannot read what to tell the sessions: %s", why)
                self.start_over()
            except Exception:
                first, last = events[0].position, events[-1].position
                log.exception("cannot tell the sessions about %d..%d", first, last)
                self.start_over()
        self.flushed = events[-1].position
        self._read = (0, 0.0, {})

    async def _until_most_have_room(self) -> None:
        """For the rest of a burst. The slow ones are not waited for: they lag, and catch up by themselves."""
        ends = time.monotonic() + PART_WAITS
        await asyncio.sleep(0)
        while time.monotonic() < ends and 2 * sum(one.is_full for one in self.sessions) > len(self.sessions):  # noqa: ASYNC110
            await asyncio.sleep(FEED_LOOK)  # no socket says when it has room

    def _tell(self, events: Sequence[Event], content: C) -> None:
        if not self._ahead:
            self.deliver(events, content, self.sessions)
            return
        self.deliver(events, content, self.sessions - self._ahead)
        for session in tuple(self._ahead):
            if rest := [event for event in events if event.position > session.position]:
                self.deliver(rest, content, (session,))
                self._ahead.discard(session)

    def start_over(self) -> None:
        """Cut everybody: each comes back with its cursor and catches up. Better than telling a story with a hole."""
        for session in tuple(self.sessions):
            session.cut(CLOSE_SLOW)

    # --- catching up ------------------------------------------------------------------------------------------------

    def resumable(self, text: str | None) -> tuple[Cursor | None, str | None]:
        """The cursor to resume from, or the reason why the session must start over."""
        cursor = Cursor.parse(text) if text else None
        if cursor is None:
            return None, None
        if cursor.epoch != self.store.epoch:
            return None, "epoch"
        if self.store.published - cursor.position > REPLAY_MOST:
            return None, "too_old"
        return cursor, None

    async def join(self, session: S) -> bool:
        """Bring a session from `session.position` to where the hub stands, then tell it everything that follows.

        Returns False when that cannot be told: the log no longer reaches back that far, never came that far, or holds
        what cannot be read. The caller starts it over.
        """
        self._joining.add(session)
        try:
            if not await self._reach_head(session):
                return False
        finally:
            self._joining.discard(session)
        if not session.closing:
            if session.position > self.flushed:
                self._ahead.add(session)
            session.belong(self)
            self.sessions.add(session)
            self.joined(session)
        return True

    async def _reach_head(self, session: S) -> bool:
        if session.position > self.store.published and session.position > await self.store.head():
            return False
        await session.drain()  # a snapshot may be larger than what may wait for a live browser
        while session.position < self.flushed and not session.closing:
            missed = await self.missed(session)
            if missed is None or not self._replay(session, *missed):
                return False
            await session.drain()
        return True

    def joined(self, session: S) -> None:
        """For hubs that keep their sessions in order: this one is told what follows."""

    def left(self, session: S) -> None:
        """It is told nothing any more."""

    def ask(self, session: S) -> None:
        """Its browser is slow or gone."""

    def lag(self, session: S) -> None:
        """Its browser reads too slowly for what is told now. Called while others are being told."""
        session.lags = True
        self.ask(session)
        session.belong(None)  # where it stands before the facts that are told just now
        if session not in self._lagging:  # else it lags while it is told what the log does not tell
            self._lagging[session] = asyncio.create_task(self._catch_up(session))

    @property
    def behind(self) -> set[S]:
        """Those on their way to where the hub stands, who may take long: the hub tells them nothing."""
        return self._joining | self._lagging.keys()

    async def _catch_up(self, session: S) -> None:
        """Bring one back that lagged, as often as it lags. What cannot be told it asks for anew, with its cursor."""
        try:
            with _cut_by_faults(session):
                while session.lags and not session.closing:
                    self._drop(session)
                    session.lags = False
                    if not await self.join(session):
                        session.cut(CLOSE_SLOW)
                    elif session.caught_up is not None and not session.closing:
                        await session.caught_up()
        finally:
            self._lagging.pop(session, None)

    def _replay(self, session: S, events: Sequence[Event], content: C, reached: int) -> bool:
        try:
            self.deliver(events, content, (session,))
        except Exception:
            log.exception("cannot replay what came after %d", session.position)
            return False
        session.position = reached
        return True

    async def missed(self, session: S) -> tuple[Sequence[Event], C, int] | None:
        """What came after its position, with the position that this reaches; None: that cannot be told."""
        found = await self._missed(session.position)
        return None if found is None else (*found, found[0][-1].position)

    async def _missed(self, position: int) -> tuple[Sequence[Event], C] | None:
        """What came after a position. After a cut many come back at once, from the same place: it is read for the
        first of them and kept until something new comes, or for a few seconds, because links in it expire.
        """
        async with self._reading:
            now = asyncio.get_running_loop().time()
            head, until, kept = self._read
            if head != self.store.published or until < now:
                head, until, kept = self._read = (self.store.published, now + REPLAY_KEPT, {})
            if position not in kept:
                found = await self._read_missed(position)
                if found is None:
                    return None
                while len(kept) >= REPLAYS:
                    del kept[next(iter(kept))]
                kept[position] = found
            return kept[position]

    async def _read_missed(self, position: int) -> tuple[Sequence[Event], C] | None:
        events = await self.store.follow(lambda look: self._after(look, position), long=True)
        return await self.read_again(events) if events else None

    async def read_again(self, events: Sequence[Event]) -> tuple[Sequence[Event], C] | None:
        """Facts of the past with their content as it stands now. Raises Unavailable."""
        try:
            return events, await self.store.follow(lambda look: self.load(look, events))
        except Unavailable:
            raise
        except Exception:
            log.exception("cannot read %d..%d again", events[0].position, events[-1].position)
            return None

    async def _after(self, look: Reader, position: int) -> list[Event] | None:
        if position < await trimmed_to(look):
            return None
        try:
            return await events_after(look, position, REPLAY)
        except UnknownFact as why:
            self.check_passed(why)
            return None

    def check_passed(self, unknown: UnknownFact) -> None:
        """What a newer version wrote before this process began is in the rows that it began with: whoever was told the
        log only up to there starts over with those. Raises it when it came later."""
        if unknown.position > self.store.published:
            raise unknown

    def leave(self, session: S) -> None:
        if (lagging := self._lagging.pop(session, None)) is not None:
            lagging.cancel()
        self._drop(session)

    def _drop(self, session: S) -> None:
        if session in self.sessions:
            self.sessions.discard(session)
            self._ahead.discard(session)
            session.belong(None)
            self.left(session)


async def heard(session: LiveSession) -> AsyncIterator[WSMessage]:
    """What the browser says, until the session ends. Thousands of frames may have come at once, and taking one need not
    wait for anything: after `TURN` the others have theirs."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for message in session.ws:
        if session.closing:
            return
        yield message
        if loop.time() - began > TURN:
            await asyncio.sleep(0)
            began = loop.time()


async def first_text(session: LiveSession, limits: Limits) -> str | None:
    """The first frame, or None when the browser stays silent or says something that is no text."""
    try:
        message = await session.ws.receive(timeout=limits.hello_wait / 1000)
    except TimeoutError:
        return None
    return message.data if message.type is WSMsgType.TEXT else None
