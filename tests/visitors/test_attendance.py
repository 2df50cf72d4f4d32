"""Is anybody there? Customers hear yes or no, and when it changes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.bus import AgentHere, AgentSays
from gateway.errors import Unavailable
from gateway.events import SYSTEM
from gateway.limits import Limits
from gateway.stream.agents import set_members
from gateway.stream.directory import change_team, make_team
from gateway.visitors import attendance
from gateway.visitors.attendance import Attendance, load_teams
from tests.visitors.conftest import Shop, open_shop, vouch
from tests.world import until

LIMITS = Limits(presence_ping=1_000, presence_expires=3_000, presence_settles=0)


@pytest.fixture
async def settled(tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop that has begun so long ago that who is there has said so; nobody is."""
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, LIMITS) as shop:
        shop.clock.ahead += 2_000
        yield shop


async def test_customers_hear_whether_anybody_is_there_and_when_it_changes(settled: Shop):
    browser = settled.browser()
    await browser.arrive()
    line = await browser.connect()
    assert (await line.hear("hello"))["here"] is False
    settled.bus.signal(AgentHere(settled.agent, "t1"))
    assert (await line.hear("here"))["here"] is True
    other = await browser.connect()
    assert (await other.hear("hello"))["here"] is True
    settled.bus.signal(AgentHere(settled.agent, "t1", gone=True))
    assert (await line.hear("here"))["here"] is False
    assert settled.agent not in str(line.raw) and "Mina" not in str(line.raw), "never who"


async def test_presence_that_is_not_renewed_ends_by_itself_and_an_idle_agent_is_not_there(settled: Shop):
    browser = settled.browser()
    await browser.arrive()
    line = await browser.connect()
    await line.hear("snapshot")
    settled.bus.signal(AgentHere(settled.agent, "t1", visible=False))
    assert await line.quiet() == []
    settled.bus.signal(AgentHere(settled.agent, "t1"))
    assert (await line.hear("here"))["here"] is True
    settled.clock.ahead += 3_000
    assert (await line.hear("here"))["here"] is False


async def test_right_after_a_start_nobody_is_taken_for_absent(shop: Shop):
    browser = shop.browser()
    await browser.arrive()
    line = await browser.connect()
    assert (await line.hear("hello"))["here"] is True


async def test_it_is_the_accounts_team_that_is_there_or_not(both: Shop):
    both.clock.ahead += 60_000  # begun so long ago that who is there has said so
    both.desk.opening.team_of = lambda account: "sales" if account == "web" else ""
    team = await both.store.write(lambda tx: make_team(tx, "sales", SYSTEM))
    hana, other = both.browser(), both.browser("second")
    await hana.arrive()
    await other.arrive()
    both.bus.signal(AgentHere(both.agent, "t1"))
    line, second = await hana.connect(), await other.connect()
    assert (await line.hear("hello"))["here"] is False, "who is here is not of the team"
    assert (await second.hear("hello"))["here"] is True, "an account without a team means everybody"
    await line.quiet()  # she has joined: what changes between hello and joining is told anew
    await both.store.write(lambda tx: set_members(tx, team, [both.agent], SYSTEM))
    assert (await line.hear("here"))["here"] is True, "told when somebody joins the team"
    both.bus.signal(AgentSays(both.agent, "busy"))
    assert [frame["kind"] for frame in await line.quiet()] == [], "busy is here"
    both.bus.signal(AgentSays(both.agent, "away"))
    assert (await line.hear("here"))["here"] is False
    both.bus.signal(AgentSays(both.agent, "online"))
    assert (await line.hear("here"))["here"] is True
    await both.store.write(lambda tx: set_members(tx, team, [], SYSTEM))
    assert (await line.hear("here"))["here"] is False
    await both.store.write(lambda tx: change_team(tx, team, SYSTEM, retired=True))
    assert (await line.hear("here"))["here"] is True, "of a team that is no more, everybody answers"


async def test_who_comes_while_the_teams_are_looked_up_waits_for_them(
    settled: Shop, monkeypatch: pytest.MonkeyPatch
):
    settled.desk.opening.team_of = lambda account: "sales"
    browsers = [settled.browser(), settled.browser()]
    for browser in browsers:
        await browser.arrive()
    settled.bus.signal(AgentHere(settled.agent, "t1"))
    looked_up, read = asyncio.Event(), settled.store.read

    async def reads(look: Any) -> Any:
        if look is load_teams:
            await looked_up.wait()
        return await read(look)

    monkeypatch.setattr(settled.store, "read", reads)
    await settled.store.write(lambda tx: make_team(tx, "sales", SYSTEM))
    lines = [await browser.connect() for browser in browsers]
    asyncio.get_running_loop().call_later(0.1, looked_up.set)
    assert [(await line.hear("hello"))["here"] for line in lines] == [False, False]


async def test_an_address_that_was_left_is_kept_unproven_and_joins_nobody(both: Shop):
    anna = both.browser()
    await anna.arrive(vouch=vouch("anna", email="anna@shop.example"))
    await anna.say("I am Anna")
    visitor = both.browser()
    assert (await visitor.arrive())["address"] is None
    told = await visitor.arrive(claims={"email": "anna@shop.example"})
    assert told["address"] == "anna@shop.example"
    assert (await visitor.arrive())["address"] == "anna@shop.example", "the token carries it"
    await visitor.say("Is anybody there?")
    rows = await both.all("select id, claims, attributes from contacts order by id")
    assert len(rows) == 2, "a claim joins nobody"
    assert "anna@shop.example" in rows[1]["claims"] and "anna@shop.example" not in rows[1]["attributes"]
    assert await both.one("select 1 from identities where space = 'mailto'") is None
    later = await visitor.arrive(claims={"email": "other@shop.example"})
    assert later["address"] == "other@shop.example"
    (row,) = await both.all("select claims from contacts where id = $1", rows[1]["id"])
    assert "other@shop.example" in row["claims"]


async def test_what_the_site_signed_is_her_address(shop: Shop):
    anna = shop.browser()
    told = await anna.arrive(vouch=vouch("anna", email="anna@shop.example"))
    assert told["address"] == "anna@shop.example"


async def test_it_is_not_kept_for_who_has_no_room_and_told_when_she_has(settled: Shop):
    browser = settled.browser()
    await browser.arrive()
    line = await browser.connect()
    await line.hear("snapshot")
    await line.quiet()
    (session,) = settled.sessions
    session.send({"kind": "filler", "text": "x" * 3_000_000})
    waits = session._waiting
    settled.bus.signal(AgentHere(settled.agent, "t1"))
    assert session.lags
    assert session._waiting == waits
    await line.hear("filler")
    assert (await line.hear("here"))["here"] is True


async def test_a_database_that_is_gone_is_told_of_once(
    settled: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    tried: list[int] = []

    async def gone(self: Attendance) -> None:
        tried.append(1)
        raise Unavailable("no database")

    monkeypatch.setattr(attendance, "TICK", 0.01)
    monkeypatch.setattr(Attendance, "_look_up", gone)
    await until(lambda: len(tried) > 3)
    assert caplog.text.count("cannot see who is in which team") == 1
