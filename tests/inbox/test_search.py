"""Search over what one may see, in both scripts, on both databases."""

from __future__ import annotations

from tests.inbox.conftest import House


async def test_search_finds_words_in_both_scripts(both: House) -> None:
    await both.customer_writes("The café opens at nine", name="Lee", team="sales")
    taken = await both.customer_writes("배송이 늦어요", name="박서연", team="support")
    sue = await both.client("sue")
    hits = (await sue.get("/search", q="cafe"))["hits"]
    assert [part["text"] for part in hits[0]["snippet"] if part["found"]] == ["café"]
    hits = (await sue.get("/search", q="배송"))["hits"]
    assert hits[0]["message"]["conversation"] == taken.conversation
    assert [part["text"] for part in hits[0]["snippet"] if part["found"]] == ["배송"]
    assert (await sue.get("/search", q="박서연"))["hits"][0]["message"] is None
    ann = await both.client("ann")
    assert (await ann.get("/search", q="배송"))["hits"] == []
    assert (await ann.get("/search", q="...")) == {"hits": [], "before": None}
