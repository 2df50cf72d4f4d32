"""Held replies on their way out: when their moment is over, when their time has come, or at once when their author
says so.

The same reply, now a message: it takes its place in the conversation as of now, and what the macro it was written by
does is done with it, all or none.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from gateway.channels.registry import Channels
from gateway.errors import Conflict, NotFound, Refused, Unavailable, UnknownWord
from gateway.events import Actor, ActorKind, Event, MessageId, Status
from gateway.newer import known
from gateway.store import Reader, Row, Store, Tx, from_json
from gateway.stream.acts import Acts, act
from gateway.stream.envelope import Envelope
from gateway.stream.held import HOLD_MOST, give_files_back, stop, take_held
from gateway.stream.hold import Held
from gateway.stream.macros import used
from gateway.stream.moved import SET_WAITING, first_unanswered
from gateway.stream.post import Post, open_for_reply, store_message, way_to_answer

log = logging.getLogger(__name__)

TAKE_OUT = "delete from held_replies where id = $1 and undone_at is null"
# After a merge, a split or their undo the same way may lead by another leg.
SAME_WAY = """select id from legs where conversation_id = $1 and account_id = $2 and identity_id = $3
    order by case when id = $4 then 0 else 1 end, id limit 1"""
HEARD_AT = "select last_inbound_at from endpoints where account_id = $1 and identity_id = $2"
# Due further ahead than any reply waits means that the clock was set back since: nobody waits hours for that.
DUE = """select id from held_replies where due_at <= $1 or (due_at > $2 and chosen = 0)
    order by due_at, id limit 200"""
# `soon`: of those that are held for a moment only.
NEXT_DUE = """select min(due_at) as due, min(case when chosen = 0 then due_at end) as soon from held_replies
    where due_at is not null"""


async def release(tx: Tx, message: str, channels: Channels) -> Event:
    """Make a held reply a message. Returns its fact.

    Raises NotFound, Conflict when it was sent or taken back already, Refused when it cannot be sent any more: its
    account or endpoint is gone, or the channel's reply window has closed meanwhile.
    """
    held, row = await take_held(tx, message)
    if not await tx.run(TAKE_OUT, message):
        raise Conflict("errors.reply_sent", f"{message} is gone", code="reply_sent")
    author = Actor(known(ActorKind, row["author_kind"]), row["author_id"])
    wanted = await tx.value(SAME_WAY, held.id, row["account_id"], row["identity_id"], row["leg_id"])
    way = await way_to_answer(tx, held, wanted or row["leg_id"], author)
    content = None if row["content"] is None else from_json(row["content"])
    await _check_may_go(tx, channels, row, words=content is None)
    what = Post(
        held.id,
        author,
        row["client_id"],
        row["text"],
        uploads=await give_files_back(tx, row),
        content=content,
        reply_to=row["reply_to"],
        envelope=None if row["envelope"] is None else Envelope.of(row["envelope"]),
        takes=bool(row["takes"]),
    )
    # What was closed after it had been written stays closed: "send" and "close" were said in this order.
    if row["reopens"]:
        held = await open_for_reply(tx, held, author)
    event = await store_message(tx, held, what, way, MessageId(message))
    await _still_waiting(tx, held, row)
    if row["acts"] is not None:
        await act(tx, held.id, Acts.of(from_json(row["acts"])), author, me=author.id)
    if row["macro_id"] is not None:
        await used(tx, row["macro_id"], author.id)
    return event


async def _check_may_go(tx: Tx, channels: Channels, row: Row, *, words: bool) -> None:
    """`words`: and no template, which goes at any time."""
    channel = channels.get(row["account_id"])
    if channel is None:
        return
    channel.capabilities.check_sends()
    if words and channel.capabilities.reply_window is not None:
        heard_at = await tx.value(HEARD_AT, row["account_id"], row["identity_id"])
        channel.capabilities.check_window(heard_at, tx.now)


async def _still_waiting(tx: Tx, held: Held, row: Row) -> None:
    """What she wrote after the reply was, nobody has answered."""
    if held.status in (Status.CLOSED, Status.SPAM):
        return
    since = await first_unanswered(tx, held.id, row["position"])
    if since is not None:
        await tx.run(SET_WAITING, held.id, since)


async def release_due(store: Store, channels: Channels) -> int:
    """Send every reply whose moment is over, each by itself; several processes may do so at once, each reply goes once.
    Returns how many there were. Raises Unavailable."""

    async def look_up(tx: Tx) -> list[str]:
        return [row["id"] for row in await tx.all(DUE, tx.now, tx.now + 2 * HOLD_MOST)]

    due = await store.write(look_up)
    beyond: UnknownWord | None = None
    for message in due:
        try:
            await _release_or_stop(store, channels, message)
        except UnknownWord as why:  # it waits for a process of that version, the others do not
            beyond = why
    if beyond is not None:
        raise beyond
    return len(due)


async def _release_or_stop(store: Store, channels: Channels, message: str) -> None:
    try:
        await store.write(lambda tx: release(tx, message, channels))
    except Refused as why:
        if not _is_settled(why):
            await _stop(store, message, why)
    except Unavailable:
        raise
    except Exception:
        # One that cannot be sent must keep neither the others nor the process from going on.
        log.exception("reply %s could not be sent", message)
        await _stop(store, message, Refused("errors.unexpected"))


def _is_settled(why: Refused) -> bool:
    """Somebody else was faster: another process, or its author."""
    return why.code in ("reply_sent", "reply_undone") or why.text == "errors.message_not_found"


async def _stop(store: Store, message: str, why: Refused) -> None:
    log.info("reply %s could not be sent: %s", message, why)
    try:
        await store.write(lambda tx: stop(tx, message, why))
    except (Conflict, NotFound):
        log.info("reply %s was settled meanwhile", message)


class Due(NamedTuple):
    """When the next held reply is to go, UTC ms by the database's clock; None: nothing is held."""

    at: int | None
    soon: int | None
    """Of those that are held for a moment."""


async def next_due(store: Store) -> Due:
    """Raises Unavailable."""

    async def look(reader: Reader) -> Row | None:
        return await reader.one(NEXT_DUE)

    row = await store.read(look)
    return Due(None, None) if row is None else Due(row["due"], row["soon"])
