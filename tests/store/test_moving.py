"""A file that says it is being moved, or was, is not written; and opens by itself when whoever closed it has died."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from gateway.errors import ConfigError, Moving
from gateway.store import moving, open_store
from gateway.store.moving import KEY, LEASE, State, Word
from gateway.store.sqlite import SqliteStore
from gateway.store.sqlite_file import apply_migrations, connect
from tests.world import World

WORD = Word("id", "epoch", "postgresql://there/parley")
NOW = 1_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with contextlib.closing(connect(tmp_path / "parley.db")) as connection:
        apply_migrations(connection, 0)
    return tmp_path / "parley.db"


@pytest.fixture
def connection(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(file)) as made:
        yield made


def say(connection: sqlite3.Connection, word: Word) -> None:
    connection.execute(
        "insert into meta (key, value) values ('move', ?) on conflict (key) do update set value = excluded.value",
        (str(word),),
    )


def test_a_word_is_read_as_it_was_written(connection: sqlite3.Connection) -> None:
    assert moving.read(connection) is None
    moving.admit(connection)
    word = replace(WORD, state=State.CLOSED, until=7, became="b")
    say(connection, word)
    assert moving.read(connection) == word
    assert not moving.change(connection, WORD, word)
    assert moving.change(connection, word, WORD)
    assert moving.read(connection) == WORD


@pytest.mark.parametrize(
    ("until", "admitted"), [(NOW, False), (NOW + LEASE, False), (NOW - 1, True), (NOW + LEASE + 1, True)]
)
def test_a_lease_ends(connection: sqlite3.Connection, until: int, admitted: bool) -> None:
    closed = replace(WORD, state=State.CLOSED, until=until)
    say(connection, closed)
    if admitted:
        moving.admit(connection, lambda: NOW)
        # Whoever writes takes it away, so that the mover learns of it.
        assert moving.read(connection) == WORD
    else:
        with pytest.raises(Moving, match="being moved to postgresql://there"):
            moving.admit(connection, lambda: NOW)
        assert moving.read(connection) == closed


def test_a_moved_one_admits_nobody_ever(connection: sqlite3.Connection) -> None:
    say(connection, replace(WORD, state=State.MOVED))
    with pytest.raises(Moving, match="was moved to"):
        moving.admit(connection)
    assert not moving.forget(connection)


async def test_all_that_waits_is_refused_and_goes_on_afterwards(
    file: Path, connection: sqlite3.Connection
) -> None:
    store = await SqliteStore.open(file)
    try:
        world = await World.made(store)
        say(connection, replace(WORD, state=State.CLOSED, until=moving.wall_clock() + LEASE))
        with pytest.raises(Moving):
            await world.says("+1", "now")
        assert await world.value("select count(*) from messages") == 0, "it is read as ever"
        say(connection, WORD)
        await world.says("+1", "later")
    finally:
        await store.close()


async def test_it_is_not_served_once_moved_nor_migrated_meanwhile(tmp_path: Path) -> None:
    for name, up_to, state, words in (
        ("moved", None, State.MOVED, "was moved to postgresql://there"),
        ("old", 5, State.COPYING, "another version"),
    ):
        with contextlib.closing(connect(tmp_path / f"{name}.db")) as made:
            apply_migrations(made, 0, up_to=up_to)
            say(made, replace(WORD, state=state))
        with pytest.raises(ConfigError, match=words):
            await SqliteStore.open(tmp_path / f"{name}.db")


async def test_a_half_filled_postgres_is_not_served(postgres_url: str) -> None:
    store = await open_store(postgres_url)
    await store.close()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("insert into meta (key, value) values ($1, '{}')", KEY)
    with pytest.raises(ConfigError, match="not finished"):
        await open_store(postgres_url)
    await connection.execute("delete from meta where key = $1", KEY)
    await connection.close()
    await (await open_store(postgres_url)).close()
