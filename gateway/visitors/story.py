"""What one customer may read of the log: her own story, found by her identity, never by her contact.

Merging contacts or conversations moves rows between them; it touches neither legs' identities nor `person_id`, so
nothing here changes by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.channels.base import Invites
from gateway.channels.registry import Channels
from gateway.egress import customer as project
from gateway.egress.agent import Link
from gateway.egress.told import CustomerMessage
from gateway.events import ActorKind, Address, Status
from gateway.store import Reader, as_json
from gateway.store.load import MESSAGES, Content, with_files
from gateway.store.sealed import deployment_secret
from gateway.stream.invitations import filled
from gateway.stream.proofs import MASK

PAGE = 30
"""Messages of a page of history."""
UNREAD_MOST = 99
"""Unread messages are counted up to here."""

PERSON = """select i.id, i.person_id, i.contact_id, c.name from identities i join contacts c on c.id = i.contact_id
    where i.space = $1 and i.address = $2"""
PERSONS = "select space, address, person_id from identities where space in {ids_1} and address in {ids_2}"
# `before` is a place in reading order: everything strictly older.
HERS = f"""{MESSAGES} where li.person_id = $1 and m.visibility = 'public'
    and (m.at < $2 or (m.at = $2 and m.position < $3)) order by m.at desc, m.position desc limit $4"""
NEWEST = """select c.id, c.status from legs l join identities i on i.id = l.identity_id
    join conversations c on c.id = l.conversation_id
    where i.person_id = $1 order by c.last_at desc, c.id desc limit 1"""
NEWEST_OF_EACH = """select person_id, status from (
    select i.person_id, c.status, row_number() over (partition by i.person_id order by c.last_at desc, c.id desc) as nth
    from legs l join identities i on i.id = l.identity_id join conversations c on c.id = l.conversation_id
    where i.person_id in {ids_1}) as newest where nth = 1"""
# One watermark for all her legs, because her story is one log on one screen, and what was told as read cannot be taken
# back. Several legs of one person take messages at a time only where a site runs several chats for its signed-in users;
# there the newest reading speaks for all. By leg, she would have to be told which message went which way.
SEEN = (
    """select max(l.seen_to) from legs l join identities i on i.id = l.identity_id where i.person_id = $1"""
)
# Only what her own word has proven, in a conversation that is hers, while nothing was said here since: all of it is
# told to her by facts that are hers, and what agents merge tells her nothing.
GOES_BY = f"""select distinct i.person_id, p.account_id, p.used_at from proofs p
    join identities i on i.id = p.identity_id join legs l on l.identity_id = p.met_id and l.account_id = p.account_id
    join conversations c on c.id = l.conversation_id
    where p.kind = 'word' and i.person_id in {{ids_1}} and c.status <> '{Status.CLOSED}'
    and exists (select 1 from legs h join identities hi on hi.id = h.identity_id
        where h.conversation_id = c.id and hi.person_id = i.person_id)
    and not exists (select 1 from messages m join legs h on h.id = m.leg_id join identities hi on hi.id = h.identity_id
        where hi.person_id = i.person_id and m.visibility = 'public' and m.at >= p.used_at)
    order by p.used_at"""
UNREAD = """select count(*) from (select m.id from messages m join legs l on l.id = m.leg_id
    join identities i on i.id = l.identity_id where i.person_id = $1 and m.visibility = 'public'
    and m.author_kind <> 'customer' and m.erased_at is null and m.position > l.read_to limit $2) as unread"""
FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Known:
    """A person who has been written down: she has sent a message, or we have written to her."""

    identity: str
    person: str
    contact: str
    name: str


@dataclass(frozen=True, slots=True)
class Page:
    messages: Sequence[CustomerMessage]
    """Oldest first."""
    before: str | None


async def find_person(look: Reader, address: Address) -> Known | None:
    row = await look.one(PERSON, address.space, address.address)
    return None if row is None else Known(row["id"], row["person_id"], row["contact_id"], row["name"])


async def persons_of(look: Reader, addresses: Collection[Address]) -> dict[Address, str]:
    """Who they are, of those who have been written down. One statement."""
    wanted = set(addresses)
    spaces, plain = sorted({one.space for one in wanted}), sorted({one.address for one in wanted})
    rows = await look.all(PERSONS, as_json(spaces), as_json(plain))
    found = {Address(row["space"], row["address"]): row["person_id"] for row in rows}
    return {address: person for address, person in found.items() if address in wanted}


async def read_page(look: Reader, person: str, link: Link, before: str | None = None) -> Page:
    """The newest messages, or those before a place that an earlier page named. A broken place reads as the newest."""
    at, position = _place(before)
    rows = await look.all(HERS, person, at, position, PAGE + 1)
    contents = await with_files(look, list(reversed(rows[:PAGE])))
    secret = await deployment_secret(look) if any(MASK in row["text"] for row in rows) else b""
    messages = [told for one in contents if (told := as_told(one, person, link, secret)) is not None]
    oldest = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(messages, None if oldest is None else f"{oldest['at']}.{oldest['position']}")


def as_told(content: Content, person: str, link: Link, secret: bytes) -> CustomerMessage | None:
    """The message as this person is told it, with what the deployment's secret fills in; None when it is not hers to
    see."""
    row = content.row
    if not project.may_see(row, person):
        return None
    told = project.message(row, () if row["erased_at"] is not None else content.files, link)
    # What went over a provider is for that address alone, not for a browser that may be another's.
    if row["author_kind"] != ActorKind.CUSTOMER and row["delivery"] is None:
        told["text"] = filled(told["text"], secret, told["id"])
    return told


async def is_open(look: Reader, person: str) -> bool:
    """Is her newest conversation open? Snoozed and spam are our own affair: to her they look open."""
    row = await look.one(NEWEST, person)
    return row is not None and row["status"] != Status.CLOSED


async def which_are_open(look: Reader, persons: Iterable[str]) -> dict[str, bool]:
    """The same for many persons at once."""
    rows = await look.all(NEWEST_OF_EACH, as_json(sorted(persons)))
    return {row["person_id"]: row["status"] != Status.CLOSED for row in rows}


async def which_go_by(look: Reader, persons: Iterable[str], channels: Channels) -> dict[str, dict[str, str]]:
    """Who has gone on elsewhere by a code word and said or heard nothing here since; by what, in each language."""
    found = {}
    for row in await look.all(GOES_BY, as_json(sorted(persons))):
        channel: object = channels.get(row["account_id"])
        if isinstance(channel, Invites):
            found[row["person_id"]] = {"en": channel.by.en, "ko": channel.by.ko}
    return found


async def newest_conversation(look: Reader, person: str) -> str | None:
    row = await look.one(NEWEST, person)
    return None if row is None else row["id"]


async def seen_to(look: Reader, person: str) -> int:
    return int(await look.value(SEEN, person) or 0)


async def count_unread(look: Reader, person: str) -> int:
    return int(await look.value(UNREAD, person, UNREAD_MOST) or 0)


def _place(before: str | None) -> tuple[int, int]:
    at, _, position = (before or "").partition(".")
    fits: Any = at.isascii() and at.isdigit() and position.isascii() and position.isdigit()
    if not fits or len(at) > 18 or len(position) > 18:
        return FOREVER, FOREVER
    return int(at), int(position)
