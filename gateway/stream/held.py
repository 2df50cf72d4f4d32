"""Replies that wait a moment in which their author may take them back, or for a time that their author has chosen:
held, looked at, taken back, forgotten.

A held reply is no message yet: it stands in a table of its own, so nothing that is said to a customer, counted or
searched can meet it. Agents are told of it (`message.held`); `release` makes it a message. Taking back and releasing
are compare-and-set on its row, under the lock of its conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import Conflict, Forbidden, NotFound, Refused, Repeat
from gateway.events import Actor, ActorKind, Event, Kind, LegId, MessageId, Status, new_id
from gateway.newer import known
from gateway.store import Row, Stamp, Tx, as_json, from_json
from gateway.stream.hold import Held, about_message, hold
from gateway.stream.repeats import erased_id

if TYPE_CHECKING:
    from gateway.stream.post import Post

HOLD_MOST = 30_000
"""ms a reply may be held for, where its author has not chosen a time."""
LATER_MOST = 366 * 86_400_000
"""ms ahead of now that a time may be chosen."""

INSERT = """insert into held_replies (id, position, conversation_id, leg_id, account_id, identity_id, author_kind,
    author_id, client_id, text, uploads, reply_to, macro_id, acts, reopens, held_at, due_at, takes, content, envelope,
    chosen) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
    on conflict do nothing"""
LEG = "select account_id, identity_id from legs where id = $1"
# The files wait with the reply, however long: nothing else takes them, and no sweep of unused uploads.
KEEP_FILE = """update attachments set owner = $1, place = $2
    where id = $3 and owner = $4 and message_id is null"""
# As if they had just been sent up: a reply may have waited for weeks.
GIVE_FILES_BACK = """update attachments set owner = $3, created_at = $4
    where id in {ids_1} and owner = $2 and message_id is null"""
TAKE = "select * from held_replies where id = $1"
IS_MESSAGE = "select 1 from messages where id = $1"
UNDO = """update held_replies set text = '', content = null, envelope = null, acts = null, macro_id = null,
    reply_to = null, due_at = null, problem = null, uploads = '[]', undone_at = $2
    where id = $1 and undone_at is null"""
PUT_OFF = (
    "update held_replies set due_at = $2, problem = null, chosen = 1 where id = $1 and undone_at is null"
)
FORGET_ID = "update held_replies set client_id = $2 where id = $1"
STOP = "update held_replies set due_at = null, problem = $2 where id = $1 and undone_at is null"
NOTE_HELD = """insert into merge_items (merge_id, item_kind, item_id)
    select $1, 'held', id from held_replies where conversation_id = $2"""
MOVE_HELD = "update held_replies set conversation_id = $2 where conversation_id = $1"
RETURN_HELD = """update held_replies set conversation_id = $2 where conversation_id = $3
    and id in (select item_id from merge_items where merge_id = $1 and item_kind = 'held')"""
OF_HER = """with recursive her (id) as (
    select id from contacts where id = $1 union select c.id from contacts c join her on c.merged_into = her.id)
    select h.id from held_replies h where h.identity_id in
        (select i.id from identities i where i.contact_id in (select id from her))
    or h.conversation_id in (select c.id from conversations c where c.contact_id in (select id from her))
    order by h.conversation_id, h.id"""
FILES = "select id, hash from attachments where id in {ids_1} and owner = $2 and message_id is null"
DROP_FILES = "delete from attachments where id in {ids_1} and owner = $2 and message_id is null"
FORGET = "delete from held_replies where undone_at < $1"


def owner_of(message: str) -> str:
    """Whose the files of a held reply are meanwhile."""
    return f"held:{message}"


async def hold_back(tx: Tx, held: Held, what: Post, leg: LegId) -> Event:
    """Keep a reply that may be sent as things stand; nothing of its conversation changes. Raises Repeat, Refused."""
    message = MessageId(new_id())
    due = tx.now + min(what.hold, HOLD_MOST) if what.at is None else what.at
    event = about_message(tx, Kind.MESSAGE_HELD, held, message, leg, what.author, {"until": due})
    position = tx.record(event, Stamp("held_replies", "position", message))
    way = await tx.one(LEG, leg)
    assert way is not None, "its caller has found the leg"
    stored = await tx.run(
        INSERT,
        message,
        position,
        held.id,
        leg,
        way["account_id"],
        way["identity_id"],
        what.author.kind.value,
        what.author.id,
        what.client_id,
        what.text,
        as_json(list(what.uploads)),
        what.reply_to,
        what.macro,
        None if what.acts is None else as_json(what.acts.as_dict()),
        int(held.status is Status.CLOSED),
        tx.now,
        due,
        int(what.takes),
        None if what.content is None else as_json(what.content),
        None if what.envelope is None else what.envelope.json,
        int(what.at is not None),
    )
    if not stored:
        raise Repeat
    for place, upload in enumerate(what.uploads):
        if not await tx.run(KEEP_FILE, owner_of(message), place, upload, f"agent:{what.author.id}"):
            raise Refused("errors.upload_gone", f"upload {upload} is not waiting for {what.author}")
    return event


async def take_held(tx: Tx, message: str) -> tuple[Held, Row]:
    """Lock the conversation a held reply stands in. Raises NotFound, Conflict when it was sent or taken back."""
    row = await _held_row(tx, message)
    held = await hold(tx, row["conversation_id"])
    row = await _held_row(tx, message)
    while row["conversation_id"] != held.id:
        # A merge, or its undo, has moved it while we waited for the lock.
        held = await hold(tx, row["conversation_id"])
        row = await _held_row(tx, message)
    return held, row


async def _held_row(tx: Tx, message: str) -> Row:
    row = await tx.one(TAKE, message)
    if row is None:
        if await tx.one(IS_MESSAGE, message) is not None:
            raise Conflict("errors.reply_sent", f"{message} has been sent", code="reply_sent")
        raise NotFound("errors.message_not_found", f"no held reply {message}")
    if row["undone_at"] is not None:
        raise Conflict("errors.reply_undone", f"{message} was taken back", code="reply_undone")
    return row


async def put_off(tx: Tx, message: str, at: int, by: Actor, *, others: bool = False) -> Event:
    """It goes then (UTC ms), whatever was said before. Raises as `undo`."""
    held, row = await _own_held(tx, message, by, others)
    await tx.run(PUT_OFF, message, at)
    author = Actor(known(ActorKind, row["author_kind"]), row["author_id"])
    event = about_message(tx, Kind.MESSAGE_HELD, held, row["id"], row["leg_id"], author, {"until": at})
    tx.record(event)
    return event


async def undo(tx: Tx, message: str, by: Actor, *, others: bool = False) -> None:
    """Take a held reply back: it goes for everybody, its files are its author's uploads again. `others`: its author may
    be another, where it waits for a time.

    Raises NotFound, Forbidden for another's reply, Conflict when it was sent or taken back already.
    """
    held, row = await _own_held(tx, message, by, others)
    await give_files_back(tx, row)
    await tx.run(UNDO, message, tx.now)
    _tell_undone(tx, held, row, by)


async def _own_held(tx: Tx, message: str, by: Actor, others: bool) -> tuple[Held, Row]:
    held, row = await take_held(tx, message)
    if row["author_id"] != by.id and not (others and row["chosen"]):
        raise Forbidden("errors.not_your_message", f"{by} did not write {message}")
    return held, row


async def give_files_back(tx: Tx, row: Row) -> tuple[str, ...]:
    """The files of a held reply are its author's uploads again; returns their ids, in order."""
    uploads = tuple(from_json(row["uploads"]))
    if uploads:
        owner = f"agent:{row['author_id']}"
        await tx.run(GIVE_FILES_BACK, as_json(list(uploads)), owner_of(row["id"]), owner, tx.now)
    return uploads


async def stop(tx: Tx, message: str, why: Refused) -> None:
    """It could not be sent: it stays with its author, who is told why, and waits no more. Raises as `take_held`."""
    held, row = await take_held(tx, message)
    await tx.run(STOP, message, as_json({"text": why.text, "params": why.params}))
    author = Actor(known(ActorKind, row["author_kind"]), row["author_id"])
    tx.record(
        about_message(tx, Kind.MESSAGE_HELD, held, row["id"], row["leg_id"], author, {"problem": why.text})
    )


async def erase_held(tx: Tx, contact: str, by: Actor) -> list[str]:
    """Nothing more is sent to somebody who is erased: what was held for her goes, words and files. Returns the hashes
    that its files had."""
    hashes: list[str] = []
    for one in await tx.all(OF_HER, contact):
        row = await tx.one(TAKE, one["id"])
        assert row is not None, "her conversations are being erased, nobody releases meanwhile"
        held = await hold(tx, row["conversation_id"])
        row = await tx.one(TAKE, one["id"])
        if row is None:
            continue  # sent, or forgotten, while we waited for the lock
        files, owner = as_json(from_json(row["uploads"])), owner_of(row["id"])
        hashes += [file["hash"] for file in await tx.all(FILES, files, owner)]
        await tx.run(DROP_FILES, files, owner)
        await tx.run(FORGET_ID, row["id"], erased_id(row["author_id"], row["client_id"]))
        if await tx.run(UNDO, row["id"], tx.now):
            _tell_undone(tx, held, row, by)
    return hashes


async def forget_undone(tx: Tx, before: int) -> None:
    """Let go of those that were taken back before then (UTC ms)."""
    await tx.run(FORGET, before)


def _tell_undone(tx: Tx, held: Held, row: Row, by: Actor) -> None:
    tx.record(about_message(tx, Kind.MESSAGE_UNDONE, held, row["id"], row["id"], by, {}, audited=True))
