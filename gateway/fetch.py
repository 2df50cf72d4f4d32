"""Files of customers' messages that still lie with a provider: fetched after the message stands, and put in its place.

Any number of processes may do so; a file is one taker's for as long as a fetch may take. What does not come at first is
asked for again for a day, with growing pauses; then, or when it cannot be had, it is shown as missing and an agent may
ask for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from gateway.channels.base import FetchesMedia
from gateway.errors import AuthFailed, PermanentError, TemporaryError, TooLarge, Unavailable
from gateway.events import Attachment, Event, Kind
from gateway.limits import Limits
from gateway.media import MediaStore, receive
from gateway.store import Store
from gateway.store.base import Verb
from gateway.stream.files import PLACES, Waiting, comes_later, does_not_come, has_come, next_due, take_due

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds at the most between two looks."""
LOOK_SOON = 0.1
"""Seconds at the least from one look to the next; who is woken after a pause looks at once."""
LOOK_SELDOM = 5.0
"""Seconds between two looks where no account keeps files: what waits there waits for its account."""
AT_ONCE = 16
"""Files that one process fetches at the same time; beyond them each account has one, so that no slow one starves
others."""
AT_ONCE_EACH = 8
"""Of one account's."""
LONGEST = 420.0
"""Seconds that one fetch may take; less than its lease."""
FIRST, MOST = 2_000, 900_000
"""ms until it is asked for again: after the first failure, doubled by each, and at the most."""
WAKING = frozenset({Kind.MESSAGE_CREATED, Kind.MESSAGE_FILES})


class Sources(Protocol):
    """Where files lie: the channels, or a place outside. Those that are no `FetchesMedia` keep none."""

    def get(self, account: str) -> object | None: ...

    def __iter__(self) -> Iterator[object]: ...


class Fetcher:
    """One process's part of the fetching; `run` for the life of the process. `clock` says UTC ms. `only`: the place
    outside that it looks after, and nothing else; None: everything but places."""

    def __init__(
        self,
        store: Store,
        channels: Sources,
        media: MediaStore,
        limits: Limits,
        clock: Callable[[], int],
        *,
        only: str | None = None,
    ) -> None:
        self._only = only
        self._store = store
        self._channels = channels
        self._media = media
        self._limits = limits
        self._clock = clock
        self._wake = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], str] = {}
        """And whose it is."""

    def hear(self, events: Sequence[Event]) -> None:
        """The log goes on: for the bus."""
        if any(event.kind in WAKING for event in events) and self._is_needed():
            self._wake.set()

    def _is_needed(self) -> bool:
        """A house of web chats has nothing to fetch, and asks for nothing with every message."""
        return any(isinstance(channel, FetchesMedia) for channel in self._channels)

    async def run(self) -> None:
        """Survives a database or a file store that is gone for a while."""
        now = asyncio.get_running_loop().time
        try:
            while True:
                self._wake.clear()
                began = now()
                with contextlib.suppress(Unavailable):
                    await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY if self._is_needed() else LOOK_SELDOM):
                        await self._wake.wait()
                await asyncio.sleep(began + LOOK_SOON - now())
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _look(self) -> None:
        due = await self._store.glance(next_due)
        now = self._clock()
        # Who has least under way comes first.
        for account in sorted((one for one in due if due[one] <= now and self._is_ours(one)), key=self._busy):
            if (room := self._room(account)) > 0:
                await self._take(account, room)

    def _is_ours(self, account: str) -> bool:
        return account == self._only if self._only else not account.startswith(PLACES)

    def _busy(self, account: str) -> int:
        return sum(whose == account for whose in self._under_way.values())

    def _room(self, account: str) -> int:
        busy = self._busy(account)
        return max(1 - busy, min(AT_ONCE_EACH - busy, AT_ONCE - len(self._under_way)))

    async def _take(self, account: str, room: int) -> None:
        for waiting in await self._store.write(lambda tx: take_due(tx, account, room), aside=True):
            task = asyncio.create_task(self._carry(waiting), name=f"fetch {waiting.id}")
            self._under_way[task] = account
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.critical("%s failed", task.get_name(), exc_info=task.exception())

    async def _carry(self, waiting: Waiting) -> None:
        try:
            file = await self._fetch(waiting)
        except (TemporaryError, TimeoutError, Unavailable) as why:
            log.info("file %s is fetched later: %r", waiting.id, why)
            asked = (getattr(why, "retry_after", None) or 0) * 1000
            wait = max(int(asked), min(FIRST << min(waiting.tries - 1, 20), MOST))
            await self._write(lambda tx: comes_later(tx, waiting.id, wait, "attachment.refused"))
        except PermanentError as why:
            log.warning("file %s does not come: %s", waiting.id, why)
            problem = why.for_agent
            await self._write(lambda tx: does_not_come(tx, waiting.id, problem))
        except (AuthFailed, TooLarge) as why:
            log.warning("file %s does not come: %s", waiting.id, why)
            problem = why.text if isinstance(why, TooLarge) else "attachment.refused"
            await self._write(lambda tx: does_not_come(tx, waiting.id, problem))
        except Exception:
            log.exception("file %s could not be fetched", waiting.id)
            await self._write(lambda tx: does_not_come(tx, waiting.id, "attachment.refused"))
        else:
            await self._write(lambda tx: has_come(tx, waiting.id, file))

    async def _fetch(self, waiting: Waiting) -> Attachment:
        channel = self._channels.get(waiting.account)
        if channel is None or not isinstance(channel, FetchesMedia):
            raise TemporaryError(f"account {waiting.account} is not configured", retry_after=60)
        limit = self._limits.upload_bytes
        async with asyncio.timeout(LONGEST), channel.fetch(waiting.file, limit=limit) as fetched:
            file, _ = await receive(
                self._media, fetched.chunks, name=fetched.name, declared_type=fetched.mime, limit=limit
            )
        return file

    async def _write(self, verb: Verb[object]) -> None:
        """A database that is gone costs nothing: the lease ends, and the file is asked for again."""
        with contextlib.suppress(Unavailable):
            await self._store.write(verb)
