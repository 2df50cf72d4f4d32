"""Contacts by REST and by command."""

from __future__ import annotations

from tests.inbox.conftest import House, does


async def test_contacts(both: House) -> None:
    taken = await both.customer_writes("hello", name="Lee", team="sales")
    other = await both.customer_writes("hi", name="Park", team="support")
    ann, sue = await both.client("ann"), await both.client("sue")
    listed = (await ann.get("/contacts"))["contacts"]
    assert [one["name"] for one in listed] == ["Lee"]
    lee = listed[0]["id"]
    park = (await sue.get(f"/conversations/{other.conversation}"))["contact"]["id"]
    assert [one["name"] for one in (await sue.get("/contacts"))["contacts"]] == ["Park", "Lee"]
    assert [one["name"] for one in (await sue.get("/contacts", q="park"))["contacts"]] == ["Park"]
    assert await ann.fails("GET", f"/contacts/{park}") == (404, "not_found")
    assert await ann.fails("PATCH", f"/contacts/{park}", {"name": "X"}) == (404, "not_found")
    assert await ann.fails("GET", f"/contacts/{park}/conversations") == (404, "not_found")
    changed = await ann.does("PATCH", f"/contacts/{lee}", {"name": "Lee Minho", "locale": "ko"})
    assert (changed["contact"]["name"], changed["contact"]["locale"]) == ("Lee Minho", "ko")
    theirs = await ann.get(f"/contacts/{lee}/conversations")
    assert [one["id"] for one in theirs["conversations"]] == [taken.conversation]
    assert (await ann.fails("POST", f"/contacts/{lee}/merge", {"into": park}))[0] == 404
    await sue.does("POST", f"/contacts/{lee}/merge", {"into": park})
    assert (await sue.get(f"/contacts/{lee}"))["contact"]["id"] == park, "the merged one leads on"
    assert (await ann.fails("DELETE", f"/contacts/{park}"))[0] == 403
    await sue.does("DELETE", f"/contacts/{park}")
    assert (await sue.get(f"/contacts/{park}"))["contact"]["erased_at"] is not None
    assert (await sue.get("/contacts"))["contacts"] == []
    assert (await sue.get("/search", q="hello"))["hits"] == []


async def test_blocking(both: House) -> None:
    taken = await both.customer_writes("buy this", name="Spammer")
    ann = await both.client("ann")
    contact = (await ann.get(f"/conversations/{taken.conversation}"))["contact"]["id"]
    await does(both, "ann", "block", contact=contact)
    assert (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "spam"
    await does(both, "ann", "unblock", contact=contact)
    assert (await ann.get(f"/conversations/{taken.conversation}"))["conversation"]["status"] == "open"


async def test_who_is_blocked(both: House) -> None:
    for name in ("Spammer", "Kim", "Pest"):
        taken = await both.customer_writes("buy this", name=name, team="sales")
        sue = await both.client("sue")
        contact = (await sue.get(f"/conversations/{taken.conversation}"))["contact"]["id"]
        if name != "Kim":
            await does(both, "sue", "block", contact=contact)
    page = await sue.get("/contacts", blocked="only")
    assert [one["name"] for one in page["contacts"]] == ["Pest", "Spammer"]
    assert [one["name"] for one in (await sue.get("/contacts", blocked="only", q="pest"))["contacts"]] == [
        "Pest"
    ]
    first = await sue.get("/contacts", blocked="only", limit=1)
    second = await sue.get("/contacts", blocked="only", limit=1, before=first["before"])
    assert [one["name"] for one in second["contacts"]] == ["Spammer"]
    await does(both, "sue", "unblock", contact=contact)
    assert [one["name"] for one in (await sue.get("/contacts", blocked="only"))["contacts"]] == ["Spammer"]
    foreign = await both.client("bob")
    assert (await foreign.get("/contacts", blocked="only"))["contacts"] == []
