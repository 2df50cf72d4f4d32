"""The Channel contract: what an adapter declares, reads and sends; core and browser branch on capabilities only.

A new channel is one module here, one test file with its payload fixtures, one config section. An adapter imports this
module, `gateway.events`, `gateway.errors` and libraries, nothing else of the house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from gateway.errors import Refused
from gateway.events import AccountId, Address, Attachment, Fact


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people in both of the house's languages."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """Which files a channel takes: MIME type or `kind/*` -> largest size in bytes; `count` files to a message."""

    limits: Mapping[str, int] = field(default_factory=dict)
    count: int = 0

    def limit(self, mime: str) -> int:
        """The largest size this channel takes for the type, 0 when it takes none."""
        kind = mime.partition("/")[0]
        return self.limits.get(mime, self.limits.get(f"{kind}/*", self.limits.get("*/*", 0)))

    def accepts(self, mime: str, size: int) -> bool:
        return 0 < size <= self.limit(mime)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands in the configuration, small enough to be held in memory."""

    mime: str
    body: bytes
    digest: str
    """Names its content."""


BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, section 6.2.1: the default alphabet of seven bits."""
DOUBLE = "\f^{}\\[~]|€"
"""Section 6.2.1.1: its extension, two places for each."""


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is cut into the parts it is sent and paid in; as it stands, that of the short message service.

    A text that fits into `alone` is one part; a longer one is parts of `together`. A letter that is neither basic nor
    double makes it a wide one, which is counted in units of UTF-16.
    """

    alone: int = 160
    together: int = 153
    wide_alone: int = 70
    wide_together: int = 67
    basic: str = BASIC
    double: str = DOUBLE


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an account can do, as data. The browser gets exactly this."""

    text_length: int
    """The longest text, in characters."""
    attachments: AttachmentRules = AttachmentRules()
    captions: bool = True
    """May a message carry text and files together?"""
    quoting: bool = False
    editing: bool = False
    subject: bool = False
    formatting: str = "plain"
    """How text is marked up: `plain` for not at all, `markdown` for bold, italic, code and lists (docs/inbox.md)."""
    segments: Segments | None = None
    """How a text is cut into parts; None: it is not."""
    typing_in: bool = False
    typing_out: bool = False
    typing_preview: bool = False
    """Do we see what the customer is typing before it is sent?"""
    read_in: bool = False
    """Does the customer's side tell us what was read?"""
    read_out: bool = False
    """Do we tell the customer what an agent has read?"""
    delivery_states: bool = False
    reply_window: int | None = None
    """Milliseconds after the customer's last message in which free text may be sent; None: always."""
    may_start: bool = False
    """May an agent start a conversation here?"""

    def check_window(self, last_inbound_at: int | None, now: int) -> None:
        """May free text be sent now (UTC ms) to whom we heard from then? Raises Refused `window_closed`."""
        if self.reply_window is None:
            return
        if last_inbound_at is None or now - last_inbound_at > self.reply_window:
            raise Refused("errors.window_closed", f"last inbound {last_inbound_at}", code="window_closed")


class ChannelConfig(BaseModel):
    """The keys every `[channels.NAME]` section has; an adapter adds its own. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    label: str = ""
    """What agents call this account; the channel's own label when empty."""
    team: str = ""
    """The team (by name) whose queue new conversations enter; empty: everybody's."""


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """A provider's call as it came: the public URL it was sent to, and the raw body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a provider wants to hear once everything is committed."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One part of one message on its way to one identity, in one attempt."""

    id: str
    attempt: int
    to: Address
    thread_key: str
    text: str
    attachments: Sequence[Attachment] = ()
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider answered to a send: its id for it, and the first state it claims."""

    provider_id: str
    state: str = "sent"


class Channel(Protocol):
    """One configured account of one channel."""

    name: ClassVar[str]
    """The registry key, equal to the module's name; it appears nowhere else in the house."""
    label: ClassVar[Words]
    icon: ClassVar[str]
    """Inline SVG, 24 by 24, drawn with `currentColor`."""
    Config: ClassVar[type[ChannelConfig]]

    account: AccountId
    config: ChannelConfig

    @property
    def capabilities(self) -> Capabilities: ...

    async def open(self) -> None:
        """Start; one bad account never stops the others. Raises `AuthFailed` or `TemporaryError`."""

    async def close(self) -> None: ...


@runtime_checkable
class TakesWebhooks(Protocol):
    """A channel whose provider calls us."""

    def verify(self, request: ProviderRequest) -> None:
        """Pure; raises `SignatureError`; fails closed."""

    def parse(self, request: ProviderRequest) -> Sequence[Fact]:
        """Pure; all facts of the payload, each with a stable provider id; raises `Malformed`, and never for one
        unknown kind among known ones: that becomes a visible `unsupported`."""

    def acknowledge(self) -> Acknowledgement: ...


@runtime_checkable
class Sends(Protocol):
    """A channel that carries our messages over a provider: the outbox calls it."""

    async def send(self, delivery: Delivery) -> Sent:
        """The only network call out. Raises `TemporaryError`, `PermanentError`, `AuthFailed`, `WindowClosed`
        or `UncertainError`."""


@runtime_checkable
class ServesVisitors(Protocol):
    """A channel whose customers follow our log over our own socket: what is stored is sent, there is no outbox."""

    def space(self) -> str:
        """The address space of its signed-in users."""

    def settings(self) -> Mapping[str, Any]:
        """What the customer's browser is told: texts, colour, limits. Never a secret."""

    def vouched(self, token: str, now: int) -> VouchedUser:
        """The site's signed word for its user. Raises `SignatureError` when it is not ours, whole and fresh."""

    def allows_origin(self, origin: str) -> bool:
        """May a page of this origin embed the chat?"""

    def origins(self) -> Sequence[str]:
        """The same as a list for `frame-ancestors`: origins, `https://*.host` or `*`."""

    def picture(self) -> Picture | None:
        """What customers see beside the account's name."""


@dataclass(frozen=True, slots=True)
class VouchedUser:
    """A user a site has signed for; every field stood under the signature."""

    user_id: str
    name: str | None = None
    email: str | None = None
    plan: str | None = None
    since: int | None = None
    expires_at: int = 0
