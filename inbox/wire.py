"""Every frame of the agents' socket, both directions. The TypeScript types and asyncapi.json are made from this file.

JSON text frames; `kind` names the frame. A frame from the browser that fits no model is answered with a `problem` and
costs nothing; outgoing frames are plain dicts of these shapes, encoded once per audience.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from gateway.egress.house import ActsView, AgentView, DirectoryView
from gateway.egress.types import AgentEvent, AttachmentView, CountView, NoticeView, WritingLimits

PROTOCOL = 1
"""Raised when an older browser could misread us: it reloads then, its drafts saved."""

# --- from the browser -----------------------------------------------------------------------------------------------


Id = Annotated[str, Field(pattern=r"^[0-9a-z]{1,64}$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Hello(_In):
    """The first frame. With a cursor the session resumes, without one it starts with a snapshot."""

    kind: Literal["hello"]
    protocol: int
    cursor: str | None = Field(default=None, max_length=100)


class Command(_In):
    """An act; answered by a `result` or a `problem` with the same id. `args` fit the command's own model."""

    kind: Literal["command"]
    id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=64)
    args: dict[str, Any] = Field(default_factory=dict)


class Typing(_In):
    """Said every `typing_repeat` while the agent types; expires by itself after `typing_expires`."""

    kind: Literal["typing"]
    conversation: Id
    mode: Literal["public", "note"]
    active: bool = True


class Look(_In):
    """Which conversation this tab shows now (None: none): who looks, and whose typing it is told."""

    kind: Literal["look"]
    conversation: Id | None


class Here(_In):
    """The lease of presence, said every `presence_ping`: is the tab visible, is the person active?"""

    kind: Literal["here"]
    visible: bool
    active: bool = True


FromAgent = Annotated[Hello | Command | Typing | Look | Here, Field(discriminator="kind")]
from_agent: TypeAdapter[Hello | Command | Typing | Look | Here] = TypeAdapter(FromAgent)

# --- to the browser -------------------------------------------------------------------------------------------------


class PlaceView(TypedDict):
    """A place outside where agents work, too (`pull_out`)."""

    name: str
    label: str


class LimitsView(WritingLimits):
    """Every timing and bound the browser keeps to."""

    presence_ping: int
    presence_expires: int
    page: int
    places: list[PlaceView]
    """Where else conversations can be worked."""


class HelloReply(TypedDict):
    kind: Literal["hello"]
    protocol: int
    epoch: str
    """Which life of the database positions are of: those of another one must not be compared with these."""
    bundle: str
    """The hash of the front end this server serves: another than the page's own means reload when idle."""
    resumed: bool
    now: int
    """The server's clock, so that the browser's ages are right."""
    limits: LimitsView
    assign_on_reply: bool
    """Does who answers have a conversation of nobody's from then on? What holds for agents who have not said."""


class NoticesView(TypedDict):
    unread: int
    latest: list[NoticeView]
    """Newest first: in a snapshot the newest there are, later those that are new or changed."""
    read_to: NotRequired[int]
    """All that came from facts up to here are read."""
    gone: NotRequired[list[str]]
    """Ids of those that are withdrawn: what they told of has been settled meanwhile."""
    quiet: bool
    """It is the agent's quiet time: nothing may ring."""


class FollowedView(TypedDict):
    """How many open conversations stand in the agent's own lists; 100 means more than 99."""

    mentions: int
    watched: int
    undelivered: int
    """Running conversations that the agent may see and whose newest public message of ours did not arrive, or nobody
    knows: exactly."""


class WrittenTo(TypedDict):
    address: str
    name: NotRequired[str]


class LetterView(TypedDict):
    """To whom a draft is to go, as far as its agent has said; what is left out is as answering all has it."""

    to: NotRequired[list[WrittenTo]]
    cc: NotRequired[list[WrittenTo]]
    bcc: NotRequired[list[WrittenTo]]
    subject: NotRequired[str]
    quote: NotRequired[bool]


class AlongView(TypedDict):
    """What goes with a draft."""

    macro: str | None
    """The one it was begun with."""
    acts: ActsView
    """What is done once it is sent."""
    worded: bool
    """The acts came with words, and go with them."""
    named: dict[str, str]
    """Which of several people of one name is meant: by the name, the id."""
    files: list[AttachmentView]
    letter: NotRequired[LetterView]
    """Only where its agent has said to whom it is to go."""


class PrivateView(TypedDict):
    """The agent's own: read marks by conversation (those asked for or changed), drafts by conversation and mode."""

    read: NotRequired[dict[str, int]]
    read_above: NotRequired[int]
    """With `read` at the start: every mark above this position is told, so what is not told was not read so far."""
    unread: NotRequired[dict[str, int]]
    """Read marks that the agent has taken back to these positions: only this moves one down."""
    drafts: NotRequired[dict[str, dict[str, str]]]
    along: NotRequired[dict[str, dict[str, AlongView | None]]]
    """What goes with the drafts; null: nothing any more."""
    preferences: NotRequired[dict[str, Any]]
    availability: NotRequired[Literal["online", "away", "busy"]]
    """What the agent says of themselves by hand."""
    notices: NotRequired[NoticesView]
    followed: NotRequired[FollowedView]
    watching: NotRequired[dict[str, bool]]
    """Conversations that the agent watches, or no longer."""
    changed: NotRequired[list[Literal["macros", "views"]]]
    """Lists of the agent's own that are no longer what they were: who shows one asks for it again."""


class SnapshotFrame(TypedDict):
    kind: Literal["snapshot"]
    cursor: str
    position: int
    me: AgentView
    directory: DirectoryView
    counts: list[CountView]
    private: PrivateView


class EventsFrame(TypedDict):
    """Brings the session up to `cursor`, filtered events included; `events` may be empty."""

    kind: Literal["events"]
    cursor: str
    position: int
    events: list[AgentEvent]


class PrivateFrame(TypedDict):
    """Private state changed in another session of the same agent."""

    kind: Literal["private"]
    private: PrivateView


class TypingView(TypedDict):
    who: Literal["agent", "customer"]
    id: str
    name: str
    mode: Literal["public", "note"]
    preview: NotRequired[str]


class ConversationSignals(TypedDict):
    """Who types and who looks, whole, for one conversation this session looks at."""

    conversation: str
    typing: list[TypingView]
    looking: list[str]
    customer_here: bool


class BackView(TypedDict):
    """A customer is on the site again who has this conversation open."""

    conversation: str
    number: int
    contact: str
    """The customer's name; empty where nobody has said one."""
    own: bool
    """The agent owns or watches it; otherwise it is nobody's yet and waits in the agent's team."""


class SignalsFrame(TypedDict):
    """Never stored. `agents`: presence by agent id, whole; sent coalesced, the latest wins."""

    kind: Literal["signals"]
    agents: NotRequired[dict[str, Literal["online", "away", "busy"]]]
    conversation: NotRequired[ConversationSignals]
    back: NotRequired[BackView]
    """Told to the assignee and the watchers, and of what is nobody's to the team's available agents; once a visit."""
    rows: NotRequired[dict[str, bool]]
    """Of the rows that this tab shows (`show_rows`): whose customers are on the site, have come to it or left it."""


class ResultFrame(TypedDict):
    kind: Literal["result"]
    id: str
    value: dict[str, Any]


class ProblemView(TypedDict):
    """RFC 9457 problem details; `text` and `params` are the words' key and values for the catalogue."""

    type: str
    title: str
    status: int
    detail: str
    text: str
    params: dict[str, Any]


class ProblemFrame(TypedDict):
    kind: Literal["problem"]
    id: str | None
    problem: ProblemView


class ResetFrame(TypedDict):
    """Forget everything and say hello without a cursor: another epoch, a cursor too old, or changed access."""

    kind: Literal["reset"]
    reason: Literal["epoch", "too_old", "access"]


ToAgent = (
    HelloReply
    | SnapshotFrame
    | EventsFrame
    | PrivateFrame
    | SignalsFrame
    | ResultFrame
    | ProblemFrame
    | ResetFrame
)

# Those that both doors have stand in gateway/live.py.
CLOSE_ACCESS = 4409
"""What the agent may see has changed: connect again without a cursor."""
CLOSE_RESTART = 1012
