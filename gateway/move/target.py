"""PostgreSQL's side of a move: an empty database that fills, is compared, and at the very end becomes one of ours.

Until the move is final a mark stands in `meta`, and no process serves a database that has it. Foreign keys are put
away while rows come in any order; what is copied already stands in tables of the move's own, in the same transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson

from gateway import postgres_url
from gateway.backup.postgres import OTHERS, SEQUENCES, TABLES, connected, ours
from gateway.errors import ConfigError
from gateway.move.proof import Tally, digests
from gateway.move.tables import STAYS, THERE, Key, Table
from gateway.store import migrate
from gateway.store.moving import KEY
from gateway.store.postgres import APPLICATION, UNUSABLE, apply_migrations
from gateway.store.postgres_purge import purge

LEAST = 150000
"""The oldest server we take, as `server_version_num`."""
FETCH = 250
"""Rows read at a time."""
MOVE_LOCK = 7_205_759_405
"""The advisory lock of moves: one at a time into a database."""
MOVER_LEAVES = "10s"
"""How long the server may take to notice that a mover before us has died."""
OF_THE_MOVE = """create table parley_move_copied (tab text primary key, last jsonb, done integer not null);
    create table parley_move_files (hash text primary key, size bigint not null);
    create table parley_move_keys (tab text not null, name text not null, definition text not null,
        primary key (tab, name))"""
LEFT = ("parley_move_copied", "parley_move_files", "parley_move_keys")
KEYS = """insert into parley_move_keys select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
    from pg_constraint c where c.contype = 'f' and c.connamespace = current_schema()::regnamespace"""
TYPE_OF = """select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum"""
KEY_OF = """select a.attname::text as name from pg_index i
    cross join lateral unnest(i.indkey::int[]) with ordinality as k (num, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
    where i.indrelid = $1::regclass and i.indisprimary order by k.place"""
OPEN_KEYS = """select k.* from parley_move_keys k join pg_constraint c on c.conname = k.name
    and c.conrelid = k.tab::regclass where not c.convalidated order by 1, 2"""
COPIED = """insert into parley_move_copied (tab, last, done) values ($1, $2, $3)
    on conflict (tab) do update set last = excluded.last, done = excluded.done"""
ERASED = """with begun as (select min(applied_at) as at from schema_version)
    select exists (select 1 from messages, begun where erased_at >= begun.at)
    or exists (select 1 from contacts, begun where erased_at >= begun.at)"""
"""Since this database was made: its rows may have come here with their words, which it remembers as any other does."""
HAS_FILE = "insert into parley_move_files (hash, size) values ($1, $2) on conflict do nothing"


class Target:
    """One connection, by which alone anything comes into that database."""

    def __init__(self, connection: Any, url: str) -> None:
        self._connection = connection
        self.name = described(url)
        self.tables: list[Table] = []
        self.epoch = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Target]:
        """Raises ConfigError when it cannot take an installation, Unavailable when nobody answers."""
        if not url.startswith(("postgresql://", "postgres://")):
            raise ConfigError("--to: write it like postgresql://user:password@host/database")
        try:
            postgres_url.check(url)
        except ValueError as why:
            raise ConfigError(f"--to: {why}") from None
        async with contextlib.AsyncExitStack() as stack:
            with _usable():
                connection = await stack.enter_async_context(connected(url))
                await _check_server(connection)
            yield cls(connection, url)

    # --- the beginning ----------------------------------------------------------------------------------------------

    async def check_unused(self) -> None:
        if await self._connection.fetchval(OTHERS, APPLICATION):
            raise ConfigError(f"{self.name} is in use by another Parley")

    async def mark(self) -> dict[str, Any] | None:
        """What an unfinished move into this database says of itself. Raises ConfigError when the database is neither
        empty, nor one of an unfinished or a finished move."""
        if "meta" not in await self._found():
            return None
        facts = await self._facts()
        self.epoch = facts.get("epoch", "")
        return orjson.loads(facts[KEY]) if KEY in facts else None

    async def prepare(self) -> None:
        """The schema, as this code knows it, and what is to be copied into it."""
        await apply_migrations(self._connection)
        if (schema := (await self._connection.fetchrow(migrate.CURRENT))[0]) != len(migrate.migrations()):
            raise ConfigError(f"{self.name} has schema {schema}, which this Parley does not know")
        found = await self._found()
        self.tables = [await self._table(name) for name in sorted((found & ours()) - STAYS)]

    async def check_empty(self) -> None:
        """Raises ConfigError when there is anything of ours in it."""
        for table in self.tables:
            if table.name == "log_head":
                full = await self._connection.fetchval("select position > 0 from log_head")
            else:
                full = table.name != "meta" and await self._connection.fetchval(
                    f"select exists (select 1 from {table.name})"
                )
            if full:
                raise ConfigError(
                    f"{self.name} is not empty ({table.name}): a move needs a database of its own"
                )

    async def begin(self, move: str) -> None:
        """Mark it; from here on it is this move's. In one transaction."""
        async with self._connection.transaction():
            await self._connection.execute(OF_THE_MOVE)
            await self._connection.execute(KEYS)
            await self._mark(move, "copying")
            for table in self.tables:
                await self._connection.execute(f"delete from {table.name} where {table.where}")
            await self._drop_keys()
        self.epoch = (await self._facts())["epoch"]

    async def resume(self, move: str) -> None:
        """It may have been ready: then it is filled further."""
        async with self._connection.transaction():
            await self._drop_keys()
            await self._mark(move, "copying")
        self.epoch = (await self._facts())["epoch"]

    async def _found(self) -> set[str]:
        return {row["name"] for row in await self._connection.fetch(TABLES)}

    async def _facts(self) -> dict[str, str]:
        return dict(await self._connection.fetch("select key, value from meta"))

    async def _table(self, name: str) -> Table:
        types = {row["name"]: row["type"] for row in await self._connection.fetch(TYPE_OF, name)}
        key = tuple(row["name"] for row in await self._connection.fetch(KEY_OF, name))
        return Table(name, types, key)

    async def _mark(self, move: str, state: str) -> None:
        await self._connection.execute(
            "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
            KEY,
            orjson.dumps({"id": move, "state": state}).decode(),
        )

    async def _drop_keys(self) -> None:
        for row in await self._connection.fetch("select tab, name from parley_move_keys"):
            await self._connection.execute(
                f'alter table {row["tab"]} drop constraint if exists "{row["name"]}"'
            )

    # --- rows -------------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        async with self._connection.transaction():
            yield

    async def copied(self) -> dict[str, tuple[Key | None, bool]]:
        """How far each table was copied: after which key to go on, and whether it is done."""
        rows = await self._connection.fetch("select tab, last::text as last, done from parley_move_copied")
        return {row["tab"]: (orjson.loads(row["last"]), bool(row["done"])) for row in rows}

    async def copy(
        self, table: Table, rows: Sequence[tuple[Any, ...]], last: Key | None, *, done: bool
    ) -> None:
        """A chunk, and that it is there. A row that stands in the way of another changed meanwhile, and so did that
        other one: both are noted, and come again."""
        async with self._connection.transaction():
            await self.insert(table, rows, "on conflict do nothing")
            await self._connection.execute(COPIED, table.name, orjson.dumps(last).decode(), int(done))

    async def insert(self, table: Table, rows: Sequence[tuple[Any, ...]], more: str = "") -> None:
        if not rows:
            return
        columns = table.columns
        names = [f"c{place}" for place in range(len(columns))]
        values = ", ".join(
            f"v.{name}::{table.types[column]}" for name, column in zip(names, columns, strict=True)
        )
        arrays = ", ".join(f"${place}::{table.array(column)}" for place, column in enumerate(columns, 1))
        sql = (
            f"insert into {table.name} ({', '.join(columns)}) select {values}"
            f" from unnest({arrays}) as v ({', '.join(names)}) {more}"
        )
        try:
            await self._connection.execute(sql, *map(list, zip(*map(table.outward, rows), strict=True)))
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError) as why:
            raise ConfigError(f"{table.name}: PostgreSQL cannot hold a row: {why}") from why

    async def delete(self, table: Table, keys: Sequence[Key]) -> None:
        await self._connection.execute(
            f"delete from {table.name} t using {_keys(table)} where {_same(table)}", *zip(*keys, strict=True)
        )

    async def rows(self, table: Table, keys: Sequence[Key]) -> list[int]:
        """The digests of those of these keys that are there."""
        found = await self._connection.fetch(
            f"select {_selected(table)} from {table.name} t, {_keys(table)} where {_same(table)}",
            *zip(*keys, strict=True),
        )
        return digests(found, table.forms(THERE))

    async def tally(self, table: Table) -> Tally:
        """Every row, read and digested."""
        told = Tally()
        forms = table.forms(THERE)
        async with self._connection.transaction():
            rows = await self._connection.cursor(
                f"select {_selected(table)} from {table.name} t where {table.where}"
            )
            while chunk := await rows.fetch(FETCH):
                told.add(digests(chunk, forms))
        return told

    async def count(self, table: Table) -> int:
        counted: int = await self._connection.fetchval(
            f"select count(*) from {table.name} where {table.where}"
        )
        return counted

    async def analyze(self) -> None:
        """What the planner asks; a database that has just been filled would scan everything."""
        await self._connection.execute("analyze")

    # --- files ------------------------------------------------------------------------------------------------------

    async def files(self) -> dict[str, int]:
        """Those that were carried over and read back: hash -> size."""
        return dict(await self._connection.fetch("select hash, size from parley_move_files"))

    async def note_file(self, digest: str, size: int) -> None:
        await self._connection.execute(HAS_FILE, digest, size)

    async def forget_file(self, digest: str) -> None:
        await self._connection.execute("delete from parley_move_files where hash = $1", digest)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def make_ready(self, move: str, sequences: dict[str, int]) -> None:
        """All but the last word, durable. The foreign keys hold for what comes; that they hold for what is there was
        checked here, and is proven by equality: `finish` lets PostgreSQL look, after the house is open again."""
        async with self._connection.transaction():
            await self._connection.execute("set local synchronous_commit = on")
            for row in await self._connection.fetch("select * from parley_move_keys"):
                await self._connection.execute(
                    f'alter table {row["tab"]} add constraint "{row["name"]}" {row["definition"]} not valid'
                )
            for name in SEQUENCES:
                last = sequences[name]
                await self._connection.fetchval(
                    "select setval($1::regclass, $2, $3)", name, max(last, 1), last > 0
                )
            await self._mark(move, "ready")

    async def open_doors(self) -> None:
        """From here on it may be served."""
        async with self._connection.transaction():
            await self._connection.execute("set local synchronous_commit = on")
            await self._connection.execute("delete from meta where key = $1", KEY)

    async def finish(self) -> None:
        """What may be done while it is served. May be repeated."""
        if "parley_move_keys" not in await self._found():
            return
        if await self._connection.fetchval(ERASED):
            await purge(self._connection)
        for row in await self._connection.fetch(OPEN_KEYS):
            await self._connection.execute(f'alter table {row["tab"]} validate constraint "{row["name"]}"')
        for name in LEFT:
            await self._connection.execute(f"drop table if exists {name}")


def described(url: str) -> str:
    """Which database, without user or password."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"postgresql://{parts.hostname or ''}{port}{parts.path}"


async def _check_server(connection: Any) -> None:
    # A chunk that a crash of the server takes with it is copied again: only the last word must be on the disk.
    await connection.execute("set application_name = 'parley move'")
    await connection.execute("set synchronous_commit = off")
    await connection.execute(f"set lock_timeout = '{MOVER_LEAVES}'")
    try:
        await connection.execute("select pg_advisory_lock($1)", MOVE_LOCK)
    except asyncpg.LockNotAvailableError as why:
        raise ConfigError("somebody else is moving into this database") from why
    await connection.execute("set lock_timeout = 0")
    if int(await connection.fetchval("show server_version_num")) < LEAST:
        raise ConfigError("PostgreSQL must be version 15 or newer")
    if (encoding := await connection.fetchval("show server_encoding")) != "UTF8":
        raise ConfigError(f"the database has the encoding {encoding}: make one with UTF8")


def _selected(table: Table) -> str:
    return ", ".join(
        f"t.{column}::text" if kind in ("tsvector", "jsonb") else f"t.{column}"
        for column, kind in table.types.items()
    )


def _keys(table: Table) -> str:
    arrays = ", ".join(f"${place}::{table.array(column)}" for place, column in enumerate(table.key, 1))
    return f"unnest({arrays}) as k ({', '.join(f'k{place}' for place in range(len(table.key)))})"


def _same(table: Table) -> str:
    return " and ".join(f"t.{column} = k.k{place}" for place, column in enumerate(table.key))


@contextlib.contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except UNUSABLE as why:
        raise ConfigError(f"--to: {why}") from why
    except ConfigError as why:  # who connects for a backup names the setting
        raise ConfigError(str(why).replace("[database] url:", "--to:", 1)) from why
