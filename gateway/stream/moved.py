"""What merges and splits share: the note of what was moved, legs made double, a conversation's marks counted anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.errors import Conflict, NotFound
from gateway.events import Actor, ContactId, ConversationId, Event, Kind, LegId, Scope, Status, new_id
from gateway.store import Row, Stamp, Tx, as_json
from gateway.stream.hold import Held, expect_nothing, hold

NEW_MERGE = """insert into merges (id, kind, from_id, into_id, actor_kind, actor_id, before, position, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
ITEM = "insert into merge_items (merge_id, item_kind, item_id) values ($1, $2, $3)"
TAKE = "select * from merges where id = $1 {lock}"
# Whatever moved these things on must have taken them from where this one put them.
LATER = """select l.id, l.kind from merges l where l.undone_at is null and l.position > $1
    and ((l.from_id = $2 and (l.kind in ('conversation.merge', 'contact.merge') or exists (
            select 1 from merge_items mine join merge_items theirs
            on theirs.item_kind = mine.item_kind and theirs.item_id = mine.item_id
            where mine.merge_id = $4 and theirs.merge_id = l.id)))
        or (l.from_id = $3 and l.kind in ('conversation.merge', 'contact.merge')))
    order by l.position limit 1"""
UNDONE = "update merges set undone_at = $2 where id = $1"
TWIN = """insert into legs (id, conversation_id, account_id, identity_id, thread_key, last_inbound_at,
    last_sent_position, delivered_to, read_to, seen_to, created_at)
    select $1, $2, account_id, identity_id, thread_key, last_inbound_at, last_sent_position, delivered_to,
        read_to, seen_to, $4 from legs where id = $3 returning last_sent_position"""
NEWEST = "select id, at from messages where conversation_id = $1 order by at desc, position desc limit 1"
# In SQL, of a message `m`: it went aside, and was no answer to her. `Envelope.json` names only what is so, and what
# somebody wrote as a subject stands escaped in it.
NO_ANSWER = """(coalesce(cast(m.envelope as text), '') like '%"aside":%'
    and cast(m.envelope as text) not like '%"hers":%')"""
# That she is answered elsewhere (`gateway.stream.gone_on`) is no answer: what went there may come back.
MARKS = f"""select max(case when m.visibility = 'public' then m.position end) as newest_public,
    max(case when m.author_kind = 'customer' then m.position end) as newest_customer,
    max(case when m.visibility = 'public' and m.author_kind <> 'customer' and coalesce(m.delivery, '') <> 'failed'
        and not (m.author_kind = 'automation' and m.author_id = 'gone_on') and not {NO_ANSWER}
        then m.position end) as answered from messages m where m.conversation_id = $1"""
WAITING = """select min(at) from messages
    where conversation_id = $1 and author_kind = 'customer' and position > $2"""
RECOUNT = """update conversations set last_at = coalesce($2, created_at), last_message_id = $3,
    last_public_position = $4, last_customer_position = $5 where id = $1"""
TOUCH_TAGS = "update conversation_tags set last_at = $2 where conversation_id = $1"
SET_WAITING = "update conversations set waiting_since = $2 where id = $1"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a conversation's messages say: the positions of the newest public one, the newest of hers, our newest."""

    last_at: int | None
    customer: int
    answered: int


async def hold_both(tx: Tx, first: str, second: str) -> tuple[Held, Held]:
    """Lock two conversations, always in the same order, so that two merges never wait for each other."""
    for one in sorted((first, second)):
        await hold(tx, one)
    return await hold(tx, first), await hold(tx, second)


async def note_merge(
    tx: Tx, merge: str, kind: str, source: str, target: str, by: Actor, before: dict[str, Any], position: int
) -> None:
    """Write down that a merge or split was done, at its event's position; its row holds ids, never words."""
    await tx.run(
        NEW_MERGE, merge, kind, source, target, by.kind.value, by.id, as_json(before), position, tx.now
    )
    tx.stamp(Stamp("merges", "position", merge), position)


def recorded(
    tx: Tx,
    kind: Kind,
    by: Actor,
    merge: str,
    conversation: ConversationId,
    scopes: tuple[Scope | None, Scope | None],
    changes: dict[str, Any],
) -> int:
    """Record what a merge did to one of its conversations; `scopes` are where it stood and where it stands."""
    event = Event(kind, by, tx.now, conversation, subject=merge, changes=changes, audited=True)
    event.was, event.now = scopes
    return tx.record(event)


def recorded_contact(tx: Tx, kind: Kind, by: Actor, merge: str, contact: str, changes: dict[str, Any]) -> int:
    """Record what a merge did to one of its contacts."""
    event = Event(kind, by, tx.now, contact=ContactId(contact), subject=merge, changes=changes, audited=True)
    return tx.record(event)


async def take_merge(tx: Tx, merge: str) -> Row:
    """Lock a merge that is to be undone. Raises NotFound, Conflict when it has been undone already."""
    row = await tx.one(TAKE, merge)
    if row is None:
        raise NotFound("errors.merge_not_found", f"no merge {merge}")
    if row["undone_at"] is not None:
        raise Conflict("errors.merge_undone", f"merge {merge} was undone", code="merge_undone")
    return row


async def check_nothing_depends(tx: Tx, merge: Row) -> None:
    """Raises Conflict when a later merge or split has moved on what this one moved; call it under the locks."""
    again = merge["from_id"] if merge["kind"].endswith(".split") else ""
    later = await tx.one(LATER, merge["position"], merge["into_id"], again, merge["id"])
    if later is not None:
        raise Conflict(
            "errors.merge_depended_on",
            f"{later['kind']} {later['id']} depends on {merge['id']}",
            code="merge_depended_on",
            merge=later["id"],
        )


async def twin_leg(tx: Tx, leg: str, conversation: str) -> LegId:
    """The same account, person and thread as a leg of another conversation, watermarks included."""
    twin = LegId(new_id())
    sent = await tx.value(TWIN, twin, conversation, leg, tx.now)
    tx.stamp(Stamp("legs", "last_sent_position", twin), sent)
    return twin


async def recount(tx: Tx, conversation: str) -> Marks:
    """Bring a conversation's marks to what its messages say now."""
    newest = await tx.one(NEWEST, conversation)
    marks = await tx.one(MARKS, conversation)
    assert marks is not None
    last_at = newest["at"] if newest else None
    public, customer = marks["newest_public"], marks["newest_customer"]
    await tx.run(RECOUNT, conversation, last_at, newest["id"] if newest else None, public, customer)
    tx.stamp(Stamp("conversations", "last_public_position", conversation), public)
    tx.stamp(Stamp("conversations", "last_customer_position", conversation), customer)
    if last_at is not None:
        await tx.run(TOUCH_TAGS, conversation, last_at)
    return Marks(last_at, customer or 0, marks["answered"] or 0)


async def first_unanswered(tx: Tx, conversation: str, after: int) -> int | None:
    """When the first of her messages after a position came, ms."""
    at: int | None = await tx.value(WAITING, conversation, after)
    return at


async def wait_again(tx: Tx, held: Held, *, failed: bool) -> None:
    """A reply has failed for good, or (not `failed`) is tried once more, or has arrived after all: does she wait? In
    what was put away nobody does."""
    if held.status not in (Status.OPEN, Status.SNOOZED):
        return
    marks = await tx.one(MARKS, held.id)
    assert marks is not None
    since = await first_unanswered(tx, held.id, marks["answered"] or 0)
    if since is not None or not failed:
        await tx.run(SET_WAITING, held.id, since)
        await expect_nothing(tx, held.id)
