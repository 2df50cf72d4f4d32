"""Messages of ours that did not arrive, or of which nobody knows, and the list of their conversations.

Such a message stays a trouble, whatever arrives after it, until it is sent again itself, or an agent lets it be: by
saying so, or by closing the conversation after having seen it. It is noted where its state is shown (`undelivered`):
what arrives pays nothing for it. The list (`troubles`) is kept beside the notices (`gateway.stream.notices`), after
the fact.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.delivery import State
from gateway.events import Actor, ActorKind, Event, Kind
from gateway.store import Row, Tx, as_json

LOST = (State.FAILED, State.UNKNOWN)
NOTE = """insert into undelivered (message_id, conversation_id, state, at) values ($1, $2, $3, $4)
    on conflict (message_id) do update set state = excluded.state, at = excluded.at"""
FORGET = "delete from undelivered where message_id = $1"
SEEN = """delete from undelivered where conversation_id = $1 and exists (
    select 1 from read_marks r join messages m on m.id = undelivered.message_id
    where r.agent_id = $2 and r.conversation_id = $1 and r.position >= m.position)"""
FOLLOW = """update undelivered set conversation_id = (select m.conversation_id from messages m
    where m.id = undelivered.message_id) where conversation_id in ($1, $2)"""

KNOWN = "select conversation_id as id, message_id from troubles where conversation_id in {ids_1}"
# Of each conversation the newest; what is spam is nobody's work, what is closed may be somebody's still.
NOW = """select u.conversation_id as id, u.message_id, u.at from undelivered u
    join conversations c on c.id = u.conversation_id
    where u.conversation_id in {ids_1} and c.merged_into is null and c.status <> 'spam'
    and not exists (select 1 from undelivered o where o.conversation_id = u.conversation_id
        and (o.at, o.message_id) > (u.at, u.message_id))"""
PUT = """insert into troubles (conversation_id, message_id, at) values ($1, $2, $3)
    on conflict (conversation_id) do update set message_id = excluded.message_id, at = excluded.at"""
OVER = "delete from troubles where conversation_id in {ids_1}"
_MERGES = {Kind.CONVERSATION_MERGED, Kind.CONVERSATION_SPLIT, Kind.MERGE_UNDONE}


# --- where messages stand -------------------------------------------------------------------------------------------


async def note_state(tx: Tx, message: Row, state: State) -> None:
    """A message of a locked conversation shows another state now, or is lost to one more of its recipients."""
    if state in LOST and message["erased_at"] is None:
        await tx.run(NOTE, message["id"], message["conversation_id"], state.value, tx.now)
    elif message["delivery"] in LOST:
        await forget_lost(tx, message["id"])


async def forget_lost(tx: Tx, message: str) -> None:
    """It is let be, or there is nothing left of it."""
    await tx.run(FORGET, message)


async def forget_seen(tx: Tx, conversation: str, by: Actor) -> None:
    """A conversation is closed: an agent who had read so far lets its troubles be; nobody else does."""
    if by.kind is ActorKind.AGENT:
        await tx.run(SEEN, conversation, by.id)


async def follow_messages(tx: Tx, one: str, other: str) -> None:
    """Messages of two locked conversations have been moved between them."""
    await tx.run(FOLLOW, one, other)


# --- the list -------------------------------------------------------------------------------------------------------


async def weigh_troubles(tx: Tx, events: Sequence[Event]) -> bool:
    """After these facts. Returns whether anybody's count of them may be another one now."""
    touched = {event.conversation for event in events if event.conversation and _may_matter(event)}
    touched |= {event.changes["into"] for event in events if event.conversation and "into" in event.changes}
    if not touched:
        return False
    wanted = as_json(sorted(map(str, touched)))
    before = {row["id"]: row["message_id"] for row in await tx.all(KNOWN, wanted)}
    now = {row["id"]: row for row in await tx.all(NOW, wanted)}
    if over := sorted(before.keys() - now.keys()):
        await tx.run(OVER, as_json(over))
    for conversation, row in sorted(now.items()):
        if before.get(conversation) != row["message_id"]:
            await tx.run(PUT, conversation, row["message_id"], row["at"])
    both = before.keys() & now.keys()
    return before.keys() != now.keys() or any(
        event.was != event.now for event in events if event.conversation in both
    )


def _may_matter(event: Event) -> bool:
    """May a message of ours stand otherwise by this, or its conversation?"""
    moved = event.was is not None and event.was != event.now
    return moved or event.kind in (Kind.MESSAGE_DELIVERY, Kind.MESSAGE_ERASED, *_MERGES)
