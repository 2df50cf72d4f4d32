"""What a verb and a look hold of SQLite. Their methods never suspend."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from gateway.events import Event
from gateway.seals import Seals
from gateway.store import log as log_rows
from gateway.store.sql import Row, for_sqlite
from gateway.store.tx import Stamp, Statement


class SqliteReader:
    """One look: a deferred transaction on a read-only connection."""

    postgres = False

    def __init__(self, connection: sqlite3.Connection, position: int, seals: Seals) -> None:
        self.seals = seals
        self._connection = connection
        self._position = position

    @property
    def position(self) -> int:
        return self._position

    async def one(self, sql: str, *args: Any) -> Row | None:
        row: Row | None = self._connection.execute(for_sqlite(sql), args).fetchone()
        return row

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        return self._connection.execute(for_sqlite(sql), args).fetchall()

    async def value(self, sql: str, *args: Any) -> Any:
        row = self._connection.execute(for_sqlite(sql), args).fetchone()
        return None if row is None else row[0]


class SqliteTx(SqliteReader, log_rows.Recorded):
    """The batch's transaction, shared by its units. The only writer numbers facts the moment they are recorded."""

    def __init__(self, connection: sqlite3.Connection, position: int, now: int, seals: Seals) -> None:
        SqliteReader.__init__(self, connection, position, seals)
        log_rows.Recorded.__init__(self)
        self._now = now

    @property
    def position(self) -> int:
        return self._position + len(self.events)

    @property
    def now(self) -> int:
        return self._now

    async def run(self, sql: str, *args: Any) -> int:
        return self._connection.execute(for_sqlite(sql), args).rowcount

    async def run_apart(self, *statements: Statement) -> int:
        return [await self.run(*statement) for statement in statements][-1]

    def record(self, event: Event, *stamps: Stamp) -> int:
        self.events.append(event)
        event.position = self._position + len(self.events)
        for stamp in log_rows.stamps_of(event):
            if stamp.table != "messages":
                self._stamps.append((stamp, None if stamp in stamps else event.position))
        return event.position

    def stamp(self, stamp: Stamp, position: int | None) -> None:
        """Nothing to do: every position is real from the start."""

    def index(self, table: str, key: int, tokens: str) -> None:
        self._tokens.append((table, key, tokens))

    def write_log(self) -> None:
        self._write_stamps()
        self._write_tokens()
        run, events = self._connection, self.events
        if not events:
            return
        run.executemany(for_sqlite(log_rows.INSERT_EVENT), map(log_rows.event_values, events))
        audited = [log_rows.audit_values(event) for event in events if event.audited]
        if audited:
            run.executemany(for_sqlite(log_rows.INSERT_AUDIT), audited)
        run.executemany(for_sqlite(log_rows.ADD_COUNT), log_rows.count_changes(events))
        run.execute("update log_head set position = ? where id = 1", (self.position,))

    def _write_stamps(self) -> None:
        # The last word on a column counts; None: the verb's own statement has written it.
        latest = dict(self._stamps)
        tables: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for stamp, position in latest.items():
            if position is not None:
                tables[stamp.table].append((position, stamp.id))
        for table, rows in tables.items():
            self._connection.executemany(f"update {table} set position = ? where id = ?", rows)

    def _write_tokens(self) -> None:
        tables: dict[str, dict[int, str]] = defaultdict(dict)
        for table, key, tokens in self._tokens:
            tables[table][key] = tokens
        for table, rows in tables.items():
            # A message numbered in this batch has nothing to replace.
            known = [(key,) for key in rows if table != "message_search" or key <= self._position]
            if known:
                self._connection.executemany(f"delete from {table} where rowid = ?", known)
            kept = [(key, tokens) for key, tokens in rows.items() if tokens]
            self._connection.executemany(f"insert into {table} (rowid, tokens) values (?, ?)", kept)
