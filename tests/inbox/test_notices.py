"""What agents are told of: once, by whoever looks first, whatever the order; nobody hears of what they may not see."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.bus import PrivateChanged
from gateway.duties import LEFT
from gateway.egress.access import sees, where_agent_sees
from gateway.errors import Malformed, NotFound, Refused, UnknownFact
from gateway.events import SYSTEM, AgentId, Event, Kind, Scope, Status, agent
from gateway.store import Tx
from gateway.stream import assign, merge, status
from gateway.stream.agents import deactivate
from gateway.stream.notices import KEPT, LEFT_TO_NEWER, begin_noticing
from gateway.stream.watch import load_viewers, watch
from inbox.noticing import Noticing
from tests.inbox.conftest import House, does, open_house
from tests.inbox.tabs import tabs


async def beginning(house: House) -> Noticing:
    await house.store.write(begin_noticing)
    return Noticing(house.desk)


async def told(house: House, who: str) -> list[tuple[str, int, bool]]:
    """(kind, how many, read), the newest first."""
    page = await (await house.client(who)).get("/notices")
    return [(one["kind"], one["n"], one["read"]) for one in page["notices"]]


async def gives(house: House, conversation: str, to: str, by: str = "sue") -> None:
    who = house.agents[to]
    await house.store.write(lambda tx: assign.assign(tx, conversation, who, agent(house.agents[by])))


async def test_each_kind(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation
    await gives(both, talk, "ann")
    await noticing.catch_up()
    await both.customer_writes("are you there?")
    await both.customer_writes("hello??")
    await noticing.catch_up()
    await does(
        both,
        "bob",
        "note",
        conversation=talk,
        text="@Ann look",
        client_id="c1",
        mentions=[both.agents["ann"]],
    )
    await both.store.write(
        lambda tx: status.snooze(tx, talk, both.clock() + 60_000, agent(both.agents["bob"]))
    )

    async def wakes(tx: Tx) -> None:
        await tx.run("update conversations set snoozed_until = 1 where id = $1", talk)
        assert await status.wake_due(tx) == 1

    await both.store.write(wakes)
    await noticing.catch_up()
    assert await told(both, "ann") == [
        ("woke", 1, False), ("mention", 1, False), ("replied", 2, False), ("assigned", 1, False)
    ]  # fmt: skip
    for other in ("bob", "sue", "ada"):
        assert await told(both, other) == []
    page = await (await both.client("ann")).get("/notices", limit=3)
    assert page["unread"] == 4
    mention, replied = page["notices"][1], page["notices"][2]
    assert (mention["text"], mention["actor"]["name"], mention["contact"]) == ("@Ann look", "Bob", "Kim")
    assert (replied["text"], replied["actor"]["name"], replied["number"]) == ("hello??", "Kim", 1)
    listed = await both.store.read(lambda look: look.value("select contact_id from conversations"))
    assert {one["contact_id"] for one in page["notices"]} == {listed}, "one colour wherever she is shown"
    rest = await (await both.client("ann")).get("/notices", before=page["before"])
    assert ([one["kind"] for one in rest["notices"]], rest["before"]) == (["assigned"], None)


async def test_what_only_a_newer_version_knows_is_left_to_it_and_stops_nobody_for_ever(both: House) -> None:
    """Gone back by a release there is none that could go on."""
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation

    async def fact(tx: Tx) -> None:
        tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now))

    await both.store.write(fact)
    await both.store.write(
        lambda tx: tx.run("update events set kind = 'roof.raised' where kind = $1", "directory.changed")
    )
    await gives(both, talk, "ann")
    with pytest.raises(UnknownFact):
        await noticing.catch_up()
    assert await told(both, "ann") == []
    await both.store.write(
        lambda tx: tx.run("update events set at = at - $1 where kind = 'roof.raised'", LEFT_TO_NEWER)
    )
    await noticing.catch_up()
    assert await told(both, "ann") == [("assigned", 1, False)]
    assert LEFT_TO_NEWER < LEFT * 1000, "whoever takes the duty again goes past it"


async def test_nobody_is_told_of_their_own_doing(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation
    await gives(both, talk, "ann", by="ann")
    await does(
        both, "ann", "note", conversation=talk, text="me", client_id="c1", mentions=[both.agents["ann"]]
    )
    await noticing.catch_up()
    assert await told(both, "ann") == []
    assert (await (await both.client("ann")).get(f"/conversations/{talk}"))["watching"]


async def test_who_may_not_see_it_cannot_be_named(both: House) -> None:
    talk = (await both.customer_writes("hello", team="sales")).conversation
    say = {"conversation": talk, "text": "@", "client_id": "c1"}
    for named in (both.agents["bob"], both.teams["support"]):
        with pytest.raises(Refused) as caught:
            await does(both, "ann", "note", **say, mentions=[both.agents["sue"], named])
        assert (caught.value.code, caught.value.params["id"]) == ("mention_unseen", named)
    with pytest.raises(NotFound):
        await does(both, "ann", "note", **say, mentions=["nosuch"])
    shown = await (await both.client("ann")).get(f"/conversations/{talk}/messages")
    assert len(shown["messages"]) == 1, "nothing was written"
    body = {"text": "x", "visibility": "public", "client_id": "c2", "mentions": [both.agents["sue"]]}
    assert (await (await both.client("ann")).fails("POST", f"/conversations/{talk}/messages", body))[0] == 400


async def test_naming_a_team(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation
    body = {"text": "@sales", "visibility": "note", "client_id": "c", "mentions": [both.teams["sales"]]}
    sent = (await (await both.client("bob")).does("POST", f"/conversations/{talk}/messages", body))["message"]
    assert sent["mentions"] == [both.teams["sales"]]
    await noticing.catch_up()
    assert await told(both, "ann") == [("mention", 1, False)]
    ann = await both.client("ann")
    for view in ("mentions", "watched"):
        assert [one["id"] for one in (await ann.get("/conversations", view=view))["conversations"]] == [talk]
    assert (await (await both.client("bob")).get("/conversations", view="watched"))["conversations"] == []


async def test_watching(both: House) -> None:
    noticing = await beginning(both)
    first = (await both.customer_writes("one", name="Lee")).conversation
    second = (await both.customer_writes("two", name="Park")).conversation
    ann = await both.client("ann")
    async with tabs(both, "ann", "ann") as [here, there]:
        await here.does("watch", conversation=first)
        await here.does("watch", conversation=second)
        await here.does("watch", conversation=second)
        for tab in (here, there):
            said = await tab.until(
                lambda tab: [one["private"] for one in tab.of("private") if "watching" in one["private"]][1:],
                "both",
            )
            assert said[-1] == {"watching": {second: True}}
            counted = await tab.until(
                lambda tab: [
                    one["private"]["followed"] for one in tab.of("private") if "followed" in one["private"]
                ][2:],
                "both counted",
            )
            assert counted[-1] == {"mentions": 0, "watched": 2, "undelivered": 0}
        await both.customer_writes("again", name="Lee")
        await noticing.catch_up()
        news = await there.until(
            lambda tab: [
                one["private"]["notices"]
                for one in tab.of("private")
                if "notices" in one["private"] and one["private"]["notices"]["latest"]
            ],
            "the notice",
        )
        assert [(one["kind"], one["text"]) for one in news[-1]["latest"]] == [("replied", "again")]
        assert (news[-1]["unread"], news[-1]["quiet"]) == (1, False)
        page = await ann.get("/conversations", view="watched", limit=1)
        assert [one["id"] for one in page["conversations"]] == [first], "the newest message first"
        rest = await ann.get("/conversations", view="watched", before=page["before"])
        assert [one["id"] for one in rest["conversations"]] == [second]
        await both.store.write(lambda tx: status.close(tx, second, SYSTEM))
        await noticing.catch_up()
        counted = await there.until(
            lambda tab: [
                one["private"]["followed"] for one in tab.of("private") if "followed" in one["private"]
            ][-1:],
            "counts",
        )
        await there.until(
            lambda tab: (
                [one["private"].get("followed") for one in tab.of("private")][-1]
                == {"mentions": 0, "watched": 1, "undelivered": 0}
            ),
            f"one is closed, not {counted}",
        )
        assert len((await ann.get("/conversations", view="watched", status="open"))["conversations"]) == 1
        await here.does("unwatch", conversation=first)
    assert not (await ann.get(f"/conversations/{first}"))["watching"]
    await both.customer_writes("more", name="Lee")
    await noticing.catch_up()
    assert await told(both, "ann") == [("replied", 1, False)], "no more than before"


async def test_reading(both: House) -> None:
    noticing = await beginning(both)
    talks = [(await both.customer_writes("hello", name=f"c{n}")).conversation for n in range(3)]
    for talk in talks:
        await gives(both, talk, "ann")
    await noticing.catch_up()
    ann = await both.client("ann")
    listed = (await ann.get("/notices"))["notices"]
    async with tabs(both, "ann") as [tab]:
        private = tab.of("snapshot")[0]["private"]
        assert (private["notices"]["unread"], len(private["notices"]["latest"])) == (3, 3)
        await tab.does("read_notices", notices=[listed[0]["id"]])
        stands = tab.of("private")[-1]["private"]["notices"]
        assert (stands["unread"], [one["read"] for one in stands["latest"]]) == (2, [True, False, False])
        await tab.does("mark_read", conversation=talks[1], position=both.store.published)
        await ann.does("POST", "/notices/read", {"to": listed[0]["position"]})
        await tab.until(
            lambda tab: (
                tab.of("private")[-1]["private"].get("notices", {}).get("read_to") == listed[0]["position"]
            ),
            "all are read",
        )
        assert tab.of("private")[-1]["private"]["notices"]["unread"] == 0
    foreign = listed[0]["id"]
    await does(both, "bob", "read_notices", notices=[foreign])
    with pytest.raises(Malformed):
        await does(both, "ann", "read_notices")


async def count(house: House, who: str) -> int:
    return int((await (await house.client(who)).get("/notices"))["unread"])


async def test_reading_a_conversation_to_its_end_reads_all_that_is_told_of_it(both: House) -> None:
    """Work that was given, and a snooze that ended, stand after the last message."""
    noticing = await beginning(both)
    first = await both.customer_writes("one")
    talk = first.conversation
    last = await both.customer_writes("two")
    other = await both.customer_writes("another", name="Lee")
    for one in (talk, other.conversation):
        await gives(both, one, "ann")
    await noticing.catch_up()
    assert await count(both, "ann") == 2
    await does(both, "ann", "mark_read", conversation=talk, position=first.position)
    assert await count(both, "ann") == 2, "there is more below"
    note = {"conversation": talk, "text": "@Ann", "client_id": "c1", "mentions": [both.agents["ann"]]}
    await does(both, "bob", "note", **note)
    await noticing.catch_up()
    await does(both, "ann", "mark_read", conversation=talk, position=last.position)
    assert await count(both, "ann") == 3, "the note stands below"
    shown = await (await both.client("ann")).get(f"/conversations/{talk}/messages")
    await does(both, "ann", "mark_read", conversation=talk, position=shown["messages"][-1]["position"])
    assert await count(both, "ann") == 1, "the other conversation's"
    # Read already, and given once more: its end is the line that says so.
    await gives(both, talk, "bob")
    await gives(both, talk, "ann")
    page = await (await both.client("ann")).get(f"/conversations/{talk}/messages")
    await does(both, "ann", "mark_read", conversation=talk, position=page["lines"][-1]["position"])
    await noticing.catch_up()
    assert await count(both, "ann") == 1, "read before anybody came to tell of it"


async def test_what_was_merged_into_a_conversation_is_read_with_it(both: House) -> None:
    noticing = await beginning(both)
    talks = []
    for n in range(3):
        taken = await both.customer_writes("hello", name=f"c{n}")
        await gives(both, taken.conversation, "ann")
        talks.append(taken)
    await noticing.catch_up()
    by = agent(both.agents["sue"])
    for source, into in ((0, 1), (1, 2)):
        one, other = talks[source].conversation, talks[into].conversation
        await both.store.write(lambda tx, one=one, other=other: merge.merge(tx, one, other, by))  # type: ignore[misc]
    await does(both, "ann", "mark_read", conversation=talks[2].conversation, position=talks[1].position)
    assert await count(both, "ann") == 2, "of the second and the third: there is more below"
    await does(both, "ann", "mark_read", conversation=talks[2].conversation, position=talks[2].position)
    assert await count(both, "ann") == 0


async def test_what_left_ones_sight_is_not_told(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("secret of sales", team="sales")).conversation
    await does(both, "ann", "watch", conversation=talk)
    await both.customer_writes("more")
    await noticing.catch_up()
    assert await told(both, "ann") == [("replied", 1, False)]
    support = both.teams["support"]
    await both.store.write(lambda tx: assign.set_team(tx, talk, support, SYSTEM))
    assert await told(both, "ann") == []
    assert (await (await both.client("ann")).get("/notices"))["unread"] == 0
    assert (await (await both.client("ann")).get("/conversations", view="watched"))["conversations"] == []
    await both.customer_writes("still more")
    await noticing.catch_up()
    assert (await both.store.read(lambda look: look.value("select sum(n) from notices"))) == 1


async def test_two_processes_and_a_crash_tell_once(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation
    await gives(both, talk, "ann")
    heard: list[PrivateChanged] = []
    stop = both.desk.bus.take_signals(PrivateChanged, heard.append)
    await asyncio.gather(noticing.catch_up(), Noticing(both.desk).catch_up(), Noticing(both.desk).catch_up())
    assert len([one for one in heard if "notices" in one.private]) == 1
    # As after a crash that took the mark back: nothing is made again.
    await both.store.write(lambda tx: tx.run("update meta set value = '0' where key = 'noticed'"))
    await noticing.catch_up()
    stop()
    assert await told(both, "ann") == [("assigned", 1, False)]


async def test_followers_of_what_is_merged_follow_on(both: House) -> None:
    noticing = await beginning(both)
    away = (await both.customer_writes("a", name="Lee")).conversation
    stays = (await both.customer_writes("b", name="Park")).conversation
    await does(both, "ann", "watch", conversation=away)
    await both.store.write(lambda tx: merge.merge(tx, away, stays, agent(both.agents["sue"])))
    await noticing.catch_up()
    assert (await (await both.client("ann")).get(f"/conversations/{stays}"))["watching"]
    await both.customer_writes("c", name="Park")
    await noticing.catch_up()
    assert await told(both, "ann") == [("replied", 1, False)]


async def test_only_so_many_are_kept_and_nobody_who_left_is_told(both: House) -> None:
    noticing = await beginning(both)
    talk = (await both.customer_writes("hello")).conversation

    async def many(tx: Tx) -> None:
        for n in range(KEPT + 10):
            await assign.assign(tx, talk, both.agents["ann" if n % 2 else "bob"], SYSTEM)
            await assign.assign(tx, talk, both.agents["ann"], SYSTEM)

    await both.store.write(many)
    await both.store.write(lambda tx: deactivate(tx, both.agents["bob"], SYSTEM))
    await noticing.catch_up()
    kept = await both.store.read(
        lambda look: look.all("select agent_id, count(*) as n from notices group by agent_id")
    )
    assert {row["agent_id"]: row["n"] for row in kept} == {both.agents["ann"]: (KEPT + 10) // 2}

    async def more(tx: Tx) -> None:
        for _ in range(KEPT):
            await assign.assign(tx, talk, None, SYSTEM)
            await assign.assign(tx, talk, both.agents["ann"], SYSTEM)

    await both.store.write(more)
    await noticing.catch_up()
    count = "select count(*) from notices where agent_id = $1"
    assert await both.store.read(lambda look: look.value(count, both.agents["ann"])) == KEPT


async def test_the_running_task_tells_by_itself(house: House) -> None:
    await beginning(house)
    task = asyncio.create_task(Noticing(house.desk).run())
    async with tabs(house, "ann") as [tab]:
        talk = (await house.customer_writes("hello")).conversation
        await gives(house, talk, "ann")
        await tab.until(
            lambda tab: any(one["private"].get("notices", {}).get("latest") for one in tab.of("private")),
            "told",
        )
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_rule_of_access_is_the_same_for_many(both: House) -> None:
    scopes = [(team, who) for team in (None, *both.teams.values()) for who in (None, *both.agents.values())]
    talks = {}
    for n, (team, who) in enumerate(scopes):
        talk = (await both.customer_writes("x", name=f"c{n}")).conversation

        async def files(tx: Tx, talk: str = talk, team: Any = team, who: Any = who) -> None:
            await assign.set_team(tx, talk, team, SYSTEM)
            await assign.assign(tx, talk, who, SYSTEM)

        await both.store.write(files)
        talks[talk] = Scope(Status.OPEN, team, AgentId(who) if who else None)
    sql = f"select a.id as agent, c.id from agents a join conversations c on {where_agent_sees('a', 'c')}"
    rows = await both.store.read(lambda look: look.all(sql))
    viewers = await both.store.read(lambda look: load_viewers(look, both.agents.values()))
    wanted = {
        (who, talk) for who, viewer in viewers.items() for talk, scope in talks.items() if sees(viewer, scope)
    }
    assert {(row["agent"], row["id"]) for row in rows} == wanted


STEPS = st.lists(
    st.tuples(st.sampled_from(["writes", "reads", "looks"]), st.integers(0, 1)), min_size=1, max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_whenever_it_is_looked_at_the_count_is_what_was_not_read(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """An answer that was read before anybody came to tell of it is no news."""
    folder: Path = tmp_path_factory.mktemp("house")
    async with open_house(f"sqlite:///{folder}/parley.db", folder) as house:
        noticing = await beginning(house)
        talks = [(await house.customer_writes("first", name=f"c{n}")).conversation for n in range(2)]
        for talk in talks:
            await house.store.write(lambda tx, talk=talk: watch(tx, house.agents["ann"], talk))  # type: ignore[misc]
            await does(house, "ann", "mark_read", conversation=talk, position=house.store.published)
        await noticing.catch_up()
        unread = dict.fromkeys(talks, 0)
        for step, which in steps:
            talk = talks[which]
            if step == "writes":
                await house.customer_writes("more", name=f"c{which}")
                unread[talk] += 1
            elif step == "reads":
                await does(house, "ann", "mark_read", conversation=talk, position=house.store.published)
                unread[talk] = 0
            else:
                await noticing.catch_up()
        await noticing.catch_up()
        rows = await house.store.read(
            lambda look: look.all(
                "select conversation_id, n from notices where agent_id = $1 and read_at is null",
                house.agents["ann"],
            )
        )
        assert {row["conversation_id"]: row["n"] for row in rows} == {t: n for t, n in unread.items() if n}
