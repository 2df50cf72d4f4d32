"""Commands on macros: how one would read here, and doing what one does without writing anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar, cast

from pydantic import Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from gateway.egress.house import ActsView
from gateway.events import Actor, Event
from gateway.store import Reader, Tx
from gateway.stream import acts as doing
from gateway.stream.acts import Acts
from gateway.stream.macros import used
from inbox.auth.access import hold_conversation
from inbox.commands.conversations import OnConversation, Tags
from inbox.commands.table import Asked, Done, command
from inbox.fitting import Id, Sent, Text
from inbox.macros import check_filled, render, usable_macro

After = Callable[[Tx, Event], Awaitable[None]]
"""What is done in the transaction of a post, once it is stored."""


@dataclass(frozen=True, slots=True)
class MacroDone:
    """What a macro does once its text is stored; an `After`. Without a macro: what the agent has left of one."""

    macro: str | None
    acts: Acts
    by: Actor

    async def __call__(self, tx: Tx, event: Event) -> None:
        await doing.act(tx, event.conversation or "", self.acts, self.by, me=self.by.id)
        if self.macro is not None:
            await used(tx, self.macro, self.by.id)


LONGEST_SNOOZE = 366 * 86_400_000
"""ms"""


class ActsSent(Sent):
    """What is left out or null stays as it is."""

    tags_add: Tags = Field(default_factory=list)
    tags_remove: Tags = Field(default_factory=list)
    assignee: Id | None = None
    """An agent's id, `me` or `none`."""
    team: Id | None = None
    """A team's id or `none`."""
    status: Annotated[str, StringConstraints(pattern=r"^(open|snoozed|closed|spam)$")] | None = None
    snooze_for: Annotated[int, Field(ge=60_000, le=LONGEST_SNOOZE)] | None = None
    """ms from then on, with status `snoozed`."""
    priority: Annotated[int, Field(ge=0, le=4)] | None = None

    @model_validator(mode="after")
    def _snooze_has_an_end(self) -> ActsSent:
        if (self.status == "snoozed") != (self.snooze_for is not None):
            raise ValueError("status snoozed and snooze_for belong together")
        return self

    @property
    def acts(self) -> Acts:
        return Acts.of(self.model_dump())


class ApplyMacro(OnConversation):
    macro: Id
    text: Text | None = None
    """What the agent has made of it; None: the macro's own text."""


class RunMacro(OnConversation):
    macro: Id
    actions: ActsSent | None = None
    """What the agent has left of what it does; None: all of it."""


class Act(OnConversation):
    actions: ActsSent


class MacroTried(TypedDict):
    """A text as it would read there; nothing is kept and nobody is told."""

    text: str
    missing: list[str]
    """Places without a value; they still stand in the text, and would stop the send."""


class Rendered(MacroTried):
    actions: ActsView


@command()
async def apply_macro(asked: Asked, args: ApplyMacro) -> Rendered:
    """How a macro would read in this conversation, and what it would do. Send it as the `macro` of a reply or note."""

    async def look_up(look: Reader) -> Rendered:
        row, acts = await usable_macro(look, asked.viewer, args.macro)
        text = row["text"] if args.text is None else args.text
        done = await render(look, asked.caller, args.conversation, text)
        actions = cast(ActsView, acts.as_dict())
        return {"text": done.text, "missing": list(done.missing), "actions": actions}

    return await asked.store.read(look_up)


@command()
async def run_macro(asked: Asked, args: RunMacro) -> Done:
    """Do what a macro does, all or none of it, without writing anything."""

    async def verb(tx: Tx) -> None:
        _, acts = await usable_macro(tx, asked.viewer, args.macro)
        acts = acts if args.actions is None else args.actions.acts
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        await doing.act(tx, held.id, acts, asked.by, me=asked.caller.agent_id)
        await used(tx, args.macro, asked.caller.agent_id)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def act(asked: Asked, args: Act) -> Done:
    """Do several things at once, all or none of them, as a macro does."""

    async def verb(tx: Tx) -> None:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        await doing.act(tx, held.id, args.actions.acts, asked.by, me=asked.caller.agent_id)

    _, position = await asked.write(verb)
    return {"position": position}


class _Written(Protocol):
    conversation: str
    text: str
    macro: str | None
    actions: ActsSent | None

    def model_copy(self, *, update: dict[str, str]) -> _Written: ...


W = TypeVar("W", bound=_Written)


async def with_macro(asked: Asked, args: W) -> tuple[W, list[After]]:
    """What is written with its places filled, and what is to follow when it was written by a macro.

    Raises NotFound, and Refused `macro_missing` for places without a value.
    """
    left = None if args.actions is None else args.actions.acts
    if args.macro is None:
        return args, [MacroDone(None, left, asked.by)] if left else []
    macro = args.macro

    async def look_up(look: Reader) -> tuple[str, Acts]:
        row, acts = await usable_macro(look, asked.viewer, macro)
        text = args.text if args.text.strip() else row["text"]
        return check_filled(await render(look, asked.caller, args.conversation, text)), acts

    text, acts = await asked.store.read(look_up)

    done = MacroDone(macro, acts if left is None else left, asked.by)
    return cast(W, args.model_copy(update={"text": text})), [done]
