"""Erasing a contact: her words, names, addresses and files go; what happened, as ids and times, stands.

Erased is what travelled by her legs in either direction, in whatever conversation it stands now; in conversations that
are hers also our notes, drafts, subject and attributes. Contacts that were merged into her are her. Log and audit keep
their rows: they hold ids only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from gateway.errors import Refused, Unavailable
from gateway.events import Actor, ContactId, Event, Kind, Status, new_id
from gateway.media import MediaStore
from gateway.store import Reader, Row, Store, Tx
from gateway.stream.along import forget_along
from gateway.stream.edit import NAMED, erase_content, give_up, take_message, tell_message
from gateway.stream.held import erase_held
from gateway.stream.hold import changed, hold, live_contact
from gateway.stream.hook_queue import forget_excerpts
from gateway.stream.parked import erase_parked
from gateway.stream.repeats import forget_ids_of
from gateway.stream.sources import forget_address
from gateway.stream.status import close

log = logging.getLogger(__name__)

SETTLES = 1.0
"""Seconds before a file is deleted: somebody who has just stored the same may be about to name it."""

# The contact and everybody merged into it.
ALL_OF_HER = """with recursive her (id) as (
    select id from contacts where id = $1 union select c.id from contacts c join her on c.merged_into = her.id)"""
IDENTITIES = (
    ALL_OF_HER
    + """ select i.id, i.space, i.address from identities i
    where i.contact_id in (select id from her) order by i.id {lock_i}"""
)
CONTACTS = ALL_OF_HER + " select c.id, c.seq from contacts c where c.id in (select id from her) order by c.id"
CONVERSATIONS = (
    ALL_OF_HER
    + """ select c.id, c.number, c.status, c.merged_into from conversations c
    where c.contact_id in (select id from her) order by c.id"""
)
# Hers, and wherever her messages have stood.
TALKS = (
    ALL_OF_HER
    + """ select c.id from conversations c where c.contact_id in (select id from her)
    union select l.conversation_id from legs l join identities i on i.id = l.identity_id
        where i.contact_id in (select id from her)
    union select m.birth_conversation_id from messages m join legs l on l.id = m.leg_id
        join identities i on i.id = l.identity_id where i.contact_id in (select id from her)"""
)
MESSAGES = (
    ALL_OF_HER
    + """ select m.id, m.conversation_id, m.leg_id, m.position from messages m
    where m.erased_at is null and (
        m.leg_id in (select l.id from legs l join identities i on i.id = l.identity_id
            where i.contact_id in (select id from her))
        or (m.leg_id is null and m.conversation_id in
            (select c.id from conversations c where c.contact_id in (select id from her))))
    order by m.conversation_id, m.position"""
)
# Addresses that she left, to which something followed or was sent for her, and of which nothing else is known: whoever
# has such a one has never written.
LEFT_BY_HER = (
    ALL_OF_HER
    + """ select i.id, i.space, i.address, k.id as contact_id, k.seq from identities i
    join contacts k on k.id = i.contact_id where i.contact_id not in (select id from her)
    and exists (select 1 from legs l join conversations c on c.id = l.conversation_id
        join messages m on m.leg_id = l.id join carried x on x.message_id = m.id
        where l.identity_id = i.id and c.contact_id in (select id from her))
    and not exists (select 1 from messages m where m.author_id = i.id)
    and not exists (select 1 from conversations c where c.contact_id = k.id)
    and not exists (select 1 from contact_notes n where n.contact_id = k.id)
    and not exists (select 1 from identities o where o.contact_id = k.id and o.id <> i.id) order by i.id {lock_i}"""
)
FORGET_NOTES = "delete from contact_notes where contact_id = $1"
WAITING_UPLOADS = "select hash from attachments where owner = $1"
DROP_UPLOADS = "delete from attachments where owner = $1"
FORGET_CONVERSATION = "update conversations set subject = '', attributes = '{}', erased_at = $2 where id = $1"
# Their places stay, so that a tab that was cut learns that there is nothing left to send.
FORGET_DRAFTS = "update drafts set text = '', updated_at = $2 where conversation_id = $1 and text <> ''"
# Thread keys are the provider's words; some are made of addresses.
FORGET_THREADS = "update legs set thread_key = '' where identity_id = $1"
FORGET_PROOFS = "delete from proofs where identity_id = $1 or (met_id = $1 and message_id is null)"
FORGET_MET = "update proofs set met_id = null where met_id = $1"
FORGET_ADDRESS = "update identities set address = $2, proof = 0 where id = $1"
FORGET_CONTACT = """update contacts set name = '', locale = null, organisation_id = null, attributes = '{}',
    claims = '{}', erased_at = $2 where id = $1"""
DYING = "select hash from dying_files order by since, hash"
GONE = "delete from dying_files where hash = $1"


async def erase(store: Store, media: MediaStore, contact: str, by: Actor) -> bool:
    """Erase a contact entirely: rows and search tokens, then files nobody names any more, then what the database's own
    files still remember. Returns whether the files are gone. Raises NotFound, Refused when that is done already,
    Unavailable.
    """
    hashes = await store.write(lambda tx: erase_contact(tx, contact, by))
    return await forget_media(store, media, hashes)


async def forget_media(store: Store, media: MediaStore, hashes: Sequence[str]) -> bool:
    """The end of any erasure: delete media that nobody names any more, and purge the database's files.

    Returns whether the files are gone; where the file store is away they go as soon as it is back (`forget_dying`).
    """
    gone = True
    try:
        await _delete(store, media, hashes)
    except Unavailable as why:
        gone = False
        log.warning("files of an erasure wait for the file store: %s", why)
    await store.purge()
    return gone


async def forget_dying(store: Store, media: MediaStore) -> int:
    """Try again to delete what former erasures could not; returns how many files still wait. Raises Unavailable when
    the database is away."""

    async def look_up(look: Reader) -> Sequence[Row]:
        return await look.all(DYING)

    left = 0
    for row in await store.read(look_up):
        try:
            await _delete(store, media, [row["hash"]])
        except Unavailable as why:
            left += 1
            log.warning("file %s of an erasure waits: %s", row["hash"], why)
    return left


async def _delete(store: Store, media: MediaStore, hashes: Sequence[str]) -> None:
    held = {one: await media.find(one) for one in hashes}
    if any(held.values()):
        await asyncio.sleep(SETTLES)
    for one, found in held.items():
        if found and not await store.glance(lambda look, one=one: look.one(NAMED, one)):  # type: ignore[misc]
            await media.delete(one, older_than=found.modified + 1)
        await store.write(lambda tx, one=one: tx.run(GONE, one), aside=True)  # type: ignore[misc]


async def erase_contact(tx: Tx, contact: str, by: Actor) -> list[str]:
    """The verb of `erase`: everything the database holds. Returns the media hashes that nobody names any more.

    Raises NotFound, Refused when the contact is erased already.
    """
    await tx.all(IDENTITIES, contact)  # locked before the contact, as a message is taken in
    row = await live_contact(tx, contact)
    if row["erased_at"] is not None:
        raise Refused("errors.contact_erased", f"contact {row['id']} is erased")
    identities = await tx.all(IDENTITIES, row["id"])
    hashes = await erase_held(tx, row["id"], by) + await _erase_messages(tx, row["id"], by)
    for conversation in await tx.all(CONVERSATIONS, row["id"]):
        hashes += [file["hash"] for file in await forget_along(tx, conversation["id"])]
        await _forget_conversation(tx, conversation, by)
    left = await tx.all(LEFT_BY_HER, row["id"])
    for identity in (*identities, *left):
        hashes += await _forget_identity(tx, identity)
    them = [(one["id"], one["seq"]) for one in await tx.all(CONTACTS, row["id"])]
    for key, seq in (*them, *((one["contact_id"], one["seq"]) for one in left)):
        await tx.run(FORGET_CONTACT, key, tx.now)
        await tx.run(FORGET_NOTES, key)
        tx.index("contact_search", seq, "")
    await _forget_told(tx, row["id"])
    tx.record(Event(Kind.CONTACT_ERASED, by, tx.now, contact=ContactId(row["id"]), audited=True))
    return await give_up(tx, hashes)


async def _forget_told(tx: Tx, contact: str) -> None:
    """What webhooks' receivers answered when they were told of her."""
    talks = [row["id"] for row in await tx.all(TALKS, contact)]
    await forget_excerpts(tx, [*talks, *(f"contact:{row['id']}" for row in await tx.all(CONTACTS, contact))])


async def _erase_messages(tx: Tx, contact: str, by: Actor) -> list[str]:
    hashes: list[str] = []
    for message in await tx.all(MESSAGES, contact):
        held, row = await take_message(tx, message["id"])
        hashes += await erase_content(tx, row)
        tell_message(tx, Kind.MESSAGE_ERASED, held, row["id"], row["leg_id"], by)
    return hashes


async def _forget_conversation(tx: Tx, conversation: Row, by: Actor) -> None:
    await tx.run(FORGET_CONVERSATION, conversation["id"], tx.now)
    await tx.run(FORGET_DRAFTS, conversation["id"], tx.now)
    tx.index("conversation_search", conversation["number"], "")
    if conversation["merged_into"] is not None:
        return
    if conversation["status"] in (Status.OPEN, Status.SNOOZED):
        await close(tx, conversation["id"], by)
    changed(tx, await hold(tx, conversation["id"]), by, {"fields": ["erased"]})


async def _forget_identity(tx: Tx, identity: Row) -> list[str]:
    owner = f"identity:{identity['space']}:{identity['address']}"
    hashes = [file["hash"] for file in await tx.all(WAITING_UPLOADS, owner)]
    await tx.run(DROP_UPLOADS, owner)
    await tx.run(FORGET_THREADS, identity["id"])
    await forget_ids_of(tx, identity["id"])
    await erase_parked(tx, identity["space"], identity["address"])
    hashes += await forget_address(tx, identity["id"], identity["space"], identity["address"])
    await tx.run(FORGET_PROOFS, identity["id"])
    await tx.run(FORGET_MET, identity["id"])
    await tx.run(FORGET_ADDRESS, identity["id"], f"erased:{new_id()}")
    return hashes
