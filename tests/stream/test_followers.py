"""Followers of links: what a wrong browser reads can be ended, and the newest link's browser stands for the number."""

from typing import Any

import pytest

from gateway.events import Address
from gateway.store import Store
from gateway.stream.contacts import block, unblock
from gateway.stream.merge import merge_contacts
from gateway.stream.split import split_contact
from gateway.stream.undo import undo_merge
from gateway.visitors.story import find_person, read_page
from tests.stream.test_proofs import HER, OTHER, PHONE, SMS, followed, linked
from tests.world import World, sent_link


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def read_by(world: World, who: Address) -> list[str]:
    async def look(r: Any) -> list[str]:
        known = await find_person(r, who)
        assert known is not None
        return [one["text"] for one in (await read_page(r, known.person, lambda *_: "")).messages]

    return await world.store.read(look)


async def the_friend(world: World) -> tuple[str, Address, str]:
    """Somebody else has followed her link: that browser and its identity."""
    conversation, secret = await linked(world)
    friend = await followed(world, secret)
    assert friend is not None and "hello" in await read_by(world, friend)
    return conversation, friend, await world.identity_of(f"visitor:{friend.address}")


@pytest.mark.parametrize("whose", ["browser", "number"])
async def test_splitting_ends_what_the_wrong_browser_reads(world: World, whose: str):
    conversation, friend, identity = await the_friend(world)
    await world.says(f"visitor:{friend.address}", "typed by the friend")
    contact = await world.contact_of(PHONE)
    out = identity if whose == "browser" else await world.identity_of(PHONE)
    key, _ = await world.do(split_contact, contact, [out])
    await world.says(PHONE, "and my PIN is 1234", intake=SMS)
    assert await read_by(world, friend) == ["typed by the friend"]
    # What was ended stays so: a fresh link is the way back.
    await world.do(undo_merge, key)
    assert await read_by(world, friend) == ["typed by the friend"]
    talk = await world.row(
        "select l.identity_id from conversations c join legs l on l.id = c.leg_id where c.id = $1",
        conversation,
    )
    assert talk["identity_id"] == await world.identity_of(PHONE), "our answers do not go to the friend"
    changes = await world.rows("select subject_id, changes from audit where kind = 'contact.changed'")
    assert identity in [row["subject_id"] for row in changes if "person" in row["changes"]]


async def test_blocking_ends_what_the_wrong_browser_reads(world: World):
    _, friend, _ = await the_friend(world)
    await world.do(block, await world.contact_of(PHONE))
    assert await read_by(world, friend) == []
    await world.do(unblock, await world.contact_of(PHONE))
    assert await read_by(world, friend) == []


async def test_undoing_a_merge_ends_what_a_browser_reads_that_came_meanwhile(world: World):
    await world.says(HER, "in the chat")
    conversation = (await world.says(PHONE, "hello", intake=SMS)).conversation
    key = await world.do(merge_contacts, await world.contact_of(PHONE), await world.contact_of(HER))
    browser = await followed(world, await sent_link(world.store, conversation))
    assert browser is not None and "hello" in await read_by(world, browser)
    await world.do(undo_merge, key)
    assert await world.contact_of(PHONE) != await world.contact_of(f"visitor:{browser.address}")
    assert await read_by(world, browser) == []


async def test_the_newest_links_browser_stands_for_the_number(world: World):
    conversation, first = await linked(world)
    one = await followed(world, first)
    assert one is not None
    await world.says(f"visitor:{one.address}", "typed in the first browser")
    await world.says(PHONE, "by telephone", intake=SMS)
    two = await followed(
        world, await sent_link(world.store, conversation, leg=await leg_of(world, PHONE)), OTHER
    )
    assert two is not None
    read = await read_by(world, two)
    assert read[0] == "hello" and "by telephone" in read and "typed in the first browser" not in read
    assert await read_by(world, one) == ["typed in the first browser"]


async def leg_of(world: World, address: str) -> str:
    return str(
        await world.value(
            "select l.id from legs l join identities i on i.id = l.identity_id where i.address = $1", address
        )
    )
