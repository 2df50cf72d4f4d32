"""What other processes said unheard is looked up where it is stored, and told once."""

from __future__ import annotations

from typing import Any

from gateway.bus import AgentSays, Missed
from gateway.errors import Unavailable
from gateway.stream import private
from inbox.missed import Refresh
from tests.inbox.conftest import House
from tests.inbox.tabs import tabs
from tests.world import until


def availability(tab: Any) -> list[str]:
    return [
        frame["private"]["availability"]
        for frame in tab.frames
        if frame["kind"] == "private" and "availability" in frame["private"]
    ]


async def elsewhere(house: House, who: str, said: str) -> None:
    """Another process stores it, and its signal is lost."""
    await house.store.write(lambda tx: private.set_availability(tx, house.agents[who], said))


async def test_a_tab_is_told_what_its_agent_did_at_another_process(house: House) -> None:
    async with tabs(house, "ann") as (tab,):
        await tab.until(lambda tab: availability(tab), "what it starts with")
        await elsewhere(house, "ann", "busy")
        house.desk.bus.hear(Missed())
        await tab.until(lambda tab: availability(tab)[-1] == "busy", "the news")
        before = len(availability(tab))
        house.desk.bus.hear(Missed())
        await elsewhere(house, "ann", "away")
        house.desk.bus.hear(Missed())
        await tab.until(lambda tab: availability(tab)[-1] == "away", "the news")
        assert len(availability(tab)) == before + 1, "nothing is told twice"


async def test_whoever_said_they_are_away_elsewhere_is_shown_so(house: House) -> None:
    refresh = Refresh(house.desk)
    heard: list[AgentSays] = []
    house.desk.bus.take_signals(AgentSays, heard.append)
    ann, bob = house.agents["ann"], house.agents["bob"]
    await elsewhere(house, "ann", "busy")
    await refresh.look()
    assert heard == [AgentSays(ann, "busy")]
    await refresh.look()
    assert len(heard) == 1
    await elsewhere(house, "ann", "online")
    await elsewhere(house, "bob", "away")
    await refresh.look()
    assert sorted(heard[1:], key=lambda said: said.availability) == [
        AgentSays(bob, "away"),
        AgentSays(ann, "online"),
    ]


async def test_what_is_heard_meanwhile_is_newer_than_the_look(house: House, monkeypatch: Any) -> None:
    refresh = Refresh(house.desk)
    ann, read = house.agents["ann"], house.store.read
    heard: list[AgentSays] = []
    house.desk.bus.take_signals(AgentSays, heard.append)

    async def read_then_hear(look: Any) -> Any:
        found = await read(look)
        house.desk.bus.hear(AgentSays(ann, "busy"))
        return found

    monkeypatch.setattr(house.store, "read", read_then_hear)
    await refresh.look()
    assert heard == [AgentSays(ann, "busy")]


async def test_the_look_goes_on_when_the_database_is_back(
    house: House, monkeypatch: Any, caplog: Any
) -> None:
    read = house.store.read

    async def away(look: Any) -> Any:
        raise Unavailable("PostgreSQL does not answer")

    monkeypatch.setattr(house.store, "read", away)
    house.desk.bus.hear(Missed())
    await until(lambda: "cannot be looked up" in caplog.text)
    heard: list[AgentSays] = []
    house.desk.bus.take_signals(AgentSays, heard.append)
    await elsewhere(house, "ann", "busy")
    # Nobody says a second time that something was missed.
    monkeypatch.setattr(house.store, "read", read)
    await until(lambda: heard == [AgentSays(house.agents["ann"], "busy")])


async def test_what_a_tab_itself_said_meanwhile_is_newer_than_the_look(
    house: House, monkeypatch: Any
) -> None:
    """It is not told its own words of a moment ago: the draft would step back under the writer's hands."""
    async with tabs(house, "ann") as (tab,):
        await tab.until(lambda tab: availability(tab), "what it starts with")
        scan, looks = house.store.scan, 0

        async def scan_then_say(look: Any) -> Any:
            nonlocal looks
            found, looks = await scan(look), looks + 1
            if looks == 1:
                await tab.command("set_availability", availability="busy")
            return found

        monkeypatch.setattr(house.store, "scan", scan_then_say)
        before = len(availability(tab))
        house.desk.bus.hear(Missed())
        await tab.until(lambda tab: availability(tab)[before:], "the next look's answer")
        assert looks >= 2 and set(availability(tab)[before:]) == {"busy"}
