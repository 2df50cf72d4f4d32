"""More happens at once than is told at once: each part is told as its own facts say, and what ends somebody's access
ends it before the first."""

from __future__ import annotations

from gateway.events import SYSTEM
from gateway.live import REPLAY
from gateway.store.tx import Tx
from gateway.stream.agents import set_teams
from gateway.stream.assign import assign, set_team
from inbox.wire import CLOSE_ACCESS
from tests.inbox.conftest import House
from tests.inbox.tabs import tabs


async def fill(tx: Tx, house: House, conversation: str, facts: int) -> None:
    """So many facts that all see who see both teams, or either."""
    for number in range(facts):
        await set_team(tx, conversation, house.teams[("support", "sales")[number % 2]], SYSTEM)


async def test_a_conversation_leaves_the_view_of_one_alone_late_in_a_burst(both: House) -> None:
    """Of two in the same team one was assigned it: only she is told that it leaves, whoever came first."""
    for first, second in (("ann", "bob"), ("bob", "ann")):
        for who in (first, second):
            await both.store.write(
                lambda tx, who=who: set_teams(tx, both.agents[who], [both.teams["sales"]], SYSTEM)  # type: ignore[misc]
            )
        talk = (await both.customer_writes("of others", name=f"Lee {first}", team="support")).conversation
        filler = (await both.customer_writes("hello", team="sales")).conversation
        await both.store.write(lambda tx, talk=talk: assign(tx, talk, both.agents["ann"], SYSTEM))  # type: ignore[misc]

        async def much(tx: Tx, talk: str = talk, filler: str = filler) -> None:
            await fill(tx, both, filler, 2 * REPLAY + 50)
            await assign(tx, talk, both.agents["sue"], SYSTEM)

        async with tabs(both, first, second) as opened:
            told = dict(zip((first, second), opened, strict=True))
            await told["ann"].look(talk)
            await both.store.write(much)
            for tab in opened:
                await tab.reaches(both.store.published)
                assert len([event for event in tab.events if event.get("conversation") == filler]) > REPLAY
            assert [event["kind"] for event in told["ann"].events if event.get("conversation") == talk] == [
                "left"
            ]
            assert talk not in repr(told["bob"].events)


async def test_who_loses_access_late_in_a_burst_is_told_nothing_of_it(both: House) -> None:
    """Its first facts are told as they stand after its last one: that she may not see any more."""
    talk = (await both.customer_writes("hello", team="sales")).conversation

    async def much(tx: Tx) -> None:
        await fill(tx, both, talk, 3 * REPLAY)
        await set_teams(tx, both.agents["ann"], [], SYSTEM)

    async with tabs(both, "ann", "sue") as (ann, sue):
        await both.store.write(much)
        assert await ann.ended() == CLOSE_ACCESS
        assert not ann.events
        await sue.reaches(both.store.published)
        assert len([event for event in sue.events if event.get("conversation") == talk]) == 3 * REPLAY
