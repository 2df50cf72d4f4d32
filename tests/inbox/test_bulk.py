"""Many conversations at once: an outcome for each, its own facts for each, and an undo that harms no later work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import Malformed, NotFound, Refused, TooMany
from gateway.events import SYSTEM, Priority
from gateway.limits import Limits
from gateway.rates import Rate
from gateway.store import Tx
from gateway.stream import agents, assign, describe, merge, status
from gateway.stream.bulk import KEPT, UNDO_FOR, forget_bulks
from inbox.commands.bulk import BULK_MOST
from tests.inbox.conftest import House, Open, does, open_house
from tests.inbox.tabs import tabs

FIELDS = ("status", "assignee", "team", "priority", "tags", "snoozed_until", "waiting_since", "closed_at")


async def stands(house: House, conversation: str) -> dict[str, Any]:
    page = await (await house.client("sue")).get(f"/conversations/{conversation}")
    return {field: page["conversation"][field] for field in FIELDS}


async def talks_of(house: House, count: int, team: str | None = None) -> list[str]:
    return [
        (await house.customer_writes("hello", name=f"c{n}", team=team)).conversation for n in range(count)
    ]


async def test_each_its_outcome_and_its_facts(both: House) -> None:
    seen = await talks_of(both, 3, "sales")
    hidden = (await both.customer_writes("x", name="Other", team="support")).conversation
    await does(both, "ann", "set_priority", conversation=seen[2], priority=4)
    async with tabs(both, "ann") as [tab]:
        named = [seen[0], hidden, seen[1], "nosuch", seen[2], seen[0]]
        done = await tab.does("bulk", conversations=named, actions={"priority": 4})
        await tab.reaches(done["position"])
        assert [(event["kind"], event["conversation"]) for event in tab.events] == [
            ("conversation.changed", seen[0]),
            ("conversation.changed", seen[1]),
        ]
    assert [(one["conversation"], one["changed"]) for one in done["outcomes"]] == [
        (seen[0], True), (hidden, False), (seen[1], True), ("nosuch", False), (seen[2], False)
    ]  # fmt: skip
    assert [one["problem"] and one["problem"]["status"] for one in done["outcomes"]] == [
        None,
        404,
        None,
        404,
        None,
    ]
    assert (await stands(both, hidden))["priority"] == 0
    nothing = await does(both, "ann", "bulk", conversations=seen, actions={"priority": 4})
    assert nothing["undo"] is None


async def test_what_is_no_bulk_act(house: House) -> None:
    [talk] = await talks_of(house, 1)
    for args in (
        {"conversations": [], "actions": {"priority": 1}},
        {"conversations": [talk], "actions": {}},
        {"conversations": [f"c{n}" for n in range(BULK_MOST + 1)], "actions": {"priority": 1}},
    ):
        with pytest.raises(Malformed):
            await does(house, "ann", "bulk", **args)


async def test_many_acts_count_as_many_requests(open_with: Open) -> None:
    house = await open_with(Limits(agent_requests=Rate(22, 3600.0)))
    talks = await talks_of(house, 2)
    many = [*talks, *(f"c{n}" for n in range(BULK_MOST - 2))]
    await does(house, "ann", "bulk", conversations=many, actions={"priority": 1})
    with pytest.raises(TooMany):
        await does(house, "ann", "bulk", conversations=many, actions={"priority": 2})


async def test_an_act_is_whole_or_not_at_all(both: House) -> None:
    talks = await talks_of(both, 2)
    bob = both.agents["bob"]
    await both.store.write(lambda tx: assign.assign(tx, talks[1], bob, SYSTEM))

    async def goes(tx: Tx) -> None:
        await tx.run("update agents set deactivated_at = 1 where id = $1", bob)

    await both.store.write(goes)
    done = await does(both, "sue", "bulk", conversations=talks, actions={"priority": 2, "assignee": bob})
    assert [one["changed"] for one in done["outcomes"]] == [False, True], "the other has him already"
    assert (await stands(both, talks[0]))["priority"] == 0


@pytest.mark.parametrize(
    "actions",
    [
        {"status": "closed"},
        {"status": "spam"},
        {"status": "snoozed", "snooze_for": 3_600_000},
        {"assignee": "me", "team": "none"},
        {"team": "$support", "priority": 3, "status": "closed"},
        {"tags_add": ["$1"], "tags_remove": ["$0"]},
    ],
    ids=str,
)
async def test_undo_returns_exactly_that(both: House, actions: dict[str, Any]) -> None:
    talks = await talks_of(both, 4, "sales")
    tags = [(await does(both, "sue", "make_tag", name=f"t{n}", colour="#000000"))["tag"] for n in range(2)]
    names = {"$support": both.teams["support"], "$0": tags[0], "$1": tags[1]}
    said = {
        key: [names[one] for one in value] if isinstance(value, list) else names.get(value, value)
        for key, value in actions.items()
    }

    async def scatter(tx: Tx) -> None:
        await describe.tag(tx, talks[0], tags, [], SYSTEM)
        await describe.tag(tx, talks[1], [tags[0]], [], SYSTEM)
        await assign.assign(tx, talks[1], both.agents["ann"], SYSTEM)
        await status.snooze(tx, talks[2], both.clock() + 86_400_000, SYSTEM)
        await describe.set_priority(tx, talks[2], Priority.LOW, SYSTEM)
        await status.close(tx, talks[3], SYSTEM)

    await both.store.write(scatter)
    before = [await stands(both, talk) for talk in talks]
    done = await does(both, "ann", "bulk", conversations=talks, actions=said)
    assert [await stands(both, talk) for talk in talks] != before
    undone = await does(both, "ann", "undo_bulk", undo=done["undo"])
    assert [await stands(both, talk) for talk in talks] == before, "also those that left her sight"
    assert all(one["restored"] and not one["left"] and not one["problem"] for one in undone["outcomes"])
    with pytest.raises(Refused):
        await does(both, "ann", "undo_bulk", undo=done["undo"])


async def test_what_somebody_did_since_stays(both: House) -> None:
    talks = await talks_of(both, 3)
    done = await does(both, "ann", "bulk", conversations=talks, actions={"status": "closed", "priority": 4})
    await both.customer_writes("one more thing", name="c0")
    await does(both, "bob", "set_priority", conversation=talks[1], priority=1)
    await both.store.write(lambda tx: merge.merge(tx, talks[2], talks[1], SYSTEM))
    answer = await (await both.client("ann")).does("POST", f"/bulk/{done['undo']}/undo")
    outcomes = {one["conversation"]: one for one in answer["outcomes"]}
    assert outcomes[talks[0]]["restored"] == ["status", "priority"], "open as before, by her own words"
    assert (outcomes[talks[1]]["restored"], outcomes[talks[1]]["left"]) == (["status"], ["priority"])
    assert outcomes[talks[2]]["left"] == ["merged"]
    assert [(await stands(both, talk))["priority"] for talk in talks[:2]] == [0, 1]


async def test_whose_undo_and_how_long(both: House) -> None:
    [talk] = await talks_of(both, 1)
    done = await (await both.client("ann")).does(
        "POST", "/bulk", {"conversations": [talk], "actions": {"priority": 1}}
    )
    for who, key in (("bob", done["undo"]), ("ann", "nosuch")):
        with pytest.raises(NotFound):
            await does(both, who, "undo_bulk", undo=key)

    async def ages(tx: Tx, by: int) -> None:
        await tx.run("update bulks set created_at = created_at - $1", by)

    await both.store.write(lambda tx: ages(tx, UNDO_FOR + 1000))
    with pytest.raises(Refused):
        await does(both, "ann", "undo_bulk", undo=done["undo"])
    await both.store.write(forget_bulks)
    assert await both.store.read(lambda look: look.value("select count(*) from bulk_items")) == 1
    await both.store.write(lambda tx: ages(tx, KEPT))
    await both.store.write(forget_bulks)
    kept = "select (select count(*) from bulks) + (select count(*) from bulk_items)"
    assert await both.store.read(lambda look: look.value(kept)) == 0


async def test_one_that_cannot_be_restored_harms_no_other(both: House) -> None:
    talks = await talks_of(both, 2)
    bob = both.agents["bob"]
    await both.store.write(lambda tx: assign.assign(tx, talks[0], bob, SYSTEM))
    done = await does(both, "ann", "bulk", conversations=talks, actions={"assignee": "me"})
    await both.store.write(lambda tx: agents.deactivate(tx, bob, SYSTEM))
    outcomes = (await does(both, "ann", "undo_bulk", undo=done["undo"]))["outcomes"]
    assert [one["problem"] is None for one in outcomes] == [False, True]
    assert [(await stands(both, talk))["assignee"] for talk in talks] == [both.agents["ann"], None]


ACTIONS: dict[str, dict[str, Any]] = {
    "status": {"status": "closed"},
    "priority": {"priority": 3},
    "assignee": {"assignee": "me"},
    "team": {"team": "none"},
}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.sampled_from(sorted(ACTIONS)), min_size=1),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(ACTIONS))), max_size=5),
)
async def test_any_order_of_acts(
    tmp_path_factory: pytest.TempPathFactory, bulk: set[str], since: list[tuple[int, str]]
) -> None:
    """After an undo a field is what it was before, or what somebody else made of it after."""
    folder: Path = tmp_path_factory.mktemp("house")
    async with open_house(f"sqlite:///{folder}/parley.db", folder) as house:
        talks = await talks_of(house, 3, "sales")
        before = [await stands(house, talk) for talk in talks]
        actions = {key: value for name in bulk for key, value in ACTIONS[name].items()}
        done = await does(house, "ann", "bulk", conversations=talks, actions=actions)
        others: dict[tuple[int, str], Any] = {}
        others_do: dict[str, tuple[str, dict[str, Any], Any]] = {
            "status": ("mark_spam", {}, "spam"),
            "priority": ("set_priority", {"priority": 1}, 1),
            "assignee": ("assign", {"agent": house.agents["bob"]}, house.agents["bob"]),
            "team": ("set_team", {"team": house.teams["support"]}, house.teams["support"]),
        }
        for which, field in since:
            name, args, value = others_do[field]
            await does(house, "sue", name, conversation=talks[which], **args)
            others[which, field] = value
        await does(house, "ann", "undo_bulk", undo=done["undo"])
        for which, talk in enumerate(talks):
            now = await stands(house, talk)
            for field in ACTIONS:
                assert now[field] == others.get((which, field), before[which][field]), (which, field)
