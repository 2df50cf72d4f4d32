"""Saved views: who may use and change them; their order, their pages and their counts against a plain model."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gateway.bus import PrivateChanged
from gateway.egress.access import Role, Viewer, sees
from gateway.events import SYSTEM, AgentId, Scope, Status, TeamId, agent
from gateway.store import Row, Tx
from gateway.stream import assign, describe, status
from gateway.stream.saved import MOST_OWN, make_view
from inbox.sorting import COUNTED, Filter, count_all, list_sorted
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs


async def test_who_may_use_and_change(both: House) -> None:
    ann, bob, sue = [await both.client(who) for who in ("ann", "bob", "sue")]
    told: list[PrivateChanged] = []
    stop = both.desk.bus.take_signals(PrivateChanged, told.append)
    own = (await ann.does("POST", "/views", {"name": "Mine", "filter": {"assignee": "me"}}))["view"]
    stop()
    assert [(one.agent, one.private) for one in told] == [(both.agents["ann"], {"changed": ["views"]})]
    async with tabs(both, "bob") as [tab]:
        shared = (
            await sue.does(
                "POST", "/views", {"name": "All waiting", "filter": {}, "sort": "waiting", "scope": "all"}
            )
        )["view"]
        body = {"name": "Sales", "filter": {"unread": True}, "scope": "teams", "teams": [both.teams["sales"]]}
        sales = (await sue.does("POST", "/views", body))["view"]
        await tab.reaches(both.store.published)
        assert [(one["kind"], one["subject"], one["changes"]) for one in tab.events] == [
            ("setting.changed", shared["id"], {"what": "view"}),
            ("setting.changed", sales["id"], {"what": "view"}),
        ]

    async def names(caller: Any, **query: Any) -> list[str]:
        return [one["name"] for one in (await caller.get("/views", **query))["views"]]

    assert await names(ann) == ["All waiting", "Mine", "Sales"]
    assert await names(bob) == ["All waiting"]
    assert await names(sue) == ["All waiting", "Sales"]
    assert (await ann.fails("POST", "/views", {"name": "x", "filter": {}, "scope": "all"}))[0] == 403
    assert (await ann.fails("PATCH", f"/views/{shared['id']}", {"name": "x"}))[0] == 403
    assert (await ann.fails("PATCH", f"/views/{own['id']}", {"scope": "all"}))[0] == 403
    assert (await sue.fails("GET", f"/views/{own['id']}/conversations"))[0] == 404
    assert (await bob.fails("GET", f"/views/{sales['id']}/conversations"))[0] == 404
    changed = (
        await ann.does("PATCH", f"/views/{own['id']}", {"filter": {"status": "closed"}, "sort": "waiting"})
    )["view"]
    assert (changed["name"], changed["filter"]["status"], changed["filter"]["assignee"]) == (
        "Mine",
        "closed",
        None,
    )
    await ann.does("PATCH", f"/views/{own['id']}", {"retired": True})
    assert await names(ann) == ["All waiting", "Sales"]
    assert await names(ann, retired="true") == ["All waiting", "Sales", "Mine"]
    opened = (await sue.does("PATCH", f"/views/{sales['id']}", {"scope": "all"}))["view"]
    assert opened["teams"] == []
    assert set((await bob.get("/views/counts"))["counts"]) == {shared["id"], sales["id"]}


@pytest.mark.parametrize(
    "body",
    [
        {"name": " ", "filter": {}},
        {"name": "x"},
        {"name": "x", "filter": {"colour": "red"}},
        {"name": "x", "filter": {}, "sort": "name"},
        {"name": "x", "filter": {}, "scope": "teams"},
        {"name": "x", "filter": {}, "scope": "teams", "teams": ["nosuch"]},
    ],
)
async def test_what_is_no_view(house: House, body: object) -> None:
    assert (await (await house.client("sue")).fails("POST", "/views", body))[0] in (400, 422)


async def test_retiring_checks_what_else_is_said(both: House) -> None:
    sue = await both.client("sue")
    view = (await sue.does("POST", "/views", {"name": "x", "filter": {}, "scope": "all"}))["view"]
    body = {"retired": True, "scope": "teams", "teams": ["nosuch"]}
    assert (await sue.fails("PATCH", f"/views/{view['id']}", body))[0] == 422


async def test_only_so_many(house: House) -> None:
    async def many(tx: Tx) -> None:
        for n in range(MOST_OWN):
            await make_view(tx, f"v{n}", "personal", [], {}, "activity", agent(house.agents["ann"]))

    await house.store.write(many)
    ann = await house.client("ann")
    assert (await ann.fails("POST", "/views", {"name": "x", "filter": {}}))[0] == 422
    key = (await ann.get("/views"))["views"][0]["id"]
    await ann.does("PATCH", f"/views/{key}", {"retired": True})
    await ann.does("POST", "/views", {"name": "x", "filter": {}})
    assert (await ann.fails("PATCH", f"/views/{key}", {"retired": False}))[0] == 422


async def test_a_view_and_its_count(both: House) -> None:
    first = (await both.customer_writes("one", name="Lee", team="sales")).conversation
    second = (await both.customer_writes("two", name="Park", team="sales")).conversation
    await both.customer_writes("three", name="Cho", team="support")
    ann = await both.client("ann")
    body = {
        "name": "Unread",
        "sort": "waiting",
        "filter": {"team": both.teams["sales"], "unread": True, "account": "web"},
    }
    key = (await ann.does("POST", "/views", body))["view"]["id"]
    page = await ann.get(f"/views/{key}/conversations", limit=1)
    assert [one["id"] for one in page["conversations"]] == [first], "who waits longest"
    assert (await ann.get("/views/counts"))["counts"] == {key: 2}
    rest = await ann.get(f"/views/{key}/conversations", before=page["before"])
    assert ([one["id"] for one in rest["conversations"]], rest["before"]) == ([second], None)
    await does(both, "ann", "mark_read", conversation=first, position=both.store.published)
    assert (await ann.get("/views/counts"))["counts"] == {key: 1}
    assert [
        one["id"] for one in (await ann.get("/conversations", unread="true", sort="waiting"))["conversations"]
    ] == [second]
    both.clock.ahead = 3_600_000
    assert len((await ann.get("/conversations", waiting_over=3_500_000))["conversations"]) == 2
    assert len((await ann.get("/conversations", waiting_over=3_700_000))["conversations"]) == 0
    assert len((await ann.get("/conversations", account="other"))["conversations"]) == 0
    await does(both, "ann", "set_priority", conversation=first, priority=4)
    urgent = await ann.get("/conversations", priority=4)
    assert [one["id"] for one in urgent["conversations"]] == [first]
    urgent = (await ann.does("POST", "/views", {"name": "Urgent", "filter": {"priority": 4}}))["view"]
    assert urgent["filter"]["priority"] == 4
    page = await ann.get(f"/views/{urgent['id']}/conversations")
    assert [one["id"] for one in page["conversations"]] == [first]


async def test_a_view_saved_before_there_were_priorities_asks_for_none(house: House) -> None:
    ann = await house.client("ann")
    key = (await ann.does("POST", "/views", {"name": "Old", "filter": {"unread": True}}))["view"]["id"]
    forget = "update saved_views set filter = $2 where id = $1"
    await house.store.write(lambda tx: tx.run(forget, key, '{"status":"open","unread":true}'))
    [view] = (await ann.get("/views"))["views"]
    assert (view["filter"]["priority"], view["filter"]["unread"]) == (None, True)
    assert (await ann.get(f"/views/{key}/conversations"))["conversations"] == []


async def test_any_status_is_all_but_spam(both: House) -> None:
    talks = [(await both.customer_writes("hello", name=f"c{n}")).conversation for n in range(4)]
    await does(both, "ann", "close", conversation=talks[0])
    await does(both, "ann", "snooze", conversation=talks[1], until=both.clock() + 60_000)
    await does(both, "ann", "mark_spam", conversation=talks[2])
    ann = await both.client("ann")
    key = (await ann.does("POST", "/views", {"name": "All", "filter": {"status": "any"}}))["view"]["id"]
    for path in (f"/views/{key}/conversations", "/conversations?status=any"):
        found = [one["id"] for one in (await ann.get(path))["conversations"]]
        assert found == [talks[3], talks[1], talks[0]]
    assert (await ann.get("/views/counts"))["counts"] == {key: 3}
    assert (await ann.fails("GET", "/conversations?status=any&view=watched"))[0] == 400
    assert (await ann.fails("PATCH", f"/conversations/{talks[0]}", {"status": "any"}))[0] == 400


async def test_what_is_snoozed_stands_by_when_it_wakes(both: House) -> None:
    talks = [(await both.customer_writes("hello", name=f"c{n}")).conversation for n in range(3)]
    for talk, minutes in zip(talks, (46, 4_000, 300), strict=True):
        until = both.clock() + minutes * 60_000
        await both.store.write(lambda tx, talk=talk, until=until: status.snooze(tx, talk, until, SYSTEM))  # type: ignore[misc]
    ann = await both.client("ann")
    first = await ann.get("/conversations", status="snoozed", sort="wakes", limit=2)
    assert [one["id"] for one in first["conversations"]] == [talks[0], talks[2]]
    rest = await ann.get("/conversations", status="snoozed", sort="wakes", before=first["before"])
    assert ([one["id"] for one in rest["conversations"]], rest["before"]) == ([talks[1]], None)
    assert (await ann.fails("GET", "/conversations?sort=wakes"))[0] == 400, "what is open sleeps not"


async def test_several_tags_are_all_of_them(house: House) -> None:
    talks = [(await house.customer_writes("hello", name=f"c{n}")).conversation for n in range(3)]
    red, blue = [
        (await does(house, "ann", "make_tag", name=name, colour="#000000"))["tag"] for name in ("a", "b")
    ]
    for talk, tags in zip(talks, ([red], [red, blue], [blue]), strict=True):
        await does(house, "ann", "tag", conversation=talk, add=tags, remove=[])
    ann = await house.client("ann")

    async def found(tag: str) -> list[str]:
        return [one["id"] for one in (await ann.get("/conversations", tag=tag))["conversations"]]

    assert await found(red) == [talks[1], talks[0]]
    assert await found(f"{red},{blue}") == [talks[1]]
    assert (await ann.fails("GET", f"/conversations?tag={red},"))[0] == 400


async def populate(house: House, count: int) -> tuple[list[Row], list[str]]:
    """Conversations in every state, many with the same times: the rows, and two tags."""
    chance = random.Random(7)
    tags = [(await does(house, "ann", "make_tag", name=f"t{n}", colour="#000000"))["tag"] for n in range(2)]
    talks = [(await house.customer_writes("hello", name=f"c{n}")).conversation for n in range(count)]

    async def scatter(tx: Tx) -> None:
        for talk in talks:
            await assign.set_team(tx, talk, chance.choice([None, *house.teams.values()]), SYSTEM)
            await assign.assign(
                tx, talk, chance.choice([None, house.agents["ann"], house.agents["bob"]]), SYSTEM
            )
            await describe.tag(tx, talk, chance.sample(tags, chance.randrange(3)), [], SYSTEM)
            if chance.random() < 0.1:
                await status.mark_spam(tx, talk, SYSTEM)
            elif chance.random() < 0.3:
                await status.close(tx, talk, SYSTEM)
            elif chance.random() < 0.3:
                await status.snooze(tx, talk, house.clock() + 60_000, SYSTEM)
                wakes = 3_000 + chance.randrange(4)
                await tx.run("update conversations set snoozed_until = $1 where id = $2", wakes, talk)
            await tx.run("update conversations set priority = $1 where id = $2", chance.randrange(5), talk)
            times = (
                1_000 + chance.randrange(5),
                chance.choice([None, None, 500 + chance.randrange(4)]),
                talk,
            )
            await tx.run("update conversations set last_at = $1, waiting_since = $2 where id = $3", *times)

    await house.store.write(scatter)
    return list(await house.store.read(lambda look: look.all("select * from conversations"))), tags


def model(rows: list[Row], viewer: Viewer, wanted: Filter, sort: str, now: int) -> list[str]:
    def fits(row: Row) -> bool:
        scope = Scope(Status(row["status"]), row["team_id"], row["assignee_id"])
        assignee = viewer.agent_id if wanted.assignee == "me" else wanted.assignee
        return (
            sees(viewer, scope)
            and row["status"]
            in (("open", "snoozed", "closed") if wanted.status == "any" else (wanted.status,))
            and wanted.team in (None, row["team_id"] or "none")
            and assignee in (None, row["assignee_id"] or "none")
            and set(wanted.tags) <= set(row["tags"].split(","))
            and wanted.priority in (None, row["priority"])
            and (wanted.waiting_over is None or (row["waiting_since"] or now) < now - wanted.waiting_over)
        )

    found = sorted(filter(fits, rows), key=lambda row: (row["last_at"], row["id"]), reverse=True)
    if sort == "waiting":
        waiting = [row for row in found if row["waiting_since"] is not None]
        waiting.sort(key=lambda row: (row["waiting_since"], row["id"]))
        found = waiting + [row for row in found if row["waiting_since"] is None]
    if sort == "wakes":
        found.sort(key=lambda row: (row["snoozed_until"], row["id"]))
    return [row["id"] for row in found]


async def test_every_order_and_page_is_the_models(both: House) -> None:
    rows, tags = await populate(both, 40)
    now = 2_000
    viewers = [
        Viewer(AgentId(both.agents["ann"]), Role.AGENT, frozenset({TeamId(both.teams["sales"])})),
        Viewer(AgentId(both.agents["sue"]), Role.SUPERVISOR),
    ]
    filters = [
        Filter(),
        Filter(status="closed"),
        Filter(status="snoozed"),
        Filter(assignee="me"),
        Filter(assignee="none", team=both.teams["sales"]),
        Filter(team="none", tags=(tags[0],)),
        Filter(tags=tuple(tags)),
        Filter(waiting_over=1_499),
        Filter(priority=0),
        Filter(status="any"),
        Filter(status="any", assignee="none", priority=3),
        Filter(priority=4, team=both.teams["sales"]),
    ]
    for viewer in viewers:
        counts = await both.store.scan(
            lambda look, viewer=viewer: count_all(
                look, viewer, {str(n): one for n, one in enumerate(filters)}, now
            )  # type: ignore[misc]
        )
        for n, wanted in enumerate(filters):
            wakes = ("wakes",) if wanted.status == "snoozed" else ()
            for sort in ("activity", "waiting", *wakes):
                expected = model(rows, viewer, wanted, sort, now)
                assert counts[str(n)] == min(len(expected), COUNTED)
                found: list[str] = []
                before: str | None = None
                while True:
                    page = await both.store.scan(
                        lambda look, viewer=viewer, wanted=wanted, sort=sort, before=before: list_sorted(  # type: ignore[misc]
                            look, viewer, wanted, sort, before, 3, now
                        )
                    )
                    found += [one["id"] for one in page["conversations"]]
                    before = page["before"]
                    if before is None:
                        break
                assert found == expected, (viewer, wanted, sort)


async def test_counting_ends_at_a_hundred_and_takes_one_statement(house: House) -> None:
    async def many(tx: Tx) -> None:
        columns = [row["name"] for row in await tx.all("select name from pragma_table_info('conversations')")]
        kept = ", ".join(column for column in columns if column not in ("id", "number"))
        for n in range(COUNTED + 20):
            await tx.run(
                f"insert into conversations (id, number, {kept})"
                f" select $1, $2, {kept} from conversations where number = 1",
                f"copy{n}",
                1_000 + n,
            )

    await house.customer_writes("hello")
    await house.store.write(many)
    viewer = Viewer(AgentId(house.agents["sue"]), Role.SUPERVISOR)
    said: list[str] = []

    async def look_up(look: Any) -> dict[str, int]:
        ask = look.all

        async def counted(sql: str, *args: Any) -> Any:
            said.append(sql)
            return await ask(sql, *args)

        look.all = counted
        return await count_all(look, viewer, {"a": Filter(), "b": Filter(assignee="me")}, 0)

    assert await house.store.scan(look_up) == {"a": COUNTED, "b": 0}
    assert len(said) == 1
