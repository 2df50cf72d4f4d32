"""What a command answers says from which position on the log shows what it made."""

from __future__ import annotations

import asyncio
from typing import Any, get_type_hints

import pytest

from gateway.events import new_id
from inbox.commands import COMMANDS
from inbox.commands.table import Done
from tests.inbox.conftest import House, does
from tests.inbox.tabs import opened

WRITERS = {"contacts", "conversations", "merging", "writing"}
"""Modules all of whose commands write facts. The others hold what is an agent's own, or look things up."""


def test_every_command_that_writes_facts_says_where() -> None:
    silent = {name for name, row in COMMANDS.items() if "position" not in get_type_hints(row.answer)}
    writing = {name for name, row in COMMANDS.items() if row.run.__module__.rpartition(".")[2] in WRITERS}
    assert "position" in get_type_hints(Done)
    assert len(writing) > 20
    assert silent & writing == set()


Steps = list[tuple[str, dict[str, Any]]]


async def _steps(house: House) -> Steps:
    """Acts that each cause a fact."""
    kim, lee = await house.customer_writes("Hi"), await house.customer_writes("Ho", name="Lee")
    made = await does(house, "sue", "make_tag", name="vip", colour="#112233")
    contact = await house.store.read(
        lambda look: look.value("select contact_id from conversations where id = $1", lee.conversation)
    )
    on: dict[str, Any] = {"conversation": kim.conversation}
    return [
        ("make_tag", {"name": "late", "colour": "#112233"}),
        ("assign", {**on, "agent": house.agents["ann"]}),
        ("set_team", {**on, "team": house.teams["sales"]}),
        ("tag", {**on, "add": [made["tag"]]}),
        ("set_subject", {**on, "subject": "Parcel"}),
        ("set_priority", {**on, "priority": 3}),
        ("snooze", {**on, "until": house.clock() + 60_000}),
        ("reopen", on),
        ("mark_spam", on),
        ("unmark_spam", on),
        ("close", on),
        ("reply", {**on, "text": "Hello", "client_id": new_id()}),
        ("note", {**on, "text": "Psst", "client_id": new_id()}),
        ("erase_message", {"message": kim.message}),
        ("update_contact", {"contact": contact, "name": "Lee Ann"}),
        ("block", {"contact": contact}),
        ("unblock", {"contact": contact}),
        ("merge", {"conversation": lee.conversation, "into": kim.conversation}),
        ("erase_contact", {"contact": contact}),
    ]


async def test_a_command_tells_the_position_of_what_it_caused(both: House) -> None:
    steps = await _steps(both)
    for name, args in steps:
        before = both.store.published
        done = await does(both, "sue", name, **args)
        assert before < done["position"] == both.store.published, name


async def test_said_again_it_tells_where_the_log_shows_it(both: House) -> None:
    """Whoever wanted what there is already, need not wait for a fact that will never come."""
    for name, args in (await _steps(both))[:8]:
        first = await does(both, "sue", name, **args)
        again = await does(both, "sue", name, **args)
        assert first["position"] <= again["position"] <= both.store.published, name


async def test_of_many_at_once_each_is_told_its_own(both: House) -> None:
    taken = await both.customer_writes("Hi")
    done = await asyncio.gather(
        *(does(both, "sue", "set_subject", conversation=taken.conversation, subject=str(n)) for n in range(8))
    )
    positions = [one["position"] for one in done]
    assert len(set(positions)) == 8
    rows = await both.store.read(
        lambda look: look.all("select position from events where kind = 'conversation.changed'")
    )
    assert set(positions) == {row["position"] for row in rows}


async def test_the_socket_has_told_it_by_that_position(house: House) -> None:
    """A tab that stands there knows the act's outcome; one that stands before it does not."""
    taken = await house.customer_writes("Hi")
    tab = await opened(house, "sue")
    done = await tab.does("set_subject", conversation=taken.conversation, subject="Parcel")
    await tab.reaches(done["position"])
    (fact,) = [event for event in tab.events if event["position"] == done["position"]]
    assert fact["summary"]["subject"] == "Parcel"
    assert all(
        event["summary"]["subject"] != "Parcel"
        for event in tab.events
        if event["position"] < done["position"]
    )
    await tab.close()


@pytest.mark.parametrize("what", ["conversation", "contact"])
async def test_rest_tells_it_too(both: House, what: str) -> None:
    taken = await both.customer_writes("Hi")
    sue = await both.client("sue")
    path = f"/conversations/{taken.conversation}"
    if what == "contact":
        path = f"/contacts/{(await sue.get(path))['contact']['id']}"
    body = {"subject": "Parcel"} if what == "conversation" else {"name": "Kim Ann"}
    done = await sue.does("PATCH", path, body)
    assert done["position"] == both.store.published
