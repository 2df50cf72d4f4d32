"""Commands on a contact: what we know of her, keeping her out, forgetting her."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.egress.access import Role
from gateway.store import Tx
from gateway.stream import contacts, erase
from inbox.auth.access import access_contact, access_whole_contact
from inbox.commands.conversations import Values
from inbox.commands.table import Asked, Done, command
from inbox.fitting import Id, Sent


class OnContact(Sent):
    contact: Id


class ContactFields(Sent):
    """What is left out stays."""

    name: Annotated[str, Field(max_length=200)] | None = None
    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)] | None = None
    organisation: Id | None = None
    """null: none."""
    attributes: Values | None = None


class UpdateContact(ContactFields, OnContact):
    """Whose, and what."""


@command()
async def update_contact(asked: Asked, args: UpdateContact) -> Done:
    """Change name, language, organisation or attributes."""
    said = args.model_dump(exclude_unset=True, exclude={"contact"})
    changes = {key: value for key, value in said.items() if value is not None or key == "organisation"}

    async def verb(tx: Tx) -> None:
        row = await access_contact(tx, asked.viewer, args.contact)
        await contacts.update_contact(tx, row["id"], asked.by, **changes)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def block(asked: Asked, args: OnContact) -> Done:
    """Out of everybody's way: what she wrote and will write goes to spam. 403 `contact_elsewhere` for who does not see
    all her conversations."""

    async def verb(tx: Tx) -> None:
        row = await access_whole_contact(tx, asked.viewer, args.contact)
        await contacts.block(tx, row["id"], asked.by)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def unblock(asked: Asked, args: OnContact) -> Done:
    """Undo exactly what blocking did. 403 as `block`."""

    async def verb(tx: Tx) -> None:
        row = await access_whole_contact(tx, asked.viewer, args.contact)
        await contacts.unblock(tx, row["id"], asked.by)

    _, position = await asked.write(verb)
    return {"position": position}


@command(role=Role.SUPERVISOR)
async def erase_contact(asked: Asked, args: OnContact) -> Done:
    """Forget her for good: words, names, addresses, files. Cannot be undone."""

    async def verb(tx: Tx) -> list[str]:
        row = await access_whole_contact(tx, asked.viewer, args.contact)
        return await erase.erase_contact(tx, row["id"], asked.by)

    files, position = await asked.write(verb)
    await erase.forget_media(asked.store, asked.desk.media, files)
    return {"position": position}
