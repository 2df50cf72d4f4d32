"""A batch on SQLite: facts are numbered at once, an undone unit leaves nothing, the last word on a column counts."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.events import SYSTEM, ContactId, Event, Kind
from gateway.seals import Seals
from gateway.store.sqlite_file import apply_migrations, connect
from gateway.store.sqlite_tx import SqliteTx
from gateway.store.tx import Stamp, drive

HEAD = 40


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    made = connect(tmp_path / "parley.db")
    apply_migrations(made, now=1)
    made.execute("update log_head set position = ?", (HEAD,))
    made.execute("begin immediate")
    yield made
    made.close()


@pytest.fixture
def tx(connection: sqlite3.Connection) -> SqliteTx:
    return SqliteTx(connection, HEAD, now=5_000, seals=Seals())


def contact(tx: SqliteTx, key: str) -> ContactId:
    drive(
        tx.run(
            "insert into contacts (id, seq, name, attributes, claims, created_at)"
            " values ($1, {next_contact}, '', '{}', '{}', $2)",
            key,
            tx.now,
        )
    )
    return ContactId(key)


def changed(key: ContactId | None = None) -> Event:
    return Event(Kind.CONTACT_CHANGED, SYSTEM, 5_000, contact=key, changes={"fields": ["name"]})


def rows(connection: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sql).fetchall()]


def test_facts_are_numbered_the_moment_they_are_recorded(tx: SqliteTx) -> None:
    assert [tx.record(changed()) for _ in range(3)] == [HEAD + 1, HEAD + 2, HEAD + 3]
    assert tx.position == HEAD + 3
    assert [event.position for event in tx.events] == [HEAD + 1, HEAD + 2, HEAD + 3]


def test_a_unit_that_was_undone_leaves_neither_fact_nor_stamp_nor_word(
    tx: SqliteTx, connection: sqlite3.Connection
) -> None:
    kept = contact(tx, "kept")
    tx.record(changed(kept))
    tx.index("contact_search", 1, "kept")
    mark = tx.mark()
    tx.record(changed(kept))
    tx.index("contact_search", 1, "undone")
    tx.forget_after(mark)
    assert tx.record(changed(kept)) == HEAD + 2, "its number is free again"
    tx.forget_after(mark)
    tx.write_log()
    assert rows(connection, "select position from events") == [(HEAD + 1,)]
    assert rows(connection, "select position from contacts") == [(HEAD + 1,)]
    assert rows(connection, "select position from log_head") == [(HEAD + 1,)]
    assert rows(connection, "select rowid from contact_search where contact_search match 'kept'") == [(1,)]
    assert not rows(connection, "select rowid from contact_search where contact_search match 'undone'")


def test_a_row_stands_where_its_newest_fact_does(tx: SqliteTx, connection: sqlite3.Connection) -> None:
    one, other = contact(tx, "one"), contact(tx, "other")
    for key in (one, other, one):
        tx.record(changed(key))
    tx.write_log()
    assert rows(connection, "select id, position from contacts order by id") == [
        ("one", HEAD + 3),
        ("other", HEAD + 2),
    ]


def test_what_the_verb_wrote_itself_is_not_written_again(
    tx: SqliteTx, connection: sqlite3.Connection
) -> None:
    key = contact(tx, "own")
    tx.record(changed(key), Stamp("contacts", "position", key))
    drive(tx.run("update contacts set position = 7 where id = $1", key))
    tx.write_log()
    assert rows(connection, "select position from contacts") == [(7,)]


def test_words_replace_words_and_no_words_remove_them(tx: SqliteTx, connection: sqlite3.Connection) -> None:
    for words in ("first", "second"):
        tx.index("contact_search", 1, words)
    tx.index("contact_search", 2, "gone")
    tx.write_log()
    later = SqliteTx(connection, HEAD, now=6_000, seals=Seals())
    later.index("contact_search", 2, "")
    later.write_log()
    found = "select rowid from contact_search where contact_search match '{}'"
    assert not rows(connection, found.format("first"))
    assert rows(connection, found.format("second")) == [(1,)]
    assert not rows(connection, found.format("gone"))


def test_a_batch_without_facts_does_not_move_the_head(tx: SqliteTx, connection: sqlite3.Connection) -> None:
    contact(tx, "quiet")
    tx.write_log()
    assert rows(connection, "select position from log_head") == [(HEAD,)]
    assert rows(connection, "select * from events") == []
