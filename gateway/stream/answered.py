"""Who answers what has followed her has proven whose address it is: she was sent it by nobody else, and only there.

An address that nobody had joins the one who left it, by a merge that is undone as any other; one of whom anything else
is known is suggested, never merged silently.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.errors import Refused
from gateway.events import ContactId, InboundMessage, customer
from gateway.store import Tx
from gateway.stream.clues import where_to
from gateway.stream.merge import merge_contacts
from gateway.stream.people import Person
from gateway.stream.proofs import suggest

FOLLOWED = """select 1 from legs l join messages m on m.leg_id = l.id where l.conversation_id = $1
    and l.identity_id = $2 and m.author_kind = 'automation' and m.author_id = 'follow_up' limit 1"""
# But for the name that her own mail has just said: she was made up for what followed.
HAS_A_LIFE = """select 1 from contacts k where k.id = $1 and (k.organisation_id is not null or k.attributes <> '{}'
    or k.claims <> '{}' or k.blocked_at is not null
    or exists (select 1 from conversations c where c.contact_id = k.id)
    or exists (select 1 from participants p where p.contact_id = k.id)
    or exists (select 1 from contacts o where o.merged_into = k.id)
    or exists (select 1 from contact_notes n where n.contact_id = k.id)
    or exists (select 1 from identities i where i.contact_id = k.id and i.id <> $2))"""
OWNER = "select contact_id from identities where id = $1"


async def join_answerer(tx: Tx, account: str, fact: InboundMessage, person: Person) -> Person:
    """Called with her identity locked, before her message finds its conversation. Returns her, whose she is now."""
    if fact.source is not None and fact.source.automatic is not None:
        return person
    for clue in fact.clues or ():
        row = await where_to(tx, account, clue) if clue.lets_in else None
        if row is None or row["contact_id"] == person.contact:
            continue
        if await tx.one(FOLLOWED, row["id"], person.identity) is None:
            continue
        by = customer(person.identity)
        if await tx.one(HAS_A_LIFE, person.contact, person.identity) is not None:
            for contact in (row["contact_id"], person.contact):
                suggest(tx, contact, by)
            return person
        try:
            await merge_contacts(tx, person.contact, row["contact_id"], by)
        except Refused:
            return person  # one of both is blocked, or erased
        return replace(person, contact=ContactId(await tx.value(OWNER, person.identity)), is_new=False)
    return person
