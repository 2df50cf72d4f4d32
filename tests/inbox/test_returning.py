"""A customer who comes back: told to those whose conversation it is, on live tabs, once a visit, and never stored."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.bus import CustomerHere, Missed
from gateway.events import agent
from gateway.limits import Limits
from gateway.stream import assign, status
from gateway.stream.watch import watch
from inbox.returning import JUST, Returns, load_back
from presence.visits import ENDS
from tests.inbox.conftest import House, does
from tests.inbox.tabs import Tab, tabs


class Clock:
    """Monotonic milliseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


async def person_of(house: House, talk: str) -> str:
    async def find(look: Any) -> str:
        return str(
            await look.value(
                "select i.person_id from legs l join identities i on i.id = l.identity_id where l.conversation_id = $1",
                talk,
            )
        )

    return await house.store.read(find)


async def gives(house: House, talk: str, to: str) -> None:
    who = house.agents[to]
    await house.store.write(lambda tx: assign.assign(tx, talk, who, agent(house.agents["sue"])))


def backs(tab: Tab) -> list[dict[str, Any]]:
    return [frame["back"] for frame in tab.of("signals") if "back" in frame]


async def test_whom_it_concerns(both: House) -> None:
    talk = (await both.customer_writes("hello")).conversation
    person, later = await person_of(both, talk), both.clock() + JUST + 1_000
    # Nobody's and in no team.
    assert await both.store.read(lambda look: load_back(look, person, later)) == []
    await gives(both, talk, "ann")
    await both.store.write(lambda tx: watch(tx, both.agents["sue"], talk))
    [back] = await both.store.read(lambda look: load_back(look, person, later))
    assert back["agents"] == {both.agents["ann"], both.agents["sue"]}
    assert back["view"] == {"conversation": talk, "number": 1, "contact": "Kim", "own": True}
    assert await both.store.read(lambda look: load_back(look, person, both.clock())) == []
    await both.store.write(lambda tx: status.close(tx, talk, agent(both.agents["ann"])))
    assert await both.store.read(lambda look: load_back(look, person, later)) == []
    assert await both.store.read(lambda look: load_back(look, "nobody", later)) == []


@pytest.fixture
async def clock() -> Clock:
    return Clock()


async def test_the_line_is_told_once_a_visit_to_those_alone(house: House, clock: Clock) -> None:
    talk = (await house.customer_writes("hello")).conversation
    await gives(house, talk, "ann")
    await does(house, "ada", "watch", conversation=talk)
    person = await person_of(house, talk)
    house.clock.ahead = JUST + 1_000
    returns = Returns(house.desk, clock, dict)
    running = asyncio.create_task(returns.run())
    try:
        clock.now = Limits().presence_expires
        async with tabs(house, "ann", "ada", "bob", "sue") as (ann, ada, bob, sue):
            for tab in (ann, ada, bob, sue):
                await tab.until(lambda tab: tab.of("snapshot"), "a snapshot")
            house.desk.bus.signal(CustomerHere(person, "t1", here=True))
            house.desk.bus.signal(CustomerHere(person, "t2", here=True))
            for tab in (ann, ada):
                await tab.until(backs, "the line")
            house.desk.bus.signal(CustomerHere(person, "t1", here=False))
            house.desk.bus.signal(CustomerHere(person, "t2", here=False))
            house.desk.bus.signal(CustomerHere(person, "t3", here=True))
            house.desk.bus.signal(CustomerHere(person, "t3", here=False))
            clock.now += ENDS
            house.desk.bus.signal(CustomerHere(person, "t4", here=True))
            await ann.until(lambda tab: len(backs(tab)) == 2, "the next visit's line")
            assert backs(ann)[0] == {"conversation": talk, "number": 1, "contact": "Kim", "own": True}
            assert backs(bob) == backs(sue) == []
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_whoever_is_heard_of_again_has_not_come_back(house: House, clock: Clock) -> None:
    """Redis was away for long: all who are at other processes are said anew."""
    returns, bus = Returns(house.desk, clock, dict), house.desk.bus
    clock.now = Limits().presence_expires
    bus.hear(Missed(back=True))
    bus.hear(CustomerHere("kim", "t1", here=True))
    assert returns._came.empty(), "she has been there"
    bus.hear(CustomerHere("kim", "t1", here=False))
    clock.now += ENDS
    bus.hear(Missed())
    bus.hear(CustomerHere("kim", "t1", here=True))
    assert returns._came.qsize() == 1, "while Redis is away, whoever comes here comes"


async def test_what_is_nobodys_is_told_to_its_teams_available_agents(both: House, clock: Clock) -> None:
    """At its row, not as a line of one's own; never to another team's, nor to who is away or busy."""
    talk = (await both.customer_writes("hello", team="sales")).conversation
    await does(both, "sue", "watch", conversation=talk)
    person = await person_of(both, talk)
    [back] = await both.store.read(lambda look: load_back(look, person, both.clock() + JUST + 1_000))
    assert back["agents"] == {both.agents["sue"]}
    states = {both.agents["ann"]: "online", both.agents["bob"]: "online", both.agents["ada"]: "online"}
    both.clock.ahead = JUST + 1_000
    returns = Returns(both.desk, clock, lambda: states)
    running = asyncio.create_task(returns.run())
    try:
        clock.now = Limits().presence_expires
        async with tabs(both, "ann", "bob", "ada", "sue") as (ann, bob, ada, sue):
            for tab in (ann, bob, ada, sue):
                await tab.until(lambda tab: tab.of("snapshot"), "a snapshot")
            both.desk.bus.signal(CustomerHere(person, "t1", here=True))
            await ann.until(backs, "the hint at the row")
            await sue.until(backs, "the line of who watches")
            assert [one["own"] for one in backs(ann)] == [False]
            assert [one["own"] for one in backs(sue)] == [True]
            both.desk.bus.signal(CustomerHere(person, "t1", here=False))
            clock.now += ENDS
            states[both.agents["ann"]] = "busy"
            both.desk.bus.signal(CustomerHere(person, "t1", here=True))
            await sue.until(lambda tab: len(backs(tab)) == 2, "the next visit's line")
            both.desk.bus.signal(CustomerHere(person, "t1", here=False))
            clock.now += ENDS
            states[both.agents["ann"]] = "online"
            await gives(both, talk, "ada")
            both.desk.bus.signal(CustomerHere(person, "t1", here=True))
            await ada.until(backs, "the line of whose it is now")
            assert [one["own"] for one in backs(ada)] == [True]
            assert len(backs(ann)) == 1, "neither while busy, nor once it is somebody's"
            assert backs(bob) == [], "never another team"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
