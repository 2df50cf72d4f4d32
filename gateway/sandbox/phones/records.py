"""What the phone network knows: accounts, numbers, phones, messages. Records without rules; `network` has these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

WHATSAPP = "whatsapp:"
"""Before a number it makes an address of that channel (messaging/channels)."""


class Status(StrEnum):
    """The values of a message's `status` that this network gives (messaging/api/message-resource)."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Account:
    """Who may use the API and in whose name webhooks are signed (usage/webhooks/webhooks-security)."""

    sid: str
    token: str = field(repr=False)
    key: str = ""
    """A SharedKey: with one, webhooks are signed by HMAC-SHA256 and name it."""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A number or WhatsApp sender of the business, and what its console says of it."""

    account: str
    address: str
    webhook: str = ""
    """Where "a message comes in"; empty: nobody is told."""
    service: str = ""
    """The Messaging Service in whose sender pool it is."""

    @property
    def is_whatsapp(self) -> bool:
        return self.address.startswith(WHATSAPP)


@dataclass(frozen=True, slots=True)
class File:
    """A picture, a recording or a contact's card that somebody sends."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Media:
    """One file of a message (messaging/api/media-resource)."""

    sid: str
    key: str
    """What the address of the content carries instead of credentials."""
    created: int
    content_type: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Message:
    """A Message resource; times are UTC ms (messaging/api/message-resource)."""

    sid: str
    account: str
    sender: str
    to: str
    body: str
    status: Status
    created: int
    updated: int
    sent: int | None = None
    inbound: bool = False
    service: str = ""
    callback: str = ""
    template: str = ""
    error: int | None = None
    media: list[Media] = field(default_factory=list)
    said: Saying | None = None
    """Of an inbound one: all that the phone sent."""
    taken: bool = False
    """Of an inbound one: the business's door has answered for it."""
    seen: bool = False
    """Of an inbound one: the business has it on the screen, as the typing indicator tells the phone."""

    @property
    def is_whatsapp(self) -> bool:
        return self.to.startswith(WHATSAPP)

    @property
    def number(self) -> str:
        """The phone's, without a channel."""
        return (self.sender if self.inbound else self.to).removeprefix(WHATSAPP)

    @property
    def line(self) -> str:
        """The business's end of it."""
        return self.to if self.inbound else self.sender


@dataclass(frozen=True, slots=True)
class Saying:
    """What a customer's phone sends. `extra` are further fields of the webhook, such as those of a button or a place.

    Pages: messaging/guides/webhook-request; whatsapp/buttons, whatsapp/message-features.
    """

    text: str = ""
    files: tuple[File, ...] = ()
    quotes: str = ""
    """The message that is replied to, by its sid."""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as a phone's owner sees it come in."""

    at: int
    sid: str
    line: str
    text: str
    files: tuple[File, ...]
    template: str


@dataclass
class Phone:
    """Somebody's phone. `received` grows only: what came twice stands there twice."""

    number: str
    name: str = ""
    """What her WhatsApp profile says."""
    on_whatsapp: bool = True
    airplane: bool = False
    received: list[Arrival] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    """The lines whose chats are on the screen."""
    typing: dict[str, int] = field(default_factory=dict)
    """Line -> until when its "is typing" is shown, UTC ms."""
    on_the_way: list[Message] = field(default_factory=list)
    """What the carrier holds until there is a network again."""
    unsent: list[tuple[str, Saying]] = field(default_factory=list)
    """What she wrote meanwhile, and to which line."""

    def count(self, text: str) -> int:
        """How many times these words came in."""
        return sum(arrival.text == text for arrival in self.received)


@dataclass(frozen=True, slots=True)
class Template:
    """A Content resource with its approval for WhatsApp (content/content-api-resources)."""

    sid: str
    account: str
    name: str
    language: str
    types: Mapping[str, Mapping[str, object]]
    variables: Mapping[str, str] = field(default_factory=dict)
    category: str = "UTILITY"
    approval: str = "approved"
    """unsubmitted, received, pending, approved, rejected, paused or disabled."""
    rejection: str = ""
    created: int = 0

    @property
    def body(self) -> str:
        return next((str(kind["body"]) for kind in self.types.values() if "body" in kind), "")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that Twilio makes to one of our doors: a webhook or a status callback."""

    url: str
    account: str
    form: tuple[tuple[str, str], ...]
    token: str
    """Equal for all attempts and repeats of one call."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that Twilio gets from our own address before it sends the message."""

    url: str
    message: str
    index: int
