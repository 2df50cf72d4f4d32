"""One-time codes: sent to a number, told to an agent by whoever reads them, and then the number is hers.

A code is made of its proof's id and the deployment's secret whenever it is needed. It stands nowhere: not in the
message, which has a mask in its place until it goes out, and in `proofs` only as a hash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from gateway.channels.base import Words
from gateway.errors import NotFound, Refused
from gateway.events import (
    Actor,
    Address,
    ConversationId,
    Event,
    Kind,
    LegId,
    MessageId,
    Proof,
    Scope,
    Status,
    new_id,
)
from gateway.store import Reader, Row, Tx
from gateway.stream.contacts import prove
from gateway.stream.hold import Held, contact_changed, hold
from gateway.stream.ingest import NEW_CONVERSATION, NEW_LEG, REQUESTER
from gateway.stream.merge import merge_contacts
from gateway.stream.people import Person, find_or_make
from gateway.stream.post import Post, store_message, way_to_answer
from gateway.stream.proofs import FORGET, KEPT, suggest

CODE_LIFE = 10 * 60_000
"""Milliseconds in which a code may be told."""
TRIES = 5
"""Codes that may be tried; then another one has to be sent."""
DIGITS = 6
CODE_TEXT = Words(
    en="{code} is your code. Please tell it to nobody but the agent you are chatting with. It is valid for 10 minutes.",
    ko="인증번호는 {code}예요. 지금 상담 중인 상담원에게만 알려 주세요. 10분 동안 쓸 수 있어요.",
)
CODE_SUBJECT = Words(
    en="The code that confirms your email address", ko="이메일 주소 확인용 인증번호를 보내 드려요"
)
"""Where the channel has one: it says what this is, and not the code."""
CODE_LETTER = Words(
    en="Somebody who is chatting with us has told us that this is her or his email address. If it was you, please tell "
    "the code below to the agent whom you are chatting with, and to nobody else: it shows us that the address is "
    "yours. It is valid for 10 minutes. If it was not you, there is nothing to do.\n\nYour code:\n\n{code}",
    ko="지금 저희와 채팅으로 상담 중인 분이 이 이메일 주소를 본인의 주소라고 알려 주셨어요. "
    "고객님이 맞다면 아래 인증번호를 지금 상담 중인 상담원에게만 알려 주세요. "
    "이 주소가 고객님의 것인지 확인하는 데에만 쓰고, 10분 동안 쓸 수 있어요. "
    "요청하신 적이 없다면 아무것도 하지 않으셔도 돼요.\n\n인증번호:\n\n{code}",
)
"""What a locked phone shows of a new mail is its subject and how its words begin: the code stands beyond that."""

MAKE = """insert into proofs (id, kind, hash, conversation_id, identity_id, account_id, message_id, created_at,
    expires_at) values ($1, 'code', $2, $3, $4, $5, $6, $7, $8)"""
CODE = "select * from proofs where id = $1 and kind = 'code' {lock}"
# Told in the conversation it was asked for in, or in what that was merged into.
OPEN = """select p.id, i.address, p.tries, p.expires_at from proofs p join identities i on i.id = p.identity_id
    where p.kind = 'code' and p.used_at is null and p.expires_at > $2 and p.tries < $3
    and (p.conversation_id = $1 or p.conversation_id in (select id from conversations where merged_into = $1))
    order by p.id desc"""
ASKED = """select i.id, i.contact_id, i.proof, k.blocked_at, e.opted_out_at from identities i
    join contacts k on k.id = i.contact_id left join endpoints e on e.identity_id = i.id and e.account_id = $3
    where i.space = $1 and i.address = $2"""
TRY = "update proofs set tries = tries + 1 where id = $1"
USE = "update proofs set used_at = $2, met_id = $3 where id = $1"
IDENTITY = "select id, contact_id, proof from identities where id = $1"
# One with anything but codes in it, or anybody else, is not for this.
LAST = """select l.id, l.conversation_id from legs l join conversations c on c.id = l.conversation_id
    where l.account_id = $1 and l.identity_id = $2 and c.merged_into is null and c.status = 'closed'
    and not exists (select 1 from legs o where o.conversation_id = c.id and o.identity_id <> $2)
    and not exists (select 1 from messages m where m.conversation_id = c.id
        and not exists (select 1 from proofs p where p.message_id = m.id and p.kind = 'code'))
    order by c.last_at desc, l.id desc limit 1"""
# Where its contact's words are read: a code shall let nobody see her who did not before.
TEAM = "select team_id from conversations where contact_id = $1 order by last_at desc, id desc limit 1"
PUT_AWAY = "update conversations set closed_at = $2 where id = $1"
LEG_IDENTITY = "select identity_id from legs where id = $1"
# Nobody has ever called her by a name, heard of her, written to her or merged her: she was made up for the code.
KNOWN = """select 1 from contacts k where k.id = $1 and (k.name <> '' or k.organisation_id is not null
    or k.locale is not null or k.attributes <> '{}' or k.claims <> '{}' or k.blocked_at is not null
    or exists (select 1 from conversations c where c.contact_id = k.id and (
        c.subject <> '' or c.attributes <> '{}' or c.assignee_id is not null
        or exists (select 1 from conversation_tags t where t.conversation_id = c.id)
        or exists (select 1 from held_replies h where h.conversation_id = c.id)
        or exists (select 1 from messages m where m.conversation_id = c.id
            and not exists (select 1 from proofs p where p.message_id = m.id and p.kind = 'code'))))
    or exists (select 1 from contacts o where o.merged_into = k.id)
    or exists (select 1 from contact_notes n where n.contact_id = k.id)
    or exists (select 1 from identities i where i.contact_id = k.id and i.id <> $2)
    or exists (select 1 from endpoints e where e.identity_id = $2 and e.last_inbound_at is not null))"""


class Proven(NamedTuple):
    """What came of a code."""

    left: int | None
    """It was wrong, and so many may still be tried; None: it was right."""
    merge: str | None = None
    """The number's own contact was merged into this one: by this it is undone."""
    other: str | None = None
    """The number is that contact's, whom an agent may merge."""


def code_of(secret: bytes, proof: str) -> str:
    drawn = hmac.digest(secret, f"parley one-time code {proof}".encode(), hashlib.sha256)
    return f"{int.from_bytes(drawn[:16]) % 10**DIGITS:0{DIGITS}}"


async def send_code(tx: Tx, secret: bytes, conversation: str, account: str, to: Address, what: Post) -> str:
    """Store a message with a fresh code for that address, to go by that account; returns the proof's id. `what` has the
    words, with the mask, and the agent who asks.

    It stands in a closed conversation of the number's own: whose the number is, nobody knows yet, and whoever waits in
    an open one has no answer by it.
    Raises Refused (it is proven to be hers already, opted out, blocked, account gone).
    """
    held = await hold(tx, conversation)
    person = await find_or_make(tx, to, Proof.CLAIMED)
    identity = await tx.one(IDENTITY, person.identity)
    assert identity is not None
    if person.blocked:
        raise Refused("errors.contact_blocked", f"contact {person.contact} is blocked")
    if person.contact == held.contact and identity["proof"] > Proof.CLAIMED:
        raise Refused("errors.already_proven", f"{person.identity} is proven to be {held.contact}'s")
    place, leg = await _place(tx, held, account, person, what.author)
    way = await way_to_answer(tx, place, leg, what.author)
    event = await store_message(tx, place, replace(what, conversation=place.id), way, MessageId(new_id()))
    proof = new_id()
    await tx.run(FORGET, tx.now - KEPT)
    times = tx.now, tx.now + CODE_LIFE
    stored = _hash(secret, proof, code_of(secret, proof))
    await tx.run(MAKE, proof, stored, held.id, person.identity, account, event.message, *times)
    contact_changed(tx, held.contact, what.author, ["code"])
    return proof


async def _place(tx: Tx, asked: Held, account: str, person: Person, by: Actor) -> tuple[Held, str]:
    """The last closed conversation of nothing but codes with that address by that account, or a new one."""
    last = await tx.one(LAST, account, person.identity)
    if last is not None:
        return await hold(tx, last["conversation_id"]), last["id"]
    conversation, leg = ConversationId(new_id()), LegId(new_id())
    newest = await tx.one(TEAM, person.contact)
    scope = Scope(Status.CLOSED, newest["team_id"] if newest else asked.scope.team)
    named = conversation, person.contact, "", scope.status, scope.team, leg, tx.now
    await tx.value(NEW_CONVERSATION, *named)
    await tx.run(PUT_AWAY, conversation, tx.now)
    await tx.run(NEW_LEG, leg, conversation, account, person.identity, "", tx.now)
    await tx.run(REQUESTER, conversation, person.contact)
    made = Event(Kind.CONVERSATION_CREATED, by, tx.now, conversation, subject=leg, now=scope, audited=True)
    tx.record(made)
    return await hold(tx, conversation), leg


async def check_code(look: Reader, contact: str, account: str, to: Address) -> None:
    """Would a code for that contact be sent there? Raises Refused as `send_code`: before it is counted against anybody,
    and before a provider is asked for templates."""
    row = await look.one(ASKED, to.space, to.address, account)
    if row is None:
        return
    if row["blocked_at"] is not None:
        raise Refused("errors.contact_blocked", f"contact {row['contact_id']} is blocked")
    if row["contact_id"] == contact and row["proof"] > Proof.CLAIMED:
        raise Refused("errors.already_proven", f"{row['id']} is proven to be {contact}'s")
    if row["opted_out_at"] is not None:
        raise Refused("errors.opted_out", f"identity {row['id']} opted out of {account}")


async def open_codes(look: Reader, conversation: str, now: int) -> Sequence[Row]:
    """The codes that may still be told in a conversation at that time (UTC ms), the newest first: proof, address, tries
    spent, and until when."""
    return await look.all(OPEN, conversation, now, TRIES)


async def code_place(tx: Tx, proof: str) -> str:
    """The conversation that a code was asked for in. Raises NotFound."""
    return str((await _code(tx, proof))["conversation_id"])


async def try_code(tx: Tx, secret: bytes, proof: str, code: str, by: Actor) -> Proven:
    """Whoever has the number has told this code. A right one proves the number and joins it to the conversation's
    contact, unless another contact is known by it: those an agent merges, or not.

    A wrong one is counted, so it is returned and not raised. Raises NotFound, Refused (used, over, tried too often).
    """
    row = await _code(tx, proof)
    if row["used_at"] is not None or row["expires_at"] <= tx.now:
        raise Refused("errors.code_over", f"{proof} is used or over")
    if row["tries"] >= TRIES:
        raise Refused("errors.code_tries", f"{proof} was tried {TRIES} times")
    if not hmac.compare_digest(row["hash"], _hash(secret, proof, code)):
        await tx.run(TRY, proof)
        return Proven(TRIES - row["tries"] - 1)
    held = await hold(tx, row["conversation_id"])
    await tx.run(USE, proof, tx.now, await tx.value(LEG_IDENTITY, held.leg))
    return await _joined(tx, held, row["identity_id"], by)


async def _joined(tx: Tx, held: Held, identity: str, by: Actor) -> Proven:
    row = await tx.one(IDENTITY, identity)
    assert row is not None, "identities are never removed"
    merge: str | None = None
    if row["contact_id"] != held.contact and await tx.one(KNOWN, row["contact_id"], identity) is None:
        merge = await merge_contacts(tx, row["contact_id"], held.contact, by)
    if merge is not None or row["contact_id"] == held.contact:
        await prove(tx, identity, Proof.VERIFIED, by=by)
        return Proven(None, merge=merge)
    # That this contact has it says nothing of whether the other does.
    for contact in (held.contact, row["contact_id"]):
        suggest(tx, contact, by)
    return Proven(None, other=row["contact_id"])


async def _code(tx: Tx, proof: str) -> Row:
    row = await tx.one(CODE, proof)
    if row is None:
        raise NotFound("errors.code_unknown", f"no code {proof}")
    return row


def _hash(secret: bytes, proof: str, code: str) -> str:
    return hmac.digest(secret, f"parley code hash {proof} {code}".encode(), hashlib.sha256).hex()
