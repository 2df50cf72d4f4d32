"""Taking in a provider's call: all its facts by the stream's verbs. What cannot be taken in is parked whole.

A call that is played again goes the same way: what of it was stored before is a repeat, and changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeGuard, assert_never

from multidict import CIMultiDict

from gateway.channels.base import Channel, Ours, ProviderRequest, Runs, ShowsWhole, TakesWebhooks
from gateway.channels.registry import Channels
from gateway.delivery import Pace
from gateway.errors import Astray, Malformed, NotFound, Refused, Unavailable
from gateway.events import Actor, Address, DeliveryReport, Fact, InboundMessage, SeenReport, TeamId
from gateway.limits import Limits
from gateway.media import MediaStore
from gateway.store import Row, Store, from_json
from gateway.stream.enclosed import keep_enclosed
from gateway.stream.ingest import DAY, Intake, take_in
from gateway.stream.listed import LISTED, as_call, fact_of
from gateway.stream.outbox_report import hear, hear_if_ours
from gateway.stream.parked import Full, Reason, Trouble, park, still_parked, unpark
from gateway.stream.repeats import erased_id
from gateway.stream.seen import customer_has_seen

log = logging.getLogger(__name__)

KEPT = ("Content-Type",)
"""The headers that `parse` gets, the first time and whenever a call is played again. All others are for `verify`."""
REPLAY_FOR = 12.0
"""Seconds after which playing all again stops, to be asked for once more: who asked shall not wait for ever."""

TEAM = "select id from teams where name = $1 and retired_at is null"
AGENTS = "select email from agents where deactivated_at is null"
STANDS = "select 1 from messages where account_id = $1 and provider_id in ($2, $3)"
ONE = "select * from parked where id = $1 and discarded_at is null"
# What was tried longest ago comes first, so that what fails stands in nobody's way.
WAITING = "select id from parked where discarded_at is null order by tried_at, at, id"


class Provider(Channel, TakesWebhooks, Protocol):
    """An account whose provider calls us."""


class Runner(Channel, Runs, Protocol):
    """An account that goes and gets, or listens itself."""


class Replayed(NamedTuple):
    """What came of playing all again."""

    taken: int
    failed: int
    left: int
    """Not tried this time."""


@dataclass(frozen=True, slots=True)
class Again:
    """A call that is played again: its messages arrive late, at the time they had or, without one, when it came."""

    came_at: int

    def late(self, fact: Fact) -> Fact:
        if isinstance(fact, DeliveryReport) and fact.otherwise is not None:
            return replace(fact, otherwise=self._late(fact.otherwise))
        return self._late(fact) if isinstance(fact, InboundMessage) else fact

    def _late(self, fact: InboundMessage) -> InboundMessage:
        return replace(fact, late=True, at=self.came_at if fact.at is None else fact.at)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What it takes to read what came whole, and to keep its files."""

    channels: Channels
    media: MediaStore


def pace_of(limits: Limits) -> Pace:
    """How patient the outbox is."""
    return Pace(lane_wait=limits.lane_wait)


async def take_caught_up(store: Store, channel: Channel, fact: Fact, limits: Limits) -> None:
    """Store what a provider held for us; what is known already stays as it is, what cannot be stored is parked: found
    again with every round it would let nothing be caught up for good. Raises Unavailable."""
    pace = pace_of(limits)
    if isinstance(fact, DeliveryReport):
        told = fact
        heard = store.write(lambda tx: hear_if_ours(tx, channel.account, told, pace), aside=True)
        trouble = await _tried(channel.account, heard)
    else:
        if isinstance(fact, InboundMessage):
            fact = replace(fact, late=True)
        trouble = await _take_fact(store, await _intake(store, channel, limits), fact, pace)
    if trouble is not None:
        await _park(store, channel, as_call(fact), replace(trouble, people=_people((fact,))), limits)


def takes_webhooks(channel: Channel | None) -> TypeGuard[Provider]:
    return channel is not None and isinstance(channel, TakesWebhooks)


async def take_call(store: Store, channel: Provider, request: ProviderRequest, limits: Limits) -> str | None:
    """Store all facts of a verified call; returns after the commit. What could not be taken in is parked, its id
    returned. Raises Unavailable: then the provider must call again, which harms nothing."""
    kept = CIMultiDict((name, request.headers[name]) for name in KEPT if name in request.headers)
    lean = replace(request, headers=kept)
    trouble = await _take(store, channel, lean, limits)
    return None if trouble is None else await _park(store, channel, lean, trouble, limits)


async def take_whole(
    store: Store,
    channels: Channels,
    media: MediaStore,
    channel: Runner,
    call: ProviderRequest,
    limits: Limits,
) -> str | None:
    """The same for what came whole to an account that goes and gets (`Runs`), its files in it. Where no more can be
    parked it is shown as it came, so that what comes behind it is not hindered, and nothing is lost."""
    trouble = await _take(store, channel, call, limits, whole=_Whole(channels, media))
    if trouble is None:
        return None
    try:
        return await _keep(store, channel, call, trouble, limits)
    except Full as why:
        if not await _shown_whole(store, channel, call, media, limits):
            raise Unavailable(str(why)) from None
        log.error("%s; another one is shown as it came", why)
        return None


async def _shown_whole(
    store: Store, channel: Channel, call: ProviderRequest, media: MediaStore, limits: Limits
) -> bool:
    """Raises Unavailable."""
    if not isinstance(channel, ShowsWhole):
        return False
    intake = await _intake(store, channel, limits)
    fact = await _with_files(store, intake, channel.unread(call), media)
    return await _take_fact(store, intake, fact, pace_of(limits)) is None


async def ours_of(store: Store, channels: Channels) -> Ours:
    """What of this deployment those know who read what comes. Raises Unavailable."""
    rows = await store.glance(lambda look: look.all(AGENTS))
    runners = [channel for channel in channels if isinstance(channel, Runs)]
    return Ours(
        {address: channel.account for channel in runners for address in channel.addresses()},
        frozenset(row["email"].lower() for row in rows),
        store.secret,
    )


async def _park(
    store: Store, channel: Channel, request: ProviderRequest, trouble: Trouble, limits: Limits
) -> str | None:
    """Returns the id it has, None for what was erased before. Raises Unavailable, also when there is no room for it."""
    try:
        return await _keep(store, channel, request, trouble, limits)
    except Full as why:
        raise Unavailable(str(why)) from None


async def _keep(
    store: Store, channel: Channel, request: ProviderRequest, trouble: Trouble, limits: Limits
) -> str | None:
    """The same. Raises Full."""
    account = channel.account
    key = await store.write(
        lambda tx: park(tx, account, request, trouble, most=limits.parked_most), aside=True
    )
    if key is None:
        log.info("a call for account %s was erased with whom it names, and is not kept again", account)
        return None
    log.error("a call for account %s is parked as %s: %s", account, key, trouble.reason)
    return key


async def replay(
    store: Store, channels: Channels, key: str, limits: Limits, by: Actor, media: MediaStore | None = None
) -> Trouble | None:
    """Play one again; returns what still hinders it. `media`: where the files go that came in it. Raises NotFound,
    Refused (nobody reads such calls any more), Unavailable."""
    row = await store.glance(lambda look: look.one(ONE, key))
    if row is None:
        raise NotFound("errors.parked_not_found", f"nothing waits as {key}")
    channel = channels.get(row["account_id"])
    whole = None if media is None or not isinstance(channel, Runs) else _Whole(channels, media)
    if channel is None or not (row["method"] == LISTED or takes_webhooks(channel) or whole):
        raise Refused("errors.parked_account", f"account {row['account_id']} takes no calls")
    trouble = await _take(store, channel, _request(row), limits, Again(row["at"]), whole)
    if trouble is None:
        await store.write(lambda tx: unpark(tx, key, by), aside=True)
    else:
        await store.write(lambda tx: still_parked(tx, key, trouble, by), aside=True)
    return trouble


async def replay_all(
    store: Store, channels: Channels, limits: Limits, by: Actor, media: MediaStore | None = None
) -> Replayed:
    """Play all that waits again, as far as the time allows. Raises Unavailable."""
    ends = time.monotonic() + REPLAY_FOR
    waiting = [row["id"] for row in await store.scan(lambda look: look.all(WAITING))]
    taken = failed = 0
    for key in waiting:
        if time.monotonic() > ends:
            break
        try:
            trouble = await replay(store, channels, key, limits, by, media)
        except NotFound:
            continue  # somebody else has just seen to it
        except Refused:
            failed += 1
            continue
        taken, failed = taken + (trouble is None), failed + (trouble is not None)
    return Replayed(taken, failed, len(waiting) - taken - failed)


def _request(row: Row) -> ProviderRequest:
    headers: CIMultiDict[str] = CIMultiDict(from_json(row["headers"]))
    return ProviderRequest(row["method"], row["url"], headers, bytes(row["body"]))


async def _take(
    store: Store,
    channel: Channel,
    request: ProviderRequest,
    limits: Limits,
    again: Again | None = None,
    whole: _Whole | None = None,
) -> Trouble | None:
    """All facts, one after the other: what hinders one is no reason to lose the others. Raises Unavailable."""
    try:
        facts = tuple(await _read(store, channel, request, whole))
    except Unavailable:
        raise
    except Malformed as why:
        return Trouble(Reason.UNREADABLE, str(why))
    except Exception as why:
        log.exception("account %s: a call could not be read", channel.account)
        return Trouble(Reason.FAULT, f"{type(why).__name__}: {why}")
    intake, pace = await _intake(store, channel, limits), pace_of(limits)
    troubles = []
    for one in facts:
        fact = again.late(one) if again else one
        original = request.body if limits.originals_kept else b""
        if whole is not None and isinstance(fact, InboundMessage):
            kept = b"" if fact.only_there else original
            fact = await _with_files(store, intake, fact, whole.media, kept)
        troubles.append(await _take_fact(store, intake, fact, pace, whole, original))
    first = next((one for one in troubles if one is not None), None)
    return first and replace(first, people=_people(facts))


async def _with_files(
    store: Store, intake: Intake, fact: InboundMessage, media: MediaStore, original: bytes = b""
) -> InboundMessage:
    """Of what stands already no file is stored again. `original`: the whole, where it is to be kept, which it never is
    where nobody knows whom it names. Raises Unavailable."""
    if fact.source is not None and fact.source.named is None:
        original = b""
    if not (fact.enclosed or original):
        return fact
    names = (fact.provider_id, erased_id(intake.account, fact.provider_id))
    if await store.glance(lambda look: look.one(STANDS, intake.account, *names)) is not None:
        return replace(fact, enclosed=())
    return await keep_enclosed(media, fact, original)


async def _read(
    store: Store, channel: Channel, request: ProviderRequest, whole: _Whole | None
) -> Sequence[Fact]:
    if request.method == LISTED:
        return (fact_of(request.body),)
    if whole is not None and isinstance(channel, Runs):
        return await channel.read(request, await ours_of(store, whole.channels))
    assert isinstance(channel, TakesWebhooks)
    return channel.parse(request)


async def _take_fact(
    store: Store,
    intake: Intake,
    fact: Fact,
    pace: Pace,
    whole: _Whole | None = None,
    original: bytes = b"",
) -> Trouble | None:
    match fact:
        case InboundMessage():
            return await _tried(intake.account, take_in(store, intake, fact))
        case SeenReport():
            seen = store.write(lambda tx: customer_has_seen(tx, intake.account, fact), aside=True)
            return await _tried(intake.account, seen)
        case DeliveryReport():
            return await _tried(intake.account, _hear_or_show(store, intake, fact, pace, whole, original))
        case _:
            assert_never(fact)


async def _hear_or_show(
    store: Store,
    intake: Intake,
    told: DeliveryReport,
    pace: Pace,
    whole: _Whole | None,
    original: bytes,
) -> None:
    """What is about our message and nobody to whom it went is shown as the message that it came as."""
    if await store.write(lambda tx: hear(tx, intake.account, told, pace), aside=True):
        return
    if told.otherwise is not None and whole is not None:
        shown = await _with_files(store, intake, told.otherwise, whole.media, original)
        await take_in(store, intake, shown)


async def _tried(account: str, storing: Awaitable[object]) -> Trouble | None:
    """What hinders it for good. Raises Unavailable."""
    try:
        await storing
    except Unavailable:
        raise
    except Astray as why:
        log.info("account %s: not kept: %s", account, why)
    except Refused as why:
        return Trouble(Reason.REFUSED, str(why))
    except Exception as why:
        log.exception("account %s: a fact could not be stored", account)
        return Trouble(Reason.FAULT, f"{type(why).__name__}: {why}")
    return None


async def _intake(store: Store, channel: Channel, limits: Limits) -> Intake:
    team = channel.config.team
    found = team and await store.glance(lambda look: look.value(TEAM, team))
    return Intake(channel.account, TeamId(found) if found else None, limits.reopens_within * DAY)


def _people(facts: Sequence[Fact]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(fact.sender for fact in facts if not isinstance(fact, DeliveryReport)))
