"""Browsers that followed a link are one person with whom it was sent to, until that is taken back: then each reads what
was said in itself, and our answers go where they went before. Nothing brings it back but a fresh link."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.events import Actor
from gateway.store import Row, Tx
from gateway.stream.describe import switch_leg
from gateway.stream.hold import contact_changed

# A person has the id of her first identity; those who followed are the others.
OF_IDENTITY = """select f.id, f.contact_id, f.person_id from identities f join identities i on i.person_id = f.person_id
    where i.id = $1 and f.id <> i.id and f.id <> f.person_id order by f.id"""
OF_CONTACT = (
    "select id, contact_id, person_id from identities where contact_id = $1 and person_id <> id order by id"
)
STRAYED = """select i.id, i.contact_id, i.person_id from identities i join identities p on p.id = i.person_id
    where i.contact_id in ($1, $2) and p.contact_id <> i.contact_id order by i.id"""
# A later one does again.
UNPROVE = """update proofs set met_id = null where kind in ('word', 'code') and used_at between $3 and $4 and (
    (identity_id in (select id from identities where contact_id = $1)
        and met_id in (select id from identities where contact_id = $2))
    or (identity_id in (select id from identities where contact_id = $2)
        and met_id in (select id from identities where contact_id = $1)))"""
PART = "update identities set person_id = id where id = $1"
ANSWERED_THERE = """select c.id, (select max(o.id) from legs o join identities h on h.id = o.identity_id
        where o.conversation_id = c.id and h.person_id = $2) as back
    from conversations c join legs l on l.id = c.leg_id
    where l.identity_id = $1 and c.merged_into is null order by c.id"""


async def part_strayed(tx: Tx, one: str, other: str, by: Actor) -> None:
    """Two locked contacts are two people: nobody follows an identity of the other."""
    await _part(tx, await tx.all(STRAYED, one, other), by)


async def unprove(tx: Tx, one: str, other: str, used_at: int | None = None) -> None:
    """No word or code says any more that two locked contacts are one person: an agent knows better. With `used_at` (UTC
    ms) only those that were used then."""
    first, last = (0, tx.now) if used_at is None else (used_at, used_at)
    await tx.run(UNPROVE, one, other, first, last)


async def part_followers(tx: Tx, identity: str, by: Actor) -> None:
    """Nobody else follows that identity's person any more."""
    await _part(tx, await tx.all(OF_IDENTITY, identity), by)


async def part_contact(tx: Tx, contact: str, by: Actor) -> None:
    """Nobody follows anybody of that locked contact."""
    await _part(tx, await tx.all(OF_CONTACT, contact), by)


async def _part(tx: Tx, followers: Sequence[Row], by: Actor) -> None:
    for row in followers:
        await tx.run(PART, row["id"])
        contact_changed(tx, row["contact_id"], by, ["person"], row["id"])
    for row in followers:
        for talk in await tx.all(ANSWERED_THERE, row["id"], row["person_id"]):
            if talk["back"] is not None:
                await switch_leg(tx, talk["id"], talk["back"], by)
