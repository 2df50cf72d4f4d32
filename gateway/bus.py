"""Events and signals between the sessions of this process, and of others where they share a Redis (`gateway.carriage`).

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


@dataclass(frozen=True, slots=True)
class Missed(Signal):
    """Signals of other processes may have been lost: whoever keeps what they say looks at what is stored. Said by the
    carriage, to this process only: now and then while it is away, and when it is back."""

    back: bool = False
    """They are heard (again) from here on: what stands is said anew."""


class Bus:
    """The way between the sessions of one process. A taker's fault is logged and harms nobody else."""

    def __init__(self) -> None:
        self._event_takers: list[TakeEvents] = []
        self._signal_takers: dict[type[Signal], list[Callable[[Any], None]]] = defaultdict(list)
        self._own_takers: dict[type[Signal], list[Callable[[Any], None]]] = defaultdict(list)
        self._carry: Callable[[Signal], None] = lambda signal: None

    def take_events(self, take: TakeEvents) -> Callable[[], None]:
        """Every fact of the log from now on, in order. Returns the way to stop."""
        self._event_takers.append(take)
        return lambda: self._event_takers.remove(take)

    def take_signals(self, kind: type[S], take: Callable[[S], None]) -> Callable[[], None]:
        """Every signal of this kind, whichever process it comes from."""
        self._signal_takers[kind].append(take)
        return lambda: self._signal_takers[kind].remove(take)

    def take_own(self, kind: type[S], take: Callable[[S], None]) -> Callable[[], None]:
        """Only what sessions of this process say: for what must be done once, not once in each process."""
        self._own_takers[kind].append(take)
        return lambda: self._own_takers[kind].remove(take)

    def carry_to(self, carry: Callable[[Signal], None]) -> None:
        """What sessions of this process say goes there too: for the other processes."""
        self._carry = carry

    def publish(self, events: Sequence[Event]) -> None:
        """Called by the store's publisher only."""
        for take in tuple(self._event_takers):
            try:
                take(events)
            except Exception:
                log.exception("%r failed on events up to %d", take, events[-1].position)

    def signal(self, signal: Signal) -> None:
        """A session of this process says it: everybody hears it."""
        self._tell(self._own_takers, signal)
        self.hear(signal)
        try:
            self._carry(signal)
        except Exception:
            log.exception("%s was not carried to other processes", type(signal).__name__)

    def hear(self, signal: Signal) -> None:
        """Another process said it, or only this one is to hear it."""
        self._tell(self._signal_takers, signal)

    def _tell(self, takers: Mapping[type[Signal], Sequence[Callable[[Any], None]]], signal: Signal) -> None:
        for take in tuple(takers.get(type(signal), ())):
            try:
                take(signal)
            except Exception:
                log.exception("%r failed on %s", take, type(signal).__name__)
