"""One command for many conversations: each with its own outcome, all with one undo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar, cast

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from gateway.door import problem
from gateway.errors import ParleyError, Unavailable
from gateway.store import Tx
from gateway.stream.bulk import act_in_bulk, begin_bulk, changed_in_bulk, end_undo, restore
from inbox.auth.access import hold_conversation
from inbox.commands.macros import ActsSent
from inbox.commands.table import Asked, Done, command
from inbox.fitting import Id, Sent
from inbox.wire import ProblemView

T = TypeVar("T")
AT_A_REQUEST = 10
"""Conversations that count as one request of the agent's."""
BULK_MOST = 200
"""Conversations in one bulk act."""


class Bulk(Sent):
    conversations: Annotated[list[Id], Field(min_length=1, max_length=BULK_MOST)]
    actions: ActsSent

    @model_validator(mode="after")
    def _does_something(self) -> Bulk:
        if not self.actions.acts:
            raise ValueError("no action named")
        return self


class UndoBulk(Sent):
    undo: Id


class Outcome(TypedDict):
    """Of one conversation, in the order they were named."""

    conversation: str
    changed: bool
    problem: ProblemView | None
    """Why nothing was done to it."""


class Bulked(Done):
    outcomes: list[Outcome]
    undo: str | None
    """Takes it back, for ten minutes; None: nothing was changed."""


class UndoOutcome(TypedDict):
    conversation: str
    restored: list[str]
    left: list[str]
    """What somebody has changed since: status, assignee, team, priority or tags; `merged`: it is another one now."""
    problem: ProblemView | None


class Unbulked(Done):
    outcomes: list[UndoOutcome]


@command()
async def bulk(asked: Asked, args: Bulk) -> Bulked:
    """Do the same to many conversations; one that cannot be done harms no other."""
    acts, me = args.actions.acts, asked.caller.agent_id
    asked.desk.rates.agent_requests.check(me, len(args.conversations) / AT_A_REQUEST)
    key, began = await asked.write(lambda tx: begin_bulk(tx, me))

    async def one(tx: Tx, conversation: str) -> bool:
        held = await hold_conversation(tx, asked.viewer, conversation)
        return await act_in_bulk(tx, key, held.id, acts, asked.by, me=me)

    wanted = list(dict.fromkeys(args.conversations))
    results, position = await _each(asked, wanted, one)
    outcomes: list[Outcome] = [
        {
            "conversation": conversation,
            "changed": result is True,
            "problem": _problem(result),
        }
        for conversation, result in zip(wanted, results, strict=True)
    ]
    undo = key if any(outcome["changed"] for outcome in outcomes) else None
    return {"outcomes": outcomes, "undo": undo, "position": max(position, began)}


@command()
async def undo_bulk(asked: Asked, args: UndoBulk) -> Unbulked:
    """Take one's own bulk act back: every conversation to what it was, but for what somebody has changed since."""
    agent, key = asked.caller.agent_id, args.undo
    wanted, began = await asked.write(lambda tx: changed_in_bulk(tx, key, agent))
    results, position = await _each(asked, wanted, lambda tx, one: restore(tx, key, one, asked.by))
    if not any(isinstance(result, Unavailable) for result in results):
        await asked.store.write(lambda tx: end_undo(tx, key))
    outcomes: list[UndoOutcome] = [
        {
            "conversation": conversation,
            "restored": [] if isinstance(result, ParleyError) else result.restored,
            "left": [] if isinstance(result, ParleyError) else result.left,
            "problem": _problem(result),
        }
        for conversation, result in zip(wanted, results, strict=True)
    ]
    return {"outcomes": outcomes, "position": max(position, began)}


async def _each(
    asked: Asked, conversations: Sequence[str], verb: Callable[[Tx, str], Awaitable[T]]
) -> tuple[list[T | ParleyError], int]:
    """Every conversation as a unit of its own; what waits together is committed together."""

    async def run(conversation: str) -> tuple[T | ParleyError, int]:
        async def unit(tx: Tx) -> T:
            return await verb(tx, conversation)

        try:
            return await asked.write(unit)
        except ParleyError as error:
            return error, 0

    done = await asyncio.gather(*(run(one) for one in conversations))
    return [result for result, _ in done], max((position for _, position in done), default=0)


def _problem(result: object) -> ProblemView | None:
    return cast(ProblemView, problem(result)) if isinstance(result, ParleyError) else None
