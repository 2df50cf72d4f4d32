"""Copying between stores (backup, restore, move) and sweeping what nobody names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.media.store import Damaged, MediaStore, Missing, Stored

ORPHAN_AGE = 24 * 3600 * 1000
"""Milliseconds an object may stay without a name. An upload is named by a message within this, or not at all."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy of a whole store did: objects and bytes copied, and the hashes whose bytes were not theirs."""

    objects: int
    bytes: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed: orphaned objects, their bytes, and leftovers of interrupted work."""

    objects: int
    bytes: int
    leftovers: int


async def copy_media(digest: str, source: MediaStore, target: MediaStore) -> Stored:
    """Copy one object, checking its bytes against its hash on the way. Raises Missing, Damaged.

    What a damaged object really holds may then lie in `target` under its own hash, named by nobody.
    """
    async with source.open(digest) as media:
        stored = await target.put(media.chunks, limit=None)
    if stored.hash != digest:
        raise Damaged(f"media object {digest} has the content of {stored.hash}")
    return stored


async def copy_all(source: MediaStore, target: MediaStore) -> Copied:
    """Copy every object that `target` lacks, as backup, restore and move do, while serving.

    One that is erased meanwhile is left out; a damaged one is reported and does not stop the others.
    """
    objects = size = 0
    damaged: list[str] = []
    async for held in source.list():
        present = await target.find(held.hash)
        if present is not None and present.size == held.size:
            continue
        try:
            size += (await copy_media(held.hash, source, target)).size
            objects += 1
        except Missing:
            continue
        except Damaged:
            damaged.append(held.hash)
    return Copied(objects, size, tuple(damaged))


async def sweep_orphans(
    store: MediaStore, is_named: Callable[[str], Awaitable[bool]], now: int, *, age: int = ORPHAN_AGE
) -> Swept:
    """Delete objects last put more than `age` ms before `now` (UTC ms) that `is_named(hash)` does not know.

    Called now and then by one process. A message must name only uploads younger than `age`, or ones that another
    row names already; a put of the same content during the sweep is safe (see `MediaStore.delete`).
    """
    before = now - age
    objects = size = 0
    async for held in store.list():
        if held.modified >= before or await is_named(held.hash):
            continue
        if await store.delete(held.hash, older_than=before):
            objects += 1
            size += held.size
    return Swept(objects, size, await store.discard_unfinished(before))
