"""What merges and splits share: both locked in one order, marks counted anew, and what may still be taken back."""

import pytest

from gateway.errors import Conflict, NotFound
from gateway.events import SYSTEM, Visibility
from gateway.store import Store, Tx
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.moved import (
    Marks,
    check_nothing_depends,
    first_unanswered,
    hold_both,
    note_merge,
    recount,
    take_merge,
    twin_leg,
)
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.world import World


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def test_both_are_held_whichever_is_named_first(world: World) -> None:
    one = (await world.says("+1", "one")).conversation
    other = (await world.says("+2", "two")).conversation
    for first, second in ((one, other), (other, one)):
        held = await world.store.write(lambda tx, a=first, b=second: hold_both(tx, a, b))  # type: ignore[misc]
        assert (held[0].id, held[1].id) == (first, second)
    with pytest.raises(NotFound):
        await world.store.write(lambda tx: hold_both(tx, one, "nobody"))


async def test_marks_are_what_the_messages_say(world: World) -> None:
    talk = (await world.says("+1", "first")).conversation
    answer = await world.answers(talk, "answer")
    again = await world.says("+1", "again")
    note = await world.notes(talk, "for us alone")
    true = await world.conversation(talk)
    marks = await world.value("select max(at) from messages where conversation_id = $1", talk)
    assert (await world.row("select visibility from messages where id = $1", note.message))[
        0
    ] == Visibility.NOTE

    async def lost(tx: Tx) -> Marks:
        await tx.run(
            "update conversations set last_at = 1, last_message_id = null, last_public_position = 1,"
            " last_customer_position = 1 where id = $1",
            talk,
        )
        return await recount(tx, talk)

    assert await world.store.write(lost) == Marks(marks, customer=again.position, answered=answer.position)
    row = await world.conversation(talk)
    told = ("last_at", "last_message_id", "last_public_position", "last_customer_position")
    assert [row[name] for name in told] == [true[name] for name in told]
    await check(world.store)


async def test_a_conversation_without_messages_stands_at_its_beginning(world: World) -> None:
    talk = (await world.says("+1", "all there is")).conversation
    await world.do(merge, talk, (await world.says("+2", "elsewhere")).conversation)
    assert await world.store.write(lambda tx: recount(tx, talk)) == Marks(None, 0, 0)
    row = await world.conversation(talk)
    assert (row["last_at"], row["last_message_id"]) == (row["created_at"], None)
    await check(world.store)


async def test_who_waits_waits_since_her_first_unanswered_message(world: World) -> None:
    talk = (await world.says("+1", "first")).conversation
    answer = await world.answers(talk, "answer")
    for n in range(2):
        await world.says("+1", f"and {n}")
    came = "select at from messages where author_kind = 'customer' order by position"
    first, second, _ = [row["at"] for row in await world.rows(came)]

    async def waits(tx: Tx) -> list[int | None]:
        return [await first_unanswered(tx, talk, after) for after in (0, answer.position, 1 << 40)]

    assert await world.store.write(waits) == [first, second, None]


async def test_a_twin_leg_has_the_same_person_and_watermarks(world: World) -> None:
    talk = (await world.says("+1", "one", thread_key="a")).conversation
    await world.answers(talk, "answer")
    other = (await world.says("+2", "two")).conversation
    leg = await world.row("select * from legs where conversation_id = $1", talk)
    twin = await world.store.write(lambda tx: twin_leg(tx, leg["id"], other))
    made = await world.row("select * from legs where id = $1", twin)
    own = {"id", "conversation_id", "created_at"}
    assert made["conversation_id"] == other
    names = [name for name in dict(leg) if name not in own]
    assert [made[name] for name in names] == [leg[name] for name in names]
    await check(world.store)


async def test_a_merge_is_taken_once_and_only_when_nothing_later_depends_on_it(world: World) -> None:
    talks = [(await world.says(f"+{n}", str(n))).conversation for n in range(3)]
    first = await world.do(merge, talks[0], talks[1])
    second = await world.do(merge, talks[1], talks[2])

    async def asks(tx: Tx, key: str) -> None:
        await check_nothing_depends(tx, await take_merge(tx, key))

    with pytest.raises(Conflict, match=second):
        await world.store.write(lambda tx: asks(tx, first))
    await world.store.write(lambda tx: asks(tx, second))
    await world.do(undo_merge, second)
    await world.store.write(lambda tx: asks(tx, first))
    with pytest.raises(Conflict, match="was undone"):
        await world.store.write(lambda tx: take_merge(tx, second))
    with pytest.raises(NotFound):
        await world.store.write(lambda tx: take_merge(tx, "nobody"))


async def test_a_merge_of_others_depends_on_nothing_of_ours(world: World) -> None:
    talks = [(await world.says(f"+{n}", str(n))).conversation for n in range(4)]
    ours = await world.do(merge, talks[0], talks[1])
    await world.do(merge, talks[2], talks[3])
    people = [await world.contact_of(f"+{n}") for n in range(4)]
    await world.do(merge_contacts, people[2], people[3])

    async def asks(tx: Tx) -> None:
        await check_nothing_depends(tx, await take_merge(tx, ours))

    await world.store.write(asks)


async def test_what_is_noted_holds_ids_and_its_facts_place(world: World) -> None:
    talk = (await world.says("+1", "one")).conversation

    async def noted(tx: Tx) -> None:
        await note_merge(tx, "m1", "conversation.merge", talk, talk, SYSTEM, {"was": "x"}, tx.position)

    await world.store.write(noted)
    row = await world.row("select * from merges where id = 'm1'")
    assert (row["from_id"], row["into_id"], row["actor_kind"]) == (talk, talk, "system")
    assert row["position"] == await world.value("select position from log_head")
