"""To whom a message goes where its channel takes several, and under which subject: decided when it is stored.

Answering all means those who stood beside her in the newest mail that she has had or written: never whoever had a
copy unseen, nobody who was only in mails with others, and none of our own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.channels.base import Correspondent
from gateway.errors import Refused
from gateway.events import Actor, ActorKind, Address, LegId, Proof, new_id
from gateway.store import Reader, Row, Tx, as_json, from_json, plain
from gateway.stream.hold import Held
from gateway.stream.outbox import Way
from gateway.stream.people import find_or_make
from gateway.stream.sources import HER_OWN

LOOKED_THROUGH = 30
"""The newest messages among which the one is looked for that she had or wrote."""

# `to`, `cc`: those of the message itself; without an envelope it went to the person of its leg, or came from her.
# A copy of what was said (`carries`) goes to one of those who took part, whoever else does.
BEFORE = f"""select m.id, m.author_kind, m.author_id, m.envelope, l.identity_id,
    (select count(*) from carried k where k.message_id = m.id) as carries from messages m
    join legs l on l.id = m.leg_id where m.conversation_id = $1 and l.account_id = $2 and m.visibility = 'public'
    and m.erased_at is null and {HER_OWN} order by m.at desc, m.position desc limit {LOOKED_THROUGH}"""
# Who was erased or wants nothing more is left out, and whoever could not be reached by the same channel.
STILL = """select i.id from identities i left join endpoints e on e.identity_id = i.id and e.account_id = $2
    where i.id in {ids_1} and i.space = (select o.space from identities o where o.id = $3)
    and i.address not like 'erased:%' and e.opted_out_at is null"""
LEG_TO = """select id from legs where conversation_id = $1 and account_id = $2 and identity_id = $3
    order by coalesce(last_inbound_at, 0) desc, id desc limit 1"""
NEW_LEG = """insert into legs (id, conversation_id, account_id, identity_id, thread_key, created_at)
    values ($1, $2, $3, $4, '', $5)"""
TAKES_PART = """insert into participants (conversation_id, contact_id, role, identity_id)
    values ($1, $2, 'participant', $3) on conflict (conversation_id, contact_id) do update
    set identity_id = excluded.identity_id where participants.role = 'participant'"""
CONTACTS = """select contact_id, max(id) as id from identities where id in {ids_1}
    group by contact_id order by contact_id"""
HERS = "select 1 from messages where id = $1 and author_kind = 'customer' and author_id = $2"
PEOPLE = (ActorKind.AGENT, ActorKind.TOKEN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the author of a message says of its way. None: what answering all means."""

    to: tuple[Correspondent, ...] | None = None
    cc: tuple[Correspondent, ...] | None = None
    bcc: tuple[Correspondent, ...] = ()
    subject: str | None = None
    quote: bool | None = None
    """Does what it answers stand below it? None: where an agent answers her words."""


ANSWER_ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Of a message: identities, each once."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    """Written for this very message."""
    answers: str | None = None
    """The newest message that whoever it goes to has had or written."""
    quote: bool = False
    aside: bool = False
    """It goes elsewhere than the conversation is answered to, which it leaves where it was."""
    hers: bool = False
    """Aside, and an answer to her all the same: it goes to another address of hers, or brings her what she left
    unread. Otherwise she waits on."""

    @property
    def answers_her(self) -> bool:
        return self.hers or not self.aside

    @property
    def everybody(self) -> tuple[str, ...]:
        return (*self.to, *self.cc, *self.bcc)

    @property
    def json(self) -> str:
        told: dict[str, Any] = {"to": list(self.to)}
        for name in ("cc", "bcc"):
            if getattr(self, name):
                told[name] = list(getattr(self, name))
        more = {"subject": self.subject, "answers": self.answers, "quote": self.quote}
        more |= {"aside": self.aside, "hers": self.hers}
        return as_json({**told, **{name: value for name, value in more.items() if value}})

    @classmethod
    def of(cls, stored: str) -> Envelope:
        return cls.read(from_json(stored))

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Envelope:
        """Also of a message that came: what is not said there is empty."""
        people = {name: tuple(told.get(name, ())) for name in ("to", "cc", "bcc")}
        return cls(
            **people,
            subject=told.get("subject", ""),
            answers=told.get("answers"),
            quote=told.get("quote", False),
            aside=told.get("aside", False),
            hers=told.get("hers", False),
        )


@dataclass(frozen=True, slots=True)
class Answering:
    """What a message to somebody answers: the newest that she has had or written, and who stood beside her in it."""

    message: str | None = None
    hers: bool = False
    """She wrote it."""
    beside: tuple[str, ...] = ()
    shared: str | None = None
    """The message beside whose author they stood."""
    left_out: tuple[str, ...] = ()
    """Who stood there, too, and is not written to any more."""


async def answering(look: Reader, conversation: str, account: str, identity: str) -> Answering:
    """What answering her means, by that account in that conversation. That she had a mail of somebody else counts only
    if it is of one whom she has been shown: anybody may write that it went to her, too."""
    before = [(row, _in_sight(row)) for row in await look.all(BEFORE, conversation, account)]
    shown = {
        one
        for row, who in before
        if identity in who and (row["author_kind"] != ActorKind.CUSTOMER or row["author_id"] == identity)
        for one in who
    }
    had = [
        (row, who)
        for row, who in before
        if identity in who and (row["author_kind"] != ActorKind.CUSTOMER or row["author_id"] in shown)
    ]
    if not had:
        return Answering()
    newest, _ = had[0]
    hers = newest["author_kind"] == ActorKind.CUSTOMER and newest["author_id"] == identity
    message, shared = next((one for one in had if not one[0]["carries"]), had[0])
    beside = [one for one in shared if one != identity]
    still = await look.all(STILL, as_json(beside), account, identity) if beside else ()
    kept = {one["id"] for one in still}
    stays = tuple(one for one in beside if one in kept)
    gone = tuple(one for one in beside if one not in kept)
    return Answering(newest["id"], hers, stays, message["id"], gone)


def _in_sight(row: Row) -> list[str]:
    """Everybody whom all that had it can see, its author first."""
    author = [row["author_id"]] if row["author_kind"] == ActorKind.CUSTOMER else []
    if row["envelope"] is None:
        named: Sequence[str] = (row["identity_id"],)
    else:
        envelope = Envelope.of(row["envelope"])
        named = (*envelope.to, *envelope.cc)
    return list(dict.fromkeys([*author, *named]))


Met = Mapping[Address, str]
"""Who has an address: her identity."""


async def meet(tx: Tx, wanted: Wanted) -> Met:
    """Whoever is named, made where nobody has her address. Before a conversation is locked: in that order messages are
    taken in, too."""
    people = {one.address: one.name for one in (*(wanted.to or ()), *(wanted.cc or ()), *wanted.bcc)}
    order = sorted(people, key=lambda one: (one.space, one.address))
    return {
        one: (await find_or_make(tx, one, Proof.CLAIMED, name=plain(people[one]))).identity for one in order
    }


async def addressed(
    tx: Tx, held: Held, way: Way, wanted: Wanted, met: Met, by: Actor, answers: str | None = None
) -> tuple[Way, Envelope]:
    """The way that a message takes, and its envelope. `answers`: the message that its author has chosen to answer.

    Who is written to without the person of the way has a leg of her own, so that nobody else ever sees it as hers.
    Raises Refused: nobody, or too many.
    """
    to = (way.identity,) if wanted.to is None else _of(wanted.to, met)
    if not to:
        raise Refused("errors.no_recipient", "a message to nobody")
    if way.identity not in (*to, *_of((*(wanted.cc or ()), *wanted.bcc), met)):
        way = await _way_to(tx, held, way, to[0])
    answered = await answering(tx, held.id, way.account, way.identity)
    if answers is not None:
        hers = await tx.one(HERS, answers, way.identity) is not None
        answered = replace(answered, message=answers, hers=hers)
    cc = _of(wanted.cc, met, but=to) if wanted.cc is not None else _without(answered.beside, to)
    bcc = _of(wanted.bcc, met, but=(*to, *cc))
    quote = answered.hers and by.kind in PEOPLE if wanted.quote is None else wanted.quote
    subject = plain(wanted.subject or "").strip()
    hers = way.aside and await _is_hers(tx, held, (*to, *cc, *bcc))
    envelope = Envelope(to, cc, bcc, subject, answered.message, quote, way.aside, hers)
    most = way.sending.recipients if way.sending else 1
    if len(envelope.everybody) > most:
        raise Refused("errors.too_many_recipients", f"more than {most}", limit=most)
    for row in await tx.all(CONTACTS, as_json([*to, *cc])):
        # Who has a copy unseen takes no part.
        await tx.run(TAKES_PART, held.id, row["contact_id"], row["id"])
    return way, envelope


async def _is_hers(tx: Tx, held: Held, identities: Sequence[str]) -> bool:
    """Does it go to an address of the conversation's customer, as agents know her?"""
    rows = await tx.all(CONTACTS, as_json(list(identities)))
    return held.contact in {row["contact_id"] for row in rows}


def _of(people: Iterable[Correspondent], met: Met, but: Collection[str] = ()) -> tuple[str, ...]:
    return _without((met[one.address] for one in people), but)


def _without(people: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    """Each once."""
    return tuple(one for one in dict.fromkeys(people) if one not in others)


async def _way_to(tx: Tx, held: Held, way: Way, identity: str) -> Way:
    leg = await tx.value(LEG_TO, held.id, way.account, identity)
    if leg is None:
        leg = new_id()
        await tx.run(NEW_LEG, leg, held.id, way.account, identity, tx.now)
    return replace(way, leg=LegId(leg), identity=identity, aside=True)
