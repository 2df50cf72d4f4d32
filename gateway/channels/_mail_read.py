"""A mail as facts: a message of a customer or an agent, or what became of mails of ours. Pure.

What is believed of it is decided here and in `_mail_people`, `_mail_threads`; who takes part in a conversation is known
only where it is stored, so a mail's clues go there as they are.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.channels._mail_auto import Origin, automatic
from gateway.channels._mail_bounces import bounces, from_server
from gateway.channels._mail_fields import time_of
from gateway.channels._mail_named import NAMING, named_in
from gateway.channels._mail_parse import Mail, parse
from gateway.channels._mail_people import Author, Doubt, House, People, proves, understand
from gateway.channels._mail_quotes import trim
from gateway.channels._mail_threads import Signer, Way, clues, provider_id, returned
from gateway.channels.base import Ours, ProviderRequest
from gateway.errors import Malformed
from gateway.events import (
    CAME_BACK,
    Address,
    Clue,
    ConversationId,
    DeliveryReport,
    Enclosed,
    Fact,
    InboundMessage,
    MessageId,
    Participant,
    Proof,
    Source,
)

SPACE = "mailto"
NOBODY = "nobody@unknown.invalid"
"""Who wrote a mail that names nobody at all (RFC 2606): shown, and never written to."""
FROM, TO = "Mail-From", "Rcpt-To"
"""The envelope, where we took the mail ourselves."""
STRANGER = "Mail-Brought-By-Stranger"
"""Who brought it to our door is no server of ours: what it says of proofs is only what its sender says."""
NAMES_NOBODY = "names_nobody"
"""The doubt of a report about a mail of ours that names nobody to whom it went."""
LONGEST_QUEUED = 5 * 86_400_000
"""ms that a server keeps a mail which it cannot deliver (RFC 5321, section 4.5.4.1): who brings it to our door herself
may not say that it is older, for then it would stand wherever she likes among what was said before."""
LATE = 900_000
"""ms after which a mail that is taken in says that it arrived late."""
LONGEST_SHOWN = 20_000
"""Characters of a message; of a longer one the whole is one press away."""
LONGEST_HEAD = 65_536
"""Bytes that are looked at of a mail that cannot be read, for who wrote it."""
LONGEST_HEADER = 4_000
MOST_HEADERS = 60
LOOKED_AT = frozenset(
    {
        *(
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "date",
            "subject",
            "message-id",
            "in-reply-to",
            "references",
        ),
        *("return-path", "delivered-to", "auto-submitted", "precedence", "list-id", "x-original-sender"),
        *("authentication-results", "received-spf", "x-mailer", "user-agent"),
    }
)
OUR_MARK = re.compile(r"(?<![ \t])[ \t]*+\[ref:[0-9a-z]{1,40}-[a-z2-7]{1,40}\]", re.IGNORECASE)
"""Where somebody has answered below our own line."""
HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose mail it is. `trusts`: see `proves`."""

    account: str
    trusts: str
    secret: bytes
    """The deployment's."""


def signer_of(secret: bytes) -> Signer:
    """Of the deployment's own secret: for what we send and for what comes back."""
    return Signer([hmac.digest(secret, b"parley mail threads", hashlib.sha256)])


def of_envelope(sender: str, recipients: Sequence[str], *, vouched: bool = True) -> Mapping[str, str]:
    """The headers of a call that brings a mail with its envelope; `vouched`: by a server of ours."""
    return {FROM: sender, TO: ",".join(recipients), **({} if vouched else {STRANGER: "yes"})}


def read_mail(call: ProviderRequest, reader: Reader, ours: Ours, now: int) -> list[Fact]:
    """`now`: UTC ms. What nobody can read is a message that says so, with the whole as its file: were such mails set
    aside, a stranger could have so many of them set aside that no other is taken."""
    try:
        mail = parse(call.body)
    except Malformed:
        return [unread_mail(call)]
    signer = signer_of(reader.secret)
    reports = reported(mail, signer)
    thread = returned(mail, signer)
    if reports is None and thread is not None:
        return list(_come_back(mail, thread, call, ours, now))
    if reports == [] or thread is not None:
        return list(reports or ())
    message = _message(mail, call, reader, ours, now)
    if reports is None:
        return [message]
    server = from_server(mail) or _has_null_sender(call)
    return [replace(one, otherwise=_strayed(message, one, signer, lets_in=server)) for one in reports]


def _has_null_sender(call: ProviderRequest) -> bool:
    return FROM in call.headers and not call.headers[FROM]


HOPS = 2
"""`Received` lines from which on a mail has come by somebody else's mailbox: a provider's own copy of what is sent has
one at the most."""


def _come_back(mail: Mail, thread: str, call: ProviderRequest, ours: Ours, now: int) -> list[InboundMessage]:
    """A mail of our own, as it went out. Our copy of it has come from nowhere and is nothing; where servers have
    brought it, somebody's mailbox sends on what we write to her: that is told once, without its words, and never
    answered."""
    travelled = FROM in call.headers or len(mail.all("received")) >= HOPS
    house = House({one.address: account for one, account in ours.addresses.items()}, ours.agents)
    theirs = [one for one in (*mail.to, *mail.cc) if not house.account(one.address)]
    if not travelled or len(theirs) != 1:  # one of several may be a list that we are on: then it came rightly
        return []
    [to] = theirs
    sender = Address(SPACE, _clean(to.address))
    named = _named(mail, house, sender)
    source = Source(
        subject=_clean(mail.subject),
        headers=_headers(mail, named),
        doubts=(CAME_BACK,),
        automatic=Origin.MACHINE,
        named=named,
    )
    return [
        InboundMessage(
            _clean(f"back#{mail.message_id.lower()}"),
            sender,
            text=_clean(mail.subject),
            at=now,
            proof=Proof.CLAIMED,
            subject=_clean(mail.subject),
            # Who has a mail of ours has the address, too, that lets her in.
            clues=(Clue(ConversationId(thread), lets_in=True),),
            source=source,
            only_there=True,
        )
    ]


def _strayed(
    message: InboundMessage, told: DeliveryReport, signer: Signer, *, lets_in: bool
) -> InboundMessage:
    """A report as a message in the conversation of the mail that it is about; `lets_in`: also who takes no part in it,
    as no server does."""
    thread = signer.in_message_id(told.provider_id)
    assert thread is not None and message.source is not None, "only of what we have signed"
    source = replace(message.source, doubts=(*message.source.doubts, NAMES_NOBODY))
    clue = Clue(ConversationId(thread), lets_in=lets_in)
    return replace(message, clues=(clue, *(message.clues or ())), source=source)


def _message(mail: Mail, call: ProviderRequest, reader: Reader, ours: Ours, now: int) -> InboundMessage:
    signer = signer_of(reader.secret)
    envelope = [one for one in call.headers.get(TO, "").split(",") if one]
    house = House({one.address: account for one, account in ours.addresses.items()}, ours.agents)
    proven = STRANGER not in call.headers and proves(mail, reader.trusts)
    people = understand(mail, house, envelope=envelope, proven=proven)
    origin = automatic(mail, frozenset(house.recipients), null_sender=_has_null_sender(call))
    said = trim(mail.text)
    shown = OUR_MARK.sub("", said.shown[:LONGEST_SHOWN]).strip("\n")
    whole = mail.text if said.hidden or len(said.shown) > LONGEST_SHOWN else None
    at = max(_came_at(mail, now), now - LONGEST_QUEUED if STRANGER in call.headers else 0)
    sender, name, wrote = _author(mail, people, call.headers.get(FROM, ""))
    believed = people.author is not Author.OURSELVES
    # What an agent wrote is not erased with her.
    named = _named(mail, house, sender if wrote is None else None)
    return InboundMessage(
        _clean(provider_id(mail)),
        sender,
        text=_clean(shown if shown.strip() or mail.files else mail.subject),
        at=at,
        late=now - at > LATE,
        proof=Proof.CHANNEL if proven and people.by_itself and believed and wrote is None else Proof.CLAIMED,
        name=_clean(name) or None,
        locale="ko" if HANGUL.search(shown or mail.subject) else None,
        subject=_clean(mail.subject),
        clues=_clues(mail, signer, [*envelope, *(one.address for one in people.recipients)])
        if believed
        else (),
        others=() if origin is not None else _others(mail, people, sender),
        written_by=None if origin is not None else wrote,
        source=Source(
            name=_clean(mail.message_id),
            subject=_clean(mail.subject),
            text=None if whole is None else _clean(whole),
            html=None if mail.html is None else _clean(mail.html),
            headers=_headers(mail, named),
            doubts=_doubts(mail, people),
            automatic=origin,
            reached=_reached(mail, people, house, reader.account),
            named=named,
        ),
        enclosed=tuple(
            Enclosed(_clean(one.name), _clean(one.mime), one.body, _clean(one.cid), one.inline)
            for one in mail.files
        ),
    )


def unread_mail(call: ProviderRequest) -> InboundMessage:
    """A mail that nobody reads, or may read any more, as what it is: its file. Raises nothing."""
    head = call.body[:LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    try:
        mail = parse(head + b"\n\n")
    except Exception:  # whatever stands in the way of the whole may stand in its head
        mail = None
    who = mail.from_[0].address if mail is not None and mail.from_ else call.headers.get(FROM, "").lower()
    subject = "" if mail is None else _clean(mail.subject)
    whole = (Enclosed("message.eml", "message/rfc822", call.body),) if call.body.strip() else ()
    return InboundMessage(
        f"unread#{hashlib.sha256(call.body).hexdigest()}",
        Address(SPACE, _clean(who or NOBODY)),
        text=subject,
        proof=Proof.CLAIMED,
        subject=subject,
        clues=(),
        source=Source(subject=subject, doubts=("unreadable",)),
        enclosed=whole,
    )


def reported(mail: Mail, signer: Signer) -> list[DeliveryReport] | None:
    """What it tells of mails that we have signed; None: it is no such mail. A delay tells nothing yet."""
    told = [one for one in bounces(mail) if signer.in_message_id(one.message_id) is not None]
    if not told:
        return None
    found = []
    for one in told:
        report = one.report()
        if report is not None:
            to = Address(SPACE, _clean(one.recipient)) if one.recipient else None
            named = signer.message_in(one.message_id)
            found.append(
                DeliveryReport(
                    report.provider_id.lower(),
                    report.state,
                    code=report.code,
                    reason=report.reason,
                    then=report.then,
                    message=None if named is None else MessageId(named),
                    recipient=to,
                )
            )
    return found


def _author(mail: Mail, people: People, envelope: str) -> tuple[Address, str, Address | None]:
    """Whose message it is, her name, and the agent who wrote it, if one did."""
    wrote = people.wrote
    if wrote is None:
        told = mail.from_[0].address if mail.from_ else envelope.lower() or NOBODY
        return Address(SPACE, _clean(told)), "", None
    author = Address(SPACE, _clean(wrote.address))
    if people.author is not Author.AGENT:
        return author, wrote.name, None
    to = people.requester
    return (
        (author, wrote.name, author) if to is None else (Address(SPACE, _clean(to.address)), to.name, author)
    )


def _reached(mail: Mail, people: People, house: House, account: str) -> str:
    """Which address of this account she wrote to, as she wrote it; else the one that it was delivered to: what was
    forwarded on its way has another."""
    written = (one.address for one in (*mail.to, *mail.cc))
    for address in (*written, *(one.address for one in people.recipients)):
        if house.account(address) == account:
            local, _, domain = address.rpartition("@")
            return _clean(address if address in house.recipients else f"{local.partition('+')[0]}@{domain}")
    return ""


def _others(mail: Mail, people: People, sender: Address) -> tuple[Participant, ...]:
    first = {one.address for one in mail.to}
    named = (
        Participant(
            Address(SPACE, _clean(one.person.address)),
            _clean(one.person.name),
            one.person.address not in first,
        )
        for one in people.participants
    )
    return tuple(one for one in named if one.address != sender)


def _clues(mail: Mail, signer: Signer, recipients: Sequence[str]) -> tuple[Clue, ...]:
    return tuple(
        Clue(answers=_clean(one.value))
        if one.way is Way.PROVIDER
        else Clue(ConversationId(one.value), lets_in=one.way is Way.ADDRESS)
        for one in clues(mail, signer, recipients)
    )


def _came_at(mail: Mail, now: int) -> int:
    """When the last server took it; else when its sender says to have written it. Never later than now."""
    received = mail.header("received").rpartition(";")[2]
    at = time_of(received) if received else None
    return min(now, now if at is None and mail.at is None else at or mail.at or now)


def _doubts(mail: Mail, people: People) -> tuple[str, ...]:
    told = [str(one) for one in Doubt if one in people.doubts]
    if mail.protection == "encrypted":
        told.append("encrypted")
    if mail.cut:
        told.append("cut")
    return tuple(told)


def _named(mail: Mail, house: House, sender: Address | None) -> tuple[Address, ...] | None:
    """`sender`: with whom the message itself is erased."""
    found = named_in(mail, house)
    if found is None:
        return None
    return tuple(one for one in (Address(SPACE, _clean(told)) for told in found) if one != sender)


def _headers(mail: Mail, named: Sequence[Address] | None) -> tuple[tuple[str, str], ...]:
    """`named`: whom they name; None: nobody knows all of them."""
    shown = LOOKED_AT - NAMING if named is None else LOOKED_AT
    found = [(name, _clean(value[:LONGEST_HEADER])) for name, value in mail.headers if name in shown]
    return tuple(found[:MOST_HEADERS])


def _clean(text: str) -> str:
    """What any database holds."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
