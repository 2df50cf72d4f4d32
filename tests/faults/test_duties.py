"""Real processes and one duty: killed, its holder is followed by another; stopped and woken, it writes nothing more."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import Database
from tests.servers.programs import Program
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@contextlib.asynccontextmanager
async def worker(database: Database, name: str, *more: str) -> AsyncIterator[Program]:
    process = await Program.begin("tests.faults.duty_program", database.url, name, *more)
    try:
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        await process.wait()


async def did(world: World) -> list[tuple[str, int]]:
    """What was written, in order: by which process, under which number of the lease."""
    rows = await world.rows("select key, value from meta where key like 'did:%'")
    lines = sorted((int(row["key"].partition(":")[2]), *row["value"].split()) for row in rows)
    assert [place for place, _, _ in lines] == list(range(1, len(lines) + 1))
    return [(name, int(fence)) for _, name, fence in lines]


async def writes(world: World, names: str, least: int = 3) -> None:
    """Wait until these processes have written so much."""
    async with asyncio.timeout(40):
        while sum(who in names for who, _ in await did(world)) < least:  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


async def stands_still(process: Program) -> None:
    async with asyncio.timeout(40):
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def check_fenced(world: World) -> None:
    """Under each number one process wrote, and nothing under a lower one once a higher had."""
    lines = await did(world)
    assert [fence for _, fence in lines] == sorted(fence for _, fence in lines), lines
    holders = {fence: name for name, fence in lines}
    assert all(holders[fence] == name for name, fence in lines), lines


async def test_killed_it_is_followed(database: Database) -> None:
    world = World(await database.open())
    async with worker(database, "a") as first:
        await writes(world, "a")
        async with worker(database, "b"):
            first.kill()
            await writes(world, "b")
            await check_fenced(world)


async def test_ended_cleanly_it_is_given_up(database: Database) -> None:
    world = World(await database.open())
    async with worker(database, "a") as first:
        await writes(world, "a")
        first.send_signal(signal.SIGINT)
        await first.wait()
        assert await world.value("select until from leases where name = 'test'") == 0
        async with worker(database, "b"):
            await writes(world, "b")
            await check_fenced(world)


async def test_stopped_for_longer_than_its_lease_and_woken_it_writes_nothing(database: Database) -> None:
    world = World(await database.open())
    async with worker(database, "a") as first, worker(database, "b"):
        await writes(world, "a")
        first.send_signal(signal.SIGSTOP)
        await writes(world, "b")
        first.send_signal(signal.SIGCONT)
        # What it had in hand it has tried to write by then.
        await writes(world, "ab", 20 + len(await did(world)))
        await check_fenced(world)


async def test_stopped_within_a_transaction_it_holds_nobody_up_and_commits_nothing(
    database: Database,
) -> None:
    """It has locked its lease's row: whoever takes the duty over waits for the database to end that, not for it."""
    world = World(await database.open())
    async with worker(database, "a", "700") as first:
        await stands_still(first)
        began = time.monotonic()
        await world.says("+1", "meanwhile")
        assert time.monotonic() - began < 0.5, "what it has not locked waits for nothing"
        async with worker(database, "b"):
            before = await did(world)
            await writes(world, "b")
            first.send_signal(signal.SIGCONT)
            assert await first.stdout.readline() == b"woken\n"
            await writes(world, "ab", 20 + len(await did(world)))
            await check_fenced(world)
            assert before == [("a", 1)] * 2, "what it wrote in the transaction that it stood in is gone"
            assert [name for name, _ in await did(world)].count("a") == 2
