"""Customers whose way lets no WebSocket through: the same story, asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.bus import AgentTyping, CustomerHere
from gateway.events import agent
from gateway.limits import Limits
from gateway.stream.erase import erase_contact
from gateway.stream.status import close
from gateway.visitors import poll
from gateway.visitors.hub import Turns
from tests.visitors.conftest import Browser, Shop, open_shop, vouch
from tests.visitors.story import Story

SOON = 10.0
Frames = list[dict[str, Any]]


async def asks(browser: Browser, after: str | None = None) -> Frames:
    """One question, answered."""
    async with asyncio.timeout(SOON):
        told = await browser.ask("GET", "events", params={"after": after} if after else {})
        assert told.status == 200, await told.text()
        frames: Frames = (await told.json())["frames"]
        return frames


def cursor_of(frames: Frames) -> str:
    told = [frame["cursor"] for frame in frames if "cursor" in frame]
    return str(told[-1])


def kinds(frames: Frames) -> list[str]:
    return [frame["kind"] for frame in frames]


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[Shop]:
    """Nobody waits long there."""
    url = f"sqlite:///{tmp_path}/parley.db"
    async with open_shop(url, tmp_path, Limits(events_wait=100, visitor_polls=2)) as opened:
        yield opened


async def test_without_a_cursor_the_whole_story_is_told(both: Shop):
    hana = both.browser()
    await hana.arrive()
    assert kinds(await asks(hana)) == ["hello", "snapshot"]
    await hana.say("hello")
    frames = await asks(hana)
    assert [one["text"] for one in frames[1]["messages"]] == ["hello"]
    line = await hana.connect()
    snapshot = await line.hear("snapshot")
    assert frames[1] == snapshot, "the same projection"


async def test_an_answer_comes_as_soon_as_there_is_news(both: Shop):
    hana = both.browser()
    await hana.arrive()
    await hana.say("hello")
    cursor = cursor_of(await asks(hana))
    waiting = asyncio.create_task(asks(hana, cursor))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await both.reply(await both.conversation(), "a note", note=True)
    await asyncio.sleep(0.05)
    assert not waiting.done(), "what is not hers is no news"
    await both.reply(await both.conversation(), "good day")
    frames = await waiting
    assert kinds(frames) == ["hello", "events"]
    assert [one["message"]["text"] for one in frames[1]["events"]] == ["good day"]
    line = await hana.connect(cursor_of(frames))
    assert (await line.hear("hello"))["resumed"] is True, "the socket goes on from there"


async def test_a_newcomer_learns_who_she_is_while_she_waits(both: Shop):
    hana = both.browser()
    await hana.arrive()
    cursor = cursor_of(await asks(hana))
    waiting = asyncio.create_task(asks(hana, cursor))
    await asyncio.sleep(0.05)
    await hana.say("hello")
    frames = await waiting
    assert [one["message"]["text"] for one in frames[1]["events"] if "message" in one] == ["hello"]


async def test_nothing_new_moves_the_cursor_only(quick: Shop):
    hana, other = quick.browser(), quick.browser()
    await hana.arrive()
    await other.arrive()
    cursor = cursor_of(await asks(hana))
    await other.say("not hers")
    frames = await asks(hana, cursor)
    assert frames[1:] == [{"kind": "events", "cursor": str(quick.store.cursor), "events": []}]
    assert cursor_of(frames) != cursor


async def test_a_cursor_of_another_life_starts_over(quick: Shop):
    hana = quick.browser()
    await hana.arrive()
    await hana.say("hello")
    assert kinds(await asks(hana, "elsewhere.7")) == ["reset", "hello", "snapshot"]


async def test_typing_and_seen_go_up_by_post_and_typing_comes_down(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("hello")
    said = await shop.reply(await shop.conversation(), "good day")
    frames = await asks(hana)
    waiting = asyncio.create_task(asks(hana, cursor_of(frames)))
    await asyncio.sleep(0.05)
    person = (await shop.one("select person_id from identities"))["person_id"]
    shop.bus.signal(
        AgentTyping(await shop.conversation(), shop.agent, "t", "Mina", None, "public", True, (person,))
    )
    assert (await waiting)[1]["who"] == [{"kind": "agent", "name": "Mina", "picture": None}]
    seen = await hana.ask(
        "POST", "frames", json={"kind": "seen", "delivered": said.position, "read": said.position}
    )
    assert (seen.status, await seen.json()) == (200, {"frames": []})
    assert (await shop.one("select read_to from legs"))["read_to"] == said.position
    odd = await hana.ask("POST", "frames", data=b"\xff{", headers={"Content-Type": "application/json"})
    assert (await odd.json())["frames"] == [{"kind": "problem", "text": "errors.malformed_frame"}]


async def test_she_counts_as_here_between_two_questions(quick: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poll, "LINGERS", 0.3)
    told: list[bool] = []
    quick.bus.take_signals(CustomerHere, lambda said: told.append(said.here))
    hana = quick.browser()
    await hana.arrive()
    await hana.say("hello")
    cursor = None
    for _ in range(3):
        cursor = cursor_of(await asks(hana, cursor))
    assert False not in told
    await _become(lambda: not told[-1])
    assert told.count(False) == 1


async def test_only_so_many_wait_at_one_address(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/parley.db"
    async with open_shop(url, tmp_path, Limits(visitor_polls=2)) as shop:
        browsers = [shop.browser() for _ in range(3)]
        cursors = []
        for one in browsers:
            await one.arrive()
            cursors.append(cursor_of(await asks(one)))
        waiting = [
            asyncio.create_task(asks(one, at)) for one, at in zip(browsers[:2], cursors[:2], strict=True)
        ]
        await asyncio.sleep(0.1)
        refused = await browsers[2].ask("GET", "events", params={"after": cursors[2]})
        assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
        for one in browsers[:2]:
            await one.say("hello")
        await asyncio.gather(*waiting)
        await browsers[2].say("mine")
        assert "events" in kinds(await asks(browsers[2], cursors[2])), "there is room again"


async def test_who_gives_up_is_not_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poll, "LOOK", 0.05)
    hana = shop.browser()
    await hana.arrive()
    cursor = cursor_of(await asks(hana))
    asked = asyncio.create_task(hana.ask("GET", "events", params={"after": cursor}))
    polls = shop.app[poll.POLLS]
    await _become(lambda: polls.door.hub.sessions)
    asked.cancel()
    await _become(lambda: not polls.door.hub.sessions and not polls._waiting)


async def _become(true: Any) -> None:
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110 (what is awaited has no event of ours)
            await asyncio.sleep(0.02)


async def test_only_she_is_told_and_only_while_she_may(shop: Shop):
    hana, stranger = shop.browser(), shop.browser()
    await hana.arrive(vouch=vouch("hana", lasts=3600))
    await hana.say("secret")
    assert (await stranger.ask("GET", "events")).status == 401
    await stranger.arrive()
    assert (await asks(stranger))[1]["messages"] == []
    elsewhere = await hana.ask("GET", "events", headers={"Origin": "https://evil.example"})
    assert elsewhere.status == 403
    frames = await asks(hana)
    shop.clock.ahead = 3_598_000
    await asks(hana, cursor_of(frames))  # within SOON: nobody waits longer than the vouch lasts
    shop.clock.ahead = 3_601_000
    assert (await hana.ask("GET", "events")).status == 401


async def test_erasing_starts_her_over(both: Shop):
    hana = both.browser()
    await hana.arrive()
    await hana.say("forget me")
    waiting = asyncio.create_task(asks(hana, cursor_of(await asks(hana))))
    await asyncio.sleep(0.1)
    contact = (await both.one("select id from contacts"))["id"]
    await both.store.write(lambda tx: erase_contact(tx, contact, agent(both.agent)))
    assert "reset" in kinds(await waiting)


ACTS = st.lists(st.sampled_from(["says", "replies", "notes", "closes", "asks"]), min_size=1, max_size=12)


@pytest.mark.may_block("a database is made for each story")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_any_story_asked_for_is_the_whole_story(acts: list[str], tmp_path_factory: pytest.TempPathFactory):
    asyncio.run(_tell(acts, tmp_path_factory.mktemp("poll")))


async def _close(shop: Shop, conversation: str) -> None:
    await shop.store.write(lambda tx: close(tx, conversation, agent(shop.agent)))


async def _tell(acts: list[str], folder: Path) -> None:
    async with open_shop(f"sqlite:///{folder}/parley.db", folder, Limits(events_wait=20)) as shop:
        hana = shop.browser()
        await hana.arrive()
        await hana.say("first")
        frames = await asks(hana)
        for n, what in enumerate(acts):
            match what:
                case "says":
                    await hana.say(f"s{n}")
                case "replies" | "notes":
                    await shop.reply(await shop.conversation(), f"r{n}", note=what == "notes")
                case "closes":
                    await _close(shop, await shop.conversation())
                case _:
                    frames += await asks(hana, cursor_of(frames))
        frames += await asks(hana, cursor_of(frames))
        while frames[-1].get("events") != []:
            frames += await asks(hana, cursor_of(frames))
        assert Story.of(frames).told == Story.of(await asks(hana)).told
        positions = [event["position"] for frame in frames for event in frame.get("events", ())]
        assert positions == sorted(set(positions))


async def test_a_network_that_asks_much_makes_only_itself_wait() -> None:
    turns, reading, read = Turns(), asyncio.Lock(), list[str]()

    async def ask(place: str) -> None:
        async with turns.of(place), reading:
            await asyncio.sleep(0)
            read.append(place)

    async with asyncio.TaskGroup() as group:
        for place in (*["192.0.2.1"] * 50, "192.0.2.2", "192.0.2.3"):
            group.create_task(ask(place))
    assert len(read) == 52
    assert max(read.index("192.0.2.2"), read.index("192.0.2.3")) < 4
    assert not turns._locks and not turns._here, "nothing is kept of who waits for nothing"


async def test_who_gives_up_waiting_keeps_nobody_waiting() -> None:
    turns = Turns()
    async with turns.of("192.0.2.1"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), turns.of("192.0.2.1"):
                raise AssertionError("somebody else is reading")
    async with asyncio.timeout(1), turns.of("192.0.2.1"):
        pass
    assert not turns._locks
