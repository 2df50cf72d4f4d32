"""Several changes of one conversation as one act: what a macro does after its text, and what bulk acts do to many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.events import Actor, Priority, Status
from gateway.store import Tx
from gateway.stream import assign, describe, status

ME, NOBODY = "me", "none"


@dataclass(frozen=True, slots=True)
class Acts:
    """What is None or empty is left as it is."""

    tags_add: tuple[str, ...] = ()
    tags_remove: tuple[str, ...] = ()
    assignee: str | None = None
    """An agent's id, `me` or `none`."""
    team: str | None = None
    """A team's id or `none`."""
    status: str | None = None
    snooze_for: int | None = None
    """ms from now, with status `snoozed`."""
    priority: int | None = None

    def __bool__(self) -> bool:
        return self != Acts()

    def as_dict(self) -> dict[str, Any]:
        """For the JSON column; `of` reads it back."""
        return {**asdict(self), "tags_add": list(self.tags_add), "tags_remove": list(self.tags_remove)}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Acts:
        return cls(
            **{
                **said,
                "tags_add": tuple(said.get("tags_add") or ()),
                "tags_remove": tuple(said.get("tags_remove") or ()),
            }
        )


async def act(tx: Tx, conversation: str, acts: Acts, by: Actor, *, me: str) -> None:
    """Do all of it, each as its own fact; what may take the conversation out of sight comes last.

    Raises what the verbs raise; then nothing of it was done.
    """
    if acts.tags_add or acts.tags_remove:
        await describe.tag(tx, conversation, acts.tags_add, acts.tags_remove, by)
    if acts.priority is not None:
        await describe.set_priority(tx, conversation, Priority(acts.priority), by)
    if acts.status is not None:
        until = tx.now + (acts.snooze_for or 0)
        await status.set_status(tx, conversation, Status(acts.status), by, until)
    if acts.assignee is not None:
        to = {ME: me, NOBODY: None}.get(acts.assignee, acts.assignee)
        await assign.assign(tx, conversation, to, by)
    if acts.team is not None:
        await assign.set_team(tx, conversation, None if acts.team == NOBODY else acts.team, by)
