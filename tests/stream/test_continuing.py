"""The line that says that a chat goes on: once for each switch, in her language, as a part of what is said."""

import asyncio

import pytest

from gateway.channels.registry import Channels
from gateway.events import AccountId
from gateway.store import Store, Tx
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.continuing import CONTINUED
from gateway.stream.describe import switch_leg
from gateway.stream.ingest import Intake
from gateway.stream.outbox import Sending
from gateway.stream.proofs import make_word
from gateway.stream.release import release
from tests.world import World, seed

HER, PHONE = "visitor:hana", "+821055501001"
SMS = Intake(AccountId("sms"))


async def made(store: Store, *says: str) -> World:
    async def verb(tx: Tx) -> None:
        await seed(tx)
        web = Configured("test", "Web", None, "web" in says)
        sms = Configured("phones", "sms", Sending(20, captions=False), "sms" in says)
        await sync_accounts(tx, {"web": web, "sms": sms})

    await store.write(verb)
    return World(store)


async def moved(world: World, locale: str | None = "ko-KR") -> str:
    """She went on by telephone."""
    chat = await world.says(HER, "hello", locale=locale)
    identity = await world.identity_of(HER)
    word = await world.store.write(lambda tx: make_word(tx, chat.conversation, identity, "sms"))
    await world.says(PHONE, f"#{word}", intake=SMS)
    return chat.conversation


async def said(world: World, conversation: str) -> list[str]:
    return (await world.texts(conversation))[2:]


@pytest.mark.parametrize(
    ("locale", "line"), [("ko-KR", CONTINUED.ko), ("en", CONTINUED.en), (None, CONTINUED.ko)]
)
async def test_the_first_answer_on_a_new_channel_says_so_in_her_language(
    store: Store, locale: str | None, line: str
):
    world = await made(store, "sms")
    conversation = await moved(world, locale)
    await world.answers(conversation, "One")
    await world.answers(conversation, "Two")
    assert await said(world, conversation) == [f"{line}\n\nOne", "Two"]


async def test_whoever_does_not_wish_it_says_nothing(store: Store):
    world = await made(store)
    conversation = await moved(world)
    await world.answers(conversation, "One")
    assert await said(world, conversation) == ["One"]


async def test_it_is_said_once_for_each_switch_and_where_it_is_wished(store: Store):
    world = await made(store, "sms")
    conversation = await moved(world, "en")
    legs = {row["account_id"]: row["id"] for row in await world.rows("select * from legs")}
    for leg in ("sms", "web", "sms", "sms"):
        await world.do(switch_leg, conversation, legs[leg])
        await world.answers(conversation, f"by {leg}")
    line = CONTINUED.en
    assert await said(world, conversation) == [f"{line}\n\nby sms", "by web", f"{line}\n\nby sms", "by sms"]


async def test_said_again_under_its_id_it_is_still_one(store: Store):
    world = await made(store, "sms")
    conversation = await moved(world)
    answers = (world.answers(conversation, "One", client_id="same") for _ in range(10))
    assert len({one.message for one in await asyncio.gather(*answers)}) == 1
    assert await said(world, conversation) == [f"{CONTINUED.ko}\n\nOne"]


async def test_all_of_it_goes_out_in_parts(store: Store):
    world = await made(store, "sms")
    conversation = await moved(world)
    await world.answers(conversation, "A longer answer in several parts")
    text = (await said(world, conversation))[0]
    rows = await world.rows("select text_from, text_to from deliveries order by part")
    gone = "".join(text[row["text_from"] : row["text_to"]] for row in rows)
    assert "".join(gone.split()) == "".join(text.split()) and len(rows) > 2


async def test_a_reply_that_was_held_says_it_when_it_goes(store: Store):
    world = await made(store, "sms")
    conversation = await moved(world)
    held = await world.answers(conversation, "One", hold=60_000)
    assert await said(world, conversation) == []
    await world.store.write(lambda tx: release(tx, held.message, Channels({})))
    assert await said(world, conversation) == [f"{CONTINUED.ko}\n\nOne"]


async def test_who_has_been_there_from_the_beginning_hears_nothing(store: Store):
    world = await made(store, "web", "sms")
    chat = await world.says(HER, "hello")
    await world.answers(chat.conversation, "One")
    await world.notes(chat.conversation, "psst")
    await world.answers(chat.conversation, "Two")
    assert await world.texts(chat.conversation) == ["hello", "One", "psst", "Two"]


async def test_a_change_of_the_setting_is_taken_at_the_next_start(store: Store):
    world = await made(store)
    await made_again(world, True)
    assert "says_continued" in await world.value("select settings from accounts where id = 'sms'")
    await made_again(world, False)
    assert "says_continued" not in await world.value("select settings from accounts where id = 'sms'")


async def made_again(world: World, says: bool) -> None:
    sms = Configured("phones", "sms", Sending(20, captions=False), says)
    await world.store.write(lambda tx: sync_accounts(tx, {"web": Configured("test", "Web"), "sms": sms}))
