"""A consistent copy of everything while it is being served, and the way back.

One zip file: the database as it stood at one moment, all media, and `manifest.json` with the checksum of each. The
database is copied first and its media afterwards: what it names was durable before, so nothing it names is missing.
Restoring starts a new epoch, so that every client starts over by itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Protocol

from gateway.backup import postgres, sqlite
from gateway.backup.archive import Archive, Backup, writable
from gateway.errors import ConfigError, Unavailable
from gateway.events import new_id
from gateway.media import open_media
from gateway.seals import Seals

__all__ = ["backup", "new_epoch", "restore"]


class Kept(Protocol):
    """What we need to know of the configuration."""

    @property
    def data(self) -> Path: ...

    @property
    def database_url(self) -> str: ...

    @property
    def media_store(self) -> str: ...


async def backup(config: Kept, file: str | Path) -> str:
    """Copy database and media into a new file; returns what was done, in words.

    The file appears whole or not at all. Raises ConfigError when it exists already, Unavailable when the database or
    the media store does not answer.
    """
    target = Path(file)
    if target.exists():
        raise ConfigError(f"{target} exists already: a backup never overwrites another")
    media = open_media(config.media_store, config.data)
    try:
        async with Archive.new(target) as archive:
            if config.database_url.startswith("sqlite:"):
                await sqlite.copy_out(sqlite.path_of(config.database_url), archive)
            else:
                await postgres.copy_out(config.database_url, archive)
            objects = await archive.add_media(media)
    finally:
        await media.close()
    facts = archive.facts
    return f"{target}: the database up to position {facts['position']} and {objects} files"


async def restore(config: Kept, file: str | Path, *, force: bool = False, seals: Seals | None = None) -> str:
    """Put a backup in place of what is there; returns what was done, in words. Parley must not run meanwhile.
    `seals`: with them it is said when a key is missing that the backup's secrets are sealed with; no backup has keys.

    Everything is checked before anything is changed, media come before the database, and the database is replaced in
    one step. Raises ConfigError when the file is damaged or does not fit, when there is a database already and `force`
    is not given, or when somebody uses it; Unavailable.
    """
    with Backup.open(Path(file)) as kept:
        await asyncio.to_thread(kept.check)
        is_sqlite = config.database_url.startswith("sqlite:")
        if (kept.facts["database"] == "sqlite") != is_sqlite:
            raise ConfigError(
                f"{file} holds a {kept.facts['database']} database, [database] url names another kind"
            )
        media = open_media(config.media_store, config.data)
        try:
            epoch = new_id()
            if is_sqlite:
                path = sqlite.path_of(config.database_url)
                await asyncio.to_thread(sqlite.check_free, path, force=force)
                objects = await kept.put_media(media)
                await asyncio.to_thread(_put_back, path, kept, epoch)
            else:
                await postgres.check_free(config.database_url, force=force)
                objects = await kept.put_media(media)
                await postgres.put_back(config.database_url, kept, epoch)
        finally:
            await media.close()
    position = kept.facts["position"]
    words = f"the database up to position {position} and {objects} files are back; every client starts over"
    missing = [name for name in kept.facts.get("keys", ()) if seals is not None and not seals.knows(name)]
    return (
        f"{words}\nbefore it is started: {seals.missing(missing)}" if seals is not None and missing else words
    )


def _put_back(path: Path, kept: Backup, epoch: str) -> None:
    try:
        with writable(path):
            sqlite.put_back(path, kept, epoch)
    except sqlite3.Error as why:
        raise Unavailable(f"{path} cannot be written: {why}") from why


async def new_epoch(config: Kept) -> str:
    """The database was brought back to a moment by other means than ours: every place in its log that anybody
    remembers is void from now on. Returns what was done, in words. Raises ConfigError where there is no database of
    ours, or somebody uses it; Unavailable.
    """
    epoch = new_id()
    if config.database_url.startswith("sqlite:"):
        await asyncio.to_thread(sqlite.begin_epoch, sqlite.path_of(config.database_url), epoch)
    else:
        await postgres.begin_epoch(config.database_url, epoch)
    return f"the database has the new epoch {epoch}; every client starts over"
