"""A chat that goes on by mail says so where it was: one line in the open chat, which tells her where to look.

An ordinary message of the chat's leg that no person wrote, so that a browser needs to know nothing of it. It names only
an address of hers, masked: one that is proven to be the same person's as the chat, or that she left there herself. Of
any other she is told nothing, for what agents merge is no proof.
"""

from __future__ import annotations

from gateway.channels.base import Words
from gateway.events import Actor, ActorKind, Kind, LegId, MessageId, Visibility, new_id
from gateway.store import Row, Stamp, Tx, from_json
from gateway.store.search import tokens
from gateway.stream.claims import addresses_in
from gateway.stream.hold import Held, about_message, received
from gateway.stream.people import LOCALE
from gateway.stream.sight import same_person

BY = Actor(ActorKind.AUTOMATION, "gone_on")
MAIL, CHAT = "mailto", "visitor"
"""The spaces of addresses that it leads to, and from."""
GONE_ON = Words(
    en="We answered you by email: {address}",
    ko="{address} 이메일로 답장을 드렸어요.",
)

# Where she was heard of last.
LAST = """select l.id, l.last_inbound_at, i.id as identity_id, i.space, i.contact_id, i.person_id, i.birth_contact_id
    from legs l join identities i on i.id = l.identity_id
    where l.conversation_id = $1 and l.last_inbound_at is not null
    order by l.last_inbound_at desc, l.id desc limit 1"""
SAID_SO = """select 1 from messages where leg_id = $1 and at >= $2 and author_kind = 'automation'
    and author_id = 'gone_on' limit 1"""
ADDRESS = "select space, address, contact_id from identities where id = $1"
# What is said in another browser of whoever was merged with her is not her word.
CLAIMS = """select claims from contacts where id = $1 and not exists (select 1 from identities o
    where o.contact_id = $2 and o.space = 'visitor' and o.person_id <> $3)"""
SENT = "update legs set last_sent_position = $2 where id = $1"
STORE = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility, author_kind,
    author_id, client_id, text, at) values ($1, $2, $3, $3, $4, 'public', 'automation', $5, $6, $7, $8)"""


async def tell_gone_on(tx: Tx, held: Held, identity: str, message: str) -> None:
    """A message to her is about to be stored that goes there by mail: where she was last in the chat, she is told,
    once until she writes again. It stands before that message, which stays the conversation's newest."""
    chat = await tx.one(LAST, held.id)
    if chat is None or chat["space"] != CHAT:
        return
    to = await tx.one(ADDRESS, identity)
    if to is None or to["space"] != MAIL or await tx.one(SAID_SO, chat["id"], chat["last_inbound_at"]):
        return
    if not await _is_hers(tx, identity, to, chat):
        return
    locale = await tx.value(LOCALE, chat["contact_id"])
    text = GONE_ON.for_reader(locale).format(address=masked(to["address"]))
    line, leg = MessageId(new_id()), LegId(chat["id"])
    changes = {"visibility": Visibility.PUBLIC.value}
    event = about_message(tx, Kind.MESSAGE_CREATED, held, line, leg, BY, changes)
    position = tx.record(
        event,
        Stamp("legs", "last_sent_position", leg),
    )
    await tx.run(SENT, leg, position)
    await tx.run(STORE, line, position, held.id, leg, BY.id, message, text, received(tx, held))
    tx.index("message_search", position, tokens(text))


async def _is_hers(tx: Tx, identity: str, to: Row, chat: Row) -> bool:
    if chat["identity_id"] in await same_person(tx, [identity], to["contact_id"]):
        return True
    claims = await tx.value(CLAIMS, chat["birth_contact_id"], chat["contact_id"], chat["person_id"])
    return claims is not None and to["address"] in addresses_in(from_json(claims).values())


def masked(address: str) -> str:
    """As she knows it, and nobody who looks over her shoulder: `k***@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
