"""What crosses Redis comes back as it was; what is not ours, not of this version or not in order is not read."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bus import (
    AgentHere,
    AgentLooks,
    AgentSays,
    AgentTyping,
    CustomerHere,
    CustomerTyping,
    Missed,
    PrivateChanged,
    Signal,
)
from gateway.carriage import wire as wire_module
from gateway.carriage.wire import KINDS, SIGNALS_AT_ONCE, Said, Unreadable, Wire, parts
from gateway.events import (
    SYSTEM,
    AgentId,
    ContactId,
    ConversationId,
    Event,
    Kind,
    MessageId,
    Scope,
    Status,
    TeamId,
    agent,
)

SECRET = b"s" * 32
EVERY: list[Signal] = [
    AgentTyping("c", "ann", "t", "안나", None, "public", True, ("p1", "p2")),
    CustomerTyping("c", "p1", "Kim", True, "배송이 언제"),
    AgentHere("ann", "t", visible=False, active=False),
    AgentHere("ann", "t", gone=True),
    AgentSays("ann", "busy"),
    AgentLooks("ann", "t", None),
    CustomerHere("p1", "t", True),
    PrivateChanged("ann", "t", {"drafts": {"c": {"note": "hm"}}}),
]


def unread(message: bytes, wire: Wire) -> list[str]:
    left: list[str] = []
    wire.read_said(message, left.append)
    return left


def fact(position: int, **more: Any) -> Event:
    return Event(Kind.MESSAGE_CREATED, SYSTEM, 5, position=position, **more)


def test_every_signal_but_the_carriages_own_crosses_as_it_is() -> None:
    assert {type(signal) for signal in EVERY} == set(KINDS.values())
    assert {kind.__name__ for kind in (*KINDS.values(), Missed)} == {
        kind.__name__ for kind in Signal.__subclasses__()
    }
    wire = Wire(SECRET, "x")
    said = Said("a", tuple(EVERY), asks=True, begins=True)
    assert wire.read_said(wire.write_said(said), pytest.fail) == said
    assert wire.read_said(wire.write_said(Said("a", leaves=True)), pytest.fail) == Said("a", leaves=True)


scopes = st.none() | st.builds(
    Scope,
    st.sampled_from(Status),
    st.none() | st.text().map(TeamId),
    st.none() | st.text().map(AgentId),
    st.lists(st.text(), max_size=3).map(tuple),
)


@given(
    was=scopes,
    now=scopes,
    subject=st.none() | st.text(),
    changes=st.dictionaries(st.text(), st.integers(0, 9)),
)
def test_facts_cross_as_they_are(
    was: Scope | None, now: Scope | None, subject: str | None, changes: dict[str, int]
) -> None:
    first = Event(
        Kind.CONVERSATION_CHANGED,
        agent("ann"),
        1,
        ConversationId("c"),
        MessageId("m"),
        ContactId("k"),
        subject,
        was,
        now,
        changes,
        7,
    )
    events = [first, dataclasses.replace(first, position=8)]
    wire = Wire(SECRET, "x")
    assert wire.read_events(wire.write_events("a", events)) == ("a", events)


@pytest.mark.parametrize(
    "change", [lambda sealed: sealed[:-1], lambda sealed: b"x" + sealed[1:], lambda sealed: b""]
)
def test_a_changed_byte_is_somebody_elses(change: Any) -> None:
    wire = Wire(SECRET, "x")
    with pytest.raises(Unreadable, match="somebody else"):
        wire.read_events(change(wire.write_events("a", [fact(1)])))
    with pytest.raises(Unreadable, match="somebody else"):
        wire.read_said(change(wire.write_said(Said("a"))), pytest.fail)


def test_another_deployment_and_another_purpose_have_other_seals() -> None:
    sealed = Wire(SECRET, "x").write_events("a", [fact(1)])
    for stranger in (Wire(b"t" * 32, "x"), Wire(SECRET, "y")):
        with pytest.raises(Unreadable, match="somebody else"):
            stranger.read_events(sealed)


def sealed(wire: Wire, value: Any) -> bytes:
    return wire._seal(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        [1],
        [2, "a", []],
        [1, 5, []],
        ["1", "a", []],
        [1, "a", None],
        [1, "a", []],
        [1, "a", [[]]],
    ],
)
def test_what_fits_no_form_is_not_read(value: Any) -> None:
    wire = Wire(SECRET, "x")
    with pytest.raises(Unreadable):
        wire.read_events(sealed(wire, value))


@pytest.mark.parametrize("body", [None, [], [[], 5], [{}, 5], [{}, [5]]])
def test_signals_that_fit_no_form_are_not_read(body: Any) -> None:
    wire = Wire(SECRET, "x")
    with pytest.raises(Unreadable):
        wire.read_said(sealed(wire, [1, "a", body]), pytest.fail)


@pytest.mark.parametrize("positions", [[0], [1, 3], [2, 1], [1, 1]])
def test_facts_out_of_order_are_not_read(positions: list[int]) -> None:
    wire = Wire(SECRET, "x")
    with pytest.raises(Unreadable, match="order"):
        wire.read_events(wire.write_events("a", [fact(position) for position in positions]))


def test_a_fact_of_a_kind_that_comes_later_is_left_to_the_database() -> None:
    wire = Wire(SECRET, "x")
    row = wire_module._fields(fact(1))
    row[2] = "message.sung"
    with pytest.raises(Unreadable, match="ValueError"):
        wire.read_events(sealed(wire, [1, "a", [row]]))
    later = [*wire_module._fields(fact(1)), "a field that comes later"]
    assert wire.read_events(sealed(wire, [1, "a", [later]]))[1] == [fact(1)]


def test_unknown_signals_and_fields_cost_nothing() -> None:
    wire = Wire(SECRET, "x")
    rows = [
        ["agent_sings", {"song": "1"}],
        ["agent_says", {"agent": "ann", "availability": "busy", "until": 5}],
        ["agent_says", {"agent": "ann"}],
        ["customer_here", {"person": 5, "tab": [], "here": "perhaps"}],
        ["agent_says", "ann"],
    ]
    left: list[str] = []
    said = wire.read_said(sealed(wire, [1, "a", [{"asks": True, "hums": True}, rows]]), left.append)
    assert said == Said("a", (AgentSays("ann", "busy"),), asks=True)
    assert len(left) == 4
    assert not any("5" in words or "ann" in words for words in left), "what it says is told nobody"


def test_what_does_not_fit_one_message_comes_in_several() -> None:
    many = [AgentLooks("ann", str(number), "c") for number in range(SIGNALS_AT_ONCE + 1)]
    said = parts("a", many)
    assert [len(one.signals) for one in said] == [SIGNALS_AT_ONCE, 1]
    assert [signal for one in said for signal in one.signals] == many
    assert parts("a", []) == []


def test_a_signal_is_small() -> None:
    wire = Wire(SECRET, "x")
    message = wire.write_said(Said("01k0", (AgentHere("a" * 26, "t" * 26),)))
    assert len(message) < 220
    assert orjson.loads(message[16:])[0] == wire_module.FORM
