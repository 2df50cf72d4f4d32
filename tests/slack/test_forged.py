"""Calls that no hand in Slack would make: other people's ids, a modal's memory changed, buttons of another thread. And
what a hand may make by accident."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from gateway.errors import Unavailable
from gateway.events import SYSTEM
from gateway.sandbox.slack.records import BOT_USER
from gateway.stream.agents import deactivate
from inbox.slack import menus
from inbox.slack.acts import Acts
from inbox.slack.client import Client
from inbox.slack.inward import Inward
from inbox.slack.rooms import Rooms
from tests.inbox.conftest import does
from tests.slack.test_files import agent_writes
from tests.slack.town import BOTH, Town, open_town, read_in, ruled, watched

ACTIONS = (
    "reply",
    "take",
    "close",
    "reopen",
    "note",
    "tag",
    "macro",
    "assign",
    "escalate",
    "acknowledge",
    "pull",
)
MORE = ("urgent", "release", "snooze_hour", "give_back", "take", "close", "pull")
CALLBACKS = ("parley:reply", *menus.FIRST, "parley:pull_which")
# All that somebody who may not could have changed.
TABLES = {
    "conversations": "id, status, assignee_id, team_id, priority, position",
    "messages": "id, text",
    "attachments": "id, message_id",
    "conversation_tags": "*",
    "pulls": "id, channel, given_back_at",
    "outside_people": "*",
    "held_replies": "id",
}
ASKED = [
    f"find {odd}"
    for odd in ('"', "from:", 'tag:"', "(", "-", "*", "'; --", "before:99999999999", "is:x", "%_\\")
]
_numbers = itertools.count(1)


@pytest.fixture
async def town(tmp_path: Path, url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, url, prefix="!r ") as opened:
        await opened.works()
        yield opened


@pytest.fixture
async def inward(town: Town) -> AsyncIterator[Inward]:
    """A process of its own, which hears what nobody would bring."""
    async with aiohttp.ClientSession() as session:
        client = Client(town.house.desk.config.slack, session)
        acts = Acts(town.house.desk, town.store, client, Rooms(client))
        yield Inward(town.store, client, acts, "!r ")


async def standing(town: Town) -> dict[str, list[str]]:
    return {
        table: sorted(str(tuple(row)) for row in await town.rows(f"select {columns} from {table}"))
        for table, columns in TABLES.items()
    }


def pressed(town: Town, user: str, action: str, value: str, thread: str) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "type": "block_actions",
        "team": {"id": "T0ELSEWHERE"},
        "user": {"id": user, "team_id": "T0PARLEY"},
        "container": {"thread_ts": thread, "channel_id": town.support.id},
        "trigger_id": f"{number}.2",
        "actions": [{"action_id": f"parley:{action}", "action_ts": f"{number}", "value": value}],
    }


def submitted(user: str, callback: str, private: Any, view: str = "", **values: Any) -> dict[str, Any]:
    state = {name: {name: {"type": "plain_text_input", "value": value}} for name, value in values.items()}
    return {
        "type": "view_submission",
        "team": {"id": "T0PARLEY"},
        "user": {"id": user},
        "view": {
            "id": view or f"V{next(_numbers)}",
            "callback_id": callback,
            "private_metadata": private if isinstance(private, str) else orjson.dumps(private).decode(),
            "state": {"values": state},
        },
    }


async def tries_everything(town: Town, inward: Inward, user: str, thread: str) -> list[Any]:
    """As if they had each button and modal of the thread before them. Returns what was answered."""
    [pull] = await town.rows("select * from pulls")
    file = await town.value("select id from attachments where message_id is not null") or "none"
    ann, conversation = town.house.agents["ann"], pull["conversation_id"]
    number = await town.value("select number from conversations where id = $1", conversation)
    values = {
        "text": "forged",
        "leg": await town.value("select id from legs where conversation_id = $1", conversation),
        "files": file,
        "choice": await town.value("select id from macros") or "none",
        "add": await town.value("select id from tags") or "none",
        "agent": ann,
        "priority": "4",
        "team": town.house.teams["support"],
        "found": conversation,
        "channel": town.support.id,
    }
    private = {"pull": pull["id"], "seen": 10**9, "channel": town.support.id, "macro": values["choice"]}
    told: list[Any] = []
    for action in ACTIONS:
        value = conversation if action == "pull" else pull["id"]
        told.append(await inward.take("interactive", pressed(town, user, action, value, thread)))
    for action in MORE:
        value = f"{action}:{pull['id']}"
        told.append(await inward.take("interactive", pressed(town, user, "more", value, thread)))
    for callback in CALLBACKS:
        told.append(await inward.take("interactive", submitted(user, callback, private, **values)))
    for words in (
        f"pull {number}",
        f"pull {conversation}",
        "find hello",
        "queue",
        "link AAAAA-AAAAA",
    ):
        said = {
            "user_id": user,
            "channel_id": town.support.id,
            "text": words,
            "trigger_id": f"{next(_numbers)}.3",
        }
        told.append(await inward.take("slash_commands", said))
    for text in ("words", "!r words"):
        event = {"type": "message", "channel": town.support.id, "user": user, "text": text}
        event |= {"ts": f"9{next(_numbers)}.0", "thread_ts": thread}
        told.append(await inward.take("events_api", {"event_id": f"Ev{next(_numbers)}", "event": event}))
    return told


async def set_up(town: Town) -> tuple[str, str]:
    taken = await town.house.customer_writes("hello SECRET", team="sales")
    thread = await town.pulls(taken.conversation)
    await agent_writes(town, "note", taken.conversation, "plan.png", text="SECRET note")
    made = {"name": "M", "text": "SECRET macro", "scope": "personal", "actions": {"priority": 3}}
    await (await town.house.client("ann")).does("POST", "/macros", made)
    await town.settles()
    return taken.conversation, thread


async def test_who_may_not_changes_nothing_and_learns_nothing_whatever_they_send(
    town: Town, inward: Inward
) -> None:
    conversation, thread = await set_up(town)
    slack = town.slack
    guest, elsewhere = slack.person("Guest", guest="multi"), slack.person("Far", team="T0OTHERS")
    bob = slack.person("Bob")
    for person in (guest, elsewhere, bob):
        slack.invite(person, town.support)
    await town.links(bob, "bob")
    await town.heard()
    await town.settles()
    before = await standing(town)
    for user in (town.joon.id, guest.id, elsewhere.id, bob.id, "U0NOBODY", "", BOT_USER, "' or 1=1 --"):
        told = await tries_everything(town, inward, user, thread)
        assert await standing(town) == before, user
        assert "SECRET" not in str(told) and "Kim" not in str(told), user
        assert slack.modal(bob) is None
    for person in (town.joon, guest, elsewhere, bob):
        assert "SECRET" not in str(slack.whispers(person, town.support))
    assert await town.said(conversation) == [("note", "SECRET note")]


async def test_what_she_may_not_see_and_what_is_nowhere_are_told_alike(town: Town, inward: Inward) -> None:
    taken = await town.house.customer_writes("hello", name="Lee", team="support")
    number = await town.value("select number from conversations where id = $1", taken.conversation)

    async def told(callback: str, key: str) -> str:
        said = {"user_id": town.mina.id, "channel_id": town.support.id, "text": f"pull {key}"}
        if callback == "press":
            press = pressed(town, town.mina.id, "pull", key, "")
            return str(await inward.take("interactive", press)) + town.whispers(town.mina)[-1]
        if callback:
            form = submitted(town.mina.id, callback, {}, found=key, channel=town.support.id)
            return str(await inward.take("interactive", form))
        return str(await inward.take("slash_commands", {**said, "trigger_id": f"{next(_numbers)}.1"}))

    for callback in ("", "parley:pull_which", "press"):
        answers = {await told(callback, key) for key in (taken.conversation, str(number), "987654", "0" * 26)}
        assert len(answers) == 1, answers


async def test_an_alert_of_what_she_may_not_see_is_not_hers_to_acknowledge(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        bob = town.slack.person("Bob")
        town.slack.invite(bob, town.support)
        await town.starts()
        await town.slack.sockets.connected()
        await town.links(bob, "bob")
        await town.house.customer_writes("hello", team="sales")
        await watched(town, "state = 'posted'", 1)
        [post] = [one for one in town.slack.posts(town.support) if not one.thread]
        await town.slack.press(bob, town.support, post.ts, "parley:acknowledge")
        assert await town.value("select count(*) from watches where acknowledged_at is not null") == 0


@pytest.mark.parametrize("how", ["unlinked", "let go", "guest", "left", "moved"])
async def test_who_could_a_moment_ago_and_may_no_longer(town: Town, inward: Inward, how: str) -> None:
    """Her buttons and modals are before her still."""
    conversation, thread = await set_up(town)
    ann = town.house.agents["ann"]
    if how == "unlinked":
        await does(town.house, "ann", "unlink_outside", place="slack")
    elif how == "let go":
        await town.store.write(lambda tx: deactivate(tx, ann, SYSTEM))
    elif how == "moved":
        await does(town.house, "sue", "set_team", conversation=conversation, team=town.house.teams["support"])
    else:
        changes: Any = {"guest": "multi"} if how == "guest" else {"deleted": True}
        town.slack.workspace.change_person(town.mina, **changes)
    await town.heard()
    await town.settles()
    before = await standing(town)
    told = await tries_everything(town, inward, town.mina.id, thread)
    assert await standing(town) == before
    assert "SECRET" not in str(told) and town.slack.modal(town.mina) is None


@pytest.mark.parametrize(
    "private", ["", "{", "[]", "null", '{"pull": 7}', '{"pull": null}', '{"pull": {"a": 1}}']
)
async def test_a_modal_whose_memory_is_lost_does_nothing(town: Town, inward: Inward, private: str) -> None:
    await set_up(town)
    before = await standing(town)
    for callback in CALLBACKS[:-1]:
        answer = await inward.take("interactive", submitted(town.mina.id, callback, private, text="forged"))
        assert answer["response_action"] == "errors"
    assert await standing(town) == before


async def test_a_modal_of_a_thread_that_was_given_back_does_nothing_also_in_the_next(
    town: Town, inward: Inward
) -> None:
    conversation, _ = await set_up(town)
    old = await town.value("select id from pulls")
    await does(town.house, "ann", "give_back", conversation=conversation, place="slack")
    await town.pulls(conversation)
    before = await standing(town)
    for callback in CALLBACKS[:-1]:
        said = submitted(town.mina.id, callback, {"pull": old, "seen": 10**9}, text="forged", priority="4")
        answer = await inward.take("interactive", said)
        assert answer["response_action"] == "errors" and "closed" in str(answer)
    assert await standing(town) == before


async def test_a_file_of_another_conversation_does_not_go_along(town: Town, inward: Inward) -> None:
    conversation, _ = await set_up(town)
    other = await town.house.customer_writes("hello", name="Lee", team="sales")
    await agent_writes(town, "note", other.conversation, "hers.png", text="x")
    file = await town.value("select id from attachments where name = 'hers.png'")
    pull = await town.value("select id from pulls where conversation_id = $1", conversation)
    before = await standing(town)
    leg = await town.value("select id from legs where conversation_id = $1", other.conversation)
    for values in ({"text": "x", "files": file}, {"text": "x", "leg": leg}):
        said = submitted(town.mina.id, "parley:reply", {"pull": pull, "seen": 10**9}, **values)
        assert (await inward.take("interactive", said))["response_action"] == "errors"
    assert await standing(town) == before


async def test_words_that_she_took_out_of_a_macro_do_not_go(town: Town) -> None:
    """An empty reply by a macro would be the macro's own words: they stood before her in the modal, and do no more."""
    conversation, thread = await set_up(town)
    macro = await town.value("select id from macros")
    for emptied, files in ((" ", False), ("\n", True), ("", True)):
        await town.slack.press(town.mina, town.support, thread, "parley:macro")
        await town.slack.submit(town.view(town.mina), choice=macro)
        view = town.view(town.mina)
        assert "SECRET macro" in read_in(view.body)
        chosen = (
            [await town.value("select id from attachments where message_id is not null")] if files else []
        )
        town.slack.deeds.fill(view, "files", chosen)
        view.values["text"] = {"text": {"type": "plain_text_input", "value": emptied}}
        await town.slack.submit(view)
        for left in list(town.slack.workspace.views.values()):
            await town.slack.close_view(left, whole=True)
    sent = [text for visibility, text in await town.said(conversation) if visibility == "public"]
    assert not any("SECRET macro" in text for text in sent) and len(sent) <= 2
    await town.settles()  # her files are read until then


async def test_a_refusal_that_nobody_heard_is_said_again(town: Town, inward: Inward) -> None:
    """The answer was lost, so the modal stands as it stood, and is submitted once more: a modal that closes then would
    say that it was sent."""
    conversation, _ = await set_up(town)
    pull = await town.value("select id from pulls")
    await does(town.house, "sue", "reply", conversation=conversation, client_id="s", text="Before you")
    said = submitted(town.mina.id, "parley:reply", {"pull": pull, "seen": 1}, "V1", text="Tomorrow")
    for _ in range(2):
        answer = await inward.take("interactive", said)
        assert answer["response_action"] == "update" and "Before you" in read_in(answer["view"])
    said = submitted(town.mina.id, "parley:reply", {"pull": pull, "seen": 10**9}, "V2", text="x" * 20_000)
    for _ in range(2):
        assert (await inward.take("interactive", said))["response_action"] == "errors"
    said = submitted(town.mina.id, "parley:reply", {"pull": pull, "seen": 10**9}, "V3", text="Once")
    for _ in range(2):
        assert await inward.take("interactive", said) in ({"response_action": "clear"}, None)
    sent = [text for visibility, text in await town.said(conversation) if visibility == "public"]
    assert sent == ["Before you", "Once"]


class Forgets:
    """A database that is gone at the moment at which it is written down that something was done."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.forgot = 0

    async def write(self, verb: Any, **more: Any) -> Any:
        if "see" in verb.__code__.co_names and self.forgot % 2 == 0:
            self.forgot += 1
            raise Unavailable("gone")
        self.forgot += "see" in verb.__code__.co_names
        return await self._store.write(verb, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_our_end_between_the_deed_and_its_remembrance_does_nothing_twice(
    town: Town, inward: Inward
) -> None:
    conversation, thread = await set_up(town)
    [pull] = await town.rows("select * from pulls")
    macro, mina = await town.value("select id from macros"), town.mina.id
    inward._store = Forgets(inward._store)  # type: ignore[assignment]
    private = {"pull": pull["id"], "seen": 10**9}

    def written(ts: str, text: str) -> dict[str, Any]:
        event = {"type": "message", "channel": town.support.id, "user": mina, "text": text}
        return {"event_id": f"Ev{ts}", "event": event | {"ts": ts, "thread_ts": thread}}

    file = await town.value("select id from attachments where message_id is not null")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("events_api", written("91.0", "a note")),
        ("events_api", written("92.0", "!r by the prefix")),
        ("interactive", submitted(mina, "parley:reply", private, text="by the modal", files=file)),
        ("interactive", submitted(mina, "parley:reply", private | {"macro": macro}, text="by a macro")),
        ("interactive", submitted(mina, "parley:note", private, text="by the menu")),
        ("interactive", submitted(mina, "parley:escalate", private, text="why", priority="4")),
        ("interactive", pressed(town, mina, "more", f"give_back:{pull['id']}", thread)),
    ]
    for kind, payload in calls:
        with pytest.raises(Unavailable):
            await inward.take(kind, payload)
        for _ in range(2):
            await inward.take(kind, payload)
    assert sorted(await town.said(conversation)) == [
        ("note", "SECRET note"),
        ("note", "a note"),
        ("note", "by the menu"),
        ("note", "why"),
        ("public", "by a macro"),
        ("public", "by the modal"),
        ("public", "by the prefix"),
    ]
    assert await town.value("select count(*) from pulls where given_back_at is null") == 0
    sent = await town.value("select count(*) from attachments where message_id is not null")
    assert sent == 2, "the note's, and once the reply's"
    await town.settles()


@BOTH
async def test_what_two_processes_hear_at_the_same_moment_is_done_once(town: Town, inward: Inward) -> None:
    conversation, thread = await set_up(town)
    [pull] = await town.rows("select * from pulls")
    mina, private = town.mina.id, {"pull": pull["id"], "seen": 10**9}
    macro = await town.value("select id from macros")
    desk = town.house.desk
    other = Inward(
        town.store, inward._client, Acts(desk, town.store, inward._client, Rooms(inward._client)), "!r "
    )
    event = {"type": "message", "channel": town.support.id, "user": mina, "thread_ts": thread}
    number = await town.value("select number from conversations")
    back = pressed(town, mina, "more", f"give_back:{pull['id']}", thread)
    again = {"user_id": mina, "channel_id": town.support.id, "text": f"pull {number}", "trigger_id": "2.7"}
    for kind, payload in (
        ("events_api", {"event_id": "Ev1", "event": event | {"ts": "91.0", "text": "a note"}}),
        ("events_api", {"event_id": "Ev2", "event": event | {"ts": "92.0", "text": "!r sent"}}),
        ("interactive", submitted(mina, "parley:reply", private, text="by the modal")),
        ("interactive", submitted(mina, "parley:reply", private | {"macro": macro}, text="by a macro")),
        ("interactive", submitted(mina, "parley:escalate", private, text="why", priority="4")),
        ("interactive", back),
        ("slash_commands", again),
    ):
        await asyncio.gather(*(one.take(kind, payload) for one in (inward, other) * 3))
    texts = sorted(text for _, text in await town.said(conversation))
    assert texts == ["SECRET note", "a note", "by a macro", "by the modal", "sent", "why"]
    assert await town.value("select count(*) from pulls") == 2
    assert await town.value("select count(*) from pulls where given_back_at is null") == 1


async def test_a_code_is_said_once_whatever_becomes_of_its_answer(town: Town, inward: Inward) -> None:
    made = await does(town.house, "bob", "make_link_code", place="slack")

    def says(person: str, code: str) -> dict[str, Any]:
        said = {"user_id": person, "channel_id": town.support.id, "text": f"link {code}"}
        return {**said, "trigger_id": f"{next(_numbers)}.9"}

    for odd in ("", "\0", "0" * 5_000, made["code"][:-1], f"{made['code']}A", "%"):
        assert "올바르지 않" in str(await inward.take("slash_commands", says(town.joon.id, odd)))
    payload = says(town.joon.id, made["code"])
    inward._store = Forgets(inward._store)  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await inward.take("slash_commands", payload)
    await inward.take("slash_commands", payload)
    inward._store = town.store
    assert "not valid" in str(await inward.take("slash_commands", says(town.mina.id, made["code"])))
    linked = await town.rows("select external_id, agent_id from outside_people order by external_id")
    whose = {row["external_id"]: row["agent_id"] for row in linked}
    assert whose == {town.joon.id: town.house.agents["bob"], town.mina.id: town.house.agents["ann"]}


@BOTH
async def test_odd_letters_and_endless_words_are_a_note_or_a_word_to_her_and_in_no_log(
    town: Town, inward: Inward, caplog: pytest.LogCaptureFixture
) -> None:
    conversation, thread = await set_up(town)
    caplog.set_level(logging.DEBUG, logger="inbox")
    caplog.set_level(logging.DEBUG, logger="gateway")
    many = "HERS " + f"<@{town.joon.id}>" * 2_500
    town.joon.name = "J" * 80
    for number, text in enumerate(("HERS \0 nul", "HERS half \ud83d", "HERS " + "x" * 39_000, many)):
        event: dict[str, Any] = {"type": "message", "channel": town.support.id}
        event |= {"user": town.mina.id, "text": text}
        event |= {"ts": f"93.{number}", "thread_ts": thread}
        await inward.take("events_api", {"event_id": f"Ev{number}", "event": event})
        event = {"type": "message", "subtype": "message_changed", "channel": town.support.id}
        event["message"] = {"user": town.mina.id, "text": text, "ts": f"93.{number}", "thread_ts": thread}
        event["message"]["edited"] = {"ts": "94.0"}
        await inward.take("events_api", {"event_id": f"Ew{number}", "event": event})
    notes = [text for _, text in await town.said(conversation)]
    assert notes[1:] == ["HERS \ufffd nul", "HERS half ?"]
    assert sum("too long" in one for one in town.whispers(town.mina)) >= 2
    told = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "HERS" not in told and "JJJJ" not in told
    for words in (
        "find \0",
        "find \ud83d",
        "pull \0",
        "pull ٣",
        "pull " + "9" * 400,
        "find " + "x" * 9_000,
        *ASKED,
    ):
        said = {
            "user_id": town.mina.id,
            "channel_id": town.support.id,
            "text": words,
            "trigger_id": f"{next(_numbers)}.7",
        }
        assert (await inward.take("slash_commands", said))["response_type"] == "ephemeral"


async def test_events_without_their_parts_break_nothing(town: Town, inward: Inward) -> None:
    conversation, thread = await set_up(town)
    note = town.slack.say(town.mina, town.support, "a note", thread=thread)
    sent = town.slack.say(town.mina, town.support, "!r sent", thread=thread)
    await town.heard()
    before = await town.said(conversation)
    base = {"type": "message", "channel": town.support.id}

    def now(ts: str, text: str, **more: Any) -> dict[str, Any]:
        return {"user": town.mina.id, "text": text, "ts": ts, "thread_ts": thread, **more}

    edited = {"edited": {"ts": "95.0"}}
    events: list[dict[str, Any]] = [
        {"subtype": "message_changed", "message": now(sent, "!r other")},
        {"subtype": "message_changed", "message": now(sent, "other", **edited)},
        {"subtype": "message_changed", "message": now("97.0", "!r never said", **edited)},
        {"subtype": "message_changed", "message": now(note, "a note", edited="soon")},
        {"subtype": "message_changed", "message": None},
        {"subtype": "message_changed"},
        {"subtype": "message_changed", "previous_message": "x", "message": now(note, "y", **edited)},
        {"subtype": "message_deleted", "deleted_ts": sent},
        {"subtype": "message_deleted", "deleted_ts": note},
        {"subtype": "message_deleted"},
        {"ts": "96.0", "thread_ts": thread, "text": "!r nobody"},
        {"ts": "96.0", "thread_ts": thread, "text": "!r an app", "user": town.mina.id, "bot_id": "B1"},
        {"ts": "96.1", "thread_ts": [thread], "text": "!r", "user": town.mina.id},
        {"ts": "96.2", "thread_ts": "96.2", "text": "!r alone", "user": town.mina.id},
        {"ts": "", "thread_ts": thread, "text": None, "user": town.mina.id},
        {"ts": "96.3", "thread_ts": thread, "text": "!r", "user": town.mina.id, "files": 5},
        {
            "ts": "96.4",
            "thread_ts": thread,
            "text": "!r x",
            "user": town.mina.id,
            "subtype": "bot_message",
        },
    ]
    for number, event in enumerate(events):
        await inward.take("events_api", {"event_id": f"Ex{number}", "event": base | event})
    after = await town.said(conversation)
    assert after == [*before, ("note", "never said")], (
        "what nobody had heard of is the team's, if it is anything"
    )
