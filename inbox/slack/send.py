"""The duty that shows pulled conversations in their threads: follows the log, posts in order, draws anew what changed.

Everything once, in order. A post whose answer was lost is looked for in its thread before it is posted again; when
Slack, the database or this process is away, what is queued waits where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from aiohttp import ClientSession

from gateway.bus import Bus
from gateway.errors import AuthFailed, PermanentError, TemporaryError, Unavailable, UncertainError
from gateway.events import Event
from gateway.media import MediaStore
from gateway.store import Store
from gateway.stream import outside, outside_homes, pull_queue
from gateway.stream import pull_readers as readers
from gateway.stream.pull_queue import Due
from gateway.stream.pulls import Audience
from inbox.slack import PLACE
from inbox.slack.blocks import Drawn
from inbox.slack.carry import Carrier
from inbox.slack.client import Client
from inbox.slack.draws import Draws
from inbox.slack.rooms import Rooms

log = logging.getLogger(__name__)

T = TypeVar("T")

CLOCKS = 3600
"""Seconds by which our clock may be ahead of Slack's."""
CLOSED = {
    *("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "thread_not_found"),
    *("restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
    *("restricted_action_non_threadable_channel", "cannot_reply_to_message", "messages_tab_disabled"),
}
"""Nothing can be posted there any more."""
UNDRAWABLE = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"}
"""Slack takes posts there, but never this one: what comes after it does not wait, and that it is missing is said."""
TRIES = 5
"""After which a post that we cannot draw is one of these."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    gather: float = 0.05
    """In which facts are gathered before they are looked at."""
    post: float = 1.05
    """Between two posts in a channel: one a second, and a little
    (https://docs.slack.dev/apis/web-api/rate-limits#posting-messages)."""
    header: float = 3.0
    """Between two drawings of the same post."""
    unsure: float = 15.0
    """After which one looks whether a post arrived of which nobody said so: longer than a call lasts."""
    again: float = 2.0
    """Until the first try after one that failed; then twice as long each time, up to `again_most`."""
    again_most: float = 30.0
    look: float = 30.0
    """After which one looks anyway."""
    probe: float = 30.0
    """Between two looks whether our token is taken again."""
    tick: float = 1.0
    """Between two looks at what alerts and home tabs there are to draw."""
    rules: float = 10.0
    """Between two looks at the rules while nothing happens; while something does, `stirred`."""
    stirred: float = 2.0
    alert: float = 60.0
    """Between two looks at whether an alert that lasts shows what is so."""
    home: float = 10.0
    """Between two drawings of the same home tab."""
    asks: float = 60.0
    """Between two looks whether Slack takes our token, while nothing else asks."""

    def wait(self, tries: int) -> float:
        return min(self.again * (1 << min(max(tries - 1, 0), 10)), self.again_most)


class Sender:
    """Of one process, for as long as it has the duty; `store` is the fenced one."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        client: Client,
        rooms: Rooms,
        draws: Draws,
        clock: Callable[[], int],
        pace: Pace | None = None,
        *,
        media: MediaStore,
        road: ClientSession,
    ) -> None:
        self._store = store
        self._bus = bus
        self._client = client
        self._rooms = rooms
        self._draws = draws
        self._clock = clock
        self._pace = pace or Pace()
        self._carrier = Carrier(store, client, draws, media, road, clock, self._for_whom)
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        """Channels in which something is under way."""
        self._free: dict[str, float] = {}
        """When (monotonic) a channel may be posted to again."""
        self._doubts: dict[str, tuple[int, float]] = {}
        """Of a channel that one must look at: as of what, and since when (of the rooms' clock) that is known."""
        self._probed = 0.0
        self._begun = False
        self._followed = -1
        """Where the log stood when it was last taken into the threads' queues."""

    async def run(self) -> None:
        """Runs for as long as the duty is held. Survives a database or a Slack that is gone for a while."""
        stop = self._bus.take_events(self._happened)
        try:
            async with asyncio.TaskGroup() as posts:
                while True:
                    self._wake.clear()
                    wait = await self._turn(posts)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await self._wake.wait()
                        await asyncio.sleep(self._pace.gather)
        finally:
            stop()

    def _happened(self, events: Sequence[Event]) -> None:
        self._wake.set()

    async def _turn(self, posts: asyncio.TaskGroup) -> float:
        """Follow, and begin what is due; returns after how many seconds there is something to do by itself."""
        try:
            if not self._begun:  # who knows who came while nobody looked
                await self._store.write(lambda tx: readers.all_moved(tx, PLACE), aside=True)
                self._begun = True
            if (stands := self._store.published) > self._followed:
                while await self._store.write(lambda tx: pull_queue.follow(tx, PLACE), aside=True):
                    pass
                self._followed = stands
            if (
                await self._store.read(lambda look: pull_queue.paused(look, PLACE))
                and not await self._mended()
            ):
                return self._pace.probe
            return await self._begin_due(posts)
        except Unavailable as why:
            log.warning("threads wait: %s", why)
        except Exception:
            log.exception("threads could not be looked at; they wait")
        return self._pace.again

    async def _begin_due(self, posts: asyncio.TaskGroup) -> float:
        wait, now = self._pace.look, self._clock()
        # What is read of these may be over by the time it was read: their end looks again.
        under_way = frozenset(self._busy)
        doubted = dict(await self._store.read(lambda look: readers.doubted(look, PLACE, now)))
        for channel, as_of in doubted.items():
            if channel in under_way:
                continue
            if self._doubts.get(channel, (-1, 0.0))[0] != as_of:
                self._doubts[channel] = as_of, self._rooms.now()
            rest = self._begins(channel)
            if rest == 0:
                posts.create_task(self._look(channel, as_of))
            elif rest is not None:
                wait = min(wait, rest)
        for due in await self._store.read(lambda look: pull_queue.load_due(look, PLACE, now)):
            if due.channel in doubted or due.channel in under_way:
                continue
            rest = self._begins(due.channel)
            if rest == 0:
                posts.create_task(self._try(due))
            elif rest is not None:
                wait = min(wait, rest)
        soon = await self._store.read(lambda look: pull_queue.next_due(look, PLACE, now))
        if soon is not None:
            wait = min(wait, (soon - now) / 1000)
        return max(wait, 0.01)

    def _begins(self, channel: str) -> float | None:
        """Something may be done there, and is from now on: 0. Else in how many seconds; None: when what is under way
        has ended."""
        if channel in self._busy:
            return None
        if (rest := self._free.get(channel, 0.0) - time.monotonic()) > 0:
            return rest
        self._busy.add(channel)
        return 0

    def _ends(self, channel: str, rest: float) -> None:
        self._busy.discard(channel)
        self._free[channel] = time.monotonic() + rest
        self._wake.set()

    async def _look(self, channel: str, as_of: int) -> None:
        """Who reads it? Nothing is posted there until one knows. Never raises."""
        rest = self._pace.again
        try:
            rest = await self._who_reads(channel, as_of)
        except Unavailable as why:
            log.warning("a look at who reads %s waits for the database: %s", channel, why)
        except Exception:
            log.exception("who reads %s could not be looked at; nothing is posted there until then", channel)
        finally:
            self._ends(channel, rest)

    async def _who_reads(self, channel: str, as_of: int) -> float:
        """Returns for how many seconds the channel is left alone."""
        self._rooms.forget(channel)
        # What was known of its people when it was said counts no more: perhaps only another process heard it.
        since = self._doubts[channel][1]
        try:
            audience = await self._rooms.audience(channel, since)
        except AuthFailed as why:
            await self._paused(str(why))
            return self._pace.again
        except TemporaryError as why:
            log.info("who reads %s is not known yet: %s", channel, why)
            return why.retry_after or self._pace.again
        now = self._clock()
        write = lambda tx: readers.looked(tx, PLACE, channel, as_of, audience, now)  # noqa: E731
        if await self._store.write(write, aside=True):
            log.info("the threads of %s are %s from now on", channel, audience.value)
        if self._doubts.get(channel, (0, 0.0))[1] == since:
            del self._doubts[channel]
        return 0.0

    async def _mended(self) -> bool:
        """Is our token taken again? Asked now and then."""
        if time.monotonic() - self._probed < self._pace.probe:
            return False
        self._probed = time.monotonic()
        try:
            await self._client.look()
        except (AuthFailed, TemporaryError, UncertainError, PermanentError):
            return False
        await self._store.write(lambda tx: pull_queue.resume(tx, PLACE), aside=True)
        log.info("Slack takes our token again: what waited goes on")
        return True

    async def _try(self, due: Due) -> None:
        """Never raises: one thread's trouble must not silence all others."""
        rest = self._pace.post
        try:
            rest = rest if await self._do(due) else 0.0
        except Unavailable as why:
            log.warning("a post waits for the database: %s", why)
            await asyncio.sleep(self._pace.again)
        except Exception:
            log.exception("a post of %s could not be made; it is looked at again", due.pull)
            # Not at once: it would always be the first of its channel, and nothing else came there.
            with contextlib.suppress(Unavailable):
                await self._waits(due, self._pace.again_most, "a fault of ours", uncertain=True)
        finally:
            self._ends(due.channel, rest)

    async def _do(self, due: Due) -> bool:
        """Returns whether Slack was told anything."""
        try:
            if due.file is not None:
                await (self._carrier.look_again(due) if due.stands else self._carrier.carry(due))
                return True
            return await (self._redraw(due) if due.stands else self._post(due)) is not False
        except AuthFailed as why:
            await self._waits(due, 0.0, str(why))
            await self._paused(str(why))
        except TemporaryError as why:
            await self._waits(due, why.retry_after or self._pace.wait(due.tries), str(why))
        except UncertainError as why:
            wait = self._pace.wait(due.tries)
            # A file of which nothing is known yet may be about to be completed: it is not uploaded again at once.
            wait = wait if due.file is None else max(wait, self._pace.unsure)
            await self._waits(due, wait, str(why), uncertain=True)
        except PermanentError as why:
            log.warning("a post of %s was refused: %s", due.pull, why)
            code = why.code
            # Without its card there is no thread: nobody could work there.
            if not due.stands and (code in CLOSED or due.kind == "header"):
                await self._store.write(lambda tx: pull_queue.broken(tx, due, code), aside=True)
            else:
                await self._store.write(lambda tx: pull_queue.ended(tx, due, code), aside=True)
        return True

    async def _paused(self, reason: str) -> None:
        if await self._store.write(lambda tx: pull_queue.pause(tx, PLACE, reason), aside=True):
            log.error("Slack does not take our token (%s): threads wait until it is mended", reason)
        self._probed = time.monotonic()

    async def _waits(self, due: Due, wait: float, why: str, *, uncertain: bool = False) -> None:
        # What might stand there before, might still: one has not come to looking.
        uncertain = uncertain or due.uncertain
        until = self._clock() + round(wait * 1000)
        await self._store.write(
            lambda tx: pull_queue.waits(tx, due, until, why, uncertain=uncertain), aside=True
        )

    async def _post(self, due: Due) -> bool:
        if due.kind != "header" and due.thread is None:
            await self._store.write(lambda tx: pull_queue.ended(tx, due, "no thread"), aside=True)
            return False
        if due.uncertain:
            found = await self._client.find(due.channel, due.thread, due.key, await self._after(due))
            if found is not None:
                await self._store.write(lambda tx: pull_queue.posted(tx, due, found, ""), aside=True)
                return True
            # It does not stand there: whatever goes wrong from here on begins anew.
            due = replace(due, state="queued")
        due = await self._for_whom(due)
        until = self._clock() + round(self._pace.unsure * 1000)
        # First: what happens while it is drawn makes it stale.
        await self._store.write(lambda tx: pull_queue.begin(tx, due, until), aside=True)
        due, drawn = await self._for_readers(due, self._drawn)
        if drawn is None:
            await self._store.write(lambda tx: pull_queue.ended(tx, due), aside=True)
            return False
        ts = await self._shown(
            due, drawn, lambda one: self._client.post(due.channel, due.thread, one, due.key)
        )
        await self._store.write(lambda tx: pull_queue.posted(tx, due, ts, drawn.digest), aside=True)
        return True

    async def _drawn(self, due: Due) -> Drawn | None:
        try:
            return await self._draws.draw(due)
        except Unavailable:
            raise
        except Exception:
            if due.kind == "header" or due.tries < TRIES:
                raise
            log.exception("a post of %s cannot be drawn; that it is missing is said there", due.pull)
            return await self._draws.instead(due)

    async def _shown(self, due: Due, drawn: Drawn, show: Callable[[Drawn], Awaitable[T]]) -> T:
        try:
            return await show(drawn)
        except PermanentError as why:
            if due.kind == "header" or why.code not in UNDRAWABLE:
                raise
            log.warning("a post of %s is none that Slack takes (%s); that is said there", due.pull, why.code)
            return await show(await self._draws.instead(due))

    async def _after(self, due: Due) -> str:
        """The ts after which it stands if it does: that of the thread's newest post, for they are made in order."""
        newest, pulled_at = await self._store.read(lambda look: pull_queue.newest(look, due.pull))
        if newest is None or not newest[:1].isdigit():
            newest = due.thread
        return newest or f"{pulled_at // 1000 - CLOCKS}.000000"

    async def _redraw(self, due: Due) -> bool:
        ts = due.external
        assert ts is not None, "it stands"
        due, drawn = await self._for_readers(await self._for_whom(due), self._draws.draw)
        if drawn is None:
            await self._client.remove(due.channel, ts)
            await self._store.write(lambda tx: pull_queue.ended(tx, due), aside=True)
            return True
        if told := drawn.digest != due.digest:
            await self._shown(due, drawn, lambda one: self._client.redraw(due.channel, ts, one, due.key))
        after = self._clock() + round(self._pace.header * 1000)
        await self._store.write(lambda tx: pull_queue.drawn(tx, due, drawn.digest, after), aside=True)
        return told

    async def _for_readers(
        self, due: Due, draw: Callable[[Due], Awaitable[Drawn | None]]
    ) -> tuple[Due, Drawn | None]:
        """Drawn for those who read the channel when that is done: somebody may come meanwhile."""
        while True:
            drawn, now = await draw(due), await self._for_whom(due)
            if now.audience is due.audience:
                return due, drawn
            due = now

    async def _for_whom(self, due: Due) -> Due:
        """As the channel is read now: where others do, what stands in it is drawn anew. That it is our own people's
        again is for `_who_reads` to say, which knows of when that is so."""
        audience = await self._rooms.audience(due.channel)
        if audience is Audience.INNER or audience is due.audience:
            return due
        await self._store.write(lambda tx: readers.set_readers(tx, PLACE, due.channel, audience), aside=True)
        log.info("the threads of %s are %s from now on", due.channel, audience.value)
        return replace(due, audience=audience)


async def forget_seen(store: Store, every: float = 3600.0) -> None:
    """What was told us days ago is forgotten. Runs for as long as the duty is held."""
    while True:
        with contextlib.suppress(Unavailable):
            while await store.write(outside.forget_seen, aside=True):
                pass
            await store.write(outside_homes.forget_empty, aside=True)
        await asyncio.sleep(every)
