"""Any sequence of verbs: kept counts are counted counts, the log tells what the tables say, nothing stands astray."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.checks import check
from tests.databases import Database, prepare
from tests.servers.postgres import Postgres
from tests.story import STORIES, Story
from tests.world import World

EXAMPLES = {"sqlite": 80, "postgres": 15}
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
