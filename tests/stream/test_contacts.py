"""Contacts: merging and splitting them changes what agents see and never what a customer sees; blocking; attributes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import Address, InboundMessage, Kind, Proof, new_id
from gateway.store import Store, as_json, events_after, from_json
from gateway.stream import status
from gateway.stream.contacts import block, prove, set_claims, unblock, update_contact
from gateway.stream.definitions import (
    change_attribute,
    make_attribute,
    make_organisation,
    update_organisation,
)
from gateway.stream.ingest import take_in
from gateway.stream.merge import merge_contacts
from gateway.stream.split import split_contact
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.stream.test_people import found
from tests.world import WEB, World


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def persons(world: World) -> dict[str, str]:
    rows = await world.rows("select address, person_id from identities order by address")
    return {row["address"]: row["person_id"] for row in rows}


async def owners(world: World) -> dict[str, str]:
    rows = await world.rows("select id, contact_id from conversations order by id")
    return {row["id"]: row["contact_id"] for row in rows}


async def test_merged_contacts_are_one_to_agents_and_two_to_customers(world: World) -> None:
    one = (await world.says("+1", "one", name="Ann")).conversation
    other = (await world.says("mailto:ann@example.com", "two")).conversation
    mine, hers = await world.contact_of("+1"), await world.contact_of("mailto:ann@example.com")
    before, whose = await persons(world), await owners(world)
    key = await world.do(merge_contacts, mine, hers)
    assert await persons(world) == before
    assert set((await owners(world)).values()) == {hers}
    assert await world.contact_of("+1") == hers
    assert (await world.row("select name from contacts where id = $1", hers))["name"] == "Ann"
    # What the merged one wrote goes on where it was.
    assert (await world.says("+1", "three")).conversation == one
    await check(world.store)
    await world.do(undo_merge, key)
    assert await owners(world) == whose
    assert await world.contact_of("+1") == mine
    row = await world.row("select name, merged_into from contacts where id = $1", hers)
    assert row["name"] == ""
    row = await world.row("select name, merged_into from contacts where id = $1", mine)
    assert (row["name"], row["merged_into"]) == ("Ann", None)
    assert await persons(world) == before
    assert await world.texts(other) == ["two"]
    await check(world.store)


FIELDS = "select name, locale, organisation_id, attributes from contacts where id = $1"


async def fields_of(world: World, contact: str) -> dict[str, Any]:
    row = await world.row(FIELDS, contact)
    said = {name: row[name] for name in ("name", "locale", "organisation_id")}
    return {**said, "attributes": from_json(row["attributes"])}


async def finds(world: World, words: str) -> list[str]:
    """The contacts that these words find."""
    numbers = await found(world.store, words)
    rows = await world.rows("select id, seq from contacts order by seq")
    return [row["id"] for row in rows if row["seq"] in numbers]


async def two_people(world: World) -> tuple[str, str]:
    """Two contacts without any fields, and the attributes that a contact may have."""
    await world.says("+1", "one")
    await world.says("+2", "two")
    for key, kind in (("plan", "text"), ("seats", "number"), ("vip", "boolean"), ("since", "date")):
        await world.do(make_attribute, "contact", key, key, kind, [])
    return await world.contact_of("+1"), await world.contact_of("+2")


async def test_a_merge_fills_what_the_survivor_does_not_say_and_undo_empties_it(world: World) -> None:
    mine, hers = await two_people(world)
    acme, other = [await world.do(make_organisation, name, None) for name in ("Acme", "Other")]
    theirs = {"plan": "gold", "seats": 4, "vip": True, "since": "2024-02-29"}
    await world.do(update_contact, mine, name="Ann", locale="ko", organisation=acme, attributes=theirs)
    await world.do(
        update_contact, hers, organisation=other, attributes={"seats": 0, "vip": False, "plan": ""}
    )
    before = [await fields_of(world, one) for one in (mine, hers)]
    key = await world.do(merge_contacts, mine, hers)
    assert await fields_of(world, hers) == {
        "name": "Ann",
        "locale": "ko",
        "organisation_id": other,
        "attributes": {"plan": "gold", "seats": 0, "vip": False, "since": "2024-02-29"},
    }, "no and nothing are words too; a blank is none"
    assert await finds(world, "gold") == [hers]
    await check(world.store)
    await world.do(undo_merge, key)
    assert [await fields_of(world, one) for one in (mine, hers)] == before
    assert await finds(world, "gold") == [mine]
    await check(world.store)


async def test_what_somebody_changed_after_a_merge_stays_when_it_is_undone(world: World) -> None:
    mine, hers = await two_people(world)
    await world.do(update_contact, mine, name="Ann", locale="ko", attributes={"plan": "gold", "seats": 4})
    key = await world.do(merge_contacts, mine, hers)
    await world.do(update_contact, hers, name="Anna", attributes={"plan": "platinum", "since": "2026-01-01"})
    await world.do(undo_merge, key)
    assert await fields_of(world, hers) == {
        "name": "Anna",
        "locale": None,
        "organisation_id": None,
        "attributes": {"plan": "platinum", "since": "2026-01-01"},
    }
    assert (await fields_of(world, mine))["attributes"] == {"plan": "gold", "seats": 4}


async def test_a_merge_of_before_attributes_were_filled_is_undone_as_it_was(world: World) -> None:
    mine, hers = await two_people(world)
    await world.do(update_contact, mine, name="Ann", attributes={"plan": "gold"})
    key = await world.do(merge_contacts, mine, hers)
    old = "update merges set before = $2 where id = $1"
    await world.store.write(lambda tx: tx.run(old, key, as_json({"filled": ["name"]})))
    await world.do(undo_merge, key)
    assert (await fields_of(world, hers))["name"] == ""
    assert (await fields_of(world, hers))["attributes"] == {"plan": "gold"}


SAID = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["", "gold", "basic"]),
        "seats": st.integers(0, 3),
        "vip": st.booleans(),
    },
)
PERSON = st.tuples(st.sampled_from(["", "Ann", "Bo"]), st.sampled_from([None, "ko", "en"]), SAID)


@given(st.lists(PERSON, min_size=3, max_size=3), st.permutations([0, 1, 2]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_merges_fill_only_blanks_and_undoing_them_restores_everybody(
    world: World, people: list[Any], order: list[int]
) -> None:
    """Of three people one swallows the others, in whatever order; each value that stood stands; undone, all is back."""
    keys = []
    for said in people:
        identity = new_id()
        await world.says(f"mailto:{identity}@example.com", "hello")
        keys.append(await world.contact_of(f"mailto:{identity}@example.com"))
        await write_fields(world, keys[-1], said)
    before = [await fields_of(world, key) for key in keys]
    first, second, last = (keys[n] for n in order)
    merges = [await world.do(merge_contacts, first, second), await world.do(merge_contacts, second, last)]
    now = await fields_of(world, last)
    for asked in order[::-1]:
        for name, value in flat(before[asked]).items():
            told = flat(now).get(name)
            nearer = [flat(before[n]).get(name) for n in order[order.index(asked) + 1 :][::-1]]
            wins = next((one for one in nearer if one not in (None, "")), value)
            assert told == wins, (name, told, wins)
    for key in merges[::-1]:
        await world.do(undo_merge, key)
    assert [await fields_of(world, key) for key in keys] == before


async def write_fields(world: World, contact: str, said: Any) -> None:
    """As stored rows: what attributes are defined is another's affair."""
    name, locale, attributes = said
    sql = "update contacts set name = $2, locale = $3, attributes = $4 where id = $1"
    await world.store.write(lambda tx: tx.run(sql, contact, name, locale, as_json(attributes)))


def flat(fields: dict[str, Any]) -> dict[str, Any]:
    """What somebody says, blanks left out."""
    whole = {**fields, **fields["attributes"]}
    del whole["attributes"]
    return {name: value for name, value in whole.items() if value not in (None, "")}


async def test_what_a_returned_identity_began_meanwhile_goes_home_with_it(world: World) -> None:
    await world.says("+1", "one")
    await world.says("+2", "two")
    mine, hers = await world.contact_of("+1"), await world.contact_of("+2")
    key = await world.do(merge_contacts, mine, hers)
    first = (await world.row("select id from conversations order by id limit 1"))["id"]
    await world.do(status.mark_spam, first)
    await world.do(status.unmark_spam, first)
    await world.do(status.close, first)
    await world.store.write(lambda tx: tx.run("update conversations set closed_at = 0 where id = $1", first))
    fresh = (await world.says("+1", "anew")).conversation
    assert fresh != first
    assert (await owners(world))[fresh] == hers
    await world.do(undo_merge, key)
    assert (await owners(world))[fresh] == mine
    await check(world.store)


async def test_a_split_contact_takes_its_conversations(world: World) -> None:
    one = (await world.says("+1", "one")).conversation
    other = (await world.says("+2", "two")).conversation
    mine, hers = await world.contact_of("+1"), await world.contact_of("+2")
    await world.do(merge_contacts, mine, hers)
    identity = await world.identity_of("+2")
    key, fresh = await world.do(split_contact, hers, [identity])
    assert await owners(world) == {one: hers, other: fresh}
    with pytest.raises(Refused):
        await world.do(split_contact, fresh, [identity])
    with pytest.raises(NotFound):
        await world.do(split_contact, hers, [identity])
    await check(world.store)
    await world.do(undo_merge, key)
    assert await owners(world) == {one: hers, other: hers}
    assert (await world.row("select merged_into from contacts where id = $1", fresh))["merged_into"] == hers
    await check(world.store)


async def test_undoing_a_contact_merge_waits_for_what_depends_on_it(world: World) -> None:
    for number in "123":
        await world.says(f"+{number}", number)
    one, two, three = [await world.contact_of(f"+{number}") for number in "123"]
    first = await world.do(merge_contacts, one, two)
    second = await world.do(merge_contacts, two, three)
    with pytest.raises(Conflict):
        await world.do(undo_merge, first)
    await world.do(undo_merge, second)
    await world.do(undo_merge, first)
    assert [await world.contact_of(f"+{number}") for number in "123"] == [one, two, three]
    await check(world.store)


async def test_contacts_that_cannot_be_merged(world: World) -> None:
    await world.says("+1", "one")
    await world.says("+2", "two")
    one, two = await world.contact_of("+1"), await world.contact_of("+2")
    with pytest.raises(Refused):
        await world.do(merge_contacts, one, one)
    with pytest.raises(NotFound):
        await world.do(merge_contacts, one, "nobody")
    await world.do(block, one)
    with pytest.raises(Refused, match="blocked"):
        await world.do(merge_contacts, one, two)


async def test_blocking_puts_into_spam_and_unblocking_undoes_exactly_that(world: World) -> None:
    running = (await world.says("+1", "running", thread_key="a")).conversation
    contact = await world.contact_of("+1")
    others: dict[str, str] = {}
    for name, verb in (("closed", status.close), ("spam", status.mark_spam)):
        taken = await take_in(
            world.store, WEB, InboundMessage(name, Address("tel", f"+{len(others) + 7}"), text=name)
        )
        others[name] = taken.conversation
        await world.store.write(
            lambda tx, key=taken.conversation: tx.run(  # type: ignore[misc]
                "update conversations set contact_id = $2 where id = $1", key, contact
            )
        )
        await world.do(verb, taken.conversation)
    await world.do(block, contact)
    assert (await world.conversation(running))["status"] == "spam"
    # What comes while blocked is kept, out of everybody's way.
    assert (await world.says("+1", "still here")).conversation == running
    assert (await world.conversation(running))["status"] == "spam"
    assert (await world.says("+7", "to the closed one")).conversation == others["closed"]
    await check(world.store)
    await world.do(unblock, contact)
    assert (await world.conversation(running))["status"] == "open"
    assert (await world.conversation(others["spam"]))["status"] == "spam"
    await check(world.store)


async def test_a_snooze_survives_a_block(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    contact = await world.contact_of("+1")
    await world.do(status.snooze, key, 2**41)
    await world.do(block, contact)
    await world.do(unblock, contact)
    row = await world.conversation(key)
    assert (row["status"], row["snoozed_until"]) == ("snoozed", 2**41)
    await world.do(block, contact)
    await world.do(status.reopen, key)
    await world.do(unblock, contact)
    assert (await world.conversation(key))["status"] == "open"
    await check(world.store)


async def test_fields_attributes_and_organisation(world: World) -> None:
    await world.says("+1", "hello")
    contact = await world.contact_of("+1")
    await world.do(make_attribute, "contact", "plan", "Plan", "choice", ["free", "pro"])
    await world.do(make_attribute, "contact", "since", "Since", "date", [])
    shop = await world.do(make_organisation, "Shop", "Shop.example")

    async def change(**named: Any) -> None:
        await world.do(update_contact, contact, **named)

    await change(name=" Ann ", attributes={"plan": "pro", "since": "2026-11-22"}, organisation=shop)
    for wrong in ({"plan": "gold"}, {"since": "soon"}, {"nope": 1}):
        with pytest.raises(Refused):
            await change(attributes=wrong)
    with pytest.raises(Refused):
        await change(organisation="nowhere")
    row = await world.row("select name, attributes, organisation_id from contacts where id = $1", contact)
    assert (row["name"], row["organisation_id"]) == ("Ann", shop)
    head = world.store.published
    await change(name="Ann", attributes={"plan": "pro"})
    assert world.store.published == head
    await change(attributes={"plan": None}, organisation=None)
    row = await world.row("select attributes, organisation_id from contacts where id = $1", contact)
    assert "plan" not in row["attributes"]
    assert row["organisation_id"] is None
    await check(world.store)


async def test_definitions_are_made_once_and_retired(world: World) -> None:
    key = await world.do(make_attribute, "conversation", "order", "Order", "text", [])
    with pytest.raises(Refused):
        await world.do(make_attribute, "conversation", "order", "Again", "text", [])
    wrongs: list[tuple[Any, ...]] = [
        ("nobody", "a", "A", "text", []),
        ("contact", "A b", "A", "text", []),
        ("contact", "a", "", "text", []),
    ]
    for wrong in wrongs:
        with pytest.raises(Refused):
            await world.do(make_attribute, *wrong)
    with pytest.raises(Refused):
        await world.do(make_attribute, "contact", "a", "A", "choice", [])

    async def change(tx: Any) -> None:
        await change_attribute(tx, key, world.by, retired=True, label="Old order", labels={"ko": "주문"})

    await world.store.write(change)
    assert "주문" in await world.value("select labels from attribute_definitions where id = $1", key)
    with pytest.raises(Refused):
        await world.store.write(lambda tx: change_attribute(tx, key, world.by, labels={"fr": "Commande"}))
    assert await world.value("select retired_at from attribute_definitions where id = $1", key) is not None
    one = await world.do(make_organisation, "One", "one.example")
    two = await world.do(make_organisation, "Two", None)
    with pytest.raises(Refused):
        await world.do(make_organisation, "Again", "ONE.example")
    with pytest.raises(Refused):
        await world.store.write(lambda tx: update_organisation(tx, two, world.by, domain="one.example"))
    await world.store.write(lambda tx: update_organisation(tx, one, world.by, domain="", name="Uno"))
    await world.store.write(lambda tx: update_organisation(tx, two, world.by, domain="one.example"))


async def test_only_proof_joins_persons(world: World) -> None:
    await world.says("visitor:v1", "hello")
    await world.says("app:web:u1", "hello", proof=Proof.VOUCHED)
    rows = await world.rows("select id, space from identities order by id")
    visitor, user = rows[0]["id"], rows[1]["id"]
    assert len(set((await persons(world)).values())) == 2
    with pytest.raises(Refused):
        await world.store.write(lambda tx: prove(tx, visitor, Proof.CHANNEL, same_as=user))
    await world.store.write(lambda tx: prove(tx, visitor, Proof.VOUCHED, same_as=user))
    assert len(set((await persons(world)).values())) == 1
    contact = await world.contact_of("visitor:v1")
    await world.store.write(lambda tx: set_claims(tx, contact, {"name": "Somebody"}))
    events = await world.store.read(lambda look: events_after(look, 0, 99))
    assert [event.kind for event in events[-2:]] == [Kind.CONTACT_CHANGED] * 2
    assert "Somebody" not in str([event.changes for event in events])
    await check(world.store)
