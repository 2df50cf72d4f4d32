"""To which conversation a message belongs that carries signs of it (`events.Clue`), and who is let in by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import NotFound
from gateway.events import Clue, LegId, Proof, Status, customer
from gateway.store import Row, Tx
from gateway.stream.contacts import prove
from gateway.stream.hold import Held, hold
from gateway.stream.people import Person
from gateway.stream.proofs import leg_for

NAMED = "select id, contact_id, merged_into, erased_at from conversations where id = $1"
ANSWERED = """select m.conversation_id from message_sources s join messages m on m.id = s.message_id
    where s.account_id = $1 and s.name = $2 order by m.position desc limit 1"""
TAKES_PART = """select 1 from legs where conversation_id = $1 and identity_id = $2
    union all select 1 from participants where conversation_id = $1 and contact_id = $3 limit 1"""
# Who had a copy unseen takes no part, and was sent its address all the same. A delivery outlives what is erased.
ANYBODY_ELSE = """select 1 from participants where conversation_id = $1 and contact_id <> $2
    union all select 1 from messages m join deliveries d on d.message_id = m.id
    join identities i on i.id = d.identity_id where m.conversation_id = $1 and i.contact_id <> $2 limit 1"""


@dataclass(frozen=True, slots=True)
class Led:
    leg: LegId
    held: Held
    stranger: bool = False
    """She took no part in it before, and was let in."""


async def follow_clues(
    tx: Tx, account: str, clues: Iterable[Clue], person: Person, *, proves: bool = True
) -> Led | None:
    """The first conversation that these lead her to; None: she begins one of her own. Her identity is locked.

    Who answers from her own address to what only she was sent has proven that it is hers; `proves`: a person may have
    written it.
    """
    for clue in clues:
        row = await where_to(tx, account, clue)
        if row is None:
            continue
        takes_part = await tx.one(TAKES_PART, row["id"], person.identity, person.contact) is not None
        if not takes_part and (person.blocked or not clue.lets_in):
            continue  # who is blocked closes nobody else's conversation to us
        try:
            held = await hold(tx, row["id"])
        except NotFound:
            continue
        if person.blocked and person.contact != held.contact and held.status is not Status.SPAM:
            continue
        leg = await leg_for(tx, held, account, person.identity, "")
        asked = proves and takes_part and clue.lets_in
        if asked and await tx.one(ANYBODY_ELSE, held.id, person.contact) is None:
            await prove(tx, person.identity, Proof.VERIFIED, by=customer(person.identity))
        return Led(leg, held, stranger=not takes_part)
    return None


async def where_to(tx: Tx, account: str, clue: Clue) -> Row | None:
    """The conversation that a clue names, merges followed to where it lives now; None: there is none, or what was said
    in it is erased."""
    key = clue.conversation or await tx.value(ANSWERED, account, clue.answers)
    row = None if key is None else await tx.one(NAMED, key)
    while row is not None and row["merged_into"] is not None:
        row = await tx.one(NAMED, row["merged_into"])
    return None if row is None or row["erased_at"] is not None else row
