"""What is known of a contact: notes about her, and her timeline."""

from __future__ import annotations

from inbox.commands.knowing import (
    AddContactNote,
    EditContactNote,
    Noted,
    NoteText,
    OnContactNote,
    add_contact_note,
    edit_contact_note,
    remove_contact_note,
)
from inbox.fitting import ClientId, Sent
from inbox.knowing import ContactNotesList, TimelinePage, list_notes, timeline
from inbox.rest.conversations import PageQuery, asked, page_size
from inbox.rest.route import Call, route


class WriteContactNote(Sent):
    text: NoteText
    client_id: ClientId


class ChangeContactNote(Sent):
    text: NoteText


@route("GET", "/contacts/{id}/notes")
async def contact_notes(call: Call) -> ContactNotesList:
    """Our notes about this person, the newest first. Never told to customers."""
    return await call.desk.store.read(lambda look: list_notes(look, call.caller.viewer, call.id))


@route("POST", "/contacts/{id}/notes", status=201)
async def write_contact_note(call: Call, body: WriteContactNote) -> Noted:
    """Write one. Saying it again with the same client id is safe."""
    return await add_contact_note(
        asked(call), AddContactNote(contact=call.id, text=body.text, client_id=body.client_id)
    )


@route("PATCH", "/contact-notes/{id}")
async def change_contact_note(call: Call, body: ChangeContactNote) -> Noted:
    """Other words in one's own note; in anybody's as a supervisor."""
    return await edit_contact_note(asked(call), EditContactNote(note=call.id, text=body.text))


@route("DELETE", "/contact-notes/{id}")
async def forget_contact_note(call: Call) -> None:
    """Take one's own note away for good; anybody's as a supervisor."""
    await remove_contact_note(asked(call), OnContactNote(note=call.id))


@route("GET", "/contacts/{id}/timeline")
async def contact_timeline(call: Call, query: PageQuery) -> TimelinePage:
    """What happened to this person, the newest first: conversations opened and closed, merges, proofs, notes."""
    limit = page_size(call, query.limit)
    return await call.desk.store.scan(
        lambda look: timeline(look, call.caller.viewer, call.id, query.before, limit)
    )
