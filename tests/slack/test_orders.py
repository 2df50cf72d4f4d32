"""Whatever order, repetition or mixture Slack brings it in: what is written in a thread is a note and nothing else, and
what is the team's is in no channel that others read. On a town that stands for all examples."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sandbox.slack.records import BOT_USER, Channel, Json
from inbox.slack.acts import Acts
from inbox.slack.client import Client
from inbox.slack.inward import Inward
from inbox.slack.rooms import Rooms
from inbox.slack.understand import plain_words
from tests.inbox.conftest import does
from tests.slack.town import Town, open_town, read_in

PREFIX = "!r "
HIDDEN = "HIDDEN"
TEXTS = (
    "hi",
    "later",
    "!r now",
    "!r soon",
    "!really",
    "Reply to customer",
    "&lt;x&gt;",
    "<!channel>",
    "답장",
    "!r",
)
ACTIONS = ("take", "close", "reopen", "reply", "more", "inbox", "send", "")
MORE = ("urgent", "release", "snooze_hour", "reply", "send", "")
CALLBACKS = ("", "reply", "parley:other", "parley:replying")
_numbers = itertools.count(1)


class Held:
    """No dataclass: of each example that fails all their fields are told."""

    def __init__(self, runner: asyncio.Runner, town: Town, session: aiohttp.ClientSession) -> None:
        self.runner = runner
        self.town = town
        self.session = session

    def inward(self, prefix: str) -> Inward:
        desk = self.town.house.desk
        client = Client(desk.config.slack, self.session)
        return Inward(self.town.store, client, Acts(desk, self.town.store, client, Rooms(client)), prefix)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("orders")
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()

        async def opened() -> Held:
            town = await stack.enter_async_context(open_town(folder))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            await town.works()
            plan = {"target": "conversation", "key": "plan", "label": "Plan", "type": "text"}
            await (await town.house.client("ada")).does("POST", "/attributes", plan)
            return Held(runner, town, session)

        yield runner.run(opened())
        runner.run(stack.aclose())


# --- inwards --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """One message in Slack: its words from the first to the last, and was it deleted then?"""

    versions: tuple[str, ...]
    gone: bool

    @property
    def events(self) -> int:
        return len(self.versions) + self.gone


written = st.builds(
    Written, st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(tuple), st.booleans()
)
presses = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(MORE)).map(lambda one: ("press", *one))
submits = st.sampled_from(CALLBACKS).map(lambda one: ("submit", one, ""))


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Written], list[tuple[Any, ...]]]:
    """What was written, and in which order it is brought; some of it more than once, and other things in between."""
    told = draw(st.lists(written, min_size=1, max_size=3))
    events: list[tuple[Any, ...]] = [
        ("event", place, step) for place, one in enumerate(told) for step in range(one.events)
    ]
    again = draw(st.lists(st.sampled_from(events), max_size=4))
    other = draw(st.lists(presses | submits, max_size=2))
    return told, draw(st.permutations([*events, *again, *other]))


class Thread:
    def __init__(self, held: Held, conversation: str, pull: str, channel: str, thread: str) -> None:
        self.town = held.town
        self.conversation = conversation
        self.pull = pull
        self.channel = channel
        self.thread = thread
        self.minute = next(_numbers) * 1_000

    def ts(self, place: int) -> str:
        return f"{self.thread.partition('.')[0]}.{self.minute + place:06}"

    def brings(self, told: list[Written], what: tuple[Any, ...]) -> tuple[str, Json]:
        kind, first, second = what
        if kind == "event":
            return "events_api", self._event(told[first], first, second)
        user = {"id": self.town.mina.id}
        if kind == "submit":
            state = {"text": {"text": {"type": "plain_text_input", "value": "not sent"}}}
            private = f'{{"pull": "{self.pull}", "seen": 0}}'
            view = {"id": f"V{self.minute}", "callback_id": first, "private_metadata": private}
            return "interactive", {
                "type": "view_submission",
                "user": user,
                "view": {**view, "state": {"values": state}},
            }
        action = {"action_id": f"parley:{first}", "action_ts": "1", "value": self.pull}
        if first == "more":
            action["value"] = f"{second}:{self.pull}"
        container = {"thread_ts": self.thread, "channel_id": self.channel}
        pressed = {"type": "block_actions", "user": user, "container": container, "actions": [action]}
        return "interactive", {**pressed, "trigger_id": "1.2"}

    def _event(self, one: Written, place: int, step: int) -> Json:
        def message(version: int) -> Json:
            said = {"type": "message", "user": self.town.mina.id, "ts": self.ts(place)}
            said |= {"thread_ts": self.thread, "text": one.versions[version]}
            return said | ({"edited": {"ts": f"9.{version:06}"}} if version else {})

        on = {"type": "message", "channel": self.channel}
        if step == 0:
            event = {**message(0), **on}
        elif step < len(one.versions):
            event = {**on, "subtype": "message_changed", "message": message(step)}
            event["previous_message"] = message(step - 1)
        else:
            event = {**on, "subtype": "message_deleted", "deleted_ts": self.ts(place)}
            event["previous_message"] = message(len(one.versions) - 1)
        return {"event_id": f"Ev{self.minute}{place}{step}", "event": event}


async def threaded(held: Held) -> Thread:
    """A conversation of its own, in a thread of its own."""
    town = held.town
    taken = await town.house.customer_writes("hello", name=f"K{next(_numbers)}", team="sales")
    thread = await town.pulls(taken.conversation)
    pull = await town.value("select id from pulls where conversation_id = $1", taken.conversation)
    return Thread(held, taken.conversation, pull, town.support.id, thread)


async def becomes(held: Held, thread: Thread, told: list[Written], place: int) -> list[tuple[str, str]]:
    rows = await held.town.rows(
        "select visibility, text from messages where client_id in ($1, $1 || ':sent') and conversation_id = $2",
        f"slack:{thread.channel}:{thread.ts(place)}",
        thread.conversation,
    )
    return [(row["visibility"], row["text"]) for row in rows]


async def brought(held: Held, prefix: str, day: tuple[list[Written], list[tuple[Any, ...]]]) -> Thread:
    told, order = day
    thread, inward = await threaded(held), held.inward(prefix)
    await asyncio.gather(*(inward.take(*thread.brings(told, what)) for what in order))
    return thread


@settings(max_examples=15, deadline=None)
@given(day=days())
def test_without_a_prefix_all_is_a_note_and_the_newest_words_stand(held: Held, day: Any) -> None:
    async def example() -> None:
        thread = await brought(held, "", day)
        for place, one in enumerate(day[0]):
            found = await becomes(held, thread, day[0], place)
            if one.gone:
                assert found in ([], [("note", "")]), one
            else:
                assert found == [("note", plain_words(one.versions[-1], {}))], one
        said = await held.town.said(thread.conversation)
        assert {visibility for visibility, _ in said} <= {"note"}
        assert await held.town.value("select count(*) from held_replies") == 0

    held.runner.run(example())


@settings(max_examples=15, deadline=None)
@given(day=days())
def test_with_a_prefix_only_what_began_with_it_goes_out_once_and_reads_as_it_stood_with_it(
    held: Held, day: Any
) -> None:
    """Web chat can show other words afterwards: an edit that begins with it, too, is followed."""

    async def example() -> None:
        thread = await brought(held, PREFIX, day)
        for place, one in enumerate(day[0]):
            found = await becomes(held, thread, day[0], place)
            notes = [text for visibility, text in found if visibility == "note"]
            sent = [text for visibility, text in found if visibility == "public"]
            assert len(notes) <= 1 and len(sent) <= 1, one
            spoken = [said.removeprefix(PREFIX) for said in one.versions if said.startswith(PREFIX)]
            if not one.versions[0].startswith(PREFIX):
                assert sent == [], one
            elif not one.gone or sent:
                assert sent and sent[0] in spoken, "it was said, and said so"
            if not spoken:
                assert notes == [plain_words(one.versions[-1], {})] or (one.gone and notes in ([], [""])), one
        sent = [
            text for visibility, text in await held.town.said(thread.conversation) if visibility == "public"
        ]
        assert len(sent) <= sum(one.versions[0].startswith(PREFIX) for one in day[0])

    held.runner.run(example())


# --- outwards -------------------------------------------------------------------------------------------------------

DEEDS = (
    "note",
    "draft",
    "reply",
    "customer",
    "assign",
    "tag",
    "subject",
    "attribute",
    "urgent",
    "edit",
    "team",
    "close",
)
MOVES = ("guest", "leaves", "connect", "apart")


@settings(max_examples=10, deadline=None)
@given(deeds=st.lists(st.sampled_from((*DEEDS, *MOVES)), min_size=4, max_size=10), closed=st.booleans())
def test_nothing_of_the_teams_is_ever_where_others_read(held: Held, deeds: list[str], closed: bool) -> None:
    held.runner.run(_a_day(held, deeds, closed))


async def _a_day(held: Held, deeds: list[str], closed: bool) -> None:
    town = held.town
    room = town.slack.channel(f"room-{next(_numbers)}", town.mina)
    guest = town.slack.person("Guest", guest="multi")
    broken = _watched(town, room)
    taken = await town.house.customer_writes("hello", name=f"K{next(_numbers)}", team="sales")
    key = taken.conversation
    await does(town.house, "ann", "note", conversation=key, client_id=f"{key}:0", text=f"{HIDDEN} before")
    where = {"conversation": key, "place": "slack", "channel": room.id}
    await does(town.house, "ann", "pull_out", **where)
    await town.settles()
    for number, deed in enumerate(deeds):
        match deed:
            case "guest":
                town.slack.invite(guest, room)
            case "leaves":
                town.slack.workspace.leave(room, guest.id)
            case "connect" if not room.teams:
                town.slack.share(room)
            case "apart" if room.teams:
                town.slack.workspace.unshare(room, room.teams[0])
            case _ if deed in DEEDS:
                await _does(town, key, deed, number)
        if deed in MOVES:
            await town.heard()
            broken.others = guest.id in room.members or bool(room.teams)
        elif number % 3 == 0:
            await town.settles()
    if closed:
        await does(town.house, "ann", "give_back", conversation=key, place="slack")
    broken.others = False
    town.slack.invite(guest, room)
    await town.heard()
    broken.others = True
    await town.comes_to(f"select count(*) from pulls where channel = '{room.id}' and audience = 'inner'", 0)
    await town.settles()
    assert broken.told == []
    left = "\n".join(f"{read_in(one.blocks)} {one.text}" for one in town.slack.posts(room))
    assert HIDDEN not in left and "hello" in left
    assert not closed or await town.value("select given_back_at from pulls where channel = $1", room.id)


async def _does(town: Town, key: str, deed: str, number: int) -> None:
    house, on = town.house, {"conversation": key}
    said = {**on, "client_id": f"{key}:n{number}", "text": f"{deed} {number}"}
    match deed:
        case "note":
            await does(house, "ann", "note", **{**said, "text": f"{HIDDEN} {number}"})
        case "draft":
            mode = ("note", "public")[number % 2]
            await does(house, "ann", "save_draft", **on, mode=mode, text=f"{HIDDEN} unsent {number}")
        case "reply":
            await does(house, "ann", "reply", **said)
        case "customer":
            name = await town.value(
                "select k.name from conversations c join contacts k on k.id = c.contact_id where c.id = $1",
                key,
            )
            await house.customer_writes(f"word {number}", name=name)
        case "assign":
            await does(house, "ann", "assign", **on, agent=house.agents["ann"])
        case "tag":
            made = await does(house, "ada", "make_tag", name=f"{HIDDEN} {next(_numbers)}", colour="#123456")
            await does(house, "ann", "tag", **on, add=[made["tag"]], remove=[])
        case "subject":
            await does(house, "ann", "set_subject", **on, subject=f"{HIDDEN} {number}")
        case "attribute":
            await does(house, "ann", "set_attributes", **on, values={"plan": f"{HIDDEN} {number}"})
        case "team":
            await does(house, "sue", "set_team", **on, team=None)
        case "urgent":
            await does(house, "ann", "set_priority", **on, priority=number % 5)
        case "edit":
            sql = (
                "select id from messages where conversation_id = $1 and visibility = 'note' order by position"
            )
            row = (await town.rows(sql, key))[-1]
            await does(house, "ann", "edit_message", message=row["id"], text=f"{HIDDEN} other {number}")
        case "close":
            await does(house, "ann", "close", **on)


class Broken:
    """What was said in a room while others read it, and we had been told that they do."""

    def __init__(self) -> None:
        self.others = False
        self.told: list[Json] = []


def _watched(town: Town, room: Channel) -> Broken:
    broken, tell = Broken(), town.slack.workspace.tell

    def hear(kind: str, payload: Json) -> None:
        event = payload.get("event", {})
        now = {name: value for name, value in event.items() if name != "previous_message"}
        ours = (event.get("message") or event).get("bot_id") or event.get("user") == BOT_USER
        if broken.others and event.get("channel") == room.id and ours and HIDDEN in str(now):
            broken.told.append(now)
        tell(kind, payload)

    town.slack.workspace.tell = hear
    return broken
