"""What waits to be carried: facts in order, signals with the latest of each kind. Bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from itertools import count

from gateway.bus import (
    AgentHere,
    AgentLooks,
    AgentSays,
    AgentTyping,
    CustomerHere,
    CustomerTyping,
    Signal,
)
from gateway.carriage.wire import Said, parts
from gateway.events import Event

BATCHES = 1000
"""Batches that wait; the oldest makes room: others read it from the database."""
SIGNALS = 5000
"""Signals that wait; what comes above that is left out, and all that stands is said again."""


class Outgoing:
    """`wake` is set when there is something."""

    def __init__(self, wake: asyncio.Event) -> None:
        self._wake = wake
        self._batches: deque[Sequence[Event]] = deque(maxlen=BATCHES)
        self._signals: dict[Hashable, Signal] = {}
        self._said: list[Said] = []
        self._numbers = count()
        self.overflown = False
        """Something was left out since this was last set to False."""

    def add_events(self, events: Sequence[Event]) -> None:
        self._batches.append(events)
        self._wake.set()

    def add_signal(self, signal: Signal) -> None:
        """In the place of an older one that it outdates, else behind all others."""
        outdates = _outdates(signal)
        key = next(self._numbers) if outdates is None else outdates
        if key in self._signals or len(self._signals) < SIGNALS:
            self._signals[key] = signal
            self._wake.set()
        else:
            self.overflown = True

    def add_said(self, said: Said) -> None:
        self._said.append(said)
        self._wake.set()

    def take(self, process: str) -> tuple[list[Sequence[Event]], list[Said]]:
        """All that waits; what stands for long before what is said now."""
        events, said = list(self._batches), [*self._said, *parts(process, self._signals.values())]
        self._batches.clear()
        self._signals, self._said = {}, []
        return events, said

    def clear(self) -> None:
        self._batches.clear()
        self._signals.clear()
        self._said.clear()
        self.overflown = False


def _outdates(signal: Signal) -> Hashable:
    """Two signals of one key: only the later one matters. None: each matters."""
    match signal:
        case AgentTyping(conversation, agent, tab):
            return "types", conversation, agent, tab
        case CustomerTyping(conversation, person):
            return "types", conversation, person
        case AgentHere(agent, tab):
            return "here", agent, tab
        case AgentLooks(agent, tab):
            return "looks", agent, tab
        case AgentSays(agent):
            return "says", agent
        case CustomerHere(person, tab):
            return "customer", person, tab
    return None
