"""What crosses Redis: sealed by the deployment's own secret, read with care. Pure.

A message is 16 bytes of HMAC-SHA256 and JSON. What another deployment, an older version or a stranger wrote is not
read: the log's facts are read from the database then, and a signal matters now or not at all.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from gateway.bus import (
    AgentHere,
    AgentLooks,
    AgentSays,
    AgentTyping,
    CustomerHere,
    CustomerTyping,
    PrivateChanged,
    Signal,
)
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

FORM = 1
"""The form of what is written here; another one is not read."""
SEAL = 16
"""Bytes of the seal before the JSON."""
SIGNALS_AT_ONCE = 256
"""Signals in one message at most."""
KINDS: dict[str, type[Signal]] = {
    "agent_typing": AgentTyping,
    "customer_typing": CustomerTyping,
    "agent_here": AgentHere,
    "agent_says": AgentSays,
    "agent_looks": AgentLooks,
    "customer_here": CustomerHere,
    "private_changed": PrivateChanged,
}
"""The signals that cross, by their names there."""
_NAMES = {kind: name for name, kind in KINDS.items()}
_READ: dict[str, Callable[[Any], Signal]] = {
    name: TypeAdapter(kind).validate_python for name, kind in KINDS.items()
}


FLAGS = ("asks", "again", "begins", "ends", "leaves")


class Unreadable(Exception):
    """Not ours, or of another version; the text says which, and none of its words."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of signals. Empty ones say that their process lives."""

    process: str
    signals: tuple[Signal, ...] = ()
    asks: bool = False
    """It has just come and wants to hear who is where."""
    again: bool = False
    """Others may have missed what it said."""
    begins: bool = False
    """From here on it says all that stands of its people ..."""
    ends: bool = False
    """... up to here."""
    leaves: bool = False


class Wire:
    """`secret` is the deployment's own (`Store.secret`); `name` is what is sealed, so that nothing passes for another
    thing. Every message names the process that wrote it."""

    def __init__(self, secret: bytes, name: str) -> None:
        self._key = hmac.digest(secret, f"carriage {name}".encode(), "sha256")

    # --- facts ------------------------------------------------------------------------------------------------------

    def write_events(self, process: str, events: Sequence[Event]) -> bytes:
        """One committed batch."""
        return self._seal([FORM, process, [_fields(event) for event in events]])

    def read_events(self, message: bytes) -> tuple[str, list[Event]]:
        """Who wrote it and its facts: at least one, consecutive. Raises Unreadable."""
        process, rows = self._open(message)
        try:
            events = [_event(*row) for row in rows]
            first = events[0].position
            consecutive = [event.position for event in events] == [*range(first, first + len(events))]
        except (ValueError, TypeError, IndexError, AttributeError) as why:
            raise Unreadable(f"facts that fit no form ({type(why).__name__})") from None
        if not consecutive or first < 1:
            raise Unreadable("facts that are not in order")
        return process, events

    # --- signals ----------------------------------------------------------------------------------------------------

    def write_said(self, said: Said) -> bytes:
        flags = {name: True for name in FLAGS if getattr(said, name)}
        signals = [[_NAMES[type(signal)], signal] for signal in said.signals]
        return self._seal([FORM, said.process, [flags, signals]])

    def read_said(self, message: bytes, unknown: Callable[[str], None]) -> Said:
        """`unknown` hears of each signal that is not known here or does not fit; fields not known here are left out.
        Raises Unreadable."""
        process, body = self._open(message)
        try:
            flags, signals = body
            read = tuple(_signals(signals, unknown))
            return Said(process, read, **{name: True for name in FLAGS if flags.get(name)})
        except (ValueError, TypeError, AttributeError):
            raise Unreadable("signals that fit no form") from None

    # --- sealing ----------------------------------------------------------------------------------------------------

    def _seal(self, value: Any) -> bytes:
        body = orjson.dumps(value)
        return hmac.digest(self._key, body, "sha256")[:SEAL] + body

    def _open(self, message: bytes) -> tuple[str, Any]:
        body = message[SEAL:]
        if not hmac.compare_digest(hmac.digest(self._key, body, "sha256")[:SEAL], message[:SEAL]):
            raise Unreadable("somebody else's bytes")
        try:
            form, process, value = orjson.loads(body)
        except (ValueError, TypeError):
            raise Unreadable("bytes that fit no form") from None
        if form != FORM or not isinstance(process, str):
            raise Unreadable("another version's bytes")
        return process, value


def parts(process: str, signals: Iterable[Signal]) -> list[Said]:
    """Parted so that each fits one message."""
    waiting = list(signals)
    starts = range(0, len(waiting), SIGNALS_AT_ONCE)
    return [Said(process, tuple(waiting[start : start + SIGNALS_AT_ONCE])) for start in starts]


def _signals(rows: Any, unknown: Callable[[str], None]) -> Iterator[Signal]:
    for name, fields in rows:
        read = _READ.get(name)
        if read is None:
            unknown(f"a signal {str(name)[:40]!r}")
            continue
        try:
            yield read(fields)
        except ValidationError:
            unknown(f"a signal {name!r} that does not fit")


def _fields(event: Event) -> list[Any]:
    return [
        event.position,
        event.at,
        event.kind,
        event.actor.kind,
        event.actor.id,
        event.conversation,
        event.message,
        event.contact,
        event.subject,
        _scope_fields(event.was),
        _scope_fields(event.now),
        event.changes,
    ]


def _event(
    position: int,
    at: int,
    kind: str,
    actor_kind: str,
    actor: str,
    conversation: str | None,
    message: str | None,
    contact: str | None,
    subject: str | None,
    was: Any,
    now: Any,
    changes: dict[str, Any],
    *later: Any,
) -> Event:
    """`later` is what a later version adds."""
    return Event(
        Kind(kind),
        Actor(ActorKind(actor_kind), actor),
        at + 0,
        None if conversation is None else ConversationId(conversation),
        None if message is None else MessageId(message),
        None if contact is None else ContactId(contact),
        subject,
        _scope(was),
        _scope(now),
        changes,
        position + 0,
    )


def _scope_fields(scope: Scope | None) -> list[Any] | None:
    return None if scope is None else [scope.status, scope.team, scope.assignee, scope.tags]


def _scope(fields: Any) -> Scope | None:
    if fields is None:
        return None
    status, team, assignee, tags = fields
    return Scope(
        Status(status),
        None if team is None else TeamId(team),
        None if assignee is None else AgentId(assignee),
        tuple(tags),
    )
