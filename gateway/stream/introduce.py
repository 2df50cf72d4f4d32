"""What is known of a customer beyond her words: what her page claims, and what her site signed for.

Claims are kept apart and shown as unproven; nothing is ever joined by them. Agents of somebody whose address is claimed
are told, for they may know. What the site signed becomes
attributes of the contact, defined the first time they are needed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.events import Actor, ActorKind, ContactId, Event, Kind, new_id
from gateway.store import Tx, as_json, from_json
from gateway.stream.claims import addresses_in, known_by
from gateway.stream.contacts import fitting_claims
from gateway.stream.people import index_contact

VOUCHED = {
    "email": ("Email", "이메일", "text"),
    "plan": ("Plan", "요금제", "text"),
    "since": ("Customer since", "고객이 된 날", "date"),
}
"""What a site may sign for: key -> names and type of the attribute it becomes."""

CONTACT = """select c.id, c.claims, c.attributes, c.locale from contacts c
    join identities i on i.contact_id = c.id where i.id = $1 and c.erased_at is null"""
DEFINE = """insert into attribute_definitions (id, target, key, label, labels, type, choices, created_at)
    values ($1, 'contact', $2, $3, $4, $5, '[]', $6) on conflict (target, key) do nothing"""
WRITE = "update contacts set claims = $2, attributes = $3 where id = $1"
WEBSITE = Actor(ActorKind.AUTOMATION, "website")


async def introduce(tx: Tx, identity: str, claims: Mapping[str, str], vouched: Mapping[str, Any]) -> bool:
    """Note both on the identity's contact. Returns whether anything was new; nothing new writes nothing."""
    row = await tx.one(CONTACT, identity)
    if row is None:
        return False
    before = from_json(row["attributes"])
    attributes = {**before, **await _attributes(tx, vouched)}
    stored = from_json(row["claims"])
    kept = fitting_claims(stored, claims) if claims else stored
    if attributes == before and kept == stored:
        return False
    await tx.run(WRITE, row["id"], as_json(kept), as_json(attributes))
    await index_contact(tx, row["id"])
    fields = [*sorted(key for key in vouched if key in VOUCHED), *(("claims",) if claims else ())]
    _tell(tx, row["id"], fields)
    new = addresses_in(kept.values()) - addresses_in(stored.values())
    for other in await known_by(tx, new):
        if other != row["id"]:
            # Whoever looks at that person sees the suggestion come. It says neither who claims nor what.
            _tell(tx, other, ["claimed"])
    return True


def _tell(tx: Tx, contact: str, fields: Sequence[str]) -> None:
    tx.record(
        Event(Kind.CONTACT_CHANGED, WEBSITE, tx.now, contact=ContactId(contact), changes={"fields": fields})
    )


async def _attributes(tx: Tx, vouched: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, (label, korean, type_) in VOUCHED.items():
        if vouched.get(key) is None:
            continue
        if await tx.run(DEFINE, new_id(), key, label, as_json({"ko": korean}), type_, tx.now):
            changes = {"what": "attribute"}
            tx.record(Event(Kind.DIRECTORY_CHANGED, WEBSITE, tx.now, subject=key, changes=changes))
        found[key] = _date(vouched[key]) if type_ == "date" else str(vouched[key])
    return found


def _date(at: int) -> str:
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).date().isoformat()
