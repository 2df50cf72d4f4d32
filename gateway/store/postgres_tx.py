"""What a verb and a look hold of PostgreSQL."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from gateway.events import Event
from gateway.store import log as log_rows
from gateway.store.search import vector
from gateway.store.sql import Row, for_postgres
from gateway.store.tx import Stamp

PROVISIONAL = 1 << 62
"""Positions from here on are provisional: nobody outside a running batch ever sees one."""


class PostgresReader:
    """One look, in a repeatable-read transaction."""

    postgres = True

    def __init__(self, connection: Any, position: int) -> None:
        self._connection = connection
        self._position = position

    @property
    def position(self) -> int:
        return self._position

    async def one(self, sql: str, *args: Any) -> Row | None:
        row: Row | None = await self._connection.fetchrow(for_postgres(sql), *args)
        return row

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(for_postgres(sql), *args)
        return rows

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._connection.fetchval(for_postgres(sql), *args)


class Mark(NamedTuple):
    """How much a batch had gathered when a unit began."""

    events: int
    stamps: int
    tokens: int


class PostgresTx(PostgresReader):
    """A batch's transaction, shared by its units. `position` is the head as it was when the batch began."""

    def __init__(self, connection: Any, position: int, now: int) -> None:
        super().__init__(connection, position)
        # Random, so that batches of two processes never meet in a unique index before they are numbered.
        self._provisional = PROVISIONAL + (secrets.randbits(40) << 20)
        self._now = now
        self.events: list[Event] = []
        self._stamps: list[tuple[Stamp, int | None]] = []
        self._tokens: list[tuple[str, int, str]] = []

    @property
    def now(self) -> int:
        return self._now

    async def run(self, sql: str, *args: Any) -> int:
        status: str = await self._connection.execute(for_postgres(sql), *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    def record(self, event: Event, *stamps: Stamp) -> int:
        self.events.append(event)
        event.position = self._provisional + len(self.events)
        for stamp in (*log_rows.stamps_of(event), *stamps):
            self._stamps.append((stamp, event.position))
        return event.position

    def stamp(self, stamp: Stamp, position: int | None) -> None:
        self._stamps.append((stamp, position))

    def index(self, table: str, key: int, tokens: str) -> None:
        self._tokens.append((table, key, tokens))

    def mark(self) -> Mark:
        return Mark(len(self.events), len(self._stamps), len(self._tokens))

    def forget_after(self, mark: Mark) -> None:
        """A unit was undone: so are its facts."""
        del self.events[mark.events :]
        del self._stamps[mark.stamps :]
        del self._tokens[mark.tokens :]

    async def write_log(self) -> None:
        """Lock the head, number the facts, set every column that holds a number, write log, audit and counts."""
        connection, events = self._connection, self.events
        if events:
            head = await connection.fetchval("select position from log_head where id = 1 for update")
            numbers = {event.position: head + place for place, event in enumerate(events, 1)}
            await self._write_stamps(numbers)
            await self._write_tokens(numbers)
            for event in events:
                event.position = numbers[event.position]
            await connection.executemany(
                log_rows.INSERT_EVENT, [log_rows.event_values(event) for event in events]
            )
            audited = [log_rows.audit_values(event) for event in events if event.audited]
            if audited:
                await connection.executemany(log_rows.INSERT_AUDIT, audited)
            counts = log_rows.count_changes(events)
            if counts:
                await connection.executemany(log_rows.ADD_COUNT, counts)
            await connection.execute("update log_head set position = $1 where id = 1", head + len(events))
        else:
            await self._write_stamps({})
            await self._write_tokens({})

    async def _write_stamps(self, numbers: dict[int, int]) -> None:
        columns: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
        for stamp, position in self._stamps:
            # The last word on a column counts; a number that is real already is written once more.
            number = None if position is None else numbers.get(position, position)
            columns[stamp.table, stamp.column][stamp.id] = number
        for (table, column), values in columns.items():
            await self._connection.execute(
                f"update {table} set {column} = new.p from unnest($1::text[], $2::bigint[]) as new (id, p)"
                f" where {table}.id = new.id",
                list(values),
                list(values.values()),
            )

    async def _write_tokens(self, numbers: dict[int, int]) -> None:
        tables: dict[str, dict[int, str]] = defaultdict(dict)
        for table, key, tokens in self._tokens:
            tables[table][numbers.get(key, key)] = tokens
        for table, rows in tables.items():
            await self._connection.execute(f"delete from {table} where rowid = any($1::bigint[])", list(rows))
            kept = {key: tokens for key, tokens in rows.items() if tokens}
            await self._connection.execute(
                f"insert into {table} (rowid, tokens) select new.k, new.t::tsvector"
                " from unnest($1::bigint[], $2::text[]) as new (k, t)",
                list(kept),
                [vector(tokens) for tokens in kept.values()],
            )
