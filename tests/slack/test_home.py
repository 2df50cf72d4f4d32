"""Home tabs: what the linked agent may see and no more, drawn when something happened and published once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import TemporaryError, UncertainError
from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.records import Person
from inbox.slack.client import Client
from inbox.slack.understand import Nothing, Opened, understand
from tests.inbox.conftest import does
from tests.slack.town import QUICK, Town, open_town, read_in


def shown(town: Town, person: Person) -> str:
    view = town.slack.home(person)
    return "" if view is None else read_in(view.body["blocks"])


async def shows(town: Town, person: Person, *wanted: str) -> str:
    for _ in range(1000):
        if all(one in shown(town, person) for one in wanted):
            return shown(town, person)
        await asyncio.sleep(0.01)
    raise AssertionError((wanted, shown(town, person)))


def test_only_the_home_tab_is_one() -> None:
    def told(**event: Any) -> Any:
        return {
            "event_id": "E1",
            "event": {"type": "app_home_opened", "user": "U1", "channel": "D1", **event},
        }

    assert understand("events_api", told(tab="home")) == Opened("event:E1", "U1", "")
    assert isinstance(understand("events_api", told(tab="messages")), Nothing)


async def test_who_is_linked_to_nobody_reads_how_to(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        await town.house.customer_writes("hello", team="sales")
        await town.listens()
        town.slack.open_home(town.joon)
        told = await shows(town, town.joon, "/parley link")
        assert "아직 연결되지 않았어요" in told and "Kim" not in told
        await town.links(town.joon, "bob")
        await shows(town, town.joon, "Bob 님으로", "답을 기다리는 대화: 0건")


async def test_it_shows_what_she_may_see_and_follows(tmp_path: Path) -> None:
    rules = {"late": {"does": "alert", "channel": "#support", "waiting": 0}}
    async with open_town(tmp_path, rules=rules) as town:
        house = town.house
        await town.works()
        mine = await house.customer_writes("<!channel> SECRET words", team="sales")
        await house.customer_writes("hello", name="Lee", team="support")
        town.slack.open_home(town.mina)
        told = await shows(town, town.mina, "Waiting for an answer: 1", "#1 · Kim", "Somebody waits: #1")
        assert "Lee" not in told and "SECRET" not in told
        assert "Nothing open is assigned to you." in told
        await does(house, "ann", "assign", conversation=mine.conversation, agent=house.agents["ann"])
        for _ in range(500):
            if "Nothing open is assigned" not in shown(town, town.mina):
                break
            await asyncio.sleep(0.01)

        view = town.slack.home(town.mina)
        assert view is not None
        await town.slack.press_in_view(view, "parley:acknowledge")
        await town.comes_to("select count(*) from watches where acknowledged_by is not null", 1)
        for _ in range(500):
            if "Somebody waits" not in shown(town, town.mina):
                break
            await asyncio.sleep(0.01)
        assert "Somebody waits" not in shown(town, town.mina)

        await does(house, "ann", "unlink_outside", place="slack")
        told = await shows(town, town.mina, "You are not linked yet")
        assert "Kim" not in told


async def test_what_cannot_be_done_there_is_said_in_a_modal(tmp_path: Path) -> None:
    rules = {"late": {"does": "alert", "channel": "#support", "waiting": 0}}
    async with open_town(tmp_path, rules=rules) as town:
        await town.works()
        await town.house.customer_writes("hello", team="sales")
        town.slack.open_home(town.mina)
        await shows(town, town.mina, "Somebody waits: #1")
        await town.stops()
        await town.store.write(lambda tx: tx.run("update watches set over_at = 1, state = 'done'"))
        await town.starts(replace(QUICK, home=3600.0, rules=3600.0, stirred=3600.0))
        await town.slack.sockets.connected()
        view = town.slack.home(town.mina)
        assert view is not None and "Somebody waits" in shown(town, town.mina)
        await town.slack.press_in_view(view, "parley:acknowledge")
        await town.heard()
        told = town.view(town.mina)
        assert "This alert is over" in read_in(told.body)


async def test_nothing_is_published_that_shows_already(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.works()
        town.slack.plan(Fault.BUSY, Fault.CUT, on="views.publish")
        town.slack.open_home(town.mina)
        await shows(town, town.mina, "#1 · Kim")
        published = town.slack.count("views.publish")
        for number in range(5):
            note = {"client_id": f"n{number}", "text": "note"}
            await does(town.house, "ann", "note", conversation=taken.conversation, **note)
            await asyncio.sleep(0.03)
        town.slack.open_home(town.mina)
        await town.comes_to("select count(*) from outside_homes where stale = 0", 1)
        assert town.slack.count("views.publish") == published


@pytest.mark.parametrize(
    "fails", [UncertainError("internal_error"), TemporaryError("away"), KeyError("ours")]
)
async def test_one_that_cannot_be_drawn_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: Exception
) -> None:
    async with open_town(tmp_path) as town:
        call = Client.call

        async def not_for_her(self: Client, method: str, **said: Any) -> Any:
            if method == "views.publish" and said["user_id"] == town.mina.id:
                raise fails
            return await call(self, method, **said)

        monkeypatch.setattr(Client, "call", not_for_her)
        await town.house.customer_writes("hello", team="sales")
        await town.works()
        town.slack.open_home(town.mina)
        await town.comes_to("select count(*) from outside_homes where published_at > 0 and digest = ''", 1)
        town.slack.open_home(town.joon)
        await shows(town, town.joon, "/parley link")
        monkeypatch.setattr(Client, "call", call)
        await shows(town, town.mina, "#1 · Kim")


async def test_a_tab_that_nobody_opens_again_shows_nobody(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        await town.house.customer_writes("hello", team="sales")
        await town.works()
        town.slack.open_home(town.mina)
        await shows(town, town.mina, "#1 · Kim")
        town.house.clock.ahead = 13 * 3_600_000
        await town.house.customer_writes("still", team="sales")
        await shows(town, town.mina, "has rested")
        assert "Kim" not in shown(town, town.mina)
