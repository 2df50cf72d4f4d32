"""Erased for good: ids that others chose are no longer readable, and a repeat of what was erased does not come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.events import AccountId, agent
from gateway.media import DiskStore
from gateway.store import Store, Tx
from gateway.store.postgres_tx import PostgresTx
from gateway.stream.edit import erase_message
from gateway.stream.erase import erase
from gateway.stream.ingest import Intake, Taken
from gateway.stream.post import Post, post_with
from gateway.stream.repeats import PREFIX, erased_id, forget_ids_left
from gateway.stream.start import open_and_post
from tests.checks import check
from tests.databases import Database
from tests.phones import with_phones
from tests.world import World

WORDS = "xylophone-from-berlin"


@pytest.fixture
async def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("gateway.stream.erase.SETTLES", 0.01)
    return await World.made(store)


async def count(world: World) -> int:
    return int(await world.value("select count(*) from messages"))


async def rests(world: World) -> list[Any]:
    rows = await world.rows("select client_id, provider_id from messages where erased_at is not null")
    return [one for row in rows for one in (row["client_id"], row["provider_id"]) if one is not None]


def test_a_hash_is_made_once_and_within_its_account() -> None:
    once = erased_id("web", WORDS)
    assert erased_id("web", once) == once and once.startswith(PREFIX)
    assert erased_id("shop", WORDS) != once


async def test_an_erased_message_does_not_come_back(world: World) -> None:
    said = {"provider_id": f"p/{WORDS}", "client_id": WORDS}
    taken = await world.says("+1", "hello", **said)
    await world.says("+1", "something else")
    await world.do(erase_message, taken.message)
    assert not [one for one in await rests(world) if WORDS in one]
    again = await world.says("+1", "hello", **said)
    assert (again.repeat, again.message) == (True, taken.message)
    # Many at once are written together on PostgreSQL.
    many = await asyncio.gather(
        *(world.says("+1", f"m{n}") for n in range(20)), world.says("+1", "hello", **said)
    )
    assert [one.repeat for one in many] == [False] * 20 + [True]
    assert await count(world) == 22
    await check(world.store)


async def test_nor_does_what_an_erased_contact_wrote(world: World, tmp_path: Path) -> None:
    media = DiskStore(tmp_path / "media")
    said = {"provider_id": f"wamid.+1.{WORDS}", "client_id": WORDS}
    single, taken = await world.says("+1", "first"), await world.says("+1", "hello", **said)
    await world.do(erase_message, single.message)
    await erase(world.store, media, await world.contact_of("+1"), agent("anna"))
    assert all(one.startswith(PREFIX) for one in await rests(world))
    again = await world.says("+1", "hello", **said)
    assert (again.repeat, again.message) == (True, taken.message)
    assert not await world.rows("select 1 from identities where address = '+1'"), "nobody is made of a repeat"
    assert not (await world.says("+1", "I am new here")).repeat
    assert (await world.says("+1", "hello", **said)).repeat
    await check(world.store)
    await media.close()


async def test_what_we_wrote_and_erased_is_not_written_again(world: World) -> None:
    taken = await world.says("+1", "hello")
    posted = await world.answers(taken.conversation, "dear Kim", client_id=WORDS)
    identity = await world.identity_of("+1")
    first = Post("", agent("anna"), f"start {WORDS}", "hello again")
    begun = await post_with(
        world.store, first, lambda tx: open_and_post(tx, "web", identity, None, first, "")
    )
    for message in (posted.message, begun.message):
        await world.do(erase_message, message)
    assert not [one for one in await rests(world) if WORDS in one]
    before = await count(world)
    again = await world.answers(taken.conversation, "dear Kim", client_id=WORDS)
    assert (again.repeat, again.message) == (True, posted.message)
    again = await post_with(
        world.store, first, lambda tx: open_and_post(tx, "web", identity, None, first, "")
    )
    assert (again.repeat, again.message) == (True, begun.message)
    assert await count(world) == before
    await check(world.store)


WAITING = """select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query_start < clock_timestamp() - interval '200 ms'"""
"""Longer than a batch has patience: each of them waits without end."""
OTHER = "update messages set client_id = $2, provider_id = $3 where id = $1"


@asynccontextmanager
async def held_up(
    database: Database, sql: str, *args: Any
) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Another process holds a row meanwhile; yields what waits until so many wait for it. SQLite's writers never do."""
    store = await database.open()
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        await tx.one(sql, *args)
        held.set()
        await go_on.wait()

    async def wait_for(others: int) -> None:
        for _ in range(1000):
            if await World(store).value(WAITING) >= others:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("nobody waited")

    async def pass_by(others: int) -> None:
        await asyncio.sleep(0)

    if not database.postgres:
        yield pass_by
        return
    holding = asyncio.create_task(store.write(hold))
    await held.wait()
    try:
        yield wait_for
    finally:
        go_on.set()
        await holding


async def test_it_does_not_come_back_by_a_process_that_had_to_wait(database: Database) -> None:
    """Told twice at once by two senders' names: the one waits for its conversation until the other's is erased."""
    one = await database.open()
    world, twin = await World.made(one), World(await database.open())
    said = {"provider_id": f"p/{WORDS}"}
    await world.says("+1", "hello")
    kept = (await world.says("+2", "hello")).conversation
    lock = "select 1 from conversations where id = $1 {lock}"
    async with held_up(database, lock, kept) as waits:
        late = asyncio.create_task(twin.says("+2", "once more", **said)) if database.postgres else None
        await waits(1)
        taken = await world.says("+1", "once more", **said)
        await world.do(erase_message, taken.message)
    again = await late if late else await twin.says("+2", "once more", **said)
    assert (again.repeat, again.message) == (True, taken.message)
    assert await count(world) == 3
    await check(one)


async def test_nor_by_many_that_are_written_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL looks for repeats before it locks the log's head: between the two another process has its turn."""
    one = await database.open()
    world, twin = await World.made(one), World(await database.open())
    said = {"provider_id": f"p/{WORDS}"}
    for who in ("+1", "+2"):
        await world.says(who, "hello")
    turns: list[Taken] = []
    lock_head, its_turn = PostgresTx.lock_head, asyncio.Event()

    async def takes_in_and_erases() -> None:
        its_turn.set()
        turns.append(await world.says("+1", "once more", **said))
        await world.do(erase_message, turns[0].message)

    async def lock_later(tx: PostgresTx) -> None:
        if not its_turn.is_set():
            await takes_in_and_erases()
        await lock_head(tx)

    if not database.postgres:
        await takes_in_and_erases()
    monkeypatch.setattr(PostgresTx, "lock_head", lock_later)
    texts = [twin.says("+2", f"m{n}") for n in range(5)]
    many = await asyncio.gather(*texts, twin.says("+2", "once more", **said))
    assert [one.repeat for one in many] == [False] * 5 + [True]
    assert many[-1].message == turns[0].message
    assert await count(world) == 8
    await check(one)


async def test_nor_on_another_account_under_its_authors_own_id(world: World) -> None:
    taken = await world.says("+1", "hello", client_id=WORDS)
    await world.do(erase_message, taken.message)
    shop = Intake(AccountId("shop"))
    again = await world.says("+1", "hello", client_id=WORDS, intake=shop)
    assert (again.repeat, again.message) == (True, taken.message)
    many = await asyncio.gather(
        *(world.says("+1", f"m{n}", intake=shop) for n in range(5)),
        world.says("+1", "hello", client_id=WORDS, intake=shop),
    )
    assert (many[-1].repeat, many[-1].message) == (True, taken.message)
    await check(world.store)


async def test_an_id_that_stands_twice_does_not_stop_an_erasure(world: World) -> None:
    """As an older version may have left them: the id once as a hash, and once as it was."""
    said = {"provider_id": f"p/{WORDS}", "client_id": WORDS}
    first, second = await world.says("+1", "hello", **said), await world.says("+1", "hello again")
    await world.do(erase_message, first.message)
    await world.store.write(lambda tx: tx.run(OTHER, second.message, WORDS, said["provider_id"]))
    await world.do(erase_message, second.message)
    row = await world.row("select client_id, provider_id from messages where id = $1", second.message)
    assert (row["client_id"], row["provider_id"]) == (None, None)
    assert len(await rests(world)) == 2
    again = await world.says("+1", "hello", **said)
    assert (again.repeat, again.message) == (True, first.message)
    await check(world.store)


async def test_deliveries_of_what_was_erased_in_former_times_lose_their_names_too(store: Store) -> None:
    world = await with_phones(store)
    erased: list[str] = []
    kept: list[str] = []
    for number in range(5):
        talk = await world.says(f"+{number}", "hello")
        posted = await world.answers(talk.conversation, "answer")
        if number:
            await world.do(erase_message, posted.message)
        (erased if number else kept).append(posted.message)
    await store.write(lambda tx: tx.run("update deliveries set provider_id = 'SM-' || substr(id, 20)"))
    while await store.write(lambda tx: forget_ids_left(tx, 2)):
        pass
    for message in erased:
        row = await world.row(
            "select account_id, provider_id, id from deliveries where message_id = $1", message
        )
        assert row["provider_id"] == erased_id("sms", f"SM-{row['id'][19:]}")
    left = await world.value("select provider_id from deliveries where message_id = $1", kept[0])
    assert left.startswith("SM-"), "of what stands the name stays"
    assert await store.write(lambda tx: forget_ids_left(tx, 2)) is False
