"""Open, snoozed, closed, spam: where a conversation goes, and back."""

import asyncio
from typing import Any

import pytest

from gateway.errors import NotFound, Refused
from gateway.events import Status
from gateway.store import Store
from gateway.stream import status
from gateway.stream.assign import assign, set_team
from gateway.stream.merge import merge
from tests.checks import check
from tests.databases import Database
from tests.world import World


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def stands(world: World, key: str) -> Any:
    return (await world.conversation(key))["status"]


async def test_waiting_begins_with_the_first_words_and_ends_with_an_answer(world: World) -> None:
    key = (await world.says("+1", "one")).conversation
    since = (await world.conversation(key))["waiting_since"]
    await world.says("+1", "two")
    await world.notes(key, "for us")
    assert (await world.conversation(key))["waiting_since"] == since
    await world.answers(key, "answer")
    assert (await world.conversation(key))["waiting_since"] is None
    await world.says("+1", "three")
    assert (await world.conversation(key))["waiting_since"] is not None
    await world.do(status.close, key)
    assert (await world.conversation(key))["waiting_since"] is None
    await check(world.store)


async def test_whoever_waited_waits_on_when_it_was_put_away_by_mistake(world: World) -> None:
    key = (await world.says("+1", "one")).conversation
    since = (await world.conversation(key))["waiting_since"]
    for away, back in ((status.close, status.reopen), (status.mark_spam, status.unmark_spam)):
        await world.do(away, key)
        assert (await world.conversation(key))["waiting_since"] is None
        await world.do(back, key)
        assert (await world.conversation(key))["waiting_since"] == since
    await world.do(status.close, key)
    await world.do(status.snooze, key, 2**41)
    assert (await world.conversation(key))["waiting_since"] == since
    await world.do(status.close, key)
    await world.answers(key, "an answer after all")
    await world.do(status.close, key)
    await world.do(status.reopen, key)
    assert (await world.conversation(key))["waiting_since"] is None, "she was answered meanwhile"
    await check(world.store)


@pytest.mark.parametrize(
    ("before", "after"), [("open", "open"), ("closed", "closed"), ("snoozed", "open"), ("born", "open")]
)
async def test_no_spam_after_all(world: World, before: str, after: str) -> None:
    key = (await world.says("+1", "hello")).conversation
    if before == "closed":
        await world.do(status.close, key)
    elif before == "snoozed":
        await world.do(status.snooze, key, 2**41)
    await world.do(status.mark_spam, key)
    assert await stands(world, key) == "spam"
    assert (await world.says("+1", "more of it")).conversation == key
    assert await stands(world, key) == "spam"
    await world.do(status.unmark_spam, key)
    assert await stands(world, key) == after
    await world.do(status.unmark_spam, key)
    await check(world.store)


async def test_snoozes_end_when_they_are_due(database: Database) -> None:
    now = 1_000
    store = await database.open(clock=lambda: now)
    world = await World.made(store)
    keys = [(await world.says(f"+{n}", "hello")).conversation for n in range(4)]
    for key, until in zip(keys, (2_000, 3_000, 2_500, 2_200), strict=True):
        await world.do(status.snooze, key, until)
    with pytest.raises(Refused):
        await world.do(status.snooze, keys[0], 1_000)
    assert await status.next_wake(store) == 2_000
    # One was closed meanwhile, one was merged away: neither is opened, and neither is waited for.
    await world.do(status.close, keys[2])
    await world.do(merge, keys[3], keys[1])
    now = 2_600
    assert await store.write(status.wake_due) == 1
    assert [await stands(world, key) for key in keys[:3]] == ["open", "snoozed", "closed"]
    assert await status.next_wake(store) == 3_000
    assert await store.write(status.wake_due) == 0
    await check(store)


async def test_two_processes_wake_and_close_at_once(database: Database) -> None:
    now = 1_000
    one, two = await database.open(clock=lambda: now), await database.open(clock=lambda: now)
    world, other = await World.made(one), World(two)
    keys = [(await world.says(f"+{n}", "hello")).conversation for n in range(10)]
    for key in keys:
        await world.do(status.snooze, key, 2_000)
    now = 3_000
    await asyncio.gather(one.write(status.wake_due), *(other.do(status.close, key) for key in keys))
    assert {await stands(world, key) for key in keys} == {"closed"}
    await check(one)


async def test_whose_it_is(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    await world.do(assign, key, "bo")
    await world.do(assign, key, "bo")
    await world.do(set_team, key, "sales")
    row = await world.conversation(key)
    assert (row["assignee_id"], row["team_id"]) == ("bo", "sales")
    with pytest.raises(Refused):
        await world.do(assign, key, "nobody")
    with pytest.raises(Refused):
        await world.do(set_team, key, "nowhere")
    with pytest.raises(NotFound):
        await world.do(assign, "no such conversation", "bo")
    await world.store.write(lambda tx: tx.run("update agents set deactivated_at = 1 where id = 'chi'"))
    with pytest.raises(Refused):
        await world.do(assign, key, "chi")
    await world.do(assign, key, None)
    events = await check(world.store)
    assert [event.changes for event in events[2:]] == [
        {"assignee": [None, "bo"]},
        {"team": [None, "sales"]},
        {"assignee": ["bo", None]},
    ]


async def test_whichever_it_is_to_be(world: World) -> None:
    """Said as a value, as macros, acts on many and the API say it: what the verb of that name does."""
    key = (await world.says("+1", "hello")).conversation
    for to in (Status.SNOOZED, Status.CLOSED, Status.SPAM, Status.OPEN):
        await world.do(status.set_status, key, to, until=2**41)
        row = await world.conversation(key)
        assert row["status"] == to
        assert row["snoozed_until"] == (2**41 if to is Status.SNOOZED else None)
        assert (row["closed_at"] is not None) == (to is Status.CLOSED)
    for past in (None, 1):
        with pytest.raises(Refused):
            await world.do(status.set_status, key, Status.SNOOZED, until=past)
    assert await stands(world, key) == "open"
    await check(world.store)
