"""Trouble of the disk and of the server: nothing half, nothing lost that was answered, and on with it afterwards."""

import asyncio
import logging
import os
import resource
import sqlite3
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pytest

from gateway.errors import Unavailable
from gateway.store.postgres import _unavailable
from gateway.store.sqlite import SqliteStore
from tests.checks import check
from tests.databases import Database, prepare
from tests.servers.postgres import Postgres
from tests.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def full(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> SqliteStore:
    caplog.set_level(logging.CRITICAL, "gateway.store")
    store = await Database("sqlite:///parley.db", tmp_path).open()
    assert isinstance(store, SqliteStore)
    return store


async def limit(store: SqliteStore, pages: int) -> None:
    """How large the file may grow; on the writer's own connection, between two batches."""
    store._writer.execute(f"pragma max_page_count = {pages}")


async def test_a_full_disk_is_said_and_got_over(full: SqliteStore) -> None:
    world = await World.made(full)
    first = await world.says("+1", "while there is room")
    pages = full._writer.execute("pragma page_count").fetchone()[0]
    await limit(full, pages + 4)
    done = await asyncio.gather(*(world.says(f"+{n}", "x" * 3000) for n in range(50)), return_exceptions=True)
    assert any(isinstance(one, Unavailable) for one in done)
    assert all(isinstance(one, Unavailable) or hasattr(one, "message") for one in done)
    # Looking still works, and what was answered stands.
    assert await world.texts(first.conversation) == ["while there is room"]
    answered = {one.message for one in done if not isinstance(one, BaseException)}
    stored = {row["id"] for row in await world.rows("select id from messages")}
    assert stored == answered | {first.message}
    await limit(full, 1 << 30)
    assert (await world.says("+1", "there is room again")).conversation == first.conversation
    await check(full)
    await full.close()


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from gateway.errors import Unavailable
from gateway.store import open_store
from tests.checks import check
from tests.world import World

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = await open_store("sqlite:///parley.db", Path(sys.argv[1]))
    world = await World.made(store)
    await world.says("+1", "before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    refused = 0
    for n in range(400):
        try:
            await world.says(f"+{n % 5}", "x" * 4000)
        except Unavailable:
            refused += 1
    print(refused, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await world.says("+1", "after")
    await check(store)
    print("well", flush=True)
    await store.close()

asyncio.run(main())
"""


async def test_a_write_that_the_system_refuses_is_said_and_got_over(tmp_path: Path) -> None:
    """The write-ahead log itself cannot grow: as by a full disk or a quota (EFBIG in place of ENOSPC)."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FULL, str(tmp_path)),
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-3000:]
    refused, well = out.decode().split()
    assert int(refused) > 0
    assert well == "well"


async def test_a_list_that_finds_no_file_to_open_is_to_be_asked_for_again(full: SqliteStore) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(Unavailable):
            await full.scan(lambda look: look.value("select 1"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert await full.scan(lambda look: look.value("select 1")) == 1
    await full.close()


async def test_a_disk_that_has_become_read_only_is_named_once(
    full: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite calls it a disk I/O error, and whoever has to mend it needs to know which."""
    monkeypatch.setattr("gateway.store.sqlite.read_only", lambda _: True)
    full._writer.execute("pragma query_only = on")
    caplog.set_level(logging.ERROR, "gateway.store")
    for _ in range(3):
        with pytest.raises(Unavailable, match="its disk is read-only"):
            await full.write(lambda tx: tx.run("insert into meta (key, value) values ('a', 'b')"))
    assert full.refused.endswith("its disk is read-only")
    (said,) = [told.message for told in caplog.records if "was not written" in told.message]
    assert said.endswith("its disk is read-only")
    full._writer.execute("pragma query_only = off")
    await full.write(lambda tx: tx.run("insert into meta (key, value) values ('a', 'b')"))
    await full.close()


async def test_a_database_locked_by_another_is_unavailable_and_then_not(
    full: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.made(full)
    full._writer.execute("pragma busy_timeout = 50")
    other = sqlite3.connect(full.path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Unavailable):
        await world.says("+1", "hello")
    other.execute("rollback")
    other.close()
    await world.says("+1", "hello")
    await check(full)
    await full.close()


async def test_a_long_look_neither_stops_the_writers_nor_is_stopped(full: SqliteStore) -> None:
    """A truncating checkpoint waits for readers; writers must not wait for it."""
    from gateway.store import sqlite

    world = await World.made(full)
    await world.says("+1", "hello")
    reader = sqlite3.connect(full.path, isolation_level=None)
    reader.execute("begin")
    before = reader.execute("select count(*) from messages").fetchone()
    sqlite_limit, sqlite.WAL_LIMIT = sqlite.WAL_LIMIT, 1
    try:
        for _ in range(60):
            # Who waits for a reader waits for five seconds: a connection's whole patience.
            async with asyncio.timeout(4):
                await world.says("+1", "more")
            await asyncio.sleep(0.01)
    finally:
        sqlite.WAL_LIMIT = sqlite_limit
    assert reader.execute("select count(*) from messages").fetchone() == before
    reader.close()
    await check(full)
    await full.close()


async def test_the_log_begins_anew_while_others_write_without_a_pause(
    full: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And by nobody's force: the file is not truncated, its beginning is written again."""
    from gateway.store import sqlite

    limit = 512 * 1024
    monkeypatch.setattr(sqlite, "WAL_LIMIT", limit)
    world = await World.made(full)
    wal = full.path.with_name(full.path.name + "-wal")

    def salt() -> bytes:
        """Another one with every new beginning (SQLite, "WAL File Format", section 4.1)."""
        return wal.read_bytes()[16:24]

    beginnings, sizes = {salt()}, [wal.stat().st_size]
    for number in range(5000):
        await world.says(f"+{number % 50}", "more")
        if number % 20 == 0:
            beginnings.add(salt())
            sizes.append(wal.stat().st_size)
        if len(beginnings) > 3:
            break
    assert len(beginnings) > 3
    assert sizes == sorted(sizes)
    await check(full)
    await full.close()


@pytest.mark.may_block("starts and stops a server")
async def test_postgres_killed_and_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "gateway.store")
    server = Postgres.start()
    try:
        # This server's tables must outlive it, unlike the others' (tests/servers/postgres.py, FAST).
        server.execute("alter role parley set synchronous_commit = on")
        url = server.database()
        prepare(url)
        store = await Database(url, tmp_path).open()
        world = await World.made(store)
        told: list[int] = []
        store.publish_to(lambda events: told.extend(event.position for event in events))
        answered = [await world.says("+1", "before")]
        waiting = [
            asyncio.create_task(world.says(f"+{n}", "in the middle", provider_id=f"m{n}")) for n in range(40)
        ]
        await asyncio.sleep(0.01)
        server.kill()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        answered += [one for one in done if not isinstance(one, BaseException)]
        assert all(isinstance(one, Unavailable) for one in done if isinstance(one, BaseException))
        with pytest.raises(Unavailable):
            await store.read(lambda look: look.value("select 1"))
        with pytest.raises(Unavailable):
            await world.says("+1", "while it is gone")
        server.restart()
        # What was not answered is told again; what was is there.
        for n in range(40):
            answered.append(await world.says(f"+{n}", "in the middle", provider_id=f"m{n}"))
        stored = {row["id"] for row in await world.rows("select id from messages")}
        assert stored == {one.message for one in answered}
        assert await world.value("select count(*) from messages where text = 'in the middle'") == 40
        await store.look_at_head()
        events = await check(store)
        for _ in range(200):
            if store.published == len(events):
                break
            await asyncio.sleep(0.02)
        assert told == list(range(1, len(events) + 1))
        await store.close()
    finally:
        server.stop()


async def test_a_crowd_of_readers_does_not_keep_the_writer_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.postgres.READERS", 2)
    store = await database.open()
    world = await World.made(store)
    if not store.postgres:
        # On SQLite looks are short and by key, or in threads: nothing to be crowded out of.
        await asyncio.gather(*(store.scan(lambda look: look.value("select 1")) for _ in range(20)))
        await world.says("+1", "hello")
        return
    looks = [
        asyncio.create_task(store.read(lambda look: look.value("select pg_sleep(600)"))) for _ in range(4)
    ]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(20):
        await world.says("+1", "hello")
    assert not any(look.done() for look in looks), "they hold all there is to read with"
    for look in looks:
        look.cancel()
    await asyncio.gather(*looks, return_exceptions=True)


async def test_who_has_waited_longest_looks_next(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd, each of whom looks again as soon as they have looked: nobody is passed by."""
    monkeypatch.setattr("gateway.store.postgres.READERS", 1)
    store = await database.open()
    turns: list[int] = []

    async def looks(number: int) -> None:
        for _ in range(10):
            await store.read(lambda look: look.value("select 1"))
            turns.append(number)

    await asyncio.gather(*(looks(number) for number in range(8)))
    if not store.postgres:
        assert turns == sorted(turns), "there nobody waits for anybody"
        return
    rounds = [turns[start : start + 8] for start in range(0, len(turns), 8)]
    assert all(sorted(one) == list(range(8)) for one in rounds), turns


async def test_who_is_cancelled_hears_that_and_not_of_the_connection_it_leaves() -> None:
    """The server goes while somebody is called away: what broke on the way out hid it, and a duty went on for ever."""

    async def looks() -> None:
        with _unavailable():
            try:
                await asyncio.Event().wait()
            finally:
                raise asyncpg.InterfaceError("the underlying connection is closed")

    leaving = asyncio.create_task(looks())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    async def looks_in_time() -> None:
        async with asyncio.timeout(0.01):
            await looks()

    with pytest.raises(TimeoutError):
        await looks_in_time()


async def test_who_looks_on_its_way_out_is_told_that_nobody_answers() -> None:
    told: list[Exception] = []

    async def leaves() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            try:
                with _unavailable():
                    raise asyncpg.InterfaceError("connection is closed")
            except Unavailable as why:
                told.append(why)

    leaving = asyncio.create_task(leaves())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert len(told) == 1
