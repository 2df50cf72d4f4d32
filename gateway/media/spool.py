"""A stream on its way to disk: hashed, measured and written in threads, under a name that nothing refers to."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from gateway.errors import TooLarge, Unavailable
from gateway.media.store import PIECE, Chunks

P = ParamSpec("P")
T = TypeVar("T")

FLOOR = 512 * 1024 * 1024
"""Bytes that files leave free on the disk they are written to first: the database may live there too."""
THREADS = 8
"""Disk work at once, in threads of its own: a slow disk must not hold up name look-ups or database scans."""


class Threads:
    """A small pool for blocking work whose caller may be cancelled at any await."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, "media")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a thread. A cancelled caller still waits for it: a file in use must not be closed.

        Raises Unavailable for what the system refuses: a full disk, no more files to open, a folder that has become
        read-only or is gone. All of these are mended outside, and asking again is right.
        """
        future = asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        try:
            return await asyncio.shield(future)
        except OSError as why:
            raise Unavailable(f"the disk for media fails: {why}") from why
        except asyncio.CancelledError:
            while not future.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            raise

    def close(self) -> None:
        self._pool.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A whole stream on disk, synced, under a temporary name."""

    path: Path
    hash: str
    size: int


class _Draft:
    """A temporary file while it grows. Its methods block and are called one after the other."""

    def __init__(self, folder: Path, limit: int | None) -> None:
        number, path = tempfile.mkstemp(dir=folder)
        self.path = Path(path)
        self.size = 0
        self.hash = hashlib.sha256()
        self._file = os.fdopen(number, "wb", buffering=0)
        self._limit = limit

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self._limit is not None and self.size > self._limit:
            raise TooLarge("attachment.too_large", f"over {self._limit} bytes", limit=self._limit)
        self.hash.update(piece)
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) or 0 :]

    def seal(self) -> Spooled:
        os.fsync(self._file.fileno())
        self._file.close()
        return Spooled(self.path, self.hash.hexdigest(), self.size)

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


@asynccontextmanager
async def spooled(
    chunks: Chunks, folder: Path, *, limit: int | None, threads: Threads
) -> AsyncIterator[Spooled]:
    """Write a stream to a synced temporary file in `folder`, which is gone afterwards unless it was renamed.

    `limit` in bytes. Raises TooLarge as soon as the stream passes it, Unavailable when the disk is nearly full, or
    fails.
    """
    if await threads.run(free_bytes, folder) < FLOOR:
        raise Unavailable(f"less than {FLOOR} bytes are free for media in {folder.parent}")
    draft = await threads.run(_Draft, folder, limit)
    try:
        async for piece in _gathered(chunks):
            await threads.run(draft.add, piece)
        yield await threads.run(draft.seal)
    finally:
        await threads.run(draft.discard)


def free_bytes(folder: Path) -> int:
    """What the disk of this folder has left for us."""
    return shutil.disk_usage(folder).free


async def _gathered(chunks: Chunks) -> AsyncIterator[bytes]:
    """The same bytes in pieces of about PIECE, so that a network's small chunks cost few thread switches."""
    if isinstance(chunks, bytes):
        for start in range(0, len(chunks), PIECE):
            yield chunks[start : start + PIECE]
        return
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def remove_older(folder: Path, older_than: int) -> int:
    """Remove files in `folder` last written before `older_than` (UTC ms); blocks; how many."""
    removed = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if modified_ms(path.stat()) < older_than:
                path.unlink()
                removed += 1
    return removed


def modified_ms(status: os.stat_result) -> int:
    """A file's time of last writing as UTC ms."""
    return status.st_mtime_ns // 1_000_000
