"""The Channel contract: what an adapter declares, reads and sends; core and browser branch on capabilities only.

A new channel is one module here, one test file with its payload fixtures, one config section. An adapter imports this
module, `gateway.events`, `gateway.errors` and libraries, nothing else of the house.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gateway.channels.roads import Way
from gateway.errors import ParleyError, Refused
from gateway.events import AccountId, Address, Attachment, DeliveryState, Fact, InboundMessage, RemoteFile


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people in both of the house's languages."""

    en: str
    ko: str

    def for_reader(self, locale: str | None) -> str:
        """In the language of a locale such as `ko-KR`; English where it is none of ours."""
        return self.ko if (locale or "").lower().partition("-")[0] == "ko" else self.en


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
    part_length: int | None = None
    """A longer text goes in several messages, none longer than this in UTF-16; None: a text is always one message."""
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
    typing_reads: bool = False
    """Does showing the customer that an agent types also show her that hers was read?"""
    typing_preview: bool = False
    """Do we see what the customer is typing before it is sent?"""
    read_in: bool = False
    """Does the customer's side tell us what was read?"""
    read_out: bool = False
    """Do we tell the customer what an agent has read?"""
    delivery_states: bool = False
    reply_window: int | None = None
    """Milliseconds after the customer's last message in which free text may be sent; None: always."""
    sends: bool = True
    """Does anything of ours go out by this account? Else it is only read."""
    may_start: bool = False
    """May an agent start a conversation here?"""
    templates: bool = False
    """Has it texts that its provider has approved, which may also be sent when the reply window has closed?"""
    invites: bool = False
    """May a customer be led here by a link of the web?"""
    recipients: int = 1
    """How many people one message may go to; where it is more than one, a message has an envelope (`Letter`)."""
    links_above: int | None = None
    """Bytes of a message's files together beyond which the largest go as links; None: never."""
    link_life: int | None = None
    """Milliseconds that a link to a sent file lives at least; None: as long as any provider needs to get it."""

    def check_sends(self) -> None:
        """Raises Refused `receives_only`."""
        if not self.sends:
            raise Refused("errors.receives_only", "nothing goes out by this account", code="receives_only")

    def check_window(self, last_inbound_at: int | None, now: int) -> None:
        """May free text be sent now (UTC ms) to whom we heard from then? Raises Refused `window_closed`."""
        if self.reply_window is None:
            return
        if last_inbound_at is None or now - last_inbound_at > self.reply_window:
            raise Refused("errors.window_closed", f"last inbound {last_inbound_at}", code="window_closed")


class Texts(BaseModel):
    """A text in both languages; a language left out borrows the other's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str = Field(default="", max_length=300)
    ko: str = Field(default="", max_length=300)

    def both(self) -> dict[str, str]:
        return {"en": self.en or self.ko, "ko": self.ko or self.en}


def in_both(said: object) -> object:
    """One name for both languages."""
    return {"en": said, "ko": said} if isinstance(said, str) else said


class ChannelConfig(BaseModel):
    """The keys every `[channels.NAME]` section has; an adapter adds its own. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    label: Annotated[Texts, BeforeValidator(in_both)] = Texts()
    """What agents call this account, one text or `{ en = "...", ko = "..." }`; the channel's own label when empty."""
    team: str = ""
    """The team (by name) whose queue new conversations enter; empty: everybody's."""
    says_continued: bool = False
    """Does our first message to a customer who came here from another channel say that the chat goes on?"""


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


class Correspondent(NamedTuple):
    """Somebody whom a message names."""

    address: Address
    name: str = ""


class Quoted(NamedTuple):
    """The words that a message answers."""

    author: str
    """Her name or address."""
    at: int
    """UTC ms."""
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands around the words where a message may go to several: the same for each of them, in every attempt."""

    conversation: str
    message: str
    at: int
    """When it was said, UTC ms."""
    to: Sequence[Correspondent]
    cc: Sequence[Correspondent] = ()
    """Whoever has a copy without being named is in neither."""
    subject: str = ""
    retitled: bool = False
    """Its author wrote the subject for this very message."""
    answers: Sequence[str] = ()
    """The provider's ids of what was said before, the oldest first; the last is what it answers."""
    quote: Quoted | None = None
    author: str = ""
    """The agent's name; empty: no person wrote it."""
    signature: str = ""
    """The agent's own, in the language of the recipient."""
    locale: str | None = None
    """The recipient's."""
    reached: str = ""
    """The address of ours that she last wrote to; empty: she has not, or it is not known."""
    automatic: bool = False
    """No person wrote it: machines are not to answer."""
    unsubscribe: str = ""
    """Where she says that she wants no more of what no person wrote; empty: it is no such message."""
    leads_back: bool = False
    """Her program has named a message of ours that she answered, or no answer is wanted: then no sign of the
    conversation needs to stand among the words."""


Reads = Callable[[Attachment], Awaitable[bytes]]


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
    template: ChosenTemplate | None = None
    """Then `text` is only what it will read like."""
    links: Sequence[str] = ()
    """Where the provider gets each of the attachments: signed for this account alone, and expiring."""
    callback: str = ""
    """Our own door for this account, where the provider tells what becomes of it."""
    letter: Letter | None = None
    """Only where a message may go to several (`Capabilities.recipients`)."""
    keys: Sequence[str] = ()
    """What the text calls each of the attachments, where one has a place in it: `![name](cid:KEY)`."""
    read: Reads | None = None
    """The bytes of one of the attachments, for who sends them along. Raises `TemporaryError`, `PermanentError`."""


@dataclass(frozen=True, slots=True)
class ChosenTemplate:
    """A template to be sent, and what stands in its places."""

    key: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """A text that a provider keeps, with places in it: `{{NAME}}`."""

    key: str
    name: str
    language: str
    text: str
    variables: Mapping[str, str] = field(default_factory=dict)
    """The names of its places, each with an example."""
    state: str = "approved"
    """As the provider of the channel has decided: `approved`, `pending`, `rejected`, or a word of its own."""
    reason: str = ""
    """Why it was rejected, in the provider's words."""
    category: str = ""

    @property
    def may_be_sent(self) -> bool:
        return self.state == "approved"

    def filled(self, values: Mapping[str, str]) -> str:
        """As it will read. Raises Refused when a place is left empty."""
        if any(not values.get(name, "").strip() for name in self.variables):
            raise Refused("errors.template_gaps", f"template {self.key} has places without words")
        return PLACE.sub(lambda place: values.get(place[1], place[0]), self.text)


PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider answered to a send: its id for it, and the first state it claims."""

    provider_id: str
    state: DeliveryState = DeliveryState.SENT


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

    rate: float
    """Messages a second that its provider takes."""
    burst: int
    """How many of them may go at once."""

    def reaches(self, address: Address) -> bool:
        """Can it be written to by this account, as far as its form tells?"""

    def address_of(self, written: str) -> Address | None:
        """What somebody has typed, as an address that this account reaches (a number without its country is one of
        the account's); None: it is none."""

    async def send(self, delivery: Delivery) -> Sent:
        """The only network call out. Raises `TemporaryError`, `PermanentError`, `AuthFailed`, `WindowClosed`,
        `OptedOut` or `UncertainError`."""


@runtime_checkable
class OwnsAddresses(Protocol):
    """A channel that has addresses of its own in the space of its customers: what is sent there comes back to us."""

    def owns(self, address: Address) -> bool:
        """In whatever form it is written."""


@runtime_checkable
class Signs(Protocol):
    """A channel that puts words of its own below what an agent writes."""

    def signed(self, own: str, name: str, locale: str) -> str:
        """What stands there: `own` are the agent's words for it, `name` hers."""


class Invitation(NamedTuple):
    link: str
    """`https:`, or a scheme of the phone's."""
    address: str
    """To which the words may be sent by hand, as people write it."""


@runtime_checkable
class Invites(Protocol):
    """A channel that a customer can begin by following a link, with words written for her."""

    by: ClassVar[Words]
    """How one goes on there, inside a sentence: "by text message", "문자 메시지로"."""

    def invitation(self, text: str) -> Invitation | None:
        """None: this account has no address that we know."""


@runtime_checkable
class SendsTyping(Protocol):
    """A channel whose provider shows that somebody writes."""

    async def show_typing(self, to: Address, newest: str) -> None:
        """She is shown it for a while, or until a message comes. `newest`: her newest message's provider id. Raises as
        `fetch`."""


@runtime_checkable
class Reconciles(Protocol):
    """A channel whose provider can be asked whether it has what it did not answer to."""

    async def candidates(self, delivery: Delivery, since: int, until: int) -> Sequence[str]:
        """The provider's ids of what it took between these times (UTC ms) and what may be this delivery: the same
        words to the same address. Raises as `fetch`."""


@runtime_checkable
class SendsTemplates(Protocol):
    """A channel whose provider keeps templates."""

    async def templates(self) -> Sequence[Template]:
        """All of the account's. Raises as `fetch`."""


@runtime_checkable
class CatchesUp(Protocol):
    """A channel whose provider keeps what it has told us, or could not tell while we were away."""

    def lines(self) -> Sequence[str]:
        """What is asked for one by one, and remembered one by one: the account's numbers."""

    def missed(self, line: str, since: int) -> AsyncGenerator[Fact, None]:
        """Everything that came in there since then (UTC ms) and what became of what went out, the oldest first, each
        with its time. Raises as `fetch`, at the beginning or in the midst."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What of the deployment somebody must know who reads what comes: then no account takes another's mail for a
    customer's."""

    addresses: Mapping[Address, AccountId] = field(default_factory=dict)
    """All accounts' own (`Runs.addresses`)."""
    agents: frozenset[str] = frozenset()
    """What agents sign in with, in lower case."""
    secret: bytes = b""
    """The deployment's own; an adapter signs with what it derives from it."""


class House(Protocol):
    """What an account that runs is given."""

    async def ours(self) -> Ours:
        """As it is now, or was a second ago. Raises Unavailable."""

    async def deliver(self, call: ProviderRequest, account: AccountId | None = None) -> None:
        """What came, whole, for this account or another one: read by it (`Runs.read`) and stored; returns after the
        commit. What cannot be read or stored is parked, and is delivered all the same. Raises Unavailable: then it
        stays where it is, and comes again."""

    async def cursors(self) -> Mapping[str, str]:
        """What `know` was told last, by line. Raises Unavailable."""

    async def know(self, line: str, cursor: str, *, waiting: int = 0) -> None:
        """All up to there has been delivered; so many more wait behind it. Raises Unavailable."""

    async def told(self, trouble: ParleyError | None, way: Way = "in", *, carried: bool = False) -> None:
        """What stands in the way of what should come or go there (AuthFailed, Away), or None: nothing any more. Shown
        to admins. `carried`: something of ours has just gone out. Raises Unavailable."""

    async def since(self) -> int:
        """When the account was first configured, UTC ms. Raises Unavailable."""


@runtime_checkable
class Runs(Protocol):
    """A channel that nobody calls by our web address: it goes and gets what there is for it, or listens itself."""

    def addresses(self) -> Sequence[Address]:
        """Its own, by which all accounts of the deployment know it."""

    async def read(self, call: ProviderRequest, ours: Ours) -> Sequence[Fact]:
        """All facts of what was delivered, each with a stable provider id; no network. Raises Malformed."""

    async def listen(self, house: House) -> None:
        """Called once in every process that serves, after `open`: from now on others may come, until `close`. Returns
        at once. Raises TemporaryError where it cannot."""

    async def check(self) -> None:
        """Is it let in where it gets what there is for it? Changes nothing. Raises `AuthFailed`, `TemporaryError`,
        `PermanentError`."""

    async def run(self, house: House) -> None:
        """Go and get, for as long as nobody cancels it: called in one process of the deployment. Returns where there is
        nothing to get."""


@runtime_checkable
class ShowsWhole(Protocol):
    """A channel (`Runs`) whose calls can be shown as they came, where there is no room for more that nobody reads."""

    def unread(self, call: ProviderRequest) -> InboundMessage:
        """The call as one message, the whole of it its file. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A message's own page, made harmless for a frame that runs nothing."""

    html: str
    remote: int
    """Pictures that lie with others and are not loaded."""
    tracking: int
    """Pictures that nobody can see: taken away for good."""


@runtime_checkable
class ShowsPages(Protocol):
    """A channel whose messages may have a page of their own (`Source.html`)."""

    @staticmethod
    def page(html: str, pictures: Mapping[str, str], *, remote: bool) -> Page | None:
        """As it may be shown; pure, and some work. `pictures`: where those are that came with it, by `cid`. With
        `remote` those of others are loaded, too. None: it cannot be read as a page, its words are all there is."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A provider's file as it comes in; `mime` is the provider's claim, `name` the sender's where it is told."""

    chunks: AsyncIterator[bytes]
    mime: str
    name: str | None = None


@runtime_checkable
class FetchesMedia(Protocol):
    """A channel whose messages name files that are fetched after the message stands."""

    def fetch(self, file: RemoteFile, *, limit: int) -> AbstractAsyncContextManager[FetchedFile]:
        """The file's bytes while the context is open, at most `limit` of them.

        On entering and while reading it raises `TemporaryError` (worth another try), `PermanentError` (gone, too large,
        or at an address that is not asked), or `AuthFailed`.
        """


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

    def continues_on(self) -> Sequence[str]:
        """The accounts on which its customers may go on, by name."""

    def follows_by(self) -> str | None:
        """The account by which answers that a customer left unread follow her; None: they wait for her."""

    def follows_after(self) -> int:
        """ms that they wait before."""

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
