"""Running conversations whose newest public message of ours did not arrive, or nobody knows: a list of their own.

Kept beside the notices (`gateway.stream.notices`), from the log after the fact: what sends a message and what a
provider tells of it costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.events import ActorKind, Event, Kind, Visibility
from gateway.store import Tx, as_json

RUNNING = ("open", "snoozed")
KNOWN = "select conversation_id as id, message_id from troubles where conversation_id in {ids_1}"
# As `gateway.egress.agent.conversation` says `trouble`: of all legs the message that was sent last.
NOW = f"""select c.id, m.id as message_id from conversations c join legs l on l.conversation_id = c.id
    join messages m on m.position = l.last_sent_position and m.conversation_id = c.id
    where c.id in {{ids_1}} and c.merged_into is null and c.status in {RUNNING} and m.delivery in ('failed', 'unknown')
    and not exists (select 1 from legs o
        where o.conversation_id = c.id and o.last_sent_position > l.last_sent_position)"""
PUT = """insert into troubles (conversation_id, message_id, at) values ($1, $2, $3)
    on conflict (conversation_id) do update set message_id = excluded.message_id, at = excluded.at"""
OVER = "delete from troubles where conversation_id in {ids_1}"
_MERGES = {Kind.CONVERSATION_MERGED, Kind.CONVERSATION_SPLIT, Kind.MERGE_UNDONE}


async def weigh_troubles(tx: Tx, events: Sequence[Event]) -> bool:
    """After these facts. Returns whether anybody's count of them may be another one now."""
    touched = {event.conversation for event in events if event.conversation and _may_matter(event)}
    touched |= {event.changes["into"] for event in events if event.conversation and "into" in event.changes}
    if not touched:
        return False
    wanted = as_json(sorted(map(str, touched)))
    before = {row["id"]: row["message_id"] for row in await tx.all(KNOWN, wanted)}
    now = {row["id"]: row["message_id"] for row in await tx.all(NOW, wanted)}
    if over := sorted(before.keys() - now.keys()):
        await tx.run(OVER, as_json(over))
    for conversation, message in sorted(now.items()):
        if before.get(conversation) != message:
            await tx.run(PUT, conversation, message, tx.now)
    both = before.keys() & now.keys()
    return before.keys() != now.keys() or any(
        event.was != event.now for event in events if event.conversation in both
    )


def _may_matter(event: Event) -> bool:
    """May our newest message be another one by this, or stand otherwise, or the conversation run no more?"""
    if event.kind is Kind.MESSAGE_CREATED and event.actor.kind is not ActorKind.CUSTOMER:
        return event.changes.get("visibility") == Visibility.PUBLIC.value
    return event.kind is Kind.MESSAGE_DELIVERY or event.kind in _MERGES or event.was != event.now
