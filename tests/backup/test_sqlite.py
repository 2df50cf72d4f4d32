"""SQLite's side of a backup: what may be replaced, and that a fault leaves what stood."""

import contextlib
from pathlib import Path

import pytest

from gateway.backup import sqlite
from gateway.backup.archive import Archive, Backup
from gateway.errors import ConfigError
from gateway.store.sqlite_file import apply_migrations, connect


def made(path: Path, word: str) -> Path:
    """A small database of ours that says a word."""
    with contextlib.closing(connect(path)) as connection:
        apply_migrations(connection, now=1)
        connection.execute("insert into meta (key, value) values ('word', ?)", (word,))
    return path


def said(path: Path) -> tuple[str, str]:
    with contextlib.closing(connect(path, read_only=True)) as connection:
        rows = dict(connection.execute("select key, value from meta").fetchall())
    return rows["word"], rows["epoch"]


async def backed_up(path: Path, target: Path) -> Path:
    async with Archive.new(target) as archive:
        await sqlite.copy_out(path, archive)
    return target


def test_the_path_is_what_the_url_names() -> None:
    assert sqlite.path_of("sqlite:///data/parley.db") == Path("data/parley.db")
    assert sqlite.path_of("sqlite:////srv/parley.db") == Path("/srv/parley.db")


async def test_a_copy_holds_what_the_write_ahead_log_still_holds(tmp_path: Path) -> None:
    path = made(tmp_path / "parley.db", "before")
    with contextlib.closing(connect(path)) as writing:
        writing.execute("update meta set value = 'in the log' where key = 'word'")
        file = await backed_up(path, tmp_path / "out" / "parley.zip")
    assert [one.name for one in file.parent.iterdir()] == [file.name], "the copy on the way is gone"
    with Backup.open(file) as kept:
        kept.check()
        assert kept.facts["epoch"] == said(path)[1]
        sqlite.put_back(tmp_path / "back.db", kept, epoch="another")
    assert said(tmp_path / "back.db") == ("in the log", "another")


async def test_without_a_database_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no database"):
        await backed_up(tmp_path / "parley.db", tmp_path / "parley.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_stands_is_replaced_only_when_told_so_and_never_in_use(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    sqlite.check_free(path, force=False)
    made(path, "mine")
    with pytest.raises(ConfigError, match="--force"):
        sqlite.check_free(path, force=False)
    sqlite.check_free(path, force=True)
    with contextlib.closing(connect(path)) as used:
        used.execute("select 1 from meta").fetchone()
        with pytest.raises(ConfigError, match="in use"):
            sqlite.check_free(path, force=True)
    path.write_bytes(b"scrambled by a broken disk" * 100)
    sqlite.check_free(path, force=True)


async def test_a_backup_too_new_for_us_leaves_what_stood(tmp_path: Path) -> None:
    file = await backed_up(made(tmp_path / "theirs.db", "theirs"), tmp_path / "parley.zip")
    path = made(tmp_path / "parley.db", "mine")
    with Backup.open(file) as kept:
        kept.facts["schema"] = 9_000
        with pytest.raises(ConfigError, match="newer Parley"):
            sqlite.put_back(path, kept, epoch="another")
        assert said(path)[0] == "mine"
    assert not list(tmp_path.glob(".*restored*"))


async def test_what_cannot_be_read_on_the_way_leaves_what_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await backed_up(made(tmp_path / "theirs.db", "theirs"), tmp_path / "parley.zip")
    path = made(tmp_path / "parley.db", "mine")
    with Backup.open(file) as kept:
        whole = b"".join(kept.pieces(sqlite.NAME))

        def breaks(_: str) -> object:
            yield whole[:5000]
            raise OSError("the disk is gone")

        monkeypatch.setattr(kept, "pieces", breaks)
        with pytest.raises(OSError, match="the disk is gone"):
            sqlite.put_back(path, kept, epoch="another")
    assert said(path)[0] == "mine"
    assert not list(tmp_path.glob(".*restored*"))
