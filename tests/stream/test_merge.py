"""Merging, splitting and undoing conversations: exactly what was moved goes back, what came later stays."""

from typing import Any

import pytest

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import Kind
from gateway.store import Store, events_after
from gateway.stream import status
from gateway.stream.assign import assign
from gateway.stream.describe import tag
from gateway.stream.merge import merge
from gateway.stream.split import split
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.world import World


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def two(world: World) -> tuple[str, str]:
    one = (await world.says("+1", "one")).conversation
    return one, (await world.says("+2", "two")).conversation


async def without_marks(world: World, key: str) -> dict[str, Any]:
    row = await world.conversation(key)
    names = "status team_id assignee_id tags leg_id subject waiting_since last_at last_message_id merged_into"
    more = "last_public_position last_customer_position snoozed_until"
    return {name: row[name] for name in (names + " " + more).split()}


async def test_a_merge_moves_everything_and_its_undo_moves_it_back(world: World) -> None:
    one, two_ = await two(world)
    await world.answers(one, "answer one")
    await world.notes(one, "note one")
    await world.do(tag, one, ["vip", "late"], [])
    await world.do(tag, two_, ["late"], [])
    await world.do(assign, two_, "bo")
    before = [await without_marks(world, key) for key in (one, two_)]
    key = await world.do(merge, one, two_)
    assert await world.texts(two_) == ["one", "two", "answer one", "note one"]
    assert await world.texts(one) == []
    row = await world.conversation(two_)
    assert (row["tags"], row["assignee_id"]) == ("late,vip", "bo")
    births = await world.rows("select birth_conversation_id from messages order by position")
    assert [one_["birth_conversation_id"] for one_ in births] == [one, two_, one, one]
    await check(world.store)
    await world.do(undo_merge, key)
    assert await world.texts(one) == ["one", "answer one", "note one"]
    assert await world.texts(two_) == ["two"]
    assert [await without_marks(world, key) for key in (one, two_)] == before
    await check(world.store)


async def test_the_merged_one_leads_to_the_other_for_ever(world: World) -> None:
    one, other = await two(world)
    third = (await world.says("+3", "three")).conversation
    await world.do(merge, one, other)
    await world.do(merge, other, third)
    # By its old id, and by its customer writing on.
    assert (await world.answers(one, "to the old id")).conversation == third
    assert (await world.says("+1", "one more")).conversation == third
    with pytest.raises(Refused):
        await world.do(merge, one, third)
    await check(world.store)


async def test_what_came_later_stays_with_a_leg_to_answer_by(world: World) -> None:
    one, other = await two(world)
    key = await world.do(merge, one, other)
    assert (await world.says("+1", "later by the moved leg")).conversation == other
    await world.answers(other, "answered by it")
    await world.do(undo_merge, key)
    assert await world.texts(one) == ["one"]
    assert await world.texts(other) == ["two", "later by the moved leg", "answered by it"]
    await check(world.store)
    posted = await world.answers(other, "and again")
    leg = await world.row(
        "select l.* from legs l join messages m on m.leg_id = l.id where m.id = $1", posted.message
    )
    assert leg["conversation_id"] == other
    assert leg["identity_id"] == await world.identity_of("+1")
    await check(world.store)


async def test_what_was_there_before_is_not_undone_with_it(world: World) -> None:
    """A tag and a participant that the target had anyway stay."""
    one, other = await two(world)
    await world.do(tag, one, ["vip"], [])
    await world.do(tag, other, ["vip"], [])
    key = await world.do(merge, one, other)
    await world.do(tag, other, ["urgent"], [])
    await world.do(undo_merge, key)
    assert (await world.conversation(other))["tags"] == "urgent,vip"
    assert (await world.conversation(one))["tags"] == "vip"
    await check(world.store)


@pytest.mark.parametrize("put_away", [status.close, status.snooze])
async def test_a_target_put_away_opens_for_who_waits_and_is_put_away_again(
    world: World, put_away: Any
) -> None:
    one, other = await two(world)
    await world.do(put_away, other, *([2**41] if put_away is status.snooze else []))
    was = (await world.conversation(other))["status"]
    key = await world.do(merge, one, other)
    row = await world.conversation(other)
    assert row["status"] == "open"
    assert row["waiting_since"] is not None
    await check(world.store)
    await world.do(undo_merge, key)
    assert (await world.conversation(other))["status"] == was
    key = await world.do(merge, one, other)
    await world.says("+2", "and something new")
    await world.do(undo_merge, key)
    assert (await world.conversation(other))["status"] == "open"
    await check(world.store)


async def test_undo_is_refused_while_a_later_merge_depends_on_it(world: World) -> None:
    one, other = await two(world)
    third = (await world.says("+3", "three")).conversation
    first = await world.do(merge, one, other)
    second = await world.do(merge, other, third)
    with pytest.raises(Conflict) as refused:
        await world.do(undo_merge, first)
    assert (refused.value.code, refused.value.params) == ("merge_depended_on", {"merge": second})
    await world.do(undo_merge, second)
    await world.do(undo_merge, first)
    with pytest.raises(Conflict, match="undone"):
        await world.do(undo_merge, first)
    with pytest.raises(NotFound):
        await world.do(undo_merge, "no such merge")
    assert [await world.texts(key) for key in (one, other, third)] == [["one"], ["two"], ["three"]]
    await check(world.store)


async def test_undo_in_any_order_where_nothing_depends(world: World) -> None:
    one, other = await two(world)
    third = (await world.says("+3", "three")).conversation
    first = await world.do(merge, one, third)
    second = await world.do(merge, other, third)
    await world.do(undo_merge, first)
    assert await world.texts(third) == ["two", "three"]
    await world.do(undo_merge, second)
    assert await world.texts(third) == ["three"]
    await check(world.store)


async def test_merging_itself_or_spam_into_work_is_refused(world: World) -> None:
    one, other = await two(world)
    with pytest.raises(Refused, match="are"):
        await world.do(merge, one, one)
    await world.do(status.mark_spam, other)
    with pytest.raises(Refused, match="spam"):
        await world.do(merge, one, other)
    with pytest.raises(NotFound):
        await world.do(merge, one, "no such conversation")


async def test_a_split_makes_a_conversation_that_can_be_answered(world: World) -> None:
    one = (await world.says("+1", "about shoes")).conversation
    hats = await world.says("+1", "about hats")
    note = await world.notes(one, "hats are out")
    await world.do(tag, one, ["vip"], [])
    await world.do(assign, one, "bo")
    key, fresh = await world.do(split, one, [hats.message, note.message])
    assert await world.texts(one) == ["about shoes"]
    assert await world.texts(fresh) == ["about hats", "hats are out"]
    row = await world.conversation(fresh)
    assert (row["status"], row["assignee_id"], row["tags"]) == ("open", "bo", "")
    assert row["contact_id"] == await world.contact_of("+1")
    assert row["waiting_since"] is not None
    await check(world.store)
    await world.answers(fresh, "we have red hats")
    await world.do(undo_merge, key)
    assert await world.texts(one) == ["about shoes", "about hats", "hats are out"]
    assert await world.texts(fresh) == ["we have red hats"]
    assert (await world.conversation(fresh))["merged_into"] is None
    await check(world.store)


async def test_an_emptied_split_leads_back(world: World) -> None:
    one = (await world.says("+1", "about shoes")).conversation
    hats = await world.says("+1", "about hats")
    key, fresh = await world.do(split, one, [hats.message])
    assert (await world.says("+1", "and gloves")).conversation in (one, fresh)
    await world.store.write(lambda tx: undo_merge(tx, key, world.by))
    await check(world.store)
    key, fresh = await world.do(split, one, [hats.message])
    await world.do(undo_merge, key)
    assert (await world.conversation(fresh))["merged_into"] == one
    assert (await world.answers(fresh, "to the split one's id")).conversation == one
    await check(world.store)


async def test_what_cannot_be_split_is_refused(world: World) -> None:
    one, other = await two(world)
    theirs = await world.says("+2", "three")
    mine = (await world.row("select id from messages where conversation_id = $1", one))["id"]
    for messages, error in (([], Refused), ([mine], Refused), ([mine, theirs.message], NotFound)):
        with pytest.raises(error):
            await world.do(split, one, messages)
    assert await world.texts(other) == ["two", "three"]
    await check(world.store)


async def test_undoing_a_merge_after_a_split_of_what_came_later(world: World) -> None:
    one, other = await two(world)
    merged = await world.do(merge, one, other)
    later = await world.says("+1", "later")
    divided, _ = await world.do(split, other, [later.message])
    await world.do(undo_merge, merged)
    await world.do(undo_merge, divided)
    assert await world.texts(one) == ["one"]
    assert await world.texts(other) == ["two", "later"]
    await check(world.store)


async def test_a_merge_in_the_batch_of_its_messages(world: World) -> None:
    """Positions that are copied before they have a number get theirs all the same."""
    import asyncio

    one, other = await two(world)
    await asyncio.gather(
        world.says("+1", "just now"),
        world.do(merge, one, other),
        world.says("+2", "and now"),
        world.notes(other, "n"),
    )
    await check(world.store)
    hats = await world.says("+1", "hats")
    await asyncio.gather(
        world.answers(other, "yes"), world.do(split, other, [hats.message]), world.says("+1", "x")
    )
    await check(world.store)


async def test_the_log_says_it_in_ids_alone(world: World) -> None:
    one, other = await two(world)
    key = await world.do(merge, one, other)
    await world.do(undo_merge, key)
    events = await world.store.read(lambda look: events_after(look, 0, 99))
    told = [(event.kind, event.conversation, event.was is None, event.now is None) for event in events[4:]]
    assert told == [
        (Kind.CONVERSATION_MERGED, one, False, True),
        (Kind.CONVERSATION_MERGED, other, False, False),
        (Kind.MERGE_UNDONE, one, True, False),
        (Kind.MERGE_UNDONE, other, False, False),
    ]
    assert {event.subject for event in events[4:]} == {key}
    assert events[4].changes == {"into": other}
