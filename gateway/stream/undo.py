"""Undoing a merge or split: what it moved goes back, what came later stays, and both ways keep leading somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.events import Actor, ConversationId, Kind, Scope, Status
from gateway.newer import known
from gateway.store import Row, Tx, as_json, from_json
from gateway.stream.followers import part_strayed, unprove
from gateway.stream.held import RETURN_HELD
from gateway.stream.hold import Held, held_row, set_tags
from gateway.stream.merge import (
    CONTACT_LEADS_TO,
    LEAD_TO,
    LOCK_IDENTITIES,
    SWAP_PART,
    give_conversation,
)
from gateway.stream.moved import (
    SET_WAITING,
    UNDONE,
    Marks,
    check_nothing_depends,
    first_unanswered,
    recorded,
    recorded_contact,
    recount,
    take_merge,
    twin_leg,
)
from gateway.stream.people import index_contact
from gateway.stream.troubles import follow_messages

RAW = "select c.* from conversations c where c.id = $1 {lock_c}"
RETURN_MESSAGES = """update messages set conversation_id = $2 where conversation_id = $3
    and id in (select item_id from merge_items where merge_id = $1 and item_kind = 'message')"""
# What came later by a leg that goes back stays, by a leg like it.
LEGS_IN_USE = """select distinct leg_id from messages where conversation_id = $2
    and leg_id in (select item_id from merge_items where merge_id = $1 and item_kind = 'leg')"""
RETURN_LEGS = """update legs set conversation_id = $2 where conversation_id = $3
    and id in (select item_id from merge_items where merge_id = $1 and item_kind = 'leg')"""
RELEG = "update messages set leg_id = $3 where conversation_id = $1 and leg_id = $2"
ITEMS = "select item_id from merge_items where merge_id = $1 and item_kind = $2 order by item_id"
UNTAG = "delete from conversation_tags where conversation_id = $1 and tag_id = $2"
PART = "delete from participants where conversation_id = $1 and contact_id = $2 and role = 'participant'"
SET_LEG = "update conversations set leg_id = $2 where id = $1"
PUT_BACK = "update conversations set status = $2, snoozed_until = $3, closed_at = $4 where id = $1"
PUT_TAGS_BACK = "update conversation_tags set status = $2 where conversation_id = $1"
EMPTY = "select 1 from messages where conversation_id = $1 limit 1"
DROP_LEG = "delete from legs where id = $1 and not exists (select 1 from messages where leg_id = $1)"

RAW_CONTACT = "select * from contacts where id = $1 {lock}"
RETURN_IDENTITIES = """update identities set contact_id = $2 where contact_id = $3
    and id in (select item_id from merge_items where merge_id = $1 and item_kind = 'identity')"""
# Hers that the merge moved, and those she began meanwhile: they reach nobody else.
HERS = """select c.id, c.merged_into from conversations c where c.contact_id = $3
    and (c.id in (select item_id from merge_items where merge_id = $1 and item_kind = 'conversation')
        or (exists (select 1 from legs l where l.conversation_id = c.id)
            and not exists (select 1 from legs l join identities i on i.id = l.identity_id
                where l.conversation_id = c.id and i.contact_id <> $2))) order by c.id"""
SET_ATTRIBUTES = "update contacts set attributes = $2 where id = $1"
SAME_BLOCK = "update contacts set blocked_at = $2 where id = $1"
ANY_IDENTITY = "select 1 from identities where contact_id = $1 limit 1"


async def undo_merge(tx: Tx, merge: str, by: Actor) -> None:
    """Undo a merge or split of conversations or contacts.

    Raises NotFound, Conflict when it was undone already or a later merge depends on it (`merge` names that one).
    """
    row = await take_merge(tx, merge)
    match row["kind"]:
        case "conversation.merge":
            await _unmerge(tx, row, by)
        case "conversation.split":
            await _unsplit(tx, row, by)
        case _:
            await _return_contact(tx, row, by)
    await tx.run(UNDONE, merge, tx.now)


# --- conversations --------------------------------------------------------------------------------------------------


async def _take(tx: Tx, merge: Row) -> tuple[Held, Held]:
    """Both of its conversations as they are, merges not followed."""
    rows: dict[str, Row] = {}
    for key in sorted((merge["from_id"], merge["into_id"])):
        row = await tx.one(RAW, key)
        assert row is not None, "conversations are never removed"
        rows[key] = row
    await check_nothing_depends(tx, merge)
    return held_row(rows[merge["from_id"]]), held_row(rows[merge["into_id"]])


async def _items(tx: Tx, merge: Row, kind: str) -> list[str]:
    return [row["item_id"] for row in await tx.all(ITEMS, merge["id"], kind)]


async def _unmerge(tx: Tx, merge: Row, by: Actor) -> None:
    source, target = await _take(tx, merge)
    before = from_json(merge["before"])
    await tx.run(RETURN_MESSAGES, merge["id"], source.id, target.id)
    await follow_messages(tx, source.id, target.id)
    await tx.run(RETURN_HELD, merge["id"], source.id, target.id)
    await _return_legs(tx, merge, source, target, before["leg"])
    for tag in await _items(tx, merge, "tag"):
        await tx.run(UNTAG, target.id, tag)
    for contact in await _items(tx, merge, "participant"):
        await tx.run(PART, target.id, contact)
    await tx.run(LEAD_TO, source.id, None)
    marks = await recount(tx, target.id)
    scope = await _status_back(tx, merge, target, before, marks)
    await tx.run(SET_WAITING, target.id, await _waiting_back(tx, merge, target, scope, before, marks))
    _tell(tx, merge, by, source.id, (None, source.scope), {"into": target.id})
    _tell(tx, merge, by, target.id, (target.scope, scope), {"from": source.id})


async def _return_legs(tx: Tx, merge: Row, source: Held, target: Held, former: str | None) -> None:
    twins = {
        row["leg_id"]: await twin_leg(tx, row["leg_id"], target.id)
        for row in await tx.all(LEGS_IN_USE, merge["id"], target.id)
    }
    for leg, twin in twins.items():
        await tx.run(RELEG, target.id, leg, twin)
    await tx.run(RETURN_LEGS, merge["id"], source.id, target.id)
    if target.leg in await _items(tx, merge, "leg"):
        await tx.run(SET_LEG, target.id, twins.get(target.leg or "", former))


async def _status_back(tx: Tx, merge: Row, target: Held, before: dict[str, Any], marks: Marks) -> Scope:
    """The target's place in the lists: as it is, but put away again when only the merge had opened it."""
    gone = await _items(tx, merge, "tag")
    tags = await set_tags(tx, target.id, (tag for tag in target.scope.tags if tag not in gone))
    status = known(Status, before["status"])
    untouched = target.status is Status.OPEN and max(marks.customer, marks.answered) <= merge["position"]
    if status not in (Status.CLOSED, Status.SNOOZED) or not untouched:
        return replace(target.scope, tags=tags)
    until = before["until"] if status is Status.SNOOZED else None
    if status is Status.SNOOZED and (until or 0) <= tx.now:
        return replace(target.scope, tags=tags)
    closed = tx.now if status is Status.CLOSED else None
    await tx.run(PUT_BACK, target.id, status.value, until, closed)
    await tx.run(PUT_TAGS_BACK, target.id, status.value)
    return replace(target.scope, tags=tags, status=status)


async def _waiting_back(
    tx: Tx, merge: Row, target: Held, scope: Scope, before: dict[str, Any], marks: Marks
) -> int | None:
    if target.waiting_since is None or scope.status in (Status.CLOSED, Status.SPAM):
        return None
    if before["waiting"] is not None and marks.answered <= merge["position"]:
        return int(before["waiting"])
    return await first_unanswered(tx, target.id, max(marks.answered, merge["position"]))


async def _unsplit(tx: Tx, merge: Row, by: Actor) -> None:
    source, fresh = await _take(tx, merge)
    before = from_json(merge["before"])
    await tx.run(RETURN_MESSAGES, merge["id"], source.id, fresh.id)
    await follow_messages(tx, source.id, fresh.id)
    for twin, leg in before["legs"].items():
        await tx.run(RELEG, source.id, twin, await _own_leg(tx, leg, source.id))
    marks = await recount(tx, source.id)
    if source.status in (Status.OPEN, Status.SNOOZED):
        await tx.run(SET_WAITING, source.id, await first_unanswered(tx, source.id, marks.answered))
    empty = await tx.one(EMPTY, fresh.id) is None
    if empty:
        for twin in before["legs"]:
            await tx.run(DROP_LEG, twin)
        await tx.run(LEAD_TO, fresh.id, source.id)
    else:
        left = await recount(tx, fresh.id)
        if fresh.waiting_since is not None:
            await tx.run(SET_WAITING, fresh.id, await first_unanswered(tx, fresh.id, left.answered))
    _tell(tx, merge, by, fresh.id, (fresh.scope, None if empty else fresh.scope), {"into": source.id})
    _tell(tx, merge, by, source.id, (source.scope, source.scope), {"from": fresh.id})


async def _own_leg(tx: Tx, leg: str, conversation: str) -> str:
    """The leg itself, or one like it when another undo has taken it out of the conversation meanwhile."""
    home = await tx.value("select conversation_id from legs where id = $1", leg)
    return leg if home == conversation else await twin_leg(tx, leg, conversation)


def _tell(
    tx: Tx,
    merge: Row,
    by: Actor,
    conversation: ConversationId,
    scopes: tuple[Scope | None, Scope | None],
    changes: dict[str, Any],
) -> None:
    recorded(tx, Kind.MERGE_UNDONE, by, merge["id"], conversation, scopes, changes)


# --- contacts -------------------------------------------------------------------------------------------------------


async def _return_contact(tx: Tx, merge: Row, by: Actor) -> None:
    """Identities and conversations go back to whom they were taken from (for a split: to whom they are given back)."""
    split = merge["kind"] == "contact.split"
    here, home = merge["into_id"], merge["from_id"]
    await tx.all(LOCK_IDENTITIES, here, home)
    rows = {key: await tx.one(RAW_CONTACT, key) for key in sorted((here, home))}
    await check_nothing_depends(tx, merge)
    holder, owner = rows[here], rows[home]
    assert holder is not None and owner is not None, "contacts are never removed"
    await tx.run(RETURN_IDENTITIES, merge["id"], home, here)
    if not split:
        await tx.run(CONTACT_LEADS_TO, home, None)
        await tx.run(SAME_BLOCK, home, holder["blocked_at"])
        await _unfill(tx, merge, holder, owner)
    for row in await tx.all(HERS, merge["id"], home, here):
        gone = row["merged_into"] is not None
        await give_conversation(tx, merge["id"], row["id"], (here, home), by, "undone", gone=gone)
    for conversation in await _items(tx, merge, "participant"):
        await tx.run(SWAP_PART, conversation, here, home)
    if split and await tx.one(ANY_IDENTITY, here) is None:
        await tx.run(CONTACT_LEADS_TO, here, home)
    recorded_contact(tx, Kind.MERGE_UNDONE, by, merge["id"], home, {"from": here})
    recorded_contact(tx, Kind.MERGE_UNDONE, by, merge["id"], here, {"into": home})
    await part_strayed(tx, home, here, by)
    # A merge that a word or code made by itself goes with what it said.
    await unprove(tx, home, here, merge["at"])
    await index_contact(tx, home)
    await index_contact(tx, here)


async def _unfill(tx: Tx, merge: Row, holder: Row, owner: Row) -> None:
    """Empty again what the merge had filled in from the other contact, unless somebody has changed it since."""
    before = from_json(merge["before"])
    for column in before["filled"]:
        if holder[column] == owner[column]:
            empty = "" if column == "name" else None
            await tx.run(f"update contacts set {column} = $2 where id = $1", holder["id"], empty)
    if blank := before.get("attributes"):  # merges of earlier versions filled none
        left = _without(from_json(holder["attributes"]), from_json(owner["attributes"]), blank)
        await tx.run(SET_ATTRIBUTES, holder["id"], as_json(left))


def _without(mine: dict[str, Any], theirs: dict[str, Any], blank: Mapping[str, str | None]) -> dict[str, Any]:
    """The attributes before these blank ones were filled in."""
    same = {key: former for key, former in blank.items() if key in mine and mine[key] == theirs.get(key)}
    kept = {key: value for key, value in mine.items() if key not in same}
    return {**kept, **{key: former for key, former in same.items() if former is not None}}
