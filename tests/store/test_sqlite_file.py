"""SQLite's file: what a connection is set to, what its errors mean to callers, and its way to our schema."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gateway.errors import ConfigError, Unavailable
from gateway.store import migrate
from gateway.store.sqlite_file import apply_migrations, connect, is_lost, openable, unavailable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "parley.db"


def test_a_commit_survives_power_loss_and_what_is_erased_is_overwritten(file: Path) -> None:
    with contextlib.closing(connect(file)) as connection:
        set_to = {
            name: connection.execute(f"pragma {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "wal_autocheckpoint",
            )
        }
    full = 2
    assert set_to == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "wal_autocheckpoint": 0,
    }


def test_a_reader_cannot_write(file: Path) -> None:
    with (
        contextlib.closing(connect(file)) as writer,
        contextlib.closing(connect(file, read_only=True)) as reader,
    ):
        writer.execute("create table words (word text)")
        writer.execute("insert into words values ('배송')")
        assert reader.execute("select word from words").fetchone()["word"] == "배송"
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("delete from words")


def test_a_lock_is_trouble_and_a_wrong_statement_is_a_fault(file: Path) -> None:
    with contextlib.closing(connect(file)) as one, contextlib.closing(connect(file)) as other:
        other.execute("pragma busy_timeout = 0")
        one.execute("begin immediate")
        with pytest.raises(Unavailable, match="locked"), unavailable():
            other.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError, match="syntax"), unavailable():
            other.execute("selekt")
        one.execute("rollback")


def test_extended_codes_are_of_their_kind() -> None:
    for code, lost in (
        (sqlite3.SQLITE_IOERR_FSYNC, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, False),
        (sqlite3.SQLITE_ERROR, False),
    ):
        error = sqlite3.OperationalError("as SQLite says it")
        error.sqlite_errorcode = code
        assert is_lost(error) is lost, code
    assert not is_lost(KeyError("not SQLite's at all"))


def test_what_is_no_database_is_a_fault_of_the_configuration(file: Path) -> None:
    file.write_bytes(b"a letter to a friend, not a database" * 100)
    with pytest.raises(ConfigError, match="is no database of Parley"), openable(file):
        connect(file).execute("select 1 from log_head")


def test_a_folder_that_cannot_be_made_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"\[database\] url"), openable(tmp_path):
        (tmp_path / "file" / "below").mkdir()


def test_a_place_that_cannot_be_opened_may_come_back(tmp_path: Path) -> None:
    missing = tmp_path / "not mounted" / "parley.db"
    with pytest.raises(Unavailable, match="unable to open"), openable(missing):
        connect(missing)


def test_migrating_twice_changes_nothing_and_half_a_step_leaves_no_trace(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(migrate.migrations())
    with contextlib.closing(connect(file)) as connection:
        apply_migrations(connection, now=1, up_to=1)
        epoch = connection.execute("select value from meta where key = 'epoch'").fetchone()[0]
        broken = [
            *migrate.migrations()[:1],
            migrate.Migration(2, "broken", "create table half (a text); oops;"),
        ]
        with monkeypatch.context() as patched:
            patched.setattr(migrate, "migrations", lambda: broken)
            with pytest.raises(sqlite3.OperationalError):
                apply_migrations(connection, now=2)
        assert not connection.in_transaction
        assert not connection.execute("select 1 from sqlite_master where name = 'half'").fetchone()
        for now in (3, 4):
            apply_migrations(connection, now=now)
        applied = connection.execute("select version, applied_at from schema_version order by 1").fetchall()
        assert [tuple(row) for row in applied] == [(1, 1), *((version, 3) for version in range(2, count + 1))]
        assert connection.execute("select value from meta where key = 'epoch'").fetchone()[0] == epoch
