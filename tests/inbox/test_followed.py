"""The agent's own lists: the newest first, page by page, and never what one may not see."""

from __future__ import annotations

import pytest

from gateway.egress.access import Role, Viewer
from gateway.errors import Malformed
from gateway.events import AgentId, TeamId
from inbox.followed import list_followed
from tests.inbox.conftest import House, does


async def listed(house: House, view: str, status: str | None = None, limit: int = 50) -> list[int]:
    """Ann's, over all pages."""
    viewer = Viewer(AgentId(house.agents["ann"]), Role.AGENT, frozenset({TeamId(house.teams["sales"])}))
    found: list[int] = []
    before: str | None = None
    while True:
        page = await house.store.scan(
            lambda look, at=before: list_followed(look, viewer, view, status, at, limit)  # type: ignore[misc]
        )
        assert len(page["conversations"]) <= limit
        found += [one["number"] for one in page["conversations"]]
        before = page["before"]
        if before is None:
            return found


async def test_what_is_watched_by_its_newest_message(both: House) -> None:
    talks = [
        (await both.customer_writes("hello", name=name, team="sales")).conversation
        for name in ("Kim", "Lee", "Park", "Cho")
    ]
    for talk in talks[:3]:
        await does(both, "ann", "watch", conversation=talk)
        both.clock.ahead += 1
    await both.store.write(lambda tx: tx.run("update conversations set last_at = number * 10"))
    await both.store.write(
        lambda tx: tx.run("update conversations set last_at = 1000 where id = $1", talks[0])
    )
    for limit in (1, 2, 3, 50):
        assert await listed(both, "watched", limit=limit) == [1, 3, 2], limit
    assert await listed(both, "mentions") == []
    await does(both, "ann", "close", conversation=talks[0])
    assert await listed(both, "watched", "open") == [3, 2]
    assert await listed(both, "watched", "closed") == [1]
    await does(both, "ann", "unwatch", conversation=talks[2])
    assert await listed(both, "watched", "open") == [2]


async def test_what_went_to_another_team_is_no_longer_listed(both: House) -> None:
    talk = (await both.customer_writes("hello", name="Kim", team="sales")).conversation
    await does(both, "ann", "watch", conversation=talk)
    assert await listed(both, "watched") == [1]
    await does(both, "sue", "set_team", conversation=talk, team=both.teams["support"])
    assert await listed(both, "watched") == []


async def test_a_broken_place_is_refused(house: House) -> None:
    viewer = Viewer(AgentId(house.agents["ann"]), Role.AGENT, frozenset())
    with pytest.raises(Malformed):
        await house.store.scan(lambda look: list_followed(look, viewer, "watched", None, "not a place", 5))
