"""What a message was as it was sent: kept beside it, and gone with it."""

import json

import pytest

from gateway.events import Address, Attachment, InboundMessage, Participant, Source
from gateway.store import Store
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import take_in
from gateway.stream.merge import merge_contacts
from gateway.stream.sources import erase_source, keep_source
from gateway.stream.split import split, split_contact
from tests.checks import check
from tests.world import WEB, World


async def test_it_is_kept_without_what_no_database_holds_and_erased(store: Store) -> None:
    world = await World.made(store)
    taken = await world.says("mailto:hana@naver.com", "hi")
    source = Source("i\0d", "Sub\0ject", "a\0ll", "<p>\0</p>", (("from", "H\0"),), ("cut",), "list")
    await store.write(lambda tx: keep_source(tx, "web", taken.message, source, stranger=True))
    row = await world.row("select * from message_sources")
    assert (row["name"], row["subject"], row["text"], row["html"]) == ("id", "Subject", "all", "<p></p>")
    assert json.loads(row["headers"]) == [["from", "H"]] and json.loads(row["doubts"]) == ["cut", "stranger"]
    assert row["automatic"] == "list"
    await store.write(lambda tx: erase_source(tx, taken.message))
    assert await world.value("select count(*) from message_sources") == 0


async def test_who_is_erased_stands_in_no_header_of_others(store: Store) -> None:
    world = await World.made(store)
    headers = (("from", "hana@naver.com"), ("cc", "Bo <BO@corp.example>, chi@x.example"), ("date", "today"))
    fact = InboundMessage(
        "m1",
        Address("mailto", "hana@naver.com"),
        text="hi",
        clues=(),
        others=(Participant(Address("mailto", "bo@corp.example"), "Bo"),),
        source=Source("m1@c", headers=headers),
    )
    await take_in(store, WEB, fact)
    await world.do(erase_contact, await world.contact_of("mailto:bo@corp.example"))
    told = json.loads(await world.value("select headers from message_sources"))
    assert told == [["from", "hana@naver.com"], ["date", "today"]]
    assert await world.texts((await world.row("select id from conversations"))["id"]) == ["hi"]


BO, BO_AT_HOME = "bo@corp.example", "bo@home.example"


async def names_bo(world: World, *, machine: bool = False) -> str:
    """A mail that was kept whole. Returns its conversation."""
    whole = Attachment("0" * 64, "original.eml", "message/rfc822", 3)
    source = Source(
        "m1@c",
        headers=(("to", f"help@haru.example, Bo <{BO}>"), ("date", "today")),
        automatic="machine" if machine else None,
        named=(Address("mailto", BO),),
    )
    others = () if machine else (Participant(Address("mailto", BO), "Bo"),)
    hana = Address("mailto", "hana@naver.com")
    fact = InboundMessage("m1", hana, text="hi", clues=(), others=others, source=source, original=whole)
    return (await take_in(world.store, WEB, fact)).conversation


async def nothing_names_bo(world: World, contact: str) -> None:
    assert await world.value("select count(*) from named_in") == 1
    await world.do(erase_contact, contact)
    assert await world.value("select count(*) from attachments") == 0
    assert json.loads(await world.value("select headers from message_sources")) == [["date", "today"]]
    assert await world.value("select count(*) from named_in") == 0
    await check(world.store)


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def test_whom_a_machine_named_stands_in_no_original_once_she_is_erased(world: World) -> None:
    await names_bo(world, machine=True)
    await world.says(f"mailto:{BO}", "Something else")
    assert await world.value("select count(*) from participants where role = 'participant'") == 0
    await nothing_names_bo(world, await world.contact_of(f"mailto:{BO}"))


async def test_nor_where_the_message_was_taken_into_a_conversation_of_its_own(world: World) -> None:
    talk = await names_bo(world)
    more = await world.says("mailto:hana@naver.com", "And more")
    assert more.conversation == talk
    mail = await world.value("select id from messages where text = 'hi'")
    await world.do(split, talk, [mail])
    await nothing_names_bo(world, await world.contact_of(f"mailto:{BO}"))


async def test_nor_where_the_address_was_parted_from_whoever_took_part(world: World) -> None:
    await world.says(f"mailto:{BO_AT_HOME}", "Something else")
    await names_bo(world)
    home = await world.contact_of(f"mailto:{BO_AT_HOME}")
    await world.do(merge_contacts, await world.contact_of(f"mailto:{BO}"), home)
    await world.do(split_contact, home, [await world.identity_of(f"mailto:{BO}")])
    parted = await world.contact_of(f"mailto:{BO}")
    assert parted != home
    await nothing_names_bo(world, parted)


async def test_an_erased_message_names_nobody_any_more(world: World) -> None:
    await names_bo(world)
    await world.store.write(lambda tx: tx.run("delete from attachments"))
    mail = await world.value("select id from messages")
    await world.store.write(lambda tx: erase_source(tx, mail))
    assert await world.value("select count(*) from named_in") == 0


async def test_a_domain_in_letters_of_its_own_is_found_by_its_other_form(world: World) -> None:
    address = "sue@xn--9t4b11yi5a.example"
    headers = (("to", "Sue <sue@테스트.example>"),)
    source = Source("m1@c", headers=headers, named=(Address("mailto", address),))
    await take_in(world.store, WEB, InboundMessage("m1", Address("mailto", "hana@naver.com"), source=source))
    await world.says(f"mailto:{address}", "hi")
    await world.do(erase_contact, await world.contact_of(f"mailto:{address}"))
    told = await world.value("select headers from message_sources")
    assert json.loads(told) == []
