"""Looks at the database without opening it as Parley would: nothing is made, nothing migrated."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from gateway.config import Config
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.doctor.place import PATIENCE, existing, without_password
from gateway.errors import ConfigError
from gateway.store import migrate, moving
from gateway.store import room as rooms
from gateway.store.room import EACH, MEND

SQLITE = "sqlite:///"
OLDEST_POSTGRES = 15
SLOW_TRIP = 5.0
"""Milliseconds to the database and back from which agents notice it."""
CHECKED = 256 * 1024**2
"""Bytes up to which the whole file is read through for damage."""
SKEW = 2.0
"""Seconds by which two clocks may differ."""
AHEAD = 60.0
"""Seconds by which what was written last may seem to lie in the future."""
ADMIN = "select 1 from agents where role = 'admin' and deactivated_at is null limit 1"
TABLE = "select to_regclass('schema_version')"
FACTS = "select to_regclass('meta')"
MOVE = f"select value from meta where key = '{moving.KEY}'"
NEWEST = "select at from events order by position desc limit 1"
TEAMS = "select name from teams where retired_at is null"
UNREADABLE = (OSError, ValueError, TimeoutError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)


async def look_at_database(config: Config) -> AsyncIterator[Finding]:
    url = config.database_url
    if url.startswith(SQLITE):
        for finding in _sqlite(Path(url.removeprefix(SQLITE))):
            yield finding
    else:
        async for finding in _postgres(url, config.server.workers):
            yield finding


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite(path: Path) -> Iterator[Finding]:
    folder = existing(path.absolute().parent)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield fault(
            "database", f"{folder} is not writable for this user", "change its owner, or name another --data"
        )
        return
    if not path.exists():
        yield good("database", f"{path} will be made at the first start")
        yield _nobody()
        return
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            yield from _look(path, connection)
    except sqlite3.Error as why:
        yield fault(
            "database", f"{path} cannot be read: {why}", "put a backup in place: parley restore FILE --force"
        )


def _look(path: Path, connection: sqlite3.Connection) -> Iterator[Finding]:
    size = path.stat().st_size
    yield good("database", f"{path}, {size / 1024**2:.1f} MiB, SQLite {sqlite3.sqlite_version}")
    known = connection.execute("select 1 from sqlite_master where name = 'schema_version'").fetchone()
    at = connection.execute(migrate.CURRENT).fetchone() if known else (0, 0)
    yield schema(*at)
    yield from _moves(connection)
    if size <= CHECKED:
        said = connection.execute("pragma quick_check(1)").fetchone()[0]
        if said != "ok":
            yield fault(
                "database", f"the file is damaged: {said}", "restore a backup: parley restore FILE --force"
            )
    if at[0]:
        yield from stepped(connection.execute(NEWEST).fetchone())
    if at[0] and connection.execute(ADMIN).fetchone() is None:
        yield _nobody()


def _moves(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Is it being carried over to another database, or was it?"""
    if connection.execute(moving.KNOWN).fetchone() is None or (word := moving.read(connection)) is None:
        return
    if word.state is moving.State.MOVED:
        mend = "set [database] url to that one; back to this file: parley move --undo --force (docs/move.md)"
        yield fault(
            "database", f"it was moved to {word.to} and is served from there, here nothing is written", mend
        )
        return
    words = f"a move of it to {word.to} has begun and is not finished"
    mend = "let it end, begin it again where it broke off (the same parley move), or give it up: parley move --undo"
    yield hint("database", words, mend)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


async def _postgres(url: str, workers: int) -> AsyncIterator[Finding]:
    shown = without_password(url)
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE, command_timeout=PATIENCE)
    except UNREADABLE as why:
        yield fault(
            "database", f"{shown} does not let us in: {why}", "mend [database] url, or start the server"
        )
        return
    try:
        version = connection.get_server_version()
        if version.major < OLDEST_POSTGRES:
            yield fault(
                "database", f"{shown} is PostgreSQL {version.major}", f"use {OLDEST_POSTGRES} or newer"
            )
        else:
            yield good("database", f"{shown}, PostgreSQL {version.major}")
        yield await _trip(connection)
        async for finding in _server(connection, workers):
            yield finding
        async for finding in _tables(connection):
            yield finding
    except UNREADABLE as why:
        mend = "give Parley's user a database of its own, with every right on it"
        yield fault("database", f"{shown} lets us in and does not serve us: {why}", mend)
    finally:
        await connection.close()


async def _tables(connection: asyncpg.Connection) -> AsyncIterator[Finding]:
    known = await connection.fetchval(TABLE)
    at = await connection.fetchrow(migrate.CURRENT) if known else (0, 0)
    yield schema(*at)
    if known and await connection.fetchval(FACTS) and await connection.fetchval(MOVE):
        yield unfinished()
    if at[0]:
        for finding in stepped(await connection.fetchrow(NEWEST)):
            yield finding
    if at[0] and await connection.fetchval(ADMIN) is None:
        yield _nobody()


async def _server(connection: asyncpg.Connection, workers: int) -> AsyncIterator[Finding]:
    for setting in ("fsync", "synchronous_commit"):
        if await connection.fetchval(f"show {setting}") == "off":
            words = f"the server runs with {setting} off: a power cut loses messages"
            yield fault("database", words, f"set {setting} = on")
    encoding = await connection.fetchval("show server_encoding")
    if encoding != "UTF8":
        mend = "make another: create database parley encoding 'UTF8' template template0"
        yield fault("database", f"it is encoded in {encoding}: most languages cannot be written in it", mend)
    yield room_for(await rooms.room(connection), workers)
    before = time.time()
    theirs = await connection.fetchval("select extract(epoch from clock_timestamp())::float8")
    yield skew(theirs - (before + time.time()) / 2)


def room_for(left: int, workers: int = 1) -> Finding:
    """`left`: connections that all of ours may hold together."""
    words = f"it has room for {left} connections of ours: {left // EACH} processes of {EACH}"
    if left < EACH * workers:
        return fault("database", words if workers == 1 else f"{words}, not for {workers} workers", MEND)
    if workers > 1 and left < EACH * (workers + 1):
        return hint("database", f"{words}, none for a worker that replaces another (`parley reload`)", MEND)
    return good("database", words)


def skew(seconds: float) -> Finding:
    """How far the database's clock is ahead of this machine's."""
    if abs(seconds) <= SKEW:
        return good("database", "its clock and this machine's agree")
    way = "ahead of" if seconds > 0 else "behind"
    words = (
        f"its clock is {abs(seconds):.1f} s {way} this machine's: times that agents see contradict each other"
    )
    return hint("database", words, "let both follow a time server (NTP)")


async def _trip(connection: asyncpg.Connection) -> Finding:
    took = []
    for _ in range(20):
        began = time.perf_counter()
        await connection.fetchval("select 1")
        took.append((time.perf_counter() - began) * 1000)
    median = statistics.median(took)
    words = f"a question to it takes {median:.1f} ms"
    if median > SLOW_TRIP:
        return hint("database", words, "run Parley near its database")
    return good("database", words)


def unfinished() -> Finding:
    return fault(
        "database",
        "a move into it is not finished: it is not served",
        "run the same parley move again, with the configuration of the installation that is moved",
    )


# --- both -----------------------------------------------------------------------------------------------------------


def schema(current: int | str, applied: int) -> Finding:
    """What the version means for this code."""
    try:
        due = migrate.due(current, applied)
    except ConfigError as why:
        return fault("database", str(why))
    if not current:
        return good("database", "it is empty, the schema will be made at the first start")
    if due:
        return hint(
            "database",
            f"schema {current}, this Parley brings it to {due[-1].version} at its next start",
            "make a backup first: parley backup FILE",
        )
    if int(current) > (ours := len(migrate.migrations())):
        return good("database", f"schema {current} is a newer version's; this one, of {ours}, serves it too")
    return good("database", f"schema {current} is this version's")


def stepped(newest: Sequence[Any] | None) -> Iterator[Finding]:
    """`newest`: when the log's last fact was written, UTC ms. Nothing to say where the clock went on since."""
    ahead = 0.0 if newest is None else newest[0] / 1000 - time.time()
    if ahead > AHEAD:
        words = f"what was written last is {ahead:.0f} s in the future: a clock was set back, or is wrong"
        yield hint(
            "database", words, "let it follow a time server (NTP); what is said meanwhile keeps its order"
        )


def _nobody() -> Finding:
    return hint("database", "there is no admin yet", "parley serve prints a link that makes the first one")


async def team_names(config: Config) -> set[str] | None:
    """The teams there are; None while there is no database to ask."""
    rows = await ask(config, TEAMS)
    return None if rows is None else {row["name"] for row in rows}


async def ask(config: Config, sql: str) -> Sequence[Mapping[str, Any]] | None:
    """The rows of a look; None while there is no database to ask. What is wrong with it is said elsewhere."""
    url = config.database_url
    try:
        if not url.startswith(SQLITE):
            connection = await asyncpg.connect(url, timeout=PATIENCE, command_timeout=PATIENCE)
            try:
                return [dict(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()
        where = Path(url.removeprefix(SQLITE)).absolute().as_uri()
        with contextlib.closing(sqlite3.connect(f"{where}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(sql)]
    except UNREADABLE:
        return None
