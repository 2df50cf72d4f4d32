"""Taking in a provider's call: all its facts by the stream's verbs. What cannot be taken in is parked whole.

A call that is played again goes the same way: what of it was stored before is a repeat, and changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeGuard, assert_never

from multidict import CIMultiDict

from gateway.channels.base import Channel, ProviderRequest, TakesWebhooks
from gateway.channels.registry import Channels
from gateway.errors import Malformed, NotFound, Refused, Unavailable
from gateway.events import Actor, Address, Fact, InboundMessage, SeenReport, TeamId
from gateway.limits import Limits
from gateway.store import Row, Store, from_json
from gateway.stream.ingest import DAY, Intake, take_in
from gateway.stream.parked import Full, Reason, Trouble, park, still_parked, unpark
from gateway.stream.seen import customer_has_seen

log = logging.getLogger(__name__)

KEPT = ("Content-Type",)
"""The headers that `parse` gets, the first time and whenever a call is played again. All others are for `verify`."""
REPLAY_FOR = 12.0
"""Seconds after which playing all again stops, to be asked for once more: who asked shall not wait for ever."""

TEAM = "select id from teams where name = $1 and retired_at is null"
ONE = "select * from parked where id = $1 and discarded_at is null"
# What was tried longest ago comes first, so that what fails stands in nobody's way.
WAITING = "select id from parked where discarded_at is null order by tried_at, at, id"


class Provider(Channel, TakesWebhooks, Protocol):
    """An account whose provider calls us."""


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
        if not isinstance(fact, InboundMessage):
            return fact
        return replace(fact, late=True, at=self.came_at if fact.at is None else fact.at)


def takes_webhooks(channel: Channel | None) -> TypeGuard[Provider]:
    return channel is not None and isinstance(channel, TakesWebhooks)


async def take_call(store: Store, channel: Provider, request: ProviderRequest, limits: Limits) -> str | None:
    """Store all facts of a verified call; returns after the commit. What could not be taken in is parked, its id
    returned. Raises Unavailable: then the provider must call again, which harms nothing."""
    kept = CIMultiDict((name, request.headers[name]) for name in KEPT if name in request.headers)
    lean = replace(request, headers=kept)
    trouble = await _take(store, channel, lean, limits)
    if trouble is None:
        return None
    try:
        key = await store.write(
            lambda tx: park(tx, channel.account, lean, trouble, most=limits.parked_most), aside=True
        )
    except Full as why:
        raise Unavailable(str(why)) from None
    log.error("a call for account %s is parked as %s: %s", channel.account, key, trouble.reason)
    return key


async def replay(store: Store, channels: Channels, key: str, limits: Limits, by: Actor) -> Trouble | None:
    """Play one again; returns what still hinders it. Raises NotFound, Refused (nobody reads such calls any more),
    Unavailable."""
    row = await store.read(lambda look: look.one(ONE, key))
    if row is None:
        raise NotFound("errors.parked_not_found", f"nothing waits as {key}")
    channel = channels.get(row["account_id"])
    if not takes_webhooks(channel):
        raise Refused("errors.parked_account", f"account {row['account_id']} takes no calls")
    trouble = await _take(store, channel, _request(row), limits, Again(row["at"]))
    if trouble is None:
        await store.write(lambda tx: unpark(tx, key, by), aside=True)
    else:
        await store.write(lambda tx: still_parked(tx, key, trouble, by), aside=True)
    return trouble


async def replay_all(store: Store, channels: Channels, limits: Limits, by: Actor) -> Replayed:
    """Play all that waits again, as far as the time allows. Raises Unavailable."""
    ends = time.monotonic() + REPLAY_FOR
    waiting = [row["id"] for row in await store.scan(lambda look: look.all(WAITING))]
    taken = failed = 0
    for key in waiting:
        if time.monotonic() > ends:
            break
        try:
            trouble = await replay(store, channels, key, limits, by)
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
    store: Store, channel: Provider, request: ProviderRequest, limits: Limits, again: Again | None = None
) -> Trouble | None:
    """All facts, one after the other: what hinders one is no reason to lose the others. Raises Unavailable."""
    try:
        facts = tuple(channel.parse(request))
    except Malformed as why:
        return Trouble(Reason.UNREADABLE, str(why))
    except Exception as why:
        log.exception("account %s: a call could not be read", channel.account)
        return Trouble(Reason.FAULT, f"{type(why).__name__}: {why}")
    intake = await _intake(store, channel, limits)
    troubles = [await _take_fact(store, intake, again.late(fact) if again else fact) for fact in facts]
    first = next((one for one in troubles if one is not None), None)
    return first and replace(first, people=_people(facts))


async def _take_fact(store: Store, intake: Intake, fact: Fact) -> Trouble | None:
    try:
        match fact:
            case InboundMessage():
                await take_in(store, intake, fact)
            case SeenReport():
                await store.write(lambda tx: customer_has_seen(tx, intake.account, fact), aside=True)
            case _:
                assert_never(fact)
    except Unavailable:
        raise
    except Refused as why:
        return Trouble(Reason.REFUSED, str(why))
    except Exception as why:
        log.exception("account %s: a fact could not be stored", intake.account)
        return Trouble(Reason.FAULT, f"{type(why).__name__}: {why}")
    return None


async def _intake(store: Store, channel: Provider, limits: Limits) -> Intake:
    team = channel.config.team
    found = team and await store.read(lambda look: look.value(TEAM, team))
    return Intake(channel.account, TeamId(found) if found else None, limits.reopens_within * DAY)


def _people(facts: Sequence[Fact]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(fact.sender for fact in facts))
