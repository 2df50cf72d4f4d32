"""What goes with a draft, as its agent's browsers say it: private, the latest wins."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.store import Tx
from gateway.stream import along
from inbox.auth.access import hold_conversation
from inbox.commands.macros import ActsSent
from inbox.commands.private import Kept, OnDraft, tell_own
from inbox.commands.table import Asked, command
from inbox.commands.writing import Uploads, upload_owner
from inbox.drafts import load_along_in
from inbox.fitting import Id, Name
from inbox.recipients import ToSeveral
from inbox.wire import AlongView


class SaveAlong(OnDraft):
    macro: Id | None = None
    """The one it was begun with."""
    acts: ActsSent = Field(default_factory=ActsSent)
    """What is done once it is sent."""
    worded: bool = False
    """The acts came with words, and go with them."""
    named: Annotated[dict[Name, Id], Field(max_length=20)] = Field(default_factory=dict)
    """Which of several people of one name is meant: by the name, the id."""
    files: Uploads = Field(default_factory=list)
    """Ids of uploads that wait for a message, in order."""
    letter: ToSeveral | None = None
    """To whom it is to go, where its channel takes several; what is left out is as answering all has it."""


@command()
async def save_along(asked: Asked, args: SaveAlong) -> Kept:
    """What goes with a draft: its files, and what is done once it is sent. Nothing forgets it; a file that does not
    wait any more is left out."""
    letter = None if args.letter is None else args.letter.model_dump(exclude_defaults=True)
    said = along.Along(args.macro, args.acts.acts, args.worded, args.named, args.files, letter)

    async def verb(tx: Tx) -> tuple[str, AlongView | None]:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        agent, owner = asked.caller.agent_id, upload_owner(asked)
        if held.id != args.conversation:
            # It was merged away meanwhile: it goes along with the words, and even this tab is told.
            await along.save_along(tx, agent, owner, args.conversation, args.mode, along.Along())
        await along.save_along(tx, agent, owner, held.id, args.mode, said)
        return held.id, (await load_along_in(tx, agent, held.id, asked.desk.link)).get(args.mode)

    conversation, stands = await asked.store.write(verb)
    told: dict[str, dict[str, AlongView | None]] = {
        args.conversation: {args.mode: None},
        conversation: {args.mode: stands},
    }
    tell_own(asked, {"along": told}, this_too=len(told) > 1)
    return {}
