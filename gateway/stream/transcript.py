"""What was said, by mail to somebody who took part: an agent sends it, to an address that may have it, or she has her
own sent, to an address that is proven to be hers.

What she may see there is what she may see anywhere: what travelled by the very address, or by one that is proven to be
the same person's. An address that she left in a chat, and nobody has proven yet, may have that chat: she asked for it
there, and an agent decides. Her own asking is not enough for that: anybody may leave anybody's address. Notes are
never in it, nor what was said aside to others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.channels.base import Sends, Words
from gateway.channels.registry import Channels
from gateway.errors import Refused, Repeat
from gateway.events import Actor, ActorKind, Address, Event, IdentityId, MessageId, Proof, customer, new_id
from gateway.store import Reader, Row, Tx, from_json
from gateway.stream.automatic import quiet_since
from gateway.stream.carried import carry
from gateway.stream.claims import addresses_in
from gateway.stream.envelope import Envelope
from gateway.stream.hold import Held, changed, hold
from gateway.stream.people import LOCALE, Person, find_or_make
from gateway.stream.post import Post, mine, store_message, way_to_answer
from gateway.stream.proofs import leg_for
from gateway.stream.sight import same_person

TRANSCRIPT = Words(
    en="Here is a copy of our conversation. To go on, just answer this mail.",
    ko="지금까지 나눈 상담 내용이에요. 이 메일에 답장하시면 이어서 상담해 드려요.",
)
BY = Actor(ActorKind.AUTOMATION, "transcript")
"""Who writes what she asked for herself."""
MOST = 20
"""Addresses of hers that are looked at."""
TAKES_PART = """select 1 from legs where conversation_id = $1 and identity_id = $2
    union all select 1 from participants where conversation_id = $1 and identity_id = $2 limit 1"""
SAID = "select claims, attributes from contacts where id = $1"
# Hers, in which she was heard of last.
HER_LEG = """select l.identity_id from legs l join identities i on i.id = l.identity_id
    where l.conversation_id = $1 and i.contact_id = $2
    order by case when l.id = $3 then 0 else 1 end, coalesce(l.last_inbound_at, 0) desc, l.id desc limit 1"""
SPOKEN = """select m.id, m.envelope, l.identity_id from messages m join legs l on l.id = m.leg_id
    where m.conversation_id = $1 and m.visibility = 'public' and m.erased_at is null
    and not exists (select 1 from carried k where k.message_id = m.id) order by m.at, m.position"""
# Hers, the one first that was heard of last, by what it was heard of.
ADDRESSES = f"""select i.id, i.space, i.address, e.account_id from identities i
    left join endpoints e on e.identity_id = i.id and e.last_inbound_at is not null
    where i.contact_id = $1 and i.id <> $2 and i.space <> 'visitor'
    order by coalesce(e.last_inbound_at, 0) desc, i.id desc limit {MOST}"""
CONTACT = "select contact_id from identities where id = $1"
# All that stood in any of hers, but for what did not arrive. What came late stands before what she had.
HAS = """select k.carried_id from messages m join legs l on l.id = m.leg_id join carried k on k.message_id = m.id
    where m.conversation_id = $1 and m.author_kind = 'automation' and m.author_id = 'transcript'
    and l.identity_id = $2 and coalesce(m.delivery, '') <> 'failed'"""


@dataclass(frozen=True, slots=True)
class Proven:
    """Where a copy of her own may go."""

    account: str
    to: Address


async def proven_address(
    look: Reader, visitor: str, channels: Channels, otherwise: str | None
) -> Proven | None:
    """An address that writes mails and is proven to be the same person's as who is in the chat: by the account by which
    it was heard of, or `otherwise`. None: there is none where she wants automatic mails. What agents merged proves
    nothing."""
    contact = await look.value(CONTACT, visitor)
    for row in await look.all(ADDRESSES, contact, visitor):
        to = Address(row["space"], row["address"])
        account = next((one for one in (row["account_id"], otherwise) if _writes(channels, one, to)), None)
        if account is None or visitor not in await same_person(look, [row["id"]], contact):
            continue
        if await quiet_since(look, account, row["id"]) is None:
            return Proven(account, to)
    return None


def _writes(channels: Channels, account: str | None, to: Address) -> bool:
    channel = None if account is None else channels.get(account)
    if channel is None or not isinstance(channel, Sends):
        return False
    can = channel.capabilities
    return can.subject and can.may_start and channel.reaches(to)


async def send_own(
    tx: Tx, conversation: str, visitor: str, channels: Channels, otherwise: str | None
) -> Event:
    """She has asked for it in the chat: what she may see there goes to the address that is proven to be hers.

    Raises Repeat (she has all of it), NotFound, Refused (no address is proven to be hers where she wants automatic
    mails, too many, account gone).
    """
    found = await proven_address(tx, visitor, channels, otherwise)
    if found is None:
        raise Refused("errors.transcript_unproven", f"no address is proven to be {visitor}'s")
    locale = await tx.value(LOCALE, await tx.value(CONTACT, visitor))
    person = await find_or_make(tx, found.to, Proof.CLAIMED, locale=locale)
    held = await hold(tx, conversation)
    envelope = Envelope((person.identity,), aside=True)
    what = Post(held.id, BY, new_id(), TRANSCRIPT.for_reader(locale), envelope=envelope)
    sight = await same_person(tx, [person.identity], person.contact)
    if visitor not in sight:
        raise Refused("errors.transcript_unproven", f"{person.identity} is not {visitor}'s any more")
    spoken = await _spoken(tx, held, sight)
    has = {row["carried_id"] for row in await tx.all(HAS, held.id, person.identity)}
    if has.issuperset(spoken):
        raise Repeat
    return await _send(tx, held, person, what, found.account, spoken, customer(IdentityId(visitor)))


async def send_transcript(
    tx: Tx, conversation: str, account: str, to: Address, by: Actor, client_id: str
) -> Event:
    """Store it, to go by that account. It is no answer: she waits on, and is answered where she was.

    Raises Repeat, NotFound, Refused (somebody who takes no part, nothing that she may see, opted out, account gone).
    """
    locale = await tx.value(LOCALE, await _contact_of(tx, conversation))
    person = await find_or_make(tx, to, Proof.CLAIMED, locale=locale)
    held = await hold(tx, conversation)
    what = Post(
        held.id,
        by,
        client_id,
        TRANSCRIPT.for_reader(locale),
        envelope=Envelope((person.identity,), aside=True),
    )
    if await mine(tx, what) is not None:
        raise Repeat
    spoken = await _spoken(tx, held, await _sight(tx, held, person, to))
    return await _send(tx, held, person, what, account, spoken, by)


async def _spoken(tx: Tx, held: Held, sight: Iterable[str]) -> list[str]:
    """What she may see of it, in order. Raises Refused: nothing."""
    spoken = [row["id"] for row in await tx.all(SPOKEN, held.id) if _sees(row, sight)]
    if not spoken:
        raise Refused("errors.transcript_empty", f"nothing of {held.id} may be seen there")
    return spoken


async def _send(
    tx: Tx, held: Held, person: Person, what: Post, account: str, spoken: list[str], by: Actor
) -> Event:
    if person.blocked:
        raise Refused("errors.contact_blocked", f"contact {person.contact} is blocked")
    leg = await leg_for(tx, held, account, person.identity, "")
    way = await way_to_answer(tx, held, leg, what.author)
    message = MessageId(new_id())
    event = await store_message(tx, held, what, way, message)
    await carry(tx, message, spoken)
    changed(tx, held, by, {"fields": ["transcript"]}, subject=message)
    return event


async def _contact_of(tx: Tx, conversation: str) -> str:
    found: str | None = await tx.value("select contact_id from conversations where id = $1", conversation)
    return found or ""


async def _sight(tx: Tx, held: Held, person: Person, to: Address) -> set[str]:
    """The identities by which what she may see has travelled. Raises Refused: she takes no part."""
    left = to.address in await _left_by(tx, held)
    if not left and person.contact != held.contact and not await tx.one(TAKES_PART, held.id, person.identity):
        raise Refused("errors.transcript_stranger", f"{person.identity} takes no part in {held.id}")
    sight = await same_person(tx, [person.identity], person.contact)
    chat = await tx.value(HER_LEG, held.id, held.contact, held.leg) if left else None
    return sight | (await same_person(tx, [chat], held.contact) if chat else set())


async def _left_by(tx: Tx, held: Held) -> set[str]:
    """The addresses that she said are hers, or her site did."""
    row = await tx.one(SAID, held.contact)
    assert row is not None, "contacts are never removed"
    return addresses_in([*from_json(row["claims"]).values(), from_json(row["attributes"]).get("email")])


def _sees(row: Row, sight: Iterable[str]) -> bool:
    """It went by one of these, or to one beside others."""
    named = Envelope.of(row["envelope"]).everybody if row["envelope"] is not None else ()
    return row["identity_id"] in sight or not set(named).isdisjoint(sight)
