"""What somebody brings back from elsewhere to prove that an address is hers: used once, and only until it expires.

A word is shown in a chat and comes back as part of a message to another account; of it only a hash is kept. It has 50
random bits and lives for half an hour: who sends a thousand guesses a second while a thousand words live finds one in
thirty years.

A link is sent to an address (`gateway.stream.invitations`) and followed in a browser, which from then on stands for
whoever that address is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from typing import Literal

from gateway.channels.base import Words
from gateway.errors import Refused
from gateway.events import (
    Actor,
    Address,
    ContactId,
    Event,
    IdentityId,
    InboundMessage,
    Kind,
    LegId,
    Proof,
    Status,
    customer,
    new_id,
)
from gateway.store import Row, Tx
from gateway.store.sealed import deployment_secret
from gateway.stream.contacts import prove
from gateway.stream.describe import switch_leg
from gateway.stream.followers import part_followers
from gateway.stream.hold import Held, changed, hold, live_contact
from gateway.stream.merge import merge_contacts
from gateway.stream.people import Person, find_or_join

Brings = Literal["word", "link"]
LIFE = 30 * 60_000
"""Milliseconds in which a word may come back, or a link be followed."""
MASK = "••••••"
"""What stands in a message in place of what is secret."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is read as something else."""
WORD_LENGTH = 10
WORD = re.compile(rf"#([{LETTERS}]{{{WORD_LENGTH}}})(?![0-9A-Za-z])", re.IGNORECASE)
SEEN = "✓"
"""What stands in a message in place of a word that has done its work."""
INVITATION = Words(
    en="I would like to continue here. #{word}",
    ko="여기서 이어서 상담할게요. #{word}",
)
"""What her phone has written for her when she follows the link; short, or its QR code grows."""
OFFER = Words(
    en="We can go on with this {by} (the link works once, for 30 minutes): {link}",
    ko="{by} 이어서 상담할 수 있어요 (링크는 30분 안에 한 번만 쓸 수 있어요): {link}",
)
OFFER_WEB = Words(
    en="We can go on with this in your browser (the link works once, for 30 minutes): {link}",
    ko="웹에서 이어서 상담할 수 있어요 (링크는 30분 안에 한 번만 쓸 수 있어요): {link}",
)
"""What an agent sends her with a link that leads there."""
KEPT = 24 * 3_600_000
"""Milliseconds that what nobody brought back is kept."""

# A message's stays with it: by that it is known that it may not be sent any more.
FORGET = "delete from proofs where used_at is null and message_id is null and expires_at < $1"
# Of what was used the newest still says who is who, and where she went on.
FORGET_USED = """delete from proofs where used_at < $1 and message_id is null and (met_id is null or exists (
    select 1 from proofs n where n.identity_id = proofs.identity_id and n.met_id = proofs.met_id
        and n.account_id = proofs.account_id and n.kind = proofs.kind and n.used_at > proofs.used_at))"""
MAKE = """insert into proofs (id, kind, hash, conversation_id, identity_id, account_id, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)"""
USE = """update proofs set used_at = $4 where kind = $1 and hash = $2 and account_id = $3 and used_at is null
    and expires_at > $5 returning id, conversation_id, identity_id"""
LINK = "select * from proofs where kind = 'link' and hash = $1 and account_id = $2 and expires_at > $3 {lock}"
FOLLOWED = "update proofs set used_at = $2, met_id = $3 where id = $1"
SAME = "select 1 from identities where id = $1 and space = $2 and address = $3"
MET = "update proofs set met_id = $2 where id = $1"
CLOSED_AT = "select closed_at from conversations where id = $1"
OWNER = "select contact_id from identities where id = $1"
OF_IDENTITY = "select c.* from contacts c join identities i on i.contact_id = c.id where i.id = $1"
LEG = """select id from legs where conversation_id = $1 and account_id = $2 and identity_id = $3 and thread_key = $4
    order by id desc limit 1"""
NEW_LEG = """insert into legs (id, conversation_id, account_id, identity_id, thread_key, created_at)
    values ($1, $2, $3, $4, $5, $6)"""


@dataclass(frozen=True, slots=True)
class Brought:
    """A proof that has come back, used up."""

    id: str
    conversation: str
    shown_to: IdentityId
    contact: Row
    """Whose it is."""


def has_word(text: str) -> bool:
    """May the text bring a word back?"""
    return "#" in text and WORD.search(text) is not None


async def make_word(tx: Tx, conversation: str, identity: str, account: str) -> str:
    """A fresh word for whom the identity is, to come back to that account. Forgets what nobody brought back."""
    word = "".join(secrets.choice(LETTERS) for _ in range(WORD_LENGTH))
    await tx.run(FORGET, tx.now - KEPT)
    times = tx.now, tx.now + LIFE
    made = hash_of(await deployment_secret(tx), word)
    await tx.run(MAKE, new_id(), "word", made, conversation, identity, account, *times)
    return word


async def bring_word(tx: Tx, account: str, fact: InboundMessage) -> tuple[InboundMessage, Brought | None]:
    """Use up the word that a message brings, and take it out of the message. A word that is wrong, used, over or of
    another account does nothing: the message is one like any other."""
    found = WORD.search(fact.text) if has_word(fact.text) else None
    if found is None:
        return fact, None
    # What waited with the provider while we were away was sent in time.
    at = fact.at if fact.late and fact.at is not None else tx.now
    brings = hash_of(await deployment_secret(tx), found[1].upper())
    row = await tx.one(USE, "word", brings, account, tx.now, at)
    if row is None:
        return fact, None
    # Not locked yet: identities come first.
    contact = await tx.one(OF_IDENTITY, row["identity_id"])
    assert contact is not None, "identities are never removed"
    # Who is blocked carries nobody along: his word may have been forwarded to somebody innocent.
    if contact["erased_at"] is not None or contact["blocked_at"] is not None:
        return fact, None
    text = fact.text[: found.start()] + SEEN + fact.text[found.end() :]
    return replace(fact, text=text), Brought(row["id"], row["conversation_id"], row["identity_id"], contact)


async def join_fresh(tx: Tx, brought: Brought, person: Person) -> Person:
    """A number that nobody had is the contact's that the word was shown to: a merge, which is undone as any other."""
    if not person.is_new:
        return person
    try:
        await merge_contacts(tx, person.contact, brought.contact["id"], customer(person.identity))
    except Refused:
        return person  # blocked, or erased, since the word was found
    return replace(person, contact=await tx.value(OWNER, person.identity), is_new=False)


async def cross(
    tx: Tx, brought: Brought, account: str, thread_key: str, person: Person, since: int
) -> tuple[LegId, Held] | None:
    """Who brought the word goes on in the conversation that it was shown in, by a leg of her own: that is a switch.

    None where the number belongs to another contact: nobody is merged silently. The proof is kept, and both contacts
    are suggested to each other by it. None, too, where that conversation was closed before `since` (UTC ms): what came
    to its end long ago is over for a word as well.
    """
    await tx.run(MET, brought.id, person.identity)
    by = customer(person.identity)
    if person.contact != await tx.value(OWNER, brought.shown_to):
        for contact in (brought.contact["id"], person.contact):
            suggest(tx, contact, by)
        return None
    await prove(tx, person.identity, Proof.VERIFIED, by=by)
    held = await hold(tx, brought.conversation)
    if held.contact != person.contact:
        return None
    if held.status is Status.CLOSED and (await tx.value(CLOSED_AT, held.id) or 0) <= since:
        return None
    leg = await go_on(tx, held, account, person.identity, thread_key)
    return leg, await hold(tx, held.id)


async def tell_strayed(tx: Tx, brought: Brought, person: Person, held: Held) -> None:
    """Her message stands in another contact's conversation: both say so, each with the way to the other."""
    if person.contact == await tx.value(OWNER, brought.shown_to):
        return
    shown = await hold(tx, brought.conversation)
    if shown.id != held.id:
        changed(tx, shown, customer(brought.shown_to), {"fields": ["word"], "into": held.id})
        changed(tx, held, customer(person.identity), {"fields": ["word"], "from": shown.id})


async def go_on(tx: Tx, held: Held, account: str, identity: str, thread_key: str) -> LegId:
    """From now on the conversation goes by this leg of hers: that is a switch."""
    leg = await leg_for(tx, held, account, identity, thread_key)
    await switch_leg(tx, held.id, leg, customer(IdentityId(identity)))
    return leg


async def leg_for(tx: Tx, held: Held, account: str, identity: str, thread_key: str) -> LegId:
    """The conversation's leg of that account and identity, made where there is none."""
    leg = await tx.value(LEG, held.id, account, identity, thread_key)
    if leg is None:
        leg = new_id()
        await tx.run(NEW_LEG, leg, held.id, account, identity, thread_key, tx.now)
    return LegId(leg)


async def follow_link(tx: Tx, account: str, secret: str, once: str) -> Address | None:
    """Who the browser is from now on that follows a link first: a fresh identity, proven to be the same person as the
    address that the link was sent to, in the conversation it was sent from. Whoever this browser was before is nobody's
    business: no former identity is ever joined. Browsers that followed former links to that address read no more of it.

    `once` is that browser's own random word: with it the same may be asked again, for an answer may be lost. None for a
    link that is not ours, over, or followed by another browser.
    """
    row = await tx.one(LINK, hash_of(await deployment_secret(tx), secret), account, tx.now)
    if row is None:
        return None
    address = Address("visitor", hashlib.sha256(f"parley link {row['id']} {once}".encode()).hexdigest())
    if row["used_at"] is not None:
        same = await tx.one(SAME, row["met_id"], address.space, address.address)
        return address if same is not None else None
    contact = await live_contact(tx, await tx.value(OWNER, row["identity_id"]))
    if contact["erased_at"] is not None or contact["blocked_at"] is not None:
        return None
    person = await find_or_join(tx, contact["id"], address, Proof.CHANNEL)
    await tx.run(FOLLOWED, row["id"], tx.now, person.identity)
    by = customer(person.identity)
    await part_followers(tx, row["identity_id"], by)
    await prove(tx, person.identity, Proof.VERIFIED, same_as=row["identity_id"], by=by)
    held = await hold(tx, row["conversation_id"])
    if held.contact == person.contact:
        await go_on(tx, held, account, person.identity, "")
    return address


def suggest(tx: Tx, contact: str, by: Actor) -> None:
    """Whoever looks at that contact sees the suggestion come."""
    changes = {"fields": ["claimed"]}
    tx.record(Event(Kind.CONTACT_CHANGED, by, tx.now, contact=ContactId(contact), changes=changes))


async def forget_used(tx: Tx, before: int) -> None:
    """Let go of what was used before then (UTC ms) and says nothing that a later one does not say."""
    await tx.run(FORGET_USED, before)


def hash_of(deployment: bytes, secret: str) -> str:
    """What is kept of a word or a link: who has the database's rows alone cannot try words at it."""
    return hmac.digest(deployment, f"parley proof {secret}".encode(), hashlib.sha256).hex()
