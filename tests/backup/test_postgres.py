"""PostgreSQL's side of a backup: which tables, in which order, and what may be replaced."""

import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backup import postgres as side
from gateway.backup.archive import Archive
from gateway.errors import ConfigError, Unavailable
from gateway.store import migrate, open_store
from gateway.store.postgres import PostgresStore
from tests.servers.process import free_port

NAMES = [f"table{number}" for number in range(8)]
pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


@given(pairs, st.randoms(use_true_random=False))
def test_rows_come_after_those_they_point_at(points: list[tuple[int, int]], chance: random.Random) -> None:
    """Whatever points at what; only to itself may a table point in a circle."""
    points_at = [{"source": NAMES[max(one)], "target": NAMES[min(one)]} for one in points]
    tables = list(NAMES)
    chance.shuffle(tables)
    order = side._in_order(tables, points_at)
    assert sorted(order) == NAMES
    for one in points_at:
        assert order.index(one["target"]) <= order.index(one["source"])


async def test_our_tables_are_what_the_migrations_made(postgres_url: str) -> None:
    await (await open_store(postgres_url)).close()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("create table neighbours (name text)")
    found = {row["name"] for row in await connection.fetch(side.TABLES)}
    await connection.close()
    assert found - side.ours() == {"neighbours"}
    assert side.ours() - found == set()


@contextlib.asynccontextmanager
async def running(url: str) -> AsyncIterator[PostgresStore]:
    store = await open_store(url)
    assert isinstance(store, PostgresStore)
    try:
        yield store
    finally:
        await store.close()


async def test_what_stands_is_replaced_only_when_told_so_and_never_in_use(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("create table neighbours (name text)")
    await side.check_free(postgres_url, force=False)  # somebody else's tables are none of ours
    async with running(postgres_url):
        with pytest.raises(ConfigError, match="in use"):
            await side.check_free(postgres_url, force=True)
    with pytest.raises(ConfigError, match="--force"):
        await side.check_free(postgres_url, force=False)
    await side.check_free(postgres_url, force=True)
    await connection.close()


async def test_a_server_that_is_not_there_may_come_back() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await side.check_free(f"postgresql://parley@127.0.0.1:{free_port()}/parley", force=False)


async def test_a_newer_schema_is_served_and_not_copied_by_halves(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(postgres_url):
        pass
    known = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: known[:-1])
    async with running(postgres_url):
        pass
    with pytest.raises(ConfigError, match="newer than this Parley"):
        async with Archive.new(tmp_path / "kept.zip") as archive:
            await side.copy_out(postgres_url, archive)
    assert not (tmp_path / "kept.zip").exists()
