"""To whom a message goes where its channel takes several: what is asked for, and what answering all means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from gateway.channels.base import Correspondent, OwnsAddresses, Sends, Signs
from gateway.channels.registry import Channels
from gateway.egress.access import Viewer
from gateway.egress.agent import correspondent
from gateway.egress.house import WordsView
from gateway.egress.types import CorrespondentView
from gateway.errors import NotFound, Refused
from gateway.events import Address
from gateway.store import Reader, Row, as_json
from gateway.store.load import PEOPLE
from gateway.stream.envelope import ANSWER_ALL, Answering, Wanted, answering
from gateway.stream.outbox_letter import own_signature
from inbox.auth.access import access_contact, access_conversation
from inbox.fitting import Sent

MOST = 100
"""Recipients of one kind that may be said at all; the channel bounds them once more."""

LEG = "select id, account_id, identity_id from legs where id = $1 and conversation_id = $2"
KNOWN = "select id, contact_id from identities where space = $1 and address = $2"
TAKES_PART = """select 1 from legs l where l.conversation_id = $1 and l.identity_id = $2
    union all select 1 from participants p join identities i on i.contact_id = p.contact_id
        where p.conversation_id = $1 and i.id = $2 limit 1"""


LANGUAGE = "select c.locale from identities i join contacts c on c.id = i.contact_id where i.id = $1"
AUTHOR = "select name, preferences from agents where id = $1"
GONE = """select i.id, i.address, c.name, e.opted_out_at from identities i join contacts c on c.id = i.contact_id
    left join endpoints e on e.identity_id = i.id and e.account_id = $2
    where i.id in {ids_1} and i.address not like 'erased:%' order by c.seq"""
NAMED = "select address, name from named where message_id = $1 order by copied, address"
OTHERS = """select i.id, i.address, c.name from participants p join identities i on i.id = p.identity_id
    join contacts c on c.id = p.contact_id
    where p.conversation_id = $1 and p.role = 'participant' and c.merged_into is null
    and i.space = (select o.space from identities o where o.id = $2) and i.address not like 'erased:%'
    order by c.seq"""


class Recipient(Sent):
    address: Annotated[str, Field(min_length=1, max_length=320)]
    name: Annotated[str, Field(max_length=200)] = ""
    """Kept for an address that nobody has so far, or that has no name."""


Recipients = Annotated[list[Recipient], Field(max_length=MOST)]


class InCopy(Sent):
    """With a message that may go to several."""

    cc: Recipients | None = None
    """None: those who stood beside whoever it goes to in the newest message that she has."""
    bcc: Recipients = Field(default_factory=list)
    """Nobody else is told of them."""


class ToSeveral(InCopy):
    to: Recipients | None = None
    """None: the person of the leg. Without her it is on a leg of its own, she does not see it and waits on."""
    subject: Annotated[str, Field(max_length=300)] | None = None
    """For this very message; None or empty: the conversation's, as an answer."""
    quote: bool | None = None
    """Does what it answers stand below it? None: where an agent answers her words."""


class LeftOutView(TypedDict):
    address: str
    name: str
    why: Literal["opted_out", "unreached", "many", "aside"]
    """She wants no more of these; no such message reaches her; she was one of too many in a stranger's mail, and is
    nobody of ours; she takes part, and has never been shown to whom this goes."""


class RecipientsView(TypedDict):
    """Whom an answer goes to unless it says otherwise."""

    account: str
    leg: str
    to: list[CorrespondentView]
    cc: list[CorrespondentView]
    left_out: list[LeftOutView]
    """Who stood beside her, or takes part, and has no copy unless somebody says so."""
    subject: str
    """The conversation's; empty: it has none."""
    quote: bool
    """Would what it answers stand below it?"""
    signature: WordsView
    """What stands below the caller's words, in either language; empty: nothing."""
    language: str | None
    """The reader's; None: the mail speaks the language of its words."""


async def wanted_of(
    look: Reader, viewer: Viewer, channels: Channels, account: str, said: InCopy, conversation: str | None
) -> Wanted:
    """What is asked for, each address known to be one that the account writes to, and none of ours. Nobody is written
    to whom the caller may not know. Raises Refused, NotFound."""
    channel: object = channels.get(account)
    several = said if isinstance(said, ToSeveral) else None
    to = several.to if several else None
    if not isinstance(channel, Sends) or channels.access(account).capabilities.recipients < 2:
        if said.cc or said.bcc or to is not None or (several and several.subject):
            raise Refused("errors.one_recipient", f"{account} writes to one person at a time")
        return ANSWER_ALL

    async def people(named: Sequence[Recipient]) -> tuple[Correspondent, ...]:
        found = [Correspondent(address_of(channels, account, one.address), one.name.strip()) for one in named]
        for one in found:
            await check_known(look, viewer, one.address, conversation)
        return tuple(found)

    return Wanted(
        to=None if to is None else await people(to),
        cc=None if said.cc is None else await people(said.cc),
        bcc=await people(said.bcc),
        subject=several.subject if several else None,
        quote=several.quote if several else None,
    )


def address_of(channels: Channels, account: str, written: str) -> Address:
    """What an agent has typed. Raises Refused for what is no address, or one of ours."""
    channel: object = channels.get(account)
    address = channel.address_of(written) if isinstance(channel, Sends) else None
    if address is None:
        raise Refused("errors.no_address", f"{account} cannot write to what was typed")
    if is_ours(channels, address):
        raise Refused("errors.recipient_ours", "an address of ours", address=written)
    return address


def is_ours(channels: Channels, address: Address) -> bool:
    """Would what is sent there come back to us?"""
    return any(isinstance(one, OwnsAddresses) and one.owns(address) for one in channels)


async def check_known(look: Reader, viewer: Viewer, address: Address, conversation: str | None) -> None:
    """Whose address somebody writes to they may know: she takes part in that conversation, or is nobody so far. Raises
    NotFound."""
    row = await look.one(KNOWN, address.space, address.address)
    if row is None:
        return
    if conversation is None or await look.one(TAKES_PART, conversation, row["id"]) is None:
        await access_contact(look, viewer, row["contact_id"])


async def list_recipients(
    look: Reader, viewer: Viewer, key: str, leg: str | None, channels: Channels
) -> RecipientsView:
    """Raises NotFound."""
    row = await access_conversation(look, viewer, key)
    way = await look.one(LEG, leg or row["leg_id"] or "", row["id"])
    if way is None:
        raise NotFound("errors.leg_not_found", f"no leg {leg or row['leg_id']} in {row['id']}")
    channel = channels.get(way["account_id"])
    several = channel is not None and channel.capabilities.recipients > 1
    found = await answering(look, row["id"], way["account_id"], way["identity_id"])
    cc = found.beside if several else ()
    people = {one["id"]: one for one in await look.all(PEOPLE, as_json([way["identity_id"], *cc]))}
    return {
        "account": way["account_id"],
        "leg": way["id"],
        "to": [correspondent(people[way["identity_id"]])],
        "cc": [correspondent(people[one]) for one in cc],
        "left_out": await _left_out(look, row["id"], way, found) if several else [],
        "subject": row["subject"],
        "quote": several and found.hers,
        "signature": await signatures(look, viewer, channel),
        "language": await look.value(LANGUAGE, way["identity_id"]),
    }


async def signatures(look: Reader, viewer: Viewer, channel: object) -> WordsView:
    """What stands below the caller's words there, in either language; empty: nothing."""
    row = await look.one(AUTHOR, viewer.agent_id)
    if not isinstance(channel, Signs) or row is None:
        return {"en": "", "ko": ""}
    en, ko = (
        channel.signed(own_signature(row["preferences"], one), row["name"], one) for one in ("en", "ko")
    )
    return {"en": en, "ko": ko}


async def _left_out(look: Reader, conversation: str, way: Row, found: Answering) -> list[LeftOutView]:
    gone = await look.all(GONE, as_json(list(found.left_out)), way["account_id"]) if found.left_out else ()
    told: list[LeftOutView] = [
        {
            "address": one["address"],
            "name": one["name"],
            "why": "opted_out" if one["opted_out_at"] is not None else "unreached",
        }
        for one in gone
    ]
    named = await look.all(NAMED, found.shared) if found.shared else ()
    told += [{"address": one["address"], "name": one["name"], "why": "many"} for one in named]
    known = {way["identity_id"], *found.beside, *found.left_out}
    others = await look.all(OTHERS, conversation, way["identity_id"])
    told += [
        {"address": one["address"], "name": one["name"], "why": "aside"}
        for one in others
        if one["id"] not in known
    ]
    return told
