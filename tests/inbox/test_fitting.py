"""What callers send: strict, plain, and refused without being repeated."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Malformed
from inbox.fitting import Id, Moment, Name, Position, Query, Sent, fitted
from inbox.places import Place, read_place


class Thing(Sent):
    id: Id
    name: Name
    position: Position = 0
    at: Moment = 0
    values: dict[str, Any] | None = None


class Ask(Query):
    limit: int = 5


def test_what_fits() -> None:
    thing = fitted(Thing, {"id": "01abc", "name": " Kim ", "position": 2**53})
    assert (thing.name, thing.position) == ("Kim", 2**53)
    assert fitted(Ask, {"limit": "7"}).limit == 7


@pytest.mark.parametrize(
    "value",
    [
        {"id": "01abc"},
        {"id": "01ABC", "name": "x"},
        {"id": "", "name": "x"},
        {"id": "a" * 65, "name": "x"},
        {"id": "a", "name": "   "},
        {"id": "a", "name": "x", "more": 1},
        {"id": "a", "name": "x", "position": -1},
        {"id": "a", "name": "x", "position": 2**53 + 1},
        {"id": "a", "name": "x", "at": 8_640_000_000_000_001},
        {"id": "a", "name": "x", "position": "1"},
        {"id": "a", "name": "x", "position": True},
        {"id": "a\n", "name": "x"},
        {"id": "a", "name": "x\0"},
        {"id": "a", "name": "\ud800"},
        {"id": "a", "name": "x", "values": {"\0": 1}},
        {"id": "a", "name": "x", "values": {"n": 2**63}},
        {"id": "a", "name": "x", "values": {"n": [-(10**30)]}},
        {"id": "a", "name": "x", "values": {"n": 10**400}},
        {"id": "a", "name": "x", "values": {"n": float("inf")}},
        {"id": "a", "name": "x", "values": {"n": float("nan")}},
        [],
        "hushhush",
        None,
    ],
)
def test_what_does_not(value: Any) -> None:
    with pytest.raises(Malformed) as caught:
        fitted(Thing, value)
    assert "hushhush" not in f"{caught.value} {caught.value.params}"


def test_nesting_has_a_bottom() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"x": deep}
    with pytest.raises(Malformed):
        fitted(Thing, {"id": "a", "name": "x", "values": {"deep": deep}})


@given(st.integers(0, 2**53), st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=1, max_size=26))
def test_a_place_reads_as_it_is_written(first: int, tie: str) -> None:
    place = Place(first, tie)
    assert read_place(str(place)) == place


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_malformed(text: str) -> None:
    try:
        place = read_place(text)
    except Malformed:
        return
    assert str(Place(*place)).endswith(place.tie)
