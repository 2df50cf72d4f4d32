"""What a message was as it was sent: kept beside it, and gone with it."""

import json

from gateway.events import Address, InboundMessage, Participant, Source
from gateway.store import Store
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import take_in
from gateway.stream.sources import erase_source, keep_source
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
