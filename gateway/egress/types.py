"""What each audience is told, as types: the shapes that `agent` and `customer` project to and the browser reads.

Plain dicts at run time (one orjson call encodes them); the TypeScript types and the API documents are made from these.
Times are UTC milliseconds; positions are places in the log.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

# --- shared by both audiences ---------------------------------------------------------------------------------------


class AttachmentView(TypedDict):
    id: str
    name: str
    mime: str
    size: int
    width: int | None
    height: int | None
    url: str
    """Signed for the audience that reads this, and expiring."""
    inline: bool
    """May the browser show it in place (picture, audio, video)? Otherwise it is a download."""


class WritingLimits(TypedDict):
    """What either browser keeps to when somebody writes; times in ms, sizes in bytes."""

    text_length: int
    upload_bytes: int
    upload_count: int
    typing_repeat: int
    typing_expires: int


# --- agents ---------------------------------------------------------------------------------------------------------


class ActorView(TypedDict):
    kind: Literal["agent", "customer", "automation", "token", "system"]
    id: str
    name: str
    """The person's or automation's name; empty for the system."""


class CellView(TypedDict):
    """Where a conversation counts in the lists: moving from one cell to another moves the counts."""

    status: Literal["open", "snoozed", "closed", "spam"]
    team: str | None
    assignee: str | None
    tags: list[str]


class IdentityView(TypedDict):
    id: str
    space: str
    address: str
    proof: Literal[0, 1, 2, 3]
    """0 claimed, 1 the channel vouches, 2 the site signed, 3 verified by code or answer."""


class LegView(TypedDict):
    id: str
    account: str
    identity: IdentityView
    last_inbound_at: int | None
    opted_out_at: int | None
    delivered_to: int
    read_to: int
    """The customer has received / read our messages up to this position."""
    seen_to: int


class ContactRef(TypedDict):
    id: str
    name: str
    blocked: bool
    erased: bool


class PreviewView(TypedDict):
    author: ActorView
    visibility: Literal["public", "note"]
    text: str
    attachments: int
    at: int
    erased: bool


class ConversationView(TypedDict):
    """A conversation as lists and headers need it. A newer `position` replaces an older one whole."""

    id: str
    number: int
    position: int
    status: Literal["open", "snoozed", "closed", "spam"]
    subject: str
    priority: Literal[0, 1, 2, 3, 4]
    team: str | None
    assignee: str | None
    tags: list[str]
    contact: ContactRef
    leg: str | None
    """The current leg, which a public reply takes unless told otherwise."""
    legs: list[LegView]
    preview: PreviewView | None
    waiting_since: int | None
    snoozed_until: int | None
    closed_at: int | None
    last_at: int
    last_public_position: int | None
    """The position of the newest public message: a reply sent with an older `seen` is stopped."""
    last_customer_position: int | None
    """The position of the customer's newest message: unread when above the agent's read mark."""
    attributes: dict[str, Any]
    merged_into: str | None
    erased: bool
    created_at: int


class ReasonView(TypedDict):
    text: str
    params: dict[str, Any]


class HeldView(TypedDict):
    """A reply that no customer has yet: its author may still take it back."""

    until: int | None
    """When it goes, UTC ms; null: it could not go and waits for its author."""
    problem: ReasonView | None
    """Why it could not: a key of the catalogue, and what its words mention."""


class MessageView(TypedDict):
    id: str
    position: int
    conversation: str
    birth: str
    """The conversation it was written in; another than `conversation` after a merge or split."""
    leg: str | None
    visibility: Literal["public", "note"]
    author: ActorView
    client_id: str | None
    text: str
    content: dict[str, Any] | None
    """What is neither text nor file, drawn by its `type`."""
    attachments: list[AttachmentView]
    reply_to: str | None
    mentions: list[str]
    """Agents and teams that a note names."""
    at: int
    late: bool
    edited_at: int | None
    erased_at: int | None
    held: NotRequired[HeldView]
    """Only while it is held for undo. Then `position` and `at` are where it would stand, had it gone at once."""


class ContactView(TypedDict):
    id: str
    name: str
    locale: str | None
    organisation: str | None
    attributes: dict[str, Any]
    claims: dict[str, Any]
    """What the page or the person said of themselves without proof: shown as unproven."""
    identities: list[IdentityView]
    blocked_at: int | None
    erased_at: int | None
    merged_into: str | None
    position: int
    created_at: int


class ContactNoteView(TypedDict):
    """What the team keeps in mind of a person."""

    id: str
    contact: str
    """Whom it was written about: somebody who was merged into another stays named."""
    author: ActorView
    text: str
    at: int
    edited_at: int | None


class AgentView(TypedDict):
    id: str
    name: str
    email: str
    role: Literal["agent", "supervisor", "admin"]
    picture: str | None
    active: bool
    teams: list[str]
    availability: Literal["online", "away", "busy"]
    """As said by hand when this was read; who is here is told by signals."""


class TeamView(TypedDict):
    id: str
    name: str
    retired: bool


class TagView(TypedDict):
    id: str
    name: str
    colour: str
    retired: bool


class LabelsView(TypedDict):
    """What something is called in a language; in one that is left out, by its `label`."""

    en: NotRequired[str]
    ko: NotRequired[str]


class AttributeView(TypedDict):
    id: str
    target: Literal["contact", "conversation", "organisation"]
    key: str
    label: str
    labels: LabelsView
    type: Literal["text", "number", "date", "boolean", "choice", "url"]
    choices: list[str]
    retired: bool


class OrganisationView(TypedDict):
    id: str
    name: str
    domain: str | None
    attributes: dict[str, Any]


class ActsView(TypedDict):
    """What is done to a conversation; null or empty: left as it is."""

    tags_add: list[str]
    tags_remove: list[str]
    assignee: str | None
    """An agent's id, `me` or `none`."""
    team: str | None
    """A team's id or `none`."""
    status: Literal["open", "snoozed", "closed", "spam"] | None
    snooze_for: int | None
    """ms from then on, with status `snoozed`."""
    priority: int | None


class SharedView(TypedDict):
    """What macros and saved views have in common: one's own, of teams or everybody's."""

    id: str
    name: str
    scope: Literal["all", "teams", "personal"]
    teams: list[str]
    owner: str
    retired: bool
    changed_at: int


class MacroView(SharedView):
    """A text with places to fill, and what is done to the conversation once it is sent."""

    text: str
    actions: ActsView
    used: int
    """How often the reader has used it."""
    used_at: int | None
    used_by_all: int


class WordsView(TypedDict):
    en: str
    ko: str


class SegmentsView(TypedDict):
    """How a text is cut into the parts it is sent in; the widths are letters."""

    alone: int
    together: int
    wide_alone: int
    wide_together: int
    basic: str
    """Any other letter, but for those that count twice, makes a text a wide one (UTF-16 units)."""
    double: str


class CapabilitiesView(TypedDict):
    text_length: int
    attachments: dict[str, int]
    """MIME type, or `kind/*`, or `*/*` -> largest size in bytes."""
    attachment_count: int
    captions: bool
    quoting: bool
    editing: bool
    subject: bool
    formatting: str
    """`plain`, or `markdown` for what shared/markup.ts reads."""
    segments: SegmentsView | None
    typing_in: bool
    typing_out: bool
    typing_preview: bool
    read_in: bool
    read_out: bool
    delivery_states: bool
    reply_window: int | None
    may_start: bool


class AccountView(TypedDict):
    id: str
    label: WordsView
    icon: str
    state: Literal["active", "paused", "retired"]
    reason: str | None
    chat: str | None
    """The path of the page on which its customers write, where that is ours."""
    capabilities: CapabilitiesView


class DirectoryView(TypedDict):
    """Everything the browser names people and things by."""

    agents: list[AgentView]
    teams: list[TeamView]
    tags: list[TagView]
    attributes: list[AttributeView]
    accounts: list[AccountView]


class CountView(TypedDict):
    status: Literal["open", "snoozed", "closed", "spam"]
    team: str | None
    assignee: str | None
    tag: str | None
    """None counts the conversations themselves."""
    n: int


class AgentEvent(TypedDict):
    """One fact as an agent may see it. Reducers take the views whole; `was`/`now` move the counts.

    `entered` says that the conversation came into this agent's view with this event; the event `left` says that it
    went: then nothing but `conversation` and `was` is told.
    """

    position: int
    at: int
    kind: Literal[
        "conversation.created",
        "conversation.changed",
        "conversation.merged",
        "conversation.split",
        "merge.undone",
        "message.created",
        "message.edited",
        "message.erased",
        "message.held",
        "message.undone",
        "leg.seen",
        "contact.changed",
        "contact.merged",
        "contact.split",
        "contact.erased",
        "directory.changed",
        "setting.changed",
        "left",
    ]
    actor: NotRequired[ActorView]
    conversation: NotRequired[str]
    subject: NotRequired[str]
    changes: NotRequired[dict[str, Any]]
    entered: NotRequired[bool]
    was: NotRequired[CellView | None]
    now: NotRequired[CellView | None]
    summary: NotRequired[ConversationView]
    message: NotRequired[MessageView]
    contact: NotRequired[ContactView]
    directory: NotRequired[DirectoryView]


class Line(TypedDict):
    """An act, from the audit."""

    position: int
    at: int
    kind: str
    actor: ActorView
    subject: str | None
    changes: dict[str, Any]


class LineView(Line):
    """An act in a conversation's history (from the audit): drawn as a small centred line."""

    names: NotRequired[dict[str, str]]
    """What the contacts in `changes` are called today, by their ids."""
    numbers: NotRequired[dict[str, int]]
    """The numbers of the conversations that `changes` says were merged `into` or `from`, or split off, by their ids."""


class FilterView(TypedDict):
    """Which conversations a saved view shows; null, empty or false does not count."""

    status: Literal["open", "snoozed", "closed", "spam"]
    team: str | None
    assignee: str | None
    tags: list[str]
    account: str | None
    unread: bool
    waiting_over: int | None


class SavedView(SharedView):
    filter: FilterView
    sort: Literal["activity", "waiting"]


class NoticeView(TypedDict):
    """One thing an agent is told of. Newer words on the same id replace older ones."""

    id: str
    kind: Literal["mention", "assigned", "replied", "woke"]
    at: int
    position: int
    """The fact it came from."""
    conversation: str
    number: int
    contact: str
    """The customer's name."""
    message: str | None
    text: str
    """The beginning of the message."""
    actor: ActorView
    n: int
    """How many answers of the customer it stands for."""
    read: bool


class HolidayView(TypedDict):
    date: str
    """YYYY-MM-DD."""
    name: str


class OverrideView(HolidayView):
    """A day on which these ranges count, whatever the week and the holidays say."""

    ranges: list[tuple[int, int]]


class HoursView(TypedDict):
    """When a team answers. Ranges are minutes from midnight, from and up to; 1440 is the next midnight."""

    team: str
    zone: str
    """An IANA name."""
    week: dict[str, list[tuple[int, int]]]
    """By `mon` to `sun`; a day left out is closed."""
    holidays: list[HolidayView]
    overrides: list[OverrideView]
    open: bool
    """At this moment."""
    until: int | None
    """When that changes; null: not within sight."""


# --- customers ------------------------------------------------------------------------------------------------------


class TeamState(TypedDict):
    """Whether the team answers just now."""

    open: bool
    back_at: int | None
    """When a closed team is back, UTC ms; null: not known."""


class SpeakerView(TypedDict):
    """Who wrote, as a customer may know them: never an email address or an internal id."""

    kind: Literal["me", "agent", "automation"]
    name: str
    picture: str | None


class CustomerMessage(TypedDict):
    id: str
    position: int
    author: SpeakerView
    client_id: str | None
    """Only on the customer's own messages: the pending row it replaces."""
    text: str
    content: dict[str, Any] | None
    attachments: list[AttachmentView]
    reply_to: str | None
    at: int
    late: bool
    edited_at: int | None
    erased: bool


class CustomerEvent(TypedDict):
    """`message`: new, edited or erased, the newest whole form. `seen`: we have read hers up to `position`.
    `state`: whether her newest conversation is open."""

    position: int
    kind: Literal["message", "seen", "state"]
    message: NotRequired[CustomerMessage]
    seen_to: NotRequired[int]
    open: NotRequired[bool]
