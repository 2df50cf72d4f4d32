"""Filters as conditions: what they name is looked up first, and both forms keep to what one may see."""

from __future__ import annotations

import pytest

from gateway.egress.access import Role, Viewer
from gateway.errors import Malformed
from gateway.events import AgentId, TeamId
from gateway.store import Reader
from inbox.filters import Question
from inbox.narrowing import Narrowing, narrow
from tests.inbox.conftest import House, does


def viewer(house: House, who: str) -> Viewer:
    teams = {"ann": "sales", "bob": "support"}
    role = {"sue": Role.SUPERVISOR, "ada": Role.ADMIN}.get(who, Role.AGENT)
    own = frozenset({TeamId(house.teams[teams[who]])}) if who in teams else frozenset()
    return Viewer(AgentId(house.agents[who]), role, own)


async def narrowed(house: House, who: str, **asked: object) -> Narrowing:
    return await house.store.read(lambda look: narrow(look, viewer(house, who), Question(**asked)))  # type: ignore[arg-type]


async def numbers(house: House, who: str, **asked: object) -> tuple[list[int], list[int]]:
    """The numbers of the conversations that stay, asked for as such and by their messages."""

    async def look(reader: Reader) -> tuple[list[int], list[int]]:
        narrowing = await narrow(reader, viewer(house, who), Question(**asked))  # type: ignore[arg-type]
        params: list[object] = []
        rows = await reader.all(
            f"select c.number from conversations c where {narrowing.conversations(params)} order by 1",
            *params,
        )
        params = []
        found = await reader.all(
            "select distinct c.number from messages m join conversations c on c.id = m.conversation_id"
            f" where {narrowing.messages(params)} order by 1",
            *params,
        )
        return [row[0] for row in rows], [row[0] for row in found]

    return await house.store.scan(look)


async def test_without_filters_only_access_narrows(both: House) -> None:
    for team, name in (("sales", "Kim"), ("support", "Lee"), (None, "Park")):
        await both.customer_writes("hello", name=name, team=team)
    assert await numbers(both, "sue") == ([1, 2, 3], [1, 2, 3])
    seen, _ = await numbers(both, "ann")
    assert 1 in seen and 2 not in seen
    assert await numbers(both, "ann") == (seen, seen)


async def test_each_filter_keeps_what_it_says_and_two_keep_what_both_say(both: House) -> None:
    kim = await both.customer_writes("hello", name="Kim", team="sales")
    lee = await both.customer_writes("hello", name="Lee", team="sales")
    made = await does(both, "sue", "make_tag", name="Late", colour="#123456")
    key = made["tag"] if isinstance(made["tag"], str) else made["tag"]["id"]
    await does(both, "sue", "tag", conversation=kim.conversation, add=[key], remove=[])
    await does(both, "sue", "assign", conversation=lee.conversation, agent=both.agents["ann"])
    await does(both, "ann", "note", conversation=lee.conversation, text="among us", client_id="c1")
    await does(both, "sue", "close", conversation=lee.conversation)
    assert await numbers(both, "sue", tags=("late",)) == ([1], [1])
    assert await numbers(both, "sue", assignee="none") == ([1], [1])
    assert await numbers(both, "ann", assignee="me") == ([2], [2])
    assert await numbers(both, "sue", assignee="ann") == ([2], [2])
    assert await numbers(both, "sue", status="closed") == ([2], [2])
    await does(both, "sue", "set_priority", conversation=kim.conversation, priority=4)
    assert await numbers(both, "sue", priority=4) == ([1], [1])
    assert await numbers(both, "sue", priority=0) == ([2], [2]), "none is a priority, too"
    assert await numbers(both, "sue", has=("note",)) == ([2], [2])
    assert await numbers(both, "sue", has=("file",)) == ([], [])
    assert await numbers(both, "sue", channels=("website",)) == ([1, 2], [1, 2])
    assert await numbers(both, "sue", people=("kim",)) == ([1], [1])
    assert await numbers(both, "sue", people=("ann",)) == ([2], [2]), "an agent by her messages"
    assert await numbers(both, "sue", tags=("late",), status="closed") == ([], [])
    assert await numbers(both, "sue", people=("...",)) == ([], []), "a name without a letter is nobody's"


async def test_a_tag_is_known_by_a_word_that_no_other_has(both: House) -> None:
    kim = await both.customer_writes("hello", name="Kim")
    keys = {}
    for name in ("환불 Refund", "Late delivery", "Late answer", "late"):
        made = await does(both, "sue", "make_tag", name=name, colour="#123456")
        keys[name] = made["tag"] if isinstance(made["tag"], str) else made["tag"]["id"]
    tagged = [keys["환불 Refund"], keys["Late delivery"]]
    await does(both, "sue", "tag", conversation=kim.conversation, add=tagged, remove=[])
    for said in ("refund", "환불", "DELIVERY"):
        assert await numbers(both, "sue", tags=(said,)) == ([1], [1])
    assert await numbers(both, "sue", tags=("answer",)) == ([], [])
    assert await numbers(both, "sue", tags=("late",)) == ([], []), "the whole name goes before a word"
    for said in ("fund", ""):
        with pytest.raises(Malformed, match="no tag"):
            await narrowed(both, "sue", tags=(said,))
    await does(both, "sue", "make_tag", name="Refund asked", colour="#123456")
    with pytest.raises(Malformed, match="no tag"):
        await narrowed(both, "sue", tags=("refund",))


async def test_what_there_is_not_is_said_instead_of_finding_nothing(house: House) -> None:
    for asked in ({"tags": ("no such",)}, {"channels": ("pigeon",)}, {"assignee": "nobody at all"}):
        with pytest.raises(Malformed, match="no "):
            await narrowed(house, "sue", **asked)


async def test_what_is_asked_never_becomes_sql(both: House) -> None:
    await both.customer_writes("hello", name="Kim")
    odd = "x') or ('1'='1"
    assert await numbers(both, "sue", people=(odd,)) == ([], [])
    for asked in ({"tags": (odd,)}, {"channels": (odd,)}, {"assignee": odd}):
        with pytest.raises(Malformed):
            await narrowed(both, "sue", **asked)
