"""Who else takes part in a conversation: whom a message was written to for everybody to see, and who was let in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from gateway.events import InboundMessage, Participant, Proof
from gateway.store import Tx, plain
from gateway.stream.envelope import Envelope
from gateway.stream.hold import Held
from gateway.stream.people import Person, find_or_make

MOST = 50
"""Others of one message who take part: more are a list, not a talk."""
OF_A_STRANGER = 5
"""The same of somebody whom we have never written to: she may name whom she likes, and each would be a contact."""
KEPT = 200
"""Of more than that, so many addresses are kept beside the message."""
# Who only ever had copies has no leg that anything went by; a lane has everybody to whom anything went by a provider.
WRITTEN_TO = """select 1 from identities i join identities o on o.contact_id = i.contact_id
    where i.space = $1 and i.address = $2 and (
        exists (select 1 from legs l where l.identity_id = o.id and l.last_sent_position is not null)
        or exists (select 1 from accounts a join lanes n on n.account_id = a.id and n.identity_id = o.id)) limit 1"""
KEEP = """insert into named (message_id, space, address, name, copied) values ($1, $2, $3, $4, $5)
    on conflict do nothing"""
JOIN = """insert into participants (conversation_id, contact_id, role, identity_id)
    values ($1, $2, 'participant', $3) on conflict (conversation_id, contact_id) do update
    set identity_id = excluded.identity_id
    where participants.role = 'participant' and coalesce(participants.identity_id, '') <> excluded.identity_id"""


class Named(NamedTuple):
    """Somebody whom a message names."""

    person: Person
    copied: bool


async def set_apart(
    tx: Tx, fact: InboundMessage, *, known: bool = False
) -> tuple[InboundMessage, Sequence[Participant]]:
    """The message without others whom it names, where those are too many, and these: they take no part, and are nobody
    until they write or are written to. `known`: one of us wrote it."""
    many = len(fact.others)
    if many <= OF_A_STRANGER:
        return fact, ()
    written_to = known or await tx.value(WRITTEN_TO, fact.sender.space, fact.sender.address)
    if many <= MOST and written_to:
        return fact, ()
    return replace(fact, others=()), fact.others[:KEPT]


async def keep_named(tx: Tx, message: str, people: Iterable[Participant]) -> None:
    """Beside the stored message: told to agents with their answer, and erased with hers or theirs."""
    for one in people:
        address = plain(one.address.address)
        await tx.run(KEEP, message, one.address.space, address, plain(one.name), int(one.copied))


async def find_all(tx: Tx, fact: InboundMessage) -> tuple[Person, list[Named]]:
    """Who wrote, and the others whom the message names, made where nobody has their address. All are locked in the
    order of their addresses, so that of two messages none waits for the other."""
    named = {one.address: one for one in fact.others}
    named.pop(fact.sender, None)
    wrote: Person | None = None
    others = []
    for address in sorted({fact.sender, *named}, key=lambda one: (one.space, one.address)):
        if address == fact.sender:
            wrote = await find_or_make(tx, address, fact.proof, name=fact.name, locale=fact.locale)
        else:
            told = named[address]
            person = await find_or_make(tx, address, Proof.CLAIMED, name=told.name or None)
            others.append(Named(person, told.copied))
    assert wrote is not None
    return wrote, others


def envelope_of(others: Iterable[Named], to: Iterable[Person] = ()) -> str | None:
    """Who saw a message that came: as answering all needs it. None: nobody else."""
    first = [one.identity for one in to] + [one.person.identity for one in others if not one.copied]
    envelope = Envelope(tuple(first), tuple(one.person.identity for one in others if one.copied))
    return envelope.json if envelope.everybody else None


async def take_part(tx: Tx, held: Held, people: Iterable[Person]) -> None:
    """They take part from now on, each by the address that was used last; the requester does anyway."""
    for one in people:
        if one.contact != held.contact:
            await tx.run(JOIN, held.id, one.contact, one.identity)
