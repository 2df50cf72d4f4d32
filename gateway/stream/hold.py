"""Taking hold of a conversation: its row locked first, as it stands now, before a verb changes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.errors import NotFound
from gateway.events import (
    Actor,
    AgentId,
    ContactId,
    ConversationId,
    Event,
    Kind,
    LegId,
    MessageId,
    Scope,
    Status,
    TeamId,
)
from gateway.newer import known
from gateway.store import Row, Tx

HOLD = "select c.* from conversations c where c.id = $1 {lock_c}"
SET_TAGS = "update conversations set tags = $2 where id = $1"
# Where every way to her is shut by her own word, nobody can be expected to answer.
NOBODY_WAITS = """update conversations set waiting_since = null where id = $1 and waiting_since is not null
    and not exists (select 1 from legs l
        left join endpoints e on e.account_id = l.account_id and e.identity_id = l.identity_id
        where l.conversation_id = $1 and e.opted_out_at is null)"""
CONTACT = "select * from contacts where id = $1 {lock}"


@dataclass(frozen=True, slots=True)
class Held:
    """A locked conversation, merges followed to where it lives now."""

    id: ConversationId
    contact: ContactId
    scope: Scope
    leg: LegId | None
    subject: str
    number: int
    last_at: int
    priority: int = 0
    waiting_since: int | None = None
    snoozed_until: int | None = None
    last_public_position: int | None = None
    attributes: str = "{}"
    """JSON text, as stored."""
    last_message: MessageId | None = None

    @property
    def status(self) -> Status:
        return self.scope.status


async def hold(tx: Tx, conversation: str) -> Held:
    """Lock a conversation. Raises NotFound."""
    row = await tx.one(HOLD, conversation)
    while row is not None and row["merged_into"] is not None:
        row = await tx.one(HOLD, row["merged_into"])
    if row is None:
        raise NotFound("errors.conversation_not_found", f"no conversation {conversation}")
    return held_row(row)


async def live_contact(tx: Tx, contact: str) -> Row:
    """Lock a contact's row, merges followed to where it lives now. Raises NotFound."""
    row = await tx.one(CONTACT, contact)
    while row is not None and row["merged_into"] is not None:
        row = await tx.one(CONTACT, row["merged_into"])
    if row is None:
        raise NotFound("errors.contact_not_found", f"no contact {contact}")
    return row


def scope_of(row: Row) -> Scope:
    """Where a conversation's row stands."""
    return Scope(
        known(Status, row["status"]),
        TeamId(row["team_id"]) if row["team_id"] else None,
        AgentId(row["assignee_id"]) if row["assignee_id"] else None,
        tuple(row["tags"].split(",")) if row["tags"] else (),
    )


def held_row(row: Row) -> Held:
    """For statements that lock a conversation's row themselves and know that it is not merged away."""
    return Held(
        id=ConversationId(row["id"]),
        contact=ContactId(row["contact_id"]),
        scope=scope_of(row),
        leg=row["leg_id"],
        subject=row["subject"],
        priority=row["priority"],
        waiting_since=row["waiting_since"],
        snoozed_until=row["snoozed_until"],
        last_public_position=row["last_public_position"],
        attributes=row["attributes"],
        last_at=row["last_at"],
        last_message=row["last_message_id"],
        number=row["number"],
    )


def received(tx: Tx, held: Held) -> int:
    """The time of what is said now. It stands below what was said before, also when the clock was set back meanwhile,
    or when another process wrote that in a batch begun later than ours."""
    return max(tx.now, held.last_at)


async def set_tags(tx: Tx, conversation: str, tags: Iterable[str]) -> tuple[str, ...]:
    """Write a conversation's tags into its row and return them sorted; `conversation_tags` are the caller's."""
    sorted_tags = tuple(sorted(set(tags)))
    await tx.run(SET_TAGS, conversation, ",".join(sorted_tags))
    return sorted_tags


def changed(
    tx: Tx,
    held: Held,
    by: Actor,
    changes: dict[str, Any],
    now: Scope | None = None,
    *,
    kind: Kind = Kind.CONVERSATION_CHANGED,
    subject: str | None = None,
) -> int:
    """Record a change of a held conversation: ids, numbers and field names, never words. Returns its position."""
    return tx.record(
        Event(
            kind,
            by,
            tx.now,
            conversation=held.id,
            subject=subject,
            was=held.scope,
            now=now or held.scope,
            changes=changes,
            audited=True,
        )
    )


def about_message(
    tx: Tx,
    kind: Kind,
    held: Held,
    message: str,
    subject: str | None,
    by: Actor,
    changes: dict[str, Any],
    *,
    audited: bool = False,
) -> Event:
    """A fact about a message of a held conversation, for its caller to record."""
    return Event(
        kind,
        by,
        tx.now,
        conversation=held.id,
        message=MessageId(message),
        subject=subject,
        was=held.scope,
        now=held.scope,
        changes=changes,
        audited=audited,
    )


def contact_changed(
    tx: Tx, contact: str, by: Actor, fields: list[str], subject: str | None = None, **more: str
) -> None:
    """Record a change of a locked contact: field names, never words."""
    changes = {"fields": fields, **more}
    whom = ContactId(contact)
    tx.record(
        Event(Kind.CONTACT_CHANGED, by, tx.now, contact=whom, subject=subject, changes=changes, audited=True)
    )


async def expect_nothing(tx: Tx, conversation: str) -> None:
    """She waits no more where she has refused every way to her."""
    await tx.run(NOBODY_WAITS, conversation)
