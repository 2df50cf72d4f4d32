"""The only ways to somebody's things: one rule, by id and number, through merges, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from gateway.egress.access import Role, Viewer
from gateway.errors import NotFound
from gateway.events import AgentId, TeamId, agent
from gateway.store import Reader, Row
from gateway.stream.assign import assign, set_team
from gateway.stream.merge import merge, merge_contacts
from inbox.auth.access import (
    access_contact,
    access_conversation,
    access_merge,
    access_message,
    hold_conversation,
)
from tests.inbox.conftest import House

Access = Callable[[Reader, Viewer, str], Coroutine[Any, Any, Row]]


def viewer(house: House, who: str, role: Role = Role.AGENT, *teams: str) -> Viewer:
    return Viewer(AgentId(house.agents[who]), role, frozenset(TeamId(house.teams[team]) for team in teams))


async def may(house: House, access: Access, seen_by: Viewer, key: str) -> bool:
    try:
        await house.store.read(lambda look: access(look, seen_by, key))
    except NotFound:
        return False
    return True


async def test_one_rule_for_every_way(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    row = await both.store.read(
        lambda look: look.one("select * from conversations where id = $1", taken.conversation)
    )
    assert row is not None
    ways: list[tuple[Access, str]] = [
        (access_conversation, taken.conversation),
        (access_conversation, str(row["number"])),
        (access_message, taken.message),
        (access_contact, row["contact_id"]),
    ]
    own, foreign = viewer(both, "ann", Role.AGENT, "sales"), viewer(both, "bob", Role.AGENT, "support")
    supervisor, lone = viewer(both, "sue", Role.SUPERVISOR), viewer(both, "bob")
    for access, key in ways:
        seen = [await may(both, access, one, key) for one in (own, foreign, lone, supervisor)]
        assert seen == [True, False, False, True], access.__name__
    await both.store.write(
        lambda tx: assign(tx, taken.conversation, both.agents["bob"], agent(both.agents["sue"]))
    )
    for access, key in ways:
        assert await may(both, access, foreign, key), "what is assigned to one is one's to see"
    await both.store.write(lambda tx: assign(tx, taken.conversation, None, agent(both.agents["sue"])))
    await both.store.write(lambda tx: set_team(tx, taken.conversation, None, agent(both.agents["sue"])))
    for access, key in ways:
        assert await may(both, access, lone, key), "what stands in no team is everybody's"


async def test_what_is_not_there_looks_the_same(house: House) -> None:
    taken = await house.customer_writes("hello", team="sales")
    foreign = viewer(house, "bob", Role.AGENT, "support")
    words = set()
    for key in (taken.conversation, "01nothing", "999999"):

        async def look_up(look: Reader, one: str = key) -> Row:
            return await access_conversation(look, foreign, one)

        with pytest.raises(NotFound) as caught:
            await house.store.read(look_up)
        words.add((caught.value.text, caught.value.code, str(caught.value.params)))
    assert len(words) == 1


async def test_merged_ones_lead_on(both: House) -> None:
    one = await both.customer_writes("a", name="Lee", team="sales")
    two = await both.customer_writes("b", name="Park", team="support")
    sue = viewer(both, "sue", Role.SUPERVISOR)
    by = agent(both.agents["sue"])
    key = await both.store.write(lambda tx: merge(tx, one.conversation, two.conversation, by))
    found = await both.store.read(lambda look: access_conversation(look, sue, one.conversation))
    assert found["id"] == two.conversation
    ann, bob = viewer(both, "ann", Role.AGENT, "sales"), viewer(both, "bob", Role.AGENT, "support")
    assert not await may(both, access_conversation, ann, one.conversation), "it lives in the other team now"
    assert await may(both, access_conversation, bob, one.conversation)
    assert [await may(both, access_merge, each, key) for each in (sue, bob, ann)] == [True, True, False]
    rows = await both.store.read(lambda look: look.all("select id, name from contacts order by name"))
    lee, park = (row["id"] for row in rows)
    await both.store.write(lambda tx: merge_contacts(tx, lee, park, by))
    assert (await both.store.read(lambda look: access_contact(look, sue, lee)))["id"] == park


async def test_holding_asks_at_that_moment(house: House) -> None:
    taken = await house.customer_writes("hello", team="sales")
    foreign = viewer(house, "bob", Role.AGENT, "support")
    with pytest.raises(NotFound):
        await house.store.write(lambda tx: hold_conversation(tx, foreign, taken.conversation))
    own = viewer(house, "ann", Role.AGENT, "sales")
    held = await house.store.write(lambda tx: hold_conversation(tx, own, taken.conversation))
    assert held.id == taken.conversation


async def test_a_merged_conversation_counts_where_it_lives_now(both: House) -> None:
    """Kim's only conversation goes, by two merges, into one of a team that Bob does not see."""
    hers = await both.customer_writes("hello", name="Kim")
    between = await both.customer_writes("hello", name="Lee")
    hidden = await both.customer_writes("hello", name="Park", team="sales")

    async def contact(of: str) -> str:
        found = await both.store.read(
            lambda look: look.value("select contact_id from conversations where id = $1", of)
        )
        return str(found)

    kim = await contact(hers.conversation)
    bob, ann = viewer(both, "bob", Role.AGENT, "support"), viewer(both, "ann", Role.AGENT, "sales")
    listed = await both.client("bob")

    async def names() -> set[str]:
        return {one["name"] for one in (await listed.get("/contacts"))["contacts"]}

    assert await may(both, access_contact, bob, kim) and await names() == {"Kim", "Lee"}
    by = agent(both.agents["sue"])
    await both.store.write(lambda tx: merge(tx, hers.conversation, between.conversation, by))
    assert await may(both, access_contact, bob, kim), "it lives where he sees it"
    await both.store.write(lambda tx: merge(tx, between.conversation, hidden.conversation, by))
    assert not await may(both, access_contact, bob, kim)
    assert await names() == set()
    assert await may(both, access_contact, ann, kim)
