"""The log by long poll, within the view; the audit."""

from __future__ import annotations

import pytest

from gateway.events import SYSTEM, Event, Kind
from gateway.store import Tx
from tests.inbox.conftest import House


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


async def test_a_cursor_that_another_process_told_is_no_stranger_here(
    both: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have heard of more than this one, which is a moment behind."""
    sue = await both.client("sue")
    await both.customer_writes("hello")
    cursor, position = both.store.cursor, both.store.published
    monkeypatch.setattr(both.store, "_published", position - 1)
    assert (await sue.get("/events", after=str(cursor)))["events"] == []
    assert await sue.fails("GET", f"/events?after={cursor.epoch}.{position + 1}") == (410, "cursor_gone")


async def test_a_cursor_before_a_newer_versions_fact(both: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind it one begins anew with the lists; where the process itself came no further, another one is asked."""
    sue = await both.client("sue")

    async def fact(tx: Tx) -> None:
        tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now))

    start, position = both.store.cursor, both.store.published + 1
    await both.store.write(fact)
    await both.store.write(
        lambda tx: tx.run("update events set kind = 'roof.raised' where position = $1", position)
    )
    assert await sue.fails("GET", f"/events?after={start}") == (410, "cursor_gone")
    monkeypatch.setattr(both.store, "_published", start.position)
    assert await sue.fails("GET", f"/events?after={start}") == (503, "unavailable")


async def test_events_keep_to_the_view(both: House) -> None:
    bob = await both.client("bob")
    start = (await bob.get("/events"))["cursor"]
    await both.customer_writes("secret", team="sales")
    page = await bob.get("/events", after=start)
    assert page["events"] == []
    assert page["position"] == both.store.published


async def test_the_audit_says_who_did_what(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    ann, sue = await both.client("ann"), await both.client("sue")
    await ann.does(
        "PATCH", f"/conversations/{taken.conversation}", {"subject": "secret words", "priority": 2}
    )
    page = await sue.get("/audit", conversation=taken.conversation)
    assert {line["conversation"] for line in page["lines"]} == {taken.conversation}
    assert [line["actor"]["name"] for line in page["lines"][:2]] == ["Ann", "Ann"]
    assert "secret words" not in str(page), "ids and names of fields, never words"
    hers = await sue.get("/audit", agent=both.agents["ann"])
    assert len(hers["lines"]) == 2
    first = await sue.get("/audit", limit=1)
    second = await sue.get("/audit", limit=1, before=first["before"])
    assert second["lines"][0]["position"] < first["lines"][0]["position"]
