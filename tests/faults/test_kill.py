"""kill -9 at seeded moments: what was acknowledged is there once, the log has no hole, every cursor goes on.

A hundred lives on each database in CI; PARLEY_KILLS=1000 for the long form. A failure names its seed.
"""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.events import Event
from tests.checks import check
from tests.databases import Database
from tests.fixtures import database
from tests.world import World

__all__ = ["database"]

KILLS = int(os.environ.get("PARLEY_KILLS", "200")) // 2
"""For each database."""
MESSAGES = 24
"""Each life is given so many messages; those of the life before come again, as a provider repeats itself."""
CUSTOMERS = 6
POINTS = ("committed", "published", "acknowledged", None, None)
"""Where a life ends: at a named point, or (None) after a random while."""
LONGEST = 0.05
"""Seconds until a random end, counted from the life's first word."""
ROOT = Path(__file__).parents[2]


@dataclass
class Ledger:
    """What the outside was told, over all lives."""

    acked: dict[str, int] = field(default_factory=dict)
    published: list[list[int]] = field(default_factory=list)
    """The positions each life published, from where it began."""
    ends: Counter[str] = field(default_factory=Counter)

    def hear(self, words: list[str]) -> None:
        if words[0] == "opened":
            self.published.append([int(words[1])])
        elif words[0] == "published":
            self.published[-1] += map(int, words[1:])
        elif words[0] == "acked":
            name, position = words[1], int(words[2])
            # Told twice (a repeat after a lost answer): it is the same one.
            assert self.acked.setdefault(name, position) == position, name


@pytest.fixture
async def mother() -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.program"),
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert await hear(process) == ["ready"]
    yield process
    assert process.stdin
    process.stdin.close()
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:  # a life that does not end: the test has failed already
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def hear(process: Process) -> list[str]:
    assert process.stdout
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().split()


async def one_life(mother: Process, life: dict[str, Any], ledger: Ledger, chance: random.Random) -> None:
    assert mother.stdin
    mother.stdin.write(orjson.dumps(life) + b"\n")
    child, ended = 0, "finished"
    killing: asyncio.TimerHandle | None = None

    def kill() -> None:
        nonlocal ended
        ended = life["pause"] or "random"
        os.kill(child, signal.SIGKILL)

    loop = asyncio.get_running_loop()
    while True:
        words = await hear(mother)
        if words[0] == "born":
            child = int(words[1])
        elif words[0] == "opened" and life["pause"] is None:
            killing = loop.call_later(chance.uniform(0, LONGEST), kill)
        elif words[0] == "pausing":
            kill()
        elif words[0] == "dead":
            break
        assert words[0] != "failed", words
        ledger.hear(words)
        if words[0] == "done" and killing:
            killing.cancel()
    if killing:
        killing.cancel()
    ledger.ends[ended] += 1


@pytest.mark.timeout(600)
async def test_two_hundred_kills(database: Database, mother: Process) -> None:
    seed = int(os.environ.get("PARLEY_SEED", "20261122"))
    chance = random.Random(seed)
    async with database.opened() as store:
        await World.made(store)
    ledger = Ledger()
    told: list[Any] = []
    numbers = 0
    for _ in range(KILLS):
        again = told[-MESSAGES:]
        chance.shuffle(again)
        fresh = [
            [numbers + n, chance.randrange(CUSTOMERS), chance.choice(["answer", "assign", ""])]
            for n in range(MESSAGES)
        ]
        numbers += MESSAGES
        told += fresh
        script = again + fresh
        life = {
            "url": database.url,
            "folder": str(database.folder),
            "seed": chance.random(),
            "script": script,
        }
        await one_life(mother, {**life, "pause": chance.choice(POINTS)}, ledger, chance)
        if chance.random() < 0.1:
            await balance(database, ledger, seed)
    # Undisturbed once more, with everything that was ever said.
    life = {"url": database.url, "folder": str(database.folder), "seed": 0, "script": told, "pause": None}
    await one_life_in_peace(mother, life, ledger)
    await balance(database, ledger, seed)
    async with database.opened() as store:
        rows = await World(store).rows("select provider_id from messages where provider_id is not null")
        assert sorted(row["provider_id"] for row in rows) == sorted(f"m{number}" for number in range(numbers))
        answers = await World(store).rows("select client_id from messages where client_id is not null")
        wanted = sorted(f"a{number}" for number, _, act in told if act == "answer")
        assert sorted(row["client_id"] for row in answers) == wanted
    assert min(ledger.ends[point] for point in ("committed", "published", "acknowledged", "random")) > 0
    assert ledger.ends["finished"] <= KILLS // 3, ledger.ends


async def one_life_in_peace(mother: Process, life: dict[str, Any], ledger: Ledger) -> None:
    assert mother.stdin
    mother.stdin.write(orjson.dumps(life) + b"\n")
    while (words := await hear(mother))[0] != "dead":
        assert words[0] != "failed", words
        ledger.hear(words)


async def balance(database: Database, ledger: Ledger, seed: int) -> None:
    """The database and what was said outside agree."""
    async with database.opened() as store:
        events = await check(store)
        rows = await World(store).rows("select provider_id, client_id, position from messages")
    stored = {row["provider_id"] or row["client_id"]: row["position"] for row in rows}
    assert len(stored) == len(rows), f"seed {seed}: something is there twice"
    for name, position in ledger.acked.items():
        assert stored.get(name) == position, f"seed {seed}: {name} was acknowledged at {position}"
    published_in_order(ledger, events, seed)


def published_in_order(ledger: Ledger, events: list[Event], seed: int) -> None:
    """Each life published from where it began without a gap; what a life did not publish, a cursor finds in the log."""
    head = events[-1].position if events else 0
    for life in ledger.published:
        assert life == list(range(life[0], life[0] + len(life))), f"seed {seed}: a gap in {life}"
        assert life[-1] <= head, f"seed {seed}: published what is not in the log"
