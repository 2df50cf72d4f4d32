"""A message as it was sent, kept beside its row: all its words, its own page, what must not be believed of it; and
where that is wished (`[limits] originals_kept`) the whole of it, byte for byte.

The whole stands among the files as no message's: nobody is shown it but who asks for it by its message, and it goes by
itself after its time.
"""

from __future__ import annotations

from gateway.events import CAME_BACK, Address, Attachment, Source
from gateway.store import Reader, Row, Tx, as_json, from_json, plain
from gateway.stream.attach import keep_upload

NEW = """insert into message_sources
    (message_id, account_id, name, subject, text, html, headers, doubts, automatic, reached)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
ERASE = "delete from message_sources where message_id = $1"
ERASE_NAMED = "delete from named where message_id = $1"
ERASE_NAMED_IN = "delete from named_in where message_id = $1"
KEEP_NAMED_IN = """with them (address) as {ids_1}
    insert into named_in (message_id, space, address) select $2, $3, address from them"""
# Wherever she was named; and in whatever she took part, for what was kept before that was noted of each message.
NAMING = """select s.message_id, s.headers from message_sources s join messages m on m.id = s.message_id
    where m.conversation_id in (select p.conversation_id from participants p
        where p.contact_id = (select contact_id from identities where id = $1))
    union all select s.message_id, s.headers from named n join message_sources s on s.message_id = n.message_id
        where n.space = $2 and n.address = $3
    union all select s.message_id, s.headers from named_in n join message_sources s on s.message_id = n.message_id
        where n.space = $2 and n.address = $3"""
FORGET_NAMED_IN = "delete from named_in where space = $1 and address = $2"
FORGET_NAMED = "delete from named where space = $1 and address = $2"
# In SQL, of a message `m`: it is no mail of ours that came back.
HER_OWN = f"""not exists (select 1 from message_sources b where b.message_id = m.id
    and cast(b.doubts as text) like '%"{CAME_BACK}"%')"""
SET_HEADERS = "update message_sources set headers = $2 where message_id = $1"
ORIGINALS = "original:"
"""How the owner of an original begins; its message's id follows."""
ORIGINAL = "select * from attachments where message_id is null and owner = $1"
FORGET_ORIGINAL = "delete from attachments where message_id is null and owner = $1"
FORGET_OLD = (
    f"delete from attachments where message_id is null and owner like '{ORIGINALS}%' and created_at < $1"
)
STRANGER = "stranger"
"""The doubt about who was let in by what she held, and had taken no part before."""

MANY_NAMED = "many_named"
"""It names more others than are taken for people of the conversation (`gateway.stream.participants.set_apart`)."""


async def keep_source(
    tx: Tx, account: str, message: str, source: Source, *, stranger: bool = False, many: bool = False
) -> None:
    doubts = [*source.doubts, *([STRANGER] if stranger else []), *([MANY_NAMED] if many else [])]
    await tx.run(
        NEW,
        message,
        account,
        plain(source.name) or None,
        plain(source.subject),
        None if source.text is None else plain(source.text),
        None if source.html is None else plain(source.html),
        as_json([[plain(name), plain(value)] for name, value in source.headers]),
        as_json(doubts),
        source.automatic,
        plain(source.reached) or None,
    )
    named = {Address(one.space, plain(one.address)) for one in source.named or ()}
    for space in sorted({one.space for one in named}):
        addresses = sorted(one.address for one in named if one.space == space)
        await tx.run(KEEP_NAMED_IN, as_json(addresses), message, space)


async def keep_original(tx: Tx, message: str, original: Attachment | None) -> None:
    if original is not None:
        await keep_upload(tx, f"{ORIGINALS}{message}", original)


async def find_original(look: Reader, message: str) -> Row | None:
    """As a file, where it was kept and is still there."""
    return await look.one(ORIGINAL, f"{ORIGINALS}{message}")


async def forget_originals(tx: Tx, before: int) -> None:
    """Let go of those of then (UTC ms)."""
    await tx.run(FORGET_OLD, before)


async def erase_source(tx: Tx, message: str) -> list[str]:
    """Returns the hashes its files had."""
    await tx.run(ERASE, message)
    await tx.run(ERASE_NAMED, message)
    await tx.run(ERASE_NAMED_IN, message)
    return await _erase_original(tx, message)


async def _erase_original(tx: Tx, message: str) -> list[str]:
    hashes = [row["hash"] for row in await tx.all(ORIGINAL, f"{ORIGINALS}{message}")]
    if hashes:
        await tx.run(FORGET_ORIGINAL, f"{ORIGINALS}{message}")
    return hashes


async def forget_address(tx: Tx, identity: str, space: str, address: str) -> list[str]:
    """Take the headers that say her address out of others' messages, in all that she took part in or was named in, and
    those messages' originals whole. Returns the hashes that these had."""
    hashes: list[str] = []
    found = {row["message_id"]: row for row in await tx.all(NAMING, identity, space, address)}
    spelled = _spellings(address)
    for row in found.values():
        headers = from_json(row["headers"])
        kept = [[name, value] for name, value in headers if not any(one in value.lower() for one in spelled)]
        if len(kept) != len(headers):
            await tx.run(SET_HEADERS, row["message_id"], as_json(kept))
        # What else stands in it nobody knows.
        hashes += await _erase_original(tx, row["message_id"])
    await tx.run(FORGET_NAMED, space, address)
    await tx.run(FORGET_NAMED_IN, space, address)
    return hashes


def _spellings(address: str) -> set[str]:
    """As headers may write it: a domain in letters of its own is known by its ASCII form."""
    local, _, domain = address.lower().rpartition("@")
    try:
        return {address.lower(), f"{local}@{domain.encode('ascii').decode('idna')}"}
    except UnicodeError:
        return {address.lower()}
