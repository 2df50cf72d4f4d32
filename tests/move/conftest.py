"""A shop on SQLite, and a PostgreSQL to which it may go."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import in_thread, prepare
from tests.move.house import House, config_of, fill
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: a data directory with everything in it that a shop has."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    in_thread(lambda: fill(config_of(folder)))
    return folder


@pytest.fixture
def house(filled: Path, tmp_path: Path, postgres: Postgres) -> Iterator[House]:
    """And a new database with the schema in it: making that takes most of the time of a move this small."""
    folder = tmp_path / "data"
    shutil.copytree(filled, folder)
    url = postgres.copy_of("schema", prepare)
    yield House(config_of(folder), url)
    postgres.drop(url)
