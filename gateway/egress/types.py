"""What each audience is told, as types: the shapes that `agent` and `customer` project to and the browser reads.

Plain dicts at run time (one orjson call encodes them); the TypeScript types and the API documents are made from these.
Times are UTC milliseconds; positions are places in the log. What agents are told of the house itself stands in `house`.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from gateway.egress.house import DirectoryView

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
