"""Notes about a person: what the team keeps in mind of her, in every conversation. No customer is ever told of one.

A note stays with the contact it was written about; whoever is merged into another brings hers along, and takes them
away again when the merge is undone, because nothing is moved.
"""

from __future__ import annotations

from gateway.errors import Forbidden, NotFound, Refused
from gateway.events import Actor, new_id
from gateway.store import Row, Tx, plain
from gateway.stream.hold import contact_changed, live_contact
from gateway.stream.people import index_contact

MOST = 200
"""Notes about one person; more are a file of their own."""
LONGEST = 5_000
"""Characters of one note."""

INSERT = """insert into contact_notes (id, contact_id, author_kind, author_id, client_id, text, at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"""
MINE = "select id from contact_notes where author_id = $1 and client_id = $2"
COUNT = "select count(*) from contact_notes where contact_id = $1 and removed_at is null"
NOTE = "select * from contact_notes where id = $1"
EDIT = "update contact_notes set text = $2, edited_at = $3, edited_by = $4 where id = $1"
REMOVE = "update contact_notes set text = '', removed_at = $2 where id = $1"


async def add_note(tx: Tx, contact: str, text: str, client_id: str, by: Actor) -> str:
    """Returns the note's id; of the one there is, when it was said before under this client id.

    Raises NotFound, Refused for nothing to say, an erased contact, or too many.
    """
    row = await _alive(tx, contact)
    words = _words(text)
    known: str | None = await tx.value(MINE, by.id, client_id)
    if known is not None:
        return known
    if int(await tx.value(COUNT, row["id"])) >= MOST:
        raise Refused("errors.contact_notes_many", f"{row['id']} has {MOST} notes", limit=MOST)
    key = new_id()
    await tx.run(INSERT, key, row["id"], by.kind.value, by.id, plain(client_id), words, tx.now)
    await _tell(tx, row["id"], key, "added", by)
    return key


async def edit_note(tx: Tx, note: str, text: str, by: Actor, *, supervises: bool) -> None:
    """Other words in a note; its author's, or anybody's for who supervises. Raises NotFound, Forbidden, Refused."""
    row, home = await _take(tx, note, by, supervises=supervises)
    words = _words(text)
    if words == row["text"]:
        return
    await tx.run(EDIT, note, words, tx.now, by.id)
    await _tell(tx, home, note, "edited", by)


async def remove_note(tx: Tx, note: str, by: Actor, *, supervises: bool) -> None:
    """Its words go for good; that there was one stays in the audit. Raises NotFound, Forbidden, Refused."""
    _, home = await _take(tx, note, by, supervises=supervises)
    await tx.run(REMOVE, note, tx.now)
    await _tell(tx, home, note, "removed", by)


async def _take(tx: Tx, note: str, by: Actor, *, supervises: bool) -> tuple[Row, str]:
    """The note and the contact it is told with now, that one locked."""
    row = await tx.one(NOTE, note)
    if row is None:
        raise NotFound("errors.contact_note_not_found", f"no note {note}")
    home = await _alive(tx, row["contact_id"])
    row = await tx.one(NOTE, note)
    if row is None or row["removed_at"] is not None:
        raise NotFound("errors.contact_note_not_found", f"note {note} was removed")
    if not supervises and row["author_id"] != by.id:
        raise Forbidden("errors.not_your_note", f"{by} did not write {note}")
    return row, home["id"]


async def _alive(tx: Tx, contact: str) -> Row:
    row = await live_contact(tx, contact)
    if row["erased_at"] is not None:
        raise Refused("errors.contact_erased", f"contact {row['id']} is erased")
    return row


def _words(text: str) -> str:
    words = plain(text).strip()
    if not words:
        raise Refused("errors.empty_message")
    return words


async def _tell(tx: Tx, contact: str, note: str, did: str, by: Actor) -> None:
    await index_contact(tx, contact)
    contact_changed(tx, contact, by, ["notes"], note, note=did)
