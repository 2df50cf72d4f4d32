"""Merging, splitting and taking it back, within the view."""

from __future__ import annotations

import pytest

from gateway.errors import NotFound
from tests.inbox.conftest import House, does


async def test_merge_and_back(both: House) -> None:
    one = await both.customer_writes("first", name="Lee", team="sales")
    two = await both.customer_writes("second", name="Park", team="sales")
    far = await both.customer_writes("third", name="Cho", team="support")
    with pytest.raises(NotFound):
        await does(both, "ann", "merge", conversation=one.conversation, into=far.conversation)
    key = (await does(both, "ann", "merge", conversation=one.conversation, into=two.conversation))["merge"]
    ann = await both.client("ann")
    assert (await ann.get(f"/conversations/{one.conversation}"))["conversation"]["id"] == two.conversation
    merges = (await ann.get(f"/conversations/{two.conversation}/merges"))["merges"]
    assert [(each["id"], each["kind"], each["actor"]["name"]) for each in merges] == [
        (key, "conversation.merge", "Ann")
    ]
    sides = [(merges[0][end]["number"], merges[0][end]["name"]) for end in ("source", "into")]
    assert sides == [(1, "Lee"), (2, "Park")], "a merge is known again by its numbers"
    with pytest.raises(NotFound):
        await does(both, "bob", "undo_merge", merge=key)
    await does(both, "ann", "undo_merge", merge=key)
    assert (await ann.get(f"/conversations/{one.conversation}"))["conversation"]["id"] == one.conversation
    more = await both.customer_writes("and more", name="Lee", team="sales")
    parted = await does(both, "ann", "split", conversation=one.conversation, messages=[more.message])
    page = await ann.get(f"/conversations/{parted['conversation']}/messages")
    assert [message["text"] for message in page["messages"]] == ["and more"]
    await does(both, "ann", "undo_merge", merge=parted["merge"])


async def test_a_line_names_the_other_conversation_by_its_number(both: House) -> None:
    """One that was merged leads here, whosever it was; one that was split off is named only to who sees it."""
    one = await both.customer_writes("first", name="Lee", team="support")
    two = await both.customer_writes("second", name="Park", team="sales")
    await does(both, "sue", "merge", conversation=one.conversation, into=two.conversation)
    more = await both.customer_writes("and more", name="Park", team="sales")
    parted = (await does(both, "sue", "split", conversation=two.conversation, messages=[more.message]))[
        "conversation"
    ]

    async def named(who: str, conversation: str) -> dict[str, dict[str, int]]:
        lines = (await (await both.client(who)).get(f"/conversations/{conversation}/messages"))["lines"]
        return {line["kind"]: line["numbers"] for line in lines if "numbers" in line}

    merged = {"conversation.merged": {one.conversation: 1}}
    assert await named("ann", two.conversation) == {**merged, "conversation.split": {parted: 3}}
    assert await named("ann", parted) == {"conversation.split": {two.conversation: 2}}
    await does(both, "sue", "set_team", conversation=parted, team=both.teams["support"])
    assert await named("ann", two.conversation) == merged
    assert await named("sue", two.conversation) == {**merged, "conversation.split": {parted: 3}}


async def test_who_is_one_person_now_may_be_in_several_conversations(both: House) -> None:
    one = await both.customer_writes("first", name="Lee", team="sales")
    two = await both.customer_writes("second", name="Park", team="sales")
    done = await both.customer_writes("third", name="Cho", team="sales")
    ann = await both.client("ann")
    lee, park, cho = [
        (await ann.get(f"/conversations/{each.conversation}"))["contact"]["id"] for each in (one, two, done)
    ]
    await does(both, "ann", "close", conversation=done.conversation)
    told = await does(both, "ann", "merge_contacts", contact=cho, into=lee)
    assert told["running"] == [{"conversation": one.conversation, "number": 1}], (
        "one alone is nothing to join"
    )
    told = await does(both, "ann", "merge_contacts", contact=lee, into=park)
    assert told["running"] == [
        {"conversation": two.conversation, "number": 2},
        {"conversation": one.conversation, "number": 1},
    ]
    # They are joined by the command that joins any two, and that is taken back.
    key = (await does(both, "ann", "merge", conversation=one.conversation, into=two.conversation))["merge"]
    await does(both, "ann", "undo_merge", merge=key)
    assert (await ann.get(f"/conversations/{one.conversation}"))["conversation"]["id"] == one.conversation
