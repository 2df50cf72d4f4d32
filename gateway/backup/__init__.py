"""A consistent copy of everything while it is being served, and the way back.

One zip file: the database as it stood at one moment, all media, and `manifest.json` with the checksum of each. The
database is copied first and its media afterwards: what it names was durable before, so nothing it names is missing.
Restoring starts a new epoch, so that every client starts over by itself.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from gateway.backup import postgres, sqlite
from gateway.backup.archive import Archive, Backup
from gateway.errors import ConfigError
from gateway.events import new_id
from gateway.media import open_media

__all__ = ["backup", "restore"]


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


async def restore(config: Kept, file: str | Path, *, force: bool = False) -> str:
    """Put a backup in place of what is there; returns what was done, in words. Parley must not run meanwhile.

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
                await asyncio.to_thread(sqlite.put_back, path, kept, epoch)
            else:
                await postgres.check_free(config.database_url, force=force)
                objects = await kept.put_media(media)
                await postgres.put_back(config.database_url, kept, epoch)
        finally:
            await media.close()
    position = kept.facts["position"]
    return f"the database up to position {position} and {objects} files are back; every client starts over"
