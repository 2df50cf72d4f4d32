"""SQLite's side: nothing changes without a note, and a closed file is written by nobody."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.backup.postgres import ours
from gateway.errors import ConfigError
from gateway.move.source import Source
from gateway.move.tables import STAYS, Table
from gateway.store import moving
from gateway.store.moving import LEASE, State, Word
from gateway.store.sqlite_file import apply_migrations, connect

WORD = Word("id", "epoch", "postgresql://there/parley")
SEARCH = {"rowid": "bigint", "tokens": "tsvector"}


def tables(connection: sqlite3.Connection) -> list[Table]:
    found = []
    for name in sorted(ours() - STAYS):
        columns = connection.execute(f"pragma table_info({name})").fetchall()
        if "tokens" in {row["name"] for row in columns}:
            found.append(Table(name, SEARCH, ("rowid",)))
        else:
            key = tuple(row["name"] for row in sorted(columns, key=lambda row: row["pk"]) if row["pk"])
            found.append(Table(name, {row["name"]: "text" for row in columns}, key))
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    connection = connect(tmp_path / "parley.db")
    apply_migrations(connection, 0)
    connection.close()
    return tmp_path / "parley.db"


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(file)
    yield connection
    connection.close()


@pytest.fixture
def source(file: Path, writer: sqlite3.Connection) -> Iterator[Source]:
    made = Source(file)
    made.begin(WORD, tables(writer))
    yield made
    made.close()


def noted(source: Source) -> dict[str, list[list[object]]]:
    """What was noted since this was asked last."""
    moment = source.snapshot()
    changed: dict[str, list[list[object]]] = {}
    after = 0
    while (step := moment.notes(after))[1]:
        after = step[0]
        for table, keys in step[1].items():
            changed.setdefault(table, []).extend(keys)
    source.forget_notes(moment.last_note())
    moment.close()
    return changed


def test_every_table_has_its_notes(source: Source, writer: sqlite3.Connection) -> None:
    """Whatever is made, changed or deleted, by whichever statement."""
    writer.execute("pragma foreign_keys = off")
    for table in tables(writer):
        if table.name in ("meta", "log_head") or table.is_search:
            continue
        columns = {row["name"]: row for row in writer.execute(f"pragma table_info({table.name})")}
        values = {name: _value(writer, table.name, name, row) for name, row in columns.items()}
        marks = ", ".join("?" * len(values))
        writer.execute(
            f"insert into {table.name} ({', '.join(values)}) values ({marks})", tuple(values.values())
        )
        key = [values[column] for column in table.key]
        assert noted(source) == {table.name: [key]}, table.name
        column = table.key[0]
        writer.execute(f"update {table.name} set {column} = {column}")
        assert noted(source) == {table.name: [key]}, table.name
        writer.execute(f"delete from {table.name}")
        assert noted(source) == {table.name: [key]}, table.name


def _value(writer: sqlite3.Connection, table: str, name: str, row: sqlite3.Row) -> object:
    """One that its column takes, checks included."""
    sql = writer.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()[0]
    if row["type"].lower() in ("integer", "bigint"):
        return 1
    if f"{name} in (" in sql:
        return sql.partition(f"{name} in (")[2].split("'")[1]
    return f"{name} ' \" 배송"


def test_search_and_cascades_and_new_keys_are_noted(source: Source, writer: sqlite3.Connection) -> None:
    writer.execute("insert into message_search (rowid, tokens) values (7, 'a b')")
    assert noted(source) == {"message_search": [[7]]}
    writer.execute("delete from message_search where rowid = 7")
    assert noted(source) == {"message_search": [[7]]}
    writer.execute(
        "insert into agents (id, email, name, role, preferences, created_at) values ('a', 'e', '', 'agent', '{}', 0)"
    )
    writer.execute("insert into sessions values ('h', 's', 'a', 0, 0, 0, '', '', null)")
    writer.execute("insert into push_subscriptions values ('s', 'a', 'e', 'p', 'a', 0)")
    noted(source)
    writer.execute("delete from sessions")
    assert noted(source) == {"sessions": [["h"]], "push_subscriptions": [["s"]]}
    writer.execute("insert into tags values ('t', 't', '', null, 0)")
    noted(source)
    writer.execute("update tags set id = 'u'")
    assert noted(source) == {"tags": [["t"], ["u"]]}


def test_what_was_noted_is_noted_anew_whatever_the_statement_ignores(
    source: Source, writer: sqlite3.Connection
) -> None:
    """The conflict clause of a statement stands in place of a trigger's: a note must not be ignored by it."""
    writer.execute("insert into tags values ('t', 't', '', null, 0)")
    moment = source.snapshot()
    last = moment.last_note()
    moment.close()
    writer.execute("update or ignore tags set colour = 'red'")
    writer.execute("insert or replace into tags values ('t', 't', 'blue', null, 0)")
    source.forget_notes(last)
    assert noted(source) == {"tags": [["t"]]}


def test_its_own_word_and_epoch_are_no_change(source: Source, writer: sqlite3.Connection) -> None:
    source.close_file()
    assert source.renew()
    source.open_file()
    writer.execute("update meta set value = 'x' where key = 'epoch'")
    assert noted(source) == {}
    writer.execute("update meta set value = '00' where key = 'secret'")
    assert noted(source) == {"meta": [["secret"]]}


def test_it_is_retired_only_while_closed_and_unchanged(source: Source, writer: sqlite3.Connection) -> None:
    assert not source.retire("b"), "it is open"
    source.close_file()
    writer.execute("insert into tags values ('t', 't', '', null, 0)")
    assert not source.retire("b"), "somebody wrote"
    noted(source)
    word = moving.read(writer)
    assert word
    moving.change(writer, word, replace(word, state=State.COPYING))
    assert not source.retire("b"), "the lease was taken away"
    source.open_file()
    source.close_file()
    assert source.retire("b")
    assert not source.renew()
    source.open_file()
    assert (moved := moving.read(writer)) and moved.state is State.MOVED and moved.became == "b"
    with pytest.raises(sqlite3.IntegrityError, match="was moved"):
        writer.execute("insert into tags values ('u', 'u', '', null, 0)")
    source.take_back()
    assert source.undo()
    writer.execute("insert into tags values ('u', 'u', '', null, 0)")
    assert not source.undo()
    assert not writer.execute("select 1 from sqlite_master where name like 'move%'").fetchone()


def test_triggers_that_somebody_took_away_are_missed(source: Source, writer: sqlite3.Connection) -> None:
    known = tables(writer)
    source.check_notes(known)
    writer.execute("drop trigger move_tags_update")
    with pytest.raises(ConfigError, match="--undo"):
        source.check_notes(known)


def test_a_row_that_points_at_nothing_is_named(source: Source, writer: sqlite3.Connection) -> None:
    source.check()
    writer.execute("pragma foreign_keys = off")
    writer.execute("insert into team_members values ('nobody', 'none')")
    with pytest.raises(ConfigError, match="team_members"):
        source.check()


def test_what_is_no_file_of_this_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no database"):
        Source(tmp_path / "none.db")
    sqlite3.connect(tmp_path / "other.db").close()
    with pytest.raises(ConfigError, match="no database of Parley"):
        Source(tmp_path / "other.db")
    old = connect(tmp_path / "old.db")
    apply_migrations(old, 0, up_to=3)
    old.close()
    with pytest.raises(ConfigError, match="schema 3"):
        Source(tmp_path / "old.db")


def test_a_chunk_ends_by_rows_and_by_bytes(source: Source, writer: sqlite3.Connection) -> None:
    table = next(one for one in tables(writer) if one.name == "tags")
    writer.executemany(
        "insert into tags values (?, ?, ?, null, 0)", [(f"{n:04}", str(n), "x") for n in range(1500)]
    )
    moment = source.snapshot()
    first = moment.chunk(table, None)
    rest = moment.chunk(table, [first[-1][0]])
    assert (len(first), len(rest)) == (1000, 500)
    assert moment.chunk(table, [rest[-1][0]]) == []
    moment.close()
    writer.execute("update tags set colour = ? where id < '0005'", ("x" * 3_000_000,))
    moment = source.snapshot()
    assert len(moment.chunk(table, None)) == 3
    assert sum(len(chunk) for chunk in moment.all(table)) == 1500
    moment.close()


def test_the_lease_is_renewed_and_not_for_ever(source: Source) -> None:
    source.close_file()
    assert source.word
    assert 0 < source.word.until - moving.wall_clock() <= LEASE
    assert source.renew()
