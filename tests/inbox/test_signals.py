"""Signals on their way to the tabs: coalesced, only to who looks, expiring by themselves, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import orjson
import pytest

from gateway.bus import AgentHere, AgentLooks, AgentTyping, Bus, CustomerHere, CustomerTyping, PrivateChanged
from gateway.frames import encode
from gateway.limits import Limits
from gateway.store import Store
from inbox.hub import AgentSession
from inbox.onsite import OnSite
from inbox.signals import TICK, Signals
from tests.hours import Hours, turns

LIMITS = Limits()


class Clock:
    """Milliseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


class Ears:
    """What signals need of a session: who it is, where it looks, and a way to be told."""

    def __init__(self, agent: str, tab: str) -> None:
        self.caller = type("Somebody", (), {"agent_id": agent})()
        self.tab = tab
        self.looks_at: str | None = None
        self.private_told = 0
        self.heard: list[dict[str, Any]] = []

    def write(self, frame: bytes) -> None:
        self.heard.append(orjson.loads(frame[frame.index(b"{") :]))

    tell = write

    def send(self, frame: dict[str, Any]) -> None:
        self.heard.append(orjson.loads(orjson.dumps(frame)))

    def about(self, conversation: str) -> list[dict[str, Any]]:
        told = [frame["conversation"] for frame in self.heard if frame.get("conversation")]
        return [one for one in told if one["conversation"] == conversation]

    @property
    def presence(self) -> dict[str, str] | None:
        told: list[dict[str, str]] = [frame["agents"] for frame in self.heard if "agents" in frame]
        return told[-1] if told else None


class Stage:
    def __init__(self) -> None:
        self.bus = Bus()
        self.clock = Clock()
        self.sessions: set[AgentSession] = set()
        self.onsite = OnSite(self.bus, cast("Store", None), lambda: self.sessions)
        self.signals = Signals(self.bus, LIMITS, self.clock, self.sessions, self.onsite)

    def enters(self, agent: str, tab: str) -> Ears:
        ears = Ears(agent, tab)
        self.sessions.add(cast("AgentSession", ears))
        self.bus.signal(AgentHere(agent, tab))
        return ears

    def looks(self, ears: Ears, conversation: str | None, *persons: str) -> None:
        self.bus.signal(AgentLooks(ears.caller.agent_id, ears.tab, conversation))
        self.signals.watch(cast("AgentSession", ears), conversation, persons)

    def leaves(self, ears: Ears) -> None:
        self.sessions.discard(cast("AgentSession", ears))
        self.bus.signal(AgentHere(ears.caller.agent_id, ears.tab, gone=True))

    def types(self, ears: Ears, conversation: str, *, active: bool = True, mode: str = "public") -> None:
        agent = ears.caller.agent_id
        self.bus.signal(AgentTyping(conversation, agent, ears.tab, agent.title(), None, mode, active))

    def ticks(self) -> None:
        """What the running task does every TICK."""
        self.signals._tell()

    @property
    def is_empty(self) -> bool:
        board = self.signals.board
        return not (
            board._tabs
            or board._typing
            or self.onsite._site._tabs
            or self.signals._persons
            or self.signals._changed
        )


@pytest.fixture
async def stage() -> Stage:
    return Stage()


async def test_only_who_looks_is_told(stage: Stage) -> None:
    ann, bob, sue = stage.enters("ann", "1"), stage.enters("bob", "2"), stage.enters("sue", "3")
    stage.looks(ann, "talk")
    stage.looks(bob, "talk")
    stage.looks(sue, "other")
    stage.types(ann, "talk")
    stage.ticks()
    assert bob.about("talk")[-1]["typing"] == [{"who": "agent", "id": "ann", "name": "Ann", "mode": "public"}]
    assert sue.about("talk") == []
    assert ann.about("talk")[-1]["looking"] == ["ann", "bob"]


async def test_who_begins_to_look_is_told_how_things_stand(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.looks(ann, "talk", "kim")
    stage.types(ann, "talk", mode="note")
    stage.bus.signal(CustomerHere("kim", "t", here=True))
    stage.looks(bob, "talk", "kim")
    (told,) = bob.about("talk")
    assert told["customer_here"] is True
    assert [one["mode"] for one in told["typing"]] == ["note"]
    assert told["looking"] == ["ann", "bob"]


async def test_many_changes_are_one_telling(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.looks(ann, "talk")
    stage.looks(bob, "talk")
    stage.ticks()
    before = len(bob.heard)
    for number in range(100):
        words = f"word {number}"
        stage.bus.signal(CustomerTyping("talk", "kim", "Kim", active=True, preview=words))
        stage.types(ann, "talk", active=number % 2 == 0)
    stage.ticks()
    assert len(bob.heard) == before + 1, "the latest wins"
    (told,) = bob.about("talk")[-1]["typing"]
    assert (told["name"], told["preview"]) == ("Kim", "word 99")
    stage.ticks()
    assert len(bob.heard) == before + 1, "nothing new, nothing said"


async def test_a_repetition_is_no_news(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.looks(ann, "talk")
    stage.looks(bob, "talk")
    stage.types(ann, "talk")
    stage.ticks()
    before = len(bob.heard)
    for _ in range(5):
        stage.clock.now += LIMITS.typing_repeat
        stage.types(ann, "talk")
        stage.bus.signal(AgentHere("ann", "1"))
        stage.bus.signal(AgentLooks("ann", "1", "talk"))
        stage.ticks()
    assert len(bob.heard) == before


async def test_typing_ends_by_itself(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.looks(ann, "talk")
    stage.looks(bob, "talk")
    stage.types(ann, "talk")
    stage.ticks()
    stage.clock.now += LIMITS.typing_expires
    stage.ticks()
    assert bob.about("talk")[-1]["typing"] == []


async def test_presence_is_told_when_it_changes_and_settles(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.ticks()
    assert bob.presence == {"ann": "online", "bob": "online"}
    before = len(bob.heard)
    stage.bus.signal(AgentHere("ann", "1", visible=False))
    stage.ticks()
    assert len(bob.heard) == before, "a glance at another window is no absence"
    stage.clock.now += LIMITS.presence_settles
    stage.ticks()
    assert bob.presence == {"ann": "away", "bob": "online"}
    stage.leaves(ann)
    stage.clock.now += LIMITS.presence_settles
    stage.ticks()
    assert bob.presence == {"bob": "online"}


async def test_private_state_goes_to_ones_own_other_tabs(stage: Stage) -> None:
    ann, other, bob = stage.enters("ann", "1"), stage.enters("ann", "2"), stage.enters("bob", "3")
    stage.bus.signal(PrivateChanged("ann", "1", {"preferences": {"theme": "dark"}}))
    assert [len(one.heard) for one in (ann, other, bob)] == [0, 1, 0]
    assert other.heard == [{"kind": "private", "private": {"preferences": {"theme": "dark"}}}]
    stage.bus.signal(PrivateChanged("ann", "", {"read": {"talk": 5}}))
    assert [len(one.heard) for one in (ann, other, bob)] == [1, 2, 0], "by REST: every tab is another one"
    assert (ann.private_told, other.private_told) == (2, 2)


async def test_a_customer_who_comes_and_goes(stage: Stage) -> None:
    ann = stage.enters("ann", "1")
    stage.looks(ann, "talk", "kim", "kims-phone")
    stage.bus.signal(CustomerHere("kims-phone", "t", here=True))
    stage.ticks()
    assert ann.about("talk")[-1]["customer_here"] is True
    stage.bus.signal(CustomerHere("lee", "t", here=True))
    stage.bus.signal(CustomerHere("kims-phone", "t", here=False))
    stage.ticks()
    assert ann.about("talk")[-1]["customer_here"] is False


async def test_nothing_is_left_behind(stage: Stage) -> None:
    """Thousands of looks, typists and customers: when they are gone, so is every trace."""
    tabs = [stage.enters(f"agent{number % 50}", str(number)) for number in range(100)]
    for turn in range(2_000):
        ears = tabs[turn % len(tabs)]
        talk = f"talk{turn}"
        stage.looks(ears, talk, f"kim{turn}")
        stage.types(ears, talk)
        stage.bus.signal(CustomerTyping(talk, f"kim{turn}", "Kim", active=True))
        stage.bus.signal(CustomerHere(f"kim{turn}", "t", here=True))
        if turn % 100 == 0:
            await asyncio.sleep(0)  # in the house, too, each comes in a turn of its own
    stage.ticks()
    assert len(stage.signals._persons) == len(tabs), "only what is looked at is remembered"
    for turn in range(2_000):
        stage.bus.signal(CustomerHere(f"kim{turn}", "t", here=False))
    for ears in tabs:
        stage.leaves(ears)
    stage.clock.now += LIMITS.typing_expires + LIMITS.presence_settles
    stage.ticks()
    assert stage.is_empty
    assert stage.signals.presence_frame == encode({"kind": "signals", "agents": {}})


async def test_a_lease_that_ran_out_takes_its_looking_along(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    stage.looks(ann, "talk")
    stage.looks(bob, "talk")
    stage.clock.now += LIMITS.presence_expires - 1
    stage.bus.signal(AgentHere("bob", "2"))
    stage.clock.now += 1
    stage.ticks()
    assert bob.about("talk")[-1]["looking"] == ["bob"]
    assert bob.presence == {"bob": "online"}


# --- the running task -----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[None]:
    task = asyncio.create_task(stage.signals.run())
    try:
        yield
    finally:
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_first_change_is_told_at_once_and_the_next_at_the_tick(stage: Stage) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    hours = Hours(still=True)
    async with running(stage):
        stage.looks(ann, "talk")
        stage.looks(bob, "talk")
        await turns()
        hours.passes(TICK)
        await turns()
        before = len(bob.heard)
        stage.types(ann, "talk")
        await turns()
        assert len(bob.heard) == before + 1, "nothing waited"
        for number in range(10):
            stage.types(ann, "talk", active=number % 2 == 1)
        await turns()
        hours.passes(TICK * 0.9)
        await turns()
        assert len(bob.heard) == before + 1
        hours.passes(TICK * 0.1)
        await turns()
        assert len(bob.heard) == before + 2, "ten changes, one telling"


async def test_a_signal_that_cannot_be_told_ends_no_others(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ann, bob = stage.enters("ann", "1"), stage.enters("bob", "2")
    hours = Hours(still=True)
    stage.looks(ann, "talk")
    stage.looks(bob, "other")
    async with running(stage):
        stage.bus.signal(CustomerTyping("talk", "kim", "half a letter \ud800", active=True))
        await turns()
        assert "could not be told" in caplog.text
        stage.types(bob, "other")
        hours.passes(TICK)
        await turns()
        assert bob.about("other")[-1]["typing"][0]["name"] == "Bob"


async def test_stopped_it_listens_no_more(stage: Stage) -> None:
    async with running(stage):
        await asyncio.sleep(0)
    stage.bus.signal(AgentHere("ann", "1"))
    assert stage.is_empty


@pytest.mark.parametrize("later", range(6))
async def test_who_is_let_go_while_something_happens_ends(stage: Stage, later: int) -> None:
    """In whatever turn of the loop after the news the process goes down: it must not be taken for the news' own end."""
    task = asyncio.create_task(stage.signals.run())
    await turns(2)
    stage.enters("ann", "1")
    await turns(later)
    task.cancel()
    await turns()
    assert task.cancelled()
