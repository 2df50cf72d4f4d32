"""What a verb and a look hold of PostgreSQL."""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gateway.events import Event
from gateway.seals import Seals
from gateway.store import log as log_rows
from gateway.store.search import vector
from gateway.store.sql import Row, for_postgres
from gateway.store.tx import Stamp, Statement

# Whatever a batch may wait for before: for its turn at the head it waits as long as it takes.
LOCK_HEAD = """with patient as materialized (select set_config('lock_timeout', '0', true))
    select position from log_head, patient where id = 1 for update of log_head"""
MOVE_HEAD = "update log_head set position = $1 where id = 1"
INSERT_EVENTS = """insert into events (position, at, kind, actor_kind, actor_id, conversation_id, message_id,
    contact_id, subject_id, was, now, changes) select e.a, e.b, e.c, e.d, e.e, e.f, e.g, e.h, e.i, e.j::jsonb,
    e.k::jsonb, e.l::jsonb from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
    as e (a, b, c, d, e, f, g, h, i, j, k, l)"""
INSERT_EVENT = """insert into events (position, at, kind, actor_kind, actor_id, conversation_id, message_id, contact_id,
    subject_id, was, now, changes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb,
    $12::text::jsonb)"""
"""For a lone one: an array would be planned anew each time, for its length might matter."""
INSERT_AUDIT = """insert into audit (position, at, kind, actor_kind, actor_id, conversation_id, message_id,
    contact_id, subject_id, changes) select e.a, e.b, e.c, e.d, e.e, e.f, e.g, e.h, e.i, e.j::jsonb
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[]) as e (a, b, c, d, e, f, g, h, i, j)"""
ADD_COUNTS = """insert into counts (status, team_id, assignee_id, tag_id, n)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    on conflict (status, team_id, assignee_id, tag_id) do update set n = counts.n + excluded.n"""
PROVISIONAL = 1 << 62
"""Positions from here on are provisional: nobody outside a running batch ever sees one."""
WRITTEN = -1
"""In place of a position: its verb has written the real one already."""
_PARAMETER = re.compile(r"\$(\d+)")


class PostgresReader:
    """One look, in a repeatable-read transaction."""

    postgres = True

    def __init__(self, connection: Any, position: int | None, seals: Seals) -> None:
        self.seals = seals
        self._connection = connection
        self._position = position

    @property
    def position(self) -> int:
        assert self._position is not None, "this look did not ask for the head of the log"
        return self._position

    async def one(self, sql: str, *args: Any) -> Row | None:
        row: Row | None = await self._connection.fetchrow(for_postgres(sql), *args)
        return row

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(for_postgres(sql), *args)
        return rows

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._connection.fetchval(for_postgres(sql), *args)


class Glance(PostgresReader):
    """One statement, outside any transaction."""

    def __init__(self, connection: Any, seals: Seals) -> None:
        super().__init__(_Once(connection), None, seals)


class _Once:
    """A connection for one statement."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        assert self._connection is not None, "two statements may see two states: that is no glance"
        connection, self._connection = self._connection, None
        return getattr(connection, name)


class PostgresTx(PostgresReader, log_rows.Recorded):
    """A batch's transaction, shared by its units. `position` is the head as it was when the batch began."""

    def __init__(self, connection: Any, position: int, now: int, seals: Seals) -> None:
        PostgresReader.__init__(self, connection, position, seals)
        log_rows.Recorded.__init__(self)
        # Random, so that batches of two processes never meet in a unique index before they are numbered.
        self._provisional = PROVISIONAL + (secrets.randbits(40) << 20)
        self._head: int | None = None
        self._now = now

    @property
    def now(self) -> int:
        return self._now

    async def run(self, sql: str, *args: Any) -> int:
        return _changed(await self._connection.execute(for_postgres(sql), *args))

    async def run_apart(self, *statements: Statement) -> int:
        at_once = _AtOnce()
        for sql, *args in statements:
            at_once.add(for_postgres(sql), *args)
        return await at_once.run(self._connection)

    async def lock_head(self) -> None:
        """From here on facts are numbered for good, and `record` knows no provisional position.

        Only before the first fact of a batch, and when nothing it still does waits for a row: everybody else's commit
        waits for this one.
        """
        assert not self.events
        self._head = self._provisional = await self._connection.fetchval(LOCK_HEAD)

    def record(self, event: Event, *stamps: Stamp) -> int:
        self.events.append(event)
        event.position = self._provisional + len(self.events)
        for stamp in log_rows.stamps_of(event):
            if self._head is None:
                self._stamps.append((stamp, event.position))
            elif stamp.table != "messages":
                self._stamps.append((stamp, WRITTEN if stamp in stamps else event.position))
        if self._head is None:
            self._stamps.extend((stamp, event.position) for stamp in stamps)
        return event.position

    def stamp(self, stamp: Stamp, position: int | None) -> None:
        self._stamps.append((stamp, position))

    def index(self, table: str, key: int, tokens: str) -> None:
        self._tokens.append((table, key, vector(tokens)))

    async def write_log(self) -> None:
        """Lock the head, number the facts; then in one statement set every column that holds a number and write search
        words, log, audit and counts."""
        events, rest = self.events, _AtOnce()
        if events and self._head is None:
            self._head = await self._connection.fetchval(LOCK_HEAD)
        numbers = {event.position: (self._head or 0) + place for place, event in enumerate(events, 1)}
        self._add_stamps(rest, numbers)
        await self._add_tokens(rest, numbers)
        for event in events:
            event.position = numbers[event.position]
        if events:
            rest.add(MOVE_HEAD, events[-1].position)
            rows = [log_rows.event_values(event) for event in events]
            if len(rows) == 1:
                rest.add(INSERT_EVENT, *rows[0])
            else:
                rest.add(INSERT_EVENTS, *zip(*rows, strict=True))
        if audited := [log_rows.audit_values(event) for event in events if event.audited]:
            rest.add(INSERT_AUDIT, *zip(*audited, strict=True))
        if counts := log_rows.count_changes(events):
            rest.add(ADD_COUNTS, *zip(*counts, strict=True))
        await rest.run(self._connection)

    def _add_stamps(self, rest: _AtOnce, numbers: dict[int, int]) -> None:
        rows: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
        for stamp, position in self._stamps:
            # The last word on a column counts; a number that is real already is written once more.
            if position == WRITTEN:
                rows[stamp.table, stamp.id].pop(stamp.column, None)
                continue
            number = None if position is None else numbers.get(position, position)
            rows[stamp.table, stamp.id][stamp.column] = number
        # Rows in which the same columns are set share a statement: no row stands in two of them.
        shapes: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)
        for (table, key), columns in rows.items():
            names = tuple(sorted(columns))
            if names:
                shapes[table, names].append((key, *(columns[name] for name in names)))
        for (table, names), values in sorted(shapes.items(), key=lambda shape: shape[0]):
            if len(values) == 1:
                rest.add(_stamping_one(table, names), *values[0])
            else:
                rest.add(_stamping(table, names), *zip(*values, strict=True))

    async def _add_tokens(self, rest: _AtOnce, numbers: dict[int, int]) -> None:
        tables: dict[str, dict[int, str]] = defaultdict(dict)
        for table, key, tokens in self._tokens:
            tables[table][numbers.get(key, key)] = tokens
        made = set(numbers.values())
        for table, rows in tables.items():
            # A message numbered in this batch has nothing to replace.
            known = [key for key in rows if table != "message_search" or key not in made]
            if known:
                await self._connection.execute(f"delete from {table} where rowid = any($1::bigint[])", known)
            kept = {key: tokens for key, tokens in rows.items() if tokens}
            if len(kept) == 1:
                rest.add(
                    f"insert into {table} (rowid, tokens) values ($1, $2::text::tsvector)", *kept.popitem()
                )
            elif kept:
                rest.add(
                    f"insert into {table} (rowid, tokens) select new.k, new.t::tsvector"
                    " from unnest($1::bigint[], $2::text[]) as new (k, t)",
                    list(kept),
                    list(kept.values()),
                )


class _AtOnce:
    """Statements that touch no row in common, sent as one: each way to the server and back costs more than most of
    them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._args: list[Any] = []

    def add(self, sql: str, *args: Any) -> None:
        self._parts.append(_counted_from(sql, len(self._args)))
        self._args += args

    async def run(self, connection: Any) -> int:
        """Returns how many rows the last one changed."""
        if not self._parts:
            return 0
        *others, last = self._parts
        named = ", ".join(f"part{place} as ({part})" for place, part in enumerate(others))
        return _changed(await connection.execute(f"with {named} {last}" if named else last, *self._args))


def _changed(status: str) -> int:
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


@lru_cache(maxsize=512)
def _counted_from(sql: str, start: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + start}", sql)


@lru_cache(maxsize=64)
def _stamping_one(table: str, columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, 2))
    return f"update {table} set {sets} where id = $1"


@lru_cache(maxsize=64)
def _stamping(table: str, columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{column} = new.p{place}" for place, column in enumerate(columns))
    arrays = ", ".join(f"${place}::bigint[]" for place in range(2, len(columns) + 2))
    names = ", ".join(f"p{place}" for place in range(len(columns)))
    return (
        f"update {table} set {sets} from unnest($1::text[], {arrays}) as new (id, {names})"
        f" where {table}.id = new.id"
    )
