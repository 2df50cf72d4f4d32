"""SQLite's side of a backup: the file as it stood at one moment, and the file put back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

from gateway.backup.archive import Archive, Backup
from gateway.errors import ConfigError, Unavailable
from gateway.folders import make_private, sync_names
from gateway.store import migrate, moving
from gateway.store.sealed import OWN, names_in
from gateway.store.sqlite_file import connect

NAME = "database.sqlite"
SET_EPOCH = "update meta set value = ? where key = 'epoch'"


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def copy_out(path: Path, archive: Archive) -> None:
    """Raises ConfigError when there is no database, Unavailable when it cannot be read."""
    if not path.exists():
        raise ConfigError(f"[database] url: there is no database at {path}")
    with tempfile.TemporaryDirectory(prefix=".parley-", dir=archive.folder) as folder:
        copy = Path(folder) / NAME
        try:
            archive.facts.update(await asyncio.to_thread(_copy, path, copy))
        except sqlite3.Error as why:
            raise Unavailable(f"{path} cannot be copied into {archive.folder}: {why}") from why
        await asyncio.to_thread(archive.add_file, NAME, copy)


def _copy(path: Path, target: Path) -> dict[str, object]:
    # All pages in one step are one read transaction: writers go on, and the copy is of one moment.
    with (
        contextlib.closing(connect(path, read_only=True)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy, pages=-1)
        return {
            "database": "sqlite",
            "schema": copy.execute(migrate.CURRENT).fetchone()[0],
            "epoch": copy.execute("select value from meta where key = 'epoch'").fetchone()[0],
            "position": copy.execute("select position from log_head").fetchone()[0],
            "keys": names_in(copy.execute(OWN).fetchone()[0]),
        }


def check_free(path: Path, *, force: bool) -> None:
    """Raises ConfigError when a database stands there that may not be replaced, or is in use."""
    if not path.exists():
        return
    if not force:
        raise ConfigError(f"{path} exists: --force puts the backup in its place")
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0.2)) as connection:
            # Only its last user may leave the write-ahead log: fails while somebody else has it open.
            connection.execute("pragma journal_mode = delete")
    except sqlite3.OperationalError as why:
        raise ConfigError(f"{path} is in use: stop Parley first ({why})") from why
    except sqlite3.DatabaseError:
        return  # not readable at all: the more reason to replace it


def begin_epoch(path: Path, epoch: str) -> None:
    """Raises ConfigError when there is no database of ours, or it is in use."""
    if not path.exists():
        raise ConfigError(f"[database] url: there is no database at {path}")
    check_free(path, force=True)
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma synchronous = full")
            changed = connection.execute(SET_EPOCH, (epoch,)).rowcount
            connection.commit()
    except sqlite3.Error as why:
        raise ConfigError(f"[database] url: {path} is no database of Parley ({why})") from why
    if not changed:
        raise ConfigError(f"[database] url: {path} is no database of Parley")


def put_back(path: Path, kept: Backup, epoch: str) -> None:
    """Write beside the place, then rename: the old database stands until the new one is whole on the disk."""
    migrate.due(
        kept.facts["schema"], kept.facts["schema"]
    )  # refuses what is too new for us, before it is in place
    make_private(path.parent)
    draft = path.with_name(f".{path.name}.restored")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for piece in kept.pieces(NAME):
                file.write(piece)
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            connection.execute("pragma journal_mode = delete")
            connection.execute("pragma synchronous = full")
            connection.execute(SET_EPOCH, (epoch,))
            moving.forget(connection)  # the other database knows nothing of this one
            connection.commit()
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        draft.replace(path)
        sync_names(path.parent)
    finally:
        draft.unlink(missing_ok=True)
