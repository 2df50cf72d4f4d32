"""Who wrote: an address is one identity by definition, an identity belongs to a contact."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.events import SYSTEM, Address, ContactId, Event, IdentityId, Kind, Proof, new_id
from gateway.store import Tx, from_json
from gateway.store.search import tokens
from gateway.stream.claims import claimed_words
from gateway.stream.hold import contact_changed

FIND = """select i.id, i.contact_id, i.proof, c.seq, c.name, c.blocked_at
    from identities i join contacts c on c.id = i.contact_id where i.space = $1 and i.address = $2 {lock_ic}"""
NEW_CONTACT = """insert into contacts (id, seq, name, locale, attributes, claims, created_at)
    values ($1, {next_contact}, $2, $3, '{}', '{}', $4) returning seq"""
NEW_IDENTITY = """insert into identities
    (id, space, address, contact_id, birth_contact_id, person_id, proof, created_at)
    values ($1, $2, $3, $4, $4, $1, $5, $6) on conflict (space, address) do nothing"""
RAISE_PROOF = "update identities set proof = $2 where id = $1 and proof < $2"
# What her page said; of who has only a telephone, its country's.
LOCALE = """select coalesce(c.locale, (select 'ko' from identities i where i.contact_id = c.id and i.space = 'tel'
    and i.address like '+82%' limit 1)) from contacts c where c.id = $1"""
# Compare-and-set: what an agent wrote meanwhile stands.
NAME_NAMELESS = "update contacts set name = $2 where id = $1 and name = '' and erased_at is null"
ADDRESSES = "select address from identities where contact_id = $1 and space <> 'visitor'"
# Hers, and those of everybody merged into her.
NOTES = """with recursive her (id) as (
    select id from contacts where id = $1 union select c.id from contacts c join her on c.merged_into = her.id)
    select n.text from contact_notes n where n.contact_id in (select id from her) and n.removed_at is null
    order by n.at, n.id"""


@dataclass(frozen=True, slots=True)
class Person:
    identity: IdentityId
    contact: ContactId
    blocked: bool
    is_new: bool = False


async def find_or_make(
    tx: Tx, address: Address, proof: Proof, *, name: str | None = None, locale: str | None = None
) -> Person:
    """The person behind an address, made when nobody has it; proof only ever rises, a name fills only an empty one."""
    row = await tx.one(FIND, address.space, address.address)
    if row is None:
        return await _make(tx, address, proof, name or "", locale)
    if proof > row["proof"] and await tx.run(RAISE_PROOF, row["id"], int(proof)):
        # Whoever looks at her learns that she can be gone on with by this way.
        contact_changed(tx, row["contact_id"], SYSTEM, ["proof"], row["id"])
    if name and not row["name"] and await tx.run(NAME_NAMELESS, row["contact_id"], name):
        await index_contact(tx, row["contact_id"])
        tx.record(
            Event(
                Kind.CONTACT_CHANGED, SYSTEM, tx.now, contact=row["contact_id"], changes={"fields": ["name"]}
            )
        )
    return Person(row["id"], row["contact_id"], row["blocked_at"] is not None)


async def find_or_join(
    tx: Tx,
    contact: str,
    address: Address,
    proof: Proof,
    *,
    name: str | None = None,
    locale: str | None = None,
) -> Person:
    """The same, but when nobody has the address it becomes one of that locked contact's."""
    if await tx.one(FIND, address.space, address.address) is None:
        identity = IdentityId(new_id())
        # Where another process makes it meanwhile, it is whose it was made.
        await tx.run(NEW_IDENTITY, identity, address.space, address.address, contact, int(proof), tx.now)
        await index_contact(tx, contact)
    return await find_or_make(tx, address, proof, name=name, locale=locale)


async def _make(tx: Tx, address: Address, proof: Proof, name: str, locale: str | None) -> Person:
    contact, identity = ContactId(new_id()), IdentityId(new_id())
    seq = await tx.value(NEW_CONTACT, contact, name, locale, tx.now)
    made = await tx.run(NEW_IDENTITY, identity, address.space, address.address, contact, int(proof), tx.now)
    if not made:
        # Another process made it between our look and our insert: ours goes, theirs stands.
        await tx.run("delete from contacts where id = $1", contact)
        return await find_or_make(tx, address, proof, name=name, locale=locale)
    tx.index("contact_search", seq, tokens(name, "" if address.space == "visitor" else address.address))
    return Person(identity, contact, blocked=False, is_new=True)


async def index_contact(tx: Tx, contact: str) -> None:
    """Make a contact findable by its name, addresses, attributes and our notes as they stand now; by addresses that it
    only claims for `claimed_by` alone."""
    row = await tx.one("select seq, name, attributes, claims, erased_at from contacts where id = $1", contact)
    if row is None:
        return
    addresses = await tx.all(ADDRESSES, contact)
    words = [row["name"], *(one["address"] for one in addresses), attribute_words(row["attributes"])]
    words += [claimed_words(from_json(row["claims"]))]
    words += [one["text"] for one in await tx.all(NOTES, contact)]
    tx.index("contact_search", row["seq"], "" if row["erased_at"] else tokens(*words))


def attribute_words(attributes: str) -> str:
    """The values of a JSON object of attributes, as words to search by."""
    return " ".join(str(value) for value in from_json(attributes).values() if value is not None)
