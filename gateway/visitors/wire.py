"""What the customers' browser and we say to each other: the socket's frames and the door's HTTP bodies.

Facts go up by POST (idempotent by `client_id`, retried until answered), news come down by the socket.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from typing_extensions import TypedDict

from gateway.egress.told import CustomerEvent, CustomerMessage, SpeakerView, TeamState
from gateway.egress.types import AttachmentView, WritingLimits

PROTOCOL = 1

# --- HTTP: /visitor/{account}/... -----------------------------------------------------------------------------------


Id = Annotated[str, Field(pattern=r"^[0-9a-z]{1,64}$")]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text but NUL, which no database of ours holds in a name."""


ONCE_LEAST = 16
"""Characters of a browser's own word."""


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SessionAsk(_In):
    """POST session: who is in front of this browser? With `vouch` the site's signed user, else the `token` we gave
    before, else somebody new. The answer's token replaces the former one."""

    token: str | None = Field(default=None, max_length=2048)
    vouch: str | None = Field(default=None, max_length=4096)
    claims: dict[str, Word] = Field(default_factory=dict, max_length=20)
    """What the page says without signing it (name, email, ...): shown to agents as unproven."""
    locale: Word | None = Field(default=None, max_length=20)
    go: str | None = Field(default=None, max_length=64, pattern=r"^[\w-]+$")
    """The link she followed (`#go=`): she goes on as whom it was sent to, whoever this browser was before."""
    once: str = Field(default="", max_length=64, pattern=r"^[\w-]*$")
    """With `go`: a random word of this browser's own, the same for each try of one link."""

    @model_validator(mode="after")
    def _goes_with_a_word(self) -> SessionAsk:
        if self.go is not None and len(self.once) < ONCE_LEAST:
            raise ValueError("go needs once")
        return self


class SessionAnswer(TypedDict):
    token: str
    subject: str
    """Changes when another person is in front of the browser: then everything kept there is dropped."""
    name: str | None
    proven: bool
    address: str | None
    """The email address that the site signed, or that was left here unproven."""
    open: bool
    """Has an open conversation: the widget connects at page load."""
    unread: int
    settings: dict[str, Any]
    limits: VisitorLimits
    team: TeamState | None
    """None: nobody has said when the team answers."""


class LinkOver(TypedDict):
    """POST session in place of a `SessionAnswer`: the link that was followed is over, or was followed elsewhere. Nobody
    was let in; without the link anybody may begin."""

    over: Literal[True]
    settings: dict[str, Any]


class VisitorLimits(WritingLimits):
    accepts: list[str]
    """Of which types a file may be."""


class Say(_In):
    """POST messages: one message, Authorization: Bearer the visitor's token. Answered 201, or 200 for a repeat."""

    client_id: str = Field(pattern=r"^[ -~]{8,64}$")
    text: str = Field(default="", max_length=100_000)
    attachments: list[Id] = Field(default_factory=list, max_length=20)
    reply_to: Id | None = None


class Said(TypedDict):
    message: CustomerMessage


class Uploaded(TypedDict):
    """POST uploads (raw body, `?name=`): the file, waiting to be named by a message."""

    attachment: AttachmentView


class Move(TypedDict):
    """One account on which she may go on: her phone follows the link, and finds words written that bring her here."""

    label: str
    by: str
    """How one goes on there, inside a sentence."""
    link: str
    word: str
    number: str
    """The word counts as well when it is typed and sent there by hand."""
    qr: str
    """The link as a QR code, drawn: the `d` of an SVG path of strokes of width 1, quiet zone included."""
    side: int
    """Of the drawing, in modules."""


class Moves(TypedDict):
    """POST moves (an empty object): a fresh word for each account, for half an hour and one use."""

    ways: list[Move]
    copy_to: str | None
    """The address, in part, to which a copy of the chat may go (`Copied`); null: none is proven to be hers,
    or she wants no automatic mails there."""


class Copied(TypedDict):
    """POST transcript (an empty object): what was said in her newest conversation, by mail to the address that is
    proven to be hers. Answered 201, or 200 where she has all of it: asked twice it goes once."""

    address: str
    """In part, as in `Moves.copy_to`."""


class HistoryPage(TypedDict):
    messages: list[CustomerMessage]
    before: str | None
    """Pass as `?before=` for the page of older ones; None: that was the beginning."""


# --- socket: /ws/visitor/{account} ----------------------------------------------------------------------------------


class Hello(_In):
    kind: Literal["hello"]
    protocol: int
    token: str = Field(max_length=2048)
    cursor: str | None = Field(default=None, max_length=100)


class Typing(_In):
    kind: Literal["typing"]
    active: bool
    preview: str | None = Field(default=None, max_length=2000)


class Seen(_In):
    """Received, or read, everything up to this position."""

    kind: Literal["seen"]
    delivered: int = Field(default=0, ge=0, le=2**63 - 1)
    read: int = Field(default=0, ge=0, le=2**63 - 1)


FromVisitor = Annotated[Hello | Typing | Seen, Field(discriminator="kind")]
from_visitor: TypeAdapter[Hello | Typing | Seen] = TypeAdapter(FromVisitor)


class HelloReply(TypedDict):
    kind: Literal["hello"]
    protocol: int
    resumed: bool
    now: int
    team: TeamState | None
    here: bool
    """Is any agent online?"""


class SnapshotFrame(TypedDict):
    """The newest messages, oldest first; `before` for older ones as in `HistoryPage`."""

    kind: Literal["snapshot"]
    cursor: str
    messages: list[CustomerMessage]
    before: str | None
    seen_to: int
    open: bool
    goes_by: dict[str, str] | None
    """As in `CustomerEvent`."""


class EventsFrame(TypedDict):
    kind: Literal["events"]
    cursor: str
    events: list[CustomerEvent]


class TypingFrame(TypedDict):
    """Agents writing a public reply just now; expires by itself. Note-typing never reaches this frame."""

    kind: Literal["typing"]
    who: list[SpeakerView]


class TeamFrame(TypedDict):
    """The team opened or closed, or its hours were changed."""

    kind: Literal["team"]
    team: TeamState | None


class HereFrame(TypedDict):
    """The first agent came online, or the last one went."""

    kind: Literal["here"]
    here: bool


class ResetFrame(TypedDict):
    kind: Literal["reset"]
    reason: Literal["epoch", "too_old"]


class ProblemFrame(TypedDict):
    kind: Literal["problem"]
    text: str
    params: NotRequired[dict[str, Any]]


ToVisitor = (
    HelloReply | SnapshotFrame | EventsFrame | TypingFrame | TeamFrame | HereFrame | ResetFrame | ProblemFrame
)


class Polled(TypedDict):
    """GET events?after=CURSOR and POST frames (one frame as a socket takes it), for browsers without a socket: what it
    would have told. `events` waits until there is something, at most `[limits] events_wait`."""

    frames: list[ToVisitor]
