"""kill -9 at every step of telling a webhook: nothing is lost, each conversation keeps its order, and what is told
twice bears the id it had."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from gateway.stream.hooks import Wish, make_hook
from tests.databases import Database
from tests.fixtures import database
from tests.servers.hook_receiver import hook_receiver
from tests.servers.programs import Program
from tests.world import World

__all__ = ["database"]

POINTS = ("followed", "leased", "sent", "settled")
MESSAGES = 24
CONVERSATIONS = 4
OPEN = "select count(*) from hook_deliveries where state <> 'delivered'"
BEHIND = "select count(*) from hooks where position < (select position from log_head)"


@contextlib.asynccontextmanager
async def life(database: Database, point: str, after: int) -> AsyncIterator[Program]:
    arguments = (database.url, str(database.folder), point, str(after), "127.0.0.1")
    process = await Program.begin("tests.faults.hooks_program", *arguments)
    try:
        assert await hear(process) == "ready"
        yield process
    finally:
        process.kill()
        await process.wait()


async def hear(process: Program) -> str:
    assert process.stdout
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def all_told(world: World) -> None:
    for _ in range(1000):
        if not await world.value(BEHIND) and not await world.value(OPEN):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("webhooks wait still")


@pytest.mark.timeout(120)
async def test_killed_at_every_step_nothing_is_lost_and_all_keeps_its_order(database: Database) -> None:
    world = await World.made(await database.open())
    said: dict[str, list[str]] = defaultdict(list)
    async with hook_receiver() as receiver:
        wish = Wish(receiver.url, ("message.created",))
        made = await world.do(make_hook, wish, most=9)
        receiver.secrets = [made.secret]
        for n in range(MESSAGES):
            taken = await world.says(f"kim{n % CONVERSATIONS}", f"m{n}")
            said[taken.conversation].append(f"m{n}")
        for point, after in [(point, after) for after in (1, 2) for point in POINTS]:
            for n in range(3):
                text = f"{point}{after}{n}"
                said[(await world.says("kim0", text)).conversation].append(text)
            async with life(database, point, after) as process:
                assert await hear(process) == "pausing"
        async with life(database, "never", 1):
            await all_told(world)
    assert not receiver.forged
    first: dict[str, list[str]] = defaultdict(list)
    ids: dict[str, set[str]] = defaultdict(set)
    told: dict[str, list[str]] = defaultdict(list)
    for call in receiver.taken:
        text = call.data["message"]["text"]
        ids[text].add(call.id)
        told[call.conversation].append(text)
        if text not in first[call.conversation]:
            first[call.conversation].append(text)
    assert first == said, "nothing is lost, and in order"
    assert all(len(found) == 1 for found in ids.values()), "what is told twice bears the id it had"
    for conversation, texts in told.items():
        places = [said[conversation].index(text) for text in texts]
        assert places == sorted(places), "what is told twice is told twice in its place"
    twice = len(receiver.taken) - len(ids)
    assert 1 <= twice <= 2 * len(POINTS) * CONVERSATIONS, (
        f"a kill behind the endpoint's yes tells it again: {twice}"
    )
