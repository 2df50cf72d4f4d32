"""Who else takes part: each once, by the address used last, and carried along by a merge."""

import pytest

from gateway.events import Address, InboundMessage, Participant, Source
from gateway.store import Store
from gateway.store.load import load_conversations
from gateway.stream.ingest import Taken, take_in
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.participants import MOST, OF_A_STRANGER, envelope_of
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.world import WEB, World

HANA, BO, BO_AT_HOME, ANNA = "hana@naver.com", "bo@corp.example", "bo@home.example", "anna@example.com"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def mails(world: World, key: str, *others: tuple[str, str]) -> Taken:
    named = tuple(Participant(Address("mailto", one), name) for one, name in others)
    fact = InboundMessage(
        key, Address("mailto", HANA), text=key, clues=(), others=named, source=Source(f"{key}@c")
    )
    return await take_in(world.store, WEB, fact)


async def shown(world: World, conversation: str) -> list[tuple[str, str, str | None]]:
    view = (await world.store.read(lambda look: load_conversations(look, [conversation])))[conversation]
    return [(one["address"], one["name"], one["agent"]) for one in view.get("participants", [])]


async def test_they_are_shown_by_address_and_a_colleague_as_herself(world: World) -> None:
    taken = await mails(world, "m1", (BO, "Bo"), (ANNA, "A."), (HANA, "me"))
    assert await shown(world, taken.conversation) == [(ANNA, "Anna", "anna"), (BO, "Bo", None)]
    alone = await mails(world, "m2")
    assert await shown(world, alone.conversation) == []
    await check(world.store)


async def test_a_merge_carries_them_along_and_its_undo_takes_them_back(world: World) -> None:
    first, second = await mails(world, "m1", (BO, "Bo")), await mails(world, "m2")
    key = await world.do(merge, first.conversation, second.conversation)
    assert await shown(world, second.conversation) == [(BO, "Bo", None)]
    await world.do(undo_merge, key)
    assert await shown(world, second.conversation) == []
    assert await shown(world, first.conversation) == [(BO, "Bo", None)]


async def test_one_person_stands_there_once_by_the_address_used_last(world: World) -> None:
    first = await mails(world, "m1", (BO, "Bo"))
    await mails(world, "m2", (BO_AT_HOME, "Bo"))
    await world.do(
        merge_contacts, await world.contact_of(f"mailto:{BO_AT_HOME}"), await world.contact_of(f"mailto:{BO}")
    )
    assert await shown(world, first.conversation) == [(BO, "Bo", None)]
    rows = await world.rows("select conversation_id from participants where role = 'participant'")
    assert len(rows) == 2


async def test_who_turns_out_to_be_herself_takes_part_no_more_beside_her(world: World) -> None:
    first = await mails(world, "m1", (BO, "Hana at work"))
    await world.do(
        merge_contacts, await world.contact_of(f"mailto:{BO}"), await world.contact_of(f"mailto:{HANA}")
    )
    assert await shown(world, first.conversation) == []


async def test_a_strangers_long_list_makes_nobody_and_one_of_whom_we_wrote_to_does(world: World) -> None:
    many = [(f"p{n}@far.example", "") for n in range(OF_A_STRANGER + 1)]
    taken = await mails(world, "m1", *many)
    assert await shown(world, taken.conversation) == []
    contacts = await world.value("select count(*) from contacts")
    few = await mails(world, "m2", *many[1:])
    assert len(await shown(world, few.conversation)) == OF_A_STRANGER
    assert await world.value("select count(*) from named") == OF_A_STRANGER + 1
    await world.answers(taken.conversation, "Hello")
    known = await mails(world, "m3", *many)
    assert len(await shown(world, known.conversation)) == OF_A_STRANGER + 1
    assert await world.value("select count(*) from contacts") == contacts + OF_A_STRANGER + 1
    await check(world.store)


def test_nobody_else_is_no_envelope() -> None:
    assert envelope_of([]) is None and MOST > 1
