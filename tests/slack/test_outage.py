"""Ten minutes without Slack: whatever it does meanwhile, and whatever we do, everything comes once and in order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.store import Store
from gateway.stream import pull_queue
from tests.inbox.conftest import does
from tests.slack.town import BOTH, PATIENCE, Town, open_town, words


@pytest.fixture
def town(asleep: Town) -> Town:
    """Each test says when somebody begins."""
    return asleep


class Day:
    """Three write all the time: the customer, an agent in the inbox, and Mina in the thread."""

    def __init__(self, town: Town, conversation: str, thread: str) -> None:
        self.town = town
        self.conversation = conversation
        self.thread = thread
        self.shown: list[str] = []
        """What the thread must show in the end, in this order."""
        self.noted: list[str] = []
        """What must stand here of what was written there."""

    async def goes_on(self) -> None:
        for kind in ("customer", "reply", "note"):
            text = f"{kind} {len(self.shown)}"
            if kind == "customer":
                await self.town.house.customer_writes(text)
            else:
                said = {"conversation": self.conversation, "client_id": text, "text": text}
                await does(self.town.house, "ann", kind, **said)
            self.shown.append(text)
        text = f"there {len(self.noted)}"
        self.town.slack.say(self.town.mina, self.town.support, text, thread=self.thread)
        self.noted.append(text)

    async def minute(self, weather: Weather) -> None:
        """One minute of it, in a moment."""
        self.town.slack.weather = weather
        if weather.down:
            await self.town.slack.cut_sockets()
        await self.goes_on()
        self.town.passes(60)
        await asyncio.sleep(0.06)

    async def we_restart(self) -> None:
        await self.town.stops()
        await self.goes_on()
        await self.town.starts()


@BOTH
async def test_ten_minutes_without_slack_lose_nothing_and_double_nothing(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.works()
    thread = await town.pulls(taken.conversation)
    day = Day(town, taken.conversation, thread)
    await day.goes_on()
    await town.settles()
    await day.minute(Weather(down=True))
    await day.minute(Weather(down=True))
    await day.minute(Weather(broken=1.0))
    await day.we_restart()
    await day.minute(Weather(cut=1.0))
    await day.minute(Weather(broken_after=1.0))
    await day.minute(Weather(cut_after=0.5, broken_after=0.5))
    await day.we_restart()
    await day.minute(Weather(busy=1.0, retry_after=30))
    await day.minute(Weather(busy=0.3, broken=0.2, cut_after=0.2, repeated=0.5, swapped=0.3))
    town.slack.weather = FAIR
    town.slack.revoke()
    await day.we_restart()
    await town.comes_to("select count(*) from pull_places where paused is not null", 1)
    await day.minute(FAIR)
    assert await town.store.read(lambda look: pull_queue.paused(look, "slack")) == "token_revoked"
    await day.we_restart()
    await day.minute(FAIR)
    town.slack.restore()
    await town.settles(3 * PATIENCE)
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == day.shown
    assert len(town.slack.posts(town.support, thread)) == 2 + len(day.shown), "one card, one story"
    await town.comes_to(
        "select count(*) from messages where visibility = 'note' and text like 'there %'", len(day.noted)
    )
    await town.slack.sockets.connected()
    await town.heard()
    told = [text for visibility, text in await town.said(day.conversation) if text.startswith("there")]
    assert sorted(told) == sorted(day.noted)
    sent = [text for visibility, text in await town.said(day.conversation) if visibility == "public"]
    assert sent == [text for text in day.shown if text.startswith("reply")]


@pytest.mark.parametrize("error", ["account_inactive", "invalid_auth", "token_revoked"])
async def test_a_token_that_is_mended_after_minutes_goes_on_where_it_was(tmp_path: Path, error: str) -> None:
    async with open_town(tmp_path) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.starts()
        thread = await town.pulls(taken.conversation)
        town.slack.revoke(error)
        for number in range(3):
            await town.house.customer_writes(f"word {number}")
            town.passes(120)
        await town.comes_to(f"select count(*) from pull_places where paused = '{error}'", 1)
        posts = town.slack.count("chat.postMessage")
        await town.stops()
        await town.house.customer_writes("word 3")
        await town.starts()
        await asyncio.sleep(0.1)
        assert town.slack.count("chat.postMessage") == posts, "it is not tried for each of them"
        town.slack.restore()
        await town.settles()
        assert [words(one).split("\n")[0] for one in town.shown(thread)] == [f"word {n}" for n in range(4)]


class Slow:
    """A database that begins a post late, and tells what is due when that post has been made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: set[str] = set()

    async def read(self, look: Any) -> Any:
        found = await self._store.read(look)
        if "load_due" in look.__code__.co_names:
            keys = {one.key for one in found if not one.stands}
            if keys & self._told:
                await asyncio.sleep(0.4)
            self._told |= keys
        return found

    async def write(self, work: Any, **more: Any) -> Any:
        if "begin" in work.__code__.co_names:
            await asyncio.sleep(0.2)
        return await self._store.write(work, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_what_was_due_while_a_post_was_under_way_is_not_posted_again(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.starts(store=Slow(town.store))
        thread = await town.pulls(taken.conversation)
        await town.house.customer_writes("word 0")
        await asyncio.sleep(0.08)
        await town.house.customer_writes("word 1")
        await town.settles()
        assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["word 0", "word 1"]
        assert town.slack.count("chat.postMessage") == 4
