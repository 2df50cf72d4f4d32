"""Commands on a conversation: whose it is, where it stands, what it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from gateway.events import Priority
from gateway.store import Tx
from gateway.stream import assign as owners
from gateway.stream import describe, status
from inbox.auth.access import hold_conversation
from inbox.commands.table import Asked, Done, check_directory, command
from inbox.fitting import Id, Moment, Name, Sent

Subject = Annotated[str, StringConstraints(max_length=300)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Values = Annotated[dict[str, Any], Field(max_length=100)]
"""Attribute key -> value; None clears."""
Tags = Annotated[list[Id], Field(max_length=50)]


class OnConversation(Sent):
    conversation: Id


class Assign(OnConversation):
    agent: Id | None


class SetTeam(OnConversation):
    team: Id | None


class Snooze(OnConversation):
    until: Moment


class Tag(OnConversation):
    add: Tags = Field(default_factory=list)
    remove: Tags = Field(default_factory=list)


class MakeTag(Sent):
    name: Name
    colour: Colour


class MadeTag(Done):
    tag: str
    """The id; of the tag there was, when one had that name."""


class SetSubject(OnConversation):
    subject: Subject


class SetPriority(OnConversation):
    priority: Annotated[int, Field(ge=0, le=4)]


class SetAttributes(OnConversation):
    values: Values


class SwitchLeg(OnConversation):
    leg: Id


async def _on(asked: Asked, conversation: str, verb: Callable[[Tx, str], Awaitable[None]]) -> Done:
    """Run a verb on a conversation that the caller may see, in one transaction with that check."""

    async def guarded(tx: Tx) -> None:
        held = await hold_conversation(tx, asked.viewer, conversation)
        await verb(tx, held.id)

    _, position = await asked.write(guarded)
    return {"position": position}


@command()
async def assign(asked: Asked, args: Assign) -> Done:
    """Give it to an agent, or to nobody."""
    return await _on(asked, args.conversation, lambda tx, it: owners.assign(tx, it, args.agent, asked.by))


@command()
async def set_team(asked: Asked, args: SetTeam) -> Done:
    """Move it into a team's queue, or into everybody's."""
    return await _on(asked, args.conversation, lambda tx, it: owners.set_team(tx, it, args.team, asked.by))


@command()
async def close(asked: Asked, args: OnConversation) -> Done:
    """Done for now; it opens again when the customer writes."""
    return await _on(asked, args.conversation, lambda tx, it: status.close(tx, it, asked.by))


@command()
async def reopen(asked: Asked, args: OnConversation) -> Done:
    """Back among the open ones."""
    return await _on(asked, args.conversation, lambda tx, it: status.reopen(tx, it, asked.by))


@command()
async def snooze(asked: Asked, args: Snooze) -> Done:
    """Away until then, or until the customer writes."""
    return await _on(asked, args.conversation, lambda tx, it: status.snooze(tx, it, args.until, asked.by))


@command()
async def mark_spam(asked: Asked, args: OnConversation) -> Done:
    """Out of every working list."""
    return await _on(asked, args.conversation, lambda tx, it: status.mark_spam(tx, it, asked.by))


@command()
async def unmark_spam(asked: Asked, args: OnConversation) -> Done:
    """Back to what it was."""
    return await _on(asked, args.conversation, lambda tx, it: status.unmark_spam(tx, it, asked.by))


@command()
async def tag(asked: Asked, args: Tag) -> Done:
    """Add and remove tags by id."""
    return await _on(
        asked, args.conversation, lambda tx, it: describe.tag(tx, it, args.add, args.remove, asked.by)
    )


@command()
async def make_tag(asked: Asked, args: MakeTag) -> MadeTag:
    """A tag of that name: the one there is, or a new one."""
    check_directory(asked)
    most = asked.desk.limits.tags_most
    made, position = await asked.write(
        lambda tx: describe.make_tag(tx, args.name, args.colour, asked.by, most=most)
    )
    return {"tag": made, "position": position}


@command()
async def set_subject(asked: Asked, args: SetSubject) -> Done:
    """Say what it is about."""
    return await _on(
        asked, args.conversation, lambda tx, it: describe.set_subject(tx, it, args.subject, asked.by)
    )


@command()
async def set_priority(asked: Asked, args: SetPriority) -> Done:
    """0 none, 1 low, 2 normal, 3 high, 4 urgent."""
    wanted = Priority(args.priority)
    return await _on(asked, args.conversation, lambda tx, it: describe.set_priority(tx, it, wanted, asked.by))


@command()
async def set_attributes(asked: Asked, args: SetAttributes) -> Done:
    """Set defined attributes; a value of null clears one."""
    return await _on(
        asked, args.conversation, lambda tx, it: describe.set_attributes(tx, it, args.values, asked.by)
    )


@command()
async def switch_leg(asked: Asked, args: SwitchLeg) -> Done:
    """From now on public replies go by this leg."""
    return await _on(asked, args.conversation, lambda tx, it: describe.switch_leg(tx, it, args.leg, asked.by))
