"""Private state: the agent's own, told to the agent's own tabs."""

from __future__ import annotations

import pytest

from gateway.bus import PrivateChanged
from gateway.errors import TooLarge
from tests.inbox.conftest import House, does


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
