"""Who may read a channel's threads, kept on both databases: nothing of the team's stays where others read."""

from __future__ import annotations

import asyncio

import pytest

from gateway.events import Visibility
from gateway.store import Store
from gateway.stream import pull_queue
from gateway.stream import pull_readers as readers
from gateway.stream.edit import erase_message
from gateway.stream.pull_queue import Due
from gateway.stream.pull_readers import AGAIN
from gateway.stream.pulls import Audience, Spot, give_back, pull
from gateway.stream.status import close
from tests.world import World

HERE = Spot("slack", "C1", "#support", Audience.INNER)
THERE = Spot("slack", "C2", "#sales", Audience.INNER)
LATE = 2**50
NOON = 1_795_003_200_000


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def told(world: World, name: str, spot: Spot = HERE) -> tuple[str, str]:
    """A conversation with an answer, a note and a line, all of it shown. Returns the pull and the note."""
    taken = await world.says(name, "hello")
    key = await world.do(pull, taken.conversation, spot)
    await world.answers(taken.conversation, "an answer")
    note = await world.notes(taken.conversation, "a note")
    await world.do(close, taken.conversation)
    await shown(world)
    return key, note.message


async def shown(world: World) -> None:
    """Everything that waits is posted, or drawn."""
    while await world.store.write(lambda tx: pull_queue.follow(tx, "slack")):
        pass
    number = 0
    while due := await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE)):
        number += 1
        await one_is(world, due[0], number)


async def one_is(world: World, due: Due, number: int) -> None:
    if due.stands:
        await world.store.write(lambda tx: pull_queue.drawn(tx, due, "d"))
        return
    await world.store.write(lambda tx: pull_queue.begin(tx, due, 5))
    await world.store.write(lambda tx: pull_queue.posted(tx, due, f"{due.position:03}.{number:03}", "d"))


async def stale(world: World, key: str) -> dict[str, int]:
    rows = await world.rows(
        "select kind, message_id, stale from pull_posts where pull_id = $1 and stale > 0", key
    )
    return {row["kind"]: row["stale"] for row in rows}


async def read_by(world: World, audience: Audience, channel: str = "C1") -> bool:
    return await world.store.write(lambda tx: readers.looked(tx, "slack", channel, 9, audience, tx.now))


async def test_with_other_readers_all_that_is_the_teams_is_drawn_anew_in_closed_threads_too(
    world: World,
) -> None:
    one, _ = await told(world, "kim")
    two, _ = await told(world, "lee")
    elsewhere, _ = await told(world, "pat", THERE)
    await world.do(give_back, two)
    await shown(world)
    assert not await read_by(world, Audience.INNER), "as before"
    assert await read_by(world, Audience.SHARED)
    assert await stale(world, one) == {"header": 1, "story": 1, "message": 1, "line": 1}
    assert await stale(world, two) == {"header": 1, "story": 1, "message": 1, "line": 1, "end": 1}
    assert await stale(world, elsewhere) == {}
    public = await world.value(
        "select count(*) from pull_posts x join messages m on m.id = x.message_id"
        " where m.visibility = 'public' and x.stale > 0"
    )
    assert public == 0, "what everybody may see looks the same to everybody"
    assert not await read_by(world, Audience.SHARED)
    rows = await world.rows("select audience from pulls where channel = 'C1'")
    assert {row["audience"] for row in rows} == {"shared"}


async def test_what_others_must_not_see_goes_before_anything_else_is_posted(world: World) -> None:
    key, _ = await told(world, "kim")
    row = await world.row("select conversation_id from pulls where id = $1", key)
    await world.answers(row["conversation_id"], "new")
    while await world.store.write(lambda tx: pull_queue.follow(tx, "slack")):
        pass
    await read_by(world, Audience.SHARED)
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    assert [one.stands for one in found] == [True] * 4 + [False]


async def hides(world: World, key: str) -> None:
    """Others read it, and its note is taken away."""
    await read_by(world, Audience.SHARED)
    while due := await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE)):
        one = due[0]
        row = await world.row("select * from pull_posts where id = $1", one.id)
        visibility = await world.value("select visibility from messages where id = $1", row["message_id"])
        if visibility == Visibility.NOTE:
            await world.store.write(lambda tx, one=one: pull_queue.ended(tx, one))  # type: ignore[misc]
        else:
            await world.store.write(lambda tx, one=one: pull_queue.drawn(tx, one, "d"))  # type: ignore[misc]


async def notes(world: World, key: str) -> list[tuple[str, str | None, str]]:
    rows = await world.rows(
        "select x.state, x.external, x.digest from pull_posts x join messages m on m.id = x.message_id"
        " where x.pull_id = $1 and m.visibility = 'note'",
        key,
    )
    return [(row["state"], row["external"], row["digest"]) for row in rows]


async def test_a_hidden_note_comes_again_where_the_thread_is_still_worked_in(world: World) -> None:
    open_, _ = await told(world, "kim")
    closed, _ = await told(world, "lee")
    erased, note = await told(world, "pat")
    await world.do(give_back, closed)
    await shown(world)
    await hides(world, open_)
    for key in (open_, closed, erased):
        assert await notes(world, key) == [("skipped", None, "")]
    await world.do(erase_message, note)
    assert await read_by(world, Audience.INNER)
    assert [await notes(world, key) for key in (open_, closed, erased)] == [
        [("queued", None, "")],
        [("skipped", None, "")],
        [("skipped", None, "")],
    ]
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    [due] = [one for one in found if not one.stands]
    assert due.behind, "below what came after it"
    await one_is(world, due, 999)
    assert [due.behind for due in found if due.kind == "header"].count(True) == 0


async def test_what_changes_while_it_is_taken_away_is_looked_at_again(world: World) -> None:
    key, note = await told(world, "kim")
    await read_by(world, Audience.SHARED)
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    due = next(one for one in found if one.message == note)
    await read_by(world, Audience.INNER)
    await world.store.write(lambda tx: pull_queue.ended(tx, due))
    assert await notes(world, key) == [("queued", None, "")]


async def test_a_channel_is_looked_at_when_it_was_said_and_now_and_then(world: World) -> None:
    async def doubted(now: int = 0) -> list[str]:
        found = await world.store.read(lambda look: readers.doubted(look, "slack", now))
        return [channel for channel, _ in found]

    await told(world, "kim")
    await told(world, "lee", THERE)
    assert await doubted() == ["C1", "C2"], "nobody has looked yet"
    for channel, as_of in await world.store.read(lambda look: readers.doubted(look, "slack", 0)):
        await world.store.write(
            lambda tx, channel=channel, as_of=as_of: readers.looked(  # type: ignore[misc]
                tx, "slack", channel, as_of, Audience.INNER, NOON
            )
        )
    assert await doubted() == []
    assert await doubted(NOON + AGAIN) == []
    assert await doubted(NOON + AGAIN + 1) == ["C1", "C2"]
    await world.store.write(lambda tx: readers.moved(tx, "slack", "C2"))
    [(channel, as_of)] = await world.store.read(lambda look: readers.doubted(look, "slack", 0))
    await world.store.write(lambda tx: readers.moved(tx, "slack", "C2"))
    await world.store.write(lambda tx: readers.looked(tx, "slack", "C2", as_of, Audience.INNER, NOON))
    assert await doubted() == ["C2"], "somebody came while one looked"
    await world.store.write(lambda tx: readers.all_moved(tx, "slack"))
    assert sorted(await doubted()) == ["C1", "C2"]


async def test_somebody_is_no_doubt_where_they_certainly_are_not(world: World) -> None:
    async def doubted() -> dict[str, int]:
        return dict(await world.store.read(lambda look: readers.doubted(look, "slack", 0)))

    await told(world, "kim")
    await told(world, "lee", THERE)
    before = await doubted()
    await world.store.write(lambda tx: readers.all_moved(tx, "slack", ["C1", "C9"]))
    assert await doubted() == {"C1": before["C1"], "C2": before["C2"] + 1}


async def test_a_look_that_is_older_than_what_was_said_shows_nothing_again(world: World) -> None:
    await told(world, "kim")
    [(_, as_of)] = await world.store.read(lambda look: readers.doubted(look, "slack", 0))

    async def looked(audience: Audience, as_of: int) -> bool:
        return await world.store.write(lambda tx: readers.looked(tx, "slack", "C1", as_of, audience, NOON))

    await world.store.write(lambda tx: readers.moved(tx, "slack", "C1"))
    assert await looked(Audience.SHARED, as_of), "that may be said at any time"
    assert not await looked(Audience.INNER, as_of)
    assert await looked(Audience.INNER, as_of + 1)


async def test_a_channel_of_which_nobody_could_say_who_reads_it_is_looked_at_again(world: World) -> None:
    async def doubted() -> list[tuple[str, int]]:
        return list(await world.store.read(lambda look: readers.doubted(look, "slack", 0)))

    await told(world, "kim")
    [(_, as_of)] = await doubted()
    await world.store.write(lambda tx: readers.looked(tx, "slack", "C1", as_of, Audience.INNER, NOON))
    assert await doubted() == []
    taken = await world.says("lee", "hello")
    await world.do(pull, taken.conversation, Spot("slack", "C1", "#support"))
    assert await doubted() == [("C1", as_of + 1)]


async def test_what_could_not_be_taken_away_is_tried_again(world: World) -> None:
    key, note = await told(world, "kim")
    await read_by(world, Audience.SHARED)
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    due = next(one for one in found if one.message == note)
    await world.store.write(lambda tx: pull_queue.ended(tx, due, "channel_not_found"))
    assert await notes(world, key) != [("skipped", None, "")], "it stands there"
    await read_by(world, Audience.SHARED)
    assert (await stale(world, key))["message"] == 1


async def refused(world: World, *notes: str) -> None:
    """All that is due is done, but for these notes."""
    while due := await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE)):
        one = due[0]
        if one.message not in notes:
            await one_is(world, one, 999)
            continue
        await asyncio.sleep(0.002)  # so that one is refused later than the other
        await world.store.write(lambda tx, one=one: pull_queue.ended(tx, one, "cant_delete_message"))  # type: ignore[misc]


async def test_what_is_refused_again_and_again_holds_up_nothing(world: World) -> None:
    key, note = await told(world, "kim")
    await read_by(world, Audience.SHARED)
    await refused(world, note)
    row = await world.row("select conversation_id from pulls where id = $1", key)
    await world.answers(row["conversation_id"], "new")
    while await world.store.write(lambda tx: pull_queue.follow(tx, "slack")):
        pass
    await read_by(world, Audience.SHARED)
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    assert [one.stands for one in found] == [False, True, True]
    assert found[-1].message == note


async def test_of_what_was_refused_few_are_tried_at_a_time_each_in_its_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "AT_A_LOOK", 1)
    notes = [(await told(world, name))[1] for name in ("kim", "lee", "pat")]
    await read_by(world, Audience.SHARED)
    await refused(world, *notes)
    tried = []
    for _ in range(4):
        await read_by(world, Audience.SHARED)
        [one] = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
        tried.append(one.message)
        await refused(world, *notes)
    assert tried == [*notes, notes[0]]


async def test_what_was_erased_and_could_not_be_taken_away_is_tried_again_anywhere(world: World) -> None:
    key, note = await told(world, "kim")
    await world.do(erase_message, note)
    while await world.store.write(lambda tx: pull_queue.follow(tx, "slack")):
        pass
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", LATE))
    due = next(one for one in found if one.message == note)
    await world.store.write(lambda tx: pull_queue.ended(tx, due, "edit_window_closed"))
    assert await stale(world, key) == {}
    await read_by(world, Audience.INNER)
    assert await stale(world, key) == {"message": 1}
