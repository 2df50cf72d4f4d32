"""The projection for places outside where agents work: what a thread may show of a conversation. Pure.

Two audiences. Our own people (`inner`) see what agents see in a story. Where others read, too (`shared`), there is what
a customer may have seen, and how the conversation stands: no note, no tag, no attribute, no address, nothing of who has
it and why. Whatever is not known to be for everybody is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.egress.types import ConversationView
from gateway.events import ActorKind, Event, Kind, Visibility
from gateway.newer import shown_kind

Row = Any
CHANGES = ("status", "assignee", "team", "priority", "tags_added", "tags_removed")


@dataclass(frozen=True, slots=True)
class OutsideFile:
    id: str
    name: str
    mime: str
    size: int
    link: str = ""
    """Where it is to be had; empty: only in the inbox."""


@dataclass(frozen=True, slots=True)
class OutsideMessage:
    """One message of a thread."""

    id: str
    who: str
    """A name; empty: nobody has one."""
    kind: str
    """`customer`, `agent`, `automation` or `system`."""
    picture: str | None
    """Of an agent: its name among the pictures."""
    note: bool
    text: str
    what: str
    """What it is where it is neither words nor files (`template`, `location`, `unsupported` ...); empty: it is."""
    files: tuple[OutsideFile, ...]
    at: int
    late: bool
    edited: bool
    erased: bool
    account: str | None
    """By which it travelled."""
    delivery: str | None
    """Of ours, on its way to her: `queued`, `sending`, `unknown`, `sent`, `failed`, `delivered`, `read`."""


@dataclass(frozen=True, slots=True)
class OutsideHeader:
    id: str
    number: int
    name: str
    subject: str
    status: str
    accounts: tuple[str, ...]
    waiting_since: int | None
    account: str | None
    """The one that a reply goes by."""
    assignee: str | None = None
    """A name; inner only, as all that follows."""
    team: str | None = None
    priority: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """Something happened to the conversation. Each change: what, from, to, as names where they are of people, teams or
    tags."""

    who: str
    kind: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    at: int
    into: int | None = None
    """The number of the conversation that it went into."""


def message(
    row: Row,
    files: Iterable[Row],
    *,
    shared: bool,
    leg: Mapping[str, Any] | None = None,
    link: Callable[[Row], str] = lambda file: "",
) -> OutsideMessage | None:
    """None for what this audience does not see. `leg`: how far she has received and read by its way. `link`: signs
    where a file is to be had."""
    note = row["visibility"] == Visibility.NOTE
    if shared and row["visibility"] != Visibility.PUBLIC:
        return None
    erased = row["erased_at"] is not None
    content = None if row["content"] is None or erased else orjson.loads(row["content"])
    kind = shown_kind(row["author_kind"])
    return OutsideMessage(
        id=row["id"],
        who=row["agent_name"] or row["customer_name"] or "",
        kind="agent" if kind is ActorKind.TOKEN else kind.value,
        picture=row["agent_picture"],
        note=note,
        text="" if erased else row["text"],
        what="" if content is None else str(content.get("type", "unsupported")),
        files=()
        if erased
        else tuple(OutsideFile(one["id"], one["name"], one["mime"], one["size"], link(one)) for one in files),
        at=row["at"],
        late=bool(row["late"]),
        edited=row["edited_at"] is not None and not erased,
        erased=erased,
        account=row["leg_account_id"],
        delivery=None if note or kind is ActorKind.CUSTOMER else _delivery(row, leg),
    )


def _delivery(row: Row, leg: Mapping[str, Any] | None) -> str:
    """Where a provider tells nothing of it, its place in the story and her watermarks do."""
    if row["delivery"] in ("failed", "unknown", "queued", "sending", "read"):
        return str(row["delivery"])
    if leg is not None and row["position"] <= leg["read_to"]:
        return "read"
    if leg is not None and row["position"] <= leg["delivered_to"]:
        return "delivered"
    return str(row["delivery"] or "sent")


def header(
    view: ConversationView,
    *,
    shared: bool,
    agents: Mapping[str, str],
    teams: Mapping[str, str],
    tags: Mapping[str, str],
) -> OutsideHeader:
    """`agents`, `teams`, `tags`: names by id."""
    legs = {leg["id"]: leg["account"] for leg in view["legs"]}
    said = OutsideHeader(
        id=view["id"],
        number=view["number"],
        name="" if view["erased"] else view["contact"]["name"],
        subject="" if shared else view["subject"],
        status=view["status"],
        accounts=tuple(dict.fromkeys(legs.values())),
        waiting_since=view["waiting_since"],
        account=legs.get(view["leg"] or ""),
    )
    if shared:
        return said
    return replace(
        said,
        assignee=agents.get(view["assignee"] or ""),
        team=teams.get(view["team"] or ""),
        priority=view["priority"],
        tags=tuple(tags[one] for one in view["tags"] if one in tags),
    )


def line(
    event: Event,
    *,
    shared: bool,
    agents: Mapping[str, str],
    teams: Mapping[str, str],
    tags: Mapping[str, str],
    number: int | None = None,
) -> OutsideLine | None:
    """None for what this audience is not told. In a shared thread: that it was closed or opened, and not by whom."""
    who = "" if shared or event.actor.kind is ActorKind.CUSTOMER else agents.get(event.actor.id, "")
    if event.kind is Kind.CONVERSATION_MERGED:
        return OutsideLine(who, event.actor.kind.value, (), event.at, number)
    told = [
        one
        for name in CHANGES
        if name in event.changes and (not shared or name == "status")
        for one in _change(name, event.changes[name], agents, teams, tags)
    ]
    if not told:
        return None
    return OutsideLine(who, "" if shared else event.actor.kind.value, tuple(told), event.at)


def _change(
    name: str, said: Any, agents: Mapping[str, str], teams: Mapping[str, str], tags: Mapping[str, str]
) -> Sequence[tuple[str, str | None, str | None]]:
    if name in ("tags_added", "tags_removed"):
        known = [tags[one] for one in said if one in tags] if isinstance(said, list) else []
        return [(name, None, ", ".join(known))] if known else []
    if not isinstance(said, list) or len(said) != 2:
        return []
    names: Mapping[str, str] | None = {"assignee": agents, "team": teams}.get(name)
    before, after = (
        None if one is None else names.get(str(one), "") if names is not None else str(one) for one in said
    )
    return [(name, before, after)]
