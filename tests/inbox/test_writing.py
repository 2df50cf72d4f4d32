"""Replies, notes, beginnings: what the channel can do is asked first; repeats are harmless."""

from __future__ import annotations

from typing import Any, cast

import pytest

from gateway.channels.base import AttachmentRules
from gateway.config import Inbox
from gateway.errors import Conflict, Forbidden, Malformed, NotFound, Refused, TooLarge
from gateway.events import SYSTEM, Attachment, new_id
from gateway.store import Store, Tx
from gateway.store.base import Verb
from gateway.stream.assign import set_team
from gateway.stream.attach import keep_upload
from gateway.stream.describe import switch_leg
from gateway.stream.ingest import NEW_LEG
from tests.inbox.conftest import House, able, asking, does


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


async def test_who_sends_anyway_knows_what_she_overtakes(both: House) -> None:
    """The refusal says how far the other's answer reaches; whoever answers later than that stops it once more."""
    taken = await both.customer_writes("hello")
    say = {"conversation": taken.conversation, "text": "Hi", "seen": taken.position}
    first = await does(both, "ann", "reply", **say, client_id="c1")
    with pytest.raises(Conflict) as caught:
        await does(both, "bob", "reply", **say, client_id="c2")
    known = caught.value.params["position"]
    assert known == first["position"]
    second = await does(both, "sue", "reply", **{**say, "seen": known}, client_id="c3")
    with pytest.raises(Conflict) as caught:
        await does(both, "bob", "reply", **{**say, "seen": known}, client_id="c2")
    assert caught.value.params == {"name": "Sue", "position": second["position"]}
    await does(both, "bob", "reply", **{**say, "seen": second["position"]}, client_id="c2")


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


class Meanwhile:
    """A store in which something else is written between a look and the next write."""

    def __init__(self, store: Store, verb: Verb[None]) -> None:
        self._store, self._verb = store, verb

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, verb: Verb[Any]) -> Any:
        await self._store.write(self._verb)
        return await self._store.write(verb)


@pytest.mark.parametrize(
    ("command", "more"), [("reply", {}), ("reply", {"hold": 30_000}), ("note", {})], ids=str
)
async def test_what_leaves_the_agents_sight_takes_no_words_any_more(
    both: House, command: str, more: dict[str, Any]
) -> None:
    taken = await both.customer_writes("hello", team="sales")
    store, by = both.store, (await asking(both, "sue")).by
    away = Meanwhile(store, lambda tx: set_team(tx, taken.conversation, both.teams["support"], by))
    say = {"conversation": taken.conversation, "text": "Hi", "client_id": "c1", **more}
    both.desk.store = cast("Store", away)
    try:
        with pytest.raises(NotFound):
            await does(both, "ann", command, **say)
    finally:
        both.desk.store = store
    page = await (await both.client("sue")).get(f"/conversations/{taken.conversation}/messages")
    assert [message["text"] for message in (*page["messages"], *page["held"])] == ["hello"]
    assert (await does(both, "bob", command, **say))["message"]["text"] == "Hi"


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
    able(house, editing=True, sends=False)
    assert (await refused(Refused, client_id="c8")).code == "receives_only"
    house.desk.channels.replace({})
    assert (await refused(Refused, client_id="c9")).text == "errors.account_not_active"


@pytest.mark.parametrize("more", [{}, {"hold": 30_000}], ids=["at once", "held"])
async def test_a_reply_goes_by_the_way_it_was_checked_for(both: House, more: dict[str, Any]) -> None:
    """She goes on by another leg between the look and the write: what that one can do nobody has asked."""
    taken = await both.customer_writes("hello")
    first = await both.store.read(
        lambda look: look.one("select * from legs where conversation_id = $1", taken.conversation)
    )
    assert first is not None
    other = (new_id(), taken.conversation, first["account_id"], first["identity_id"], "another", 1)

    async def goes_on(tx: Tx) -> None:
        await tx.run(NEW_LEG, *other)
        await switch_leg(tx, taken.conversation, other[0], SYSTEM)

    store = both.store
    both.desk.store = cast("Store", Meanwhile(store, goes_on))
    try:
        say = {"conversation": taken.conversation, "text": "Hi", "client_id": "c1", **more}
        sent = await does(both, "ann", "reply", **say)
    finally:
        both.desk.store = store
    assert sent["message"]["leg"] == first["id"]


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


async def assignee(house: House, conversation: str) -> str | None:
    page = await (await house.client("sue")).get(f"/conversations/{conversation}")
    found: str | None = page["conversation"]["assignee"]
    return found


async def test_whoever_answers_has_it_where_she_wants_that(both: House) -> None:
    ann, bob = both.agents["ann"], both.agents["bob"]

    async def answered(who: str = "ann", name: str = "reply", **more: Any) -> str | None:
        talk = (await both.customer_writes("hello", name=who)).conversation
        await does(both, "sue", "assign", conversation=talk, agent=more.pop("whose", None))
        await does(both, who, name, conversation=talk, text="Hi", client_id=new_id(), **more)
        return await assignee(both, talk)

    assert await answered() is None, "nobody has said so"
    await does(both, "ann", "set_preferences", values={"assign_on_reply": True})
    assert await answered() == ann
    assert await answered(name="note") is None, "a note is no answer"
    assert await answered(whose=bob) == bob, "what is somebody's stays with them"
    assert await answered(actions={"assignee": bob}) == bob, "what the agent says besides counts"
    # What the account says counts for those who have said nothing.
    object.__setattr__(both.desk.config, "inbox", Inbox(assign_on_reply=True))
    assert await answered("bob") == bob
    await does(both, "ann", "set_preferences", values={"assign_on_reply": False})
    assert await answered() is None
    with pytest.raises(Malformed):
        await does(both, "ann", "set_preferences", values={"assign_on_reply": "yes"})


async def test_a_held_answer_takes_the_conversation_when_it_goes(both: House) -> None:
    await does(both, "ann", "set_preferences", values={"assign_on_reply": True})
    talk = (await both.customer_writes("hello")).conversation
    sent = await does(both, "ann", "reply", conversation=talk, text="Hi", client_id="c1", hold=5_000)
    assert await assignee(both, talk) is None
    await does(both, "ann", "send_now", message=sent["message"]["id"])
    assert await assignee(both, talk) == both.agents["ann"]
