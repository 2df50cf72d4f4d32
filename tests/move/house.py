"""An installation on SQLite to be moved, and what is compared afterwards without any of the mover's own code."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from gateway.backup.postgres import TABLES, ours
from gateway.config import Config, load
from gateway.demo import make_house
from gateway.move import move
from gateway.sandbox.demo import demo_config
from gateway.seals import Seals
from gateway.store import Store, open_store
from gateway.store.sqlite_tx import SqliteReader
from tests.world import World

FEW = 24
"""Conversations of the invented shop: every table that it fills has rows with these."""


@dataclass
class House:
    config: Config
    url: str
    """The empty PostgreSQL."""
    told: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return Path(self.config.database_url.removeprefix("sqlite:///"))

    @property
    def new_media(self) -> str:
        return f"disk:{self.config.data / 'new'}"

    async def move(self, media: str | None = None) -> str:
        return await move(self.config, self.url, media, self.told.append)

    async def open(self) -> Store:
        return await open_store(self.config.database_url, seals=self.config.seals())

    @contextlib.asynccontextmanager
    async def served(self) -> Any:
        store = await self.open()
        try:
            yield World(store)
        finally:
            await store.close()

    @contextlib.asynccontextmanager
    async def moved(self) -> Any:
        store = await open_store(self.url, seals=self.config.seals())
        try:
            yield World(store)
        finally:
            await store.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[SqliteReader]:
        """The old file, which nobody serves any more."""
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            head = connection.execute("select position from log_head").fetchone()[0]
            yield SqliteReader(connection, head, Seals())


def config_of(folder: Path, history: int = FEW) -> Config:
    environ = {"PARLEY_SANDBOX__HISTORY": str(history)}
    return demo_config(
        load(folder / "config.toml" if (folder / "config.toml").exists() else None, environ=environ), folder
    )


async def fill(config: Config) -> None:
    """A shop with a past, pictures included, and what that leaves out."""
    await make_house(config)
    store = await open_store(config.database_url)
    try:
        world = World(store)
        one = await world.says("+821012345678", "배송이 언제 되나요? 1e2 \U0001f600 ' \\ \"")
        await world.answers(one.conversation, "내일이요", by=await an_agent(store))
        await world.says("+821012345678", "word " * 400)
        await store.write(
            lambda tx: tx.run(
                "insert into parked (id, account_id, method, url, headers, body, size, digest, reason, detail, at,"
                " tried_at)"
                " select 'p', id, 'POST', '/', '{\"b\": [1.0, 1e2, 0.5], \"a\": null}', $1, 3, 'd', 'r', '', 0, 0"
                " from accounts limit 1",
                b"\0\xff'",
            )
        )
    finally:
        await store.close()


async def an_agent(store: Store) -> str:
    async def look(reader: Any) -> Any:
        return await reader.value("select min(id) from agents where deactivated_at is null")

    return str(await store.read(look))


def here(file: Path) -> dict[str, list[str]]:
    """All rows of all tables, each as text that both databases' rows come to."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return {
            table: sorted(
                _told(table, row)
                for row in connection.execute(f"select {_columns(connection, table)} from {table}")
            )
            for table in sorted(ours() - {"schema_version"})
        }


def _columns(connection: sqlite3.Connection, table: str) -> str:
    names = sorted(row[1] for row in connection.execute(f"pragma table_info({table})"))
    return "rowid" if "tokens" in names else ", ".join(names)


async def there(url: str) -> dict[str, list[str]]:
    connection = await asyncpg.connect(url)
    found: dict[str, list[str]] = {}
    try:
        for table in sorted({row["name"] for row in await connection.fetch(TABLES)} - {"schema_version"}):
            rows = [dict(row) for row in await connection.fetch(f"select * from {table}")]
            found[table] = sorted(
                _told(table, [row[name] for name in sorted(row) if name != "tokens"]) for row in rows
            )
    finally:
        await connection.close()
    return found


def _told(table: str, row: Any) -> str:
    values = [_plain(value) for value in row]
    if table == "meta" and values[0] == "epoch":
        values[1] = ""
    if table == "meta" and values[0] == "move":
        return ""
    return repr(values)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(orjson.JSONDecodeError):
            return _sorted(orjson.loads(value))
    return value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def assert_equal(house: House) -> None:
    old, new = here(house.file), await there(house.url)
    old["meta"] = [row for row in old["meta"] if row]
    assert old.keys() == new.keys()
    assert {table for table in old if old[table] != new[table]} == set()
