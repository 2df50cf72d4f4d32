"""Who reads a channel, while things change as one looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.errors import PermanentError, TemporaryError
from gateway.stream.pulls import Audience
from inbox.slack import rooms as ours
from inbox.slack.client import Me
from inbox.slack.rooms import FRESH, Rooms


class Slack:
    """Answers as it is at that moment, and as late as it is told to."""

    def __init__(self) -> None:
        self.shared = False
        self.strangers: set[str] = set()
        self.members = ["U1", "U2"]
        self.rooms: dict[str, list[str]] = {"": ["C1", "C2", "C3"], "U2": ["C2"]}
        """The app's, and those it shares with somebody."""
        self.asked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.waiting = asyncio.Event()

    async def call(self, method: str, **said: Any) -> dict[str, Any]:
        user = said.get("user", "")
        self.asked.append(user or method)
        if not user:
            return {"channel": {"is_ext_shared": self.shared}}
        told = {"team_id": "T1", "is_restricted": user in self.strangers, "profile": {"email": "u@x"}}
        if gate := self.gates.pop(user, None):
            self.waiting.set()
            await gate.wait()
        return {"user": told}

    async def pages(
        self, method: str, *said: Any, user: str | None = None, **more: Any
    ) -> AsyncIterator[Any]:
        if method == "users.conversations":
            if user not in (None, *self.rooms):
                raise PermanentError("user_not_found", for_agent="", log="")
            if gate := self.gates.pop(method, None):
                await gate.wait()
            for one in self.rooms[user or ""]:
                yield {"id": one}
            return
        for one in list(self.members):
            yield one

    async def me(self) -> Me:
        return Me("T1", "U0", "B0", "")

    def holds(self, user: str) -> asyncio.Event:
        self.waiting.clear()
        self.gates[user] = asyncio.Event()
        return self.gates[user]


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def rooms(slack: Slack, time: Time) -> Rooms:
    client: Any = slack
    return Rooms(client, time)


async def test_an_older_look_does_not_outlast_what_was_said_meanwhile(slack: Slack, rooms: Rooms) -> None:
    gate = slack.holds("U1")
    older = asyncio.create_task(rooms.audience("C1"))
    await slack.waiting.wait()
    slack.shared = True
    rooms.forget("C1")
    assert await rooms.audience("C1") is Audience.SHARED
    gate.set()
    assert await older is Audience.SHARED
    assert await rooms.audience("C1") is Audience.SHARED


@pytest.mark.parametrize("heard", [True, False])
async def test_nor_does_one_that_took_somebody_for_ours_who_is_not(
    slack: Slack, rooms: Rooms, heard: bool
) -> None:
    """Told by Slack, or seen by another look."""
    await rooms.audience("C2")
    rooms.forget("C2")
    if heard:
        rooms.forget(user="U2")
    gate = slack.holds("U2")
    older = asyncio.create_task(rooms.audience("C1", since=0.0 if heard else 1001.0))
    rooms._clock.now = 1002.0  # type: ignore[attr-defined]
    await slack.waiting.wait()
    slack.strangers.add("U2")
    if heard:
        rooms.forget(user="U2")
    assert await rooms.audience("C1", since=1002.0) is Audience.SHARED
    gate.set()
    assert await older is Audience.SHARED
    assert await rooms.audience("C1") is Audience.SHARED


async def test_where_something_is_said_all_the_time_nobody_knows(
    slack: Slack, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = rooms._look

    async def disturbed(channel: str, since: float) -> Audience:
        found = await look(channel, since)
        rooms.forget(channel)
        return found

    monkeypatch.setattr(rooms, "_look", disturbed)
    with pytest.raises(TemporaryError):
        await rooms.audience("C1")


async def test_at_a_doubt_nobody_is_believed_who_was_asked_for_before_it(
    slack: Slack, rooms: Rooms, time: Time
) -> None:
    assert await rooms.audience("C1") is Audience.INNER
    slack.strangers.add("U2")
    time.now += FRESH + 1
    assert await rooms.audience("C1") is Audience.INNER, "as long as nothing was said of it"
    assert await rooms.audience("C1", since=time.now) is Audience.SHARED
    slack.asked.clear()
    time.now += 1
    assert await rooms.audience("C1", since=time.now) is Audience.SHARED
    assert slack.asked == ["conversations.info", "U2"], "the stranger is asked for first"
    slack.strangers.clear()
    slack.asked.clear()
    time.now += 1
    assert await rooms.audience("C1", since=time.now) is Audience.INNER
    assert await rooms.audience("C1", since=time.now) is Audience.INNER
    assert sorted(one for one in slack.asked if one[0] == "U") == ["U1", "U2"], "once each"


async def test_who_was_said_to_be_a_stranger_is_asked_for_first(slack: Slack, rooms: Rooms) -> None:
    slack.members = [f"U{number}" for number in range(50)]
    slack.strangers.add("U40")
    rooms.forget(user="U40", strange=True)
    assert await rooms.audience("C1") is Audience.SHARED
    assert slack.asked == ["conversations.info", "U40"]


async def test_in_which_channels_somebody_is_not(
    slack: Slack, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await rooms.without("U2") == {"C1", "C3"}
    assert await rooms.without("U9") == set(), "Slack does not know them"
    monkeypatch.setattr(ours, "AT_ONCE", 0.01)
    slack.holds("users.conversations")
    assert await rooms.without("U2") == set(), "nor does it say so at once"
    monkeypatch.setattr(ours, "BELONGS", 1)
    assert await rooms.without("U2") == set(), "they may be in more"


async def test_people_are_remembered_up_to_a_bound_and_little_of_them(
    slack: Slack, rooms: Rooms, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "PEOPLE_MOST", 3)
    for number in range(10):
        await rooms.person(f"U{number}")
        time.now += 400
    assert len(rooms._people) <= 3
    assert "email" not in str(await rooms.person("U9"))
