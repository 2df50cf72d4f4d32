"""Who is the same person, as far as proofs lead: a merge by an agent leads nowhere."""

import pytest

from gateway.events import agent
from gateway.store import Store
from gateway.stream.merge import merge_contacts
from gateway.stream.sight import same_person
from tests.world import World

HER, PHONE, OTHER = "visitor:hana", "+821055501001", "+821055501002"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def test_what_is_proven_is_seen_and_what_is_merged_is_not(world: World) -> None:
    for who in (HER, PHONE, OTHER):
        await world.says(who, "hello")
    hers, phone, other = [await world.identity_of(one) for one in (HER, PHONE, OTHER)]
    contact = await world.contact_of(HER)
    for one in (PHONE, OTHER):
        merged = await world.contact_of(one)
        await world.store.write(lambda tx, merged=merged: merge_contacts(tx, merged, contact, agent("anna")))  # type: ignore[misc]
    assert await world.store.write(lambda tx: same_person(tx, [hers], contact)) == {hers}

    proven = (
        "update identities set person_id = (select person_id from identities where id = $1) where id = $2"
    )
    await world.store.write(lambda tx: tx.run(proven, hers, phone))
    assert await world.store.write(lambda tx: same_person(tx, [hers], contact)) == {hers, phone}
    assert await world.store.write(lambda tx: same_person(tx, [other], contact)) == {other}
