"""What we know of a contact, and keeping one out: fields, claims, blocking, and proof of who an identity is."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import SYSTEM, Actor, Proof
from gateway.store import Row, Tx, as_json, from_json, plain
from gateway.stream.attributes import check_attributes
from gateway.stream.followers import part_contact
from gateway.stream.hold import contact_changed, live_contact
from gateway.stream.people import index_contact
from gateway.stream.status import spam_for, spare

SET = "update contacts set name = $2, locale = $3, organisation_id = $4, attributes = $5 where id = $1"
SET_CLAIMS = "update contacts set claims = $2 where id = $1"
ORGANISATION = "select 1 from organisations where id = $1"
BLOCK = "update contacts set blocked_at = $2 where id = $1"
RUNNING = """select id from conversations where contact_id = $1 and status in ('open', 'snoozed')
    and merged_into is null order by id"""
IN_SPAM = "select id from conversations where contact_id = $1 and status = 'spam' and merged_into is null order by id"
IDENTITY = "select i.* from identities i where i.id = $1 {lock_i}"
RAISE_PROOF = "update identities set proof = $2 where id = $1 and proof < $2"
JOIN_PERSON = "update identities set person_id = $2 where person_id = $1"
CLAIMS = 20
"""Claims kept of one contact."""
CLAIM_KEY, CLAIM_LENGTH = 64, 300
"""Characters of one claim."""


async def update_contact(
    tx: Tx,
    contact: str,
    by: Actor,
    *,
    name: str | None = None,
    locale: str | None = None,
    organisation: str | EllipsisType | None = ...,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Change what is given; `organisation=None` takes it away, an attribute's None clears it.

    Raises NotFound, Refused (erased, no such organisation, an attribute that is not defined or does not fit).
    """
    row = await _alive(tx, contact)
    fresh = {
        "name": row["name"] if name is None else plain(name).strip(),
        "locale": row["locale"] if locale is None else plain(locale) or None,
        "organisation": row["organisation_id"] if organisation is ... else organisation,
        "attributes": from_json(row["attributes"]),
    }
    if attributes is not None:
        fresh["attributes"] = await check_attributes(tx, "contact", fresh["attributes"], attributes)
    await _check_organisation(tx, fresh["organisation"])
    fields = [field for field in fresh if fresh[field] != _known(row, field)]
    if not fields:
        return
    text = as_json(fresh["attributes"])
    await tx.run(SET, row["id"], fresh["name"], fresh["locale"], fresh["organisation"], text)
    await index_contact(tx, row["id"])
    contact_changed(tx, row["id"], by, fields)


def _known(row: Row, field: str) -> Any:
    if field == "attributes":
        return from_json(row["attributes"])
    return row["organisation_id" if field == "organisation" else field]


async def _check_organisation(tx: Tx, organisation: Any) -> None:
    if organisation is not None and await tx.one(ORGANISATION, organisation) is None:
        raise Refused("errors.organisation_not_found", f"no organisation {organisation}")


async def set_claims(tx: Tx, contact: str, claims: Mapping[str, str], by: Actor = SYSTEM) -> None:
    """What the page or the person says without proof: shown as unproven, never used to join. Replaces what was said."""
    row = await _alive(tx, contact)
    kept = fitting_claims({}, claims)
    if kept == from_json(row["claims"]):
        return
    await tx.run(SET_CLAIMS, row["id"], as_json(kept))
    await index_contact(tx, row["id"])
    contact_changed(tx, row["id"], by, ["claims"])


def fitting_claims(stored: Mapping[str, str], claims: Mapping[str, str]) -> dict[str, str]:
    """What is kept of both: the newer word wins, and over the bounds stored claims go first."""
    fresh = {plain(key)[:CLAIM_KEY]: plain(value)[:CLAIM_LENGTH] for key, value in claims.items()}
    older = {key: value for key, value in stored.items() if key not in fresh}
    return dict([*older.items(), *list(fresh.items())[:CLAIMS]][-CLAIMS:])


async def block(tx: Tx, contact: str, by: Actor) -> None:
    """Out of everybody's way: what runs with this contact goes to spam, and what comes while it is blocked too.
    Browsers that came by a link read nothing of the address that it was sent to any more, whatever is undone later."""
    row = await _alive(tx, contact)
    if row["blocked_at"] is not None:
        return
    await tx.run(BLOCK, row["id"], tx.now)
    contact_changed(tx, row["id"], by, ["blocked"])
    await part_contact(tx, row["id"], by)
    for conversation in await tx.all(RUNNING, row["id"]):
        await spam_for(tx, conversation["id"], row["id"], by)


async def unblock(tx: Tx, contact: str, by: Actor) -> None:
    """Undo exactly what `block` did: what it put into spam comes back, unless somebody has moved it since."""
    row = await _alive(tx, contact)
    if row["blocked_at"] is None:
        return
    await tx.run(BLOCK, row["id"], None)
    contact_changed(tx, row["id"], by, ["blocked"])
    for conversation in await tx.all(IN_SPAM, row["id"]):
        await spare(tx, conversation["id"], by)


async def prove(
    tx: Tx, identity: str, proof: Proof, *, same_as: str | None = None, by: Actor = SYSTEM
) -> None:
    """An identity is proven this well; with `same_as` it is proven to be the same person as that other identity.

    Only this joins persons, and with it what a customer may see: call it for what was signed or answered, never for
    likeness. Raises NotFound, Refused when the proof is not one that may join.
    """
    first = await _identity(tx, identity)
    await tx.run(RAISE_PROOF, identity, int(proof))
    fields = ["proof"] if proof > first["proof"] else []
    if same_as is not None:
        if proof < Proof.VOUCHED:
            raise Refused("errors.proof_too_weak", f"proof {proof} joins nobody")
        other = await _identity(tx, same_as)
        if other["person_id"] != first["person_id"]:
            await tx.run(JOIN_PERSON, first["person_id"], other["person_id"])
            fields.append("person")
    if fields:
        row = await live_contact(tx, first["contact_id"])
        contact_changed(tx, row["id"], by, fields, identity)


async def _identity(tx: Tx, identity: str) -> Row:
    row = await tx.one(IDENTITY, identity)
    if row is None:
        raise NotFound("errors.identity_not_found", f"no identity {identity}")
    return row


async def _alive(tx: Tx, contact: str) -> Row:
    row = await live_contact(tx, contact)
    if row["erased_at"] is not None:
        raise Refused("errors.contact_erased", f"contact {row['id']} is erased")
    return row
