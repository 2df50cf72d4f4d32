"""Private state: the agent's own, told to the agent's own tabs."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.bus import PrivateChanged
from gateway.errors import TooLarge
from gateway.events import agent
from gateway.stream.merge import merge
from tests.inbox.conftest import House, does
from tests.inbox.tabs import Tab, tabs


async def test_private_state_is_the_agents_own(both: House) -> None:
    taken = await both.customer_writes("hello")
    it = {"conversation": taken.conversation}
    told: list[PrivateChanged] = []
    stop = both.desk.bus.take_signals(PrivateChanged, told.append)
    await does(both, "ann", "mark_read", **it, position=taken.position)
    await does(both, "ann", "mark_read", **it, position=1)
    await does(both, "ann", "save_draft", **it, mode="public", text="Dear")
    await does(both, "ann", "set_preferences", values={"theme": "dark", "sound": True})
    await does(both, "ann", "set_preferences", values={"sound": None})
    stop()
    assert [change.private for change in told] == [
        {"read": {taken.conversation: taken.position}},
        {"drafts": {taken.conversation: {"public": "Dear"}}},
        {"preferences": {"theme": "dark", "sound": True}},
        {"preferences": {"theme": "dark"}},
    ]
    assert {(change.agent, change.tab) for change in told} == {(both.agents["ann"], "tab1")}
    path = f"/conversations/{taken.conversation}"
    hers = await (await both.client("ann")).get(path)
    his = await (await both.client("bob")).get(path)
    assert (hers["read"], hers["drafts"]) == (taken.position, {"public": "Dear"})
    assert (his["read"], his["drafts"]) == (0, {})
    listed = await (await both.client("ann")).get("/conversations")
    assert listed["read"] == {taken.conversation: taken.position}
    await does(both, "ann", "save_draft", **it, mode="public", text="")
    assert (await (await both.client("ann")).get(path))["drafts"] == {}
    with pytest.raises(TooLarge):
        await does(both, "ann", "set_preferences", values={"x": "y" * 40_000})


async def test_what_is_marked_unread_is_unread_on_every_device(both: House) -> None:
    """Only this takes a mark back; it goes for the agent alone, and what the customer was told stays told."""
    first = await both.customer_writes("hello")
    second = await both.customer_writes("are you there?")
    it = {"conversation": second.conversation}
    client, his = await both.client("ann"), await both.client("bob")

    async def unread() -> list[str]:
        page = await client.get("/conversations", unread="true")
        return [one["id"] for one in page["conversations"]]

    async with tabs(both, "ann", "ann", "bob") as [one, other, bob]:
        await one.does("mark_read", **it, position=second.position)
        await bob.does("mark_read", **it, position=second.position)
        seen = (await client.get(f"/conversations/{second.conversation}"))["conversation"]["legs"][0]
        assert await unread() == []
        await one.does("mark_unread", **it, position=first.position)
        for tab in (one, other):
            await tab.until(
                lambda tab: {"unread": {first.conversation: first.position}} in privates(tab), "unread"
            )
        assert await unread() == [second.conversation]
        page = await client.get(f"/conversations/{second.conversation}")
        assert (page["read"], page["conversation"]["legs"][0]) == (first.position, seen)
        assert (await his.get(f"/conversations/{second.conversation}"))["read"] == second.position
        assert not any("unread" in private for private in privates(bob))
        await one.does("mark_unread", **it, position=second.position)  # never upwards
        assert (await client.get(f"/conversations/{second.conversation}"))["read"] == first.position
        await other.does("mark_read", **it, position=second.position)
        assert await unread() == []


def privates(tab: Tab) -> list[Any]:
    return [frame["private"] for frame in tab.of("private")]


async def test_what_is_said_of_a_conversation_that_was_merged_away_goes_along(both: House) -> None:
    """The tab that says it may not know of the merge yet: then it too is told where its words are."""
    old = (await both.customer_writes("hello")).conversation
    new = await both.customer_writes("I wrote before", name="Lee")
    it = {"conversation": old}
    async with tabs(both, "ann", "ann") as [one, other]:
        await one.does("save_draft", **it, mode="note", text="a tho")
        await both.store.write(lambda tx: merge(tx, old, new.conversation, agent(both.agents["bob"])))
        await one.does("save_draft", **it, mode="note", text="a thought")
        await one.does("mark_read", **it, position=new.position)
        drafts = {old: {"note": ""}, new.conversation: {"note": "a thought"}}
        read = {new.conversation: new.position}
        for tab in (one, other):
            await tab.until(lambda tab: {"read": read} in privates(tab), "read")
            assert {"drafts": drafts} in privates(tab)
    async with tabs(both, "ann") as [fresh]:
        told = fresh.of("snapshot")[0]["private"]["drafts"]
        assert told == {new.conversation: {"note": "a thought"}}


async def test_what_an_agent_says_of_themselves(both: House) -> None:
    ann = both.agents["ann"]
    async with tabs(both, "ann", "ann", "bob") as [first, second, colleague]:
        assert first.of("private")[-1]["private"]["availability"] == "online"
        await first.does("set_availability", availability="busy")
        told = await second.until(
            lambda tab: [one for one in tab.of("private") if one["private"] == {"availability": "busy"}],
            "busy",
        )
        assert len(told) == 1
        assert not [one for one in first.of("private") if one["private"] == {"availability": "busy"}]
        await colleague.until(
            lambda tab: any(one.get("agents", {}).get(ann) == "busy" for one in tab.of("signals")),
            "ann is busy",
        )
    async with tabs(both, "bob", "ann") as [colleague, again]:
        assert again.of("private")[-1]["private"]["availability"] == "busy", "it is stored"
        [hers] = [one for one in again.of("snapshot")[0]["directory"]["agents"] if one["id"] == ann]
        assert hers["availability"] == "busy"
        program = await both.client(token=await both.token("ann"))
        status, _ = await program.ask("PUT", "/session/availability", {"availability": "online"})
        assert status == 204
        await again.until(lambda tab: tab.of("private")[-1]["private"] == {"availability": "online"}, "told")
        await colleague.until(
            lambda tab: tab.of("signals") and tab.of("signals")[-1].get("agents", {}).get(ann) == "online",
            "online",
        )
