"""The vocabulary of the house: ids, the words for states, the facts of the log, and what adapters report.

An `Event` is one numbered fact of the log. It carries ids and what changed, never words or addresses: content stands
in its table and is joined when the log is read, so erasing a row erases it from every replay.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NewType

AccountId = NewType("AccountId", str)
"""The name of a configured account, the NAME of `[channels.NAME]`."""
AgentId = NewType("AgentId", str)
ContactId = NewType("ContactId", str)
ConversationId = NewType("ConversationId", str)
IdentityId = NewType("IdentityId", str)
LegId = NewType("LegId", str)
MessageId = NewType("MessageId", str)
TeamId = NewType("TeamId", str)
TagId = NewType("TagId", str)

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_last_id = 0


def new_id() -> str:
    """A time-ordered id: 26 letters of Crockford base 32, 48 bits of milliseconds before 80 random ones.

    Ids made by one process never repeat and never step back, even within a millisecond (ULID, monotonic form).
    """
    global _last_id
    fresh = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    if fresh >> 80 <= _last_id >> 80:
        fresh = _last_id + 1 + int.from_bytes(os.urandom(4), "big")
    _last_id = fresh
    return "".join([_PAIRS[(fresh >> shift) & 1023] for shift in range(120, -1, -10)])


class Status(StrEnum):
    """Where a conversation stands. Spam is a state of its own: out of every working list, kept, reversible."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    SPAM = "spam"


class Priority(IntEnum):
    NONE = 0
    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Visibility(StrEnum):
    """Who a message is for. Public is necessary for a customer to see it, not sufficient (see `gateway.egress`)."""

    PUBLIC = "public"
    NOTE = "note"


class Proof(IntEnum):
    """How well an identity is known to belong to its person; likeness only ever suggests."""

    CLAIMED = 0
    """Somebody said so: shown as unproven, never used to join."""
    CHANNEL = 1
    """The channel itself vouches: the number it came from, the browser that holds the token."""
    VOUCHED = 2
    """The site signed for its signed-in user."""
    VERIFIED = 3
    """The person answered a code or from the address itself."""


class ActorKind(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    AUTOMATION = "automation"
    TOKEN = "token"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an agent's id (of kind token: the agent's for whom a program acts), a customer's identity id, or the
    name of an automation."""

    kind: ActorKind
    id: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)


def agent(agent_id: str) -> Actor:
    return Actor(ActorKind.AGENT, agent_id)


def customer(identity_id: str) -> Actor:
    return Actor(ActorKind.CUSTOMER, identity_id)


class Kind(StrEnum):
    """The kinds of facts. A new kind is a new member here, a case in the reducers and a row in docs/log.md."""

    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_CHANGED = "conversation.changed"
    CONVERSATION_MERGED = "conversation.merged"
    CONVERSATION_SPLIT = "conversation.split"
    MERGE_UNDONE = "merge.undone"
    MESSAGE_CREATED = "message.created"
    MESSAGE_EDITED = "message.edited"
    MESSAGE_ERASED = "message.erased"
    MESSAGE_HELD = "message.held"
    """A public reply waits a moment in which its author may take it back (or could not be sent, `problem`): for agents
    only. Released it is created, as the same message."""
    MESSAGE_UNDONE = "message.undone"
    """It was taken back (`subject` names it): there is no such message, and never was for the customer."""
    MESSAGE_DELIVERY = "message.delivery"
    """What has become of a message on its way over a provider (`delivery`): sent, failed, unknown ..."""
    MESSAGE_FILES = "message.files"
    """A file that still lay with the provider has come (`fetched`), or does not come (`failed`)."""
    LEG_CONSENT = "leg.consent"
    """Somebody wants no more messages by this leg's way (`opted_out`), or wants them again."""
    LEG_SEEN = "leg.seen"
    """A watermark moved: what the customer has received or read, or what we have read of hers."""
    CONTACT_CHANGED = "contact.changed"
    CONTACT_MERGED = "contact.merged"
    CONTACT_SPLIT = "contact.split"
    CONTACT_ERASED = "contact.erased"
    DIRECTORY_CHANGED = "directory.changed"
    """An agent, team, tag, account, attribute definition or organisation was made, changed or retired."""
    SETTING_CHANGED = "setting.changed"
    """A macro, a saved view or a team's hours was made, changed or retired: who shows it asks for it again."""
    ACCESS_CHANGED = "access.changed"
    """What an agent may see changed (role, teams, deactivated): that agent's sessions start over."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a conversation stands in the lists, and by that who may see it: the key of access and of kept counts."""

    status: Status
    team: TeamId | None = None
    assignee: AgentId | None = None
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Event:
    """One fact. `position` is 0 until the store has numbered it, gapless and in commit order across the deployment.

    `was` and `now` are the conversation's scope before and after (None where it did not exist, or where the fact is
    about no conversation); `changes` names what changed by ids, numbers and field names only.
    """

    kind: Kind
    actor: Actor
    at: int
    conversation: ConversationId | None = None
    message: MessageId | None = None
    contact: ContactId | None = None
    subject: str | None = None
    """The id of anything else the fact is about: a leg, an agent, a team, a merge."""
    was: Scope | None = None
    now: Scope | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    position: int = 0
    audited: bool = False
    """Also kept in the audit, which outlives the trimmed log."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached: a space (`tel`, `mailto`, `visitor`, `app:ACCOUNT`) and the address in it.

    Only the adapter that made an address parses it.
    """

    space: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file on its way into a message; `hash` names bytes that are already durable in the media store."""

    hash: str
    name: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    inline: bool = False
    cid: str = ""
    """By which the message's own page refers to it, where it stands in one."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with its message, its bytes in hand: stored before the message names it."""

    name: str
    mime: str
    """The sender's claim; the bytes decide."""
    body: bytes = field(repr=False)
    cid: str = ""
    """By which the message's own page refers to it."""
    inline: bool = False
    """It stands in that page, not below the words."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that still lies with the provider: the message stands before it is fetched (`FetchesMedia`)."""

    ref: str
    """Where the adapter finds it; nobody else reads this."""
    mime: str = ""
    """The provider's word for what it is; the bytes decide."""


class Consent(StrEnum):
    """What a message says of being written to, to be heeded for (account, identity)."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class DeliveryState(StrEnum):
    """Of one attempt to bring a message to somebody, and of a message. In this order; news of a lower one changes
    nothing."""

    QUEUED = "queued"
    SENDING = "sending"
    """Somebody is calling the provider, or was when its process died."""
    DEFERRED = "deferred"
    """The provider did not take it for now: the next attempt goes later. No message shows it."""
    UNKNOWN = "unknown"
    """It may have arrived or not: never sent again but by an agent's choice."""
    SENT = "sent"
    """The provider has taken it."""
    FAILED = "failed"
    """It will not arrive, also when it had been taken (a bounce)."""
    DELIVERED = "delivered"
    READ = "read"


class NextStep(StrEnum):
    """What a failed delivery means for what comes after it."""

    AGAIN = "again"
    """The same words may arrive later: the agent is offered to try again."""
    NEVER = "never"
    """The same words will not arrive this way."""
    WINDOW = "window"
    """The reply window is closed: templates or another channel."""
    OPTED_OUT = "opted_out"
    """The person does not want messages here, and the provider knew before us."""
    ACCOUNT = "account"
    """Something about our own account or sender must be mended; every message fails until then."""


@dataclass(frozen=True, slots=True)
class Clue:
    """What says to which conversation a message belongs: one that we have signed, or the message of the same account
    that it answers. It leads there whoever takes part in it."""

    conversation: ConversationId | None = None
    answers: str = ""
    """The name that the provider has for that message (`Source.name`)."""
    lets_in: bool = False
    """Whoever holds it is let in, marked as a stranger."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else whom a message was written to, for everybody to see."""

    address: Address
    name: str = ""
    copied: bool = False
    """It was not for her in the first place (Cc)."""


CAME_BACK = "came_back"
"""The doubt of a message of ours that somebody's mailbox sends back to us: its words are nobody's answer."""


@dataclass(frozen=True, slots=True)
class Source:
    """A message as it was sent, where its `text` is only what its sender says in it."""

    name: str = ""
    """What others call it who answer it."""
    subject: str = ""
    text: str | None = None
    """All of it; None: nothing was left out."""
    html: str | None = None
    """As it came: shown only made harmless."""
    headers: tuple[tuple[str, str], ...] = ()
    """What an agent may look at."""
    doubts: tuple[str, ...] = ()
    """What of it must not be believed, in words of the channel's (`doubt.*` in the catalogues)."""
    automatic: str | None = None
    """What wrote it, where it was no person (`automatic.*` in the catalogues): it is shown, it is never answered by
    itself, and it neither opens a conversation again nor has anybody wait."""
    reached: str = ""
    """The address of ours that it was written to, as the channel writes it; empty: not known."""
    named: tuple[Address, ...] | None = ()
    """Whom it names beside its sender and us: what names one goes when she is erased. None: too many to keep any."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A customer's message as an adapter read it. `provider_id` is stable over the provider's repeats."""

    provider_id: str
    sender: Address
    text: str = ""
    at: int | None = None
    """The provider's time, ms; None: the receipt counts."""
    thread_key: str = ""
    attachments: tuple[Attachment, ...] = ()
    proof: Proof = Proof.CHANNEL
    name: str | None = None
    locale: str | None = None
    subject: str | None = None
    content: dict[str, Any] | None = None
    """What is neither text nor file (a location, a contact card, an unsupported kind); drawn by its `type`."""
    late: bool = False
    """Caught up or replayed: read in its own time's place, shown as "arrived late"."""
    files: tuple[RemoteFile, ...] = ()
    answers: str | None = None
    """The provider's id of the message it replies to, hers or ours."""
    segments: int | None = None
    """In how many parts it was sent, where the channel counts them."""
    consent: Consent | None = None
    clues: tuple[Clue, ...] | None = None
    """Where it belongs, the most believed first; where none leads anywhere it begins a conversation of its own. None:
    by its thread, or with what runs with its sender."""
    others: tuple[Participant, ...] = ()
    """They take part from now on."""
    written_by: Address | None = None
    """It is proven that an agent of ours wrote it, from elsewhere, by this address; `sender` is whom she wrote to, or
    herself where no customer reads it: then it is a note."""
    source: Source | None = None
    enclosed: tuple[Enclosed, ...] = ()
    original: Attachment | None = None
    """The whole of it as it came, stored: beside the message, for those who ask for it."""
    only_there: bool = False
    """It belongs where its clues lead, and is nothing where they lead nowhere: it never begins a conversation."""


@dataclass(frozen=True, slots=True)
class SeenReport:
    """The customer has received (`delivered`) or read (`read`) everything up to this log position."""

    sender: Address
    delivered: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the provider says became of one message of ours.

    `attempt` is our own id of it when the report carries one: then it settles even an attempt whose answer was lost.
    `code` is the provider's word for a failure, `reason` the key of its words for agents.
    """

    provider_id: str
    state: DeliveryState
    attempt: str | None = None
    code: str | None = None
    reason: str | None = None
    then: NextStep | None = None
    message: MessageId | None = None
    """Our own id of the message, where the provider gave back what we had signed: then it is about the attempt that was
    made to `recipient`; None: to the only one."""
    recipient: Address | None = None
    otherwise: InboundMessage | None = None
    """What is shown where `message` went to nobody whom it names: then it settles nothing."""


Fact = InboundMessage | SeenReport | DeliveryReport


def unsupported(provider_id: str, sender: Address, what: str, at: int | None = None) -> InboundMessage:
    """A message of a kind this adapter does not know: visible, never silence."""
    return InboundMessage(provider_id, sender, at=at, content={"type": "unsupported", "what": what[:80]})
