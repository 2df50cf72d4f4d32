"""`database` and `store`, each on SQLite and on PostgreSQL, for the rooms that import them into their conftest."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store import Store
from tests.databases import BOTH, Database, prepare
from tests.servers.postgres import Postgres


@pytest.fixture(params=BOTH)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh database with the schema."""
    if request.param == "sqlite":
        made = Database("sqlite:///parley.db", tmp_path)
        yield made
        await made.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    made = Database(server.copy_of("schema", prepare), tmp_path)
    yield made
    await made.close()
    server.drop(made.url)


@pytest.fixture(params=BOTH)
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """One without a table."""
    url = "sqlite:///parley.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Database(url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def store(database: Database) -> Store:
    return await database.open()
