"""What an agent says of themselves by hand, by REST as by the socket."""

from __future__ import annotations

import pytest

from tests.inbox.conftest import House
from tests.inbox.tabs import opened


async def test_a_program_says_busy_and_the_agents_own_tabs_hear_it(house: House) -> None:
    tab = await opened(house, "ann")
    ann = await house.client("ann")
    for said in ("busy", "away", "online"):
        assert (await ann.ask("PUT", "/session/availability", {"availability": said}))[0] < 300
        told = {"availability": said}
        await tab.until(lambda tab, told=told: told in [one["private"] for one in tab.of("private")], said)  # type: ignore[misc]
    fresh = await opened(house, "ann")
    assert fresh.of("snapshot")[0]["private"]["availability"] == "online"
    for one in (tab, fresh):
        await one.close()


@pytest.mark.parametrize(
    "body", [{}, {"availability": "asleep"}, {"availability": None}, {"availability": "busy", "x": 1}]
)
async def test_anything_else_is_refused(house: House, body: dict[str, object]) -> None:
    ann = await house.client("ann")
    assert (await ann.fails("PUT", "/session/availability", body))[0] in (400, 422)
