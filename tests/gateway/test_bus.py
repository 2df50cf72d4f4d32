"""The bus: facts and signals reach whoever cares, in order; nobody's fault harms anybody else."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from gateway.bus import AgentHere, AgentLooks, Bus, Signal
from gateway.events import SYSTEM, Event, Kind


def fact(position: int) -> Event:
    return Event(Kind.DIRECTORY_CHANGED, SYSTEM, 0, position=position)


def test_facts_reach_every_taker_in_order() -> None:
    bus = Bus()
    first: list[int] = []
    second: list[int] = []
    bus.take_events(lambda events: first.extend(event.position for event in events))
    bus.publish([fact(1), fact(2)])
    stop = bus.take_events(lambda events: second.extend(event.position for event in events))
    bus.publish([fact(3)])
    stop()
    bus.publish([fact(4)])
    assert first == [1, 2, 3, 4]
    assert second == [3], "from when it was asked for until it was stopped"


def test_a_takers_fault_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    taken: list[int] = []

    def broken(events: Sequence[Event]) -> None:
        raise RuntimeError("a broken taker")

    def broken_too(signal: AgentHere) -> None:
        raise RuntimeError("a broken taker")

    here: list[AgentHere] = []
    bus.take_events(broken)
    bus.take_events(lambda events: taken.extend(event.position for event in events))
    bus.take_signals(AgentHere, broken_too)
    bus.take_signals(AgentHere, here.append)
    with caplog.at_level(logging.ERROR):
        bus.publish([fact(1)])
        bus.publish([fact(2)])
        bus.signal(AgentHere("ann", "1"))
    assert taken == [1, 2]
    assert here == [AgentHere("ann", "1")]
    assert len(caplog.records) == 3, "each fault is logged once"


def test_signals_reach_their_kind_only() -> None:
    bus = Bus()
    here: list[AgentHere] = []
    looks: list[AgentLooks] = []
    stop = bus.take_signals(AgentHere, here.append)
    bus.take_signals(AgentLooks, looks.append)
    bus.signal(AgentHere("ann", "1"))
    bus.signal(AgentLooks("ann", "1", "c"))
    stop()
    bus.signal(AgentHere("ann", "2"))
    assert (here, looks) == ([AgentHere("ann", "1")], [AgentLooks("ann", "1", "c")])


def test_a_taker_may_stop_while_it_is_told() -> None:
    bus = Bus()
    told: list[str] = []

    def once(events: Sequence[Event]) -> None:
        told.append("once")
        stop()

    stop = bus.take_events(once)
    bus.take_events(lambda events: told.append("always"))
    bus.publish([fact(1)])
    bus.publish([fact(2)])
    assert told == ["once", "always", "always"]


def test_what_a_taker_signals_in_turn_is_carried() -> None:
    bus = Bus()
    looks: list[AgentLooks] = []
    bus.take_signals(AgentHere, lambda said: bus.signal(AgentLooks(said.agent, said.tab, None)))
    bus.take_signals(AgentLooks, looks.append)
    bus.signal(AgentHere("ann", "1"))
    assert looks == [AgentLooks("ann", "1", None)]


def test_what_another_process_says_is_heard_and_not_carried_again(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    heard: list[Signal] = []
    own: list[Signal] = []
    carried: list[Signal] = []
    bus.take_signals(AgentHere, heard.append)
    stop = bus.take_own(AgentHere, own.append)
    bus.carry_to(carried.append)
    ann, bob = AgentHere("ann", "1"), AgentHere("bob", "1")
    bus.signal(ann)
    bus.hear(bob)
    assert (heard, own, carried) == ([ann, bob], [ann], [ann])
    stop()

    def broken(signal: Signal) -> None:
        raise RuntimeError("a broken carriage")

    bus.carry_to(broken)
    bus.signal(ann)
    assert (heard, own) == ([ann, bob, ann], [ann])
    assert "not carried" in caplog.text
