"""Commands that join and part conversations and contacts, and take that back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.store import Tx
from gateway.stream import merge as joining
from gateway.stream import split as parting
from gateway.stream import undo
from gateway.stream.hold import live_contact
from inbox.auth.access import access_merge, access_whole_contact, hold_conversation
from inbox.commands.contacts import OnContact
from inbox.commands.conversations import OnConversation
from inbox.commands.table import Asked, Done, command
from inbox.fitting import Id, Sent
from inbox.likeness import Running, running


class Merge(OnConversation):
    into: Id


class Split(OnConversation):
    messages: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class UndoMerge(Sent):
    merge: Id


class MergeContacts(OnContact):
    into: Id


class SplitContact(OnContact):
    identities: Annotated[list[Id], Field(min_length=1, max_length=100)]


class Merged(Done):
    merge: str
    """By which it is undone."""


class ContactsMerged(Merged):
    running: list[Running]
    """Conversations that run with the one person now, the newest first: of several, the others may be joined with the
    one that is looked at (`merge`)."""


class SplitOff(Merged):
    conversation: str
    """The new one."""


class ContactSplit(Merged):
    contact: str
    """The new one."""


@command()
async def merge(asked: Asked, args: Merge) -> Merged:
    """Make one conversation of two; the numbers of both lead to it for ever."""

    async def verb(tx: Tx) -> str:
        # Both are locked in one order by the verb; here they are only looked at.
        for key in sorted((args.conversation, args.into)):
            await hold_conversation(tx, asked.viewer, key)
        return await joining.merge(tx, args.conversation, args.into, asked.by)

    key, position = await asked.write(verb)
    return {"merge": key, "position": position}


@command()
async def split(asked: Asked, args: Split) -> SplitOff:
    """Move messages into a new conversation."""

    async def verb(tx: Tx) -> tuple[str, str]:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        return await parting.split(tx, held.id, args.messages, asked.by)

    (key, conversation), position = await asked.write(verb)
    return {"merge": key, "conversation": conversation, "position": position}


@command()
async def undo_merge(asked: Asked, args: UndoMerge) -> Done:
    """Take back a merge or split exactly; refused with the reason when a later one depends on it."""

    async def verb(tx: Tx) -> None:
        await access_merge(tx, asked.viewer, args.merge)
        await undo.undo_merge(tx, args.merge, asked.by)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def merge_contacts(asked: Asked, args: MergeContacts) -> ContactsMerged:
    """Say that two contacts are one person. What customers see does not change, and their conversations stay as they
    are. 403 `contact_elsewhere` for who does not see all their conversations: other teams' would be moved too."""

    async def verb(tx: Tx) -> tuple[str, list[Running]]:
        await access_whole_contact(tx, asked.viewer, args.contact)
        await access_whole_contact(tx, asked.viewer, args.into)
        key = await joining.merge_contacts(tx, args.contact, args.into, asked.by)
        into = (await live_contact(tx, args.into))["id"]
        return key, await running(tx, asked.viewer, into)

    (key, runs), position = await asked.write(verb)
    return {"merge": key, "running": runs, "position": position}


@command()
async def split_contact(asked: Asked, args: SplitContact) -> ContactSplit:
    """Say that some of a contact's identities are another person. 403 as `merge_contacts`."""

    async def verb(tx: Tx) -> tuple[str, str]:
        row = await access_whole_contact(tx, asked.viewer, args.contact)
        return await parting.split_contact(tx, row["id"], args.identities, asked.by)

    (key, contact), position = await asked.write(verb)
    return {"merge": key, "contact": contact, "position": position}
