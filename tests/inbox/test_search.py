"""Search over what one may see, in both scripts, grouped and narrowed, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.search import SHOWN
from tests.inbox.conftest import Caller, House, does


def marked(snippet: list[dict[str, Any]]) -> list[str]:
    return [part["text"] for part in snippet if part["found"]]


async def found(who: Caller, q: str, **more: Any) -> list[str]:
    return [hit["conversation"]["contact"]["name"] for hit in (await who.get("/search", q=q, **more))["hits"]]


async def test_search_finds_words_in_both_scripts(both: House) -> None:
    await both.customer_writes("The café opens at nine", name="Lee", team="sales")
    taken = await both.customer_writes("배송이 늦어요", name="박서연", team="support")
    sue = await both.client("sue")
    hits = (await sue.get("/search", q="cafe"))["hits"]
    assert marked(hits[0]["messages"][0]["snippet"]) == ["café"]
    hits = (await sue.get("/search", q="배송"))["hits"]
    assert hits[0]["messages"][0]["message"]["conversation"] == taken.conversation
    assert marked(hits[0]["messages"][0]["snippet"]) == ["배송"]
    by_name = (await sue.get("/search", q="박서연"))["hits"][0]
    assert (by_name["messages"], marked(by_name["snippet"])) == ([], ["박서연"])
    ann = await both.client("ann")
    assert (await ann.get("/search", q="배송"))["hits"] == []
    assert (await ann.get("/search", q="...")) == {"hits": [], "before": None}
    assert (await ann.get("/search", q="")) == {"hits": [], "before": None}


async def test_a_conversation_stands_there_once(both: House) -> None:
    """However many of its messages have the words, however the pages fall; the newest find leads."""
    for n in range(5):
        await both.customer_writes(f"parcel {n} of Lee", name="Lee")
    await both.customer_writes("a parcel", name="Park")
    await both.customer_writes("one more parcel", name="Cho")
    await both.customer_writes("parcel again", name="Lee")
    sue = await both.client("sue")
    hits = (await sue.get("/search", q="parcel"))["hits"]
    assert [hit["conversation"]["contact"]["name"] for hit in hits] == ["Lee", "Cho", "Park"]
    assert [find["message"]["text"] for find in hits[0]["messages"]] == [
        "parcel again",
        "parcel 4 of Lee",
        "parcel 3 of Lee",
    ]
    assert (hits[0]["more"], hits[0]["snippet"]) == (6 - SHOWN, [])
    assert all(marked(find["snippet"]) == ["parcel"] for hit in hits for find in hit["messages"])
    names, before = [], None
    while True:
        page = await sue.get("/search", q="parcel", limit=1, **({"before": before} if before else {}))
        names += [hit["conversation"]["contact"]["name"] for hit in page["hits"]]
        if (before := page["before"]) is None:
            break
    assert names == ["Lee", "Cho", "Park"]


async def test_found_by_itself_and_by_messages_is_one_hit(both: House) -> None:
    await both.customer_writes("Hello, this is Lee", name="Lee")
    await both.customer_writes("I know Lee", name="Park")
    sue = await both.client("sue")
    first, second = (await sue.get("/search", q="lee"))["hits"]
    assert (marked(first["snippet"]), len(first["messages"])) == (["Lee"], 1)
    assert (second["conversation"]["contact"]["name"], second["snippet"]) == ("Park", [])
    page = await sue.get("/search", q="lee", limit=1)
    rest = page["before"] and await sue.get("/search", q="lee", limit=1, before=page["before"])
    assert "Lee" not in [hit["conversation"]["contact"]["name"] for hit in (rest or {"hits": []})["hits"]]


async def test_filters_narrow(both: House) -> None:
    """Each filter, alone and with words."""
    lee = await both.customer_writes("refund please", name="Lee Minho", team="sales")
    park = await both.customer_writes("refund now", name="Park", team="sales")
    await both.customer_writes("hello", name="Cho")
    sue = await both.client("sue")
    tag = (await does(both, "sue", "make_tag", name="Late Delivery", colour="#123456"))["tag"]
    tag_id = tag if isinstance(tag, str) else tag["id"]
    await does(both, "sue", "tag", conversation=park.conversation, add=[tag_id], remove=[])
    await does(both, "sue", "assign", conversation=lee.conversation, agent=both.agents["ann"])
    await does(
        both,
        "sue",
        "note",
        conversation=lee.conversation,
        text="refund is due",
        attachments=[],
        client_id="n1",
    )
    await does(both, "sue", "close", conversation=park.conversation)
    for q, names in {
        "from:minho": ["Lee Minho"],
        "refund from:park": ["Park"],
        "from:sue": ["Lee Minho"],
        "due from:sue": ["Lee Minho"],
        "due from:park": [],
        'tag:"late delivery"': ["Park"],
        'tag:"late delivery" refund': ["Park"],
        'tag:"late delivery" hello': [],
        "channel:website": ["Lee Minho", "Cho", "Park"],
        "channel:webchat refund": ["Lee Minho", "Park"],
        "status:closed": ["Park"],
        "status:open refund": ["Lee Minho"],
        "assignee:ann": ["Lee Minho"],
        "assignee:none": ["Cho", "Park"],
        "assignee:me": [],
        "has:note": ["Lee Minho"],
        "refund has:note": ["Lee Minho"],
        "has:file": [],
        "after:today hello": ["Cho"],
        "before:today": [],
        "after:yesterday before:today refund": [],
    }.items():
        assert sorted(await found(sue, q)) == sorted(names), q
    bob = await both.client("bob")
    assert await found(bob, "status:closed") == [], "access stands beside every filter"
    assert await found(bob, 'refund tag:"late delivery"') == []


async def test_files_are_found_by_filter(both: House) -> None:
    taken = await both.customer_writes("see the picture", name="Lee")
    sue = await both.client("sue")
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    uploaded = await sue.raw("POST", "/uploads?name=dot.png", data=png, headers={"Content-Type": "image/png"})
    file = (await uploaded.json())["attachment"]["id"]
    await does(
        both,
        "sue",
        "note",
        conversation=taken.conversation,
        text="the dot",
        attachments=[file],
        client_id="f1",
    )
    for q in ("has:file", "has:image", "dot has:image", "포함:사진"):
        assert await found(sue, q) == ["Lee"], q
    assert await found(sue, "picture has:image") == []


async def test_filters_page(both: House) -> None:
    for n in range(5):
        taken = await both.customer_writes("hi", name=f"N{n}")
        if n % 2:
            await does(both, "sue", "close", conversation=taken.conversation)
    sue = await both.client("sue")
    names, before = [], None
    while True:
        page = await sue.get("/search", q="channel:web", limit=2, **({"before": before} if before else {}))
        names += [hit["conversation"]["contact"]["name"] for hit in page["hits"]]
        if (before := page["before"]) is None:
            break
    assert names == ["N4", "N3", "N2", "N1", "N0"]


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("form:kim", "errors.search_filter_near"),
        ("status:done", "errors.search_status"),
        ("tag:nothing", "errors.search_tag"),
        ("channel:pigeon", "errors.search_channel"),
        ("assignee:zoe", "errors.search_assignee"),
        ("after:soon", "errors.search_date"),
    ],
)
async def test_unknown_filters_are_refused_with_words(both: House, q: str, text: str) -> None:
    sue = await both.client("sue")
    status, problem = await sue.ask("GET", "/search", params={"q": q})
    assert (status, problem["text"]) == (400, text)


async def test_a_page_is_told_in_a_good_answer_what_could_not_be_read(both: House) -> None:
    """With `explain`, so that no request fails in the console; a place in the answer that is none still fails."""
    sue = await both.client("sue")
    for name in ("billing", "Late delivery", "refund"):
        await does(both, "sue", "make_tag", name=name, colour="#123456")
    page = await sue.get("/search", q="tag:refnud parcel", explain="true")
    misread = page.pop("misread")
    assert page == {"hits": [], "before": None}
    assert misread["problem"]["text"] == "errors.search_tag"
    assert misread["instead"][0] == "tag:refund parcel"
    assert sorted(misread["instead"]) == [
        'tag:"Late delivery" parcel',
        "tag:billing parcel",
        "tag:refund parcel",
    ]
    page = await sue.get("/search", q="form:kim", explain="true")
    assert page["misread"]["instead"] == ["from:kim"]
    assert "misread" not in await sue.get("/search", q="tag:refund", explain="true")
    status, _ = await sue.ask(
        "GET", "/search", params={"q": "tag:refund", "explain": "true", "before": "no place"}
    )
    assert status == 400
    status, problem = await sue.ask("GET", "/search", params={"q": "tag:refnud"})
    assert (status, problem["params"]["near"][0]) == (400, "refund")
