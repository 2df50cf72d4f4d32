"""A SQLite installation goes over to PostgreSQL while it is served: whole, once, and only when proven equal."""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from gateway.config import Config, Database
from gateway.egress.access import Role, Viewer
from gateway.errors import ConfigError, Moving, Unavailable
from gateway.events import SYSTEM, AgentId
from gateway.media import open_media
from gateway.media.spool import FLOOR
from gateway.move import REPORT, move, undo
from gateway.store import Reader, open_store
from gateway.store.tx import drive
from gateway.stream.erase import erase_contact
from inbox.filters import Question
from inbox.search import search
from tests.checks import check
from tests.move.house import House, assert_equal, config_of
from tests.servers.postgres import Postgres
from tests.world import World

ALL = Viewer(AgentId("a"), Role.SUPERVISOR)
WORDS = ("배송", "배송이", "문의", "order", "return", "word", "없는말")


async def found(look: Reader, words: str) -> list[str]:
    page = await search(look, ALL, Question(words=words), lambda row: "", before=None, limit=50)
    return [one["message"]["id"] for hit in page["hits"] for one in hit["messages"]]


async def test_everything_is_there_and_answers_alike(house: House) -> None:
    async with house.served() as world:
        epoch, secret = world.store.epoch, world.store.secret
        numbers = await world.value("select max(number) from conversations")
    said = await house.move(house.new_media)
    assert "[database]" in said and house.new_media in said
    await assert_equal(house)
    async with house.moved() as world:
        await check(world.store)
        assert world.store.epoch != epoch
        assert world.store.secret == secret
        with house.reading() as old:
            for words in WORDS:
                assert drive(found(old, words)) == await world.store.scan(
                    lambda look, words=words: found(look, words)
                )
            assert drive(found(old, "배송"))
        taken = await world.says("+15550001111", "the first one here")
        assert (
            await world.value("select number from conversations where id = $1", taken.conversation)
            == numbers + 1
        )
        assert not await world.rows("select 1 from pg_constraint where contype = 'f' and not convalidated")
        assert not await world.rows("select 1 from pg_class where relname like 'parley_move%'")


async def test_every_file_is_there_and_reported(house: House) -> None:
    await house.move(house.new_media)
    old, new = (
        open_media(house.config.media_store, house.config.data),
        open_media(house.new_media, house.config.data),
    )
    try:
        held = {one.hash: one.size async for one in old.list()}
        assert held == {one.hash: one.size async for one in new.list()}
        assert held
    finally:
        await old.close()
        await new.close()
    report = orjson.loads((house.config.data / REPORT).read_bytes())
    assert report["files"] == held
    assert report["differences"] == []
    assert report["tables"]["messages"]["rows"][0] == report["tables"]["messages"]["rows"][1] > 0
    assert len(set(report["tables"]["messages"]["checksum"])) == 1


async def test_what_is_said_meanwhile_goes_along(house: House) -> None:
    """At each step of the move somebody writes, changes and erases."""
    async with house.served() as world:
        refused: list[str] = []

        async def talk(step: int) -> None:
            try:
                taken = await world.says(
                    f"+1555{step % 7}", f"said at step {step}", provider_id=f"step{step}"
                )
            except Moving:
                refused.append(f"step{step}")
                return
            with contextlib.suppress(Moving):
                await world.store.write(
                    lambda tx: tx.run("delete from read_marks where conversation_id = $1", taken.conversation)
                )
                await world.store.write(lambda tx: tx.run("update tags set name = name || $1", str(step)))
                await world.store.write(lambda tx: tx.run("delete from outlets"))

        steps: list[asyncio.Task[None]] = []
        await move(
            house.config,
            house.url,
            None,
            lambda line: steps.append(asyncio.create_task(talk(len(steps)))),
        )
        await asyncio.gather(*steps)
        assert refused
        assert len(refused) < len(steps)
        with pytest.raises(Moving):
            await world.says("+1", "too late")
    await assert_equal(house)
    async with house.moved() as world:
        await check(world.store)
        kept = {
            row[0]
            for row in await world.rows("select provider_id from messages where provider_id like 'step%'")
        }
        assert kept == {f"step{n}" for n in range(len(steps))} - set(refused)


# --- interrupted ----------------------------------------------------------------------------------------------------


class Cut(Exception):
    """Raised where a move is interrupted."""


def cut_at(beginning: str, told: list[str]) -> Callable[[str], None]:
    def say(line: str) -> None:
        told.append(line)
        if line.startswith(beginning):
            raise Cut

    return say


@pytest.mark.parametrize("step", ["moving", "tags", "followed", "meta: 2 rows", "proven"])
async def test_interrupted_it_is_served_as_before_and_goes_on(house: House, step: str) -> None:
    before: list[str] = []
    with pytest.raises(Cut):
        await move(house.config, house.url, house.new_media, cut_at(step, before))
    with pytest.raises(ConfigError, match="not finished"):
        await open_store(house.url)
    async with house.served() as world:
        await world.says("+15550009999", "between the two")
    await house.move(house.new_media)
    await assert_equal(house)
    if step == "moving":
        return
    assert house.told[0].startswith("going on")
    copied = {line.partition(":")[0] for line in before if " of about " in line}
    again = {line.partition(":")[0] for line in house.told if " of about " in line}
    # The one at which it was cut is gone on with; those before are not touched.
    assert len(copied & again) <= 1


async def test_a_table_goes_on_in_the_middle(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.move.source.CHUNK", 40)
    before: list[str] = []
    with pytest.raises(Cut):
        await move(house.config, house.url, None, cut_at("events: 80 of about", before))
    await house.move()
    told = [line for line in house.told if line.startswith("events: ") and " of about " in line]
    whole = int(told[0].split()[-2])
    assert told[0].startswith("events: 40 of")
    assert told[-1].startswith(f"events: {whole - 80} of")
    await assert_equal(house)


async def test_what_is_erased_on_the_way_is_in_no_file_there(house: House, postgres: Postgres) -> None:
    """Its words had been copied already; PostgreSQL remembers rows that are gone until it is told to forget."""
    async with house.served() as world:
        said = await world.says("+15550001111", "zebrastripes")
    with pytest.raises(Cut):
        await move(house.config, house.url, None, cut_at("files", []))
    assert await asyncio.to_thread(remembers, postgres, house.url, b"zebrastripes")
    async with house.served() as world:
        contact = await world.value("select contact_id from conversations where id = $1", said.conversation)
        await world.store.write(lambda tx: erase_contact(tx, contact, SYSTEM))
    await house.move()
    assert not await asyncio.to_thread(remembers, postgres, house.url, b"zebrastripes")
    await assert_equal(house)


def remembers(postgres: Postgres, url: str, word: bytes) -> bool:
    """Is it in any file of that database?"""
    postgres.execute("checkpoint")
    oid = postgres.execute(f"select oid from pg_database where datname = '{url.rpartition('/')[2]}'").strip()
    found = False
    for file in (postgres.storage / "base" / oid).iterdir():
        with contextlib.suppress(FileNotFoundError):
            found = found or word in file.read_bytes()
    return found


# --- not equal ------------------------------------------------------------------------------------------------------


@pytest.mark.may_block("psql changes the new database between two steps")
@pytest.mark.parametrize(
    ("step", "plant"),
    [
        ("followed", "update messages set text = text || '.' where id = (select min(id) from messages)"),
        ("followed", "delete from read_marks where ctid = (select min(ctid) from read_marks)"),
        (
            "followed",
            "update message_search set tokens = 'x' where rowid = (select min(rowid) from message_search)",
        ),
        ("followed", "insert into tags (id, name, colour, created_at) values ('x', 'x', '', 0)"),
        ("closed", "delete from messages where id = (select min(id) from messages)"),
    ],
)
async def test_a_difference_is_no_move(house: House, postgres: Postgres, step: str, plant: str) -> None:
    planted: list[str] = []

    def say(line: str) -> None:
        if line.startswith(step) and not planted:
            planted.append(postgres.execute(plant, house.url))

    with pytest.raises(ConfigError, match="nothing is moved"):
        await move(house.config, house.url, None, say)
    assert planted
    with pytest.raises(ConfigError, match="not finished"):
        await open_store(house.url)
    async with house.served() as world:
        await world.says("+15550009999", "served as before")
    with pytest.raises(ConfigError, match="nothing is moved"):
        await house.move()


async def test_what_postgres_cannot_hold_is_said(house: House) -> None:
    async with house.served() as world:
        await world.store.write(lambda tx: tx.run("update tags set colour = $1", "a\0b"))
    with pytest.raises(ConfigError, match="tags: PostgreSQL cannot hold"):
        await house.move()


# --- whose it is ----------------------------------------------------------------------------------------------------


async def test_a_database_with_anything_in_it_is_refused(house: House) -> None:
    async with house.moved() as world:
        await World.made(world.store)
        with pytest.raises(ConfigError, match="in use"):
            await house.move()
    with pytest.raises(ConfigError, match="is not empty"):
        await house.move()
    async with house.served() as world:
        await world.says("+15550009999", "served as before")


async def test_an_unfinished_move_of_another_is_refused(house: House, filled: Path, tmp_path: Path) -> None:
    with pytest.raises(Cut):
        await move(house.config, house.url, None, cut_at("files", []))
    other = config_of(tmp_path / "other")
    async with _made(other):
        with pytest.raises(ConfigError, match="another installation"):
            await move(other, house.url, None, house.told.append)
    await house.move()
    await assert_equal(house)


@contextlib.asynccontextmanager
async def _made(config: Config) -> Any:
    store = await open_store(config.database_url)
    yield store
    await store.close()


async def test_a_move_goes_to_one_place(house: House, postgres: Postgres) -> None:
    with pytest.raises(Cut):
        await move(house.config, house.url, None, cut_at("files", []))
    elsewhere = await asyncio.to_thread(postgres.database)
    try:
        with pytest.raises(ConfigError, match="is being moved to"):
            await move(house.config, elsewhere, None, house.told.append)
        assert "not moved any more" in undo(house.config, force=False)
        assert "not being moved" in undo(house.config, force=False)
        with pytest.raises(ConfigError, match="given up"):
            await house.move()
        await move(house.config, elsewhere, None, house.told.append)
        house.url = elsewhere
        await assert_equal(house)
    finally:
        await asyncio.to_thread(postgres.drop, elsewhere)


async def test_a_source_that_was_restored_begins_anew(house: House) -> None:
    with pytest.raises(Cut):
        await move(house.config, house.url, None, cut_at("files", []))
    with contextlib.closing(sqlite3.connect(house.file)) as connection:
        connection.execute("update meta set value = 'another' where key = 'epoch'")
        connection.commit()
    with pytest.raises(ConfigError, match="restored"):
        await house.move()


@pytest.mark.parametrize("encoding", ["SQL_ASCII"])
async def test_another_encoding_is_refused(house: House, postgres: Postgres, encoding: str) -> None:
    name = f"{house.url.rpartition('/')[2]}_ascii"
    url = house.url.rpartition("/")[0] + f"/{name}"
    await asyncio.to_thread(
        postgres.execute,
        f"create database {name} template template0 encoding '{encoding}' lc_collate 'C' lc_ctype 'C'",
    )
    try:
        with pytest.raises(ConfigError, match="SQL_ASCII"):
            await move(house.config, url, None, house.told.append)
    finally:
        await asyncio.to_thread(postgres.drop, url)


async def test_what_is_no_place_to_move_to_or_from(house: House, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--to"):
        await move(house.config, "sqlite:///x.db", None, print)
    with pytest.raises(ConfigError, match="--to"):
        await move(house.config, house.url + "_that_is_not_there", None, print)
    with pytest.raises(Unavailable):
        await move(house.config, "postgresql://127.0.0.1:1/x", None, print)
    with pytest.raises(ConfigError, match="already"):
        await move(Config(database=Database(url=house.url)), house.url, None, print)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no database"):
        await move(config_of(tmp_path / "nowhere"), house.url, None, print)


async def test_a_disk_that_is_nearly_full_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the database for what is written meanwhile, and where the files go."""
    free = {house.config.data: FLOOR - 1}
    real = shutil.disk_usage
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: real(path)._replace(free=free.get(Path(path), real(path).free))
    )
    with pytest.raises(ConfigError, match="511 MiB are free, the move needs 512"):
        await house.move()
    free = {house.config.data / "new": FLOOR}
    with pytest.raises(ConfigError, match="nothing was done"):
        await house.move(house.new_media)
    free.clear()
    await house.move(house.new_media)
    await assert_equal(house)


async def test_two_movers_exclude_each_other(house: House) -> None:
    begun = asyncio.Event()
    first = asyncio.create_task(move(house.config, house.url, None, lambda line: begun.set()))
    await begun.wait()
    with pytest.raises(ConfigError, match="another process"):
        await move(house.config, house.url, None, print)
    await first
    await assert_equal(house)


# --- afterwards -----------------------------------------------------------------------------------------------------


async def test_a_moved_file_is_retired(house: House) -> None:
    await house.move()
    with pytest.raises(ConfigError, match="was moved to postgresql://"):
        await house.open()
    # Not even by a program that knows nothing of moves.
    with contextlib.closing(sqlite3.connect(house.file)) as connection:
        for statement in (
            "update log_head set position = 0",
            "delete from tags",
            "update meta set value = ''",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="was moved"):
                connection.execute(statement)
    assert "[database]" in await house.move(), "said again"
    with pytest.raises(ConfigError, match="--force"):
        undo(house.config, force=False)
    undo(house.config, force=True)
    async with house.served() as world:
        await world.says("+15550009999", "taken back")
        await check(world.store)


async def test_nothing_is_final_when_somebody_wrote_behind_the_closing(house: House) -> None:
    """A Parley that is too old to know of moves goes on writing: what it wrote comes along."""
    wrote: list[str] = []

    def say(line: str) -> None:
        if line.startswith("proven") and not wrote:
            wrote.append(line)
            with contextlib.closing(sqlite3.connect(house.file)) as connection:
                connection.execute("update tags set colour = 'late'")
                connection.commit()

    await move(house.config, house.url, None, say)
    await assert_equal(house)
    connection = await asyncpg.connect(house.url)
    assert {row[0] for row in await connection.fetch("select colour from tags")} == {"late"}
    await connection.close()
