"""What each audience is told, as types: the shapes that `agent` and `customer` project to and the browser reads.

Plain dicts at run time (one orjson call encodes them); the TypeScript types and the API documents are made from these.
Times are UTC milliseconds; positions are places in the log. What agents are told of the house itself stands in `house`,
what customers are told in `told`.
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
    cid: NotRequired[str]
    """Only of what stands in the message's own page: where that is shown, it need not be shown again below."""


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
    shown: NotRequired[str]
    """As people write it (`+82 10-1234-5678`), where that is not the address itself."""
    proof: Literal[0, 1, 2, 3]
    """0 claimed, 1 the channel vouches, 2 the site signed, 3 verified by code or answer."""


class LegView(TypedDict):
    id: str
    account: str
    identity: IdentityView
    last_inbound_at: int | None
    opted_out_at: int | None
    quiet_since: NotRequired[int | None]
    """Since when she wants nothing by this way that no person wrote; what agents write still arrives."""
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
    pictures: int
    """How many of the attachments are pictures."""
    at: int
    erased: bool


class ParticipantView(TypedDict):
    """Somebody who takes part beside the conversation's contact."""

    contact: str
    identity: str | None
    """By which of her addresses; null: by any."""
    address: str
    """Empty: it is not known, or was erased."""
    name: str
    agent: str | None
    """The id of the colleague whose address it is."""


class SourceView(TypedDict):
    """Of a message of which `text` is only what its sender says in it; all of it is `GET /messages/ID/source`."""

    subject: str
    automatic: str | None
    """What wrote it, where it was no person: `away`, `list`, `bounce`, `report` or `machine`. Nobody answers it by
    itself."""
    doubts: list[str]
    """What must not be believed of it, or cannot be seen: `our_address`, `agents_address`, `name_is_address`,
    `answers_elsewhere`, `said_by_another`, `several_authors`, `stranger`, `encrypted`, `cut`,
    `unreadable`. What is not known is shown as a doubt like any other."""
    more: bool
    """It says more than `text` shows: quotes, a signature."""
    page: bool
    """It has a page of its own: `GET /messages/ID/page`, to be shown in a sandboxed frame."""


class WorkedView(TypedDict):
    """Where else a conversation is worked, since when and by whom it was taken there."""

    place: str
    channel: str
    """As people there call it."""
    by: str
    """An agent's id."""
    at: int


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
    participants: NotRequired[list[ParticipantView]]
    """Only where others take part."""
    worked: NotRequired[list[WorkedView]]
    """Only where it is worked outside, too (`pull_out`)."""
    preview: PreviewView | None
    trouble: NotRequired[Literal["failed", "unknown"]]
    """What has become of a message of ours that did not arrive, or of which nobody knows, until an agent lets it be."""
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
    chosen: NotRequired[bool]
    """Only where its author has chosen the time; else it waits for a moment."""
    problem: ReasonView | None
    """Why it could not: a key of the catalogue, and what its words mention."""


class FailureView(TypedDict):
    """Why a message did not arrive."""

    text: str
    """The key of its words in the catalogue."""
    code: str | None
    """The provider's own."""
    then: Literal["again", "never", "window", "opted_out", "account"]
    """What it means for what comes after: the same may arrive later; the same will not; only a template may go (or
    another channel); she wants no messages here; something about our own account must be mended first."""


class RemoteFileView(TypedDict):
    """A file that takes its place among the attachments, under this id, when it has come."""

    id: str
    place: int
    mime: str
    """What the provider says it is; may be empty."""
    state: Literal["waiting", "failed"]
    problem: str | None
    """Why it did not come: a key of the catalogue. Agents may have it asked for again (`fetch_again`)."""


class CorrespondentView(TypedDict):
    identity: str
    address: str
    """Empty: it was erased."""
    name: str


class RecipientView(CorrespondentView):
    role: Literal["to", "cc", "bcc"]
    """`bcc`: the others do not know of it."""
    delivery: NotRequired[Literal["queued", "unknown", "sent", "failed", "delivered", "read"]]
    """What has become of it for this one; not of what came."""
    failure: NotRequired[FailureView]


class EnvelopeView(TypedDict):
    """To whom a message goes, or went, where its channel takes several (`recipients`)."""

    subject: str
    """Written for this very message; empty: the conversation's."""
    quote: bool
    """Does what it answers stand below it?"""
    aside: bool
    """It went elsewhere than the conversation is answered to: to others than its customer, who does not see it and
    waits on, or to another address of hers."""
    recipients: list[RecipientView]


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
    delivery: NotRequired[Literal["queued", "unknown", "sent", "failed", "delivered", "read"]]
    """Only of what goes over a provider: what has become of it (docs/delivery.md)."""
    failure: NotRequired[FailureView]
    """Only with delivery `failed`."""
    trouble: NotRequired[bool]
    """It did not arrive, or nobody knows, and no agent has let it be: for that it stands in *Not delivered*."""
    files: NotRequired[list[RemoteFileView]]
    """Only while files of hers are missing: they still lie with the provider."""
    segments: NotRequired[int]
    """In how many parts hers was sent, where the channel counts them."""
    source: NotRequired[SourceView]
    """Only of what came as more than its words."""
    envelope: NotRequired[EnvelopeView]
    """Only where its channel takes several recipients."""
    held: NotRequired[HeldView]
    """Only while it is held. Then `position` and `at` are where it would stand, had it gone at once."""


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
        "message.delivery",
        "message.files",
        "leg.seen",
        "leg.consent",
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
    kind: Literal["mention", "assigned", "replied", "woke", "new", "failed"]
    at: int
    position: int
    """The fact it came from."""
    conversation: str
    number: int
    contact: str
    """The customer's name."""
    contact_id: str
    """Whose colour she has wherever she is shown."""
    message: str | None
    text: str
    """The beginning of the message."""
    actor: ActorView
    n: int
    """How many answers of the customer it stands for; of `new`, how many conversations (100: more than 99), of which
    it names the newest."""
    read: bool
