"""What PostgreSQL's files remember of rows that are gone, and how they forget it after an erasure.

A deleted row's bytes stay in its page until something else is written there; vacuum only says that the place is free.
So a table that is small is written anew, whole. Writing a large one anew would keep everybody from it for too long: of
those only the indexes are renewed, beside the old ones. docs/operations.md says what remains then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import asyncpg

log = logging.getLogger(__name__)

WORDLESS = (
    *(
        "events",
        "audit",
        "counts",
        "log_head",
        "meta",
        "schema_version",
        "merges",
        "merge_items",
        "participants",
    ),
    *("conversation_tags", "read_marks", "accounts", "agents", "team_members", "teams", "tags", "tokens"),
    *("sessions", "one_time_links", "organisations", "attribute_definitions", "intakes"),
    *("troubles", "undelivered", "roads"),
)
"""Tables without a customer's words, or those about her; whatever comes to be besides them is purged."""
WORDED = (
    *("messages_account_id_provider_id_key", "identities_space_address_key", "legs_by_identity"),
    *("message_sources_by_name", "named_pkey", "named_by_address"),
    *("named_in_pkey", "named_in_by_address"),
    *("message_search_tokens", "conversation_search_tokens", "contact_search_tokens"),
)
"""The indexes that do. GIN keeps a word for ever once it had it, and no page is blanked where an entry was removed."""
MAY_BE_EMPTY = {
    "attachments": {"owner": "text", "name": "text"},
    "message_versions": {"text": "text"},
    "message_sources": {"name": "text", "subject": "text", "text": "text", "html": "text"},
    "drafts": {"text": "text"},
    "named": {"address": "text", "name": "text"},
    "named_in": {"address": "text"},
    **{
        table: {"tokens": "tsvector"} for table in ("message_search", "conversation_search", "contact_search")
    },
}
"""Tables from which rows go, with their columns of words: of a table that is empty now `analyze` keeps what it knew."""
REWRITE = 16 * 1024 * 1024
"""Bytes of a table with its indexes up to which a purge writes it anew (a few tenths of a second in which nobody gets
at it). Of larger ones only the indexes are, which blocks nobody."""
REWRITE_PATIENCE = "200ms"
"""How long a rewrite may wait for a table, and others behind it."""
PURGE_WAITS = 50
"""How often a purge looks again whether the last reader of the old state has gone, every 0.1 s."""
PURGE_LOCK = 7_205_759_404
"""The advisory lock of purges: one at a time in a database."""
OLD_READERS = """select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and backend_xmin is not null and backend_xmin::text::bigint < $1 % 4294967296"""
STATISTICS = "pg_catalog.pg_statistic"
"""Samples of columns. Who does not own the database gets a warning instead."""
PATIENCE = 600.0
"""Seconds that one table may take."""
SIZES = """select relname::text as name, pg_total_relation_size(oid) as size from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace and relname <> all($1::text[]) order by 1"""
LEFT_INVALID = """select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where not i.indisvalid and c.relname ~ '_ccnew[0-9]*$' and c.relnamespace = current_schema()::regnamespace"""


async def purge(connection: Any) -> None:
    """Called after an erasure has committed, on a connection that is closed afterwards. Raises what asyncpg raises."""
    await _alone(connection)
    await _wait_for_old_readers(connection)
    sizes = dict(await connection.fetch(SIZES, WORDLESS))
    await connection.execute(f"set lock_timeout = '{REWRITE_PATIENCE}'")
    large = [one for one, size in sizes.items() if size > REWRITE or not await _rewrite(connection, one)]
    await connection.execute("set lock_timeout = 0")
    for table in large:
        await connection.execute(f"vacuum (analyze, index_cleanup on) {table}", timeout=PATIENCE)
        await _renew_indexes(connection, table)
    await connection.execute(f"set lock_timeout = '{REWRITE_PATIENCE}'")
    await _forget_statistics(connection)


async def _alone(connection: Any) -> None:
    # By asking again: one who waited in a statement would himself be an old reader, whom a reindexing waits for.
    while True:
        if await connection.fetchval("select pg_try_advisory_lock($1)", PURGE_LOCK):
            return
        await asyncio.sleep(0.1)


async def _wait_for_old_readers(connection: Any) -> None:
    """Whoever looks at the state before the erasure keeps its rows alive."""
    now = await connection.fetchval("select pg_current_xact_id()::text::bigint")
    for _ in range(PURGE_WAITS):
        if not await connection.fetchval(OLD_READERS, now):
            return
        await asyncio.sleep(0.1)
    log.warning("somebody still reads an older state: its rows are cleared away later")


async def _rewrite(connection: Any, table: str) -> bool:
    """False when the table was not to be had at once."""
    try:
        await connection.execute(f"vacuum (full, analyze) {table}", timeout=PATIENCE)
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def _forget_statistics(connection: Any) -> None:
    for table, columns in MAY_BE_EMPTY.items():
        if not await connection.fetchval(f"select exists (select from {table})"):
            # The same type again: nothing is written but that nothing is known of the column.
            types = ", ".join(f"alter column {name} type {kind}" for name, kind in columns.items())
            with contextlib.suppress(asyncpg.LockNotAvailableError):
                await connection.execute(f"alter table {table} {types}")
    await _rewrite(connection, STATISTICS)


async def _renew_indexes(connection: Any, table: str) -> None:
    """Each beside the old one, which is then dropped; what an interrupted renewal left goes first."""
    for row in await connection.fetch(LEFT_INVALID):
        await connection.execute(f"drop index concurrently if exists {row['name']}", timeout=PATIENCE)
    for index in WORDED:
        if index.startswith(f"{table}_"):
            await connection.execute(f"reindex index concurrently {index}", timeout=PATIENCE)
