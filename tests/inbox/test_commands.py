"""Commands: access and capabilities come first, repeats are harmless, private state goes to the agent's own tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.bus import PrivateChanged
from gateway.channels.base import AttachmentRules, Capabilities
from gateway.errors import Conflict, Forbidden, Malformed, NotFound, Refused, TooLarge, TooMany
from gateway.events import Attachment
from gateway.limits import Limits
from gateway.rates import Rate
from gateway.stream.attach import keep_upload
from inbox.auth.caller import by_session
from inbox.commands import Asked, run_command
from tests.inbox.conftest import House, Open


async def asking(house: House, who: str, tab: str = "tab1") -> Asked:
    caller = await house.store.read(lambda look: by_session(look, house.cookies[who], house.clock()))
    return Asked(house.desk, caller, tab)


async def does(house: House, who: str, name: str, /, **args: Any) -> Mapping[str, Any]:
    return await run_command(await asking(house, who), name, args)


def able(house: House, **changes: Any) -> None:
    """Give the account other capabilities."""
    channel: Any = house.desk.channels.get("web")
    can = replace(channel.capabilities, **changes)
    other = type("Other", (), {"capabilities": can, "account": "web", "label": channel.label, "icon": ""})()
    house.desk.channels.replace({"web": other})


async def test_unknown_names_and_arguments(house: House) -> None:
    for name, args in (
        ("explode", {}),
        ("close", {}),
        ("close", {"conversation": 1}),
        ("set_priority", {"x": 1}),
    ):
        with pytest.raises(Malformed):
            await does(house, "ann", name, **args)


async def test_commands_are_counted_too(open_with: Open) -> None:
    house = await open_with(Limits(agent_requests=Rate(3, 60.0)))
    for _ in range(3):
        await does(house, "ann", "set_preferences", values={})
    with pytest.raises(TooMany):
        await does(house, "ann", "set_preferences", values={})


async def test_the_life_of_a_conversation(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    it = {"conversation": taken.conversation}
    ann = await both.client("ann")

    async def now() -> dict[str, Any]:
        return (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]

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


async def test_a_reply_may_be_said_again(both: House) -> None:
    taken = await both.customer_writes("hello")
    say = {"conversation": taken.conversation, "text": "Hi", "client_id": "c1", "seen": taken.position}
    first = await does(both, "ann", "reply", **say)
    assert await does(both, "ann", "reply", **say) == first
    with pytest.raises(Conflict) as caught:
        await does(both, "bob", "reply", **{**say, "client_id": "c2"})
    assert (caught.value.code, caught.value.params["name"]) == ("stale_reply", "Ann")
    await does(both, "bob", "reply", **{**say, "client_id": "c2", "anyway": True})
    noted = await does(both, "ann", "note", conversation=taken.conversation, text="!", client_id="c3")
    assert noted["message"]["visibility"] == "note"
    assert noted["position"] > first["position"]


async def test_starting_one(both: House) -> None:
    taken = await both.customer_writes("hello", name="Lee")
    contact = (await (await both.client("ann")).get("/contacts"))["contacts"][0]["id"]
    begin = {"account": "web", "contact": contact, "text": "News!", "client_id": "c1", "subject": "News"}
    started = await does(both, "ann", "start", **begin)
    assert started["conversation"]["id"] != taken.conversation
    assert started["conversation"]["subject"] == "News"
    again = await does(both, "ann", "start", **begin)
    assert again["conversation"]["id"] == started["conversation"]["id"]
    able(both, may_start=False)
    with pytest.raises(Refused):
        await does(both, "ann", "start", **{**begin, "client_id": "c2"})


async def test_what_the_channel_cannot_do_is_said_before_it_is_tried(house: House) -> None:
    taken = await house.customer_writes("hello")
    say = {"conversation": taken.conversation, "text": "Hi", "client_id": "c1"}

    async def refused(kind: type[Exception], **more: Any) -> Any:
        with pytest.raises(kind) as caught:
            await does(house, "ann", "reply", **{**say, **more})
        return caught.value

    able(house, text_length=10)
    assert (await refused(TooLarge, text="x" * 11)).params == {"limit": 10}
    able(house, reply_window=1000, text_length=1000)
    house.clock.ahead += 2000
    assert (await refused(Refused)).code == "window_closed"
    house.clock.ahead = 0
    able(house, reply_window=None, quoting=False)
    assert (await refused(Refused, reply_to=taken.message)).text == "errors.no_quoting"
    file = Attachment("0" * 64, "a.pdf", "application/pdf", 500)
    ann = (await asking(house, "ann")).by
    upload = await house.store.write(lambda tx: keep_upload(tx, f"agent:{ann.id}", file))
    able(house, attachments=AttachmentRules({"image/*": 1000}, 1))
    assert (await refused(Refused, attachments=[upload])).text == "errors.file_not_taken"
    able(house, attachments=AttachmentRules({"*/*": 499}, 1))
    assert (await refused(Refused, attachments=[upload])).text == "errors.file_not_taken"
    able(house, attachments=AttachmentRules({"*/*": 1000}, 1), captions=False)
    assert (await refused(Refused, attachments=[upload])).text == "errors.no_captions"
    assert (await refused(TooLarge, attachments=[upload, upload])).params == {"limit": 1}
    able(house, captions=True)
    sent = await does(house, "ann", "reply", **say, attachments=[upload])
    assert sent["message"]["attachments"][0]["name"] == "a.pdf"
    able(house, editing=False)
    with pytest.raises(Refused):
        await does(house, "ann", "edit_message", message=sent["message"]["id"], text="Hey")
    house.desk.channels.replace({})
    assert (await refused(Refused, client_id="c9")).text == "errors.account_not_active"


def test_no_window_means_always() -> None:
    assert Capabilities(text_length=1).reply_window is None


async def test_editing_and_erasing_words(both: House) -> None:
    taken = await both.customer_writes("hello")
    say = {"conversation": taken.conversation, "text": "Helo", "client_id": "c1"}
    sent = (await does(both, "ann", "reply", **say))["message"]["id"]
    await does(both, "ann", "edit_message", message=sent, text="Hello")
    with pytest.raises(Forbidden):
        await does(both, "bob", "edit_message", message=sent, text="Bye")
    with pytest.raises(Forbidden):
        await does(both, "bob", "erase_message", message=sent)
    await does(both, "sue", "erase_message", message=taken.message)
    page = await (await both.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    assert [
        (one["text"], one["edited_at"] is not None, one["erased_at"] is not None) for one in page["messages"]
    ] == [
        ("", False, True),
        ("Hello", True, False),
    ]


async def test_private_state_is_the_agents_own(both: House) -> None:
    taken = await both.customer_writes("hello")
    it = {"conversation": taken.conversation}
    told: list[PrivateChanged] = []
    stop = both.desk.bus.take_signals(PrivateChanged, told.append)
    await does(both, "ann", "mark_read", **it, position=taken.position)
    await does(both, "ann", "mark_read", **it, position=1)
    await does(both, "ann", "save_draft", **it, mode="public", text="Dear")
    await does(both, "ann", "set_preferences", values={"theme": "dark", "sound": True})
    await does(both, "ann", "set_preferences", values={"sound": None})
    stop()
    assert [change.private for change in told] == [
        {"read": {taken.conversation: taken.position}},
        {"drafts": {taken.conversation: {"public": "Dear"}}},
        {"preferences": {"theme": "dark", "sound": True}},
        {"preferences": {"theme": "dark"}},
    ]
    assert {(change.agent, change.tab) for change in told} == {(both.agents["ann"], "tab1")}
    path = f"/conversations/{taken.conversation}"
    hers = await (await both.client("ann")).get(path)
    his = await (await both.client("bob")).get(path)
    assert (hers["read"], hers["drafts"]) == (taken.position, {"public": "Dear"})
    assert (his["read"], his["drafts"]) == (0, {})
    listed = await (await both.client("ann")).get("/conversations")
    assert listed["read"] == {taken.conversation: taken.position}
    await does(both, "ann", "save_draft", **it, mode="public", text="")
    assert (await (await both.client("ann")).get(path))["drafts"] == {}
    with pytest.raises(TooLarge):
        await does(both, "ann", "set_preferences", values={"x": "y" * 40_000})


async def test_merge_and_back(both: House) -> None:
    one = await both.customer_writes("first", name="Lee", team="sales")
    two = await both.customer_writes("second", name="Park", team="sales")
    far = await both.customer_writes("third", name="Cho", team="support")
    with pytest.raises(NotFound):
        await does(both, "ann", "merge", conversation=one.conversation, into=far.conversation)
    key = (await does(both, "ann", "merge", conversation=one.conversation, into=two.conversation))["merge"]
    ann = await both.client("ann")
    assert (await ann.get(f"/conversations/{one.conversation}"))["conversation"]["id"] == two.conversation
    merges = (await ann.get(f"/conversations/{two.conversation}/merges"))["merges"]
    assert [(each["id"], each["kind"], each["actor"]["name"]) for each in merges] == [
        (key, "conversation.merge", "Ann")
    ]
    with pytest.raises(NotFound):
        await does(both, "bob", "undo_merge", merge=key)
    await does(both, "ann", "undo_merge", merge=key)
    assert (await ann.get(f"/conversations/{one.conversation}"))["conversation"]["id"] == one.conversation
    more = await both.customer_writes("and more", name="Lee", team="sales")
    parted = await does(both, "ann", "split", conversation=one.conversation, messages=[more.message])
    page = await ann.get(f"/conversations/{parted['conversation']}/messages")
    assert [message["text"] for message in page["messages"]] == ["and more"]
    await does(both, "ann", "undo_merge", merge=parted["merge"])


async def test_blocking(both: House) -> None:
    taken = await both.customer_writes("buy this", name="Spammer")
    ann = await both.client("ann")
    contact = (await ann.get(f"/conversations/{taken.conversation}"))["contact"]["id"]
    await does(both, "ann", "block", contact=contact)
    assert (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "spam"
    await does(both, "ann", "unblock", contact=contact)
    assert (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "open"
