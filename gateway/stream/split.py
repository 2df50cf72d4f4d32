"""Splitting: messages out of a conversation into a new one, identities out of a contact into a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import Actor, ConversationId, Event, Kind, LegId, Scope, Status, new_id
from gateway.store import Row, Tx, as_json
from gateway.stream.followers import part_strayed, unprove
from gateway.stream.hold import Held, hold, live_contact
from gateway.stream.ingest import NEW_CONVERSATION, REQUESTER
from gateway.stream.merge import LOCK_IDENTITIES, give_conversations
from gateway.stream.moved import (
    ITEM,
    SET_WAITING,
    first_unanswered,
    note_merge,
    recorded,
    recorded_contact,
    recount,
    twin_leg,
)
from gateway.stream.people import NEW_CONTACT, index_contact
from gateway.stream.troubles import follow_messages

CHOSEN = """select id, leg_id, position, author_kind from messages
    where id in {ids_1} and conversation_id = $2 order by position"""
ANY_LEFT = "select 1 from messages where conversation_id = $2 and id not in {ids_1} limit 1"
LEG_CONTACT = """select i.contact_id from legs l join identities i on i.id = l.identity_id where l.id = $1"""
MOVE = "update messages set conversation_id = $2, leg_id = $3 where id in {ids_1}"
ASSIGNEE = "update conversations set assignee_id = $2, status = $3 where id = $1"

CHOSEN_IDENTITIES = "select id from identities where id in {ids_1} and contact_id = $2 order by id {lock}"
ANY_IDENTITY_LEFT = "select 1 from identities where contact_id = $2 and id not in {ids_1} limit 1"
MOVE_IDENTITIES = "update identities set contact_id = $2 where id in {ids_1}"
# A conversation goes along when nobody else is reached by it.
ONLY_THEIRS = """select c.id from conversations c where c.contact_id = $2
    and exists (select 1 from legs l where l.conversation_id = c.id)
    and not exists (select 1 from legs l where l.conversation_id = c.id and l.identity_id not in {ids_1})"""
SAME_BLOCK = "update contacts set blocked_at = $2 where id = $1"


async def split(tx: Tx, conversation: str, messages: Sequence[str], by: Actor) -> tuple[str, str]:
    """Move messages into a new conversation; returns the split's id, by which it is undone, and the conversation's.

    The new one stands in the same team with the same assignee, open, without tags. Raises NotFound for a message of
    another conversation, Refused when nothing or everything is chosen.
    """
    held = await hold(tx, conversation)
    chosen = await _chosen(tx, held, messages)
    key, fresh = new_id(), ConversationId(new_id())
    legs = {leg: LegId("") for leg in dict.fromkeys(row["leg_id"] for row in chosen if row["leg_id"])}
    current = next(reversed(legs), held.leg)
    scope = await _open(tx, held, fresh, current, by, key)
    for leg in legs.keys() | ({current} if current else set()):
        legs[leg] = await twin_leg(tx, leg, fresh)
    if current:
        await tx.run("update conversations set leg_id = $2 where id = $1", fresh, legs[current])
    before = {"legs": {twin: leg for leg, twin in legs.items()}, "waiting": held.waiting_since}
    recorded(tx, Kind.CONVERSATION_SPLIT, by, key, held.id, (held.scope, held.scope), {"into": fresh})
    position = recorded(tx, Kind.CONVERSATION_SPLIT, by, key, fresh, (scope, scope), {"from": held.id})
    await note_merge(tx, key, "conversation.split", held.id, fresh, by, before, position)
    await _move(tx, key, fresh, chosen, legs)
    await follow_messages(tx, held.id, fresh)
    await _settle(tx, held, fresh, scope)
    return key, fresh


async def _chosen(tx: Tx, held: Held, messages: Sequence[str]) -> Sequence[Row]:
    wanted = as_json(sorted(set(messages)))
    chosen = await tx.all(CHOSEN, wanted, held.id)
    if not messages:
        raise Refused("errors.split_nothing")
    if len(chosen) != len(set(messages)):
        raise NotFound("errors.message_not_found", f"not all of {len(messages)} messages are in {held.id}")
    if await tx.one(ANY_LEFT, wanted, held.id) is None:
        raise Refused("errors.split_everything", f"nothing would be left in {held.id}")
    return chosen


async def _open(tx: Tx, held: Held, fresh: ConversationId, leg: str | None, by: Actor, key: str) -> Scope:
    contact = (await tx.value(LEG_CONTACT, leg) if leg else None) or held.contact
    status = Status.SPAM if held.status is Status.SPAM else Status.OPEN
    scope = Scope(status, held.scope.team, held.scope.assignee)
    await tx.value(NEW_CONVERSATION, fresh, contact, "", status.value, scope.team, None, tx.now)
    await tx.run(ASSIGNEE, fresh, scope.assignee, status.value)
    await tx.run(REQUESTER, fresh, contact)
    tx.record(Event(Kind.CONVERSATION_CREATED, by, tx.now, fresh, subject=key, now=scope, audited=True))
    return scope


async def _move(tx: Tx, key: str, fresh: str, chosen: Sequence[Row], legs: dict[str, LegId]) -> None:
    for row in chosen:
        await tx.run(ITEM, key, "message", row["id"])
    for leg in {row["leg_id"] for row in chosen}:
        ids = [row["id"] for row in chosen if row["leg_id"] == leg]
        await tx.run(MOVE, as_json(ids), fresh, legs[leg] if leg else None)


async def _settle(tx: Tx, held: Held, fresh: ConversationId, scope: Scope) -> None:
    theirs, ours = await recount(tx, fresh), await recount(tx, held.id)
    if scope.status is Status.OPEN:
        await tx.run(SET_WAITING, fresh, await first_unanswered(tx, fresh, theirs.answered))
    if held.waiting_since is not None:
        await tx.run(SET_WAITING, held.id, await first_unanswered(tx, held.id, ours.answered))


async def split_contact(tx: Tx, contact: str, identities: Sequence[str], by: Actor) -> tuple[str, str]:
    """Say that some of a contact's identities are another person; returns the split's id and the new contact's.

    Conversations that reach only those identities go along. What customers see does not change, but for a browser
    that came by a link to one that is another person now: it reads nothing of her any more. Raises NotFound for
    an identity of another contact, Refused when nothing or everything is chosen.
    """
    await tx.all(LOCK_IDENTITIES, contact, contact)
    source = await live_contact(tx, contact)
    wanted = as_json(sorted(set(identities)))
    if not identities:
        raise Refused("errors.split_nothing")
    if len(await tx.all(CHOSEN_IDENTITIES, wanted, source["id"])) != len(set(identities)):
        raise NotFound("errors.identity_not_found", f"not all of {len(identities)} are of {source['id']}")
    if await tx.one(ANY_IDENTITY_LEFT, wanted, source["id"]) is None:
        raise Refused("errors.split_everything", f"nothing would be left of {source['id']}")
    key, fresh = new_id(), new_id()
    await tx.value(NEW_CONTACT, fresh, "", source["locale"], tx.now)
    await tx.run(SAME_BLOCK, fresh, source["blocked_at"])
    recorded_contact(tx, Kind.CONTACT_SPLIT, by, key, source["id"], {"into": fresh})
    position = recorded_contact(tx, Kind.CONTACT_SPLIT, by, key, fresh, {"from": source["id"]})
    before: dict[str, Any] = {}
    await note_merge(tx, key, "contact.split", source["id"], fresh, by, before, position)
    for identity in sorted(set(identities)):
        await tx.run(ITEM, key, "identity", identity)
    await tx.run(MOVE_IDENTITIES, wanted, fresh)
    only = {row["id"] for row in await tx.all(ONLY_THEIRS, wanted, source["id"])}
    await give_conversations(tx, key, source["id"], fresh, by, "split", only)
    await part_strayed(tx, source["id"], fresh, by)
    await unprove(tx, source["id"], fresh)
    await index_contact(tx, source["id"])
    await index_contact(tx, fresh)
    return key, fresh
