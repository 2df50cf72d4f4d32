"""Copies between stores and the sweep."""

import os
import time
from pathlib import Path

import pytest

from gateway.media import Damaged, DiskStore, MediaStore, Missing, copy_all, copy_media, sweep_orphans
from tests.media.conftest import DAY
from tests.media.test_store import read

HOUR = 3600 * 1000


def now() -> int:
    return int(time.time() * 1000)


async def nobody(_: str) -> bool:
    return False


async def test_old_orphans_go_named_and_young_ones_stay(store: MediaStore):
    orphan, named = [await store.put(content, limit=10) for content in (b"orphan", b"named")]

    async def is_named(digest: str) -> bool:
        return digest == named.hash

    early = await sweep_orphans(store, is_named, now())
    assert (early.objects, early.bytes) == (0, 0)
    swept = await sweep_orphans(store, is_named, now() + DAY + HOUR)
    assert (swept.objects, swept.bytes) == (1, 6)
    assert [held.hash async for held in store.list()] == [named.hash]
    assert not await store.exists(orphan.hash)


async def test_an_object_put_again_during_the_sweep_stays(disk: DiskStore, tmp_path: Path):
    """It was old and nameless when the sweep asked; before the sweep deletes, someone uploads it again."""
    stored = await disk.put(b"the same photo", limit=100)
    os.utime(next(tmp_path.glob(f"media/objects/*/{stored.hash}")), (1, 1))

    async def is_named(_: str) -> bool:
        await disk.put(b"the same photo", limit=100)
        return False

    assert (await sweep_orphans(disk, is_named, now())).objects == 0
    assert await disk.exists(stored.hash)


async def test_leftovers_are_swept_with_the_orphans(disk: DiskStore, tmp_path: Path):
    (tmp_path / "media" / "unfinished" / "tmp123").write_bytes(b"half an upload")
    assert (await sweep_orphans(disk, nobody, now())).leftovers == 0
    assert (await sweep_orphans(disk, nobody, now() + DAY + HOUR)).leftovers == 1


async def test_copying_everything_to_a_backup_and_back(store: MediaStore, tmp_path: Path):
    backup = DiskStore(tmp_path / "backup")
    hashes = {(await store.put(bytes([n]) * 1000 * n, limit=None)).hash for n in range(5)}
    copied = await copy_all(store, backup)
    assert (copied.objects, copied.bytes, copied.damaged) == (5, 10_000, ())
    assert {held.hash async for held in backup.list()} == hashes
    assert (await copy_all(store, backup)).objects == 0
    for digest in hashes:
        await store.delete(digest)
    assert (await copy_all(backup, store)).objects == 5
    assert {held.hash async for held in store.list()} == hashes
    await backup.close()


async def test_a_damaged_object_is_reported_and_stops_nothing(disk: DiskStore, tmp_path: Path):
    good, bad = await disk.put(b"good", limit=10), await disk.put(b"bad", limit=10)
    next(tmp_path.glob(f"media/objects/*/{bad.hash}")).write_bytes(b"bat")
    target = DiskStore(tmp_path / "target")
    copied = await copy_all(disk, target)
    assert (copied.objects, copied.damaged) == (1, (bad.hash,))
    assert await read(target, good.hash) == b"good"
    assert not await target.exists(bad.hash)
    with pytest.raises(Damaged):
        await copy_media(bad.hash, disk, target)
    await target.close()


async def test_copying_what_is_not_there(disk: DiskStore, tmp_path: Path):
    target = DiskStore(tmp_path / "target")
    with pytest.raises(Missing):
        await copy_media("0" * 64, disk, target)
    await target.close()
