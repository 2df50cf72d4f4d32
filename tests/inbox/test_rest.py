"""REST as an agent uses it, on both databases: lists, history, writing, changing, searching, uploading, the log."""

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
    before = {}
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


async def test_answers_notes_and_repeats(both: House) -> None:
    taken = await both.customer_writes("is anybody there?")
    ann = await both.client("ann")
    path = f"/conversations/{taken.conversation}/messages"
    say = {"text": "Yes!", "visibility": "public", "client_id": "c1"}
    first = await ann.does("POST", path, say)
    again = await ann.does("POST", path, say)
    assert first == again
    assert first["message"]["author"] == {"kind": "agent", "id": both.agents["ann"], "name": "Ann"}
    noted = await ann.does("POST", path, {"text": "VIP", "visibility": "note", "client_id": "c2"})
    assert noted["message"]["visibility"] == "note"
    bob = await both.client("bob")
    late = {"text": "me too", "visibility": "public", "client_id": "c3", "seen": taken.position}
    assert await bob.fails("POST", path, late) == (409, "stale_reply")
    await bob.does("POST", path, {**late, "anyway": True})
    page = await ann.get(path)
    assert [one["text"] for one in page["messages"]] == ["is anybody there?", "Yes!", "VIP", "me too"]


async def test_changes_come_all_or_none(both: House) -> None:
    taken = await both.customer_writes("hello")
    sue = await both.client("sue")
    path = f"/conversations/{taken.conversation}"
    change = {"subject": "Greeting", "assignee": "01nosuchagent"}
    assert (await sue.fails("PATCH", path, change))[0] == 422
    assert (await sue.get(path))["conversation"]["subject"] == ""
    await sue.does("PATCH", path, {"subject": "Greeting", "status": "closed"})
    shown = await sue.get(path)
    assert shown["conversation"]["status"] == "closed"
    assert shown["conversation"]["subject"] == "Greeting"
    assert await sue.fails("PATCH", path, {"status": "snoozed"}) == (400, "malformed")
    history = await sue.get(f"{path}/messages")
    assert {line["kind"] for line in history["lines"]} >= {"conversation.created", "conversation.changed"}


async def test_search_finds_words_in_both_scripts(both: House) -> None:
    await both.customer_writes("The café opens at nine", name="Lee", team="sales")
    taken = await both.customer_writes("배송이 늦어요", name="박서연", team="support")
    sue = await both.client("sue")
    hits = (await sue.get("/search", q="cafe"))["hits"]
    assert [part["text"] for part in hits[0]["snippet"] if part["found"]] == ["café"]
    hits = (await sue.get("/search", q="배송"))["hits"]
    assert hits[0]["message"]["conversation"] == taken.conversation
    assert [part["text"] for part in hits[0]["snippet"] if part["found"]] == ["배송"]
    assert (await sue.get("/search", q="박서연"))["hits"][0]["message"] is None
    ann = await both.client("ann")
    assert (await ann.get("/search", q="배송"))["hits"] == []
    assert (await ann.get("/search", q="...")) == {"hits": [], "before": None}


async def test_an_upload_is_taken_once(both: House) -> None:
    taken = await both.customer_writes("send me the price list")
    ann = await both.client("ann")
    answer = await ann.raw(
        "POST", "/uploads?name=prices.txt", data=b"a: 1\n", headers={"Content-Type": "text/plain"}
    )
    assert answer.status == 201
    attachment = (await answer.json())["attachment"]
    assert attachment["name"] == "prices.txt"
    path = f"/conversations/{taken.conversation}/messages"
    say = {"text": "", "visibility": "public", "attachments": [attachment["id"]], "client_id": "c1"}
    bob = await both.client("bob")
    assert (await bob.fails("POST", path, say))[0] == 422, "somebody else's upload"
    sent = await ann.does("POST", path, say)
    assert [file["id"] for file in sent["message"]["attachments"]] == [attachment["id"]]
    assert (await ann.fails("POST", path, {**say, "client_id": "c2"}))[0] == 422


async def test_the_log_by_long_poll(both: House) -> None:
    sue = await both.client("sue")
    start = (await sue.get("/events"))["cursor"]
    assert (await sue.get("/events", after=start))["events"] == []
    taken = await both.customer_writes("hello")
    page = await sue.get("/events", after=start, wait=5000)
    kinds = [event["kind"] for event in page["events"]]
    assert kinds[-1] == "message.created"
    assert page["events"][-1]["message"]["text"] == "hello"
    assert page["position"] == taken.position
    assert await sue.fails("GET", "/events?after=elsewhere.1") == (410, "cursor_gone")


async def test_events_keep_to_the_view(both: House) -> None:
    bob = await both.client("bob")
    start = (await bob.get("/events"))["cursor"]
    await both.customer_writes("secret", team="sales")
    page = await bob.get("/events", after=start)
    assert page["events"] == []
    assert page["position"] == both.store.published


async def test_filing(both: House) -> None:
    ada = await both.client("ada")
    team = (await ada.does("POST", "/teams", {"name": "Billing"}))["team"]
    assert await ada.fails("POST", "/teams", {"name": "Billing"}) == (409, "conflict")
    retired = await ada.does("PATCH", f"/teams/{team['id']}", {"retired": True, "name": "Old billing"})
    assert retired["team"] == {"id": team["id"], "name": "Old billing", "retired": True}
    wanted = {
        "target": "conversation",
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "choices": ["a", "b"],
    }
    attribute = (await ada.does("POST", "/attributes", wanted))["attribute"]
    taken = await both.customer_writes("hello")
    path = f"/conversations/{taken.conversation}"
    assert (await ada.fails("PATCH", path, {"attributes": {"plan": "z"}}))[0] == 422
    changed = await ada.does("PATCH", path, {"attributes": {"plan": "a"}})
    assert changed["conversation"]["attributes"] == {"plan": "a"}
    await ada.does("PATCH", f"/attributes/{attribute['id']}", {"choices": ["a", "b", "c"]})
    assert await ada.fails("POST", "/attributes", wanted) == (422, "refused")
    organisation = (await ada.does("POST", "/organisations", {"name": "Acme", "domain": "Acme.example"}))[
        "organisation"
    ]
    assert organisation["domain"] == "acme.example"
    taken_domain = {"name": "B", "domain": "acme.example"}
    assert await ada.fails("POST", "/organisations", taken_domain) == (422, "refused")
    await ada.does("PATCH", f"/organisations/{organisation['id']}", {"domain": None})
    page = await ada.get("/organisations")
    assert page["organisations"][0]["domain"] is None
    kinds = {line["kind"] for line in (await ada.get("/audit"))["lines"]}
    assert "directory.changed" in kinds


@pytest.mark.parametrize("bad", ["x", "1.2.3", "-1.a", "99999999999999999.a", "1.A"])
async def test_places_are_ours_or_refused(house: House, bad: str) -> None:
    sue = await house.client("sue")
    for path in ("/conversations", "/search?q=x", "/audit", "/organisations"):
        glue = "&" if "?" in path else "?"
        assert (await sue.fails("GET", f"{path}{glue}before={bad}"))[0] in (400,), path


async def test_contacts(both: House) -> None:
    taken = await both.customer_writes("hello", name="Lee", team="sales")
    other = await both.customer_writes("hi", name="Park", team="support")
    ann, sue = await both.client("ann"), await both.client("sue")
    listed = (await ann.get("/contacts"))["contacts"]
    assert [one["name"] for one in listed] == ["Lee"]
    lee = listed[0]["id"]
    park = (await sue.get(f"/conversations/{other.conversation}"))["contact"]["id"]
    assert [one["name"] for one in (await sue.get("/contacts"))["contacts"]] == ["Park", "Lee"]
    assert [one["name"] for one in (await sue.get("/contacts", q="park"))["contacts"]] == ["Park"]
    assert await ann.fails("GET", f"/contacts/{park}") == (404, "not_found")
    assert await ann.fails("PATCH", f"/contacts/{park}", {"name": "X"}) == (404, "not_found")
    assert await ann.fails("GET", f"/contacts/{park}/conversations") == (404, "not_found")
    changed = await ann.does("PATCH", f"/contacts/{lee}", {"name": "Lee Minho", "locale": "ko"})
    assert (changed["contact"]["name"], changed["contact"]["locale"]) == ("Lee Minho", "ko")
    theirs = await ann.get(f"/contacts/{lee}/conversations")
    assert [one["id"] for one in theirs["conversations"]] == [taken.conversation]
    assert (await ann.fails("POST", f"/contacts/{lee}/merge", {"into": park}))[0] == 404
    await sue.does("POST", f"/contacts/{lee}/merge", {"into": park})
    assert (await sue.get(f"/contacts/{lee}"))["contact"]["id"] == park, "the merged one leads on"
    assert (await ann.fails("DELETE", f"/contacts/{park}"))[0] == 403
    await sue.does("DELETE", f"/contacts/{park}")
    assert (await sue.get(f"/contacts/{park}"))["contact"]["erased_at"] is not None
    assert (await sue.get("/contacts"))["contacts"] == []
    assert (await sue.get("/search", q="hello"))["hits"] == []
