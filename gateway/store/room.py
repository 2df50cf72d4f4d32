"""How many connections of ours PostgreSQL has room for, asked before anything serves: they are made as they are needed,
so a server with too few would be found out only in the first crowd."""

from __future__ import annotations

import logging
from typing import Any

import asyncpg

from gateway.errors import ConfigError
from gateway.store.postgres import APPLICATION, FOLLOWERS, GONE, OPTIONS, READERS, SCANNERS

log = logging.getLogger(__name__)

EACH = READERS + SCANNERS + FOLLOWERS + 2
"""Connections that a process holds at the most (docs/operations.md)."""
LEAST = FOLLOWERS + 5
"""Without so many it does not work at all: one writes, one asks whether the server answers, two look up, one lists."""
ROOM = """select current_setting('max_connections')::int,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int,
    (select count(*)::int from pg_stat_activity
        where backend_type = 'client backend' and application_name <> $1 and pid <> pg_backend_pid()),
    (select coalesce(min(n), -1) from (
        select rolconnlimit as n from pg_roles where rolname = current_user
        union all select datconnlimit from pg_database where datname = current_database()) l where n >= 0)"""
MEND = "raise max_connections, or the role's or the database's limit"


async def room(connection: asyncpg.Connection[Any]) -> int:
    """Connections that all processes of ours may hold together."""
    return left(*await connection.fetchrow(ROOM, APPLICATION))


def left(most: int, reserved: int, others: int, allowed: int) -> int:
    """`allowed`: what the role or the database may hold at the most; -1: as much as the server lets it."""
    free = most - reserved - others
    return free if allowed < 0 else min(free, allowed)


async def check_room(url: str, processes: int) -> None:
    """Raises ConfigError where so many cannot work, warns where a crowd would find too few. A server that cannot be
    asked says at the opening why."""
    if not url.startswith(("postgresql://", "postgres://")):
        return
    try:
        connection = await asyncpg.connect(url, **OPTIONS)
        try:
            found = await room(connection)
        finally:
            await connection.close()
    except (*GONE, ValueError, asyncpg.PostgresError) as why:
        log.debug("the room for connections cannot be counted: %r", why)
        return
    judge(found, processes)


def judge(found: int, processes: int) -> None:
    """Raises ConfigError."""
    has = f"PostgreSQL has room for {max(0, found)} connections of ours"
    if found < LEAST * processes:
        fewer = "" if processes == 1 else ", or begin fewer workers"
        raise ConfigError(
            f"[server] workers = {processes}: {has}. A process holds up to {EACH} and does not work with less than"
            f" {LEAST}: {MEND}{fewer}"
        )
    if found < EACH * processes:
        who = "the process holds" if processes == 1 else f"{processes} workers hold"
        log.warning(
            "%s, %s up to %d: in a crowd some callers will be answered 503; %s",
            has,
            who,
            EACH * processes,
            MEND,
        )
