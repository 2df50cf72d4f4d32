"""What was merged, told: known again by numbers and names, within what one may see."""

from __future__ import annotations

from gateway.egress.access import Role, Viewer
from gateway.events import AgentId, TeamId
from inbox.merges import MergeView, list_merges
from inbox.views import list_messages
from tests.inbox.conftest import House, does


async def told(house: House, viewer: Viewer, key: str) -> list[MergeView]:
    return await house.store.scan(lambda look: list_merges(look, viewer, key))


async def test_the_newest_first_and_undone_ones_stay(both: House) -> None:
    talks = [
        (await both.customer_writes("hello", name=name, team="sales")).conversation
        for name in ("Lee", "Park", "Cho")
    ]
    sue = Viewer(AgentId(both.agents["sue"]), Role.SUPERVISOR, frozenset())
    first = (await does(both, "ann", "merge", conversation=talks[0], into=talks[2]))["merge"]
    await both.store.write(lambda tx: tx.run("update merges set at = 1"))
    second = (await does(both, "ann", "merge", conversation=talks[1], into=talks[2]))["merge"]
    await does(both, "ann", "undo_merge", merge=second)
    found = await told(both, sue, talks[2])
    assert [one["id"] for one in found] == [second, first]
    assert [one["undone_at"] is not None for one in found] == [True, False]
    assert [one["source"]["number"] for one in found] == [2, 1]
    assert [one["id"] for one in await told(both, sue, talks[0])] == [first], "told on both sides"


async def test_the_other_side_is_nameless_to_who_may_not_see_it(both: House) -> None:
    one = (await both.customer_writes("hello", name="Lee", team="sales")).conversation
    other = (await both.customer_writes("hello", name="Park", team="support")).conversation
    await does(both, "sue", "merge", conversation=one, into=other)
    bob = Viewer(AgentId(both.agents["bob"]), Role.AGENT, frozenset({TeamId(both.teams["support"])}))
    (merge,) = await told(both, bob, other)
    assert (merge["into"]["number"], merge["into"]["name"]) == (2, "Park")
    assert (merge["source"]["number"], merge["source"]["name"]) == (None, "")


async def test_a_contact_that_is_out_of_sight_again_is_nameless(both: House) -> None:
    for name, team in (("Lee", "sales"), ("Park", "support")):
        await both.customer_writes("hello", name=name, team=team)
    rows = await both.store.read(lambda look: look.all("select id, name from contacts"))
    contacts = {row["name"]: row["id"] for row in rows}
    merge = (await does(both, "sue", "merge_contacts", contact=contacts["Lee"], into=contacts["Park"]))[
        "merge"
    ]
    await does(both, "sue", "undo_merge", merge=merge)
    bob = Viewer(AgentId(both.agents["bob"]), Role.AGENT, frozenset({TeamId(both.teams["support"])}))
    (seen,) = await told(both, bob, contacts["Park"])
    assert (seen["source"]["name"], seen["into"]["name"]) == ("", "Park")
    sue = Viewer(AgentId(both.agents["sue"]), Role.SUPERVISOR, frozenset())
    (seen,) = await told(both, sue, contacts["Park"])
    assert (seen["source"]["name"], seen["into"]["name"]) == ("Lee", "Park")


async def test_a_line_says_who_was_joined_within_what_one_may_see(both: House) -> None:
    talks = {}
    for name, team in (("Lee", "sales"), ("Park", "support")):
        talks[name] = (await both.customer_writes("hello", name=name, team=team)).conversation
    rows = await both.store.read(lambda look: look.all("select id, name from contacts"))
    contacts = {row["name"]: row["id"] for row in rows}
    lee, park = contacts["Lee"], contacts["Park"]
    sue = Viewer(AgentId(both.agents["sue"]), Role.SUPERVISOR, frozenset())
    ann = Viewer(AgentId(both.agents["ann"]), Role.AGENT, frozenset({TeamId(both.teams["sales"])}))

    async def lines(viewer: Viewer) -> list[tuple[object, object, object]]:
        page = await both.store.scan(
            lambda look: list_messages(
                look, viewer, talks["Lee"], lambda row: "", before=None, after=None, limit=50
            )
        )
        return [
            (one["changes"]["why"], one["changes"]["contacts"], one["names"])
            for one in page["lines"]
            if "contacts" in one["changes"]
        ]

    merge = (await does(both, "sue", "merge_contacts", contact=lee, into=park))["merge"]
    joined = ("merged", [lee, park], {lee: "Lee", park: "Park"})
    assert await lines(ann) == await lines(sue) == [joined]
    await both.store.write(lambda tx: tx.run("update contacts set name = 'Leigh' where id = $1", lee))
    assert (await lines(sue))[0][2] == {lee: "Leigh", park: "Park"}, "as they are called today"
    await does(both, "sue", "undo_merge", merge=merge)
    assert [one[:2] for one in await lines(sue)] == [joined[:2], ("undone", [park, lee])]
    assert [one[2] for one in await lines(ann)] == [{lee: "Leigh"}] * 2, "Park is out of sight again"


async def test_a_line_from_before_lines_said_so_asks_the_merge(both: House) -> None:
    for name in ("Lee", "Park"):
        talk = (await both.customer_writes("hello", name=name)).conversation
    rows = await both.store.read(lambda look: look.all("select id, name from contacts"))
    contacts = {row["name"]: row["id"] for row in rows}
    lee, park = contacts["Lee"], contacts["Park"]
    sue = Viewer(AgentId(both.agents["sue"]), Role.SUPERVISOR, frozenset())
    merge = (await does(both, "sue", "merge_contacts", contact=park, into=lee))["merge"]
    both.clock.ahead += 5
    await does(both, "sue", "undo_merge", merge=merge)

    async def lines() -> list[tuple[object, object, object]]:
        page = await both.store.scan(
            lambda look: list_messages(look, sue, talk, lambda row: "", before=None, after=None, limit=50)
        )
        moved = [one for one in page["lines"] if one["changes"].get("fields") == ["contact"]]
        return [(one["changes"]["why"], one["changes"]["contacts"], one["names"]) for one in moved]

    names = {lee: "Lee", park: "Park"}
    told = [("merged", [park, lee], names), ("undone", [lee, park], names)]
    assert await lines() == told
    old = """update audit set changes = '{"fields": ["contact"]}' where conversation_id = $1 and subject_id = $2"""
    assert await both.store.write(lambda tx: tx.run(old, talk, merge)) == 2
    assert await lines() == told


async def test_a_conversation_that_was_never_merged_has_none(house: House) -> None:
    talk = (await house.customer_writes("hello")).conversation
    sue = Viewer(AgentId(house.agents["sue"]), Role.SUPERVISOR, frozenset())
    assert await told(house, sue, talk) == []
