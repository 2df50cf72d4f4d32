"""Commands on what an agent follows and is told of: watching, and reading notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from gateway.bus import PrivateChanged
from gateway.events import Event
from gateway.store import Tx
from gateway.stream import notices
from gateway.stream import watch as following
from inbox.auth.access import hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.macros import After
from inbox.commands.private import Kept, tell_notices
from inbox.commands.table import Asked, command
from inbox.fitting import Id, Position, Sent
from inbox.notices import count_followed
from inbox.wire import PrivateView


class ReadNotices(Sent):
    """Some by id, or all that were told up to a position (that of the newest which is shown)."""

    notices: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    to: Position | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ReadNotices:
        if (self.to is None) == (not self.notices):
            raise ValueError("either notices or to")
        return self


@command()
async def watch(asked: Asked, args: OnConversation) -> Kept:
    """Be told what happens in it, without owning it."""
    return await _watch(asked, args.conversation, wanted=True)


@command()
async def unwatch(asked: Asked, args: OnConversation) -> Kept:
    """Be told no more."""
    return await _watch(asked, args.conversation, wanted=False)


@command()
async def read_notices(asked: Asked, args: ReadNotices) -> Kept:
    """Take them off the count; they stay in the list."""
    agent, to = asked.caller.agent_id, args.to

    async def verb(tx: Tx) -> int:
        if to is not None:
            return await notices.read_up_to(tx, agent, to)
        return await notices.read_some(tx, agent, args.notices)

    if await asked.store.write(verb):
        await tell_notices(asked, to)
    return {}


def naming(named: Sequence[str]) -> After:
    """What follows a note that names colleagues."""

    async def after(tx: Tx, note: Event) -> None:
        await following.mention(tx, note, named)

    return after


async def _watch(asked: Asked, conversation: str, *, wanted: bool) -> Kept:
    agent = asked.caller.agent_id

    async def verb(tx: Tx) -> str | None:
        held = await hold_conversation(tx, asked.viewer, conversation)
        does = following.watch if wanted else following.unwatch
        return held.id if await does(tx, agent, held.id) else None

    moved = await asked.store.write(verb)
    if moved is not None:
        # At once: of two that follow each other closely the later one is told later.
        _tell(asked, {"watching": {moved: wanted}})
        followed = await asked.store.scan(lambda look: count_followed(look, [agent]))
        _tell(asked, {"followed": followed[agent]})
    return {}


def _tell(asked: Asked, told: PrivateView) -> None:
    asked.desk.bus.signal(PrivateChanged(asked.caller.agent_id, "", told))
