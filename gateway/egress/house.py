"""What agents are told of the house itself: who and what is in it, what is kept for use, and when a team answers.

Plain dicts at run time, as those of `types`.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


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
    part_length: int | None
    """A longer text goes in several messages, each of so many characters at most."""
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
    typing_reads: bool
    """What shows the customer that an agent types also shows her that hers was read."""
    typing_preview: bool
    read_in: bool
    read_out: bool
    delivery_states: bool
    reply_window: int | None
    sends: bool
    """Does anything of ours go out by it? Else it is only read: 422 `errors.receives_only`."""
    may_start: bool
    templates: bool
    """Its templates are listed by `GET /templates?account=ID`, and may be sent when the window has closed."""
    invites: bool
    """A link of the web may lead a customer here (`invite`)."""
    recipients: int
    """How many people one message may go to. More than one: `to`, `cc`, `bcc` and `quote` may be said with a reply, and
    `GET /conversations/ID/recipients` tells whom an answer goes to."""
    link_life: int | None
    """Files too large to go along go as links, which live so many ms at least; null: files never go as links."""
    links_above: int | None
    """Bytes of a message's files together beyond which the largest go as links; null: never."""


class AccountView(TypedDict):
    id: str
    label: WordsView
    icon: str
    state: Literal["active", "paused", "retired"]
    reason: str | None
    """`auth_failed`: its provider does not take our credentials, what is written waits (`resume_account`)."""
    receiving: Literal["auth_failed", "away", "deaf"] | None
    """Why nothing comes in by it: our credentials are not taken, its server is not to be reached, or our own door
    cannot be opened; null: it does."""
    sending: Literal["auth_failed", "away"] | None
    """Why nothing goes out by it, though its provider does not refuse a message: as `receiving`."""
    chat: str | None
    """The path of the page on which its customers write, where that is ours."""
    address: str | None
    """What it writes from, as people read it, where it has one address that we know."""
    capabilities: CapabilitiesView


class DirectoryView(TypedDict):
    """Everything the browser names people and things by."""

    agents: list[AgentView]
    teams: list[TeamView]
    tags: list[TagView]
    attributes: list[AttributeView]
    accounts: list[AccountView]


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


class FilterView(TypedDict):
    """Which conversations a saved view shows; null, empty or false does not count."""

    status: Literal["open", "snoozed", "closed", "spam", "any"]
    """`any`: all of them but spam."""
    team: str | None
    assignee: str | None
    tags: list[str]
    account: str | None
    unread: bool
    waiting_over: int | None
    priority: int | None


class SavedView(SharedView):
    filter: FilterView
    sort: Literal["activity", "waiting"]


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
