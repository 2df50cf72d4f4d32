"""A conversation by REST and by command: answered, noted, changed, all or none."""

from __future__ import annotations

from typing import Any

from tests.inbox.conftest import House, does


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


async def test_the_life_of_a_conversation(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    it = {"conversation": taken.conversation}
    ann = await both.client("ann")

    async def now() -> dict[str, Any]:
        shown: dict[str, Any] = (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]
        return shown

    await does(both, "ann", "assign", **it, agent=both.agents["ann"])
    await does(both, "ann", "set_subject", **it, subject="Greeting")
    await does(both, "ann", "set_priority", **it, priority=3)
    tag = (await does(both, "ann", "make_tag", name="vip", colour="#00ff00"))["tag"]
    assert (await does(both, "bob", "make_tag", name="vip", colour="#0000ff"))["tag"] == tag
    await does(both, "ann", "tag", **it, add=[tag])
    shown = await now()
    assert (shown["assignee"], shown["subject"], shown["priority"], shown["tags"]) == (
        both.agents["ann"],
        "Greeting",
        3,
        [tag],
    )
    await does(both, "ann", "snooze", **it, until=both.clock() + 60_000)
    assert (await now())["status"] == "snoozed"
    await does(both, "ann", "mark_spam", **it)
    await does(both, "ann", "unmark_spam", **it)
    await does(both, "ann", "close", **it)
    assert (await now())["status"] == "closed"
    await does(both, "ann", "reopen", **it)
    await does(both, "ann", "tag", **it, remove=[tag])
    await does(both, "ann", "set_team", **it, team=None)
    shown = await now()
    assert (shown["status"], shown["tags"], shown["team"]) == ("open", [], None)
