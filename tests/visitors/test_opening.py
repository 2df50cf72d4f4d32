"""Whether the team answers: in the session, in hello, and told to open widgets when it changes."""

from __future__ import annotations

from typing import Any

import gateway.visitors.opening
from gateway.events import SYSTEM
from gateway.stream.directory import change_team, make_team
from gateway.stream.hours import Said, forget_hours, set_hours
from tests.visitors.conftest import Shop

HOUR = 3_600_000
assert gateway.visitors.opening.LOOK_EVERY <= 1.0, "seconds after which an open widget knows"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = dict.fromkeys(DAYS, ((0, 1440),))


def minute(at: int) -> int:
    return at // 60_000 % 1440


async def furnish(shop: Shop) -> str:
    """The account's customers go to the team sales."""
    shop.desk.opening.team_of = lambda account: "sales"
    return await shop.store.write(lambda tx: make_team(tx, "sales", SYSTEM))


async def says(shop: Shop, team: str, week: dict[str, Any]) -> None:
    await shop.store.write(lambda tx: set_hours(tx, team, Said("UTC", week), SYSTEM))


async def test_nobody_has_said_when(both: Shop) -> None:
    browser = both.browser()
    assert (await browser.arrive())["team"] is None
    line = await browser.connect()
    assert (await line.hear("hello"))["team"] is None


async def test_open_and_back_at(both: Shop) -> None:
    team = await furnish(both)
    browser = both.browser()
    await says(both, team, ALWAYS)
    assert (await browser.arrive())["team"] == {"open": True, "back_at": None}
    line = await browser.connect()
    assert (await line.hear("hello"))["team"] == {"open": True, "back_at": None}
    now = both.clock()
    soon = minute(now + HOUR) // 60 * 60
    await says(both, team, dict.fromkeys(DAYS, ((soon, soon + 30),)))
    await both.desk.opening.tell(both.sessions)
    told = (await line.hear("team"))["team"]
    assert told["open"] is False
    assert now < told["back_at"] <= now + HOUR
    assert told["back_at"] % HOUR == 0
    assert (await browser.arrive())["team"] == told


async def test_time_alone_opens_and_closes(shop: Shop) -> None:
    team = await furnish(shop)
    start = minute(shop.clock() + 2 * HOUR) // 60 * 60
    await says(shop, team, dict.fromkeys(DAYS, ((start, start + 60),)))
    browser = shop.browser()
    await browser.arrive()
    line = await browser.connect()
    first = (await line.hear("hello"))["team"]
    assert first["open"] is False
    await shop.desk.opening.tell(shop.sessions)
    for ahead, is_open in ((2, True), (3, False)):
        shop.clock.ahead = ahead * HOUR
        await shop.desk.opening.tell(shop.sessions)
        await shop.desk.opening.tell(shop.sessions)
        assert (await line.hear("team"))["team"]["open"] is is_open
    assert len([frame for frame in line.frames if frame["kind"] == "team"]) == 2, "only what has changed"


async def test_it_is_the_team_that_the_account_names(shop: Shop) -> None:
    team = await furnish(shop)
    await says(shop, team, ALWAYS)
    assert await shop.desk.opening.state("web") == {"open": True, "back_at": None}
    await shop.store.write(lambda tx: change_team(tx, team, SYSTEM, name="other"))
    assert await shop.desk.opening.state("web") is None
    await shop.store.write(lambda tx: change_team(tx, team, SYSTEM, name="sales"))
    assert await shop.desk.opening.state("web") is not None
    await shop.store.write(lambda tx: forget_hours(tx, team, SYSTEM))
    assert await shop.desk.opening.state("web") is None
