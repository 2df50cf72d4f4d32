"""The contract of a media store, over a folder and over a real S3 server."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import ConfigError, TooLarge
from gateway.media import DiskStore, MediaStore, Missing, S3Credentials, open_media
from gateway.media.store import S3Place, parse_s3_url
from tests.media.conftest import DAY, Unfinished

MANY = bytes(range(256)) * 4096 * 12  # 12 MiB: several pieces, and several parts on S3
HOSTILE = ["../../etc/passwd", "", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 63 + "\n", "/etc/passwd"]


async def in_chunks(content: bytes, size: int = 70_001) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(store: MediaStore, digest: str, start: int = 0, end: int | None = None) -> bytes:
    async with store.open(digest, start, end) as media:
        return b"".join([chunk async for chunk in media.chunks])


@pytest.mark.parametrize(
    "content", [b"", b"a", b"photo" * 1000, MANY], ids=["empty", "one", "small", "large"]
)
async def test_what_was_put_is_read_back(store: MediaStore, content: bytes):
    stored = await store.put(in_chunks(content), limit=len(content))
    assert (stored.hash, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert await read(store, stored.hash) == content
    assert await store.exists(stored.hash)


async def test_whole_bytes_are_put_like_a_stream(store: MediaStore):
    whole, streamed = await store.put(MANY, limit=None), await store.put(in_chunks(MANY), limit=None)
    assert whole == streamed


async def test_equal_content_is_one_object(store: MediaStore):
    await asyncio.gather(*(store.put(b"same", limit=10) for _ in range(5)))
    assert [held.size async for held in store.list()] == [4]


async def test_reading_a_part(store: MediaStore):
    stored = await store.put(MANY, limit=None)
    at = 6 * 1024 * 1024
    assert await read(store, stored.hash, at - 5, at + 5) == MANY[at - 5 : at + 5]
    assert await read(store, stored.hash, len(MANY) - 3) == MANY[-3:]
    assert await read(store, stored.hash, 5, 10**12) == MANY[5:]
    assert await read(store, stored.hash, 10**12) == b""
    async with store.open(stored.hash, 5, 10) as media:
        assert (media.size, media.start, media.end) == (len(MANY), 5, 10)


async def test_a_stream_over_the_limit_is_refused_while_it_runs(store: MediaStore, unfinished: Unfinished):
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 100_000
            yield b"x" * 100_000

    with pytest.raises(TooLarge) as refusal:
        await store.put(endless(), limit=1_000_000)
    assert refusal.value.params == {"limit": 1_000_000}
    assert taken < 2_000_000
    assert [held async for held in store.list()] == []
    assert unfinished() == []


async def test_a_stream_that_breaks_leaves_nothing(store: MediaStore, unfinished: Unfinished):
    async def cut() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put(cut(), limit=10**9)
    assert [held async for held in store.list()] == []
    assert unfinished() == []


async def test_a_cancelled_put_leaves_nothing(store: MediaStore, unfinished: Unfinished):
    begun = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        begun.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(store.put(stalled(), limit=10**9))
    await begun.wait()
    assert len(unfinished()) == 1
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert [held async for held in store.list()] == []
    assert unfinished() == []


async def test_what_is_not_there_is_missing(store: MediaStore):
    digest = "0" * 64
    assert await store.find(digest) is None
    assert not await store.exists(digest)
    assert not await store.delete(digest)
    with pytest.raises(Missing):
        await read(store, digest)


@pytest.mark.parametrize("digest", HOSTILE)
async def test_what_has_not_the_form_of_a_hash_is_missing(store: MediaStore, digest: str):
    assert await store.find(digest) is None
    assert not await store.delete(digest)
    with pytest.raises(Missing):
        await read(store, digest)


async def test_deleting(store: MediaStore):
    stored = await store.put(b"to be erased", limit=100)
    assert await store.delete(stored.hash)
    assert not await store.exists(stored.hash)
    assert not await store.delete(stored.hash)


async def test_deleting_only_what_is_old(store: MediaStore):
    stored = await store.put(b"young", limit=100)
    now = int(time.time() * 1000)
    assert not await store.delete(stored.hash, older_than=now - DAY)
    assert await store.delete(stored.hash, older_than=now + DAY)


async def test_the_list_names_size_and_time(store: MediaStore):
    before = int(time.time()) * 1000
    stored = [await store.put(content, limit=10) for content in (b"a", b"bb", b"ccc")]
    held = {each.hash: each async for each in store.list()}
    assert {each.hash: each.size for each in stored} == {digest: each.size for digest, each in held.items()}
    assert all(before <= each.modified <= before + 60_000 for each in held.values())
    assert await store.find(stored[0].hash) == held[stored[0].hash]


async def test_putting_and_deleting_the_same_content_at_once_loses_nothing(store: MediaStore):
    """A sweep that judged an object old never takes the one a put stored meanwhile."""
    stored = await store.put(b"old and unnamed", limit=100)
    for _ in range(5):
        cutoff = int(time.time() * 1000) - DAY
        results = await asyncio.gather(
            *(store.delete(stored.hash, older_than=cutoff) for _ in range(3)),
            *(store.put(b"old and unnamed", limit=100) for _ in range(3)),
        )
        assert results[:3] == [False] * 3
        assert await read(store, stored.hash) == b"old and unnamed"


def test_a_path_opens_a_folder(tmp_path: Path):
    assert isinstance(open_media("disk:media", tmp_path), DiskStore)
    assert (tmp_path / "media" / "objects").is_dir()
    open_media(f"disk:{tmp_path / 'elsewhere'}", tmp_path / "data")
    assert (tmp_path / "elsewhere" / "objects").is_dir()


def test_reading_an_s3_url():
    assert parse_s3_url("s3://b") == S3Place("b")
    url = "s3://bucket/a/b/?endpoint=https://s3.example.org:9000&region=eu-1"
    assert parse_s3_url(url) == S3Place("bucket", "a/b", "https://s3.example.org:9000", "eu-1")


@pytest.mark.parametrize("url", ["disk:a file/media", "s3://bucket?region=x"])
def test_a_folder_that_cannot_be_made_is_a_fault_of_the_configuration(url: str, tmp_path: Path):
    (tmp_path / "a file").write_text("where the folder should be")
    place = tmp_path if url.startswith("disk") else tmp_path / "a file"
    with pytest.raises(ConfigError, match=r"\[media\] store: .* cannot be made"):
        open_media(url, place)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "disk:PATH"),
        ("disk:", "disk:PATH"),
        ("gs://bucket", "disk:PATH"),
        ("s3://", "no bucket"),
        ("s3://bucket?endpont=http://x", "did you mean endpoint"),
        ("s3://bucket?secret_access_key=hunter2", "unknown parameter secret_access_key"),
        ("s3://AKIA:hunter2@bucket", "never in the URL"),
    ],
)
def test_a_wrong_url_is_told_without_its_secrets(url: str, says: str, tmp_path: Path):
    with pytest.raises(ConfigError, match=says) as refusal:
        open_media(url, tmp_path)
    assert "hunter2" not in str(refusal.value)


def test_keys_are_not_printed():
    shown = repr(S3Credentials("AKIA123", "hunter2", "session"))
    assert not any(secret in shown for secret in ("AKIA123", "hunter2", "session"))
