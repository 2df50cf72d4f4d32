"""The files of a move: what the old store has goes to the new one, and is read back there before it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from gateway.errors import ConfigError
from gateway.media import Held, MediaStore, Missing, copy_media
from gateway.move.target import Target

Told = Callable[[str], None]


async def carry_all(here: MediaStore, there: MediaStore | None, target: Target, say: Told) -> None:
    """Every file that was not carried yet. `there` None: the files stay where they are, and are only read. What is
    erased meanwhile goes from the new store too. Raises Damaged, ConfigError, Unavailable."""
    known, found = await target.files(), set()
    async for held in here.list():
        found.add(held.hash)
        if held.hash not in known:
            await _carry(held.hash, here, there, target)
            if len(found) % 100 == 0:
                say(f"files: {len(found)}")
    for digest in known.keys() - found:
        await forget(digest, there, target)
    say(f"files: {len(found)}, all there")


async def carry_named(
    hashes: Iterable[str], here: MediaStore, there: MediaStore | None, target: Target
) -> None:
    """Those that rows name which changed at the last moment."""
    known = await target.files()
    for digest in set(hashes) - known.keys():
        await _carry(digest, here, there, target)


async def forget(digest: str, there: MediaStore | None, target: Target) -> None:
    if there is not None:
        await there.delete(digest)
    await target.forget_file(digest)


async def _carry(digest: str, here: MediaStore, there: MediaStore | None, target: Target) -> None:
    try:
        if there is not None and not await _is_held(here, there, digest):
            await copy_media(digest, here, there)
    except Missing:
        return  # erased meanwhile, or lost long ago: then no database can bring it back
    if (size := await _read_back(there or here, digest)) is not None:
        await target.note_file(digest, size)


async def _is_held(here: MediaStore, there: MediaStore, digest: str) -> bool:
    held: Held | None = await here.find(digest)
    if held is None:
        raise Missing(digest)
    present = await there.find(digest)
    return present is not None and present.size == held.size


async def _read_back(store: MediaStore, digest: str) -> int | None:
    """Its size; None when it has gone. Raises ConfigError when it is not what its name says."""
    told, size = hashlib.sha256(), 0
    try:
        async with store.open(digest) as media:
            async for piece in media.chunks:
                told.update(piece)
                size += len(piece)
    except Missing:
        return None
    if told.hexdigest() != digest:
        raise ConfigError(f"file {digest} is damaged: restore it, or delete it, and run this again")
    return size
