"""Lists, pages, filters and history, as each agent may see them, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from gateway.egress.access import Role, Viewer, sees_row
from gateway.events import AgentId, agent
from gateway.store import Tx
from gateway.stream.assign import assign, set_team
from gateway.stream.status import close
from inbox.views import Wanted, list_conversations
from tests.inbox.conftest import House, does


async def test_lists_show_what_one_may_see(both: House) -> None:
    sales = await both.customer_writes("hello sales", name="Lee", team="sales")
    support = await both.customer_writes("hello support", name="Park", team="support")
    free = await both.customer_writes("hello anybody", name="Kim")
    seen = {
        "ann": {sales.conversation, free.conversation},
        "bob": {support.conversation, free.conversation},
        "sue": {sales.conversation, support.conversation, free.conversation},
    }
    for who, expected in seen.items():
        agent = await both.client(who)
        page = await agent.get("/conversations", status="open")
        assert {one["id"] for one in page["conversations"]} == expected, who
        assert page["position"] == both.store.published
        for conversation in seen["sue"] - expected:
            assert await agent.fails("GET", f"/conversations/{conversation}") == (404, "not_found")
            assert await agent.fails("GET", f"/conversations/{conversation}/messages") == (404, "not_found")


async def test_pages_hang_together(both: House) -> None:
    made = [(await both.customer_writes("x", name=f"c{n}")).conversation for n in range(7)]
    ann = await both.client("ann")
    walked: list[str] = []
    before: dict[str, str] = {}
    for _ in range(10):
        page = await ann.get("/conversations", status="open", limit=3, **before)
        walked += [one["id"] for one in page["conversations"]]
        if page["before"] is None:
            break
        before = {"before": page["before"]}
    assert walked == made[::-1]


async def test_filters(both: House) -> None:
    first = await both.customer_writes("the red bicycle", name="Lee")
    second = await both.customer_writes("주문한 자전거 배송이 늦어요", name="Park")
    sue = await both.client("sue")
    tag = (await sue.does("POST", "/tags", {"name": "urgent", "colour": "#ff0000"}))["tag"]["id"]
    change = {"tags": [tag], "assignee": both.agents["sue"], "team": both.teams["sales"], "priority": 4}
    changed = await sue.does("PATCH", f"/conversations/{first.conversation}", change)
    assert changed["conversation"]["tags"] == [tag]

    async def found(**query: str) -> list[str]:
        page = await sue.get("/conversations", **query)
        return [one["id"] for one in page["conversations"]]

    assert await found(tag=tag) == [first.conversation]
    assert await found(tag=tag, status="closed") == []
    assert await found(assignee="me") == await found(assignee=both.agents["sue"]) == [first.conversation]
    assert await found(assignee="none") == [second.conversation]
    assert await found(team=both.teams["sales"]) == [first.conversation]
    assert await found(team="none", status="open") == [second.conversation]
    assert await found(q="배송") == [second.conversation]
    assert await found(q="bicycle") == [first.conversation]
    assert await found(q="park") == [second.conversation]
    assert await found(q="?!") == []


async def test_history_is_walked_both_ways(both: House) -> None:
    texts = [f"message {n}" for n in range(9)]
    for text in texts:
        taken = await both.customer_writes(text)
    ann = await both.client("ann")
    path = f"/conversations/{taken.conversation}/messages"
    newest = await ann.get(path, limit=4)
    older = await ann.get(path, limit=4, before=newest["before"])
    oldest = await ann.get(path, limit=4, before=older["before"])
    walked = [one["text"] for page in (oldest, older, newest) for one in page["messages"]]
    assert walked == texts
    assert oldest["before"] is None
    assert newest["after"] is None
    forth = await ann.get(path, limit=8, after=oldest["after"])
    assert [one["text"] for one in forth["messages"]] == texts[1:]


@pytest.mark.parametrize("bad", ["x", "1.2.3", "-1.a", "99999999999999999.a", "1.A"])
async def test_places_are_ours_or_refused(house: House, bad: str) -> None:
    sue = await house.client("sue")
    for path in ("/conversations", "/search?q=x", "/audit", "/organisations"):
        glue = "&" if "?" in path else "?"
        assert (await sue.fails("GET", f"{path}{glue}before={bad}"))[0] in (400,), path


async def test_walks_find_what_the_rule_lets_through(both: House) -> None:
    """Lists are walked index by index; the pages must be what one look through everything by the rule would give."""
    pick = random.Random(7)
    agents, teams = [*both.agents.values(), None], [*both.teams.values(), None]
    for n in range(40):
        taken = await both.customer_writes("x", name=f"c{n}")
        sue = agent(both.agents["sue"])
        verbs = [
            partial(set_team, to=pick.choice(teams), by=sue),
            partial(assign, to=pick.choice(agents), by=sue),
            *([partial(close, by=sue)] if pick.random() < 0.4 else []),
        ]
        for verb in verbs:
            await both.store.write(partial(_on, verb, taken.conversation))
    rows = await both.store.scan(
        lambda look: look.all(
            "select id, status, team_id, assignee_id from conversations order by last_at desc, id desc"
        )
    )
    ann, sales = both.agents["ann"], both.teams["sales"]
    for role, own in (
        (Role.AGENT, []),
        (Role.AGENT, [sales]),
        (Role.AGENT, list(both.teams.values())),
        (Role.ADMIN, []),
    ):
        viewer = Viewer(AgentId(ann), role, frozenset(own))
        for status in (None, "open", "closed"):
            for assignee in (None, "none", ann, both.agents["bob"]):
                for team in (None, "none", sales, both.teams["support"]):
                    expected = [
                        row["id"]
                        for row in rows
                        if sees_row(viewer, row)
                        and status in (None, row["status"])
                        and assignee in (None, row["assignee_id"] or "none")
                        and team in (None, row["team_id"] or "none")
                    ]
                    wanted = Wanted(status=status, assignee=assignee, team=team, limit=7)
                    assert await _all_pages(both, viewer, wanted) == expected, wanted


async def _on(verb: Any, conversation: str, tx: Tx) -> None:
    await verb(tx, conversation)


async def _all_pages(house: House, viewer: Viewer, wanted: Wanted) -> list[str]:
    found: list[str] = []
    for _ in range(20):
        page = await house.store.scan(partial(list_conversations, viewer=viewer, wanted=wanted))
        found += [one["id"] for one in page["conversations"]]
        if page["before"] is None:
            return found
        wanted = replace(wanted, before=page["before"])
    raise AssertionError("pages without end")


async def test_a_list_says_that_the_newest_message_was_erased(both: House) -> None:
    taken = await both.customer_writes("my card number")
    ann = await both.client("ann")

    async def preview() -> Any:
        return (await ann.get("/conversations"))["conversations"][0]["preview"]

    assert (await preview())["erased"] is False
    await does(both, "sue", "erase_message", message=taken.message)
    assert {key: (await preview())[key] for key in ("text", "erased")} == {"text": "", "erased": True}
    await both.customer_writes("never mind")
    assert (await preview())["erased"] is False
