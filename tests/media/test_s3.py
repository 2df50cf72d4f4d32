"""What only a bucket has: deletions that announce themselves, keys that never show, a service that is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
import pytest

from gateway.errors import Unavailable
from gateway.media import MediaStore, S3Credentials, open_media
from gateway.media.s3 import DELETION_ENDS, DELETION_TAKES, S3Store
from gateway.media.spool import FLOOR
from tests.media.conftest import DAY, open_s3
from tests.media.test_store import read
from tests.servers.s3 import S3


@pytest.fixture
async def bucket(s3: S3, tmp_path: Path) -> AsyncIterator[S3Store]:
    made = open_s3(s3, tmp_path)
    yield made
    await made.close()


@pytest.fixture
def raw(s3: S3) -> obstore.store.S3Store:
    """The bucket as anybody's client sees it."""
    return obstore.store.S3Store(
        s3.bucket,
        endpoint=s3.endpoint,
        region=s3.region,
        access_key_id=s3.access_key,
        secret_access_key=s3.secret_key,
        client_options={"allow_http": True},
    )


def test_a_deletion_gives_up_before_its_mark_stops_counting():
    assert DELETION_TAKES < DELETION_ENDS


async def test_a_put_waits_for_a_deletion_and_stores_the_bytes_anew(
    bucket: S3Store, raw: obstore.store.S3Store
):
    """The worst order: the object is uploaded, then taken by a deletion that had judged its former self."""
    stored = await bucket.put(b"photo", limit=10)
    mark = f"files/here/dying/{stored.hash}/one-deletion"
    await obstore.put_async(raw, mark, b"")
    putting = asyncio.create_task(bucket.put(b"photo", limit=10))
    await asyncio.sleep(0.3)
    assert not putting.done()
    await obstore.delete_async(raw, f"files/here/objects/{stored.hash}")
    await obstore.delete_async(raw, mark)
    assert await putting == stored
    assert await read(bucket, stored.hash) == b"photo"


async def test_a_deletion_leaves_no_mark(bucket: S3Store, raw: obstore.store.S3Store):
    stored = await bucket.put(b"photo", limit=10)
    assert not await bucket.delete(stored.hash, older_than=1)
    assert await bucket.delete(stored.hash)
    assert [batch async for batch in obstore.list(raw)] == []


async def test_marks_of_dead_deletions_are_discarded(bucket: S3Store, raw: obstore.store.S3Store):
    await obstore.put_async(raw, f"files/here/dying/{'0' * 64}/one-deletion", b"")
    now = int(time.time() * 1000)
    assert await bucket.discard_unfinished(now - DAY) == 0
    assert await bucket.discard_unfinished(now + DAY) == 1
    assert [batch async for batch in obstore.list(raw)] == []


async def test_prefixes_keep_stores_apart(s3: S3, tmp_path: Path):
    one, two = open_s3(s3, tmp_path, "one"), open_s3(s3, tmp_path, "")
    stored = await one.put(b"mine", limit=10)
    assert not await two.exists(stored.hash)
    assert [held async for held in two.list()] == []
    await one.close()
    await two.close()


async def test_keys_from_the_environment(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.secret_key)
    store = open_media(f"s3://{s3.bucket}?endpoint={s3.endpoint}&region={s3.region}", tmp_path)
    await _works(store)


async def _works(store: MediaStore) -> None:
    stored = await store.put(b"hello", limit=10)
    assert await read(store, stored.hash) == b"hello"
    await store.close()


async def test_no_bucket_is_unavailable_and_tells_no_key(s3: S3, tmp_path: Path):
    url = f"s3://nowhere-to-be-found?endpoint={s3.endpoint}&region={s3.region}"
    store = open_media(url, tmp_path, credentials=S3Credentials("AKIAVISIBLE", "hunter2"))
    with pytest.raises(Unavailable) as trouble:
        await store.put(b"x", limit=10)
    assert trouble.value.__cause__ is None
    assert not any(secret in str(trouble.value) for secret in ("AKIAVISIBLE", "hunter2"))
    await store.close()


async def test_a_service_that_is_away_is_unavailable(s3: S3, tmp_path: Path, unused_tcp_port: int):
    store = open_media(
        f"s3://bucket?endpoint=http://127.0.0.1:{unused_tcp_port}&region=x",
        tmp_path,
        credentials=S3Credentials("a", "b"),
    )
    with pytest.raises(Unavailable):
        await store.exists("0" * 64)
    with pytest.raises(Unavailable):
        await store.put(b"x", limit=10)
    assert list((tmp_path / "uploads").iterdir()) == []
    await store.close()


async def test_a_nearly_full_disk_takes_no_file_on_its_way(bucket: S3Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.media.spool.free_bytes", lambda folder: FLOOR - 1)
    with pytest.raises(Unavailable, match="bytes are free"):
        await bucket.put(b"one more", limit=None)
    monkeypatch.setattr("gateway.media.spool.free_bytes", lambda folder: FLOOR)
    assert (await bucket.put(b"one more", limit=None)).size == 8
