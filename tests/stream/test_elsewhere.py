"""What an agent wrote from a program of her own: hers in the conversation, once, and waiting for nobody's outbox."""

from typing import Any

import pytest

from gateway.events import Address, Clue, ConversationId, InboundMessage, Participant, Source
from gateway.store import Store
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Taken, take_in
from gateway.stream.status import close
from tests.checks import check
from tests.world import WEB, World

ANNA, HANA, BO = "anna@example.com", "hana@naver.com", "bo@corp.example"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def writes(world: World, key: str, to: str, *clues: Clue, by: str = ANNA, **more: Any) -> Taken:
    fact = InboundMessage(
        f"{key}#1",
        Address("mailto", to),
        text=key,
        clues=clues,
        written_by=Address("mailto", by),
        source=Source(f"{key}@c"),
        **more,
    )
    return await take_in(world.store, WEB, fact)


async def asks(world: World, who: str = HANA) -> Taken:
    fact = InboundMessage(
        f"{who}#1", Address("mailto", who), text="asks", clues=(), source=Source(f"{who}@c")
    )
    return await take_in(world.store, WEB, fact)


async def test_an_answer_of_hers_is_the_conversations(world: World) -> None:
    asked = await asks(world)
    await world.do(close, asked.conversation)
    others = (Participant(Address("mailto", BO), "Bo"),)
    answer = await writes(world, "a1", HANA, Clue(answers=f"{HANA}@c"), others=others)
    assert answer.conversation == asked.conversation
    row = await world.row("select * from messages where id = $1", answer.message)
    assert (row["author_kind"], row["author_id"], row["visibility"]) == ("agent", "anna", "public")
    assert row["delivery"] is None and await world.value("select count(*) from deliveries") == 0
    talk = await world.conversation(asked.conversation)
    assert (talk["status"], talk["waiting_since"]) == ("open", None), "she is answered"
    assert await world.value("select count(*) from participants") == 2
    assert (await writes(world, "a1", HANA)).repeat
    await check(world.store)


async def test_to_nobody_but_us_it_is_a_note_where_it_belongs_somewhere(world: World) -> None:
    asked = await asks(world)
    note = await writes(world, "n1", ANNA, Clue(ConversationId(asked.conversation)))
    row = await world.row("select * from messages where id = $1", note.message)
    assert (row["visibility"], row["leg_id"], row["author_id"]) == ("note", None, "anna")
    assert (await world.conversation(asked.conversation))["waiting_since"] is not None
    alone = await writes(world, "n2", ANNA)
    row = await world.row("select * from messages where id = $1", alone.message)
    assert row["author_kind"] == "customer", "a colleague who writes to us as anybody does"
    await check(world.store)


async def test_she_may_begin_one_and_who_is_no_agent_is_a_customer(world: World) -> None:
    first = await writes(world, "a1", HANA)
    row = await world.row("select * from messages where id = $1", first.message)
    assert (row["author_id"], row["visibility"]) == ("anna", "public")
    assert (await world.conversation(first.conversation))["contact_id"] == await world.contact_of(
        f"mailto:{HANA}"
    )
    left = await writes(world, "a2", HANA, by="gone@example.com")
    assert await world.value("select author_kind from messages where id = $1", left.message) == "customer"
    await world.do(erase_contact, await world.contact_of(f"mailto:{HANA}"))
    assert (await writes(world, "a1", BO)).repeat, "what was erased does not come back"
    await check(world.store)
