"""What is done in Slack, done here: notes, answers, buttons, codes; over the socket, with Slack's repeats."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.weather import Weather
from inbox.slack.acts import Acts
from inbox.slack.client import Client
from inbox.slack.inward import Inward
from inbox.slack.rooms import Rooms
from inbox.slack.understand import Said
from tests.inbox.conftest import able, does
from tests.slack.town import BOTH, Town, open_town, read_in, words

NOTE, PUBLIC = "note", "public"


async def status(town: Town, conversation: str) -> tuple[str, str | None]:
    [row] = await town.rows("select status, assignee_id from conversations where id = $1", conversation)
    return row["status"], row["assignee_id"]


async def test_a_reply_in_the_thread_is_a_note_and_follows_its_edits(town: Town) -> None:
    conversation, thread = await town.pulled()
    ts = town.slack.say(
        town.mina, town.support, f"ask <@{town.joon.id}> &lt;b&gt; <https://a.b|here>", thread=thread
    )
    await town.heard()
    assert await town.said(conversation) == [(NOTE, "ask @Joon Lee <b> here (https://a.b)")]
    [author] = await town.rows("select author_id from messages where visibility = 'note'")
    assert author["author_id"] == town.house.agents["ann"]
    town.slack.edit(town.support, ts, "later")
    await town.heard()
    assert await town.said(conversation) == [(NOTE, "later")]
    await town.settles()
    assert town.shown(thread) == [], "it stands there already: nothing is posted of it"
    town.slack.delete(town.support, ts)
    await town.heard()
    assert await town.said(conversation) == [(NOTE, "")]
    assert town.whispers(town.mina)[1:] == [], "but for being linked nothing was said"


@BOTH
async def test_the_whole_way_on_both_databases(town: Town) -> None:
    conversation, thread = await town.pulled()
    ts = town.slack.say(town.mina, town.support, "a note", thread=thread)
    await town.heard()
    for words_of_hers in ("another", "the last"):
        town.slack.edit(town.support, ts, words_of_hers)
        await town.heard()
    assert await town.said(conversation) == [(NOTE, "the last")]
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await does(town.house, "sue", "reply", conversation=conversation, client_id="s", text="Before you")
    await town.slack.submit(view, text="Tomorrow")
    again = town.view(town.mina)
    assert "Before you" in read_in(again.body)
    await town.slack.submit(again)
    await town.house.customer_writes("thank you")
    said = await town.slack.slash(town.mina, town.support, "queue")
    assert "Kim" in said.payload["text"]
    await does(town.house, "ann", "give_back", conversation=conversation, place="slack")
    await town.settles()
    shown = [words(one).split("\n")[0] for one in town.shown(thread)]
    assert shown[:3] == ["Before you", "Tomorrow", "thank you"] and len(shown) == 4


async def test_who_is_not_linked_is_told_how_and_nothing_is_written(town: Town) -> None:
    conversation, thread = await town.pulled()
    town.slack.say(town.joon, town.support, "me too", thread=thread)
    guest = town.slack.person("Guest", guest="single")
    town.slack.invite(guest, town.support)
    town.slack.say(guest, town.support, "hello", thread=thread)
    await town.heard()
    assert await town.said(conversation) == []
    assert "/parley link" in town.whispers(town.joon)[0] and "연결" in town.whispers(town.joon)[0]
    for action in ("parley:take", "parley:close", "parley:reply"):
        await town.slack.press(town.joon, town.support, thread, action)
    assert await status(town, conversation) == ("open", None)
    assert town.slack.modal(town.joon) is None
    made = await does(town.house, "bob", "make_link_code", place="slack")
    await town.slack.slash(guest, town.support, f"link {made['code']}")
    assert await town.value("select count(*) from outside_people") == 1, "a guest is linked to nobody"


async def test_the_button_answers_the_customer(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    answer = await town.slack.submit(view, text="On its way")
    assert answer.payload == {"response_action": "clear"} and town.slack.modal(town.mina) is None
    assert await town.said(conversation) == [(PUBLIC, "On its way")]
    await town.settles()
    [post] = town.shown(thread)
    assert "Sent to the customer" in words(post)


async def test_a_stale_answer_is_stopped_and_shows_what_came_between(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await does(town.house, "sue", "reply", conversation=conversation, client_id="s", text="It left today")
    await town.slack.submit(view, text="Tomorrow")
    assert await town.said(conversation) == [(PUBLIC, "It left today")]
    again = town.view(town.mina)
    assert "It left today" in read_in(again.body) and again.id == view.id
    await town.slack.submit(again)
    assert await town.said(conversation) == [(PUBLIC, "It left today"), (PUBLIC, "Tomorrow")]


async def test_buttons_do_what_the_inbox_does_under_the_same_rights(town: Town) -> None:
    conversation, thread = await town.pulled()
    ann = town.house.agents["ann"]
    await town.slack.press(town.mina, town.support, thread, "parley:take")
    assert await status(town, conversation) == ("open", ann)
    await town.slack.press(town.mina, town.support, thread, "parley:close")
    assert await status(town, conversation) == ("closed", ann)
    await town.settles()
    await town.slack.press(town.mina, town.support, thread, "parley:reopen")
    for chosen in ("urgent", "snooze_hour", "release"):
        pull = await town.value("select id from pulls")
        await town.slack.press(town.mina, town.support, thread, "parley:more", f"{chosen}:{pull}")
    assert await status(town, conversation) == ("snoozed", None)
    assert await town.value("select priority from conversations where id = $1", conversation) == 4
    # Out of her sight: nothing is there for her any more.
    await does(town.house, "sue", "set_team", conversation=conversation, team=town.house.teams["support"])
    await town.slack.press(town.mina, town.support, thread, "parley:take")
    assert await status(town, conversation) == ("snoozed", None)
    town.slack.say(town.mina, town.support, "hm", thread=thread)
    await town.heard()
    assert await town.said(conversation) == []
    assert len(town.whispers(town.mina)) == 3


async def test_given_back_from_slack_the_thread_is_closed(town: Town) -> None:
    conversation, thread = await town.pulled()
    pull = await town.value("select id from pulls")
    await town.slack.press(town.mina, town.support, thread, "parley:more", f"give_back:{pull}")
    await town.settles()
    town.slack.say(town.mina, town.support, "too late", thread=thread)
    await town.heard()
    assert await town.said(conversation) == []
    assert "closed" in town.whispers(town.mina)[-1]


async def test_the_prefix_sends_and_what_went_is_not_taken_back_in_silence(tmp_path: Path) -> None:
    async with open_town(tmp_path, prefix="!r ") as town:
        await town.works()
        conversation, thread = await town.pulled()
        ts = town.slack.say(town.mina, town.support, "!r On its way", thread=thread)
        town.slack.say(town.mina, town.support, "!really", thread=thread)
        town.slack.say(town.joon, town.support, "!r me too", thread=thread)
        await town.heard()
        assert await town.said(conversation) == [(PUBLIC, "On its way"), (NOTE, "!really")]
        able(town.house, editing=False)
        town.slack.edit(town.support, ts, "!r Lost")
        await town.heard()
        town.slack.delete(town.support, ts)
        await town.heard()
        assert (await town.said(conversation))[0] == (PUBLIC, "On its way")
        assert len(town.whispers(town.mina)) == 3
        note = town.slack.say(town.mina, town.support, "just us", thread=thread)
        await town.heard()
        town.slack.edit(town.support, note, "!r just us")
        await town.heard()
        assert (await town.said(conversation))[-1] == (NOTE, "just us"), "an edit sends nothing"


async def test_pulling_by_a_word(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    other = await town.house.customer_writes("hidden", name="Lee", team="support")
    number = await town.value("select number from conversations where id = $1", taken.conversation)
    hidden = await town.value("select number from conversations where id = $1", other.conversation)
    said = await town.slack.slash(town.mina, town.support, "queue")
    assert f"#{number}" in said.payload["text"] and f"#{hidden} " not in said.payload["text"]
    await town.slack.slash(town.mina, town.support, f"pull {number}")
    await town.slack.slash(town.mina, town.support, f"pull {hidden}")
    await town.settles()
    assert await town.value("select count(*) from pulls") == 1
    said = await town.slack.slash(town.joon, town.support, "queue")
    assert f"#{number}" not in said.payload["text"]


async def test_repeats_swaps_and_cut_sockets_write_each_note_once(town: Town) -> None:
    conversation, thread = await town.pulled()
    town.slack.weather = Weather(repeated=0.5, swapped=0.3)
    town.slack.deliveries.retries = (0.3, 1.0, 2.0)
    expected = []
    for number in range(8):
        ts = town.slack.say(town.mina, town.support, f"word {number}", thread=thread)
        if number % 3 == 0:
            town.slack.edit(town.support, ts, f"other {number}")
            town.slack.edit(town.support, ts, f"last {number}")
        if number == 4:
            town.slack.delete(town.support, ts)
        if number == 5:
            await town.slack.cut_sockets()
        expected.append(f"last {number}" if number % 3 == 0 else f"word {number}")
    expected.remove("word 4")
    await town.heard()
    said = [text for _, text in await town.said(conversation)]
    assert sorted(filter(None, said)) == sorted(expected)


async def test_what_was_written_while_nobody_listened_is_caught_up(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.stops()
    town.slack.say(town.mina, town.support, "are you there?", thread=thread)
    edited = town.slack.say(town.mina, town.support, "first", thread=thread)
    town.slack.edit(town.support, edited, "second")
    await town.heard()
    assert await town.said(conversation) == []
    await town.starts()
    await town.comes_to("select count(*) from messages where text in ('are you there?', 'second')", 2)
    await town.stops()
    await town.listens()
    assert len(await town.said(conversation)) == 2


async def test_catching_up_waits_where_slack_wants_it_and_survives_what_cannot_be_taken(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, thread = await town.pulled()
    await town.stops()
    town.slack.say(town.mina, town.support, "poison", thread=thread)
    town.slack.say(town.mina, town.support, "good", thread=thread)
    await town.heard()
    act = Acts.act

    async def acts(self: Acts, ask: Any) -> Any:
        if isinstance(ask, Said) and ask.text == "poison":
            raise KeyError("nobody thought of it")
        return await act(self, ask)

    monkeypatch.setattr(Acts, "act", acts)
    town.slack.plan(Fault.BUSY, on="conversations.replies")
    await town.starts()
    await town.comes_to("select count(*) from messages where text = 'good'", 1)
    assert await town.said(conversation) == [(NOTE, "good")]


async def test_a_lost_acknowledgement_of_a_modal_sends_once(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await town.slack.submit(view, text="Once")
    town.slack.workspace.views[view.id] = view
    await town.slack.submit(view, text="Once")
    assert await town.said(conversation) == [(PUBLIC, "Once")]


async def test_nothing_written_in_a_thread_reaches_the_customer(town: Town) -> None:
    """Whatever is written, edited, deleted, repeated: with no prefix set, only the modal's button sends."""
    conversation, thread = await town.pulled()
    drawn = random.Random(7)
    shapes = [
        "!r hi",
        "Reply to customer",
        "/reply x",
        "parley:reply",
        "<!channel> send",
        "&lt;send&gt;",
        " ",
        "답장",
        "@x",
    ]

    def word() -> str:
        return drawn.choice(shapes) + str(drawn.random())

    stood: list[str] = []
    town.slack.weather = Weather(repeated=0.3, swapped=0.2)
    for _ in range(40):
        match drawn.randrange(5):
            case 0 | 1 | 2:
                stood.append(
                    town.slack.say(
                        town.mina, town.support, drawn.choice(shapes) + str(drawn.random()), thread=thread
                    )
                )
            case 3 if stood:
                town.slack.edit(town.support, drawn.choice(stood), word())
            case 4 if stood:
                town.slack.delete(town.support, stood.pop(drawn.randrange(len(stood))))
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    await town.heard()
    assert {visibility for visibility, _ in await town.said(conversation)} == {NOTE}
    assert await town.value("select count(*) from held_replies") == 0
    assert await town.value("select last_public_position from conversations where id = $1", conversation) == (
        await town.value("select max(position) from messages where author_kind = 'customer'")
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_however_a_message_and_its_edits_come_the_newest_stands(
    town: Town, order: tuple[int, ...]
) -> None:
    conversation, thread = await town.pulled()
    await town.stops()
    ts = town.slack.say(town.mina, town.support, "one", thread=thread)
    town.slack.edit(town.support, ts, "two")
    town.slack.edit(town.support, ts, "three")
    await town.heard()
    told = town.slack.events("message")[-3:]
    async with aiohttp.ClientSession() as session:
        client = Client(town.house.desk.config.slack, session)
        inward = Inward(town.store, client, Acts(town.house.desk, town.store, client, Rooms(client)), "")
        for place in (*order, *reversed(order)):
            await inward.take("events_api", {"event_id": f"Ev{place}", "event": told[place]})
    assert await town.said(conversation) == [(NOTE, "three")]
