"""Who else takes part in a conversation: whom a message was written to for everybody to see, and who was let in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gateway.events import InboundMessage, Proof
from gateway.store import Tx
from gateway.stream.envelope import Envelope
from gateway.stream.hold import Held
from gateway.stream.people import Person, find_or_make

MOST = 50
"""Others of one message who take part: more are a list, not a talk."""
JOIN = """insert into participants (conversation_id, contact_id, role, identity_id)
    values ($1, $2, 'participant', $3) on conflict (conversation_id, contact_id) do update
    set identity_id = excluded.identity_id
    where participants.role = 'participant' and coalesce(participants.identity_id, '') <> excluded.identity_id"""


class Named(NamedTuple):
    """Somebody whom a message names."""

    person: Person
    copied: bool


async def find_all(tx: Tx, fact: InboundMessage) -> tuple[Person, list[Named]]:
    """Who wrote, and the others whom the message names, made where nobody has their address. All are locked in the
    order of their addresses, so that of two messages none waits for the other."""
    named = {} if len(fact.others) > MOST else {one.address: one for one in fact.others}
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
