"""The smaller parts: modals, links, what is drawn when there is little to draw, the socket, the commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from gateway.channels.base import Capabilities
from gateway.errors import Forbidden, NotFound, Refused, Unavailable
from gateway.events import SYSTEM
from gateway.sandbox.slack.kit import check_view
from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.stream.agents import deactivate
from gateway.stream.pull_queue import Due
from gateway.stream.pulls import Audience
from inbox.auth.caller import by_token
from inbox.commands import Asked, pulling
from inbox.rest import places
from inbox.slack import modals, socket
from inbox.slack.answering import longest
from inbox.slack.blocks import Say
from inbox.slack.client import Client, Me
from inbox.slack.draws import Draws
from inbox.slack.inward import Inward
from inbox.slack.links import caller_of
from inbox.slack.rooms import FRESH, Rooms
from inbox.slack.socket import Listener
from inbox.slack.understand import Ask
from tests.inbox.conftest import asking, does
from tests.slack.town import Town, open_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, channels=("support",)) as opened:
        await opened.listens()
        yield opened


def due(**more: Any) -> Due:
    said: dict[str, Any] = {
        "id": "x",
        "pull": "p",
        "conversation": "c",
        "channel": "C1",
        "channel_name": "#c",
        "thread": "1.0",
        "audience": Audience.INNER,
        "from_position": 1,
        "position": 10**9,
        "part": 0,
        "kind": "message",
        "message": "m",
        "file": None,
        "state": "queued",
        "external": None,
        "digest": "",
        "stale": 0,
        "tries": 0,
        "closed": False,
    }
    return Due(**(said | more))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_slack_takes_our_modal_in_every_form(language: str) -> None:
    ways = [
        modals.WayOut("l1", "Website" * 20, None, current=True),
        modals.WayOut("l2", "SMS", "closed " * 30, current=False),
    ]
    say = Say(language)
    for newer in ((), [("Sue", "words " * 500)] * 5):
        for chosen in (ways, []):
            view = modals.reply(
                say, "#1 · Kim", chosen, {"pull": "p"}, text="x" * 9_000, most=500, newer=newer
            )
            kept = check_view(view, "modal")
            element = kept["blocks"][-1]["element"]
            assert element["max_length"] == len(element["initial_value"]) == 500
    assert modals.refused("text", "no")["errors"] == {"text": "no"}


async def test_the_longest_answer_is_what_some_way_takes(town: Town) -> None:
    asked = await asking(town.house, "ann")
    way = modals.WayOut("l", "x", None, current=True)
    assert longest(asked, [(way, Capabilities(text_length=160)), (way, Capabilities(text_length=400))]) == 400
    assert longest(asked, [(way, Capabilities(text_length=9_000))]) == modals.LONGEST
    assert longest(asked, [(way, None)]) == modals.LONGEST


async def test_an_agent_who_was_let_go_is_nobody_in_slack(town: Town) -> None:
    await town.links(town.mina)
    found = await town.store.read(lambda look: caller_of(look, "T0HARU", town.mina.id))
    team = await town.value("select workspace from outside_people")
    found = await town.store.read(lambda look: caller_of(look, team, town.mina.id))
    assert found is not None and found.agent_id == town.house.agents["ann"]
    assert found.viewer.teams == {town.house.teams["sales"]} and found.actor.kind == "agent"
    await town.store.write(lambda tx: deactivate(tx, found.agent_id, SYSTEM))
    assert await town.store.read(lambda look: caller_of(look, team, town.mina.id)) is None


async def test_what_is_not_there_is_not_drawn(town: Town) -> None:
    draws = Draws(town.house.desk, town.store)
    for kind in ("message", "line", "header"):
        assert await draws.draw(due(kind=kind)) is None
    taken = await town.house.customer_writes("hello")
    for kind in ("gap", "end", "story", "header"):
        drawn = await draws.draw(due(kind=kind, conversation=taken.conversation))
        assert drawn is not None and drawn.blocks
    assert draws.url(7).endswith("/c/7")


async def test_a_socket_that_is_replaced_or_cut_loses_nothing(town: Town) -> None:
    assert Listener is not None
    await town.links(town.mina)
    taken = await town.house.customer_writes("hello", team="sales")
    thread = await town.pulls(taken.conversation)
    town.slack.deliveries.retries = (0.3, 1.0, 2.0)
    town.slack.say(town.mina, town.support, "one", thread=thread)
    await town.slack.refresh_sockets()
    town.slack.say(town.mina, town.support, "two", thread=thread)
    await town.slack.cut_sockets()
    town.slack.say(town.mina, town.support, "three", thread=thread)
    await town.comes_to("select count(*) from messages where visibility = 'note'", 3)
    await town.stops()
    own = [task for task in asyncio.all_tasks() if "slack_sdk" in str(task.get_coro())]
    assert own == [], "the SDK's tasks end with the duty"


async def test_only_where_the_app_is_and_where_it_is_allowed(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    other = town.slack.channel("elsewhere", town.mina)
    away = town.slack.channel("away", town.mina, with_app=False)
    place = town.house.desk.places["slack"]
    assert await place.channels() == [(town.support.id, "#support")]
    for channel in (other.id, away.id, "C0NOBODY"):
        with pytest.raises(Refused):
            await does(
                town.house, "ann", "pull_out", conversation=taken.conversation, place="slack", channel=channel
            )
    with pytest.raises(NotFound):
        await does(
            town.house,
            "bob",
            "pull_out",
            conversation=taken.conversation,
            place="slack",
            channel=town.support.id,
        )
    with pytest.raises(NotFound):
        await does(town.house, "ann", "make_link_code", place="elsewhere")


async def test_its_channels_are_asked_for_once_a_minute_and_known_while_slack_is_away(town: Town) -> None:
    now = 0.0
    async with aiohttp.ClientSession() as session:
        rooms = Rooms(Client(town.house.desk.config.slack, session), lambda: now)
        town.slack.weather = Weather(down=True)
        with pytest.raises(Unavailable):
            await rooms.channels()
        town.slack.weather = FAIR
        own = [(town.support.id, "#support")]
        assert await rooms.channels() == own
        now = FRESH + 1
        town.slack.weather = Weather(down=True)
        rooms.forget(town.support.id)
        assert await rooms.channels() == own, "those it said last"
        town.slack.weather = FAIR
        town.slack.remove_app(town.support)
        rooms.forget(town.support.id)
        asked = town.slack.count("users.conversations")
        assert await rooms.channels() == [] and await rooms.channels() == []
        assert town.slack.count("users.conversations") == asked + 1
        assert town.slack.count("conversations.list") == 0


async def test_an_agent_unlinks_herself_and_a_program_links_nobody(town: Town) -> None:
    await town.links(town.mina)
    await does(town.house, "ann", "unlink_outside", place="slack")
    assert await town.value("select count(*) from outside_people") == 0
    token = await town.house.token("ann")
    caller = await town.store.read(lambda look: by_token(look, token, town.house.clock()))
    with pytest.raises(Forbidden):
        await pulling.make_link_code(Asked(town.house.desk, caller), pulling.AtPlace(place="slack"))


async def test_the_inbox_asks_where_to_and_who_one_is_there(town: Town) -> None:
    ann = await town.house.client("ann")
    assert await ann.get("/places/slack/channels") == {
        "channels": [{"id": town.support.id, "name": "#support"}]
    }
    assert await ann.get("/places/slack/link") == {"linked_at": None}
    await town.links(town.mina)
    assert (await ann.get("/places/slack/link"))["linked_at"] > 0
    assert await ann.get("/places/slack/state") == {"paused": None, "since": None}
    assert (await ann.ask("GET", "/places/elsewhere/state"))[0] == 404
    asked = {one for one in places.__dict__ if one.startswith("place_")}
    assert asked == {"place_channels", "place_link", "place_state"}


class Told:
    """A Slack that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def call(self, method: str, **said: Any) -> dict[str, Any]:
        self.asked.append(method)
        return {"channel": {}} if method == "conversations.info" else {"user": {"team_id": "T1"}}

    async def pages(self, method: str, *said: Any, **more: Any) -> AsyncIterator[str]:
        yield "U1"

    async def me(self) -> Me:
        return Me("T1", "U0", "B0", "")


async def test_what_strangers_change_about_themselves_makes_nobody_look_again() -> None:
    told: Any = Told()
    rooms = Rooms(told)
    for user, looks in ((None, 1), ("U9", 1), ("U1", 2)):
        rooms.forget(user=user)
        assert await rooms.audience("C1") is Audience.INNER
        assert told.asked.count("conversations.info") == looks


async def test_a_socket_that_does_not_close_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "CLOSES", 0.05)
    aborted: list[bool] = []

    async def forever() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if aborted:  # it hears the second word, at the test's end
                    raise
                aborted.append(True)

    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    said: Any = SimpleNamespace(
        message_processor=task,
        current_session_monitor=None,
        message_receiver=None,
        current_session=SimpleNamespace(transport=SimpleNamespace(abort=lambda: aborted.append(True))),
        close=lambda: asyncio.sleep(60),
    )
    async with asyncio.timeout(2):
        await socket._close(said)
    assert aborted
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_who_is_a_guest_now_or_has_left_slack_does_nothing_any_more(town: Town) -> None:
    await town.links(town.mina)
    taken = await town.house.customer_writes("hello", team="sales")
    thread = await town.pulls(taken.conversation)
    town.slack.workspace.change_person(town.mina, guest="multi")
    await town.heard()
    town.slack.say(town.mina, town.support, "still me", thread=thread)
    await town.heard()
    await town.slack.press(town.mina, town.support, thread, "parley:take")
    said = await town.slack.slash(town.mina, town.support, "queue")
    assert "#" not in said.payload["text"]
    town.slack.workspace.change_person(town.mina, guest="", deleted=True)
    town.slack.say(town.mina, town.support, "and now", thread=thread)
    await town.heard()
    assert await town.said(taken.conversation) == []
    assert await town.value("select count(*) from conversations where assignee_id is not null") == 0
    town.slack.workspace.change_person(town.mina, deleted=False)
    await town.heard()
    town.slack.say(town.mina, town.support, "back", thread=thread)
    await town.heard()
    assert [text for _, text in await town.said(taken.conversation)] == ["back"]


async def test_what_is_none_of_ours_is_not_remembered(town: Town) -> None:
    await town.links(town.mina)
    taken = await town.house.customer_writes("hello", team="sales")
    thread = await town.pulls(taken.conversation)
    seen = await town.value("select count(*) from outside_seen")
    other = town.slack.say(town.mina, town.support, "lunch?")
    ts = town.slack.say(town.joon, town.support, "yes", thread=other)
    town.slack.edit(town.support, ts, "no")
    town.slack.delete(town.support, ts)
    for number in range(5):
        town.slack.workspace.change_person(town.joon, name=f"Joon {number}")
    await town.heard()
    assert await town.value("select count(*) from outside_seen") == seen
    town.slack.say(town.mina, town.support, "a note", thread=thread)
    await town.heard()
    assert await town.value("select count(*) from outside_seen") == seen + 1


async def test_nobody_waits_for_anothers_modal(town: Town) -> None:
    """What one person does is done in its order; others are not held up by it."""
    slow, begun = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    class Slowly:
        async def act(self, ask: Ask) -> None:
            if ask.user == "U1" and not done:
                begun.set()
                await slow.wait()
            done.append(f"{ask.user} {ask.key.rpartition(':')[2]}")

    def submitted(user: str, number: int) -> dict[str, Any]:
        view = {"id": f"V{user}", "hash": str(number), "state": {"values": {}}}
        return {"type": "view_submission", "user": {"id": user}, "view": view}

    async with aiohttp.ClientSession() as session:
        acts: Any = Slowly()
        inward = Inward(town.store, Client(town.house.desk.config.slack, session), acts, "")
        first = asyncio.create_task(inward.take("interactive", submitted("U1", 1)))
        await begun.wait()
        second = asyncio.create_task(inward.take("interactive", submitted("U1", 2)))
        await inward.take("interactive", submitted("U2", 1))
        assert [one.split()[0] for one in done] == ["U2"]
        slow.set()
        await asyncio.gather(first, second)
    assert [one.split()[0] for one in done] == ["U2", "U1", "U1"]
    assert len(inward._lanes) == 0, "nobody is remembered"
