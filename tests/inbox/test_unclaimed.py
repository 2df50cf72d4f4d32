"""New customers whom nobody has: each agent whose teams they concern has one line of them, until somebody has them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.events import SYSTEM, Status, agent
from gateway.stream import assign, status, unclaimed
from gateway.stream.agents import deactivate
from inbox.noticing import Noticing
from tests.inbox.conftest import House, does
from tests.inbox.tabs import Tab, tabs
from tests.inbox.test_notices import beginning, count, gives


async def new(house: House, who: str) -> list[tuple[int, str, bool]]:
    """(how many, the newest one's customer, read) of an agent's line; there is one at most."""
    page = await (await house.client(who)).get("/notices")
    return [(one["n"], one["contact"], one["read"]) for one in page["notices"] if one["kind"] == "new"]


async def come(house: House, *names: str, team: str | None = None) -> list[str]:
    return [
        (await house.customer_writes(f"I am {name}", name=name, team=team)).conversation for name in names
    ]


def told(tab: Tab) -> list[list[Any]]:
    found = [one["private"].get("notices", {}).get("latest") for one in tab.of("private")]
    return [latest for latest in found if latest]


def gone(tab: Tab) -> list[str]:
    return [one for said in tab.of("private") for one in said["private"].get("notices", {}).get("gone", ())]


async def test_who_is_told(both: House) -> None:
    """All of what is in no team; of a team its own people, also where others may see it."""
    noticing = await beginning(both)
    await come(both, "Kim")
    await come(both, "Lee", team="sales")
    await noticing.catch_up()
    assert await new(both, "ann") == [(2, "Lee", False)]
    for other in ("bob", "sue", "ada"):
        assert await new(both, other) == [(1, "Kim", False)]
    page = await (await both.client("bob")).get("/notices")
    assert (page["unread"], page["notices"][0]["text"]) == (1, "I am Kim")
    assert page["notices"][0]["actor"]["kind"] == "customer"


async def test_a_storm_is_one_line_and_is_told_once(both: House) -> None:
    noticing = await beginning(both)
    async with tabs(both, "ann") as [tab]:
        await come(both, *[f"c{n}" for n in range(unclaimed.COUNTED + 5)])
        await noticing.catch_up()
        news = await tab.until(told, "told")
        assert len(news) == 1, "however many there are"
        assert [(one["kind"], one["n"], one["contact"]) for one in news[0]] == [
            ("new", unclaimed.COUNTED, "c104")
        ]
    rows = "select count(*) from notices"
    assert await both.store.read(lambda look: look.value(rows)) == len(both.agents)
    assert await count(both, "ann") == 1


async def test_it_counts_down_and_goes_as_they_are_taken(both: House) -> None:
    noticing = await beginning(both)
    async with tabs(both, "bob") as [tab]:
        kim, lee, park = await come(both, "Kim", "Lee", "Park")
        await noticing.catch_up()
        before = (await (await both.client("bob")).get("/notices"))["notices"][0]
        await gives(both, park, "ann")
        await noticing.catch_up()
        assert await new(both, "bob") == [(2, "Lee", False)]
        after = (await (await both.client("bob")).get("/notices"))["notices"][0]
        assert (after["id"], after["position"]) == (before["id"], before["position"]), "nothing rings anew"
        await both.store.write(lambda tx: status.close(tx, lee, SYSTEM))
        await noticing.catch_up()
        assert (await new(both, "bob"), gone(tab)) == ([(1, "Kim", False)], [])
        await gives(both, kim, "ann")
        await noticing.catch_up()
        assert await new(both, "bob") == []
        assert await count(both, "bob") == 0
        await tab.until(gone, "withdrawn")
        assert gone(tab) == [before["id"]]
    assert await both.store.read(lambda look: look.value("select count(*) from unclaimed")) == 0


async def test_what_was_read_counts_no_more(both: House) -> None:
    noticing = await beginning(both)
    kim, lee = await come(both, "Kim", "Lee")
    await noticing.catch_up()
    listed = (await (await both.client("ann")).get("/notices"))["notices"]
    await does(both, "ann", "read_notices", notices=[listed[0]["id"]])
    await gives(both, kim, "bob")
    await noticing.catch_up()
    assert await new(both, "ann") == [(2, "Lee", True)], "what was read stays as it was"
    (park,) = await come(both, "Park")
    await noticing.catch_up()
    assert await new(both, "ann") == [(1, "Park", False)]
    assert await new(both, "sue") == [(2, "Park", False)]
    for talk in (lee, park):
        await gives(both, talk, "bob")
    await noticing.catch_up()
    assert await new(both, "ann") == await new(both, "sue") == []


async def test_who_knows_it_already_is_not_told(both: House) -> None:
    """Who has read it by then, who watches it, who was named in it: other notices are for them."""
    noticing = await beginning(both)
    (talk,) = await come(both, "Kim")
    await does(both, "ann", "mark_read", conversation=talk, position=both.store.published)
    await does(both, "bob", "watch", conversation=talk)
    await noticing.catch_up()
    assert (await new(both, "ann"), await new(both, "bob")) == ([], [])
    assert await new(both, "sue") == [(1, "Kim", False)]
    note = {"conversation": talk, "text": "@Sue", "client_id": "c1", "mentions": [both.agents["sue"]]}
    await does(both, "ann", "note", **note)
    await noticing.catch_up()
    assert await new(both, "sue") == []
    assert await count(both, "sue") == 1, "the mention"


async def test_who_comes_back_is_new_and_who_goes_on_is_not(both: House) -> None:
    noticing = await beginning(both)
    (talk,) = await come(both, "Kim")
    await both.store.write(lambda tx: status.close(tx, talk, agent(both.agents["sue"])))
    await noticing.catch_up()
    assert await new(both, "ann") == []
    await both.customer_writes("one thing more", name="Kim")
    await noticing.catch_up()
    assert await new(both, "ann") == [(1, "Kim", False)]
    first = (await (await both.client("ann")).get("/notices"))["notices"][0]
    assert first["text"] == "one thing more"
    await both.customer_writes("hello?", name="Kim")
    await noticing.catch_up()
    assert (await (await both.client("ann")).get("/notices"))["notices"][0]["position"] == first["position"]


async def test_what_is_given_back_or_moved_is_not_new(both: House) -> None:
    noticing = await beginning(both)
    (talk,) = await come(both, "Kim")
    await gives(both, talk, "bob")
    await both.store.write(lambda tx: assign.assign(tx, talk, None, agent(both.agents["bob"])))
    await noticing.catch_up()
    first = await new(both, "ann")
    assert first == [(1, "Kim", False)], "nobody has looked yet, and nobody has it"
    await both.store.write(lambda tx: assign.set_team(tx, talk, both.teams["support"], SYSTEM))
    await noticing.catch_up()
    assert (await new(both, "ann"), await new(both, "bob")) == ([], [(1, "Kim", False)])
    await gives(both, talk, "bob")
    await noticing.catch_up()
    await both.store.write(lambda tx: assign.assign(tx, talk, None, agent(both.agents["bob"])))
    await noticing.catch_up()
    for who in both.agents:
        assert await new(both, who) == []


async def test_a_reopened_one_is_nobodys_news_when_an_agent_did_it(both: House) -> None:
    noticing = await beginning(both)
    (talk,) = await come(both, "Kim")
    await both.store.write(lambda tx: status.close(tx, talk, SYSTEM))
    await noticing.catch_up()
    by = agent(both.agents["sue"])
    await both.store.write(lambda tx: status.set_status(tx, talk, Status.OPEN, by, None))
    await noticing.catch_up()
    assert await new(both, "ann") == []


async def test_two_processes_a_crash_and_one_who_left(both: House) -> None:
    noticing = await beginning(both)
    await come(both, "Kim", "Lee")
    await both.store.write(lambda tx: deactivate(tx, both.agents["bob"], SYSTEM))
    await asyncio.gather(noticing.catch_up(), Noticing(both.desk).catch_up())
    listed = (await (await both.client("ann")).get("/notices"))["notices"]
    await does(both, "ann", "read_notices", notices=[listed[0]["id"]])
    await both.store.write(lambda tx: tx.run("update meta set value = '0' where key = 'noticed'"))
    await noticing.catch_up()
    assert await new(both, "ann") == [(2, "Lee", True)], "nothing is told twice"
    whose = "select agent_id from notices where kind = 'new' order by agent_id"
    rows = await both.store.read(lambda look: look.all(whose))
    assert [row["agent_id"] for row in rows] == sorted(both.agents[one] for one in ("ann", "sue", "ada"))


@pytest.mark.parametrize("many", [1, 60])
async def test_it_costs_no_more_for_many(house: House, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As few statements tell sixty agents alike as tell one; a message in a conversation asks nothing at all."""
    noticing = await beginning(house)
    asked: list[str] = []

    async def counted(tx: Any, events: Any) -> Any:
        class Counts:
            def __getattr__(self, name: str) -> Any:
                asked.append(name)
                return getattr(tx, name)

        return await unclaimed.tell_unclaimed(Counts(), events)

    monkeypatch.setattr("gateway.stream.notices.tell_unclaimed", counted)
    await come(house, *[f"c{n}" for n in range(many)])
    await noticing.catch_up()
    assert len([one for one in asked if one != "run"]) == 7
    assert asked.count("run") == many + 2, "each that came is written down; all are told by one"
    asked.clear()
    await house.customer_writes("and more", name="c0")
    await noticing.catch_up()
    assert asked == []
