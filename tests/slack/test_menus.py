"""Acts from the card's menus, the modal's preview, finding and shortcuts: the inbox's own commands and rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.events import SYSTEM
from gateway.sandbox.slack.records import Person, View
from gateway.stream.describe import make_tag
from inbox.slack import menus, modals
from tests.inbox.conftest import does
from tests.slack.town import Town, open_town, read_in


async def chooses(town: Town, thread: str, what: str, who: Person | None = None) -> None:
    await town.slack.press(who or town.mina, town.support, thread, f"parley:{what}")


async def opens(town: Town, thread: str, what: str) -> View:
    await chooses(town, thread, what)
    return town.view(town.mina)


async def tagged(town: Town, name: str) -> str:
    return await town.store.write(lambda tx: make_tag(tx, name, "#123456", SYSTEM, most=200))


async def tags(town: Town) -> list[str]:
    return [
        row["name"]
        for row in await town.rows("""select t.name from conversation_tags c
        join tags t on t.id = c.tag_id order by t.name""")
    ]


async def test_tags_go_on_and_off(town: Town) -> None:
    _, thread = await town.pulled()
    view = await opens(town, thread, "tag")
    assert "no tags yet" in read_in(view.body), "there are none"
    await town.slack.close_view(view)
    for name in ("vip", "late"):
        await tagged(town, name)
    ids = {row["name"]: row["id"] for row in await town.rows("select id, name from tags")}
    view = await opens(town, thread, "tag")
    await town.slack.submit(view, add=ids["vip"])
    assert await tags(town) == ["vip"] and town.slack.modal(town.mina) is None
    view = await opens(town, thread, "tag")
    await town.slack.submit(view, add=ids["late"], remove=ids["vip"])
    assert await tags(town) == ["late"]
    await town.settles()
    assert "late" in read_in(town.slack.posts(town.support, thread)[0].blocks)


async def test_a_note_from_the_menu_and_escalation(town: Town) -> None:
    conversation, thread = await town.pulled()
    view = await opens(town, thread, "note")
    await town.slack.submit(view, text="a word among us")
    assert await town.said(conversation) == [("note", "a word among us")]
    view = await opens(town, thread, "escalate")
    other = town.house.teams["support"]
    await town.slack.submit(view, priority="4", team=other, text="she is waiting for days")
    [row] = await town.rows("select priority, team_id from conversations where id = $1", conversation)
    assert (row["priority"], row["team_id"]) == (4, other)
    assert (await town.said(conversation))[-1] == ("note", "she is waiting for days")
    # It is another team's now, and she sees it no longer.
    await chooses(town, thread, "tag")
    assert town.slack.modal(town.mina) is None
    await town.slack.submit(view, priority="0")
    assert town.slack.workspace.views == {} or "priority" in town.view(town.mina).errors


@pytest.mark.parametrize("why", ["she waits", ""])
async def test_where_a_part_of_an_escalation_is_refused_nothing_of_it_is_done(town: Town, why: str) -> None:
    conversation, thread = await town.pulled()
    view, other = await opens(town, thread, "escalate"), town.house.teams["support"]
    retired = "update teams set retired_at = $1 where id = $2"
    await town.store.write(lambda tx: tx.run(retired, 1, other))
    await town.slack.submit(view, priority="4", team=other, text=why)
    assert "priority" in town.view(town.mina).errors
    stands = "select priority, team_id from conversations where id = $1"
    [row] = await town.rows(stands, conversation)
    assert tuple(row) == (0, town.house.teams["sales"]) and await town.said(conversation) == []
    await town.store.write(lambda tx: tx.run(retired, None, other))
    await town.slack.submit(town.view(town.mina), text=why and f"{why}, and is angry")
    [row] = await town.rows(stands, conversation)
    assert tuple(row) == (4, other)
    assert await town.said(conversation) == ([("note", "she waits, and is angry")] if why else [])


async def test_it_is_given_to_a_colleague_or_to_nobody(town: Town) -> None:
    conversation, thread = await town.pulled()
    ann, sue = town.house.agents["ann"], town.house.agents["sue"]
    owner = "select assignee_id from conversations where id = $1"
    await town.store.write(lambda tx: tx.run("update agents set deactivated_at = 1 where name = 'Bob'"))
    view = await opens(town, thread, "assign")
    assert "Sue" in read_in(view.body) and "Bob" not in read_in(view.body), "only those who work here"
    await town.slack.submit(view, agent=sue)
    assert await town.value(owner, conversation) == sue and town.slack.modal(town.mina) is None
    view = await opens(town, thread, "assign")
    await town.store.write(lambda tx: tx.run("update agents set deactivated_at = 1 where id = $1", sue))
    await town.slack.submit(view)
    assert await town.value(owner, conversation) == sue, "what stands there was chosen"
    await town.slack.submit(await opens(town, thread, "assign"), agent=ann)
    await town.slack.submit(await opens(town, thread, "assign"), agent="none")
    assert await town.value(owner, conversation) is None


async def test_a_menu_says_how_many_it_does_not_show(town: Town) -> None:
    conversation, thread = await town.pulled()
    for number in range(102):
        await tagged(town, f"tag {number:03}")
    view = await opens(town, thread, "tag")
    assert "2 more do not fit here" in read_in(view.body)
    kept = modals.select("x", [modals.option(str(one), str(one)) for one in range(120)], "110")
    assert len(kept["options"]) == 100 and kept["initial_option"] in kept["options"]
    assert conversation


async def test_a_macro_with_words_is_read_before_it_goes(town: Town) -> None:
    conversation, thread = await town.pulled()
    view = await opens(town, thread, "macro")
    assert "no macro" in read_in(view.body)
    await town.slack.close_view(view)
    vip = await tagged(town, "vip")
    client = await town.house.client("ann")
    acts = {"tags_add": [vip], "priority": 3}
    made = {"scope": "personal", "actions": acts}
    spoken = await client.does(
        "POST", "/macros", {"name": "On its way", "text": "Dear {{contact.name}}, soon.", **made}
    )
    silent = await client.does("POST", "/macros", {"name": "VIP", "text": "", **made})
    view = await opens(town, thread, "macro")
    await town.slack.submit(view, choice=silent["macro"]["id"])
    assert await tags(town) == ["vip"] and await town.said(conversation) == []
    view = await opens(town, thread, "macro")
    await town.slack.submit(view, choice=spoken["macro"]["id"])
    shown = town.view(town.mina)
    assert shown.body["callback_id"] == "parley:reply" and "Dear Kim, soon." in read_in(shown.body)
    assert await town.said(conversation) == [], "nothing goes before she says so"
    await town.slack.submit(shown)
    assert await town.said(conversation) == [("public", "Dear Kim, soon.")]
    assert await town.value("select priority from conversations where id = $1", conversation) == 3


async def test_who_is_not_linked_opens_nothing_and_is_told_in_their_language(town: Town) -> None:
    _, thread = await town.pulled()
    for what in menus.OPENS:
        await chooses(town, thread, what, town.joon)
    assert town.slack.modal(town.joon) is None
    assert len(town.whispers(town.joon)) == len(menus.OPENS) and "연결" in town.whispers(town.joon)[0]
    await town.slack.shortcut(town.joon, "pull_conversation")
    assert "연결" in read_in(town.view(town.joon).body)


async def finds(town: Town, words: str, who: Person | None = None) -> Any:
    return (await town.slack.slash(who or town.mina, town.support, words)).payload


async def test_finding_shows_what_she_may_see_and_pulls(town: Town) -> None:
    taken = await town.house.customer_writes("where is my <!channel> parcel", team="sales")
    await town.house.customer_writes("my parcel too", name="Lee", team="support")
    said = await finds(town, "find parcel")
    assert "Kim" in said["text"] and "Lee" not in said["text"] and "<!channel>" not in said["text"]
    assert "where is my <!channel> parcel" in read_in(said["blocks"])
    assert "Nothing was found" in (await finds(town, "find elephants"))["text"]
    assert "/parley find" in (await finds(town, "find"))["text"]
    assert "tag" in (await finds(town, "find tag:nosuch"))["text"]
    assert "Kim" not in (await finds(town, "find parcel", town.joon))["text"]
    [shown] = [
        one for one in town.slack.whispers(town.mina, town.support) if "parcel" in read_in(one.blocks)
    ][:1]
    await town.slack.press(town.mina, town.support, shown.ts, "parley:pull", taken.conversation)
    assert await town.value("select conversation_id from pulls") == taken.conversation
    assert "is being pulled" in town.whispers(town.mina)[-1]


async def test_the_shortcuts_pull(town: Town) -> None:
    taken = await town.house.customer_writes("the grinder is broken", team="sales")
    other = await town.house.customer_writes("my grinder is too loud", name="Lee", team="sales")
    hidden = await town.house.customer_writes("hidden grinder", name="Ito", team="support")
    number, secret = [
        await town.value("select number from conversations where id = $1", one.conversation)
        for one in (taken, hidden)
    ]
    ts = town.slack.say(town.mina, town.support, f"please look at #{number}")
    await town.slack.message_shortcut(town.mina, town.support, ts, "pull_message")
    view = town.view(town.mina)
    assert str(number) in str(view.body) and view.values == {}
    await town.slack.submit(view)
    assert await town.value("select conversation_id from pulls") == taken.conversation
    assert f"#{number} is being pulled" in read_in(town.view(town.mina).body)
    await town.slack.close_view(town.view(town.mina))
    await town.slack.shortcut(town.mina, "pull_conversation")
    view = town.view(town.mina)
    await town.slack.submit(view, text=str(secret), channel=town.support.id)
    assert "text" in town.view(town.mina).errors, "forbidden looks like not found"
    await town.slack.submit(town.view(town.mina), text="grinder")
    view = town.view(town.mina)
    assert "Lee" in read_in(view.body) and "Ito" not in read_in(view.body)
    await town.slack.submit(view, found=other.conversation)
    assert await town.value("select count(*) from pulls") == 2


async def test_an_edit_follows_where_her_channel_can(tmp_path: Path) -> None:
    async with open_town(tmp_path, prefix="!r ") as town:
        await town.works()
        conversation, thread = await town.pulled()
        ts = town.slack.say(town.mina, town.support, "!r On its way", thread=thread)
        await town.heard()
        town.slack.edit(town.support, ts, "!r It left yesterday")
        await town.heard()
        assert await town.said(conversation) == [("public", "It left yesterday")]
        assert "new words" in town.whispers(town.mina)[-1]
        town.slack.edit(town.support, ts, "It left yesterday, I think")
        await town.heard()
        assert await town.said(conversation) == [("public", "It left yesterday")]
        assert "changes nothing" in town.whispers(town.mina)[-1], "without the prefix it is no word to her"
        town.slack.delete(town.support, ts)
        await town.heard()
        assert await town.said(conversation) == [("public", "It left yesterday")]
        assert "does not take it back" in town.whispers(town.mina)[-1]


async def test_a_reaction_is_the_team_s_own(town: Town) -> None:
    """No channel of ours carries any."""
    conversation, thread = await town.pulled()
    told = await town.value("select max(position) from events")
    post = town.slack.posts(town.support, thread)[1]
    town.slack.react(town.mina, town.support, post.ts, "tada")
    await town.heard()
    assert await town.value("select max(position) from events") == told
    assert await does(town.house, "ann", "close", conversation=conversation)
