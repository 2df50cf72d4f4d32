"""Who wrote a mail, for whom, and who else takes part; and what of that must not be believed.

Anybody can write any From (RFC 5322 has no proof of it). What is decided here is what a mail says; what counts only
with a proof (that an agent wrote it, that it came from us) is believed only with one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.channels._mail_fields import Person, people
from gateway.channels._mail_parse import Mail

_DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-forwarded-to",
)
"""What servers write on the way in (no standard; RFC 9228 describes the first)."""
_NO_REPLY = re.compile(r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|noreply[-_.+].*)@", re.IGNORECASE)
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+")
_RESULT = re.compile(r"(?:^|;)\s*dmarc\s*=\s*pass\b[^;]*?\bheader\.from\s*=\s*([^\s;]+)", re.IGNORECASE)


class Author(StrEnum):
    """Who wrote it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    """From her own mail client, and it is proven that it was she."""
    OURSELVES = "ourselves"
    """It says one of our own addresses and nobody else's: our own mail come back, or a forgery."""
    NOBODY = "nobody"
    """It says no address at all."""


class Doubt(StrEnum):
    """What must not be believed, and is shown."""

    OUR_ADDRESS = "our_address"
    """It says one of our own addresses; what we send does not come in from outside."""
    AGENTS_ADDRESS = "agents_address"
    """It says an agent's address and nothing proves it: it is taken as a customer's."""
    NAME_IS_ADDRESS = "name_is_address"
    """The name beside the address is another address."""
    ANSWERS_ELSEWHERE = "answers_elsewhere"
    """Answers are asked for at another house than the one it came from."""
    SAID_BY_ANOTHER = "said_by_another"
    """Somebody else (a form, a list) says that she wrote it."""
    SEVERAL_AUTHORS = "several_authors"
    """Only the first of them is taken."""


@dataclass(frozen=True, slots=True)
class House:
    """What is ours. All addresses in lower case, without `+` and what follows it."""

    recipients: Mapping[str, str]
    """Our addresses, and the account that each belongs to."""
    agents: Collection[str] = frozenset()

    def account(self, address: str) -> str | None:
        """Whose it is, with or without a `+`; None: not ours."""
        local, _, domain = address.lower().rpartition("@")
        return self.recipients.get(f"{local}@{domain}") or self.recipients.get(
            f"{local.partition('+')[0]}@{domain}"
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    """As it was written, with a `+` and what follows it."""
    account: str


@dataclass(frozen=True, slots=True)
class Participant:
    person: Person
    colleague: bool
    """One of our agents."""


@dataclass(frozen=True, slots=True)
class People:
    author: Author
    wrote: Person | None
    by_itself: bool
    """The From itself names whoever wrote it; else somebody says so of her, whose own proof is not hers."""
    requester: Person | None
    """Whose conversation it is; None: that is known from the conversation only."""
    answer_to: tuple[Person, ...]
    """Where answers to the author go; never an address of ours."""
    participants: tuple[Participant, ...]
    """The others whom everybody sees in To and Cc, ours left out."""
    recipients: tuple[Recipient, ...]
    """Which of our addresses it was for, one of each account; empty: it names none (Bcc)."""
    doubts: frozenset[Doubt]


def understand(mail: Mail, house: House, *, envelope: Sequence[str] = (), proven: bool = False) -> People:
    """`envelope`: the recipients that the sending server named, where we took the mail ourselves. `proven`: that the
    From is true (`proves`, or a token that only its owner was given)."""
    doubts: set[Doubt] = set()
    wrote, vouched = _author(mail, house, doubts)
    if wrote is None:
        kind = Author.OURSELVES if mail.from_ else Author.NOBODY
    elif wrote.address in house.agents and proven and vouched:
        kind = Author.AGENT
    else:
        kind = Author.CUSTOMER
        if wrote.address in house.agents:
            doubts.add(Doubt.AGENTS_ADDRESS)
    if any(house.account(one.address) for one in mail.from_):
        doubts.add(Doubt.OUR_ADDRESS)
    shown = wrote and _shown(wrote, doubts)
    others = tuple(_others(mail, house, wrote))
    requester = shown if kind is Author.CUSTOMER else None
    if kind is Author.AGENT:
        requester = next((one.person for one in others if not one.colleague), None)
    return People(
        kind,
        shown,
        vouched,
        requester,
        tuple(_answers(mail, house, wrote, doubts)),
        tuple(one for one in others if one.person != requester),
        tuple(_recipients(mail, house, envelope)),
        frozenset(doubts),
    )


def _author(mail: Mail, house: House, doubts: set[Doubt]) -> tuple[Person | None, bool]:
    """Who wrote it, and whether the From itself says so."""
    foreign = [one for one in mail.from_ if not house.account(one.address)]
    if len(mail.from_) > 1:
        doubts.add(Doubt.SEVERAL_AUTHORS)
    if foreign and not _NO_REPLY.match(foreign[0].address):
        return foreign[0], True
    # A group of ours or a form writes under its own name and says whose words they are.
    for said in (mail.original, mail.reply_to, [] if mail.from_ else mail.sender):
        other = next(
            (one for one in said if not house.account(one.address) and not _NO_REPLY.match(one.address)), None
        )
        if other is not None:
            doubts.add(Doubt.SAID_BY_ANOTHER)
            return other, False
    return (foreign[0], True) if foreign else (None, False)


def _shown(person: Person, doubts: set[Doubt]) -> Person:
    """A name that is an address is believed by people who see only names."""
    named = _LIKE_AN_ADDRESS.search(person.name)
    if named is None:
        return person
    if named[0].lower().strip("'\"()") != person.address:
        doubts.add(Doubt.NAME_IS_ADDRESS)
    return Person(person.address)


def _others(mail: Mail, house: House, wrote: Person | None) -> Iterable[Participant]:
    seen = {wrote.address} if wrote is not None else set()
    for person in (*mail.to, *mail.cc):
        if person.address not in seen and not house.account(person.address):
            seen.add(person.address)
            yield Participant(_shown(person, set()), person.address in house.agents)


def _answers(mail: Mail, house: House, wrote: Person | None, doubts: set[Doubt]) -> Iterable[Person]:
    asked = [_shown(one, set()) for one in mail.reply_to if not house.account(one.address)]
    if not asked or wrote is None:
        return [] if wrote is None else [_shown(wrote, set())]
    if any(_domain(one) != _domain(wrote) for one in asked):
        doubts.add(Doubt.ANSWERS_ELSEWHERE)
    return asked


def _recipients(mail: Mail, house: House, envelope: Sequence[str]) -> Iterable[Recipient]:
    """By the envelope alone where it is known; else by what the last server wrote, else by what everybody sees."""
    delivered = people(value for name in _DELIVERED for value in mail.all(name))
    sources = (
        [[one.lower() for one in envelope]]
        if envelope
        else [
            [one.address for one in delivered],
            [one.address for one in (*mail.to, *mail.cc)],
        ]
    )
    found: dict[str, Recipient] = {}
    for source in sources:
        for address in source:
            account = house.account(address)
            # The address with a token says more than the bare one.
            if account is not None and (account not in found or "+" not in found[account].address):
                found[account] = Recipient(address, account)
        if found and source is not sources[-1]:
            break
    return found.values()


def _domain(person: Person) -> str:
    return person.address.rpartition("@")[2]


def proves(mail: Mail, server: str) -> bool:
    """Does our own front server say that the From is true (DMARC, RFC 7489, in Authentication-Results, RFC 8601)?

    `server` is its name in there. Only its topmost word counts: those below may have come with the mail. Empty: we have
    none that takes such headers off, and nothing is proven.
    """
    said = mail.all("authentication-results")
    if not server or not said or len(mail.from_) != 1 or len(mail.all("from")) != 1:
        return False
    name, _, results = said[0].partition(";")
    # What the sender chose may stand in there, in quotes.
    found = _RESULT.search(";" + re.sub(r'"[^"]*"|\([^()]*\)', "", results))
    domain = mail.from_[0].address.rpartition("@")[2]
    return (
        name.strip().partition(" ")[0].lower() == server.lower()
        and found is not None
        and found[1].lower() == domain
    )
