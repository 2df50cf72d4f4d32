"""What is known of a person: notes that no customer sees, and what happened over time."""

from __future__ import annotations

from typing import Any

from gateway.events import Proof
from gateway.store import Tx
from gateway.stream.contact_notes import MOST, add_note
from gateway.stream.contacts import prove
from tests.inbox.conftest import House, asking, does


async def contact_of(house: House, name: str = "Kim") -> str:
    found: str = await house.store.read(
        lambda look: look.value("select contact_id from identities where address = $1", name)
    )
    return found


async def note(house: House, who: str, contact: str, text: str, client_id: str = "n1") -> Any:
    rest = await house.client(who)
    return await rest.does("POST", f"/contacts/{contact}/notes", {"text": text, "client_id": client_id})


async def texts(house: House, contact: str, who: str = "sue") -> list[str]:
    return [
        one["text"] for one in (await (await house.client(who)).get(f"/contacts/{contact}/notes"))["notes"]
    ]


async def test_notes_are_written_mended_and_removed(both: House) -> None:
    await both.customer_writes("hello", team="sales")
    contact = await contact_of(both)
    first = await note(both, "ann", contact, " Likes dark roast ")
    assert (await note(both, "ann", contact, "Likes dark roast"))["note"] == first["note"]
    assert (first["note"]["text"], first["note"]["author"]["name"]) == ("Likes dark roast", "Ann")
    await note(both, "sue", contact, "Pays late", "n2")
    assert await texts(both, contact) == ["Pays late", "Likes dark roast"]
    ann, sue = await both.client("ann"), await both.client("sue")
    key, hers = (
        f"/contact-notes/{first['note']['id']}",
        (await sue.get(f"/contacts/{contact}/notes"))["notes"][0],
    )
    changed = await ann.does("PATCH", key, {"text": "Likes light roast"})
    assert changed["note"]["edited_at"] is not None
    assert await ann.fails("PATCH", f"/contact-notes/{hers['id']}", {"text": "x"}) == (403, "forbidden")
    assert await ann.fails("DELETE", f"/contact-notes/{hers['id']}") == (403, "forbidden")
    await sue.does("PATCH", key, {"text": "Likes any roast"})
    await sue.does("DELETE", key)
    assert await ann.fails("PATCH", key, {"text": "x"}) == (404, "not_found")
    assert await texts(both, contact) == ["Pays late"]
    assert await ann.fails("POST", f"/contacts/{contact}/notes", {"text": " ", "client_id": "n"}) == (
        422,
        "refused",
    )


async def test_only_who_may_see_the_contact_reads_or_writes_them(both: House) -> None:
    await both.customer_writes("hello", team="sales")
    contact = await contact_of(both)
    made = await note(both, "ann", contact, "Secret")
    bob = await both.client("bob")
    for path in (f"/contacts/{contact}/notes", f"/contacts/{contact}/timeline"):
        assert (await bob.fails("GET", path))[0] == 404
    body = {"text": "x", "client_id": "n9"}
    assert (await bob.fails("POST", f"/contacts/{contact}/notes", body))[0] == 404
    for method in ("PATCH", "DELETE"):
        sent = {"text": "x"} if method == "PATCH" else None
        assert (await bob.fails(method, f"/contact-notes/{made['note']['id']}", sent))[0] == 404
    assert (await bob.get("/contacts", q="Secret"))["contacts"] == []


async def test_they_are_found_by_their_words_until_they_are_gone(both: House) -> None:
    taken = await both.customer_writes("hello")
    contact = await contact_of(both)
    made = await note(both, "ann", contact, "Allergic to walnuts")
    ann = await both.client("ann")
    assert [one["id"] for one in (await ann.get("/contacts", q="walnut"))["contacts"]] == [contact]
    hits = (await ann.get("/search", q="walnuts"))["hits"]
    assert [hit["conversation"]["id"] for hit in hits] == [taken.conversation]
    await ann.does("PATCH", f"/contact-notes/{made['note']['id']}", {"text": "Allergic to milk"})
    assert (await ann.get("/contacts", q="walnuts"))["contacts"] == []
    await ann.does("DELETE", f"/contact-notes/{made['note']['id']}")
    assert (await ann.get("/contacts", q="milk"))["contacts"] == []


async def test_they_come_along_when_contacts_are_merged_and_go_when_it_is_undone(both: House) -> None:
    await both.customer_writes("hello")
    await both.customer_writes("hello", name="Lee")
    kim, lee = await contact_of(both), await contact_of(both, "Lee")
    first = await note(both, "ann", kim, "Of Kim", "n1")
    await note(both, "ann", lee, "Of Lee", "n2")
    merged = await does(both, "ann", "merge_contacts", contact=kim, into=lee)
    assert await texts(both, lee) == await texts(both, kim) == ["Of Lee", "Of Kim"]
    ann = await both.client("ann")
    assert [one["id"] for one in (await ann.get("/contacts", q="Of Kim"))["contacts"]] == [lee]
    await note(both, "ann", kim, "Of both", "n3")
    await ann.does("PATCH", f"/contact-notes/{first['note']['id']}", {"text": "Of Kim alone"})
    await does(both, "ann", "undo_merge", merge=merged["merge"])
    assert await texts(both, kim) == ["Of Kim alone"]
    assert await texts(both, lee) == ["Of both", "Of Lee"]
    assert [one["id"] for one in (await ann.get("/contacts", q="alone"))["contacts"]] == [kim]


async def test_erasing_somebody_erases_them(both: House) -> None:
    await both.customer_writes("hello")
    contact = await contact_of(both)
    made = await note(both, "ann", contact, "Lives alone")
    await does(both, "sue", "erase_contact", contact=contact)
    assert await texts(both, contact) == []
    assert await both.store.read(lambda look: look.value("select count(*) from contact_notes")) == 0
    ann = await both.client("ann")
    assert (await ann.fails("PATCH", f"/contact-notes/{made['note']['id']}", {"text": "x"}))[0] == 404
    body = {"text": "x", "client_id": "n2"}
    assert await ann.fails("POST", f"/contacts/{contact}/notes", body) == (422, "refused")


async def test_there_is_an_end_to_them(house: House) -> None:
    await house.customer_writes("hello")
    contact, asked = await contact_of(house), await asking(house, "ann")

    async def many(tx: Tx) -> None:
        for n in range(MOST):
            await add_note(tx, contact, f"note {n}", f"k{n}", asked.by)

    await house.store.write(many)
    ann = await house.client("ann")
    status, value = await ann.ask(
        "POST", f"/contacts/{contact}/notes", {"text": "x", "client_id": "one more"}
    )
    assert (status, value["text"], value["params"]) == (422, "errors.contact_notes_many", {"limit": MOST})
    assert len(await texts(house, contact)) == MOST


async def test_a_timeline_tells_what_happened_newest_first(both: House) -> None:
    taken = await both.customer_writes("hello")
    await both.customer_writes("hello", name="Lee")
    kim, lee = await contact_of(both), await contact_of(both, "Lee")
    ann = await both.client("ann")
    await does(both, "ann", "set_subject", conversation=taken.conversation, subject="Beans")
    await does(both, "ann", "close", conversation=taken.conversation)
    await does(both, "ann", "assign", conversation=taken.conversation, agent=None)
    await does(both, "ann", "reopen", conversation=taken.conversation)
    made = await note(both, "ann", kim, "Likes tea")
    identity = await both.store.read(
        lambda look: look.value("select id from identities where address = 'Kim'")
    )
    await both.store.write(lambda tx: prove(tx, identity, Proof.VERIFIED))
    merged = await does(both, "ann", "merge_contacts", contact=lee, into=kim)
    lines = (await ann.get(f"/contacts/{kim}/timeline"))["lines"]
    said = [(line["kind"], line["changes"].get("status") or line["changes"].get("fields")) for line in lines]
    assert said == [
        ("contact.merged", None),
        ("contact.changed", ["proof"]),
        ("contact.changed", ["notes"]),
        ("conversation.changed", ["closed", "open"]),
        ("conversation.changed", ["open", "closed"]),
        ("conversation.created", None),
        ("conversation.created", None),
    ]
    assert lines[2]["note"] == made["note"]
    assert (lines[3]["conversation"], lines[3]["title"]) == (taken.conversation, "Beans")
    first = await ann.get(f"/contacts/{kim}/timeline", limit=3)
    rest = await ann.get(f"/contacts/{kim}/timeline", limit=100, before=first["before"])
    assert [*first["lines"], *rest["lines"]] == lines
    assert rest["before"] is None
    await does(both, "ann", "undo_merge", merge=merged["merge"])
    kinds = [line["kind"] for line in (await ann.get(f"/contacts/{lee}/timeline"))["lines"]]
    assert kinds == ["merge.undone", "contact.merged", "conversation.created"]
    assert (await ann.fails("GET", f"/contacts/{kim}/timeline?before=x"))[0] == 400


async def test_a_timeline_keeps_to_what_one_may_see(both: House) -> None:
    ours = await both.customer_writes("hello", team="sales")
    theirs = await both.customer_writes("hello", name="Lee", team="support")
    kim, lee = await contact_of(both), await contact_of(both, "Lee")
    await does(both, "sue", "merge_contacts", contact=lee, into=kim)

    async def seen(who: str) -> set[str]:
        lines = (await (await both.client(who)).get(f"/contacts/{kim}/timeline"))["lines"]
        return {line["conversation"] for line in lines if line["conversation"]}

    assert await seen("ann") == {ours.conversation}
    assert await seen("bob") == {theirs.conversation}
    assert await seen("sue") == {ours.conversation, theirs.conversation}
    # Merged away, a conversation is seen by who sees the one it lives in now.
    await does(both, "sue", "merge", conversation=theirs.conversation, into=ours.conversation)
    assert await seen("ann") == {ours.conversation, theirs.conversation}
    assert (await (await both.client("bob")).fails("GET", f"/contacts/{kim}/timeline"))[0] == 404
