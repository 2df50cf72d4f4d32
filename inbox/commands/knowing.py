"""Commands on what is known of a contact: notes about her."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from gateway.egress.access import Role
from gateway.egress.types import ContactNoteView
from gateway.store import Tx
from gateway.stream import contact_notes
from inbox.auth.access import access_contact
from inbox.commands.contacts import OnContact
from inbox.commands.table import Asked, Done, command
from inbox.fitting import ClientId, Id, Sent
from inbox.knowing import access_note, show_note

NoteText = Annotated[str, StringConstraints(max_length=contact_notes.LONGEST)]


class AddContactNote(OnContact):
    text: NoteText
    client_id: ClientId


class OnContactNote(Sent):
    note: Id


class EditContactNote(OnContactNote):
    text: NoteText


class Noted(Done):
    note: ContactNoteView


@command()
async def add_contact_note(asked: Asked, args: AddContactNote) -> Noted:
    """Keep something in mind about this person, in every conversation; no customer is ever told."""

    async def verb(tx: Tx) -> str:
        row = await access_contact(tx, asked.viewer, args.contact)
        return await contact_notes.add_note(tx, row["id"], args.text, args.client_id, asked.by)

    key, position = await asked.write(verb)
    return await _noted(asked, key, position)


@command()
async def edit_contact_note(asked: Asked, args: EditContactNote) -> Noted:
    """Other words in one's own note; in anybody's as a supervisor."""

    async def verb(tx: Tx) -> None:
        await access_note(tx, asked.viewer, args.note)
        await contact_notes.edit_note(tx, args.note, args.text, asked.by, supervises=_supervises(asked))

    _, position = await asked.write(verb)
    return await _noted(asked, args.note, position)


@command()
async def remove_contact_note(asked: Asked, args: OnContactNote) -> Done:
    """Take one's own note away for good; anybody's as a supervisor."""

    async def verb(tx: Tx) -> None:
        await access_note(tx, asked.viewer, args.note)
        await contact_notes.remove_note(tx, args.note, asked.by, supervises=_supervises(asked))

    _, position = await asked.write(verb)
    return {"position": position}


def _supervises(asked: Asked) -> bool:
    return asked.caller.role.reaches(Role.SUPERVISOR)


async def _noted(asked: Asked, note: str, position: int) -> Noted:
    return {"note": await asked.store.read(lambda look: show_note(look, note)), "position": position}
