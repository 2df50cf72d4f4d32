"""Migrations: an old database brought forward equals a fresh one; what we do not understand is refused, untouched."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.store import Reader, Store, migrate
from gateway.store.migrate import Migration, migrations
from gateway.store.sqlite import SqliteStore
from gateway.store.sqlite_file import apply_migrations, connect
from tests.checks import check
from tests.databases import Database
from tests.world import World

LATER = Migration(
    0,
    "later",
    """create table later (id text primary key, at bigint not null);
alter table tags add column note text;
-- sqlite
create table only_here (id text primary key);
-- postgresql
create table only_here (id text primary key, more {json});
-- both
create index later_by_at on later (at);""",
)
BROKEN = Migration(
    0, "broken", "create table half (id text primary key);\nalter table nowhere add column x text;"
)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[Migration]:
    """The migrations of the code; a test adds to them as a release would."""
    found = migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: list(found))
    return found


def released(known: list[Migration], later: Migration) -> Migration:
    known.append(Migration(len(known) + 1, later.name, later.text))
    return known[-1]


async def schema(store: Store) -> list[tuple[Any, ...]]:
    if store.postgres:
        sql = """select table_name::text, column_name::text, data_type::text, is_nullable::text, column_default::text
            from information_schema.columns where table_schema = 'public' order by 1, 2"""
    else:
        sql = "select type, name, sql from sqlite_master where name not like 'sqlite_%' order by 1, 2"
    return [tuple(row) for row in await store.scan(lambda look: look.all(sql))]


async def version(store: Store) -> int:
    found: int = await store.scan(lambda look: look.value("select max(version) from schema_version"))
    return found


async def columns(store: Store) -> set[tuple[str, str]]:
    """Tables with their columns, in whatever order they were added."""
    if store.postgres:
        return {(row[0], row[1]) for row in await schema(store)}
    tables = [row[1] for row in await schema(store) if row[0] == "table"]

    async def look(reader: Reader) -> set[tuple[str, str]]:
        return {
            (table, row["name"])
            for table in tables
            for row in await reader.all(f"select name from pragma_table_info('{table}')")
        }

    return await store.scan(look)


async def test_a_shortcut_to_the_schema_leads_there(tmp_path: Path) -> None:
    """What tests begin with (tests/shortcuts.py) is what the migrations make, but for its own epoch and secret."""
    found = []
    for name in ("went", "began", "began_too"):
        file = tmp_path / name
        if name == "went":
            connection = connect(file)
            apply_migrations(connection, 17)
            connection.close()
        store = await SqliteStore.open(file, lambda: 17)
        facts = await store.scan(lambda look: look.all("select key, value from meta order by key"))
        rows = await store.scan(lambda look: look.all("select version, name, applied_at from schema_version"))
        mode = await store.scan(lambda look: look.value("pragma journal_mode"))
        found.append((await schema(store), [tuple(row) for row in rows], mode, dict(map(tuple, facts))))
        await store.close()
    went, *began = found
    assert all(one[:3] == went[:3] and one[3].keys() == went[3].keys() for one in began)
    assert len({one[3]["epoch"] for one in found}) == len({one[3]["secret"] for one in found}) == 3


async def test_the_files_are_numbered_without_a_gap() -> None:
    assert [one.version for one in migrations()] == list(range(1, len(migrations()) + 1))


async def test_an_old_database_brought_forward_equals_a_fresh_one(
    empty_database: Database, known: list[Migration], request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    async with empty_database.opened() as old:
        world = await World.made(old)
        await world.says("+1", "from before")
        epoch, before = old.epoch, await version(old)
    released(known, LATER)
    async with empty_database.opened() as brought:
        assert brought.epoch == epoch
        assert await version(brought) == before + 1
        assert (await World(brought).says("+1", "from after")).position == 3
        await check(brought)
        found = await columns(brought)
    if empty_database.postgres:
        fresh = Database(request.getfixturevalue("postgres").database(), tmp_path)
    else:
        fresh = Database("sqlite:///fresh.db", tmp_path)
    async with fresh.opened() as made:
        assert await columns(made) == found
        assert ("only_here", "more") in found or not empty_database.postgres


async def test_one_release_ahead_is_served_and_two_are_refused(
    empty_database: Database, known: list[Migration]
) -> None:
    count = len(known)
    released(known, LATER)
    async with empty_database.opened():
        pass
    del known[count:]
    async with empty_database.opened() as store:
        await (await World.made(store)).says("+1", "one release ahead of the code")
    released(known, LATER)
    released(known, Migration(0, "more", "create table more (id text primary key);"))
    async with empty_database.opened():
        pass
    del known[count:]
    with pytest.raises(ConfigError, match="install a newer Parley"):
        await empty_database.open()


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database: Database, known: list[Migration]
) -> None:
    async with empty_database.opened() as store:
        before = await schema(store)
    released(known, BROKEN)
    with pytest.raises(Exception, match="nowhere"):
        await empty_database.open()
    known.pop()
    async with empty_database.opened() as store:
        assert await schema(store) == before
        await (await World.made(store)).says("+1", "still serving")


async def test_a_database_left_half_way_is_refused(empty_database: Database, known: list[Migration]) -> None:
    released(known, LATER)
    async with empty_database.opened() as store:
        await store.write(lambda tx: tx.run("delete from schema_version where version = 1"))
    with pytest.raises(ConfigError, match="half-way"):
        await empty_database.open()


async def test_somebody_elses_database_is_refused_and_left_alone(empty_database: Database) -> None:
    async with empty_database.opened() as store:
        await store.write(lambda tx: tx.run("delete from schema_version"))
    with pytest.raises(ConfigError, match=r"\[database\] url"):
        await empty_database.open()


async def test_two_processes_starting_at_once_migrate_once(empty_database: Database) -> None:
    stores = await asyncio.gather(*(empty_database.open() for _ in range(4)))
    assert len({store.epoch for store in stores}) == 1
    assert await version(stores[0]) == len(migrations())


async def test_what_is_no_database_is_refused(tmp_path: Any) -> None:
    (tmp_path / "parley.db").write_bytes(b"these are my holiday pictures" * 100)
    with pytest.raises(ConfigError, match="no database of Parley"):
        await Database("sqlite:///parley.db", tmp_path).open()
    assert (tmp_path / "parley.db").read_bytes().startswith(b"these are")
    with pytest.raises(ConfigError, match="neither sqlite"):
        await Database("mysql://nobody@nowhere/x", tmp_path).open()
    with pytest.raises(ConfigError):
        await Database("postgresql://127.0.0.1:notaport/x", tmp_path).open()
