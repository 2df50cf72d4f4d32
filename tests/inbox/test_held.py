"""Undo of a send at the inbox: what agents are told of a held reply, and who may take it back or let it go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import Conflict, Forbidden, Malformed, NotFound, Refused
from gateway.events import Attachment
from gateway.stream.acts import Acts
from gateway.stream.attach import keep_upload
from gateway.stream.macros import make_macro
from gateway.stream.release import release_due
from tests.inbox.conftest import House, able, asking, does
from tests.inbox.tabs import tabs

HOLD = 30_000


async def held(
    house: House, conversation: str, text: str = "Soon", client_id: str = "c1", **more: Any
) -> Any:
    return await does(
        house, "ann", "reply", conversation=conversation, text=text, client_id=client_id, hold=HOLD, **more
    )


async def shown(house: House, conversation: str, who: str = "sue") -> tuple[list[str], list[str]]:
    page = await (await house.client(who)).get(f"/conversations/{conversation}/messages")
    return [one["text"] for one in page["messages"]], [one["text"] for one in page["held"]]


async def test_agents_are_told_and_it_may_be_said_again(both: House) -> None:
    taken = await both.customer_writes("hello")
    first = await held(both, taken.conversation)
    message = first["message"]
    assert message["held"]["problem"] is None
    assert message["held"]["until"] > message["at"]
    assert (await held(both, taken.conversation))["message"] == message
    assert await shown(both, taken.conversation) == (["hello"], ["Soon"])
    view = (await (await both.client("sue")).get(f"/conversations/{taken.conversation}"))["conversation"]
    assert view["preview"]["text"] == "hello"
    assert view["waiting_since"] is not None
    assert view["last_public_position"] == taken.position
    with pytest.raises(Conflict) as stopped:
        await does(
            both,
            "bob",
            "reply",
            conversation=taken.conversation,
            text="Me",
            client_id="b",
            seen=taken.position,
        )
    assert (stopped.value.code, stopped.value.params["name"]) == ("stale_reply", "Ann")


async def test_it_goes_at_once_when_its_author_says_so(both: House) -> None:
    taken = await both.customer_writes("hello")
    message = (await held(both, taken.conversation))["message"]["id"]
    for who, error in (("bob", Forbidden), ("sue", Forbidden)):
        with pytest.raises(error):
            await does(both, who, "send_now", message=message)
    sent = await does(both, "ann", "send_now", message=message)
    assert sent["message"]["id"] == message
    assert "held" not in sent["message"]
    assert await shown(both, taken.conversation) == (["hello", "Soon"], [])
    for name in ("send_now", "undo_send"):
        with pytest.raises(Conflict) as late:
            await does(both, "ann", name, message=message)
        assert late.value.code == "reply_sent"
    # Said again it is what it has become.
    assert (await held(both, taken.conversation))["message"] == sent["message"]


async def test_taken_back_the_composer_has_it_all_again(both: House) -> None:
    taken = await both.customer_writes("hello")
    asked = await asking(both, "ann")
    upload = await both.store.write(
        lambda tx: keep_upload(tx, f"agent:{asked.by.id}", Attachment("ab" * 32, "a.png", "image/png", 1))
    )
    macro = await both.store.write(
        lambda tx: make_macro(tx, "Bye", "Bye", "personal", [], Acts(status="closed"), asked.by)
    )
    sent = await held(
        both,
        taken.conversation,
        attachments=[upload],
        macro=macro,
        reply_to=taken.message,
        seen=taken.position,
    )
    rest = await both.client("ann")
    assert await (await both.client("bob")).fails("POST", f"/messages/{sent['message']['id']}/undo") == (
        403,
        "forbidden",
    )
    back = await rest.does("POST", f"/messages/{sent['message']['id']}/undo")
    assert back["message"] == sent["message"]
    assert back["macro"] == macro
    assert [file["id"] for file in back["message"]["attachments"]] == [upload]
    assert await shown(both, taken.conversation) == (["hello"], [])
    lines = (await rest.get(f"/conversations/{taken.conversation}/messages"))["lines"]
    assert lines[-1]["kind"] == "message.undone"
    assert lines[-1]["subject"] == sent["message"]["id"]
    again = await held(both, taken.conversation, "Better", client_id="c2", attachments=[upload])
    assert again["message"]["attachments"][0]["id"] == upload
    with pytest.raises(Conflict) as gone:
        await held(both, taken.conversation)
    assert gone.value.code == "reply_undone"
    with pytest.raises(NotFound):
        await does(both, "ann", "undo_send", message="01nothing")


async def test_what_a_macro_does_waits_with_it(both: House) -> None:
    taken = await both.customer_writes("hello")
    asked = await asking(both, "ann")
    macro = await both.store.write(
        lambda tx: make_macro(tx, "Bye", "Bye", "personal", [], Acts(status="closed"), asked.by)
    )
    message = (await held(both, taken.conversation, macro=macro))["message"]["id"]
    rest = await both.client("ann")
    assert (await rest.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "open"
    await rest.does("POST", f"/messages/{message}/send")
    assert (await rest.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "closed"
    used = (await rest.get("/macros"))["macros"][0]
    assert used["used"] == 1


async def test_what_is_held_is_neither_edited_nor_erased(house: House) -> None:
    taken = await house.customer_writes("hello")
    message = (await held(house, taken.conversation))["message"]["id"]
    for name, more in (("edit_message", {"text": "Other"}), ("erase_message", {})):
        with pytest.raises(Refused) as refused:
            await does(house, "ann", name, message=message, **more)
        assert refused.value.text == "errors.message_held"
    rest = await house.client("ann")
    assert (await rest.get("/search", q="Soon"))["hits"] == []
    assert (await rest.fails("GET", f"/messages/{message}/versions"))[0] == 404
    await does(house, "ann", "undo_send", message=message)
    with pytest.raises(NotFound):
        await does(house, "ann", "edit_message", message=message, text="Other")


async def test_by_rest_it_goes_at_once_unless_told_otherwise(house: House) -> None:
    taken = await house.customer_writes("hello")
    rest = await house.client("ann")
    path = f"/conversations/{taken.conversation}/messages"
    now = await rest.does("POST", path, {"text": "Now", "visibility": "public", "client_id": "c1"})
    assert "held" not in now["message"]
    body = {"text": "Later", "visibility": "public", "client_id": "c2", "hold": 20_000}
    assert (await rest.does("POST", path, body))["message"]["held"]["until"]
    assert await rest.fails("POST", path, {**body, "hold": HOLD + 1}) == (400, "malformed")
    assert await rest.fails("POST", path, {**body, "visibility": "note"}) == (400, "malformed")
    assert await shown(house, taken.conversation) == (["hello", "Now"], ["Later"])


async def test_every_tab_sees_it_come_and_go(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    async with tabs(both, "ann", "bob", "sue") as (ann, bob, sue):
        first = (await held(both, taken.conversation, "one"))["message"]["id"]
        second = (await held(both, taken.conversation, "two", client_id="c2"))["message"]["id"]
        await does(both, "ann", "undo_send", message=first)
        await does(both, "ann", "send_now", message=second)
        head = both.store.published
        for tab in (ann, sue):
            await tab.reaches(head)
            events = tab.events
            kinds = [(event["kind"], event.get("message", {}).get("text")) for event in events]
            assert kinds[-2:] == [("message.undone", None), ("message.created", "two")]
            assert kinds[0][0] == "message.held"
        await bob.reaches(head)
        assert bob.events == []


async def test_what_could_not_go_says_why(house: House) -> None:
    taken = await house.customer_writes("hello")
    sent = await does(house, "ann", "reply", conversation=taken.conversation, text="x", client_id="c", hold=1)
    await house.store.write(lambda tx: tx.run("update accounts set state = 'paused'"))
    await asyncio.sleep(0.01)
    await release_due(house.store, house.desk.channels)
    page = await (await house.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    (view,) = page["held"]
    assert (view["id"], view["held"]["until"]) == (sent["message"]["id"], None)
    assert view["held"]["problem"]["text"] == "errors.account_not_active"
    with pytest.raises(Refused):
        await does(house, "ann", "send_now", message=view["id"])
    assert (await does(house, "ann", "undo_send", message=view["id"]))["message"]["text"] == "x"


async def test_a_reply_window_that_closes_while_it_is_held(both: House) -> None:
    taken = await both.customer_writes("hello")
    able(both, reply_window=60_000)
    say = {"conversation": taken.conversation, "text": "x", "client_id": "c", "hold": 1}
    sent = (await does(both, "ann", "reply", **say))["message"]
    await both.store.write(
        lambda tx: tx.run("update endpoints set last_inbound_at = last_inbound_at - 60001")
    )
    await asyncio.sleep(0.01)
    assert await release_due(both.store, both.desk.channels) == 1
    page = await (await both.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    assert [message["text"] for message in page["messages"]] == ["hello"], "it did not go"
    (view,) = page["held"]
    assert view["held"] == {"until": None, "problem": {"text": "errors.window_closed", "params": {}}}
    with pytest.raises(Refused) as caught:
        await does(both, "ann", "send_now", message=sent["id"])
    assert caught.value.code == "window_closed"
    await both.customer_writes("still here")
    assert (await does(both, "ann", "send_now", message=sent["id"]))["message"]["id"] == sent["id"]


async def test_how_long_is_each_agents_choice(house: House) -> None:
    for wrong in (-1, 31, 2.5, "5", True):
        with pytest.raises(Malformed):
            await does(house, "ann", "set_preferences", values={"undo_send": wrong})
    for right in (0, 5, 30, None):
        await does(house, "ann", "set_preferences", values={"undo_send": right})


async def test_preferences_are_set_by_rest_too(house: House) -> None:
    rest = await house.client("ann")
    values = {"values": {"undo_send": 20, "theme": "dark"}}
    assert (await rest.ask("PATCH", "/session/preferences", values))[0] == 204
    async with tabs(house, "ann") as (tab,):
        told = tab.of("snapshot")[0]["private"]["preferences"]
        assert told == {"undo_send": 20, "theme": "dark"}
        await rest.ask("PATCH", "/session/preferences", {"values": {"theme": None}})
        await tab.until(
            lambda seen: any(
                frame["private"].get("preferences") == {"undo_send": 20} for frame in seen.of("private")
            ),
            "what was chosen elsewhere",
        )
    assert await rest.fails("PATCH", "/session/preferences", {"values": {"undo_send": 31}}) == (
        400,
        "malformed",
    )


async def test_what_waits_for_a_time_is_told_and_may_be_seen_to_by_supervisors(both: House) -> None:
    taken = await both.customer_writes("hello")
    at = both.clock() + 86_400_000

    async def later(key: str) -> str:
        said = {"conversation": taken.conversation, "text": f"Then {key}", "client_id": key, "at": at}
        message = (await does(both, "ann", "reply", **said))["message"]
        assert message["held"] == {"until": at, "problem": None, "chosen": True}
        return str(message["id"])

    first, second = await later("c1"), await later("c2")
    assert await shown(both, taken.conversation, "bob") == (["hello"], ["Then c1", "Then c2"])
    for command in ("undo_send", "send_now"):
        with pytest.raises(Forbidden):
            await does(both, "bob", command, message=first)
    with pytest.raises(Forbidden):
        await does(both, "bob", "send_later", message=first, at=at + 1)
    with pytest.raises(Refused) as far:
        await does(both, "ann", "send_later", message=first, at=at + 366 * 86_400_000)
    assert far.value.text == "errors.too_late_a_time"
    sue = await both.client("sue")
    await sue.does("POST", f"/messages/{first}/later", {"at": at + 1})
    page = await sue.get(f"/conversations/{taken.conversation}/messages")
    assert sorted(one["held"]["until"] for one in page["held"]) == [at, at + 1]
    assert (await does(both, "sue", "undo_send", message=first))["message"]["text"] == "Then c1"
    sent = (await does(both, "sue", "send_now", message=second))["message"]
    assert sent["author"]["id"] == both.agents["ann"] and "held" not in sent
    soon = (await held(both, taken.conversation, client_id="c3"))["message"]["id"]
    with pytest.raises(Forbidden):
        await does(both, "sue", "undo_send", message=soon)
    assert await shown(both, taken.conversation) == (["hello", "Then c2"], ["Soon"])
    ann = await both.client("ann")
    said = {"text": "By REST", "visibility": "public", "client_id": "c4", "at": at}
    written = await ann.does("POST", f"/conversations/{taken.conversation}/messages", said)
    assert written["message"]["held"]["until"] == at
    note = {**said, "visibility": "note", "client_id": "c5"}
    assert await ann.fails("POST", f"/conversations/{taken.conversation}/messages", note) == (
        400,
        "malformed",
    )
