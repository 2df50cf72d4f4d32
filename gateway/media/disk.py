"""Media in a folder: `objects/ab/abcd...` by hash, `unfinished/` for streams on their way, one lock file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from io import FileIO
from pathlib import Path

from gateway.folders import FOLDER, make_private, make_private_file, sync_names
from gateway.media.spool import Spooled, Threads, modified_ms, remove_older, spooled
from gateway.media.store import PIECE, Chunks, Damaged, Held, Missing, Opened, Stored, check_digest


class DiskStore:
    """A `MediaStore` in one folder, safe for several processes on one machine.

    An object appears by rename after its bytes are synced, and its folder is synced after the rename, so a crash
    leaves at worst a nameless file in `unfinished/`. All shard folders exist from the start, so none is ever new
    and unsynced. A put and a conditional deletion of the same content exclude each other by the lock file.
    """

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._unfinished = root / "unfinished"
        self._lock = root / "lock"
        self._threads = Threads()
        self._lay_out(root)

    def _lay_out(self, root: Path) -> None:
        for folder in (self._objects, self._unfinished):
            make_private(folder)
        make_private_file(self._lock)
        for shard in range(256):
            (self._objects / f"{shard:02x}").mkdir(mode=FOLDER, exist_ok=True)
        for folder in (self._objects, root, root.parent):
            sync_names(folder)

    async def put(self, chunks: Chunks, *, limit: int | None) -> Stored:
        async with spooled(chunks, self._unfinished, limit=limit, threads=self._threads) as draft:
            await self._threads.run(self._name, draft)
        return Stored(draft.hash, draft.size)

    def _name(self, draft: Spooled) -> None:
        # Also when the object is there already: its bytes are healed, its age is new, its folder is surely synced.
        target = self._path(draft.hash)
        with self._locked(fcntl.LOCK_SH):
            os.utime(draft.path)
            draft.path.replace(target)
        sync_names(target.parent)

    @asynccontextmanager
    async def open(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[Opened]:
        file, size = await self._threads.run(self._open, digest, start)
        try:
            end = size if end is None else min(end, size)
            yield Opened(size, min(start, end), end, self._chunks(file, end - start))
        finally:
            await self._threads.run(file.close)

    def _open(self, digest: str, start: int) -> tuple[FileIO, int]:
        try:
            file = FileIO(self._path(digest))
        except FileNotFoundError:
            raise Missing(digest) from None
        file.seek(start)
        return file, os.fstat(file.fileno()).st_size

    async def _chunks(self, file: FileIO, left: int) -> AsyncIterator[bytes]:
        while left > 0:
            piece = await self._threads.run(file.read, min(left, PIECE))
            if not piece:
                raise Damaged(f"media object {Path(str(file.name)).name} ends {left} bytes early")
            left -= len(piece)
            yield piece

    async def find(self, digest: str) -> Held | None:
        return await self._threads.run(self._find, digest)

    def _find(self, digest: str) -> Held | None:
        try:
            status = self._path(digest).stat()
        except (FileNotFoundError, Missing):
            return None
        return Held(digest, status.st_size, modified_ms(status))

    async def exists(self, digest: str) -> bool:
        return await self.find(digest) is not None

    async def delete(self, digest: str, *, older_than: int | None = None) -> bool:
        return await self._threads.run(self._delete, digest, older_than)

    def _delete(self, digest: str, older_than: int | None) -> bool:
        with self._locked(fcntl.LOCK_EX):
            held = self._find(digest)
            if held is None or (older_than is not None and held.modified >= older_than):
                return False
            self._path(digest).unlink()
        sync_names(self._path(digest).parent)
        return True

    async def list(self) -> AsyncIterator[Held]:
        for shard in sorted(await self._threads.run(os.listdir, self._objects)):
            for name in await self._threads.run(os.listdir, self._objects / shard):
                if held := await self.find(name):
                    yield held

    async def discard_unfinished(self, older_than: int) -> int:
        return await self._threads.run(remove_older, self._unfinished, older_than)

    async def close(self) -> None:
        self._threads.close()

    def _path(self, digest: str) -> Path:
        return self._objects / check_digest(digest)[:2] / digest

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        # A lock belongs to its open file, so threads of one process exclude each other like processes do.
        with self._lock.open("rb") as lock:
            fcntl.flock(lock, how)
            yield
