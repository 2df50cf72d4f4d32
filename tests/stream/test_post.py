"""Writing from our side: what stops a reply, what a note may, whose uploads one takes."""

import asyncio

import pytest

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import Attachment, Visibility, agent
from gateway.store import Store
from gateway.stream import status
from gateway.stream.attach import keep_upload
from gateway.stream.definitions import make_attribute
from gateway.stream.describe import make_tag, set_attributes, switch_leg, tag
from gateway.stream.merge import merge
from gateway.stream.post import Post, post
from tests.checks import check
from tests.world import World

FILE = Attachment("ab" * 32, "a.png", "image/png", 1)


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def test_a_reply_that_another_has_overtaken_is_stopped_once(world: World) -> None:
    first = await world.says("+1", "hello")
    read = first.position
    theirs = await world.answers(first.conversation, "Bo was faster", by="bo")
    with pytest.raises(Conflict) as stopped:
        await world.answers(first.conversation, "me too", seen=read)
    assert (stopped.value.code, stopped.value.params) == (
        "stale_reply",
        {"name": "Bo", "position": theirs.position},
    )
    assert (
        await world.answers(first.conversation, "me too", seen=theirs.position)
    ).position > theirs.position
    await world.answers(first.conversation, "and this", seen=read, anyway=True)
    # One's own words and the customer's stop nobody, and a note never stops.
    mine = await world.answers(first.conversation, "mine", by="chi", anyway=True)
    await world.says("+1", "more")
    await world.answers(first.conversation, "mine again", by="chi", seen=mine.position)
    await world.notes(first.conversation, "a note")
    await check(world.store)


async def test_of_two_who_answer_at_once_one_is_stopped(world: World) -> None:
    first = await world.says("+1", "hello")
    done = await asyncio.gather(
        *(world.answers(first.conversation, by, by=by, seen=first.position) for by in ("anna", "bo", "chi")),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in done) == 2
    assert len(await world.texts(first.conversation)) == 2
    await check(world.store)


async def test_answering_opens_what_was_closed_and_a_note_does_not(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    await world.do(status.close, key)
    await world.notes(key, "for us")
    assert (await world.conversation(key))["status"] == "closed"
    await world.answers(key, "one more thing")
    row = await world.conversation(key)
    assert (row["status"], row["closed_at"]) == ("open", None)
    await check(world.store)


async def test_what_cannot_be_sent_is_refused(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    other = (await world.says("+2", "hello")).conversation
    leg = (await world.row("select id from legs where conversation_id = $1", other))["id"]
    for text, more, error in (
        ("", {}, Refused),
        (" \n", {}, Refused),
        ("by another's leg", {"leg": leg}, NotFound),
        ("with what is not there", {"uploads": ("nothing",)}, Refused),
    ):
        with pytest.raises(error):
            await world.answers(key, text, **more)
    await world.store.write(lambda tx: tx.run("update accounts set state = 'retired'"))
    with pytest.raises(Refused):
        await world.answers(key, "by an account that is gone")
    await world.notes(key, "a note goes always")
    assert await world.texts(key) == ["hello", "a note goes always"]
    await check(world.store)


async def test_an_upload_goes_with_one_message_of_its_owner(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    mine = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", FILE))
    with pytest.raises(Refused):
        await world.answers(key, "another's", by="bo", uploads=(mine,))
    done = await asyncio.gather(
        *(world.answers(key, f"twice {n}", uploads=(mine,)) for n in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Refused) for one in done) == 2
    hers = await world.store.write(lambda tx: keep_upload(tx, "identity:tel:+1", FILE))
    with pytest.raises(Refused):
        await world.says("+2", "not mine", uploads=(hers,))
    await world.says("+1", "", uploads=(hers,))
    await check(world.store)


async def test_answers_go_by_the_leg_that_was_switched_to(world: World) -> None:
    key = (await world.says("mailto:a@example.com", "one", thread_key="<1>")).conversation
    await world.says("mailto:a@example.com", "two", thread_key="<2>")
    first, second = [row["id"] for row in await world.rows("select id from legs order by created_at, id")]
    assert (await world.conversation(key))["leg_id"] == second
    await world.do(switch_leg, key, first)
    posted = await post(world.store, Post(key, agent("anna"), "c", "answer"))
    row = await world.row("select leg_id from messages where id = $1", posted.message)
    assert row["leg_id"] == first
    with pytest.raises(NotFound):
        await world.do(switch_leg, key, "no such leg")
    await check(world.store)


async def test_tags_and_attributes(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    names = await asyncio.gather(*(world.do(make_tag, "New", "#112233") for _ in range(3)))
    assert len(set(names)) == 1
    await world.do(tag, key, [names[0], "vip", "vip"], ["late"])
    await world.do(tag, key, ["vip"], [])
    with pytest.raises(NotFound):
        await world.do(tag, key, ["no such tag"], [])
    await world.do(make_attribute, "conversation", "order", "Order", "number", [])
    await world.do(set_attributes, key, {"order": 12})
    head = world.store.published
    await world.do(set_attributes, key, {"order": 12})
    assert world.store.published == head
    await world.do(set_attributes, key, {"order": None})
    assert (await world.conversation(key))["attributes"] == "{}"
    await check(world.store)


async def test_a_post_quotes_its_own_conversation_only(world: World) -> None:
    here, elsewhere = await world.says("+1", "hello"), await world.says("+2", "a secret")
    quoting = await world.answers(here.conversation, "as you said", reply_to=here.message)
    stored = await world.value("select reply_to from messages where id = $1", quoting.message)
    assert stored == here.message
    for visibility in Visibility:
        for foreign in (elsewhere.message, "01nothing"):
            with pytest.raises(NotFound):
                await world.answers(here.conversation, "x", reply_to=foreign, visibility=visibility)
    await check(world.store)


async def test_a_reply_quotes_nothing_that_its_reader_may_not_see(world: World) -> None:
    hers, theirs = await world.says("+1", "hello"), await world.says("+2", "of another person")
    note = await world.notes(hers.conversation, "between us")
    await world.do(merge, theirs.conversation, hers.conversation)
    leg = (await world.row("select leg_id from messages where id = $1", hers.message))["leg_id"]
    for unseen in (note.message, theirs.message):
        with pytest.raises(Refused) as refused:
            await world.answers(hers.conversation, "x", reply_to=unseen, leg=leg)
        assert refused.value.text == "errors.quote_unseen"
        await world.answers(hers.conversation, "a note may", reply_to=unseen, visibility=Visibility.NOTE)
    await world.answers(hers.conversation, "ok", reply_to=hers.message, leg=leg)
    await check(world.store)
