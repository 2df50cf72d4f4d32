"""Taking in many customers' messages with a handful of statements, on PostgreSQL: one for each table, not for each row.

The same as `ingest` one after the other, for what is plain: a known identity in whom nothing changes, with exactly one
leg that the message can go by, into a conversation that runs or, where none does, may reopen. Everything else is left
over to the verb, together with whatever comes after it from the same contact or into the same conversation, so that
each conversation's order stands.

Nobody's lock is waited for: a row that another process holds is left over too. Once all rows are held the log's head is
locked and the messages are written with their final positions at once; what `ingest` writes twice is written once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.errors import Repeat
from gateway.events import Event, LegId, MessageId, Scope, Status, new_id
from gateway.store import Row, as_json
from gateway.store.postgres_tx import PostgresTx
from gateway.store.search import tokens
from gateway.stream.hold import Held, held_row
from gateway.stream.ingest import arrival, tell, time_of
from gateway.stream.people import Person
from gateway.stream.repeats import erased_id

if TYPE_CHECKING:
    from gateway.stream.ingest import TakeIn

SENDERS = """select i.id, i.contact_id, i.space, i.address, i.proof, k.name, k.blocked_at
    from unnest($1::text[], $2::text[]) as w (space, address)
    join identities i on i.space = w.space and i.address = w.address join contacts k on k.id = i.contact_id
    for no key update of i, k skip locked"""
# What FIND_LEG chooses from. The senders are held: none of them is given another leg now.
LEGS = """select w.place, l.id, l.conversation_id
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
        with ordinality as w (space, address, account, since, place)
    join identities i on i.space = w.space and i.address = w.address
    join legs l on l.identity_id = i.id and l.account_id = w.account
    join conversations c on c.id = l.conversation_id and (c.status <> 'closed' or c.closed_at > w.since)"""
# One that is closed is reopened only where nothing else runs with its sender.
HOLD = """select c.*, l.id as found_leg_id from unnest($1::text[], $2::bigint[]) as w (leg, since)
    join legs l on l.id = w.leg join identities i on i.id = l.identity_id
    join conversations c on c.id = l.conversation_id and (c.status <> 'closed' or (c.closed_at > w.since
        and not exists (select 1 from conversations o where o.contact_id = i.contact_id
            and o.status in ('open', 'snoozed') and o.merged_into is null)))
    where c.merged_into is null for no key update of c, l skip locked"""
REPEATS = """select 'provider' as by, m.account_id as whose, m.provider_id as key from messages m
    join unnest($1::text[], $2::text[]) as w (account, provider)
        on m.account_id = w.account and m.provider_id = w.provider
    union all select 'client', m.author_id, m.client_id from messages m
    join unnest($3::text[], $4::text[]) as w (author, client) on m.author_id = w.author and m.client_id = w.client"""
NEW_MESSAGES = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility,
    author_kind, author_id, client_id, account_id, provider_id, text, content, reply_to, at, late, segments)
    select n.id, n.position, n.conversation, n.conversation, n.leg, 'public', 'customer', n.author, n.client, n.account,
        n.provider, n.text, n.content::jsonb, n.reply_to, n.at, n.late,
        n.segments
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::bigint[], $13::integer[], $14::text[], $15::text[], $16::integer[])
        as n (id, position, conversation, leg, author, client, account, provider, text, content, reply_to, at, late,
            erased_client, erased_provider, segments)
    where not exists (select 1 from messages m where m.account_id = n.account and m.provider_id = n.erased_provider)
      and not exists (select 1 from messages m where m.author_id = n.author and m.client_id = n.erased_client)"""
# One way to the server and back for three tables.
TOUCH = """with ends as (insert into endpoints (account_id, identity_id, last_inbound_at)
        select w.account, w.identity, $10 from unnest($8::text[], $9::text[]) as w (account, identity)
        on conflict (account_id, identity_id) do update set last_inbound_at = excluded.last_inbound_at),
    ways as (update legs set last_inbound_at = $10 where id = any($11::text[]))
    update conversations c set status = n.status, leg_id = n.leg, last_at = n.last_at, last_message_id = n.message,
    position = n.position, last_public_position = n.position, last_customer_position = n.position,
    waiting_since = coalesce(c.waiting_since, n.waiting), snoozed_until = null, closed_at = null
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])
        as n (id, status, leg, last_at, message, position, waiting) where c.id = n.id"""
TOUCH_TAGS = """update conversation_tags t set status = n.status, last_at = n.last_at
    from unnest($1::text[], $2::text[], $3::bigint[]) as n (id, status, last_at) where t.conversation_id = n.id"""

Way = tuple[str, str, str, int]
"""Space, address, account, and since when a closed conversation may be reopened."""
Legs = dict[Way, list[tuple[str, str]]]
"""The legs that a message may go by, each with its conversation."""


class Plain(NamedTuple):
    """A message that is written with the others."""

    place: int
    verb: TakeIn
    person: Person
    leg: LegId
    conversation: str


class After(NamedTuple):
    """How a conversation stands after its messages so far."""

    scope: Scope
    leg: LegId
    last_at: int
    message: MessageId
    position: int
    waiting: int
    """The time of the first of them."""


async def ingest_together(tx: PostgresTx, verbs: Sequence[TakeIn]) -> Sequence[Event | Repeat | None]:
    """What `Together` says. Each verb is of those whose `together` is this."""
    people = await _people(tx, verbs)
    ways = [_way(tx, verb) for verb in verbs]
    legs = await _legs(tx, ways)
    only = {(found[0][0], way[3]) for way, found in legs.items() if len(found) == 1}
    rows = {row["found_leg_id"]: row for row in await tx.all(HOLD, *_columns(sorted(only), 2))}
    plain = _choose(verbs, people, [legs[way] for way in ways], rows)
    known = await _known(tx, plain)
    outcomes: list[Event | Repeat | None] = [None] * len(verbs)
    fresh = []
    for one in plain:
        keys = _keys(one)
        if keys & known:
            outcomes[one.place] = Repeat()
        else:
            fresh.append(one)
        known |= keys
    if fresh:
        held = {row["id"]: held_row(row) for row in rows.values()}
        for one, event in zip(fresh, await _write(tx, fresh, held), strict=True):
            outcomes[one.place] = event
    return outcomes


async def _people(tx: PostgresTx, verbs: Sequence[TakeIn]) -> list[Person | None]:
    """Who wrote each, locked; None: unknown, held by another process, or something about her changes."""
    senders = {(verb.fact.sender.space, verb.fact.sender.address) for verb in verbs}
    rows = {
        (row["space"], row["address"]): row for row in await tx.all(SENDERS, *_columns(sorted(senders), 2))
    }
    return [_person(rows.get((verb.fact.sender.space, verb.fact.sender.address)), verb) for verb in verbs]


def _person(row: Row | None, verb: TakeIn) -> Person | None:
    if row is None or verb.fact.proof > row["proof"] or (verb.fact.name and not row["name"]):
        return None
    return Person(row["id"], row["contact_id"], row["blocked_at"] is not None)


async def _legs(tx: PostgresTx, ways: Sequence[Way]) -> Legs:
    wanted = sorted(set(ways))
    found: Legs = {way: [] for way in wanted}
    for row in await tx.all(LEGS, *_columns(wanted, 4)):
        found[wanted[row["place"] - 1]].append((row["id"], row["conversation_id"]))
    return found


def _choose(
    verbs: Sequence[TakeIn],
    people: Sequence[Person | None],
    legs: Sequence[list[tuple[str, str]]],
    rows: dict[str, Row],
) -> list[Plain]:
    """Those that can be written together, in their order; nothing of them overtakes what is left over."""
    chosen: list[Plain] = []
    left: set[Hashable] = set()
    runs: dict[str, str] = {}
    for place, (verb, person, ways) in enumerate(zip(verbs, people, legs, strict=True)):
        marks: set[Hashable] = {verb.fact.sender, (verb.intake.account, verb.fact.provider_id)}
        marks.update(conversation for _, conversation in ways)
        row = rows.get(ways[0][0]) if len(ways) == 1 else None
        whose: list[str] = [] if person is None else [person.contact]
        whose += [] if row is None else [row["contact_id"]]
        # Her contact, too: what is left over may go on with what another message of hers is written into.
        marks.update(whose)
        # And what another one of them opens here, the verb would have gone on with.
        elsewhere = any(runs.get(one, row["id"]) != row["id"] for one in whose) if row else False
        if person is None or row is None or marks & left or (elsewhere and row["status"] == Status.CLOSED):
            left |= marks
        else:
            runs.update(dict.fromkeys(whose, row["id"]))
            chosen.append(Plain(place, verb, person, LegId(row["found_leg_id"]), row["id"]))
    return chosen


def _way(tx: PostgresTx, verb: TakeIn) -> Way:
    sender = verb.fact.sender
    return sender.space, sender.address, verb.intake.account, tx.now - verb.intake.reopen_within


def _keys(one: Plain) -> set[tuple[str, str, str]]:
    """What no two messages share; an erased one is known by the hash of its id."""
    account, provider = str(one.verb.intake.account), one.verb.fact.provider_id
    keys = {("provider", account, provider), ("provider", account, erased_id(account, provider))}
    author, client = str(one.person.identity), one.verb.client_id
    if client is not None:
        keys |= {("client", author, client), ("client", author, erased_id(author, client))}
    return keys


async def _known(tx: PostgresTx, plain: Sequence[Plain]) -> set[tuple[str, str, str]]:
    """The keys of theirs that messages have already."""
    keys = sorted({key for one in plain for key in _keys(one)})
    providers = _columns([key[1:] for key in keys if key[0] == "provider"], 2)
    clients = _columns([key[1:] for key in keys if key[0] == "client"], 2)
    return {tuple(row) for row in await tx.all(REPEATS, *providers, *clients)} if plain else set()


async def _write(tx: PostgresTx, fresh: Sequence[Plain], held: dict[str, Held]) -> list[Event]:
    await tx.lock_head()
    after: dict[str, After] = {}
    events, messages = [], []
    for one in fresh:
        verb, fact = one.verb, one.verb.fact
        message, before = MessageId(new_id()), held[one.conversation]
        if (state := after.get(one.conversation)) is not None:
            before = replace(before, scope=state.scope, last_at=state.last_at, last_message=state.message)
        at = time_of(tx, fact, before)
        waiting = at if state is None else state.waiting
        event, scope = tell(tx, before, one.leg, one.person, message)
        content = None if fact.content is None else as_json(fact.content)
        author, client = one.person.identity, verb.client_id
        messages.append(
            (
                *(message, event.position, before.id, one.leg, author, client),
                *(verb.intake.account, fact.provider_id, fact.text, content, verb.reply_to, at),
                *(int(fact.late), client and erased_id(author, client)),
                *(erased_id(verb.intake.account, fact.provider_id), fact.segments),
            )
        )
        after[one.conversation] = After(
            scope, one.leg, *arrival(before, message, at), event.position, waiting
        )
        events.append(event)
    # What is computed here needs no database, and the database nothing of it yet: both are busy at once.
    stored, _ = await asyncio.gather(tx.run(NEW_MESSAGES, *_columns(messages, 16)), _index(tx, fresh, events))
    if stored != len(messages):
        # One of them was taken in and erased by another process since we looked: each goes by itself.
        raise Repeat
    await _touch(tx, fresh, after)
    return events


async def _index(tx: PostgresTx, fresh: Sequence[Plain], events: Sequence[Event]) -> None:
    for one, event in zip(fresh, events, strict=True):
        if one.verb.fact.text:
            tx.index("message_search", event.position, tokens(one.verb.fact.text))


async def _touch(tx: PostgresTx, fresh: Sequence[Plain], after: dict[str, After]) -> None:
    touched: list[tuple[Any, ...]] = [
        (key, one.scope.status.value, one.leg, one.last_at, one.message, one.position, one.waiting)
        for key, one in after.items()
    ]
    ends = sorted({(str(one.verb.intake.account), str(one.person.identity)) for one in fresh})
    legs = sorted({str(one.leg) for one in fresh})
    await tx.run(TOUCH, *_columns(touched, 7), *_columns(ends, 2), tx.now, legs)
    tagged = [(key, one.scope.status.value, one.last_at) for key, one in after.items() if one.scope.tags]
    if tagged:
        await tx.run(TOUCH_TAGS, *_columns(tagged, 3))


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as the arrays that `unnest` takes."""
    return [[row[place] for row in rows] for place in range(width)]
