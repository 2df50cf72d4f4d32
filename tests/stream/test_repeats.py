"""Erased for good: ids that others chose are no longer readable, and a repeat of what was erased does not come back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.events import agent
from gateway.media import DiskStore
from gateway.store import Store
from gateway.stream.edit import erase_message
from gateway.stream.erase import erase
from gateway.stream.post import Post
from gateway.stream.repeats import PREFIX, erased_id
from gateway.stream.start import start
from tests.checks import check
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
    begun = await start(world.store, "web", identity, None, first)
    for message in (posted.message, begun.message):
        await world.do(erase_message, message)
    assert not [one for one in await rests(world) if WORDS in one]
    before = await count(world)
    again = await world.answers(taken.conversation, "dear Kim", client_id=WORDS)
    assert (again.repeat, again.message) == (True, posted.message)
    again = await start(world.store, "web", identity, None, first)
    assert (again.repeat, again.message) == (True, begun.message)
    assert await count(world) == before
    await check(world.store)
