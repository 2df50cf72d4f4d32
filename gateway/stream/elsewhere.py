"""What an agent wrote elsewhere, from a program of her own: her message in the conversation, sent already.

It is public where a customer was written to; what only colleagues and we were written is a note.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import Repeat
from gateway.events import (
    Event,
    InboundMessage,
    Kind,
    LegId,
    MessageId,
    Participant,
    Visibility,
    agent,
    new_id,
)
from gateway.store import Stamp, Tx, as_json
from gateway.store.search import tokens
from gateway.stream.attach import insert_attachments
from gateway.stream.clues import where_to
from gateway.stream.hold import Held, about_message, hold
from gateway.stream.ingest import TOUCH_TAGS, Intake, arrival, ingest, open_conversation, time_of
from gateway.stream.participants import Named, envelope_of, find_all, keep_named, set_apart, take_part
from gateway.stream.people import Person
from gateway.stream.post import AFTER_NOTE, AFTER_REPLY, SENT, open_for_reply
from gateway.stream.proofs import leg_for
from gateway.stream.repeats import erased_id
from gateway.stream.sources import keep_original, keep_source

AGENT = "select id from agents where lower(email) = $1 and deactivated_at is null"
NEW_MESSAGE = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility,
    author_kind, author_id, account_id, provider_id, text, content, at, late, envelope)
    values ($1, $2, $3, $3, $4, $5, 'agent', $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing"""
ERASED = "select 1 from messages where account_id = $1 and provider_id = $2"


async def take_in_own(tx: Tx, intake: Intake, fact: InboundMessage) -> Event:
    """The verb of `take_in` for what an agent wrote. Who is no agent (any more), or writes to us alone and of nothing
    that we know, is taken as anybody who writes. Raises Repeat."""
    assert fact.written_by is not None
    wrote = await tx.value(AGENT, fact.written_by.address)
    if wrote is None:
        return await ingest(tx, intake, fact)
    if await tx.one(ERASED, intake.account, erased_id(intake.account, fact.provider_id)) is not None:
        raise Repeat
    public = fact.sender != fact.written_by
    if not public:
        held = await _known(tx, intake, fact)
        return await ingest(tx, intake, fact) if held is None else await _store(tx, intake, fact, wrote, held)
    fact, named = await set_apart(tx, fact, known=True)
    person, others = await find_all(tx, fact)
    held = await _known(tx, intake, fact)
    if held is None:
        _, held = await open_conversation(tx, intake, fact, person, agent(wrote))
    return await _store(tx, intake, fact, wrote, held, (person, others), named)


async def _known(tx: Tx, intake: Intake, fact: InboundMessage) -> Held | None:
    """An agent takes part in whatever she was sent of."""
    for clue in fact.clues or ():
        row = await where_to(tx, intake.account, clue)
        if row is not None:
            return await hold(tx, row["id"])
    return None


async def _store(
    tx: Tx,
    intake: Intake,
    fact: InboundMessage,
    wrote: str,
    held: Held,
    to: tuple[Person, Sequence[Named]] | None = None,
    named: Sequence[Participant] = (),
) -> Event:
    """`to`: the customer whom it reached, and the others; None: it is a note. `named`: too many others."""
    visibility = Visibility.PUBLIC if to else Visibility.NOTE
    message, by = MessageId(new_id()), agent(wrote)
    leg = await leg_for(tx, held, intake.account, to[0].identity, "") if to else None
    if leg is not None and not fact.late:
        held = await open_for_reply(tx, held, by)
    event = about_message(tx, Kind.MESSAGE_CREATED, held, message, leg, by, {"visibility": visibility.value})
    stamps = [Stamp("conversations", "position", held.id)]
    if leg is not None:
        stamps += [
            Stamp("conversations", "last_public_position", held.id),
            Stamp("legs", "last_sent_position", leg),
        ]
    position = tx.record(event, *stamps)
    at = time_of(tx, fact, held)
    stored = await tx.run(
        *(NEW_MESSAGE, message, position, held.id, leg, visibility.value, wrote),
        *(intake.account, fact.provider_id, fact.text),
        *(None if fact.content is None else as_json(fact.content), at, int(fact.late)),
        None if to is None else envelope_of(to[1], to[:1]),
    )
    if not stored:
        raise Repeat
    await _touch(tx, held, leg, message, position, at)
    await take_part(tx, held, () if to is None else (to[0], *(one.person for one in to[1])))
    if fact.source is not None:
        await keep_source(tx, intake.account, message, fact.source, many=bool(named))
    await keep_original(tx, message, fact.original)
    await keep_named(tx, message, named)
    await insert_attachments(tx, message, fact.attachments)
    if fact.text:
        tx.index("message_search", position, tokens(fact.text))
    return event


async def _touch(tx: Tx, held: Held, leg: LegId | None, message: MessageId, position: int, at: int) -> None:
    last_at, newest = arrival(held, message, at)
    if leg is None:
        await tx.run(AFTER_NOTE, held.id, last_at, newest, position)
    else:
        await tx.run(AFTER_REPLY, held.id, held.status, held.leg or leg, last_at, newest, position)
        await tx.run(SENT, leg, position)
    if held.scope.tags:
        await tx.run(TOUCH_TAGS, held.id, held.status, last_at)
