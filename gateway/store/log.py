"""The log's rows, and the counts that follow from them.

Both databases write a batch's facts with these statements, after the verbs and just before the commit.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from gateway.errors import UnknownFact
from gateway.events import (
    Actor,
    ActorKind,
    AgentId,
    ContactId,
    ConversationId,
    Event,
    Kind,
    MessageId,
    Scope,
    Status,
    TeamId,
)
from gateway.store.sql import Row, as_json, from_json
from gateway.store.tx import Reader, Stamp

log = logging.getLogger(__name__)

INSERT_EVENT = """insert into events (position, at, kind, actor_kind, actor_id, conversation_id, message_id,
    contact_id, subject_id, was, now, changes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"""
INSERT_AUDIT = """insert into audit (position, at, kind, actor_kind, actor_id, conversation_id, message_id,
    contact_id, subject_id, changes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
ADD_COUNT = """insert into counts (status, team_id, assignee_id, tag_id, n) values ($1, $2, $3, $4, $5)
    on conflict (status, team_id, assignee_id, tag_id) do update set n = counts.n + excluded.n"""
FIRST = "select min(position) from events"
EVENTS_AFTER = "select * from events where position > $1 order by position limit $2"


class Mark(NamedTuple):
    """How much a batch had gathered when a unit began."""

    events: int
    stamps: int
    tokens: int


class Recorded:
    """What the units of a batch have recorded so far; an undone one leaves nothing behind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._stamps: list[tuple[Stamp, int | None]] = []
        self._tokens: list[tuple[str, int, str]] = []

    def mark(self) -> Mark:
        return Mark(len(self.events), len(self._stamps), len(self._tokens))

    def forget_after(self, mark: Mark) -> None:
        """A unit was undone: so are its facts."""
        del self.events[mark.events :]
        del self._stamps[mark.stamps :]
        del self._tokens[mark.tokens :]


class Cursor(NamedTuple):
    """A place in the log of one life of the database. Opaque outside: `epoch.position`."""

    epoch: str
    position: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """None for what is no cursor: the reader starts over."""
        epoch, dot, digits = text.partition(".")
        if not dot or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
            return None
        return cls(epoch, int(digits))


def event_values(event: Event) -> tuple[Any, ...]:
    return (
        event.position,
        event.at,
        event.kind.value,
        event.actor.kind.value,
        event.actor.id,
        event.conversation,
        event.message,
        event.contact,
        event.subject,
        _scope_json(event.was),
        _scope_json(event.now),
        as_json(event.changes),
    )


def audit_values(event: Event) -> tuple[Any, ...]:
    values = event_values(event)
    return (*values[:9], values[11])


def read_event(row: Row) -> Event:
    """Raises UnknownFact."""
    kind, actor = _KINDS.get(row["kind"]), _ACTORS.get(row["actor_kind"])
    changes = from_json(row["changes"])
    if kind is None:
        kind, changes = _nearest(row), {}
    if actor is None:
        raise _beyond(row, row["actor_kind"])
    return Event(
        kind=kind,
        actor=Actor(actor, row["actor_id"]),
        at=row["at"],
        conversation=_optional(ConversationId, row["conversation_id"]),
        message=_optional(MessageId, row["message_id"]),
        contact=_optional(ContactId, row["contact_id"]),
        subject=row["subject_id"],
        was=_read_scope(row, "was"),
        now=_read_scope(row, "now"),
        changes=changes,
        position=row["position"],
    )


_KINDS = {kind.value: kind for kind in Kind}
_ACTORS = {kind.value: kind for kind in ActorKind}
_STATUSES = {status.value: status for status in Status}


def _nearest(row: Row) -> Kind:
    """As what a newer version's fact is passed on: what is told of a conversation or a contact is how it stands, by
    rows that this version reads, and who may see it stands in the fact's scopes. Raises UnknownFact for every other
    one: what an agent may see could hang on it, and whoever passed it over would tell too much."""
    if row["conversation_id"] is not None:
        kind = Kind.CONVERSATION_CHANGED
    elif row["contact_id"] is not None:
        kind = Kind.CONTACT_CHANGED
    else:
        raise _beyond(row, row["kind"])
    _say_once(row["kind"], kind)
    return kind


def _beyond(row: Row, unknown: str) -> UnknownFact:
    what = (
        f"cannot be passed over (position {row['position']}): who may see what "
        "could hang on it. Nothing after it is told here; upgrade this process"
    )
    return UnknownFact(_unknown(unknown, what), row["position"], row["at"])


@lru_cache(maxsize=64)
def _say_once(unknown: str, kind: Kind) -> None:
    log.warning("%s", _unknown(unknown, f"is told as {kind.value}"))


def _unknown(kind: str, what: str) -> str:
    return f"the log's {kind[:40]!r} is of a newer version and {what}"


async def events_after(reader: Reader, position: int, limit: int) -> list[Event]:
    """The next facts of the log, oldest first, up to one that is unknown. Raises UnknownFact when that is the first."""
    events: list[Event] = []
    for row in await reader.all(EVENTS_AFTER, position, limit):
        try:
            events.append(read_event(row))
        except UnknownFact:
            if not events:
                raise
            break
    return events


async def trimmed_to(reader: Reader) -> int:
    """The position up to which the log has been trimmed: a cursor before it can no longer be resumed."""
    first: int | None = await reader.value(FIRST)
    return reader.position if first is None else first - 1


def count_changes(events: Iterable[Event]) -> list[tuple[str, str, str, str, int]]:
    """How the kept counts move, in key order so that two processes lock the rows in the same order."""
    moved: Counter[tuple[str, str, str, str]] = Counter()
    for event in events:
        if event.was != event.now:
            _count(moved, event.was, -1)
            _count(moved, event.now, 1)
    return [(*cell, n) for cell, n in sorted(moved.items()) if n]


def stamps_of(event: Event) -> list[Stamp]:
    """The columns that hold an event's position without being named by its verb."""
    stamps = []
    if event.conversation:
        stamps.append(Stamp("conversations", "position", event.conversation))
    if event.message and event.kind is Kind.MESSAGE_CREATED:
        stamps.append(Stamp("messages", "position", event.message))
    if event.contact:
        stamps.append(Stamp("contacts", "position", event.contact))
    return stamps


def _count(moved: Counter[tuple[str, str, str, str]], scope: Scope | None, by: int) -> None:
    if scope is None:
        return
    for tag in ("", *scope.tags):
        moved[scope.status.value, scope.team or "", scope.assignee or "", tag] += by


@lru_cache(maxsize=1024)
def _scope_json(scope: Scope | None) -> str | None:
    return None if scope is None else as_json([scope.status, scope.team, scope.assignee, scope.tags])


def _read_scope(row: Row, column: str) -> Scope | None:
    """Raises UnknownFact."""
    if row[column] is None:
        return None
    status, team, assignee, tags = from_json(row[column])
    if status not in _STATUSES:
        raise _beyond(row, status)
    return Scope(_STATUSES[status], _optional(TeamId, team), _optional(AgentId, assignee), tuple(tags))


def _optional(kind: Any, value: Any) -> Any:
    return None if value is None else kind(value)


def positions(events: Sequence[Event]) -> str:
    """For the log line: which part of the log a batch is."""
    return f"{events[0].position}..{events[-1].position}" if events else "none"
