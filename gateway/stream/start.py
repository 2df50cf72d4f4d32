"""Starting a conversation from our side, on an account that may, with a known identity or a contact's."""

from __future__ import annotations

from dataclasses import replace

from gateway.errors import NotFound, Refused, Repeat
from gateway.events import Actor, ConversationId, Event, Kind, LegId, Scope, Status, new_id
from gateway.store import Tx, plain
from gateway.store.search import tokens
from gateway.stream.hold import live_contact
from gateway.stream.ingest import NEW_CONVERSATION, NEW_LEG, REQUESTER
from gateway.stream.post import Post, mine, write_post

IDENTITY = """select i.id, i.contact_id, c.blocked_at from identities i join contacts c on c.id = i.contact_id
    where i.id = $1"""
REACHED_BY = """select i.id from identities i join endpoints e on e.identity_id = i.id
    where i.contact_id = $1 and e.account_id = $2 order by e.last_inbound_at desc limit 1"""


async def open_and_post(
    tx: Tx, account: str, identity: str | None, contact: str | None, what: Post, subject: str
) -> Event:
    """Open a conversation and post its first message, in one, so that none is ever left empty; for `post_with`.

    `what.conversation` is filled in here. Raises Repeat, NotFound, Refused (nobody to reach on this account, blocked).
    """
    if await mine(tx, what) is not None:
        raise Repeat
    conversation = await _open(tx, account, identity, contact, what.author, plain(subject))
    return await write_post(tx, replace(what, conversation=conversation, leg=None, seen=None))


async def _open(
    tx: Tx, account: str, identity: str | None, contact: str | None, by: Actor, subject: str
) -> ConversationId:
    if identity is None and contact is not None:
        identity = await tx.value(REACHED_BY, (await live_contact(tx, contact))["id"], account)
    row = await tx.one(IDENTITY, identity) if identity else None
    if row is None:
        raise NotFound("errors.identity_not_found", f"no identity to reach on {account}")
    if row["blocked_at"] is not None:
        raise Refused("errors.contact_blocked", f"contact {row['contact_id']} is blocked")
    conversation, leg = ConversationId(new_id()), LegId(new_id())
    number = await tx.value(
        NEW_CONVERSATION, conversation, row["contact_id"], subject, "open", None, leg, tx.now
    )
    await tx.run(NEW_LEG, leg, conversation, account, row["id"], "", tx.now)
    await tx.run(REQUESTER, conversation, row["contact_id"])
    if subject:
        tx.index("conversation_search", number, tokens(subject))
    scope = Scope(Status.OPEN)
    event = Event(
        Kind.CONVERSATION_CREATED, by, tx.now, conversation=conversation, subject=leg, now=scope, audited=True
    )
    tx.record(event)
    return conversation
