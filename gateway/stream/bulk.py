"""One act on many conversations, each a unit of its own, and taking it back where nobody has changed it since.

What was changed is written down in the same transaction as the change, so undo is right whatever happened in between,
our own end included.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Priority, Status, new_id
from gateway.newer import known
from gateway.store import Row, Tx, as_json, from_json
from gateway.stream import assign, describe, status
from gateway.stream.acts import Acts, act
from gateway.stream.hold import hold

UNDO_FOR = 600_000
"""ms within which a bulk act may be taken back."""
KEPT = 86_400_000
"""ms after which what was written down for it is forgotten."""

VALUES = (
    "status",
    "snoozed_until",
    "closed_at",
    "waiting_since",
    "assignee_id",
    "team_id",
    "priority",
    "tags",
)
STANDS = f"select {', '.join(VALUES)} from conversations where id = $1"
NEW = "insert into bulks (id, agent_id, created_at) values ($1, $2, $3)"
NEW_ITEM = """insert into bulk_items (bulk_id, conversation_id, before, after) values ($1, $2, $3, $4)
    on conflict do nothing"""
HOLD = "select * from bulks where id = $1 and agent_id = $2 {lock}"
ITEMS = "select conversation_id from bulk_items where bulk_id = $1 order by conversation_id"
ITEM = "select before, after from bulk_items where bulk_id = $1 and conversation_id = $2"
UNDONE = "update bulks set undone_at = $2 where id = $1"
AS_BEFORE = "update conversations set waiting_since = $2, closed_at = $3 where id = $1"
FORGET_ITEMS = "delete from bulk_items where bulk_id in (select id from bulks where created_at < $1)"
FORGET = "delete from bulks where created_at < $1"


class Restored(NamedTuple):
    """One conversation after an undo."""

    restored: list[str]
    left: list[str]
    """What somebody has changed since: it stays."""


async def begin_bulk(tx: Tx, agent: str) -> str:
    """A name for what follows; it undoes it, too."""
    key = new_id()
    await tx.run(NEW, key, agent, tx.now)
    return key


async def act_in_bulk(tx: Tx, bulk: str, conversation: str, acts: Acts, by: Actor, *, me: str) -> bool:
    """The act on one conversation, which the caller holds. Returns whether it changed anything. Raises what `act`
    raises; then this one is as it was."""
    before = await _stands(tx, conversation)
    await act(tx, conversation, acts, by, me=me)
    after = await _stands(tx, conversation)
    if before == after:
        return False
    await tx.run(NEW_ITEM, bulk, conversation, as_json(before), as_json(after))
    return True


async def changed_in_bulk(tx: Tx, bulk: str, agent: str) -> list[str]:
    """The conversations that an undo is about. Raises NotFound, Refused (undone already, or too long ago)."""
    row = await tx.one(HOLD, bulk, agent)
    if row is None:
        raise NotFound("errors.bulk_not_found", f"{agent} has no bulk {bulk}")
    if row["undone_at"] is not None:
        raise Refused("errors.bulk_undone", f"{bulk} was undone")
    if tx.now - row["created_at"] > UNDO_FOR:
        raise Refused("errors.bulk_over", f"{bulk} is {tx.now - row['created_at']} ms old")
    return [item["conversation_id"] for item in await tx.all(ITEMS, bulk)]


async def end_undo(tx: Tx, bulk: str) -> None:
    """All of it was taken back as far as it could be. Until this is said an undo may be asked for again."""
    await tx.run(UNDONE, bulk, tx.now)


async def restore(tx: Tx, bulk: str, conversation: str, by: Actor) -> Restored:
    """Put one conversation back to what it was, where it still is what the bulk act made of it.

    It may have left its agent's sight by that very act, so that is not asked here; nothing of it is told.
    """
    held = await hold(tx, conversation)
    item = await tx.one(ITEM, bulk, conversation)
    if item is None or held.id != conversation:
        return Restored([], ["merged"])
    before, after = from_json(item["before"]), from_json(item["after"])
    now = await _stands(tx, held.id)
    done = Restored([], [])
    for name, keys, back in _BACK:
        if all(before[key] == after[key] for key in keys):
            continue
        if all(now[key] == after[key] for key in keys):
            await back(tx, held.id, before, by)
            done.restored.append(name)
        elif all(now[key] == before[key] for key in keys):
            done.restored.append(name)  # by an undo that was cut, or by hand
        else:
            done.left.append(name)
    await _tags_back(tx, held.id, before, after, now, by, done)
    return done


async def forget_bulks(tx: Tx) -> None:
    """What is too old to be undone."""
    await tx.run(FORGET_ITEMS, tx.now - KEPT)
    await tx.run(FORGET, tx.now - KEPT)


async def _stands(tx: Tx, conversation: str) -> dict[str, Any]:
    row: Row | None = await tx.one(STANDS, conversation)
    assert row is not None, "the caller holds it"
    return {key: row[key] for key in VALUES}


async def _status_back(tx: Tx, conversation: str, before: dict[str, Any], by: Actor) -> None:
    stood, until = known(Status, before["status"]), before["snoozed_until"]
    over = stood is Status.SNOOZED and until <= tx.now
    await status.set_status(tx, conversation, Status.OPEN if over else stood, by, until)
    await tx.run(AS_BEFORE, conversation, before["waiting_since"], before["closed_at"])


async def _assignee_back(tx: Tx, conversation: str, before: dict[str, Any], by: Actor) -> None:
    await assign.assign(tx, conversation, before["assignee_id"], by)


async def _team_back(tx: Tx, conversation: str, before: dict[str, Any], by: Actor) -> None:
    await assign.set_team(tx, conversation, before["team_id"], by)


async def _priority_back(tx: Tx, conversation: str, before: dict[str, Any], by: Actor) -> None:
    await describe.set_priority(tx, conversation, Priority(before["priority"]), by)


async def _tags_back(
    tx: Tx,
    conversation: str,
    before: dict[str, Any],
    after: dict[str, Any],
    now: dict[str, Any],
    by: Actor,
    done: Restored,
) -> None:
    """Each tag by itself: of those that were put on, those that are still there; of those taken off, those missing."""
    was, made, there = (set(filter(None, one["tags"].split(","))) for one in (before, after, now))
    if was == made:
        return
    add, remove = sorted((was - made) - there), sorted((made - was) & there)
    # Whole: all that was done to them stands still, or nothing of it does.
    whole = (len(add), len(remove)) in {(len(was - made), len(made - was)), (0, 0)}
    await describe.tag(tx, conversation, add, remove, by)
    (done.restored if whole else done.left).append("tags")


_BACK = (
    ("status", ("status", "snoozed_until"), _status_back),
    ("priority", ("priority",), _priority_back),
    ("assignee", ("assignee_id",), _assignee_back),
    ("team", ("team_id",), _team_back),
)
