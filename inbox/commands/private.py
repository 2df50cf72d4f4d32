"""Commands on an agent's own state: stored, the latest wins, told to the agent's other tabs only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from gateway.bus import AgentSays, PrivateChanged
from gateway.errors import TooLarge
from gateway.store import Tx, from_json
from gateway.stream import held as holding
from gateway.stream import notices, private
from gateway.stream.agents import hold_agent
from inbox.auth.access import hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.table import Asked, command
from inbox.fitting import Position, Sent, Text, fitted
from inbox.notices import load_notices
from inbox.preferences import check_quiet
from inbox.wire import PrivateView

PREFERENCES = 32 * 1024
"""Bytes of JSON that one agent's preferences may take."""


class Kept(TypedDict):
    """Nothing to tell: what is the agent's own has no place in the log."""


class MarkRead(OnConversation):
    position: Position


class MarkUnread(OnConversation):
    position: Position
    """What is above it is unread again."""


class OnDraft(OnConversation):
    mode: Literal["public", "note"]


class SaveDraft(OnDraft):
    text: Text


class SetAvailability(Sent):
    availability: Literal["online", "away", "busy"]


class UndoSend(Sent):
    undo_send: Annotated[int, Field(ge=0, le=holding.HOLD_MOST // 1000)]
    """Seconds in which the agent's own browser lets a reply be taken back; 0: never. Without one: 5."""


class AssignOnReply(Sent):
    assign_on_reply: bool
    """Does the agent have a conversation of nobody's from the first answer on? Without one: `[inbox]` in the
    configuration."""


class Signature(Sent):
    """The preference `signature`: below the agent's mails, in the language of the customer; one left out borrows the
    other."""

    en: Annotated[str, Field(max_length=1000)] = ""
    ko: Annotated[str, Field(max_length=1000)] = ""


class SetPreferences(Sent):
    values: Annotated[dict[str, Any], Field(max_length=200)]
    """Key -> value; None forgets."""


@command()
async def mark_read(asked: Asked, args: MarkRead) -> Kept:
    """The agent has read up to this position."""

    agent = asked.caller.agent_id

    async def verb(tx: Tx) -> tuple[dict[str, int], int]:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        read = await notices.read_about(tx, agent, held.id, args.position)
        moved = await private.mark_read(tx, agent, held.id, args.position)
        return {held.id: min(args.position, tx.position)} if moved else {}, read

    moved, read = await asked.store.write(verb)
    if moved:
        tell_own(asked, {"read": moved}, this_too=args.conversation not in moved)
    if read:
        await tell_notices(asked)
    return {}


@command()
async def mark_unread(asked: Asked, args: MarkUnread) -> Kept:
    """From after this position on the conversation is unread to the agent again, until it is opened anew."""

    agent = asked.caller.agent_id

    async def verb(tx: Tx) -> dict[str, int]:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        stands = await private.mark_unread(tx, agent, held.id, args.position)
        return {} if stands is None else {held.id: stands}

    if unread := await asked.store.write(verb):
        # This tab too: after a reset it was told the former mark.
        tell_own(asked, {"unread": unread}, this_too=True)
    return {}


@command()
async def save_draft(asked: Asked, args: SaveDraft) -> Kept:
    """What the agent has written so far; an empty text forgets it."""

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        if held.id != args.conversation:
            # It was merged away meanwhile: the words go along, and so that they are found even this tab is told.
            await private.save_draft(tx, asked.caller.agent_id, args.conversation, args.mode, "")
        await private.save_draft(tx, asked.caller.agent_id, held.id, args.mode, args.text)
        return held.id

    conversation = await asked.store.write(verb)
    drafts: dict[str, dict[str, str]] = {
        args.conversation: {args.mode: ""},
        conversation: {args.mode: args.text},
    }
    tell_own(asked, {"drafts": drafts}, this_too=len(drafts) > 1)
    return {}


@command()
async def set_availability(asked: Asked, args: SetAvailability) -> Kept:
    """Away or busy by hand, until online is said again; colleagues see it at once."""
    agent, said = asked.caller.agent_id, args.availability
    if await asked.store.write(lambda tx: private.set_availability(tx, agent, said)):
        tell_own(asked, {"availability": said})
    asked.desk.bus.signal(AgentSays(agent, said))
    return {}


@command()
async def set_preferences(asked: Asked, args: SetPreferences) -> Kept:
    """Change some of the agent's preferences; the others stay."""

    values = dict(args.values)
    if values.get("quiet") is not None:
        values["quiet"] = check_quiet(values["quiet"])
    if values.get("undo_send") is not None:
        fitted(UndoSend, {"undo_send": values["undo_send"]})
    if values.get("assign_on_reply") is not None:
        fitted(AssignOnReply, {"assign_on_reply": values["assign_on_reply"]})
    if values.get("signature") is not None:
        values["signature"] = fitted(Signature, values["signature"]).model_dump()

    async def verb(tx: Tx) -> dict[str, Any]:
        row = await hold_agent(tx, asked.caller.agent_id)
        fresh = {**from_json(row["preferences"]), **values}
        kept = {key: value for key, value in fresh.items() if value is not None}
        text = orjson.dumps(kept)
        if len(text) > PREFERENCES:
            raise TooLarge("errors.preferences_too_large", limit=PREFERENCES)
        await private.set_preferences(tx, asked.caller.agent_id, text.decode())
        return kept

    tell_own(asked, {"preferences": await asked.store.write(verb)})
    return {}


async def tell_notices(asked: Asked, read_to: int | None = None) -> None:
    """Tell all the agent's tabs, this one too, how the list stands now."""
    agent, now = asked.caller.agent_id, asked.desk.clock()
    stands = (await asked.store.scan(lambda look: load_notices(look, [agent], now)))[agent]
    if read_to is not None:
        stands["read_to"] = read_to
    asked.desk.bus.signal(PrivateChanged(agent, "", {"notices": stands}))


def tell_own(asked: Asked, changed: PrivateView, *, this_too: bool = False) -> None:
    """Tell the agent's other tabs; this one where it does not know by itself."""
    asked.desk.bus.signal(PrivateChanged(asked.caller.agent_id, "" if this_too else asked.tab, changed))
