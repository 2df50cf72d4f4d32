"""SQLite's side of a move: rows by key, what changed since, and the closing of the file.

Triggers note the key of every row that changes, in the transaction that changes it: whoever writes, nothing can change
without a note. They stand in the file until the move is finished or given up, over any restart of mover or server.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import ConfigError, Unavailable
from gateway.move.tables import Key, Table
from gateway.store import migrate, moving
from gateway.store.moving import LEASE, NOTES, State, Word, wall_clock
from gateway.store.sqlite_file import connect

CHUNK = 1000
"""Rows that travel together at the most."""
CHUNK_BYTES = 8 * 1024 * 1024
"""Bytes of text in them after which a chunk ends early."""
PATIENCE = 30_000
"""Milliseconds for which we wait for a turn to write between the server's batches."""
TRIGGERS = "select name, sql, tbl_name from sqlite_master where type = 'trigger' and name like 'move\\_%' escape '\\'"
NAMED = f"""select hash from attachments a join {NOTES} n on n.tab = 'attachments' and n.key = json_array(a.id)
    union select substr(picture, 1, 64) from agents a join {NOTES} n on n.tab = 'agents' and n.key = json_array(a.id)
    where picture is not null"""
MADE = f"""create table {NOTES} (seq integer primary key autoincrement, tab text not null, key text not null,
    unique (tab, key))"""

Row = tuple[Any, ...]


class Source:
    """The file that is moved, beside whoever serves it."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigError when there is no such file, or it has another schema than this code."""
        if not path.exists():
            raise ConfigError(f"[database] url: there is no database at {path}")
        self.path = path
        self._connection = connect(path)
        self._connection.execute(f"pragma busy_timeout = {PATIENCE}")
        self._lock = threading.Lock()
        try:
            newest, steps = self._connection.execute(migrate.CURRENT).fetchone()
            self.epoch: str = self._meta("epoch")
        except sqlite3.Error as why:
            raise ConfigError(f"[database] url: {path} is no database of Parley: {why}") from why
        if migrate.due(newest, steps) or newest > len(migrate.migrations()):
            raise ConfigError(
                f"{path} has schema {newest}, this Parley {len(migrate.migrations())}: serve it with this version first"
            )
        self.word = moving.read(self._connection)

    def _meta(self, key: str) -> str:
        row = self._connection.execute("select value from meta where key = ?", (key,)).fetchone()
        return "" if row is None else str(row[0])

    def close(self) -> None:
        self._connection.close()

    # --- the beginning and the end ----------------------------------------------------------------------------------

    def check(self) -> None:
        """What points at nothing would be refused there. Raises ConfigError."""
        if odd := self._connection.execute("pragma foreign_key_check").fetchone():
            raise ConfigError(
                f"{self.path}: a row of {odd[0]} (rowid {odd[1]}) points at none of {odd[2]}: restore a backup"
            )

    def begin(self, word: Word, tables: Sequence[Table]) -> None:
        """Note from now on what changes; whatever a former move has left is gone."""
        with self._writing():
            moving.forget(self._connection)
            self._connection.execute(MADE)
            for table in tables:
                for statement in _triggers(table).values():
                    self._connection.execute(statement)
            self._connection.execute("insert into meta (key, value) values ('move', ?)", (str(word),))
        self.word = word

    def take_back(self) -> None:
        """A retired file as one whose move was never finished."""
        assert self.word
        with self._writing():
            moving.change(self._connection, self.word, replace(self.word, state=State.COPYING, became=""))

    def undo(self) -> bool:
        """Forget an unfinished move; False when there is none."""
        with self._writing():
            return moving.forget(self._connection)

    def check_notes(self, tables: Sequence[Table]) -> None:
        """Were changes noted all the while? Raises ConfigError."""
        wanted = {name: sql for table in tables for name, sql in _triggers(table).items()}
        found = {row["name"]: row["sql"] for row in self._connection.execute(TRIGGERS)}
        if found != wanted:
            raise ConfigError(
                "something has changed the triggers of this move: `parley move --undo`, and begin anew"
            )

    def close_file(self) -> None:
        """From now on nobody writes, for as long as the lease is renewed. Raises ConfigError when somebody else has
        given up this move meanwhile."""
        assert self.word
        if not self._say(replace(self.word, state=State.CLOSED, until=wall_clock() + LEASE), State.COPYING):
            raise ConfigError("this move was given up meanwhile")

    def renew(self) -> bool:
        """False: the lease had run out, and whoever serves writes again."""
        assert self.word
        return self._say(replace(self.word, until=wall_clock() + LEASE), State.CLOSED)

    def open_file(self) -> None:
        """Whoever serves writes again. Nothing happens to a file that is not closed, or retired."""
        if self.word is not None:
            self._say(replace(self.word, state=State.COPYING, until=0), State.CLOSED)
        self.word = moving.read(self._connection)

    def retire(self, became: str) -> bool:
        """The one moment at which the move becomes final: this file is never written again, not even by a Parley too
        old to know of moves. False when the lease had run out, or anything has changed since the last `follow`: then
        the file is as it was."""
        assert self.word
        return self._say(replace(self.word, state=State.MOVED, until=0, became=became), State.CLOSED)

    def _say(self, word: Word, instead_of: State) -> bool:
        with self._lock:
            assert self.word
            if self.word.state is not instead_of:
                return False
            with self._writing():
                final = word.state is State.MOVED
                said = not (final and self._connection.execute(f"select 1 from {NOTES}").fetchone())
                said = said and moving.change(self._connection, self.word, word)
                if said and final:
                    self._shut()
            if said:
                self.word = word
            return said

    def _shut(self) -> None:
        for table in sorted({row["tbl_name"] for row in self._connection.execute(TRIGGERS)}):
            for event in ("insert", "update", "delete"):
                # Its own word may be taken back.
                unless = "when old.key <> 'move'" if table == "meta" and event == "update" else ""
                self._connection.execute(
                    f"create trigger move_{table}_{event}_never before {event} on {table} {unless}"
                    " begin select raise(abort, 'this database was moved'); end"
                )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
        except sqlite3.OperationalError as why:
            raise Unavailable(f"{self.path}: {why}") from why

    # --- rows -------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        return Snapshot(self.path)

    def forget_notes(self, up_to: int) -> None:
        with self._lock, self._writing():
            self._connection.execute(f"delete from {NOTES} where seq <= ?", (up_to,))


class Snapshot:
    """The file as it stands at one moment; close it soon, the write-ahead log grows meanwhile."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, read_only=True)
        self._connection.row_factory = None
        self._connection.execute("begin")
        self.position: int = self._connection.execute("select position from log_head").fetchone()[0]

    def close(self) -> None:
        self._connection.close()

    def count(self, table: Table) -> int:
        sql = f"select count(*) from {table.source} where {table.where}"
        counted: int = self._connection.execute(sql).fetchone()[0]
        return counted

    def chunk(self, table: Table, after: Key | None) -> list[Row]:
        """The next rows by key."""
        key = ", ".join(table.source_key)
        where, values = table.where, tuple(after or ())
        if after is not None:
            where += f" and ({key}) > ({', '.join('?' * len(after))})"
        return _bounded(
            self._connection.execute(
                f"select {', '.join(table.source_columns)} from {table.source} where {where}"
                f" order by {key} limit {CHUNK}",
                values,
            )
        )

    def all(self, table: Table) -> Iterator[list[Row]]:
        """Every row, in chunks."""
        rows = self._connection.execute(
            f"select {', '.join(table.source_columns)} from {table.source} where {table.where}"
        )
        while chunk := _bounded(rows):
            yield chunk

    def rows(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        """Those of these keys that are there."""
        where = " and ".join(f"{column} = ?" for column in table.source_key)
        sql = f"select {', '.join(table.source_columns)} from {table.source} where {where}"
        return [row for key in keys for row in self._connection.execute(sql, key)]

    def last_note(self) -> int:
        last: int = self._connection.execute(f"select coalesce(max(seq), 0) from {NOTES}").fetchone()[0]
        return last

    def count_notes(self) -> int:
        counted: int = self._connection.execute(f"select count(*) from {NOTES}").fetchone()[0]
        return counted

    def notes(self, after: int) -> tuple[int, dict[str, list[Key]]]:
        """The next rows that changed, by table; and after which note to go on."""
        sql = f"select seq, tab, key from {NOTES} where seq > ? order by seq limit {CHUNK // 4}"
        changed: dict[str, list[Key]] = {}
        for seq, table, key in self._connection.execute(sql, (after,)):
            after = seq
            changed.setdefault(table, []).append(orjson.loads(key))
        return after, changed

    def named_files(self) -> set[str]:
        """Those that rows name which changed."""
        return {row[0] for row in self._connection.execute(NAMED)}

    def sequences(self) -> dict[str, int]:
        """The last number of each of PostgreSQL's sequences: it has none here."""
        return {
            "conversation_numbers": self._highest("number", "conversations"),
            "contact_numbers": self._highest("seq", "contacts"),
        }

    def _highest(self, column: str, table: str) -> int:
        highest: int = self._connection.execute(f"select coalesce(max({column}), 0) from {table}").fetchone()[
            0
        ]
        return highest


def _bounded(rows: sqlite3.Cursor) -> list[Row]:
    """The next of them, neither too many nor too long."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(chunk) == CHUNK or size > CHUNK_BYTES:
            break
    return chunk


def _triggers(table: Table) -> dict[str, str]:
    """By name. No conflict clause: that of the statement which fires a trigger would stand in its place (SQLite,
    "CREATE TRIGGER"), so what was noted before is taken away first, and noted anew with a number of its own."""
    made = {}
    for event, rows in (("insert", ["new"]), ("update", ["old", "new"]), ("delete", ["old"])):
        acts = " ".join(_note(table, row) for row in rows)
        name = f"move_{table.name}_{event}"
        made[name] = f"CREATE TRIGGER {name} after {event} on {table.source} begin {acts} end"
    return made


def _note(table: Table, row: str) -> str:
    key = f"json_array({', '.join(f'{row}.{column}' for column in table.source_key)})"
    which = " and ".join(f"{row}.{table.key[0]} <> '{one}'" for one in table.own) or "true"
    return (
        f"delete from {NOTES} where tab = '{table.name}' and key = {key};"
        f" insert into {NOTES} (tab, key) select '{table.name}', {key} where {which};"
    )
