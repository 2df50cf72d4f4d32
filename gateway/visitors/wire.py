"""What the customers' browser and we say to each other: the socket's frames and the door's HTTP bodies.

Facts go up by POST (idempotent by `client_id`, retried until answered), news come down by the socket.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from gateway.egress.types import (
    AttachmentView,
    CustomerEvent,
    CustomerMessage,
    SpeakerView,
    TeamState,
    WritingLimits,
)

PROTOCOL = 1

# --- HTTP: /visitor/{account}/... -----------------------------------------------------------------------------------


Id = Annotated[str, Field(pattern=r"^[0-9a-z]{1,64}$")]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text but NUL, which no database of ours holds in a name."""


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
