"""Follows the log and tells webhooks. A duty of one process (`gateway.duties`); each try is leased by itself, under its
endpoint's lock.

Without an endpoint it looks at no fact and asks the database for nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import orjson
from aiohttp import ClientSession

from gateway.bus import Bus
from gateway.egress.hook import HookPayload, Told, event_id, gap, payload, ping
from gateway.errors import Unavailable
from gateway.events import Event, Kind, new_id
from gateway.followers.sending import connection, send
from gateway.limits import Limits
from gateway.store import Reader, Store
from gateway.store.load import load_contacts, load_conversations, load_messages, load_names
from gateway.store.log import read_event
from gateway.stream import hook_queue as queue
from gateway.stream.hook_pace import DAY, Pace
from gateway.stream.hook_queue import DROPPED, GAP, TRIMMED, Endpoint, Followed, Leased, Outcome
from gateway.stream.hooks import ONE, valid_secrets

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Tries under way in one process; beyond them each endpoint has one, so that those that hang starve no other."""
AT_ONCE_EACH = 8
"""Of one endpoint's."""
GATHER = 0.05
"""Seconds in which facts are gathered before they are looked at."""
FULL_FOR = 1.0
"""Seconds after which one looks whether a full queue has room."""
LOOK_EVERY = 60.0
"""Seconds after which one looks anyway."""
AGAIN_AFTER = 1.0
"""Seconds between two tries to write down what became of one while the database is away."""

ONE_EVENT = "select * from events where position = $1"


class Hooks:
    """`clock` tells UTC ms for signatures; what is due the database's own clock says."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        limits: Limits,
        trusted: Sequence[str],
        clock: Callable[[], int],
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._limits = limits
        self._trusted = frozenset(trusted)
        self._clock = clock
        self._pace = pace or Pace(disable_after=limits.webhook_fails * DAY)
        self._wake = asyncio.Event()
        self._stale = True
        """May the endpoints have changed since they were looked up?"""
        self._active: Sequence[str] = ()
        self._followed: dict[str, int] = {}
        """Endpoint -> the head of the log up to which there is nothing more for it."""
        self._full: dict[str, float] = {}
        """Endpoint -> when to look again whether its queue has room, by the monotonic clock."""
        self._under_way: Counter[str] = Counter()
        self._freed = False
        """Has a try ended since the last look? Then there is room for the next, and nothing is gathered."""

    async def run(self) -> None:
        """Runs for as long as the duty is held. Survives a database that is gone for a while."""
        stop = self._bus.take_events(self._happened)
        try:
            async with self.connected() as http, asyncio.TaskGroup() as tries:
                while True:
                    self._wake.clear()
                    wait = await self._turn(http, tries)
                    await self._sleep(wait)
        finally:
            stop()

    def connected(self) -> contextlib.AbstractAsyncContextManager[ClientSession]:
        return connection(self._trusted, self._limits.webhook_timeout)

    def _happened(self, events: Sequence[Event]) -> None:
        if not self._stale and any(
            event.kind is Kind.SETTING_CHANGED and event.changes.get("what") == "webhook" for event in events
        ):
            self._stale = True
            self._followed.clear()
        if self._stale or self._active:
            self._wake.set()

    async def _sleep(self, wait: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()
            if not self._freed:
                await asyncio.sleep(GATHER)
        self._freed = False

    async def _turn(self, http: ClientSession, tries: asyncio.TaskGroup) -> float:
        """Follow, and begin what is due; returns after how many seconds there is something to do by itself."""
        try:
            if self._stale:
                self._stale = False
                self._active = await self._store.read(queue.load_active)
            waits = [await self._serve(hook, http, tries) for hook in self._active]
            return min(waits, default=LOOK_EVERY)
        except Unavailable as why:
            log.warning("webhooks wait: %s", why)
        except Exception:
            log.exception("webhooks could not be looked at; they wait")
        self._stale = True
        return AGAIN_AFTER

    async def _serve(self, hook: str, http: ClientSession, tries: asyncio.TaskGroup) -> float:
        """Seconds until this endpoint has something to do."""
        wait = LOOK_EVERY
        head = self._store.published
        if self._followed.get(hook, -1) < head and self._full.get(hook, 0.0) <= time.monotonic():
            most = self._limits.webhook_waiting
            match await self._store.write(lambda tx: queue.follow(tx, hook, most=most), aside=True):
                case Followed.ALL:
                    self._followed[hook] = head
                case Followed.MORE:
                    wait = 0.0
                case Followed.FULL:
                    self._full[hook] = time.monotonic() + FULL_FOR
        if hook in self._full and self._followed.get(hook, -1) < head:
            wait = min(wait, FULL_FOR)
        mine = self._under_way[hook]
        free = max(min(AT_ONCE_EACH - mine, AT_ONCE - self._under_way.total()), 1 - mine)
        due = await self._store.read(lambda look: queue.next_due(look, hook))
        if due is None or free <= 0:
            return wait
        if due > self._clock():
            return min(wait, max(GATHER, (due - self._clock()) / 1000))
        turn = await self._store.write(lambda tx: queue.lease(tx, hook, free, self._pace), aside=True)
        if turn.endpoint is not None and turn.leased:
            bodies = await self._bodies(turn.endpoint, turn.leased)
            for leased in turn.leased:
                self._under_way[hook] += 1
                tries.create_task(self._try(http, turn.endpoint, leased, bodies[leased.id]))
        elif not turn.more:
            return min(
                wait, 1.0
            )  # the database's clock is a little behind ours, or another process was first
        return 0.0

    async def _try(
        self, http: ClientSession, endpoint: Endpoint, leased: Leased, body: bytes | Outcome
    ) -> None:
        """Never raises: one endpoint's trouble must not silence all others."""
        try:
            outcome = body if isinstance(body, Outcome) else await self._send(http, endpoint, leased, body)
            await self._settle(endpoint, leased, outcome)
        except Exception:
            log.exception("%r: %s is tried again when its lease ends", endpoint, leased.id)
        finally:
            self._under_way[endpoint.id] -= 1
            self._freed = True
            self._wake.set()

    async def _send(self, http: ClientSession, endpoint: Endpoint, leased: Leased, body: bytes) -> Outcome:
        key = event_id(self._store.secret, leased.position, leased.event_at, leased.kind)
        outcome = await send(http, endpoint, key, body, self._clock(), self._trusted)
        if outcome.problem:
            log.info("%r did not take %s: %s %s", endpoint, key, outcome.problem, outcome.status or "")
        return outcome

    async def _settle(self, endpoint: Endpoint, leased: Leased, outcome: Outcome) -> None:
        """Write down what became of it; while the database is away, for as long as the lease may last."""
        for _ in range(max(1, round(self._pace.lease / 1000 / AGAIN_AFTER))):
            try:
                await self._store.write(
                    lambda tx: queue.settle(tx, leased, endpoint.id, outcome, self._pace), aside=True
                )
                return
            except Unavailable as why:
                log.warning("what became of a webhook waits: %s", why)
                await asyncio.sleep(AGAIN_AFTER)

    async def _bodies(self, endpoint: Endpoint, leased: Sequence[Leased]) -> Mapping[str, bytes | Outcome]:
        """What is sent of each, with the words as they stand now; or why it is not sent."""
        told = await self._store.scan(lambda look: payloads(look, self._store.epoch, endpoint, leased))
        return {key: one if isinstance(one, Outcome) else orjson.dumps(one) for key, one in told.items()}


async def payloads(
    look: Reader, epoch: str, endpoint: Endpoint, leased: Sequence[Leased]
) -> dict[str, HookPayload | Outcome]:
    """By delivery; an `Outcome` says why there is nothing to tell."""
    events = await _events(look, leased)
    told = await _told(look, list(events.values()))
    said: dict[str, HookPayload | Outcome] = {}
    for one in leased:
        event = events.get(one.position)
        if one.kind == GAP:
            said[one.id] = gap((one.gap_from or 1) - 1, one.position, one.event_at, epoch)
        elif event is None:
            said[one.id] = TRIMMED
        elif one.kind not in endpoint.kinds:
            said[one.id] = DROPPED
        else:
            wishes = {"words": endpoint.words, "notes": endpoint.notes}
            said[one.id] = payload(event, told, epoch, **wishes) or DROPPED
    return said


async def _events(look: Reader, leased: Sequence[Leased]) -> dict[int, Event]:
    found: dict[int, Event] = {}
    for one in leased:
        row = None if one.kind == GAP else await look.one(ONE_EVENT, one.position)
        if row is not None:
            found[one.position] = read_event(row)
    return found


async def _told(look: Reader, events: Sequence[Event]) -> Told:
    messages = await load_messages(look, [event.message for event in events if event.message])
    authors = [one.row["author_id"] for one in messages.values()]
    return Told(
        conversations=await load_conversations(
            look, [event.conversation for event in events if event.conversation]
        ),
        messages={key: (one.row, one.files) for key, one in messages.items()},
        contacts=await load_contacts(look, [event.contact for event in events if event.contact]),
        names=await load_names(look, [*authors, *(event.actor.id for event in events)]),
    )


async def try_out(
    store: Store, limits: Limits, trusted: Sequence[str], hook: str, now: int
) -> Outcome | None:
    """A ping, at once and once, also to one that is paused; None: there is no such endpoint."""
    row = await store.glance(lambda look: look.one(ONE.replace(" {lock}", ""), hook))
    if row is None:
        return None
    secrets = tuple(valid_secrets(row, store.seals, now))
    endpoint = Endpoint(hook, row["url"], secrets, frozenset(), words=False, notes=False)
    body = orjson.dumps(ping(store.published, now, store.epoch))
    async with connection(trusted, limits.webhook_timeout) as http:
        return await send(http, endpoint, f"evt_{new_id()}", body, now, frozenset(trusted))
