"""What PostgreSQL's files still hold after an erasure: its data directory is read as a thief would read it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from gateway.events import agent
from gateway.media import DiskStore
from gateway.store import postgres_purge
from gateway.stream.erase import erase
from tests.checks import check
from tests.databases import Database, prepare
from tests.house.sources import ROOT
from tests.servers.postgres import Postgres
from tests.stream.test_erase import fill, said
from tests.world import World

FILES = """select pg_relation_filenode(oid), concat(relkind, ' ', relname) from pg_class
    where pg_relation_filenode(oid) is not null"""


@pytest.fixture
async def here(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    monkeypatch.setattr("gateway.stream.erase.SETTLES", 0.01)
    database = Database(postgres.copy_of("schema", prepare), tmp_path)
    yield database
    await database.close()
    postgres.drop(database.url)


def remembered(postgres: Postgres, database: Database) -> dict[str, set[str]]:
    """The secrets in each file of the database, by `r` (table), `i` (index) or `t` (its long values) and name."""
    postgres.execute("checkpoint")
    name = database.url.rsplit("/", 1)[1]
    folder = (
        postgres.storage
        / "base"
        / postgres.execute(f"select oid from pg_database where datname = '{name}'").strip()
    )
    names = dict(line.split("|") for line in postgres.execute(FILES, database.url).splitlines())
    found: dict[str, set[str]] = {}
    for file in folder.iterdir():
        try:
            words = said(file.read_bytes())
        except FileNotFoundError:
            # PostgreSQL takes files of its own away while we look (its cache of the catalogue): nothing is in them.
            continue
        if words:
            found.setdefault(names.get(re.split(r"[._]", file.name)[0], file.name), set()).update(words)
    return found


async def crowd(world: World, turns: int = 5) -> None:
    """Other people's rows before and behind hers."""
    for turn in range(turns):
        await asyncio.gather(*(world.says(f"+{n}", f"innocent bystander {turn} {n}") for n in range(60)))


async def erased(database: Database, media: DiskStore, postgres: Postgres) -> World:
    """A store in which somebody who left traces everywhere has been erased, statistics included."""
    world = await World.made(await database.open())
    await crowd(world)
    contact = await fill(world, media)
    await crowd(world)
    await asyncio.to_thread(postgres.execute, "analyze", database.url)
    before = await asyncio.to_thread(remembered, postgres, database)
    assert {kind[0] for kind in before} >= {"r", "i"}
    assert "r pg_statistic" in before
    await erase(world.store, media, contact, agent("anna"))
    return world


async def test_an_erased_contact_is_in_no_file_of_a_small_database(
    here: Database, postgres: Postgres, tmp_path: Path
) -> None:
    media = DiskStore(tmp_path / "media")
    world = await erased(here, media, postgres)
    assert await asyncio.to_thread(remembered, postgres, here) == {}
    await crowd(world, 1)
    await check(world.store)
    await media.close()


async def test_of_a_large_one_in_no_index_and_after_what_the_docs_say_in_no_file(
    here: Database, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_purge, "REWRITE", 0)
    media = DiskStore(tmp_path / "media")
    world = await erased(here, media, postgres)
    left = await asyncio.to_thread(remembered, postgres, here)
    assert {name[0] for name in left} <= {"r"}, left
    told = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    for statement in re.findall(r"^(?:vacuum|checkpoint)[^;]*;", told, re.MULTILINE):
        await asyncio.to_thread(postgres.execute, statement, here.url)
    assert await asyncio.to_thread(remembered, postgres, here) == {}
    await check(world.store)
    await media.close()


async def test_a_purge_that_cannot_have_a_table_does_not_wait_for_it(
    here: Database, postgres: Postgres, tmp_path: Path
) -> None:
    """Somebody reads for long, a backup for instance: nobody who comes after has to wait for him because of us."""
    world = await World.made(await here.open())
    await crowd(world, 1)
    reader = await asyncpg.connect(here.url)
    try:
        async with reader.transaction():
            await reader.fetch("select 1 from messages limit 1")
            slowest = 0.0
            loop = asyncio.get_running_loop()
            purging = asyncio.create_task(world.store.purge())
            end = loop.time() + 3
            while (began := loop.time()) < end:
                await world.says("+1", "meanwhile")
                slowest = max(slowest, loop.time() - began)
        await purging
    finally:
        await reader.close()
    assert slowest < 2
    await check(world.store)


async def test_purges_that_wait_share_one(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    real = postgres_purge.purge

    async def counted(connection: object) -> None:
        done.append(1)
        await real(connection)

    monkeypatch.setattr("gateway.store.postgres.purge", counted)
    one, two = await here.open(), await here.open()
    await World.made(one)
    await asyncio.gather(*(one.purge() for _ in range(10)), two.purge())
    assert len(done) == 3  # the first, one for all who came meanwhile, and the other process's


async def test_an_index_left_half_made_is_cleared_away(
    here: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_purge, "REWRITE", 0)
    store = await here.open()
    world = await World.made(store)
    await crowd(world, 1)
    connection = await asyncpg.connect(here.url)
    try:
        await connection.execute(
            "create index message_search_tokens_ccnew on message_search using gin (tokens)"
        )
        await connection.execute(
            "update pg_index set indisvalid = false where indexrelid = 'message_search_tokens_ccnew'::regclass"
        )
        await store.purge()
        assert await connection.fetchval("select to_regclass('message_search_tokens_ccnew')") is None
        assert await connection.fetchval("select count(*) from pg_index where not indisvalid") == 0
    finally:
        await connection.close()
    await check(store)
