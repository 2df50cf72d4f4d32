"""What only a folder has: names that appear after their bytes, locks between processes, crashes in between."""

import asyncio
import fcntl
import os
import resource
import shutil
import stat
import sys
import textwrap
import time
from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.media import Damaged, DiskStore
from gateway.media.spool import FLOOR
from tests.media.conftest import DAY
from tests.media.test_store import read

# A process that dies at a chosen step of a put, as by power cut or kill: os._exit runs no clean-up.
DIES = textwrap.dedent("""
    import asyncio, os, pathlib, sys
    from gateway.media import DiskStore

    root, step = pathlib.Path(sys.argv[1]), sys.argv[2]

    def watch(event, args):
        if event == step and "unfinished" in str(args[0]):
            os._exit(9)

    async def main():
        store = DiskStore(root)
        sys.addaudithook(watch)
        async def stream():
            yield b"x" * 300_000
            if step == "mid-stream":
                os._exit(9)
            yield b"y" * 300_000
        await store.put(stream(), limit=10**9)
        os._exit(0)

    asyncio.run(main())
""")


@pytest.mark.parametrize("step", ["mid-stream", "os.utime", "os.rename"])
async def test_a_crash_before_the_rename_names_nothing(tmp_path: Path, step: str):
    root = tmp_path / "media"
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, root, step)
    assert await died.wait() == 9
    store = DiskStore(root)
    assert [held async for held in store.list()] == []
    assert len(list((root / "unfinished").iterdir())) == 1
    assert await store.discard_unfinished(int(time.time() * 1000) - DAY) == 0
    assert await store.discard_unfinished(int(time.time() * 1000) + DAY) == 1
    await store.close()


async def test_bytes_are_synced_before_the_name_and_the_name_before_the_answer(
    disk: DiskStore, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []
    sync, replace = os.fsync, os.replace

    def seen_sync(number: int) -> None:
        seen.append("sync folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "sync file")
        sync(number)

    def seen_replace(source: str, target: str) -> None:
        seen.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(os, "replace", seen_replace)
    await disk.put(b"durable", limit=10)
    assert seen == ["sync file", "rename", "sync folder"]


async def test_putting_again_heals_and_makes_young(disk: DiskStore, tmp_path: Path):
    stored = await disk.put(b"precious", limit=10)
    path = next(tmp_path.glob(f"media/objects/*/{stored.hash}"))
    path.write_bytes(b"rotten")
    os.utime(path, (1, 1))
    assert not await disk.delete(stored.hash, older_than=1000)
    await disk.put(b"precious", limit=10)
    assert await read(disk, stored.hash) == b"precious"
    assert not await disk.delete(stored.hash, older_than=int(time.time() * 1000) - DAY)


async def test_an_object_that_shrinks_while_read_is_damaged(disk: DiskStore, tmp_path: Path):
    stored = await disk.put(b"x" * 1_000_000, limit=None)
    path = next(tmp_path.glob(f"media/objects/*/{stored.hash}"))
    async with disk.open(stored.hash) as media:
        await anext(media.chunks)
        os.truncate(path, 300_000)
        with pytest.raises(Damaged):
            [chunk async for chunk in media.chunks]


async def test_reading_goes_on_while_the_object_is_deleted(disk: DiskStore):
    stored = await disk.put(b"x" * 1_000_000, limit=None)
    async with disk.open(stored.hash) as media:
        first = await anext(media.chunks)
        assert await disk.delete(stored.hash)
        assert len(first) + sum([len(chunk) async for chunk in media.chunks]) == 1_000_000


async def test_strange_files_in_the_folder_are_not_listed(disk: DiskStore, tmp_path: Path):
    stored = await disk.put(b"mine", limit=10)
    (tmp_path / "media" / "objects" / "00" / ".DS_Store").write_bytes(b"")
    assert [held.hash async for held in disk.list()] == [stored.hash]


async def test_files_are_for_their_owner_alone(disk: DiskStore, tmp_path: Path):
    stored = await disk.put(b"private", limit=10)
    path = next(tmp_path.glob(f"media/objects/*/{stored.hash}"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_a_put_waits_for_a_deletion_of_another_process(disk: DiskStore, tmp_path: Path):
    """Between a deletion's look at the age and its unlink no new bytes may take the name."""
    with (tmp_path / "media" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        putting = asyncio.create_task(disk.put(b"photo", limit=10))
        await asyncio.sleep(0.1)
        assert not putting.done()
        assert [held async for held in disk.list()] == []
    stored = await putting
    assert await read(disk, stored.hash) == b"photo"


async def test_two_processes_share_a_folder(tmp_path: Path):
    one, two = DiskStore(tmp_path / "media"), DiskStore(tmp_path / "media")
    stored = await one.put(b"from one", limit=10)
    assert await read(two, stored.hash) == b"from one"
    await one.close()
    await two.close()


async def test_a_disk_nearly_full_takes_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = DiskStore(tmp_path / "media")
    monkeypatch.setattr("gateway.media.spool.free_bytes", lambda folder: FLOOR - 1)
    with pytest.raises(Unavailable):
        await store.put(b"too much", limit=100)
    assert [held async for held in store.list()] == []
    monkeypatch.setattr("gateway.media.spool.free_bytes", lambda folder: FLOOR)
    assert (await store.put(b"fits", limit=100)).size == 4
    await store.close()


@pytest.mark.parametrize("limit", ["RLIMIT_FSIZE", "RLIMIT_NOFILE"])
async def test_what_the_system_refuses_is_unavailable_and_got_over(disk: DiskStore, limit: str):
    """A disk that takes no more, no file left to open: the sender is told to try again, and nothing lies about."""
    kept = await disk.put(b"before", limit=None)
    which = getattr(resource, limit)
    soft, hard = resource.getrlimit(which)
    resource.setrlimit(which, (8_192 if limit == "RLIMIT_FSIZE" else 3, hard))
    try:
        with pytest.raises(Unavailable, match="the disk for media fails"):
            await disk.put(b"x" * 300_000, limit=None)
        if limit == "RLIMIT_NOFILE":
            with pytest.raises(Unavailable):
                await disk.delete(kept.hash)
            with pytest.raises(Unavailable):
                async with disk.open(kept.hash):
                    pass
    finally:
        resource.setrlimit(which, (soft, hard))
    assert [held.hash async for held in disk.list()] == [kept.hash]
    assert await disk.discard_unfinished(int(time.time() * 1000) + DAY) == 0
    stored = await disk.put(b"x" * 300_000, limit=None)
    assert await disk.exists(stored.hash)


async def test_a_folder_that_is_gone_is_unavailable(disk: DiskStore, tmp_path: Path):
    held = await disk.put(b"before", limit=None)
    await asyncio.to_thread(shutil.rmtree, disk._objects.parent)
    with pytest.raises(Unavailable):
        await disk.put(b"after", limit=None)
    assert not await disk.exists(held.hash)
