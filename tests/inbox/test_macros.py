"""Macros: who may use and change them, how they read, and that text and acts are one."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from gateway.bus import PrivateChanged
from gateway.errors import NotFound, Refused
from gateway.events import SYSTEM, agent
from gateway.stream import agents
from gateway.stream.acts import Acts, act
from gateway.stream.macros import MOST_OWN, make_macro
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs


async def made(house: House, who: str, **body: Any) -> dict[str, Any]:
    answer = await (await house.client(who)).does(
        "POST", "/macros", {"name": "Thanks", "text": "Thanks", **body}
    )
    macro: dict[str, Any] = answer["macro"]
    return macro


async def test_who_may_use_and_change(both: House) -> None:
    ann, bob, sue = [await both.client(who) for who in ("ann", "bob", "sue")]
    own = await made(both, "ann", name="Mine")
    sales = await made(both, "sue", name="Sales only", scope="teams", teams=[both.teams["sales"]])
    shared = await made(both, "sue", name="For all", scope="all")

    async def names(caller: Any, **query: Any) -> set[str]:
        return {macro["name"] for macro in (await caller.get("/macros", **query))["macros"]}

    assert await names(ann) == {"Mine", "Sales only", "For all"}
    assert await names(bob) == {"For all"}
    assert await names(sue) == {"Sales only", "For all"}
    assert await names(ann, q="onl sal") == {"Sales only"}
    assert await names(ann, q="zzz") == set()
    assert (await ann.fails("POST", "/macros", {"name": "x", "text": "x", "scope": "all"}))[0] == 403
    assert (await ann.fails("PATCH", f"/macros/{shared['id']}", {"name": "x"}))[0] == 403
    assert (await ann.fails("PATCH", f"/macros/{own['id']}", {"scope": "all"}))[0] == 403
    for foreign in (own, sales):
        assert (await bob.fails("PATCH", f"/macros/{foreign['id']}", {"name": "x"}))[0] == 404
    assert (await sue.fails("PATCH", f"/macros/{own['id']}", {"name": "x"}))[0] == 404, (
        "not even a supervisor"
    )
    changed = (await ann.does("PATCH", f"/macros/{own['id']}", {"text": "Hi {{contact.name}}"}))["macro"]
    assert (changed["name"], changed["text"], changed["owner"]) == (
        "Mine",
        "Hi {{contact.name}}",
        both.agents["ann"],
    )
    opened = (await sue.does("PATCH", f"/macros/{sales['id']}", {"scope": "all"}))["macro"]
    assert (opened["scope"], opened["teams"]) == ("all", [])
    assert "Sales only" in await names(bob)
    await ann.does("PATCH", f"/macros/{own['id']}", {"retired": True})
    assert "Mine" not in await names(ann)
    assert await names(ann, retired="true") == {"Mine"}
    back = (await ann.does("PATCH", f"/macros/{own['id']}", {"retired": False}))["macro"]
    assert not back["retired"]


async def test_what_cannot_be_a_macro(both: House) -> None:
    sue = await both.client("sue")
    for body in (
        {"name": "x"},
        {"name": " ", "text": "x"},
        {"name": "x", "text": "{{contact.shoe}}"},
        {"name": "x", "text": "x", "scope": "teams"},
        {"name": "x", "text": "x", "scope": "all", "teams": [both.teams["sales"]]},
        {"name": "x", "text": "x", "scope": "teams", "teams": ["nosuch"]},
        {"name": "x", "actions": {"tags_add": ["nosuch"]}},
        {"name": "x", "actions": {"assignee": "nosuch"}},
        {"name": "x", "actions": {"team": "nosuch"}},
        {"name": "x", "actions": {"status": "snoozed"}},
        {"name": "x", "actions": {"snooze_for": 3_600_000}},
    ):
        assert (await sue.fails("POST", "/macros", body))[0] in (400, 404, 422), body

    async def many(tx: Any) -> None:
        for n in range(MOST_OWN):
            await make_macro(tx, f"m{n}", "x", "personal", [], Acts(), agent(both.agents["ann"]))

    await both.store.write(many)
    ann = await both.client("ann")
    assert (await ann.fails("POST", "/macros", {"name": "one more", "text": "x"}))[0] == 422
    first = (await ann.get("/macros"))["macros"][0]
    await ann.does("PATCH", f"/macros/{first['id']}", {"retired": True})
    await ann.does("POST", "/macros", {"name": "one more", "text": "x"})
    assert (await ann.fails("PATCH", f"/macros/{first['id']}", {"retired": False}))[0] == 422


async def test_retiring_checks_what_else_is_said(both: House) -> None:
    sue = await both.client("sue")
    macro = await made(both, "sue", scope="all", actions={"tags_add": []})
    path = f"/macros/{macro['id']}"
    body = {"retired": True, "scope": "teams", "teams": ["nosuch"]}
    assert (await sue.fails("PATCH", path, body))[0] == 422
    assert (await sue.fails("PATCH", path, {"retired": True, "actions": {"assignee": "nosuch"}}))[0] == 422
    assert (await sue.fails("PATCH", path, {"text": ""}))[0] == 422
    tag = (await does(both, "sue", "make_tag", name="old", colour="#112233"))["tag"]
    await sue.does("PATCH", path, {"actions": {"tags_add": [tag]}})
    await sue.does("PATCH", f"/tags/{tag}", {"retired": True})
    changed = (await sue.does("PATCH", path, {"name": "Renamed"}))["macro"]
    assert (changed["name"], changed["actions"]["tags_add"]) == ("Renamed", [tag]), "a name hangs on no tag"


async def test_how_one_reads_and_what_stops_it(both: House) -> None:
    taken = await both.customer_writes("hello", name="Mary Lee")
    on = {"conversation": taken.conversation}
    macro = await made(
        both,
        "ann",
        text="Dear {{contact.first_name}} ({{contact.attributes.plan}}), #{{conversation.number}}. {{agent.name}}",
        actions={"status": "closed", "priority": 3},
    )
    shown = await does(both, "ann", "apply_macro", **on, macro=macro["id"])
    assert shown["text"] == "Dear Mary ({{contact.attributes.plan}}), #1. Ann"
    assert shown["missing"] == ["contact.attributes.plan"]
    assert (shown["actions"]["status"], shown["actions"]["priority"]) == ("closed", 3)
    say = {**on, "macro": macro["id"], "client_id": "c1"}
    with pytest.raises(Refused) as caught:
        await does(both, "ann", "reply", **say, text=shown["text"])
    assert caught.value.code == "macro_missing"
    assert caught.value.params["missing"] == ["contact.attributes.plan"]
    page = await (await both.client("ann")).get(f"/conversations/{taken.conversation}")
    assert (page["conversation"]["status"], page["conversation"]["priority"]) == ("open", 0)
    assert (
        len(
            (await (await both.client("ann")).get(f"/conversations/{taken.conversation}/messages"))[
                "messages"
            ]
        )
        == 1
    )
    sent = await does(both, "ann", "reply", **say, text=shown["text"].replace("}}", "|basic}}"))
    assert sent["message"]["text"] == "Dear Mary (basic), #1. Ann"
    with pytest.raises(NotFound):
        await does(both, "bob", "apply_macro", **on, macro=macro["id"])


async def test_a_customers_name_is_no_template(both: House) -> None:
    """What an agent sends was filled twice: once to be shown, once to be sent."""
    ada = await both.client("ada")
    await ada.does(
        "POST", "/attributes", {"target": "contact", "key": "secret", "label": "S", "type": "text"}
    )
    taken = await both.customer_writes("hello", name="{{{contact.attributes.secret}}}")
    page = await ada.get(f"/conversations/{taken.conversation}")
    await does(both, "ann", "update_contact", contact=page["contact"]["id"], attributes={"secret": "owes us"})
    macro = await made(both, "ann", text="Hi {{contact.name}}")
    shown = await does(both, "ann", "apply_macro", conversation=taken.conversation, macro=macro["id"])
    assert "owes us" not in shown["text"]
    sent = await does(
        both,
        "ann",
        "reply",
        conversation=taken.conversation,
        macro=macro["id"],
        text=shown["text"],
        client_id="c",
    )
    assert "owes us" not in sent["message"]["text"]


async def test_text_and_acts_are_one(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    tag = (await does(both, "sue", "make_tag", name="refund", colour="#112233"))["tag"]
    macro = await made(
        both,
        "sue",
        scope="all",
        text="Done, {{contact.name}}",
        actions={
            "tags_add": [tag],
            "assignee": "me",
            "team": both.teams["support"],
            "status": "snoozed",
            "snooze_for": 3_600_000,
            "priority": 4,
        },
    )
    say = {"conversation": taken.conversation, "text": "", "client_id": "c1", "macro": macro["id"]}
    async with tabs(both, "sue") as [tab]:
        sent = await does(both, "ann", "reply", **say)
        await tab.reaches(both.store.published)
        events = tab.events
    assert sent["message"]["text"] == "Done, Kim"
    assert [event["kind"] for event in events] == ["message.created", *["conversation.changed"] * 5]
    stands = events[-1]["summary"]
    assert (stands["status"], stands["tags"], stands["priority"]) == ("snoozed", [tag], 4)
    assert (stands["assignee"], stands["team"]) == (both.agents["ann"], both.teams["support"])
    again = await does(both, "ann", "reply", **say)
    assert (again["message"]["id"], again["position"]) == (sent["message"]["id"], sent["position"])
    assert both.store.published == events[-1]["position"], "said again, nothing is done again"
    usage = (await (await both.client("ann")).get("/macros"))["macros"][0]
    assert (usage["used"], usage["used_by_all"]) == (1, 1)
    assert usage["used_at"] is not None
    hers = (await (await both.client("bob")).get("/macros"))["macros"][0]
    assert (hers["used"], hers["used_at"], hers["used_by_all"]) == (0, None, 1)


async def test_an_act_that_cannot_be_done_stops_the_text(both: House) -> None:
    taken = await both.customer_writes("hello")
    macro = await made(both, "ann", text="Hi", actions={"assignee": both.agents["bob"], "priority": 2})
    await both.store.write(lambda tx: agents.deactivate(tx, both.agents["bob"], SYSTEM))
    before = both.store.published
    for name, more in (
        ("reply", {"text": "Hi", "client_id": "c"}),
        ("note", {"text": "Hi", "client_id": "c"}),
        ("run_macro", {}),
    ):
        with pytest.raises(Refused):
            await does(both, "ann", name, conversation=taken.conversation, macro=macro["id"], **more)
    assert both.store.published == before


async def test_acts_alone_and_the_order_of_use(both: House) -> None:
    taken = await both.customer_writes("hello")
    for name in ("A", "B", "C"):
        await made(both, "ann", name=name, text="", actions={"priority": 1})
    ann = await both.client("ann")
    ids = {macro["name"]: macro["id"] for macro in (await ann.get("/macros"))["macros"]}
    for name in ("C", "B", "C"):
        await does(both, "ann", "run_macro", conversation=taken.conversation, macro=ids[name])
    assert [macro["name"] for macro in (await ann.get("/macros"))["macros"]] == ["C", "B", "A"]
    await ann.does("PATCH", f"/macros/{ids['C']}", {"retired": True})
    with pytest.raises(NotFound):
        await does(both, "ann", "run_macro", conversation=taken.conversation, macro=ids["C"])


async def test_acts_leave_what_they_do_not_name(house: House) -> None:
    taken = await house.customer_writes("hello", team="sales")
    by = agent(house.agents["sue"])
    before = house.store.published
    await house.store.write(lambda tx: act(tx, taken.conversation, Acts(), by, me="x"))
    assert house.store.published == before
    for acts, field, value in (
        (Acts(team="none"), "team", None),
        (Acts(assignee="me"), "assignee", house.agents["sue"]),
        (Acts(assignee="none"), "assignee", None),
        (Acts(status="spam"), "status", "spam"),
        (Acts(status="open"), "status", "open"),
    ):
        await house.store.write(partial(act, conversation=taken.conversation, acts=acts, by=by, me=by.id))
        page = await (await house.client("sue")).get(f"/conversations/{taken.conversation}")
        assert page["conversation"][field] == value
    assert Acts.of(Acts(tags_add=("a",), priority=0).as_dict()) == Acts(tags_add=("a",), priority=0)


async def test_who_hears_of_a_change(both: House) -> None:
    told: list[PrivateChanged] = []
    stop = both.desk.bus.take_signals(PrivateChanged, told.append)
    async with tabs(both, "bob") as [tab]:
        await made(both, "ann")
        await made(both, "sue", scope="all")
        await tab.reaches(both.store.published)
        [event] = tab.events
    stop()
    assert (event["kind"], event["changes"]) == ("setting.changed", {"what": "macro"})
    assert "directory" not in event, "a text that somebody may need is no reason to tell everybody everything"
    assert [(one.agent, one.private) for one in told] == [(both.agents["ann"], {"changed": ["macros"]})]


async def test_two_agents_use_one_at_the_same_time(both: House) -> None:
    macro = await made(both, "sue", scope="all", actions={"priority": 1})
    talks = [(await both.customer_writes("hello", name=f"c{n}")).conversation for n in range(6)]
    who = ("ann", "bob", "sue")
    await asyncio.gather(
        *(
            does(both, who[n % 3], "run_macro", conversation=talk, macro=macro["id"])
            for n, talk in enumerate(talks)
        )
    )
    shown = (await (await both.client("ann")).get("/macros"))["macros"][0]
    assert (shown["used"], shown["used_by_all"]) == (2, 6)


async def test_an_agent_may_leave_out_what_a_macro_does(both: House) -> None:
    """What is said with the send counts instead of the macro's own acts, also after a hold and without any words."""
    taken = await both.customer_writes("hello")
    macro = await made(both, "ann", text="Hi", actions={"status": "closed", "priority": 2})
    on = {"conversation": taken.conversation, "macro": macro["id"]}
    client = await both.client("ann")

    async def stands() -> tuple[str, int]:
        view = (await client.get(f"/conversations/{taken.conversation}"))["conversation"]
        return view["status"], view["priority"]

    await does(both, "ann", "reply", **on, client_id="c1", actions={"priority": 3})
    assert await stands() == ("open", 3)
    await does(both, "ann", "note", **on, client_id="c2", actions={})
    assert await stands() == ("open", 3)
    await does(both, "ann", "run_macro", **on, actions={"priority": 1})
    assert await stands() == ("open", 1)
    await does(both, "ann", "run_macro", **on)
    assert await stands() == ("closed", 2)
    body = {
        "text": "",
        "visibility": "note",
        "client_id": "c3",
        "macro": macro["id"],
        "actions": {"priority": 4},
    }
    await client.does("POST", f"/conversations/{taken.conversation}/messages", body)
    assert (await stands())[1] == 4
    used = next(one for one in (await client.get("/macros"))["macros"] if one["id"] == macro["id"])
    assert used["used"] == 5


async def test_acts_of_her_own_are_all_done_or_none(both: House) -> None:
    key = (await both.customer_writes("hello")).conversation
    row = "select status, priority, team_id from conversations where id = $1"

    async def stands() -> tuple[str, int, str | None]:
        found = await both.store.read(lambda look: look.one(row, key))
        assert found is not None
        return found["status"], found["priority"], found["team_id"]

    acts = {"priority": 4, "status": "closed", "team": "no such team"}
    with pytest.raises(Refused):
        await does(both, "ann", "act", conversation=key, actions=acts)
    assert await stands() == ("open", 0, None)
    acts["team"] = both.teams["support"]
    await does(both, "ann", "act", conversation=key, actions=acts)
    assert await stands() == ("closed", 4, both.teams["support"])
    with pytest.raises(NotFound):
        await does(both, "ann", "act", conversation=key, actions={"priority": 1})


async def test_acts_are_kept_without_their_macro(both: House) -> None:
    """Whose words were deleted, but not what was to be done: it is done with the files."""
    taken = await both.customer_writes("hello")
    say = {
        "conversation": taken.conversation,
        "text": "Only this",
        "client_id": "c1",
        "actions": {"priority": 4},
    }
    await does(both, "ann", "reply", **say)
    view = (await (await both.client("ann")).get(f"/conversations/{taken.conversation}"))["conversation"]
    assert view["priority"] == 4
    held = await does(both, "ann", "reply", **{**say, "client_id": "c2"}, hold=30_000)
    undone = await does(both, "ann", "undo_send", message=held["message"]["id"])
    assert (undone["macro"], undone["actions"]["priority"]) == (None, 4)


async def test_a_text_is_tried_where_it_would_be_sent_and_nowhere_else(both: House) -> None:
    taken = await both.customer_writes("hello", name="Lee", team="sales")
    ann, bob = await both.client("ann"), await both.client("bob")
    body = {
        "conversation": taken.conversation,
        "text": "{{contact.name}}: {{contact.email}} {{contact.shoe|none}}",
    }
    told = await ann.does("POST", "/macros/try", body)
    assert told == {"text": "Lee: {{contact.email}} none", "missing": ["contact.email"]}
    assert (await bob.fails("POST", "/macros/try", body))[0] == 404
    assert (await ann.get("/macros"))["macros"] == []
