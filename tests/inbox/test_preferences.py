"""What agents prefer, as far as it means something here."""

from __future__ import annotations

import pytest

from gateway.errors import Malformed
from inbox.preferences import check_quiet, load_preferences, wants_quiet
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs

HOUR = 3_600_000


async def test_quiet_hours(both: House) -> None:
    for bad in (
        {"zone": "Mars/Base", "start": 0, "end": 1},
        {"zone": "UTC", "start": 2000, "end": 1},
        "night",
    ):
        with pytest.raises(Malformed):
            await does(both, "ann", "set_preferences", values={"quiet": bad})
    await does(both, "ann", "set_preferences", values={"quiet": {"zone": "UTC", "start": 0, "end": 0}})
    async with tabs(both, "ann", "bob") as [ann, bob]:
        assert ann.of("private")[-1]["private"]["notices"]["quiet"] is True
        assert ann.of("private")[-1]["private"]["preferences"]["quiet"]["days"] == list(range(7))
        assert bob.of("private")[-1]["private"]["notices"]["quiet"] is False


async def test_a_signature_has_words_in_both_languages(house: House) -> None:
    for bad in ({"de": "x"}, {"en": 1}, {"en": "x" * 1001}, "x"):
        with pytest.raises(Malformed):
            await does(house, "ann", "set_preferences", values={"signature": bad})
    await does(house, "ann", "set_preferences", values={"signature": {"ko": "앤 드림"}})
    rows = await house.store.read(lambda look: load_preferences(look, [house.agents["ann"]]))
    assert rows[house.agents["ann"]]["signature"] == {"en": "", "ko": "앤 드림"}
    await does(house, "ann", "set_preferences", values={"signature": None})
    rows = await house.store.read(lambda look: load_preferences(look, [house.agents["ann"]]))
    assert "signature" not in rows[house.agents["ann"]]


def test_quiet_is_whoever_says_when() -> None:
    said = check_quiet({"zone": "UTC", "start": 60, "end": 120})
    assert [wants_quiet({"quiet": said}, at * HOUR) for at in range(4)] == [False, True, False, False]
    assert not wants_quiet({"quiet": said | {"days": []}}, HOUR)
    for nothing in (
        {},
        {"quiet": None},
        {"quiet": "night"},
        {"quiet": {"zone": "UTC", "start": 0, "end": 0}},
    ):
        assert not wants_quiet(nothing, HOUR)


async def test_of_those_who_are_asked_for(both: House) -> None:
    await does(both, "ann", "set_preferences", values={"theme": "dark"})
    ann, bob = both.agents["ann"], both.agents["bob"]
    found = await both.store.read(lambda look: load_preferences(look, [ann, bob, "nobody"]))
    assert found == {ann: {"theme": "dark"}, bob: {}}
