"""Changing what was said: the author mends a message (former words are kept for agents), or its content is erased."""

from __future__ import annotations

from gateway.errors import Forbidden, NotFound, Refused
from gateway.events import Actor, Kind
from gateway.store import Row, Tx, plain
from gateway.store.search import tokens
from gateway.stream.hold import Held, about_message, hold
from gateway.stream.hook_queue import forget_excerpts
from gateway.stream.repeats import forget_ids
from gateway.stream.sources import erase_source
from gateway.stream.troubles import forget_lost

MESSAGE = "select * from messages where id = $1 {lock}"
WHERE = "select conversation_id from messages where id = $1"
KEEP = """insert into message_versions (message_id, version, text, at)
    select $1, coalesce(max(version), 0) + 1, $2, $3 from message_versions where message_id = $1"""
EDIT = "update messages set text = $2, edited_at = $3 where id = $1"
ERASE = "update messages set text = '', content = null, envelope = null, erased_at = $2 where id = $1"
ERASE_VERSIONS = "delete from message_versions where message_id = $1"
FILES = "select distinct hash from attachments where message_id = $1"
ERASE_REMOTE = "delete from remote_files where message_id = $1"
ERASE_FILES = "delete from attachments where message_id = $1"
NAMED = """select 1 from attachments where hash = $1
    union all select 1 from agents where substr(picture, 1, 64) = $1 limit 1"""
"""Does a message's file, or an agent's picture, have these bytes?"""
DYING = "insert into dying_files (hash, since) values ($1, $2) on conflict do nothing"


async def edit_message(tx: Tx, message: str, text: str, by: Actor) -> None:
    """Replace the words of one's own message; what they were is kept as a version.

    Raises NotFound, Forbidden for another's message, Refused when it is erased or nothing would be left to say.
    """
    held, row = await take_message(tx, message)
    text = plain(text)
    if (row["author_kind"], row["author_id"]) != (by.kind.value, by.id):
        raise Forbidden("errors.not_your_message", f"{by} did not write {message}")
    if row["erased_at"] is not None:
        raise Refused("errors.message_erased", f"message {message} is erased")
    if not text.strip():
        raise Refused("errors.empty_message")
    if text == row["text"]:
        return
    await tx.run(KEEP, message, row["text"], row["edited_at"] or row["at"])
    await tx.run(EDIT, message, text, tx.now)
    tx.index("message_search", row["position"], tokens(text))
    _tell(tx, Kind.MESSAGE_EDITED, held, row, by)


async def erase_message(tx: Tx, message: str, by: Actor) -> list[str]:
    """Take the content of a message for good: words, former words, files, search tokens. The row stands as erased.

    Returns the hashes of media that nobody names any more: the caller hands them to `erase.forget_media`.
    Raises NotFound.
    """
    held, row = await take_message(tx, message)
    if row["erased_at"] is not None:
        return []
    hashes = await erase_content(tx, row)
    await forget_excerpts(tx, {held.id, row["birth_conversation_id"]})
    _tell(tx, Kind.MESSAGE_ERASED, held, row, by)
    return await give_up(tx, hashes)


async def erase_content(tx: Tx, row: Row) -> list[str]:
    """Empty a message's row and what hangs on it; returns the hashes its files had."""
    hashes = [file["hash"] for file in await tx.all(FILES, row["id"])]
    await tx.run(ERASE, row["id"], tx.now)
    await forget_ids(tx, row)
    await tx.run(ERASE_VERSIONS, row["id"])
    await tx.run(ERASE_REMOTE, row["id"])
    hashes += await erase_source(tx, row["id"])
    await forget_lost(tx, row["id"])
    if hashes:
        await tx.run(ERASE_FILES, row["id"])
    tx.index("message_search", row["position"], "")
    return hashes


async def give_up(tx: Tx, hashes: list[str]) -> list[str]:
    """Those of the media that nobody names any more, written down to be deleted until they are gone."""
    dying = [one for one in dict.fromkeys(hashes) if await tx.one(NAMED, one) is None]
    for one in dying:
        await tx.run(DYING, one, tx.now)
    return dying


async def take_message(tx: Tx, message: str) -> tuple[Held, Row]:
    """Lock the conversation a message stands in, then the message. Raises NotFound."""
    conversation = await tx.value(WHERE, message)
    if conversation is None:
        raise NotFound("errors.message_not_found", f"no message {message}")
    held = await hold(tx, conversation)
    row = await tx.one(MESSAGE, message)
    assert row is not None, "messages are never removed"
    if row["conversation_id"] != held.id:
        # A merge, or its undo, has moved it while we waited for the lock.
        held = await hold(tx, row["conversation_id"])
    return held, row


def _tell(tx: Tx, kind: Kind, held: Held, row: Row, by: Actor) -> None:
    tell_message(tx, kind, held, row["id"], row["leg_id"], by)


def tell_message(tx: Tx, kind: Kind, held: Held, message: str, leg: str | None, by: Actor) -> None:
    """Record that a message was edited or erased."""
    tx.record(about_message(tx, kind, held, message, leg, by, {}, audited=True))
