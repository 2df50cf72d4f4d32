"""Events and signals between the sessions of this process.

Facts come from the store's publisher, in position order. Signals are never stored and expire by themselves; each is a
frozen dataclass, and whoever cares subscribes to its class.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.events import Event

log = logging.getLogger(__name__)
S = TypeVar("S", bound="Signal")
TakeEvents = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that matters now or not at all."""


@dataclass(frozen=True, slots=True)
class AgentTyping(Signal):
    """An agent writes. `persons` (`identities.person_id`) are whom a public reply would reach; empty for a note, of
    which nobody outside hears."""

    conversation: str
    agent: str
    tab: str
    name: str
    picture: str | None
    mode: str
    active: bool
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerTyping(Signal):
    conversation: str
    person: str
    name: str
    active: bool
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class AgentHere(Signal):
    """One tab of an agent renews its lease; `gone` gives it up."""

    agent: str
    tab: str
    visible: bool = True
    active: bool = True
    gone: bool = False


@dataclass(frozen=True, slots=True)
class AgentSays(Signal):
    """What an agent says of themselves by hand: `online`, `away` or `busy`. Stored; said again with every tab."""

    agent: str
    availability: str


@dataclass(frozen=True, slots=True)
class AgentLooks(Signal):
    agent: str
    tab: str
    conversation: str | None


@dataclass(frozen=True, slots=True)
class CustomerHere(Signal):
    """A customer's browser is connected (or no longer)."""

    person: str
    tab: str
    here: bool


@dataclass(frozen=True, slots=True)
class PrivateChanged(Signal):
    """An agent's own state changed in one tab: the others are told."""

    agent: str
    tab: str
    private: Mapping[str, Any] = field(default_factory=dict)


class Bus:
    """In-process carriage. A taker's fault is logged and harms nobody else."""

    def __init__(self) -> None:
        self._event_takers: list[TakeEvents] = []
        self._signal_takers: dict[type[Signal], list[Callable[[Any], None]]] = defaultdict(list)

    def take_events(self, take: TakeEvents) -> Callable[[], None]:
        """Every fact of the log from now on, in order. Returns the way to stop."""
        self._event_takers.append(take)
        return lambda: self._event_takers.remove(take)

    def take_signals(self, kind: type[S], take: Callable[[S], None]) -> Callable[[], None]:
        self._signal_takers[kind].append(take)
        return lambda: self._signal_takers[kind].remove(take)

    def publish(self, events: Sequence[Event]) -> None:
        """Called by the store's publisher only."""
        for take in tuple(self._event_takers):
            try:
                take(events)
            except Exception:
                log.exception("%r failed on events up to %d", take, events[-1].position)

    def signal(self, signal: Signal) -> None:
        for take in tuple(self._signal_takers[type(signal)]):
            try:
                take(signal)
            except Exception:
                log.exception("%r failed on %s", take, type(signal).__name__)
