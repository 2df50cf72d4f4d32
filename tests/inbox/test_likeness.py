"""Who may be the same person: suggested, never joined; and how a contact stands. On both databases."""

from __future__ import annotations

from typing import Any

from gateway.events import AccountId, Address, InboundMessage
from gateway.store.log import events_after
from gateway.stream.claims import MARK
from gateway.stream.contacts import set_claims
from gateway.stream.ingest import Intake, take_in
from gateway.stream.introduce import introduce
from gateway.stream.proofs import make_word
from tests.inbox.conftest import House, does


async def contact_of(house: House, conversation: str) -> str:
    sue = await house.client("sue")
    found: str = (await sue.get(f"/conversations/{conversation}"))["contact"]["id"]
    return found


async def writes(house: House, space: str, address: str, name: str = "", team: str | None = None) -> str:
    """A message from this address; answers its contact."""
    fact = InboundMessage(f"{space}-{address}", Address(space, address), text="hi", name=name)
    taken = await take_in(house.store, Intake(AccountId("web"), house.teams.get(team or "")), fact)
    return await contact_of(house, taken.conversation)


async def likely(house: House, who: str, contact: str) -> list[tuple[str, list[str]]]:
    told = (await (await house.client(who)).get(f"/contacts/{contact}/likely"))["likely"]
    return [(one["contact"]["id"], one["why"]) for one in told]


async def test_what_is_alike_is_suggested(both: House) -> None:
    mail = await writes(both, "mailto", "minji.kim@example.com", "Kim Minji")
    phone = await writes(both, "tel", "+821012345678", "민지")
    chat = await writes(both, "app:web", "+821012345678", "")
    visitor = await writes(both, "visitor", "v1", "Minji Kim")
    namesake = await writes(both, "mailto", "minji.kim@other.example", "M.")
    await writes(both, "mailto", "someone@example.com", "Kim Seojun")
    await both.store.write(lambda tx: set_claims(tx, visitor, {"email": "Minji.Kim@example.com"}))
    assert await likely(both, "sue", visitor) == [(mail, ["claims", "name"])]
    assert await likely(both, "sue", phone) == [(chat, ["phone"])]
    assert await likely(both, "sue", chat) == [(phone, ["phone"])]
    assert sorted(await likely(both, "sue", mail)) == sorted(
        [(visitor, ["claimed", "name"]), (namesake, ["mail_name"])]
    )
    contact = (await (await both.client("sue")).get(f"/contacts/{visitor}"))["contact"]
    assert contact["merged_into"] is None, "it only suggests"


async def test_nobody_is_suggested_who_may_not_be_seen_or_merged(both: House) -> None:
    mine = await writes(both, "mailto", "park.one@example.com", "Park Jimin", "sales")
    foreign = await writes(both, "mailto", "park.two@example.com", "Park Jimin", "support")
    blocked = await writes(both, "mailto", "park.three@example.com", "Park Jimin", "sales")
    erased = await writes(both, "mailto", "park.four@example.com", "Park Jimin", "sales")
    await does(both, "sue", "block", contact=blocked)
    await does(both, "sue", "erase_contact", contact=erased)
    assert await likely(both, "ann", mine) == []
    assert await likely(both, "sue", mine) == [(foreign, ["name"])]
    assert await likely(both, "sue", erased) == []
    ann = await both.client("ann")
    assert await ann.fails("GET", f"/contacts/{foreign}/likely") == (404, "not_found")
    await does(both, "sue", "merge_contacts", contact=foreign, into=mine)
    assert await likely(both, "sue", mine) == [], "who is merged already is nobody else"


async def test_how_a_contact_stands(both: House) -> None:
    """Counts only what the caller may see; merges are told by name, and undone by their id."""
    lee = await both.customer_writes("one", name="Lee", team="sales")
    park = await both.customer_writes("two", name="Park", team="sales")
    await does(both, "ann", "close", conversation=park.conversation)
    source, target = [await contact_of(both, one.conversation) for one in (lee, park)]
    ann = await both.client("ann")

    async def stands(contact: str) -> dict[str, Any]:
        told: dict[str, Any] = await ann.get(f"/contacts/{contact}/standing")
        return told

    assert [(await stands(one))["open"] for one in (source, target)] == [1, 0]
    key = (await does(both, "ann", "merge_contacts", contact=source, into=target))["merge"]
    told = await stands(target)
    assert (told["open"], told["conversations"]) == (1, 2)
    assert [(one["id"], one["source"]["name"], one["into"]["name"]) for one in told["merges"]] == [
        (key, "Lee", "Park")
    ]
    await does(both, "ann", "undo_merge", merge=key)
    told = await stands(source)
    assert (told["contact"]["name"], told["conversations"]) == ("Lee", 1)
    assert told["merges"][0]["undone_at"] is not None
    bob = await both.client("bob")
    assert await bob.fails("GET", f"/contacts/{source}/standing") == (404, "not_found")


async def test_who_claims_the_address_of_somebody_known_is_suggested_there(both: House) -> None:
    """By mail, by telephone, or as the address that her site signed; told live, to those who may see both, and never
    as a word to search by."""
    mail = await writes(both, "mailto", "jiho@example.com", "Lee Jiho", "support")
    phone = await writes(both, "tel", "+821055556666", "Phone", "sales")
    member = await writes(both, "app:web", "u-77", "Member", "sales")
    identity = await both.store.read(
        lambda look: look.value("select id from identities where contact_id = $1", member)
    )
    await both.store.write(lambda tx: introduce(tx, identity, {}, {"email": "Member@shop.example"}))
    visitor = await writes(both, "visitor", "v9", "", "sales")
    hers = await both.store.read(
        lambda look: look.value("select id from identities where contact_id = $1", visitor)
    )
    before = both.store.published
    claims = {"email": "JIHO@example.com", "phone": "+82 10-5555-6666", "other": "member@shop.example"}
    assert await both.store.write(lambda tx: introduce(tx, hers, claims, {}))
    told = await both.store.read(lambda look: events_after(look, before, 10))
    assert sorted((one.contact, *one.changes["fields"]) for one in told) == sorted(
        [(visitor, "claims"), *((one, "claimed") for one in (mail, phone, member))]
    )
    assert not any(visitor in str(one.changes) or one.subject for one in told if one.contact != visitor)
    for known in (phone, member):
        assert await likely(both, "sue", known) == [(visitor, ["claimed"])]
        assert await likely(both, "ann", known) == [(visitor, ["claimed"])]
    assert await likely(both, "bob", mail) == [], "he may not see the visitor"
    assert {one for one, _ in await likely(both, "sue", visitor)} == {mail, phone, member}
    assert {one for one, _ in await likely(both, "ann", visitor)} == {phone, member}
    sue = await both.client("sue")
    for words in ("jiho@example.com", "jiho", "claimed"):
        found = {one["id"] for one in (await sue.get(f"/contacts?q={words}"))["contacts"]}
        assert visitor not in found, "by a claim nobody is found"
    head = both.store.published
    await both.store.write(lambda tx: introduce(tx, hers, claims, {}))
    assert both.store.published == head, "what was said before is told to nobody again"
    await does(both, "sue", "merge_contacts", contact=visitor, into=phone)
    await does(both, "sue", "erase_contact", contact=phone)
    assert await likely(both, "sue", mail) == []


async def test_an_address_that_was_left_is_not_kept_beyond_erasing(both: House) -> None:
    mail = await writes(both, "mailto", "gone@example.com", "Gone")
    visitor = await writes(both, "visitor", "v10", "")
    await both.store.write(lambda tx: set_claims(tx, visitor, {"email": "gone@example.com"}))
    assert await likely(both, "sue", mail) == [(visitor, ["claimed"])]
    await does(both, "sue", "erase_contact", contact=visitor)
    assert await likely(both, "sue", mail) == []
    kept = await both.store.read(lambda look: look.all("select tokens from contact_search"))
    assert not any(MARK in str(row["tokens"]) for row in kept)


async def test_what_can_be_taken_back_comes_with_the_suggestions(both: House) -> None:
    lee, park = await writes(both, "tel", "+1"), await writes(both, "tel", "+2")
    sue = await both.client("sue")
    assert (await sue.get(f"/contacts/{park}/likely"))["joined"] is False
    merge = (await does(both, "sue", "merge_contacts", contact=lee, into=park))["merge"]
    assert (await sue.get(f"/contacts/{park}/likely"))["joined"] is True
    await does(both, "sue", "undo_merge", merge=merge)
    assert (await sue.get(f"/contacts/{park}/likely"))["joined"] is False


async def test_a_number_that_proved_itself_is_suggested_first_and_gone_once_joined(both: House) -> None:
    sms = Intake(AccountId("web"))
    chat = await take_in(
        both.store, sms, InboundMessage("p1", Address("visitor", "v1"), text="hi", name="Hana")
    )
    phone = await take_in(both.store, sms, InboundMessage("p2", Address("tel", "+821055501001"), name="Hana"))
    hana, theirs = [await contact_of(both, one.conversation) for one in (chat, phone)]
    shown_to = await both.store.read(
        lambda look: look.value("select id from identities where contact_id = $1", hana)
    )
    word = await both.store.write(lambda tx: make_word(tx, chat.conversation, shown_to, "web"))
    before = both.store.published
    await take_in(both.store, sms, InboundMessage("p3", Address("tel", "+821055501001"), text=f"#{word}"))
    assert await likely(both, "sue", hana) == [(theirs, ["proof", "name"])]
    assert await likely(both, "sue", theirs) == [(hana, ["proof", "name"])]
    told = await both.store.read(lambda look: events_after(look, before, 10))
    assert {one.contact for one in told if one.contact} == {hana, theirs}
    merged = await does(both, "sue", "merge_contacts", contact=theirs, into=hana)
    assert await likely(both, "sue", hana) == []
    await does(both, "sue", "undo_merge", merge=merged["merge"])
    assert await likely(both, "sue", hana) == [(theirs, ["proof", "name"])]


async def test_the_conversations_that_run_with_one_person_are_named_to_who_sees_them(both: House) -> None:
    one = await writes(both, "tel", "+821055501001", "Lee", "sales")
    other = await writes(both, "tel", "+821055501002", "Lee", "support")
    third = await writes(both, "tel", "+821055501003", "Lee", "sales")
    sue, ann = await both.client("sue"), await both.client("ann")

    async def named(who: Any) -> list[int]:
        return [each["number"] for each in (await who.get(f"/contacts/{one}/likely"))["running"]]

    assert await named(sue) == [1]
    await does(both, "sue", "merge_contacts", contact=other, into=one)
    await does(both, "sue", "merge_contacts", contact=third, into=one)
    assert await named(sue) == [3, 2, 1]
    assert await named(ann) == [3, 1], "the other team's is not told"
    numbers = {
        number: (await sue.get(f"/conversations/{number}"))["conversation"]["id"] for number in (1, 2, 3)
    }
    await does(both, "sue", "snooze", conversation=numbers[1], until=2**41)
    await does(both, "sue", "close", conversation=numbers[3])
    assert await named(sue) == [2, 1]
    await does(both, "sue", "merge", conversation=numbers[2], into=numbers[1])
    assert await named(sue) == [1]


async def test_what_was_separated_is_not_suggested_by_its_proof_again(both: House) -> None:
    chat = await both.customer_writes("hello", name="Mina", team="sales")
    row = await both.store.read(lambda look: look.one("select id, contact_id from identities"))
    assert row is not None
    identity, mina = str(row["id"]), str(row["contact_id"])
    word = await both.store.write(lambda tx: make_word(tx, chat.conversation, identity, "web"))
    fact = InboundMessage("w1", Address("tel", "+821055501001"), text=f"here #{word}")
    await take_in(both.store, Intake(AccountId("web"), both.teams["sales"]), fact)
    assert await likely(both, "sue", mina) == []
    merge = await both.store.read(lambda look: look.value("select id from merges"))
    await does(both, "sue", "undo_merge", merge=merge)
    assert await likely(both, "sue", mina) == []
