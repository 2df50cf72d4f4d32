"""The database: one SQL text for SQLite and PostgreSQL, a group-commit writer, the log, search."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import ConfigError
from gateway.store.base import Store
from gateway.store.log import Cursor, events_after, read_event, trimmed_to
from gateway.store.sql import Row, as_json, from_json, plain
from gateway.store.tx import Reader, Stamp, Tx

__all__ = [
    "Cursor",
    "Reader",
    "Row",
    "Stamp",
    "Store",
    "Tx",
    "as_json",
    "events_after",
    "from_json",
    "open_store",
    "plain",
    "read_event",
    "trimmed_to",
]


async def open_store(url: str, data: Path = Path()) -> Store:
    """Open `sqlite:///PATH` (relative to `data`) or `postgresql://...`, made or migrated as needed.

    Raises ConfigError for another URL or a schema this code does not know, Unavailable when nobody answers.
    """
    if url.startswith("sqlite:///"):
        from gateway.store.sqlite import SqliteStore

        return await SqliteStore.open(data / url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        from gateway.store.postgres import PostgresStore

        return await PostgresStore.open(url)
    raise ConfigError(
        f"[database] url: {url.partition(':')[0]!r} is neither sqlite:///... nor postgresql://..."
    )
