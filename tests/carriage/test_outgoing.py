"""What waits to be carried: facts in order, of signals the latest, never more than fits."""

from __future__ import annotations

import asyncio

from gateway.bus import AgentHere, AgentLooks, CustomerTyping, PrivateChanged
from gateway.carriage.outgoing import BATCHES, SIGNALS, Outgoing
from gateway.carriage.wire import Said
from gateway.events import SYSTEM, Event, Kind


def outgoing() -> tuple[Outgoing, asyncio.Event]:
    wake = asyncio.Event()
    return Outgoing(wake), wake


def test_the_latest_stands_where_the_first_stood() -> None:
    out, wake = outgoing()
    here, looks = AgentHere("ann", "t"), AgentLooks("ann", "t", "c")
    for signal in (
        here,
        looks,
        CustomerTyping("c", "kim", "Kim", True, "h"),
        CustomerTyping("c", "kim", "Kim", True, "hi"),
        CustomerTyping("d", "kim", "Kim", True),
        AgentHere("ann", "t", visible=False),
    ):
        out.add_signal(signal)
    assert wake.is_set()
    _, said = out.take("a")
    assert said == [
        Said(
            "a",
            (
                AgentHere("ann", "t", visible=False),
                looks,
                CustomerTyping("c", "kim", "Kim", True, "hi"),
                CustomerTyping("d", "kim", "Kim", True),
            ),
        )
    ]
    assert out.take("a") == ([], [])


def test_no_private_change_outdates_another() -> None:
    out, _ = outgoing()
    changes = [
        PrivateChanged("ann", "t", {"preferences": {}}),
        PrivateChanged("ann", "t", {"read": {"c": 1}}),
    ]
    for change in changes:
        out.add_signal(change)
    assert out.take("a")[1] == [Said("a", tuple(changes))]


def test_what_stands_for_long_goes_before_what_is_said_now() -> None:
    out, _ = outgoing()
    out.add_signal(AgentHere("ann", "t"))
    out.add_said(Said("a", asks=True))
    assert out.take("a")[1] == [Said("a", asks=True), Said("a", (AgentHere("ann", "t"),))]


def test_more_than_fits_is_left_out_and_said_so() -> None:
    out, _ = outgoing()
    for number in range(SIGNALS):
        out.add_signal(AgentHere("ann", str(number)))
    out.add_signal(AgentHere("ann", "0", visible=False))
    before = out.overflown
    out.add_signal(AgentHere("ann", "one more"))
    assert (before, out.overflown) == (False, True)
    assert sum(len(said.signals) for said in out.take("a")[1]) == SIGNALS
    for number in range(BATCHES + 1):
        out.add_events([Event(Kind.DIRECTORY_CHANGED, SYSTEM, 0, position=number + 1)])
    assert [batch[0].position for batch in out.take("a")[0]] == list(range(2, BATCHES + 2))


def test_cleared_it_holds_nothing() -> None:
    out, _ = outgoing()
    out.add_signal(AgentHere("ann", "t"))
    out.add_said(Said("a"))
    out.add_events([Event(Kind.DIRECTORY_CHANGED, SYSTEM, 0, position=1)])
    out.clear()
    assert out.take("a") == ([], [])
