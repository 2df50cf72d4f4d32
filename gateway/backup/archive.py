"""The file a backup is: a zip with checksums, written whole or not at all, and checked whole before it is used."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import struct
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from gateway.errors import ConfigError, Unavailable
from gateway.folders import make_private, sync_names
from gateway.media import Damaged, MediaStore, Missing

FORMAT = 1
MANIFEST = "manifest.json"
TOLD = {"database", "schema", "position", "files"}
"""What every manifest says."""
BROKEN = (OSError, ValueError, RuntimeError, EOFError, struct.error, zipfile.BadZipFile, zlib.error)
"""What reading a damaged zip ends with: a scrambled header seems to name a place before its beginning, an unknown way
of packing, a password."""
PIECE = 1024 * 1024
DAY_ONE = (1980, 1, 1, 0, 0, 0)
_MEDIA = re.compile(r"media/([0-9a-f]{64})")


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Raises Unavailable for what the system refuses there: a full disk, a folder of somebody else's."""
    try:
        yield
    except OSError as why:
        raise Unavailable(f"{target} cannot be written: {why.strerror or why}") from why


class Archive:
    """A backup being written. `facts` go into its manifest."""

    def __init__(self, zip_file: zipfile.ZipFile, target: Path) -> None:
        self._zip = zip_file
        self._target = target
        self.folder = target.parent
        """Where large parts may be put together first: on the disk that the backup goes to."""
        self.facts: dict[str, Any] = {"parley_backup": FORMAT, "made_at": int(time.time() * 1000)}
        self._files: dict[str, dict[str, Any]] = {}

    @classmethod
    @asynccontextmanager
    async def new(cls, target: Path) -> AsyncIterator[Archive]:
        """Raises Unavailable where the place takes no more."""
        with writable(target):
            async with cls._new(target) as archive:
                yield archive

    @classmethod
    @asynccontextmanager
    async def _new(cls, target: Path) -> AsyncIterator[Archive]:
        make_private(target.parent)
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            # Readable by its owner alone: it holds everything.
            with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
                with zipfile.ZipFile(file, "w") as zip_file:
                    archive = cls(zip_file, target)
                    yield archive
                    archive._write_manifest()
                await asyncio.to_thread(_sync, file)
            draft.rename(target)
            await asyncio.to_thread(sync_names, target.parent)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def writing(self, name: str, *, compress: bool) -> Iterator[Written]:
        """One member, written piece by piece; nothing else may be written meanwhile. What the place refuses is said
        here: whoever reads a database meanwhile takes an OSError for the database's."""
        info = zipfile.ZipInfo(name, DAY_ONE)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        with writable(self._target):
            member = self._zip.open(info, "w", force_zip64=True)
        written = Written(member, self._target)
        try:
            yield written
        finally:
            with writable(self._target):
                member.close()
        self._files[name] = {"size": written.size, "sha256": written.digest.hexdigest()}

    def add_file(self, name: str, source: Path) -> None:
        with source.open("rb") as file, self.writing(name, compress=True) as member:
            while piece := file.read(PIECE):
                member.write(piece)

    async def add_media(self, media: MediaStore) -> int:
        """All objects; one that is erased or swept at this moment is left out. Raises Damaged."""
        objects = 0
        async for held in media.list():
            try:
                async with media.open(held.hash) as opened:
                    with self.writing(f"media/{held.hash}", compress=False) as member:
                        async for piece in opened.chunks:
                            member.write(piece)
            except Missing:
                continue
            if self._files[f"media/{held.hash}"]["sha256"] != held.hash:
                raise Damaged(
                    f"media object {held.hash} is damaged; restore it, or delete it, before backing up"
                )
            objects += 1
        return objects

    def _write_manifest(self) -> None:
        text = orjson.dumps({**self.facts, "files": self._files}, option=orjson.OPT_INDENT_2)
        self._zip.writestr(zipfile.ZipInfo(MANIFEST, DAY_ONE), text)


class Written:
    """A member on its way: counts and digests what goes through."""

    def __init__(self, member: IO[bytes], target: Path) -> None:
        self._member = member
        self._target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        with writable(self._target):
            self._member.write(piece)
        self.digest.update(piece)
        self.size += len(piece)


class Backup:
    """A finished backup being read."""

    def __init__(self, zip_file: zipfile.ZipFile, facts: dict[str, Any]) -> None:
        self._zip = zip_file
        self.facts = facts

    @classmethod
    @contextmanager
    def open(cls, file: Path) -> Iterator[Backup]:
        """Raises ConfigError for what is no backup of a kind this Parley knows. What goes wrong while it is used (a
        full disk) is no fault of the file and is left as it is."""
        try:
            zip_file = zipfile.ZipFile(file)
        except BROKEN as why:
            raise ConfigError(f"{file} is no backup that can be read: {why}") from why
        with zip_file:
            yield cls(zip_file, _read_manifest(zip_file, file))

    def check(self) -> None:
        """Every file is there, nothing else is, and each says what its checksum says. Raises ConfigError."""
        files = self.facts["files"]
        if set(self._zip.namelist()) != {MANIFEST, *files}:
            raise ConfigError("the backup is damaged: it does not hold what its manifest says")
        for name, told in files.items():
            digest, size = hashlib.sha256(), 0
            for piece in self.pieces(name):
                digest.update(piece)
                size += len(piece)
                if size > told["size"]:  # a bomb unfolds no further than what it says of itself
                    break
            if (digest.hexdigest(), size) != (told["sha256"], told["size"]):
                raise ConfigError(f"the backup is damaged: {name} is not what was written")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Raises ConfigError for a member that cannot be unpacked."""
        with _unpacking(name), self._zip.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    async def put_media(self, media: MediaStore) -> int:
        """Store every object again; equal ones are simply made young."""
        objects = 0
        for name in self.facts["files"]:
            if _MEDIA.fullmatch(name):
                await media.put(self._chunks(name), limit=None)
                objects += 1
        return objects

    async def _chunks(self, name: str) -> AsyncIterator[bytes]:
        for piece in self.pieces(name):
            yield piece


def _read_manifest(zip_file: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """What a backup says of itself, with everything that a restore asks of it."""
    try:
        with _unpacking(MANIFEST):
            # As we write it: what is packed might unfold to more than there is memory.
            if zip_file.getinfo(MANIFEST).compress_type != zipfile.ZIP_STORED:
                raise ConfigError(f"{file} was not made by Parley: its manifest is packed")
            facts = orjson.loads(zip_file.read(MANIFEST))
    except (KeyError, ValueError) as why:
        raise ConfigError(f"{file} is no backup that can be read: {why}") from why
    if not isinstance(facts, dict) or facts.get("parley_backup") != FORMAT:
        raise ConfigError(f"{file} was made by another version of Parley")
    if not (facts.keys() >= TOLD and isinstance(facts["files"], dict)):
        raise ConfigError(f"{file} is no backup that can be read: its manifest is not whole")
    return facts


@contextmanager
def _unpacking(name: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as why:
        raise ConfigError(f"the backup is damaged: {name}: {why}") from why


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
