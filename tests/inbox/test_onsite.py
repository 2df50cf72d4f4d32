"""Whose customers are on the site: for the rows that a tab shows, as far as its agent may see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

import inbox.onsite
from gateway.bus import CustomerHere
from gateway.events import agent
from gateway.stream import assign
from inbox.commands.showing import ROWS
from tests.inbox.conftest import House
from tests.inbox.tabs import Tab, tabs
from tests.inbox.test_returning import person_of
from tests.inbox.test_session_slow import stalls


@pytest.fixture(autouse=True)
async def telling(both: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(inbox.onsite, "GATHER", 0.01)
    running = asyncio.create_task(both.desk.onsite.run())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def stands(tab: Tab) -> dict[str, bool]:
    """What the tab knows by all that it was told."""
    known: dict[str, bool] = {}
    for frame in tab.of("signals"):
        known.update(frame.get("rows", {}))
    return known


def goes(house: House, person: str, *, here: bool, tab: str = "t1") -> None:
    house.desk.bus.signal(CustomerHere(person, tab, here=here))


async def test_rows_are_told_how_they_stand_and_what_changes(both: House) -> None:
    first, second, third = [
        (await both.customer_writes("hi", name=name)).conversation for name in ("Lee", "Park", "Choi")
    ]
    lee, park, choi = [await person_of(both, one) for one in (first, second, third)]
    goes(both, lee, here=True)
    goes(both, choi, here=True)
    async with tabs(both, "ann", "ann") as (ann, other):
        await ann.hears("snapshot")
        await other.hears("snapshot")
        assert (await ann.command("show_rows", conversations=[first, second]))["kind"] == "result"
        assert stands(ann) == {first: True}, "only what is shown"
        goes(both, park, here=True)
        await ann.until(lambda tab: stands(tab).get(second), "who came")
        goes(both, lee, here=True, tab="t2")
        goes(both, lee, here=False)
        goes(both, park, here=False)
        await ann.until(lambda tab: stands(tab) == {first: True, second: False}, "who left; two tabs are one")
        await ann.command("show_rows", conversations=[third])
        await ann.until(lambda tab: stands(tab).get(third), "the row that came to the screen")
        goes(both, lee, here=False, tab="t2")
        goes(both, choi, here=False)
        await ann.until(lambda tab: stands(tab).get(third) is False, "what changes on the screen")
        assert stands(ann)[first] is True, "what is not shown any more is not told"
        assert stands(other) == {}, "a tab that shows nothing is told nothing"


async def test_what_an_agent_may_not_see_is_not_told(both: House) -> None:
    talk = (await both.customer_writes("hi", name="Lee", team="sales")).conversation
    open_ = (await both.customer_writes("hi", name="Park")).conversation
    lee, park = [await person_of(both, one) for one in (talk, open_)]
    goes(both, lee, here=True)
    async with tabs(both, "ann", "bob") as (ann, bob):
        for tab in (ann, bob):
            await tab.hears("snapshot")
            await tab.command("show_rows", conversations=[talk, open_])
        assert stands(ann) == {talk: True}
        assert stands(bob) == {}
        support = both.teams["support"]
        by = agent(both.agents["sue"])
        await both.store.write(lambda tx: assign.set_team(tx, talk, support, by))
        await ann.until(lambda tab: any(one["kind"] == "left" for one in tab.events), "that it left the view")
        goes(both, lee, here=False)
        goes(both, park, here=True)
        await ann.until(lambda tab: stands(tab).get(open_), "what she still sees")
        await bob.until(lambda tab: stands(tab).get(open_), "what everybody sees")
        assert stands(ann)[talk] is True, "of what has left her sight nothing is told"
        await bob.command("show_rows", conversations=[talk, open_])
        goes(both, lee, here=True)
        await bob.until(lambda tab: stands(tab).get(talk), "what has come into his")


async def test_a_screen_holds_so_many_rows(both: House) -> None:
    async with tabs(both, "ann") as (ann,):
        await ann.hears("snapshot")
        many = [f"{n:026d}" for n in range(ROWS + 1)]
        assert (await ann.command("show_rows", conversations=many))["kind"] == "problem"
        assert (await ann.command("show_rows", conversations=many[1:]))["kind"] == "result"
        assert stands(ann) == {}


async def test_rows_that_are_shown_while_the_tab_lags_are_told(both: House) -> None:
    talk = (await both.customer_writes("hi", name="Lee")).conversation
    lee = await person_of(both, talk)
    async with tabs(both, "ann") as (ann,):
        await stalls(both, ann, "ann")
        await ann.say(kind="command", id="rows", name="show_rows", args={"conversations": [talk]})
        ann.connection.transport.resume_reading()
        await ann.until(lambda tab: any(one.get("id") == "rows" for one in tab.frames), "the answer")
        goes(both, lee, here=True)
        await ann.until(lambda tab: stands(tab).get(talk), "who came")
