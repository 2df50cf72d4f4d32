"""Lists, pages, filters and history, as each agent may see them, on both databases."""

from __future__ import annotations

import pytest

from tests.inbox.conftest import House


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
