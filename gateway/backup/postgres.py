"""PostgreSQL's side of a backup: every table by COPY out of one repeatable-read transaction, and back in one."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from gateway.backup.archive import Archive, Backup
from gateway.errors import ConfigError, Unavailable
from gateway.store import migrate
from gateway.store.postgres import APPLICATION, GONE, UNUSABLE, apply_migrations
from gateway.store.sealed import OWN, names_in

PATIENCE = 3600.0
"""Seconds one table may take."""
SET_EPOCH = "update meta set value = $1 where key = 'epoch'"
SEQUENCES = ("conversation_numbers", "contact_numbers")
TABLES = """select c.relname::text as name from pg_class c
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace order by 1"""
COLUMNS = """select attname::text as name from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum"""
POINTS_AT = """select distinct c.conrelid::regclass::text as source, c.confrelid::regclass::text as target
    from pg_constraint c where c.contype = 'f' and c.connamespace = current_schema()::regnamespace"""
OTHERS = """select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()"""
_MADE = re.compile(r"create table (?:if not exists )?(\w+)")


async def copy_out(url: str, archive: Archive) -> None:
    """Raises ConfigError when the database has not our tables, Unavailable when nobody answers."""
    async with (
        connected(url) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        known = ours()
        tables = [row["name"] for row in await connection.fetch(TABLES) if row["name"] in known]
        if "log_head" not in tables:
            raise ConfigError("[database] url: there is no database of Parley")
        archive.facts.update(await _facts(connection))
        _check_known(archive.facts["schema"])
        columns: dict[str, list[str]] = {}
        for table in _in_order(tables, await connection.fetch(POINTS_AT)):
            columns[table] = [row["name"] for row in await connection.fetch(COLUMNS, table)]
            with archive.writing(f"tables/{table}", compress=True) as member:

                async def take(piece: bytes, member: Any = member) -> None:
                    await asyncio.to_thread(member.write, piece)

                await connection.copy_from_table(table, columns=columns[table], output=take, timeout=PATIENCE)
        archive.facts["tables"] = columns


async def _facts(connection: Any) -> dict[str, Any]:
    sequences = {
        name: list(await connection.fetchrow(f"select last_value, is_called from {name}"))
        for name in SEQUENCES
    }
    return {
        "database": "postgresql",
        "schema": (await connection.fetchrow(migrate.CURRENT))[0],
        "epoch": await connection.fetchval("select value from meta where key = 'epoch'"),
        "position": await connection.fetchval("select position from log_head"),
        "keys": names_in(await connection.fetchval(OWN)),
        "sequences": sequences,
    }


async def check_free(url: str, *, force: bool) -> None:
    """Raises ConfigError when the database holds one of ours that may not be replaced, or is in use."""
    async with connected(url) as connection:
        found = ours() & {row["name"] for row in await connection.fetch(TABLES)}
        if found and not force:
            raise ConfigError("the database is not empty: --force puts the backup in its place")
        if await connection.fetchval(OTHERS, APPLICATION):
            raise ConfigError("the database is in use: stop Parley first")


async def begin_epoch(url: str, epoch: str) -> None:
    """Raises ConfigError when the database has not our tables or is in use, Unavailable when nobody answers."""
    async with connected(url) as connection:
        if "meta" not in {row["name"] for row in await connection.fetch(TABLES)}:
            raise ConfigError("[database] url: there is no database of Parley")
        if await connection.fetchval(OTHERS, APPLICATION):
            raise ConfigError("the database is in use: stop Parley first")
        await connection.execute(SET_EPOCH, epoch)


def _check_known(schema: int) -> None:
    """Code serves a schema that is one newer, but of its tables it would copy only those it knows."""
    if schema > len(migrate.migrations()):
        raise ConfigError(
            f"schema {schema} is newer than this Parley: back up and restore with the newer one"
        )


async def put_back(url: str, kept: Backup, epoch: str) -> None:
    """One transaction: until it commits, what was there stands."""
    _check_known(kept.facts["schema"])
    async with connected(url) as connection, connection.transaction():
        for table in ours() & {row["name"] for row in await connection.fetch(TABLES)}:
            await connection.execute(f"drop table {table} cascade")
        for sequence in SEQUENCES:
            await connection.execute(f"drop sequence if exists {sequence}")
        await apply_migrations(connection, up_to=kept.facts["schema"])
        tables: dict[str, list[str]] = kept.facts["tables"]
        for table, columns in tables.items():
            await connection.execute(f"delete from {table}")
            await connection.copy_to_table(
                table, columns=columns, source=_pieces(kept, f"tables/{table}"), timeout=PATIENCE
            )
        for sequence, (last, called) in kept.facts["sequences"].items():
            await connection.fetchval("select setval($1::regclass, $2, $3)", sequence, last, called)
        await connection.execute(SET_EPOCH, epoch)


async def _pieces(kept: Backup, name: str) -> AsyncIterator[bytes]:
    for piece in kept.pieces(name):
        yield piece


def ours() -> set[str]:
    """Every table that our migrations make: nothing else in the database is ours to read or to drop."""
    made = [
        migrate.VERSION_TABLE,
        *(text for step in migrate.migrations() for text in step.statements(postgres=True)),
    ]
    return {name[1] for text in made if (name := _MADE.match(text.strip()))}


def _in_order(tables: list[str], points_at: Any) -> list[str]:
    """Tables after those that their rows point at."""
    waits = {
        table: {row["target"] for row in points_at if row["source"] == table} - {table} for table in tables
    }
    order: list[str] = []
    while waits:
        ready = sorted(table for table, targets in waits.items() if targets <= set(order))
        assert ready, "tables that point at each other in a circle"
        order += ready
        for table in ready:
            del waits[table]
    return order


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    try:
        connection = await _connect(url)
        try:
            yield connection
        finally:
            await connection.close()
    except asyncpg.InsufficientPrivilegeError as why:
        raise ConfigError(f"[database] url: {why}") from why
    except GONE as why:
        raise Unavailable(f"PostgreSQL does not answer: {why}") from why


async def _connect(url: str) -> Any:
    try:
        return await asyncpg.connect(url, timeout=5)
    except UNUSABLE as why:
        raise ConfigError(f"[database] url: {why}") from why
