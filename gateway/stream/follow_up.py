"""Answers that nobody read follow by another way: all that a customer left unread, in one message, once.

From an agent's answer on it waits for a pause; an answer that comes meanwhile goes along. What is there to be followed
is decided when the pause is over: by what she has read by then, and not by what was expected. Once it has gone nothing
more follows until she has read it, or written.

It goes to an address that is hers, or that she left: whoever reads what comes there has proven nothing by it. An answer
from there proves it (`gateway.stream.answered`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.channels.base import OwnsAddresses, Sends, ServesVisitors, Words
from gateway.channels.registry import Channels
from gateway.errors import Refused
from gateway.events import Actor, ActorKind, Address, Event, MessageId, Proof, Status, new_id
from gateway.store import Reader, Row, Tx, from_json
from gateway.stream.automatic import tell_stopped
from gateway.stream.carried import carry
from gateway.stream.claims import addresses_in
from gateway.stream.envelope import Envelope
from gateway.stream.hold import Held, hold
from gateway.stream.people import LOCALE, Person, find_or_make
from gateway.stream.post import Post, store_message, way_to_answer
from gateway.stream.proofs import leg_for

log = logging.getLogger(__name__)

BY = Actor(ActorKind.AUTOMATION, "follow_up")
LONGEST = 7 * 86_400_000
"""ms that a pause lasts at most."""
AT_ONCE = 100
"""Legs of one look."""
FOLLOWS = Words(
    en="You had left the chat when we answered. This is what we wrote. To go on, just answer this mail.",
    ko="채팅을 나가신 뒤에 답장을 드렸어요. 아래 내용을 확인하시고, 이 메일에 답장하시면 이어서 상담해 드려요.",
)

# Due further ahead than any pause means that the clock was set back since.
DUE = """select f.leg_id, l.account_id, i.person_id from follow_ups f left join legs l on l.id = f.leg_id
    left join identities i on i.id = l.identity_id where f.due_at <= $1 or f.due_at > $2
    order by f.due_at limit $3"""
LATER = "update follow_ups set due_at = $2 where leg_id = $1 and due_at is not null"
FORGET = "delete from follow_ups where leg_id = $1"
GONE = "update follow_ups set due_at = null, upto_id = $2 where leg_id = $1"
PLACE = """select f.due_at, l.conversation_id, l.account_id, l.read_to, l.identity_id, c.contact_id
    from follow_ups f join legs l on l.id = f.leg_id join conversations c on c.id = l.conversation_id
    where f.leg_id = $1"""
# That she was answered by mail (`gateway.stream.gone_on`) is nothing to tell her by mail.
UNREAD = """select id, author_kind, position from messages where leg_id = $1 and visibility = 'public'
    and author_kind <> 'customer' and erased_at is null and position > $2
    and not (author_kind = 'automation' and author_id = 'gone_on') order by at, position"""
CUSTOMER_AFTER = "select last_customer_position from conversations where id = $1"
KNOWN_ADDRESSES = """select space, address, proof from identities where contact_id = $1 and space <> 'visitor'
    order by proof desc, id desc"""
SAID = "select claims, attributes, blocked_at, erased_at from contacts where id = $1"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A leg whose pause is over."""

    leg: str
    account: str | None
    """None: there is no such leg any more."""
    person: str | None


async def due_follow_ups(look: Reader, now: int) -> list[Waiting]:
    """Those whose pause was over then (UTC ms)."""
    rows = await look.all(DUE, now, now + 2 * LONGEST, AT_ONCE)
    return [Waiting(row["leg_id"], row["account_id"], row["person_id"]) for row in rows]


async def put_off(tx: Tx, leg: str, wait: int) -> None:
    """She is there, or has just left: it is looked at again after that (ms)."""
    await tx.run(LATER, leg, tx.now + wait)


async def follow_up(tx: Tx, leg: str, channels: Channels) -> Event | None:
    """Its pause is over and she is not there: what she has not read goes to an address of hers, where there is one.
    Returns the fact; None: there was nothing to be done, or nothing may be."""
    place = await tx.one(PLACE, leg)
    if place is None:
        await tx.run(FORGET, leg)
        return None
    by = follows_by(channels, place["account_id"])
    address = None if by is None else await _address(tx, place["contact_id"], channels, by)
    if by is None or address is None:
        await tx.run(FORGET, leg)
        return None
    locale = await tx.value(LOCALE, place["contact_id"])
    person = await find_or_make(tx, address, Proof.CLAIMED, locale=locale)
    held = await hold(tx, place["conversation_id"])
    place = await tx.one(PLACE, leg)
    if place is None or place["due_at"] is None or tx.now < place["due_at"] <= tx.now + LONGEST:
        return None
    unread = await _unread(tx, held, leg, place)
    if not unread or person.blocked or held.status is Status.SPAM:
        await tx.run(FORGET, leg)
        return None
    await tx.run(GONE, leg, unread[-1]["id"])
    try:
        return await _go(tx, held, by, person, unread, locale)
    except Refused as why:
        log.warning("what was said in %s does not follow: %s", held.id, why)
        tell_stopped(tx, held, BY, why.text)
        return None


def follows_by(channels: Channels, account: str) -> str | None:
    """The account by which what one leaves unread follows her."""
    chat: object = channels.get(account)
    return chat.follows_by() if isinstance(chat, ServesVisitors) else None


async def _unread(tx: Tx, held: Held, leg: str, place: Row) -> Sequence[Row]:
    """What no person wrote follows only along with what somebody did. Nothing does where she has written since: she was
    there, or is elsewhere."""
    rows = await tx.all(UNREAD, leg, place["read_to"])
    if not any(row["author_kind"] in (ActorKind.AGENT, ActorKind.TOKEN) for row in rows):
        return ()
    wrote: int = await tx.value(CUSTOMER_AFTER, held.id) or 0
    return () if wrote > rows[-1]["position"] else rows


async def _go(
    tx: Tx, held: Held, by: str, person: Person, unread: Sequence[Row], locale: str | None
) -> Event:
    way = await way_to_answer(tx, held, await leg_for(tx, held, by, person.identity, ""), BY)
    text = FOLLOWS.for_reader(locale)
    what = Post(
        held.id,
        BY,
        f"unread {unread[-1]['id']}",
        text,
        # What answered her, once more: and answers go on where they went.
        envelope=Envelope((person.identity,), aside=True, hers=True),
        follows=True,
    )
    message = MessageId(new_id())
    event = await store_message(tx, held, what, way, message)
    await carry(tx, message, [row["id"] for row in unread])
    return event


async def _address(tx: Tx, contact: str, channels: Channels, by: str) -> Address | None:
    """Hers as well as it is proven; else what her site signed for or an agent noted, else what she left."""
    channel: object = channels.get(by)
    row = await tx.one(SAID, contact)
    if not isinstance(channel, Sends) or row is None or row["blocked_at"] or row["erased_at"]:
        return None
    known = [Address(one["space"], one["address"]) for one in await tx.all(KNOWN_ADDRESSES, contact)]
    noted, claimed = from_json(row["attributes"]), from_json(row["claims"])
    said = [noted.get("email"), claimed.get("email"), *claimed.values()]
    written = [one for text in said for one in sorted(addresses_in([text])) if "@" in one]
    for address in (*known, *(channel.address_of(one) for one in written)):
        if address is not None and channel.reaches(address) and not _is_ours(channels, address):
            return address
    return None


def _is_ours(channels: Channels, address: Address) -> bool:
    return any(isinstance(one, OwnsAddresses) and one.owns(address) for one in channels)
