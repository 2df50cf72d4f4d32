"""A mailbox followed by a thread of its own: everything that came since the cursor, in order, then whatever comes.

The thread only reads and waits; what it read is committed in the house's loop before the next one is fetched, so memory
holds one mail and an outage of any length is made up for in bounded steps. A mail that cannot be taken now is fetched
again, and nothing overtakes it. Where nothing may be changed in the mailbox, nothing is.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import random
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from gateway.channels._mail_away import away
from gateway.channels._mail_imap_server import TROUBLE, Connection, ImapServer, batches
from gateway.errors import AuthFailed, Away, ParleyError, PermanentError, TemporaryError

log = logging.getLogger(__name__)

BATCH = 100
"""Mails whose sizes are asked for at once."""
IDLE = 540.0
"""Seconds of one IDLE: routers forget a silent line after ten minutes, servers after thirty (RFC 2177)."""
POLL = 60.0
"""Seconds between looks where the server has no IDLE, and at folders other than the first."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
"""Seconds before another connection; twice as long each time, and the longest when the sign-in was refused."""
WELL_AGAIN = 300.0
"""Seconds after which it is said again that all is well."""
COMMIT = 120.0
"""Seconds that taking one mail may last."""
FAREWELL = 5.0
"""Seconds that `stop` waits."""
NAMED = 20
"""Folders that are named where one that was wished is not there."""
LARGEST = 30 * 1024 * 1024
"""Octets of a mail; of a larger one as much as this is taken, so that it is seen at all."""

Returned = TypeVar("Returned")


class Cursor(NamedTuple):
    """How far a folder was taken (RFC 3501 section 2.3.1.1): with another `validity` its uids mean nothing."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Following:
    """What is followed, and how."""

    folders: Sequence[str] = ("INBOX",)
    """The first that is there is waited at; the others are looked at every POLL seconds."""
    since: datetime.date | None = None
    """Without a cursor, or with one of another validity: nothing that came before this day."""
    mark_seen: bool = False
    move_to: str = ""
    """What is done with a mail that was taken. Nothing, unless told."""
    largest: int = LARGEST


@dataclass(frozen=True, slots=True)
class House:
    """What the mailbox tells, all of it awaited in the loop that started it."""

    deliver: Callable[[bytes, int, str], Awaitable[None]]
    """`(raw, uid, folder)`; returns when it is committed. Whatever it raises, the same mail comes again later."""
    cursor: Callable[[str, int, int, int], Awaitable[None]]
    """`(folder, validity, uid, waiting)`: taken up to here, and so many more lie behind it."""
    told: Callable[[ParleyError | None], Awaitable[None]]
    """What stands in the way (AuthFailed, TemporaryError), or None, now and then: all is well."""


class Mailbox:
    """Started and stopped once."""

    def __init__(
        self,
        server: ImapServer,
        house: House,
        cursors: Mapping[str, Cursor],
        following: Following = Following(),
    ) -> None:
        self._server = server
        self._house = house
        self._cursors = dict(cursors)
        self._following = following
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._ended = asyncio.Event()
        self._bell, self._ear = socket.socketpair()
        self._line: Connection | None = None
        self._asked: Future[Any] | None = None
        self._well_at: float | None = None
        """When it was last told that all is well, by the monotonic clock; None: it is not."""
        self._failures = 0

    def start(self) -> None:
        threading.Thread(target=self._run, name=f"mailbox {self._server.host}", daemon=True).start()

    async def stop(self) -> None:
        """What is being committed is let finish; nothing more is fetched."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._bell.send(b"x")
        if (line := self._line) is not None:
            line.cut()
        try:
            async with asyncio.timeout(FAREWELL):
                await self._ended.wait()
        except TimeoutError:
            if (asked := self._asked) is not None:
                asked.cancel()

    def _run(self) -> None:
        with contextlib.suppress(_Stopped):
            while not self._stopping.is_set():
                try:
                    self._session()
                except _Stopped:
                    raise
                except ParleyError as why:
                    self._failed(why)
                except TROUBLE as why:
                    self._failed(away("imap", why))
                except Exception as why:
                    log.exception("imap: a fault of ours")
                    self._failed(TemporaryError(f"imap: {type(why).__name__}"))
        with contextlib.suppress(RuntimeError):  # the loop has gone
            self._loop.call_soon_threadsafe(self._over)

    def _over(self) -> None:
        self._bell.close()
        self._ear.close()
        self._ended.set()

    def _failed(self, why: ParleyError) -> None:
        if self._stopping.is_set():
            return
        self._tell(why)
        pause = min(FIRST_PAUSE * 2.0 ** min(self._failures, 20), LONGEST_PAUSE)
        if isinstance(why, AuthFailed):
            pause = LONGEST_PAUSE
        elif isinstance(why, TemporaryError) and why.retry_after is not None:
            pause = max(pause, min(why.retry_after, LONGEST_PAUSE))
        self._failures += 1
        self._stopping.wait(pause * random.uniform(0.8, 1.2))

    def _tell(self, why: ParleyError | None) -> None:
        now = time.monotonic()
        if why is None and self._well_at is not None and now - self._well_at < WELL_AGAIN:
            return
        self._well_at = None
        try:
            self._await(self._house.told(why))
        except _Stopped:
            raise
        except ParleyError as hindered:
            log.warning("imap: the house could not be told: %s", hindered)
        except Exception:
            log.exception("imap: the house could not be told")
        else:
            self._well_at = now if why is None else None

    def _session(self) -> None:
        token = self._server.token
        line = Connection.open(self._server, None if token is None else lambda: self._await(token()))
        self._line = line
        politely = False
        try:
            while not self._stopping.is_set():
                there, missing = self._take_all(line)
                self._failures = 0
                self._tell(missing)
                self._wait(line, there)
            politely = True
        finally:
            self._line = None
            line.close(politely=politely)

    def _take_all(self, line: Connection) -> tuple[list[str], Away | None]:
        """Of each folder; returns those that are there, and what stands in the way of one that is not: it keeps none of
        the others unread. Raises that where none is there."""
        there: list[str] = []
        missing: Away | None = None
        for folder in self._following.folders:
            try:
                self._take(line, folder)
            except Away as why:
                if why.why != "folder":
                    raise
                missing = missing or why
            else:
                there.append(folder)
        if missing is not None and not there:
            raise missing
        return there, missing

    def _take(self, line: Connection, folder: str) -> None:
        changes = self._following.mark_seen or bool(self._following.move_to)
        opened = line.folder(folder, changes=changes)
        known = self._cursors.get(folder)
        fresh = known is None or known.validity != opened.validity
        after = 0 if fresh or known is None else known.uid
        if not fresh and opened.next_uid and after >= opened.next_uid - 1:
            return
        uids = line.uids(after, self._following.since if fresh else None)
        left = len(uids)
        for batch in batches(uids, BATCH):
            sizes = line.sizes(batch)
            for uid in batch:
                self._check()
                if uid in sizes:  # else it was removed meanwhile
                    self._take_one(line, folder, uid, sizes[uid])
                left -= 1
                self._reach(folder, Cursor(opened.validity, uid), left)
                if uid in sizes:
                    self._put_away(line, uid)
        # Numbers that nobody has any more are behind us, too: else they would look like news for ever.
        last = uids[-1] if uids else after
        self._reach(folder, Cursor(opened.validity, max(last, opened.next_uid - 1)))

    def _reach(self, folder: str, cursor: Cursor, left: int = 0) -> None:
        if self._cursors.get(folder) != cursor:
            self._await(self._house.cursor(folder, *cursor, left))
            self._cursors[folder] = cursor

    def _take_one(self, line: Connection, folder: str, uid: int, size: int) -> None:
        large = size > self._following.largest
        if large:
            log.warning("imap: a mail of %d bytes is taken in part", size)
        raw = line.raw(uid, self._following.largest if large else None)
        if raw is not None:
            self._await(self._house.deliver(raw, uid, folder))

    def _put_away(self, line: Connection, uid: int) -> None:
        try:
            if self._following.mark_seen:
                line.mark_seen(uid)
            if self._following.move_to:
                line.move(uid, self._following.move_to)
        except PermanentError as why:
            log.warning("%s; the mail stays where it is", why)

    def _wait(self, line: Connection, there: Sequence[str]) -> None:
        if not line.idles():
            self._stopping.wait(POLL)
            return
        first = there[0]
        opened = line.folder(first)
        known = self._cursors.get(first)
        if known is None or known.validity != opened.validity or opened.next_uid - 1 > known.uid:
            return  # something came while the other folders were looked at
        line.idle(IDLE if len(self._following.folders) == 1 else POLL, self._ear)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _await(self, asked: Awaitable[Returned]) -> Returned:
        """The house's answer. Raises what it does, TemporaryError when it takes too long, _Stopped."""
        waiting = _awaited(asked)
        try:
            self._asked = asyncio.run_coroutine_threadsafe(waiting, self._loop)
        except RuntimeError as why:  # the loop has gone
            waiting.close()
            raise _Stopped from why
        try:
            return self._asked.result(COMMIT)  # type: ignore[no-any-return]
        except FutureTimeoutError as why:
            self._asked.cancel()
            raise TemporaryError("imap: the house did not answer in time") from why
        except CancelledError as why:
            raise _Stopped from why
        except ParleyError:
            raise
        except Exception as why:
            log.exception("imap: a fault of ours")
            raise TemporaryError(f"imap: the house: {type(why).__name__}") from why
        finally:
            self._asked = None


class _Stopped(Exception):
    """Somebody said `stop`."""


async def _awaited(asked: Awaitable[Returned]) -> Returned:
    return await asked


async def append_sent(server: ImapServer, raw: bytes, folder: str = "") -> str:
    """One copy of what was sent into the mailbox, over a connection of its own; returns the folder's name. Raises
    AuthFailed, TemporaryError, PermanentError."""
    return await _once(server, lambda line: line.append(raw, folder))


async def look_into(server: ImapServer, folders: Sequence[str]) -> None:
    """Are we let in, and are these folders there? Raises AuthFailed, Away: where one is not, with those there are."""

    def look(line: Connection) -> None:
        for folder in folders:
            try:
                line.folder(folder)
            except Away as why:
                raise Away(f"{why}{_others(line)}", why=why.why) from why

    await _once(server, look)


def _others(line: Connection) -> str:
    try:
        names = line.folders()
    except TROUBLE:
        return ""
    more = ", ..." if len(names) > NAMED else ""
    return f"; there are: {', '.join(names[:NAMED])}{more}" if names else ""


async def _once(server: ImapServer, what: Callable[[Connection], Returned]) -> Returned:
    """Over a connection of its own, in a thread."""
    loop = asyncio.get_running_loop()
    given = server.token

    def token() -> str:
        assert given is not None
        asked: Coroutine[Any, Any, str] = _awaited(given())
        return asyncio.run_coroutine_threadsafe(asked, loop).result(COMMIT)

    def work() -> Returned:
        line = Connection.open(server, None if given is None else token)
        try:
            return what(line)
        except TROUBLE as why:
            raise away("imap", why) from why
        finally:
            line.close(politely=True)

    return await asyncio.to_thread(work)
