"""What stands around a message's words where its channel takes several recipients: read when it is taken to be sent.

The same for each of its deliveries, so that all of them make one and the same mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.channels.base import Correspondent, Letter, Quoted
from gateway.events import ActorKind, Address
from gateway.store import Reader, Row, as_json, from_json
from gateway.stream.envelope import Envelope
from gateway.stream.sources import HER_OWN

MOST_NAMED = 40
"""Messages that are named as answered, the newest."""

MESSAGES = """select m.id, m.conversation_id, m.position, m.at, m.author_kind, m.envelope, c.subject, l.account_id,
    a.name as agent_name, a.preferences
    from messages m join conversations c on c.id = m.conversation_id join legs l on l.id = m.leg_id
    left join tokens t on t.id = m.author_id left join agents a on a.id = coalesce(t.agent_id, m.author_id)
    where m.id in {ids_1}"""
# An address that was erased is told to nobody.
PEOPLE = """select i.id, i.space, i.address, c.name, coalesce(c.locale, case when i.space = 'tel'
    and i.address like '+82%' then 'ko' end) as locale
    from identities i join contacts c on c.id = i.contact_id where i.id in {ids_1} and i.address not like 'erased:%'"""
BEFORE = f"""select m.id, coalesce(m.provider_id, (select d.provider_id from deliveries d where d.message_id = m.id
        and d.provider_id is not null order by d.part, d.attempt desc, d.identity_id limit 1)) as named
    from messages m join legs l on l.id = m.leg_id
    where m.conversation_id = $1 and l.account_id = $2 and m.visibility = 'public' and m.position < $3
    and m.erased_at is null order by m.at desc, m.position desc limit {MOST_NAMED}"""
HERS = """select s.reached, s.headers from messages m join message_sources s on s.message_id = m.id
    where m.conversation_id = $1 and s.account_id = $2 and m.author_kind = 'customer' and s.reached is not null
    and s.automatic is null and m.position < $3 order by m.at desc, m.position desc limit 1"""
# Her words and nobody else's: what stands below a message is read by all who get it.
QUOTED = f"""select m.text, m.at, c.name, i.address from messages m join identities i on i.id = m.author_id
    join contacts c on c.id = i.contact_id
    where m.id = $1 and m.author_kind = 'customer' and m.visibility = 'public' and m.erased_at is null
    and {HER_OWN}"""


async def letters(look: Reader, messages: Sequence[str]) -> Mapping[str, Letter]:
    """Of those of the messages that have an envelope, by their ids."""
    rows = await look.all(MESSAGES, as_json(sorted(set(messages))))
    return {row["id"]: await _letter(look, row) for row in rows if row["envelope"] is not None}


async def _letter(look: Reader, row: Row) -> Letter:
    envelope = Envelope.of(row["envelope"])
    people = {one["id"]: one for one in await look.all(PEOPLE, as_json(list(envelope.everybody)))}
    locale = next((people[one]["locale"] for one in envelope.to if one in people), None)
    person = row["author_kind"] in (ActorKind.AGENT, ActorKind.TOKEN)
    hers = await look.one(HERS, row["conversation_id"], row["account_id"], row["position"])
    answers = await _answers(look, row, envelope)
    return Letter(
        conversation=row["conversation_id"],
        message=row["id"],
        at=row["at"],
        to=_named(people, envelope.to),
        cc=_named(people, envelope.cc),
        subject=envelope.subject or row["subject"],
        retitled=bool(envelope.subject),
        answers=answers,
        quote=await _quoted(look, envelope) if envelope.quote else None,
        author=(row["agent_name"] or "") if person else "",
        signature=own_signature(row["preferences"], locale) if person else "",
        locale=locale,
        reached=hers["reached"] if hers else "",
        leads_back=hers is not None and _names_ours(hers["headers"], answers),
        automatic=not person,
    )


def _named(people: Mapping[str, Row], identities: Sequence[str]) -> tuple[Correspondent, ...]:
    found = (people[one] for one in identities if one in people)
    return tuple(Correspondent(Address(one["space"], one["address"]), one["name"]) for one in found)


async def _answers(look: Reader, row: Row, envelope: Envelope) -> tuple[str, ...]:
    before = await look.all(BEFORE, row["conversation_id"], row["account_id"], row["position"])
    named = [(one["id"], one["named"]) for one in reversed(before) if one["named"]]
    # What it answers comes last, wherever it stands.
    named.sort(key=lambda one: one[0] == envelope.answers)
    return tuple(dict.fromkeys(name for _, name in named))


def _names_ours(headers: str, answers: Sequence[str]) -> bool:
    """Does her program say what she answers, as nearly all do?"""
    said = " ".join(value for name, value in from_json(headers) if name in ("in-reply-to", "references"))
    return bool(said) and any(one.partition("#")[0].strip("<>").lower() in said.lower() for one in answers)


async def _quoted(look: Reader, envelope: Envelope) -> Quoted | None:
    row = await look.one(QUOTED, envelope.answers) if envelope.answers else None
    return None if row is None else Quoted(row["name"] or row["address"], row["at"], row["text"])


def own_signature(preferences: str | None, locale: str | None) -> str:
    """An agent's, in the language of whoever reads it, else in the one she has written it in."""
    told: Any = from_json(preferences).get("signature") if preferences else None
    if not isinstance(told, dict):
        return ""
    korean = (locale or "").lower().partition("-")[0] == "ko"
    first, second = ("ko", "en") if korean else ("en", "ko")
    return str(told.get(first) or told.get(second) or "")
