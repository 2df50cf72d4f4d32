"""Answering in the modal: the preview, and files of notes that go along where they are chosen."""

from __future__ import annotations

import asyncio

from gateway.sandbox.slack.weather import Weather
from tests.inbox.conftest import does
from tests.slack.test_files import agent_writes
from tests.slack.town import Town, read_in


async def test_the_preview_follows_what_is_typed(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await town.slack.press_in_view(view, "text", "On its way")
    shown = read_in(town.view(town.mina).body)
    assert "What the customer gets:" in shown and "Characters: 10 of" in shown
    await town.slack.press_in_view(town.view(town.mina), "text", "On its way, really")
    view = town.view(town.mina)
    assert "Characters: 18 of" in read_in(view.body)
    await town.slack.submit(view)
    assert await town.said(conversation) == [("public", "On its way, really")]
    assert await town.value("select count(*) from outside_seen where event_id like 'press:%text'") == 0


async def test_of_several_letters_the_last_is_shown(town: Town) -> None:
    """Each bears the state of the modal from before the first was drawn."""
    _, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    town.slack.weather = Weather(slow=0.05)
    await asyncio.gather(*(town.slack.press_in_view(view, "text", "x" * most) for most in range(1, 9)))
    assert "Characters: 8 of" in read_in(town.view(town.mina).body)
    assert town.slack.count("views.update") < 8, "what was old when its turn came is left out"


async def test_what_was_typed_before_she_sent_it_is_not_drawn_after(town: Town) -> None:
    conversation, thread = await town.pulled()
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await does(town.house, "sue", "reply", conversation=conversation, client_id="s", text="It left today")
    town.slack.weather = Weather(slow=0.05)
    await asyncio.gather(
        *(town.slack.press_in_view(view, "text", "Tomorrow"[:most]) for most in range(1, 9)),
        town.slack.submit(view),
    )
    assert "It left today" in read_in(town.view(town.mina).body)


async def test_a_file_of_a_note_goes_along_where_it_is_chosen(town: Town) -> None:
    conversation, thread = await town.pulled()
    await agent_writes(town, "note", conversation, "label.png")
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    assert "label.png" in read_in(view.body)
    [file] = await town.rows("select id from attachments")
    await town.slack.submit(view, files=[file["id"]])
    [sent] = await town.rows("""select a.* from attachments a join messages m on m.id = a.message_id
        where m.visibility = 'public'""")
    assert sent["name"] == "label.png" and sent["id"] != file["id"]
    assert await town.value("select count(*) from attachments") == 2
    other = await town.house.customer_writes("hi", name="Lee", team="sales")
    await agent_writes(town, "note", other.conversation, "other.png")
    [foreign] = await town.rows("select id from attachments where name = 'other.png'")
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    view.body["blocks"][3]["element"]["options"][0]["value"] = foreign["id"]
    await town.slack.submit(view, files=[foreign["id"]], text="x")
    assert "text" in town.view(town.mina).errors, "only those of this conversation"
