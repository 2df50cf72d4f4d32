"""The only sender: takes what is due from the lanes of each account, calls its channel, writes down what became of it.

Any number of processes may run one. A process that dies while it sends leaves a lease behind: when that has run out,
its deliveries are `unknown`, shown and never sent again by themselves (docs/delivery.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol

from gateway import metrics, trace
from gateway.channels.base import Channel, Delivery, Reconciles, Sends
from gateway.channels.registry import Channels
from gateway.delivery import Pace, State
from gateway.errors import (
    AuthFailed,
    OptedOut,
    ParleyError,
    PermanentError,
    Refused,
    TemporaryError,
    Unavailable,
    UncertainError,
)
from gateway.events import SYSTEM, ActorKind, Attachment, Consent, Event, Kind, NextStep
from gateway.store import Store, Tx
from gateway.stream.automatic import signed_place
from gateway.stream.codes import code_of
from gateway.stream.consent import heed
from gateway.stream.invitations import filled
from gateway.stream.outbox_lease import Leased, Taken, lease, next_due, pause, rest, resume
from gateway.stream.outbox_settle import News, is_open, settle, unclaimed
from gateway.stream.proofs import MASK

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds at the most between two looks: other processes write, too."""
LOOK_SOON = 0.02
"""Seconds at the least between two looks."""
TRUSTED = 60.0
"""Seconds for which the database's clock is told from what it said last: then one look writes again, and asks it."""
AT_ONCE = 32
"""Sends of one account that are under way in one process."""
FAREWELL = 10.0
"""Seconds that sends under way are given when the process ends."""
WRITE_AGAIN = 0.5
"""Seconds until what became of a send is written once more when the database is gone."""


def _wakes(event: Event) -> bool:
    """May something be due after this?"""
    ours = event.kind is Kind.MESSAGE_CREATED and event.actor.kind is not ActorKind.CUSTOMER
    return ours or event.kind is Kind.MESSAGE_DELIVERY


def elapsed() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


Then = Callable[[Tx, str], Awaitable[None]]
"""What else is written of the account, in the same transaction."""


class Sender(Channel, Sends, Protocol):
    """An account that sends over a provider."""


class Outward(Protocol):
    """What a provider is told of us: addresses below the public URL."""

    def callback(self, account: str) -> str:
        """The account's own door."""

    def unsubscribe(self, place: str) -> str:
        """Where somebody says that she wants no more of what no person wrote."""

    def file(self, account: str, key: str, file: Attachment, life: int | None = None) -> str:
        """Where it gets a file of a message that goes to it, for at least `life` ms."""

    async def read(self, file: Attachment) -> bytes:
        """As `Delivery.read`."""


class Outcome(NamedTuple):
    """What is known of a delivery after a call."""

    news: News | None
    """None: somebody else has settled it, or will."""
    then: Then | None = None
    """What it says of the whole account, or of the person."""


Way = Callable[[Sender, Leased, Taken], Awaitable[Outcome]]


def _opts_out(leased: Leased) -> Then:
    """Her provider knew before us, when we sent, that she wants nothing more."""

    async def then(tx: Tx, account: str) -> None:
        await heed(tx, account, leased.identity, Consent.STOP, leased.began_at, SYSTEM)

    return then


OUTCOMES: Mapping[type[BaseException], str] = {
    TemporaryError: "temporary",
    AuthFailed: "auth_failed",
    PermanentError: "permanent",
    Refused: "refused",
    UncertainError: "uncertain",
    TimeoutError: "uncertain",
    asyncio.CancelledError: "ended",
}
"""What an exception of a send is counted as; any other is a fault of ours."""


@contextlib.contextmanager
def _counted(account: str) -> Iterator[None]:
    began, outcome = time.perf_counter(), "sent"
    try:
        yield
    except BaseException as why:
        outcome = next((word for kind, word in OUTCOMES.items() if isinstance(why, kind)), "fault")
        raise
    finally:
        metrics.provider_answered(account, outcome, time.perf_counter() - began)


def with_secrets(leased: Leased, secret: bytes) -> Leased:
    """With the code or the links in their place, which stand nowhere but in what goes out."""
    delivery = leased.delivery
    if MASK not in delivery.text:
        return leased
    code = MASK if leased.proof is None else code_of(secret, leased.proof)

    def told(text: str) -> str:
        return filled(text, secret, leased.message).replace(MASK, code)

    chosen = delivery.template
    if chosen is not None:
        variables = {name: told(value) for name, value in chosen.variables.items()}
        chosen = replace(chosen, variables=variables)
    return replace(leased, delivery=replace(delivery, text=told(delivery.text), template=chosen))


class Outbox:
    """One process's part of the sending; `run` for the life of the process. `chance` says 0..1."""

    def __init__(
        self,
        store: Store,
        channels: Channels,
        pace: Pace | None = None,
        chance: Callable[[], float] = random.random,
        outward: Outward | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._pace = pace or Pace()
        self._chance = chance
        self._outward = outward
        self._wake = asyncio.Event()
        self._under_way: dict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self._taken_at: dict[str, tuple[int, float]] = {}
        """Account -> when we last took of it: by the database's clock (UTC ms), and by the loop's (s)."""

    def hear(self, events: Sequence[Event]) -> None:
        """The log goes on: for the bus."""
        if any(_wakes(event) for event in events):
            self._wake.set()

    async def run(self) -> None:
        """Send what is due, again and again. Survives a database that is gone for a while. Cancelled, it waits for the
        sends under way."""
        try:
            await self._resume_all()
            while True:
                self._wake.clear()
                wait = LOOK_EVERY
                try:
                    wait = await self.look()
                except Unavailable as why:
                    log.warning("the outbox waits: %s", why)
                # Not wait_for: before Python 3.12 it may lose a cancellation that comes as we are woken.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                await asyncio.sleep(LOOK_SOON)
        finally:
            await self._farewell()

    async def _resume_all(self) -> None:
        """Whoever starts us may have mended what an account was paused for."""
        for channel in self._senders():
            account = channel.account
            with contextlib.suppress(Unavailable):
                await self._store.write(lambda tx, account=account: resume(tx, account))  # type: ignore[misc]

    def _senders(self) -> list[Sender]:
        return [channel for channel in self._channels if isinstance(channel, Sends)]

    async def look(self) -> float:
        """Begin to send whatever may go now. Returns in how many seconds to look again. Raises Unavailable."""
        wait, senders = LOOK_EVERY, self._senders()
        if not senders:
            return wait
        accounts = [channel.account for channel in senders]
        due_at = await self._store.glance(lambda look: next_due(look, accounts))
        for channel in senders:
            due = due_at.get(channel.account)
            room = AT_ONCE - len(self._under_way[channel.account])
            if due is None or room <= 0:
                continue
            # What is due the database's clock says; ours only how long to wait. To look writes nothing.
            if (left := self._wait(channel.account, due)) is not None:
                wait = min(wait, left)
                continue
            now = await self._take(channel, room)
            if due > now:
                wait = min(wait, (due - now) / 1000)
        return wait

    def _wait(self, account: str, due: int) -> float | None:
        """Seconds until it is due; None: it is, or only the database can tell."""
        if account not in self._taken_at:
            return None
        told, at = self._taken_at[account]
        passed = asyncio.get_running_loop().time() - at
        left = due - (told + passed * 1000)
        # What is due later than anything can be was written before the clock was set back.
        return left / 1000 if passed < TRUSTED and 0 < left <= self._pace.longest else None

    async def _take(self, channel: Sender, room: int) -> int:
        """Lease, and begin with what was leased. Returns the database's time."""
        account = channel.account
        # From before we ask: the lease is no shorter than from here.
        until = elapsed() + (self._pace.lease - self._pace.answer) / 1000
        taken = await self._store.write(
            lambda tx: lease(tx, account, room, channel.rate, channel.burst, self._pace)
        )
        self._taken_at[account] = taken.now, asyncio.get_running_loop().time()
        for leased in taken.leased:
            self._begin(channel, with_secrets(leased, self._store.secret), taken, partial(self._call, until))
        for leased in taken.lapsed:
            self._begin(channel, with_secrets(leased, self._store.secret), taken, self._lapsed)
        if taken.more:
            self._wake.set()
        return taken.now

    def _begin(self, channel: Sender, leased: Leased, taken: Taken, way: Way) -> None:
        tasks = self._under_way[channel.account]
        task = asyncio.create_task(
            self._carry(channel, leased, taken, way), name=f"send {leased.delivery.id}"
        )
        tasks.add(task)
        task.add_done_callback(lambda task: self._done(tasks, task))

    def _done(self, tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.critical("%s failed", task.get_name(), exc_info=task.exception())

    async def _carry(self, channel: Sender, leased: Leased, taken: Taken, way: Way) -> None:
        """One delivery's way: what became of it is written down however long the database is gone."""
        with trace.working_for(self._store.requests.of_message(leased.message)):
            await self._carry_on(channel, leased, taken, way)

    async def _carry_on(self, channel: Sender, leased: Leased, taken: Taken, way: Way) -> None:
        account = channel.account
        news, then = await way(channel, leased, taken)
        became = "" if news is None else news.state.value
        trace.step(
            "sent", delivery=leased.delivery.id, message=leased.message, account=account, became=became
        )

        async def verb(tx: Tx) -> None:
            if news is not None:
                await settle(tx, leased.delivery.id, news, self._pace)
            if then is not None:
                await then(tx, account)

        if news is None and then is None:
            return
        while True:
            try:
                await self._store.write(verb)
                return
            except Unavailable as why:
                log.warning("what became of %s waits to be written: %s", leased.delivery.id, why)
            await asyncio.sleep(WRITE_AGAIN)

    async def _call(self, until: float, channel: Sender, leased: Leased, taken: Taken) -> Outcome:
        """Send; returns what is known of it afterwards. `until`: by `elapsed`, the last moment to begin, so that the
        provider's answer falls into our lease. Whoever stalled longer may not be its sender any more."""
        if leased.refused is not None:
            text, step = leased.refused
            return Outcome(News(State.FAILED, code="refused", problem=text, then=step))
        mended = resume if taken.probe else None
        try:
            if leased.delivery.template is None:
                channel.capabilities.check_window(leased.heard_at, taken.now)
            addressed = self._addressed(channel, leased)
            if elapsed() > until:
                return self._too_late(leased)
            with _counted(channel.account), trace.span("send", account=channel.account):
                async with asyncio.timeout(self._pace.answer / 1000):
                    sent = await channel.send(addressed)
        except TemporaryError as why:
            return self._later(leased, why)
        except AuthFailed as why:
            log.error("account %s is paused: %s", channel.account, why)
            return Outcome(
                News(State.DEFERRED, code="auth_failed"), lambda tx, account: pause(tx, account, self._pace)
            )
        except PermanentError as why:
            log.info("delivery %s has failed: %s", leased.delivery.id, why)
            news = News(State.FAILED, code=why.code, problem=why.for_agent, then=NextStep(why.then))
            return Outcome(news, _opts_out(leased) if isinstance(why, OptedOut) else mended)
        except Refused as why:
            step = NextStep.WINDOW if why.code == "window_closed" else NextStep.NEVER
            return Outcome(News(State.FAILED, code=why.code, problem=why.text, then=step))
        except (UncertainError, TimeoutError) as why:
            log.warning("delivery %s: nobody knows whether it was sent: %r", leased.delivery.id, why)
            return await self._look_for(channel, leased, taken, "uncertain")
        except asyncio.CancelledError:
            log.warning("delivery %s: the process ended while it was sent", leased.delivery.id)
            # Where its provider can be asked, whoever comes next asks, once the lease has run out.
            return Outcome(None if isinstance(channel, Reconciles) else News(State.UNKNOWN, code="ended"))
        except Exception:
            log.exception(
                "delivery %s: its channel failed, nobody knows whether it was sent", leased.delivery.id
            )
            return await self._look_for(channel, leased, taken, "fault")
        return Outcome(News(sent.state, sent.provider_id), mended)

    def _too_late(self, leased: Leased) -> Outcome:
        """Certainly not sent by us, and by nobody else: it goes again, unless somebody has found its lease run out and
        judged it already, which stands (`unknown` is above `deferred`)."""
        log.warning("delivery %s: this process stalled before it was sent", leased.delivery.id)
        return Outcome(News(State.DEFERRED, code="stalled", wait=1))

    def _addressed(self, channel: Sender, leased: Leased) -> Delivery:
        """With what its provider is told of us."""
        delivery, outward = leased.delivery, self._outward
        if outward is None:
            return delivery
        named = zip(leased.files, delivery.attachments, strict=True)
        life = channel.capabilities.link_life
        links = tuple(outward.file(channel.account, key, file, life) for key, file in named)
        callback = outward.callback(channel.account)
        letter = delivery.letter
        if letter is not None and letter.automatic:
            place = signed_place(self._store.secret, channel.account, leased.identity)
            letter = replace(letter, unsubscribe=outward.unsubscribe(place))
        return replace(delivery, links=links, callback=callback, read=outward.read, letter=letter)

    async def _lapsed(self, channel: Sender, leased: Leased, taken: Taken) -> Outcome:
        """Its taker is gone."""
        log.warning("delivery %s: nobody knows whether it was sent", leased.delivery.id)
        return await self._look_for(channel, leased, taken, "lapsed")

    async def _look_for(self, channel: Sender, leased: Leased, taken: Taken, code: str) -> Outcome:
        """Ask the provider whether it has what it did not answer to: only one single match counts. Where none is found,
        or several, until the doubt is over, it is unknown."""
        unknown = Outcome(News(State.UNKNOWN, code=code))
        if not isinstance(channel, Reconciles):
            return unknown
        key, since = leased.delivery.id, leased.began_at
        clock = asyncio.get_running_loop().time
        # At the most: `taken.now` is before `since` where the clock was set back.
        patience = min(self._pace.doubt, self._pace.doubt - (taken.now - since))
        ends, wait = clock() + patience / 1000, self._pace.first / 1000
        try:
            while await self._store.read(lambda look: is_open(look, key)):
                found = await self._matches(channel, leased)
                if len(found) == 1:
                    log.info("delivery %s was taken as %s", key, found[0])
                    return Outcome(News(State.SENT, found[0]))
                left = ends - clock()
                if left <= 0:
                    return unknown
                await asyncio.sleep(min(wait, left))
                wait *= 2
        except asyncio.CancelledError:
            return Outcome(None)
        except Unavailable:
            return unknown
        return Outcome(None)

    async def _matches(self, channel: Reconciles, leased: Leased) -> Sequence[str]:
        """What the provider has taken that may be this delivery, and is none that we know of."""
        account, since = leased.account, leased.began_at
        try:
            # Half as patient as a send: the lease outlasts them all.
            async with asyncio.timeout(self._pace.answer / 2000):
                told = await channel.candidates(
                    leased.delivery, since, since + self._pace.answer + self._pace.doubt
                )
        except (ParleyError, TimeoutError) as why:
            log.warning("delivery %s cannot be looked for: %r", leased.delivery.id, why)
            return ()
        except Exception:
            log.exception("delivery %s cannot be looked for", leased.delivery.id)
            return ()
        return await self._store.read(lambda look: unclaimed(look, account, told)) if told else ()

    def _later(self, leased: Leased, why: TemporaryError) -> Outcome:
        wait = self._pace.backoff(leased.tries + 1, self._chance())
        log.info("delivery %s is tried again later: %s", leased.delivery.id, why)
        if why.retry_after is None:
            return Outcome(News(State.DEFERRED, code="temporary", wait=wait))
        asked = min(int(why.retry_after * 1000) + 1, self._pace.rest)
        news = News(State.DEFERRED, code="temporary", wait=max(wait, asked))
        return Outcome(news, lambda tx, account: rest(tx, account, tx.now + asked))

    async def _farewell(self) -> None:
        """No send is cut off that can still end by itself; of the others it is written down that nobody knows."""
        tasks = {task for tasks in self._under_way.values() for task in tasks}
        if not tasks:
            return
        _, slow = await asyncio.wait(tasks, timeout=FAREWELL)
        for task in slow:
            task.cancel()
        if slow:
            await asyncio.wait(slow, timeout=FAREWELL)
