"""Whose access has changed lately, known without asking the log again."""

from __future__ import annotations

from typing import Any

from gateway.events import SYSTEM
from gateway.stream.agents import set_teams
from inbox.auth.changes import AccessChanges
from inbox.auth.sessions import end_sessions
from tests.inbox.conftest import House
from tests.inbox.tabs import opened, tabs
from tests.inbox.test_statements import Counted


async def moved(house: House, who: str, team: str) -> int:
    """Into this team alone; the position of the fact."""
    key = house.agents[who]
    await house.store.write(lambda tx: set_teams(tx, key, [house.teams[team]], SYSTEM))
    return house.store.published


async def test_what_happened_before_the_process_began_is_read_once(both: House) -> None:
    ann, bob = both.agents["ann"], both.agents["bob"]
    changed = await moved(both, "ann", "support")
    known = AccessChanges(both.store)
    await known.load()
    assert known.latest(ann) == known.sight(ann) == changed
    assert known.sight(bob) < changed
    later = await moved(both, "bob", "sales")
    await known.load()
    assert known.sight(bob) < later, "what happens from now on it is told"


async def test_a_session_that_ends_changes_nothing_of_what_is_seen(both: House) -> None:
    ann = both.agents["ann"]
    known = both.desk.hub.accesses
    before = known.sight(ann)
    await both.store.write(lambda tx: end_sessions(tx, ann))
    assert known.latest(ann) == both.store.published
    assert known.sight(ann) == before


async def test_facts_told_late_move_nothing_back(both: House) -> None:
    """What is read of the log at the start may be newer than what is told next."""
    ann = both.agents["ann"]
    told: list[Any] = []
    stop = both.desk.bus.take_events(told.extend)
    await moved(both, "ann", "support")
    changed = await moved(both, "ann", "sales")
    stop()
    known = AccessChanges(both.store)
    known.note(reversed(told))
    assert known.latest(ann) == known.sight(ann) == changed


async def test_coming_back_asks_little(house: House) -> None:
    """A look for who it is and one for the agent's own state, however many facts were missed."""
    async with tabs(house, "ann") as (ann,):
        cursor = ann.cursor
    for number in range(20):
        await house.customer_writes(f"missed {number}", team="sales")
    await (await opened(house, "ann", cursor)).close()  # the replay is read for the first who asks
    read = Counted()
    house.store._reader.set_trace_callback(read)  # type: ignore[attr-defined]
    tab = await opened(house, "ann", cursor)
    await tab.until(lambda tab: tab.of("private") and tab.of("signals"), "its own state")
    house.store._reader.set_trace_callback(None)  # type: ignore[attr-defined]
    await tab.close()
    assert len(read.transactions) - 1 == 2, read.transactions
    assert read.total <= 10, read.transactions
