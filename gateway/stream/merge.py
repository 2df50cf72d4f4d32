"""Merging conversations, and merging contacts. Nothing is moved away for good: undo returns exactly what was moved.

The target keeps its own fields. A conversation takes over the source's messages, legs, participants and tags, and
opens when somebody still waits in the source; the source's row stays as it was and leads to the target for ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from gateway.errors import Refused
from gateway.events import Actor, Kind, Scope, Status, new_id
from gateway.store import Row, Tx, as_json, from_json
from gateway.stream.held import MOVE_HELD, NOTE_HELD
from gateway.stream.hold import Held, changed, hold, live_contact, set_tags
from gateway.stream.moved import (
    ITEM,
    SET_WAITING,
    hold_both,
    note_merge,
    recorded,
    recorded_contact,
    recount,
)
from gateway.stream.people import index_contact
from gateway.stream.troubles import follow_messages

NOTE_MESSAGES = """insert into merge_items (merge_id, item_kind, item_id)
    select $1, 'message', id from messages where conversation_id = $2"""
NOTE_LEGS = """insert into merge_items (merge_id, item_kind, item_id)
    select $1, 'leg', id from legs where conversation_id = $2"""
MOVE_MESSAGES = "update messages set conversation_id = $2 where conversation_id = $1"
MOVE_LEGS = "update legs set conversation_id = $2 where conversation_id = $1"
NEW_PARTICIPANTS = """select contact_id, identity_id from participants where conversation_id = $1
    and contact_id not in (select contact_id from participants where conversation_id = $2)"""
JOIN = """insert into participants (conversation_id, contact_id, role, identity_id)
    values ($1, $2, 'participant', $3)"""
ADD_TAG = (
    """insert into conversation_tags (conversation_id, tag_id, status, last_at) values ($1, $2, $3, $4)"""
)
LEAD_TO = "update conversations set merged_into = $2 where id = $1"
OPEN = "update conversations set status = 'open', snoozed_until = null, closed_at = null where id = $1"
OPEN_TAGS = "update conversation_tags set status = 'open' where conversation_id = $1"

# Identities first, then contacts, then conversations: the order in which a message is taken in.
LOCK_IDENTITIES = "select i.id from identities i where i.contact_id in ($1, $2) order by i.id {lock_i}"
NOTE_IDENTITIES = """insert into merge_items (merge_id, item_kind, item_id)
    select $1, 'identity', id from identities where contact_id = $2"""
MOVE_IDENTITIES = "update identities set contact_id = $2 where contact_id = $1"
THEIR_CONVERSATIONS = "select id, merged_into from conversations where contact_id = $1 order by id"
GIVE = "update conversations set contact_id = $2 where id = $1"
THEIR_PARTS = """select conversation_id from participants where contact_id = $1
    and conversation_id not in (select conversation_id from participants where contact_id = $2)"""
SWAP_PART = """update participants set contact_id = $3 where conversation_id = $1 and contact_id = $2
    and not exists (select 1 from participants p where p.conversation_id = $1 and p.contact_id = $3)"""
CONTACT_LEADS_TO = "update contacts set merged_into = $2 where id = $1"
FILL = """update contacts set name = $2, locale = $3, organisation_id = $4, attributes = $5 where id = $1"""
Why = Literal["merged", "split", "undone"]
FILLED = ("name", "locale", "organisation_id")


async def merge(tx: Tx, conversation: str, into: str, by: Actor) -> str:
    """Merge a conversation into another; returns the merge's id, by which it is undone.

    Raises NotFound, Refused (the same one, or only one of the two is spam).
    """
    source, target = await hold_both(tx, conversation, into)
    if source.id == target.id:
        raise Refused("errors.merge_same", f"{conversation} and {into} are {source.id}")
    if (source.status is Status.SPAM) != (target.status is Status.SPAM):
        raise Refused("errors.merge_spam", f"only one of {source.id} and {target.id} is spam")
    key = new_id()
    tags = [one for one in source.scope.tags if one not in target.scope.tags]
    before = {
        "leg": target.leg,
        "status": target.status.value,
        "until": target.snoozed_until,
        "waiting": target.waiting_since,
    }
    scope = _scope_after(source, target, tags)
    recorded(tx, Kind.CONVERSATION_MERGED, by, key, source.id, (source.scope, None), {"into": target.id})
    changes: dict[str, Any] = {"from": source.id, "tags_added": tags}
    if scope.status is not target.status:
        changes["status"] = [target.status, scope.status]
    position = recorded(tx, Kind.CONVERSATION_MERGED, by, key, target.id, (target.scope, scope), changes)
    await note_merge(tx, key, "conversation.merge", source.id, target.id, by, before, position)
    await _move(tx, key, source, target)
    await _unite(tx, key, source, target, tags, scope)
    return key


def _scope_after(source: Held, target: Held, tags: list[str]) -> Scope:
    """A target that was put away opens when the source still runs: somebody there waits or works."""
    status = Status.OPEN if source.status is Status.OPEN else target.status
    return replace(target.scope, status=status, tags=tuple(sorted({*target.scope.tags, *tags})))


async def _move(tx: Tx, key: str, source: Held, target: Held) -> None:
    await tx.run(NOTE_MESSAGES, key, source.id)
    await tx.run(NOTE_LEGS, key, source.id)
    await tx.run(NOTE_HELD, key, source.id)
    await tx.run(MOVE_MESSAGES, source.id, target.id)
    await tx.run(MOVE_HELD, source.id, target.id)
    await tx.run(MOVE_LEGS, source.id, target.id)
    await follow_messages(tx, source.id, target.id)
    for row in await tx.all(NEW_PARTICIPANTS, source.id, target.id):
        await tx.run(ITEM, key, "participant", row["contact_id"])
        await tx.run(JOIN, target.id, row["contact_id"], row["identity_id"])
    await tx.run(LEAD_TO, source.id, target.id)


async def _unite(tx: Tx, key: str, source: Held, target: Held, tags: list[str], scope: Scope) -> None:
    await set_tags(tx, target.id, scope.tags)
    for one in tags:
        await tx.run(ITEM, key, "tag", one)
        await tx.run(ADD_TAG, target.id, one, scope.status.value, target.last_at)
    if scope.status is not target.status:
        await tx.run(OPEN, target.id)
        await tx.run(OPEN_TAGS, target.id)
    await recount(tx, target.id)
    waits = [at for at in (source.waiting_since, target.waiting_since) if at is not None]
    await tx.run(SET_WAITING, target.id, min(waits, default=None))


async def merge_contacts(tx: Tx, contact: str, into: str, by: Actor) -> str:
    """Say that two contacts are one person; returns the merge's id. What the target says of itself stands; what it does
    not say (name, language, organisation, each attribute) is filled in from the other, whose own row stays as it was.
    What customers see does not change: that hangs on `identities.person_id`, which only proof moves.

    Raises NotFound, Refused (the same one, one is erased, or only one of the two is blocked).
    """
    source, target = await _take_both(tx, contact, into)
    key = new_id()
    filled = [name for name in FILLED if source[name] and not target[name]]
    recorded_contact(tx, Kind.CONTACT_MERGED, by, key, source["id"], {"into": target["id"]})
    position = recorded_contact(tx, Kind.CONTACT_MERGED, by, key, target["id"], {"from": source["id"]})
    attributes, blank = _filled_attributes(source, target)
    before = {"filled": filled, "attributes": blank}
    await note_merge(tx, key, "contact.merge", source["id"], target["id"], by, before, position)
    if filled or blank:
        fields = (target[name] or source[name] for name in FILLED)
        await tx.run(FILL, target["id"], *fields, as_json(attributes))
    await tx.run(NOTE_IDENTITIES, key, source["id"])
    await tx.run(MOVE_IDENTITIES, source["id"], target["id"])
    await tx.run(CONTACT_LEADS_TO, source["id"], target["id"])
    await give_conversations(tx, key, source["id"], target["id"], by, "merged")
    await index_contact(tx, target["id"])
    tx.index("contact_search", source["seq"], "")
    return key


def _filled_attributes(source: Row, target: Row) -> tuple[dict[str, Any], dict[str, str | None]]:
    """The target's attributes afterwards; and those that were blank there, as they were: "" or not said at all (None).
    False and 0 are values."""
    mine, theirs = from_json(target["attributes"]), from_json(source["attributes"])
    blank: dict[str, str | None] = {
        key: mine.get(key)
        for key, value in theirs.items()
        if mine.get(key) in (None, "") and value not in (None, "")
    }
    return {**mine, **{key: theirs[key] for key in blank}}, blank


async def _take_both(tx: Tx, contact: str, into: str) -> tuple[Row, Row]:
    await tx.all(LOCK_IDENTITIES, contact, into)
    for one in sorted((contact, into)):
        await live_contact(tx, one)
    source, target = await live_contact(tx, contact), await live_contact(tx, into)
    if source["id"] == target["id"]:
        raise Refused("errors.merge_same", f"{contact} and {into} are {source['id']}")
    if source["erased_at"] is not None or target["erased_at"] is not None:
        raise Refused("errors.contact_erased", f"{source['id']} or {target['id']} is erased")
    if (source["blocked_at"] is None) != (target["blocked_at"] is None):
        raise Refused("errors.merge_blocked", f"only one of {source['id']} and {target['id']} is blocked")
    return source, target


async def give_conversations(
    tx: Tx, key: str, contact: str, to: str, by: Actor, why: Why, only: set[str] | None = None
) -> None:
    """Move conversations (and parts in others') from one contact to another and note them for the merge's undo."""
    for row in await tx.all(THEIR_CONVERSATIONS, contact):
        if only is None or row["id"] in only:
            await tx.run(ITEM, key, "conversation", row["id"])
            await give_conversation(
                tx, key, row["id"], (contact, to), by, why, gone=row["merged_into"] is not None
            )
    for row in await tx.all(THEIR_PARTS, contact, to):
        if only is None or row["conversation_id"] in only:
            await tx.run(ITEM, key, "participant", row["conversation_id"])
            await tx.run(SWAP_PART, row["conversation_id"], contact, to)


async def give_conversation(
    tx: Tx, key: str, conversation: str, contacts: tuple[str, str], by: Actor, why: Why, *, gone: bool
) -> None:
    """Its contact is another now, from one to the other; one that was merged away says nothing."""
    if not gone:
        held = await hold(tx, conversation)
        changes = {"fields": ["contact"], "contacts": list(contacts), "why": why}
        changed(tx, held, by, changes, subject=key)
    await tx.run(GIVE, conversation, contacts[1])
