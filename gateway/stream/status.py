"""Open, snoozed, closed, spam."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.errors import Refused
from gateway.events import SYSTEM, Actor, Status
from gateway.newer import known
from gateway.store import Reader, Store, Tx, from_json
from gateway.stream.hold import Held, changed, hold
from gateway.stream.moved import NO_ANSWER
from gateway.stream.troubles import forget_seen

AWAY = (Status.CLOSED, Status.SPAM)
"""Where nobody waits."""
SET = """update conversations set status = $2, snoozed_until = $3, closed_at = $4, waiting_since = $5 where id = $1"""
# A reply that never arrived is no answer.
ANSWERED = f"""select 1 from conversations c join messages m on m.conversation_id = c.id
    and m.position > c.last_customer_position where c.id = $1 and m.visibility = 'public'
    and m.author_kind <> 'customer' and coalesce(m.delivery, '') <> 'failed'
    and not (m.author_kind = 'automation' and m.author_id = 'gone_on') and not {NO_ANSWER} limit 1"""
SET_TAGS = "update conversation_tags set status = $2 where conversation_id = $1"
LAST_STATUS = """select changes from audit where conversation_id = $1 and kind = 'conversation.changed'
    order by at desc, position desc"""
DUE = """select id from conversations where snoozed_until <= $1 and merged_into is null
    order by snoozed_until limit 200"""
NEXT_DUE = (
    "select min(snoozed_until) from conversations where snoozed_until is not null and merged_into is null"
)


async def close(tx: Tx, conversation: str, by: Actor) -> None:
    await _set(tx, conversation, Status.CLOSED, by)


async def reopen(tx: Tx, conversation: str, by: Actor) -> None:
    await _set(tx, conversation, Status.OPEN, by)


async def mark_spam(tx: Tx, conversation: str, by: Actor) -> None:
    """Out of every working list; what it was is kept for `unmark_spam`."""
    await _set(tx, conversation, Status.SPAM, by)


async def unmark_spam(tx: Tx, conversation: str, by: Actor) -> None:
    """Back to what it was before it was called spam (a snooze becomes open: its time may have passed)."""
    held = await hold(tx, conversation)
    if held.status is not Status.SPAM:
        return
    came = await _how_it_came(tx, held.id, Status.SPAM)
    before = known(Status, came.get("status", [Status.OPEN])[0])
    await _set(tx, held.id, Status.CLOSED if before is Status.CLOSED else Status.OPEN, by)


async def spam_for(tx: Tx, conversation: str, contact: str, by: Actor) -> None:
    """Into spam because its contact was blocked; noted, so that `spare` brings it back as it was."""
    held = await hold(tx, conversation)
    if held.status in (Status.OPEN, Status.SNOOZED):
        await _set(tx, held.id, Status.SPAM, by, noted={"block": contact, "was_until": held.snoozed_until})


async def spare(tx: Tx, conversation: str, by: Actor) -> None:
    """Out of spam, if it was a block that put it there."""
    held = await hold(tx, conversation)
    came = await _how_it_came(tx, held.id, Status.SPAM) if held.status is Status.SPAM else {}
    if "block" not in came:
        return
    until = came["was_until"]
    if came["status"][0] == Status.SNOOZED and until is not None and until > tx.now:
        await _set(tx, held.id, Status.SNOOZED, by, until)
    else:
        await _set(tx, held.id, Status.OPEN, by)


async def _how_it_came(tx: Tx, conversation: str, status: Status) -> dict[str, Any]:
    """The changes of the fact that brought a conversation into its status; empty when it was made so."""
    for row in await tx.all(LAST_STATUS, conversation):
        changes: dict[str, Any] = from_json(row["changes"])
        if "status" in changes:
            return changes if changes["status"][1] == status else {}
    return {}


async def snooze(tx: Tx, conversation: str, until: int, by: Actor) -> None:
    """Away until then (UTC ms) or until the customer writes. Raises Refused for a time that has passed."""
    if until <= tx.now:
        raise Refused("errors.snooze_in_past", f"{until} is not after {tx.now}")
    await _set(tx, conversation, Status.SNOOZED, by, until)


async def set_status(tx: Tx, conversation: str, to: Status, by: Actor, until: int | None = None) -> None:
    """Whichever it is to be; `until` (UTC ms) for a snooze. Raises Refused for a snooze whose time has passed."""
    if to is Status.SNOOZED:
        await snooze(tx, conversation, until or 0, by)
    else:
        await _set(tx, conversation, to, by)


async def wake_due(tx: Tx) -> int:
    """Open every conversation whose snooze is over; called by the timers. Returns how many there were."""
    due = await tx.all(DUE, tx.now)
    for row in due:
        held = await hold(tx, row["id"])
        # Somebody may have closed it, or put it off again, between our look and our lock.
        if held.snoozed_until is not None and held.snoozed_until <= tx.now:
            await _set(tx, held.id, Status.OPEN, SYSTEM)
    return len(due)


async def next_wake(store: Store) -> int | None:
    """When the next snooze is over (UTC ms), None when nothing is snoozed."""

    async def look(reader: Reader) -> Any:
        return await reader.value(NEXT_DUE)

    due: int | None = await store.read(look)
    return due


async def _set(
    tx: Tx,
    conversation: str,
    status: Status,
    by: Actor,
    until: int | None = None,
    noted: dict[str, Any] | None = None,
) -> None:
    held = await hold(tx, conversation)
    if held.status is status and held.snoozed_until == until:
        return
    changes: dict[str, Any] = {"status": [held.status, status], **(noted or {})}
    if until is not None:
        changes["until"] = until
    waiting = held.waiting_since
    if status in AWAY:
        changes |= {"was_waiting": waiting} if waiting is not None else {}
        waiting = None
    elif held.status in AWAY:
        waiting = await _waits_again(tx, held)
    await tx.run(SET, held.id, status.value, until, tx.now if status is Status.CLOSED else None, waiting)
    await tx.run(SET_TAGS, held.id, status.value)
    if status is Status.CLOSED:
        await forget_seen(tx, held.id, by)
    changed(tx, held, by, changes, replace(held.scope, status=status))


async def _waits_again(tx: Tx, held: Held) -> int | None:
    """Since when somebody waits in what comes back: whoever waited when it was put away, unless she was answered since
    (a held reply goes out to what is closed, too)."""
    since: int | None = (await _how_it_came(tx, held.id, held.status)).get("was_waiting", held.waiting_since)
    return None if since is None or await tx.value(ANSWERED, held.id) else since
