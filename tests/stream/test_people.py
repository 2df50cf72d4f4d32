"""Who wrote: an address is one identity, proof only rises, and a name fills only an empty one."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from gateway.events import Address, Kind, Proof
from gateway.store import Reader, Store, as_json, events_after, plain
from gateway.store.search import fts_query, ts_query
from gateway.stream.people import Person, attribute_words, find_or_make, index_contact
from tests.checks import check

ANN = Address("mailto", "ann@example.com")


async def found(store: Store, words: str) -> list[int]:
    """The contacts' numbers that these words find."""

    async def look(reader: Reader) -> list[int]:
        sql, query = "select rowid from contact_search where contact_search match $1", fts_query(words)
        if reader.postgres:
            sql, query = "select rowid from contact_search where tokens @@ $1::tsquery", ts_query(words)
        return [row[0] for row in await reader.all(sql, query)]

    return await store.scan(look)


async def meets(store: Store, address: Address = ANN, proof: Proof = Proof.CLAIMED, **more: str) -> Person:
    return await store.write(lambda tx: find_or_make(tx, address, proof, **more))


async def value(store: Store, sql: str) -> object:
    return await store.read(lambda look: look.value(sql))


async def test_the_same_address_is_the_same_person_in_its_own_space(store: Store) -> None:
    first, again = await meets(store), await meets(store)
    assert (first.is_new, again.is_new) == (True, False)
    assert (first.identity, first.contact) == (again.identity, again.contact)
    other = await meets(store, Address("app:shop", ANN.address))
    assert other.contact != first.contact


async def test_proof_rises_and_never_falls(store: Store) -> None:
    for proof in (Proof.CLAIMED, Proof.VOUCHED, Proof.CLAIMED, Proof.CHANNEL):
        await meets(store, proof=proof)
    assert await value(store, "select proof from identities") == max(Proof.VOUCHED, Proof.CHANNEL)
    told = [event for event in await check(store) if event.kind is Kind.CONTACT_CHANGED]
    assert [event.changes["fields"] for event in told] == [["proof"]], "who looks at her is told, once"
    assert told[0].subject == await value(store, "select id from identities")


async def test_a_name_fills_an_empty_one_and_is_told_once(store: Store) -> None:
    await meets(store)
    for name in ("Ann", "Anna", ""):
        await meets(store, name=name)
    assert await value(store, "select name from contacts") == "Ann"
    events = await store.read(lambda look: events_after(look, 0, 100))
    assert [(one.kind, one.changes) for one in events] == [(Kind.CONTACT_CHANGED, {"fields": ["name"]})]
    await check(store)


async def test_an_erased_person_is_not_named_again(store: Store) -> None:
    person = await meets(store)
    await store.write(lambda tx: tx.run("update contacts set erased_at = 1 where id = $1", person.contact))
    await meets(store, name="Ann")
    assert await value(store, "select name from contacts") == ""


async def test_the_blocked_are_known_as_such(store: Store) -> None:
    person = await meets(store)
    assert not person.blocked
    await store.write(lambda tx: tx.run("update contacts set blocked_at = 1 where id = $1", person.contact))
    assert (await meets(store)).blocked


async def test_many_who_come_at_once_from_one_address_are_one(store: Store) -> None:
    met = await asyncio.gather(*(meets(store) for _ in range(20)))
    assert len({one.contact for one in met}) == 1 and sum(one.is_new for one in met) == 1
    assert await value(store, "select count(*) from contacts") == 1


async def test_people_are_found_by_name_address_and_attributes_and_visitors_not_by_their_number(
    store: Store,
) -> None:
    ann = await meets(store, name="Ann Lee")
    await meets(store, Address("visitor", "v1a2b3c4"), name="Kim")
    assert len(await found(store, "v1a2b3c4")) == 0
    assert len(await found(store, "kim")) == 1
    assert await found(store, "lee") == await found(store, "ann@example.com") != []
    await store.write(
        lambda tx: tx.run(
            "update contacts set name = 'Ann Park', attributes = '{\"plan\": \"platinum\"}' where id = $1",
            ann.contact,
        )
    )
    await store.write(lambda tx: index_contact(tx, ann.contact))
    assert await found(store, "lee") == []
    assert await found(store, "platinum") == await found(store, "park") != []
    await store.write(lambda tx: tx.run("update contacts set erased_at = 1 where id = $1", ann.contact))
    await store.write(lambda tx: index_contact(tx, ann.contact))
    for words in ("park", "platinum", "ann@example.com"):
        assert await found(store, words) == []
    await store.write(lambda tx: index_contact(tx, "nobody"))


@given(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
    )
)
def test_every_value_of_an_attribute_is_a_word(attributes: dict[str, object]) -> None:
    words = attribute_words(as_json({plain(key): value for key, value in attributes.items()}))
    said = {plain(key): value for key, value in attributes.items()}
    for value in said.values():
        assert value is None or plain(str(value)) in words
