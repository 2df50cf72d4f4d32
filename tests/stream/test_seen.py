"""Watermarks and read marks only rise, and never above what there was to see."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import TooLarge
from gateway.events import Address, SeenReport
from gateway.store import Row, Store
from gateway.stream.private import DRAFT_LENGTH, mark_read, save_draft
from gateway.stream.seen import customer_has_seen
from tests.checks import check
from tests.databases import Database
from tests.world import WEB, World


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def sees(world: World, delivered: int = 0, read: int = 0) -> None:
    report = SeenReport(Address("tel", "+1"), delivered, read)
    await world.store.write(lambda tx: customer_has_seen(tx, WEB.account, report))


async def leg(world: World) -> Row:
    return await world.row("select delivered_to, read_to, seen_to, last_sent_position from legs")


async def test_what_she_has_seen_is_bounded_by_what_was_sent(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    await sees(world, 99, 99)
    assert tuple(await leg(world))[:2] == (0, 0)
    sent = (await world.answers(key, "answer")).position
    await sees(world, sent)
    assert tuple(await leg(world))[:2] == (sent, 0)
    await sees(world, 0, 2**60)
    await sees(world, 1, 1)
    assert tuple(await leg(world))[:2] == (sent, sent)
    head = world.store.published
    await sees(world, sent, sent)
    assert world.store.published == head
    await check(world.store)


async def test_two_tabs_through_two_processes(database: Database) -> None:
    one, two = await database.open(), await database.open()
    world, other = await World.made(one), World(two)
    key = (await world.says("+1", "hello")).conversation
    sent = [(await world.answers(key, f"answer {n}")).position for n in range(10)]
    await asyncio.gather(
        *(sees((world, other)[n % 2], position, position) for n, position in enumerate(sent))
    )
    assert tuple(await leg(world))[:2] == (sent[-1], sent[-1])
    says = [(await world.says("+1", f"more {n}")).position for n in range(6)]
    await asyncio.gather(
        *(
            store.write(lambda tx, who=who, at=at: mark_read(tx, who, key, at))  # type: ignore[misc]
            for store, who in ((one, "anna"), (two, "bo"))
            for at in reversed(says)
        )
    )
    assert (await leg(world))["seen_to"] == says[-1]
    await check(one)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(positions=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=6))
async def test_a_read_mark_is_the_highest_that_was_said(world: World, positions: list[int]) -> None:
    key = (await world.says("+77", "hello")).conversation
    for position in positions:
        await world.store.write(lambda tx, at=position: mark_read(tx, "anna", key, at))  # type: ignore[misc]
    mark = await world.value("select position from read_marks where conversation_id = $1", key)
    assert mark <= world.store.published
    assert mark >= min(max(positions), (await world.conversation(key))["last_customer_position"])


async def test_drafts_are_kept_until_they_are_empty(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    for text in ("a", "ab", "abc"):
        await world.store.write(lambda tx, text=text: save_draft(tx, "anna", key, "public", text))  # type: ignore[misc]
    assert await world.value("select text from drafts") == "abc"
    with pytest.raises(TooLarge):
        await world.store.write(lambda tx: save_draft(tx, "anna", key, "note", "x" * (DRAFT_LENGTH + 1)))
    await world.store.write(lambda tx: save_draft(tx, "anna", key, "public", ""))
    assert await world.value("select text from drafts") == ""
