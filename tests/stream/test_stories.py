"""Any sequence of verbs: kept counts are counted counts, the log tells what the tables say, nothing stands astray."""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.checks import check
from tests.databases import Database, prepare
from tests.servers.postgres import Postgres
from tests.story import STORIES, Story, any_step
from tests.world import World

EXAMPLES = {"sqlite": 80, "postgres": 15}
AT_ONCE = 25
"""Groups of steps in each story told at once."""
SEED = int(os.environ.get("PARLEY_SEED", "1"))
QUIET = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


async def tell(database: Database, steps: list[tuple[Any, ...]]) -> None:
    store = await database.open()
    try:
        story = Story(await World.made(store))
        for step in steps:
            await story.tell(step)
        await check(store)
    finally:
        await store.close()


async def tell_at_once(database: Database, seed: int, stores: int) -> None:
    """Six things at a time, through as many processes' stores: they meet in batches and in locks."""
    chance = random.Random(seed)
    opened = [await database.open() for _ in range(stores)]
    try:
        stories = [Story(await World.made(opened[0])), *(Story(World(store)) for store in opened[1:])]
        for story in stories:
            story.merges = stories[0].merges
        for _ in range(AT_ONCE):
            steps = [any_step(chance) for _ in range(6)]
            await asyncio.gather(*(stories[n % stores].tell(step) for n, step in enumerate(steps)))
        await check(opened[0])
    except BaseException:
        print(f"PARLEY_SEED={seed}")
        raise
    finally:
        await database.close()


@pytest.mark.may_block("many stories, each with its own database")
async def test_stories_told_at_once_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> None:
    for seed in range(SEED, SEED + 8):
        await tell_at_once(Database("sqlite:///story.db", tmp_path_factory.mktemp("story")), seed, 1)


@pytest.mark.may_block("many stories, each with its own database")
async def test_stories_told_at_once_on_postgres(postgres: Postgres) -> None:
    for seed in range(SEED, SEED + 4):
        url = postgres.copy_of("schema", prepare)
        try:
            await tell_at_once(Database(url, Path()), seed, 2)
        finally:
            postgres.drop(url)


@pytest.mark.may_block("many examples, each with its own database")
@settings(max_examples=EXAMPLES["sqlite"], suppress_health_check=QUIET)
@given(steps=STORIES)
async def test_any_story_on_sqlite(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    await tell(Database("sqlite:///story.db", tmp_path_factory.mktemp("story")), steps)


@pytest.mark.may_block("many examples, each with its own database")
@settings(max_examples=EXAMPLES["postgres"], suppress_health_check=QUIET)
@given(steps=STORIES)
async def test_any_story_on_postgres(postgres: Postgres, steps: list[Any]) -> None:
    url = postgres.copy_of("schema", prepare)
    try:
        await tell(Database(url, Path()), steps)
    finally:
        postgres.drop(url)
