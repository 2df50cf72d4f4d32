"""The database: one SQL text for SQLite and PostgreSQL, a group-commit writer, the log, search."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import ConfigError
from gateway.seals import Seals
from gateway.store.base import Store
from gateway.store.log import Cursor, events_after, read_event, trimmed_to
from gateway.store.sql import Row, as_json, from_json, plain
from gateway.store.tx import Reader, Stamp, Statement, Tx

__all__ = [
    "Cursor",
    "Reader",
    "Row",
    "Stamp",
    "Statement",
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


async def open_store(
    url: str, data: Path = Path(), seals: Seals | None = None, *, forget: bool = False
) -> Store:
    """Open `sqlite:///PATH` (relative to `data`) or `postgresql://...`, made or migrated as needed.

    `seals` are the configuration's (`Config.seals`); left out, SQLite has a key beside its file and PostgreSQL none.
    `forget`: go on without the secrets whose key is lost. Raises ConfigError for another URL, a schema this code does
    not know or a key that is not here, Unavailable when nobody answers.
    """
    if url.startswith("sqlite:///"):
        from gateway.store.sqlite import SqliteStore

        file = data / url.removeprefix("sqlite:///")
        return await SqliteStore.open(file, seals=seals, forget=forget)
    if url.startswith(("postgresql://", "postgres://")):
        from gateway.store.postgres import PostgresStore

        return await PostgresStore.open(url, seals=seals, forget=forget)
    raise ConfigError(
        f"[database] url: {url.partition(':')[0]!r} is neither sqlite:///... nor postgresql://..."
    )
