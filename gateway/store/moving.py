"""The word by which a SQLite file says that it is being moved to another database, or that it was.

One row of `meta`, written by `parley move` alone. Every batch looks at it inside its own transaction, so a batch is
wholly before the closing or is refused. The closing is a lease: when whoever moves dies, the first batch after its end
takes it away and writes; the move then finds its word changed and does not become final (docs/move.md).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import orjson

from gateway.errors import ConfigError, Moving
from gateway.store import migrate

KEY = "move"
"""The word's key in `meta`; on PostgreSQL too, as long as a move into it is not final."""
LEASE = 5000
"""Milliseconds for which a file stays closed unless the mover says so again."""
RENEW = 1.0
"""Seconds between two renewals; several must fit into LEASE."""

NOTES = "move_notes"
"""The table in which triggers note the keys of rows that changed since the move began."""

_TRIGGERS = "select name from sqlite_master where type = 'trigger' and name like 'move\\_%' escape '\\'"
_READ = "select value from meta where key = 'move'"
_CHANGE = "update meta set value = ? where key = 'move' and value = ?"
KNOWN = "select 1 from sqlite_master where type = 'table' and name = 'meta'"


class State(StrEnum):
    COPYING = "copying"
    CLOSED = "closed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Word:
    """`id` is the move's own, `epoch` that of the file when it began, `to` the other database without its password;
    `until` (UTC ms) ends the lease of a closed file; `became` is the epoch that a moved one has there."""

    id: str
    epoch: str
    to: str
    state: State = State.COPYING
    until: int = 0
    became: str = ""

    @classmethod
    def parse(cls, text: str) -> Word:
        told = orjson.loads(text)
        return cls(**{**told, "state": State(told["state"])})

    def __str__(self) -> str:
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS).decode()


def wall_clock() -> int:
    """UTC milliseconds: mover and server share a machine, for they share a file."""
    return int(time.time() * 1000)


def read(connection: sqlite3.Connection) -> Word | None:
    """What the file says; None when nobody moves it."""
    row = connection.execute(_READ).fetchone()
    return None if row is None else Word.parse(row[0])


def change(connection: sqlite3.Connection, word: Word, to: Word) -> bool:
    """Say something else, if that is still what was said last."""
    return connection.execute(_CHANGE, (str(to), str(word))).rowcount == 1


def admit(connection: sqlite3.Connection, clock: Callable[[], int] = wall_clock) -> None:
    """May this transaction write? It has begun and has the file's write lock. Raises Moving."""
    row = connection.execute(_READ).fetchone()
    if row is None:
        return
    word = Word.parse(row[0])
    if word.state is State.MOVED:
        raise Moving(f"this database was moved to {word.to}: set [database] url to it, and restart")
    # A lease that would last longer than any is from before the clock was set back.
    if word.state is State.CLOSED:
        if 0 <= word.until - clock() <= LEASE:
            raise Moving(f"this database is being moved to {word.to}")
        change(connection, word, replace(word, state=State.COPYING, until=0))


def check_openable(connection: sqlite3.Connection) -> None:
    """Before a file is migrated and served. Raises ConfigError when it was moved, or when its schema would change under
    a move."""
    if connection.execute(KNOWN).fetchone() is None or (word := read(connection)) is None:
        return
    if word.state is State.MOVED:
        raise ConfigError(
            f"[database] url: this database was moved to {word.to} and is served from there; set [database] url to it"
        )
    if migrate.due(*connection.execute(migrate.CURRENT).fetchone()):
        raise ConfigError(
            f"[database] url: this database is being moved to {word.to} with another version of Parley: finish that"
            " with the version it was begun with, or give it up (`parley move --undo`)"
        )


def forget(connection: sqlite3.Connection) -> bool:
    """Take away all that an unfinished move has put into the file; False when there is none. Inside a transaction."""
    word = read(connection)
    if word is None or word.state is State.MOVED:
        return False
    for row in connection.execute(_TRIGGERS).fetchall():
        connection.execute(f'drop trigger "{row[0]}"')
    connection.execute(f"drop table if exists {NOTES}")
    connection.execute("delete from meta where key = 'move'")
    return True
