"""What is known of a customer beyond her words: claims stay claims, what the site signed becomes attributes."""

from functools import partial

from gateway.events import Address, InboundMessage, Kind
from gateway.store import Store, from_json
from gateway.stream.contacts import CLAIM_LENGTH, CLAIMS
from gateway.stream.ingest import take_in
from gateway.stream.introduce import introduce
from tests.world import WEB, seed

SIGNED = {"email": "kim@example.com", "plan": "plus", "since": 1_700_000_000_000}


async def newcomer(store: Store) -> str:
    """The identity of somebody who wrote once."""
    await store.write(seed)
    await take_in(store, WEB, InboundMessage("m1", Address("visitor", "v1"), "hello"))
    found: str = await store.read(lambda look: look.value("select id from identities"))
    return found


async def contact(store: Store) -> tuple[dict[str, object], dict[str, object]]:
    row = await store.read(lambda look: look.one("select attributes, claims from contacts"))
    assert row is not None
    return from_json(row["attributes"]), from_json(row["claims"])


async def test_what_the_site_signed_becomes_defined_attributes(store: Store) -> None:
    identity = await newcomer(store)
    assert await store.write(lambda tx: introduce(tx, identity, {}, SIGNED))
    attributes, claims = await contact(store)
    assert attributes == {"email": "kim@example.com", "plan": "plus", "since": "2023-11-14"}
    assert claims == {}
    defined = await store.read(lambda look: look.all("select * from attribute_definitions order by key"))
    assert [(row["key"], row["label"], from_json(row["labels"]), row["type"]) for row in defined] == [
        ("email", "Email", {"ko": "이메일"}, "text"),
        ("plan", "Plan", {"ko": "요금제"}, "text"),
        ("since", "Customer since", {"ko": "고객이 된 날"}, "date"),
    ]


async def test_what_the_page_claims_stays_apart_and_joins_nobody(store: Store) -> None:
    identity = await newcomer(store)
    await store.write(lambda tx: introduce(tx, identity, {"email": "boss@example.com"}, {}))
    attributes, claims = await contact(store)
    assert attributes == {}
    assert claims == {"email": "boss@example.com"}
    assert await store.read(lambda look: look.value("select count(*) from contacts")) == 1


async def test_claims_never_outgrow_their_bounds_and_the_newest_stay(store: Store) -> None:
    identity = await newcomer(store)
    for number in range(5):
        said = {f"{number}.{n}": "x" * 1000 for n in range(15)}
        await store.write(partial(introduce, identity=identity, claims=said, vouched={}))
    _, claims = await contact(store)
    assert set(said) < set(claims) and len(claims) == CLAIMS
    assert {len(str(value)) for value in claims.values()} == {CLAIM_LENGTH}


async def test_nothing_new_writes_nothing(store: Store) -> None:
    identity = await newcomer(store)
    await store.write(lambda tx: introduce(tx, identity, {"name": "Kim"}, SIGNED))
    before = store.published
    assert not await store.write(lambda tx: introduce(tx, identity, {"name": "Kim"}, SIGNED))
    assert store.published == before


async def test_agents_are_told_which_fields_not_which_words(store: Store) -> None:
    identity = await newcomer(store)
    told: list[object] = []
    store.publish_to(lambda events: told.extend(e.changes for e in events if e.kind is Kind.CONTACT_CHANGED))
    await store.write(lambda tx: introduce(tx, identity, {"name": "Kim"}, SIGNED))
    assert told == [{"fields": ["email", "plan", "since", "claims"]}]


async def test_nobody_is_introduced_who_was_erased(store: Store) -> None:
    identity = await newcomer(store)
    await store.write(lambda tx: tx.run("update contacts set erased_at = 1"))
    assert not await store.write(lambda tx: introduce(tx, identity, {"name": "Kim"}, SIGNED))
    assert not await store.write(lambda tx: introduce(tx, "nobody", {"name": "Kim"}, SIGNED))
