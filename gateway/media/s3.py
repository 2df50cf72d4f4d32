"""Media in an S3-compatible bucket, by obstore (the object_store crate): `objects/HASH`, `dying/HASH/...` meanwhile.

Needs the extra `parley[s3]`; imported only when the configuration names an S3 store. It asks of the service only
plain PUT, GET, HEAD, DELETE, LIST and multipart upload, no conditional writes, which many of them lack. Give the
bucket a lifecycle rule that ends incomplete multipart uploads: a cut upload may leave parts there.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from gateway.errors import Unavailable
from gateway.events import new_id
from gateway.folders import make_private
from gateway.media.spool import Threads, remove_older, spooled
from gateway.media.store import (
    Chunks,
    Damaged,
    Held,
    Missing,
    Opened,
    S3Credentials,
    S3Place,
    Stored,
    check_digest,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, S3Config

CONNECT_TIMEOUT = timedelta(seconds=5)
REQUEST_TIMEOUT = timedelta(seconds=60)
"""For one request, which carries at most PART bytes."""
RETRY_TIMEOUT = timedelta(seconds=20)
PART = 5 * 1024 * 1024
"""Bytes of one part of an upload (the smallest S3 allows) and of one ranged read."""
DELETION_TAKES = 20.0
"""Seconds a deletion may take before it gives up."""
DELETION_ENDS = 60.0
"""Seconds after which a mark left by a dead deletion no longer counts; must exceed DELETION_TAKES."""
LOOK_AGAIN = 0.2
"""Seconds between looks at a deletion under way."""
TRIES = 5


class S3Store:
    """A `MediaStore` in a bucket. S3 cannot delete on condition of age, so a deletion announces itself:

    it writes a mark of its own under `dying/HASH/`, looks at the object's age, deletes, removes its mark. A put
    uploads first, then waits until no mark stands, then looks whether its object is still there. A mark written
    after the upload belongs to a deletion that finds the object young. (S3 reads and lists what was written.)
    """

    def __init__(self, place: S3Place, uploads: Path, credentials: S3Credentials | None = None) -> None:
        make_private(uploads)
        self._uploads = uploads
        self._threads = Threads()
        self._bucket = _connect(place, credentials)

    async def put(self, chunks: Chunks, *, limit: int | None) -> Stored:
        async with spooled(chunks, self._uploads, limit=limit, threads=self._threads) as draft:
            for _ in range(TRIES):
                await self._upload(draft.path, draft.hash)
                await self._until_not_dying(draft.hash)
                if await self.exists(draft.hash):
                    return Stored(draft.hash, draft.size)
        raise Unavailable(f"media object {draft.hash} was deleted under each of {TRIES} uploads")

    async def _upload(self, path: Path, digest: str) -> None:
        with _reaching():
            await obstore.put_async(self._bucket, _object(digest), path, chunk_size=PART, max_concurrency=4)

    async def _until_not_dying(self, digest: str) -> None:
        for _ in range(int(DELETION_ENDS / LOOK_AGAIN)):
            if not await self._paths(_dying(digest)):
                return
            await asyncio.sleep(LOOK_AGAIN)
        for path in await self._paths(_dying(digest)):
            await self._remove(path)

    @asynccontextmanager
    async def open(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[Opened]:
        held = await self.find(digest)
        if held is None:
            raise Missing(digest)
        end = held.size if end is None else min(end, held.size)
        yield Opened(held.size, min(start, end), end, self._chunks(digest, start, end))

    async def _chunks(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        # Ranged reads instead of one long stream: no connection to S3 waits for a slow reader.
        for at in range(start, end, PART):
            piece = await self._read(digest, at, min(at + PART, end))
            yield piece

    async def _read(self, digest: str, start: int, end: int) -> bytes:
        with _reaching():
            try:
                piece = bytes(
                    await obstore.get_range_async(self._bucket, _object(digest), start=start, end=end)
                )
            except FileNotFoundError:
                raise Missing(digest) from None
        if len(piece) != end - start:
            raise Damaged(f"media object {digest} ends {end - start - len(piece)} bytes early")
        return piece

    async def find(self, digest: str) -> Held | None:
        with _reaching():
            try:
                meta = await obstore.head_async(self._bucket, _object(digest))
            except (FileNotFoundError, Missing):
                return None
        return _held(meta)

    async def exists(self, digest: str) -> bool:
        return await self.find(digest) is not None

    async def delete(self, digest: str, *, older_than: int | None = None) -> bool:
        if await self.find(digest) is None:
            return False
        mark = f"{_dying(digest)}/{new_id()}"
        with _reaching():
            async with asyncio.timeout(DELETION_TAKES):
                await obstore.put_async(self._bucket, mark, b"")
                try:
                    return await self._delete_if(digest, older_than)
                finally:
                    await self._remove(mark)

    async def _delete_if(self, digest: str, older_than: int | None) -> bool:
        held = await self.find(digest)
        if held is None or (older_than is not None and held.modified >= older_than):
            return False
        await self._remove(_object(digest))
        return True

    async def list(self) -> AsyncIterator[Held]:
        with _reaching():
            async for batch in obstore.list(self._bucket, "objects"):
                for meta in batch:
                    yield _held(meta)

    async def discard_unfinished(self, older_than: int) -> int:
        removed = await self._threads.run(remove_older, self._uploads, older_than)
        for path in await self._paths("dying", older_than):
            await self._remove(path)
            removed += 1
        return removed

    async def close(self) -> None:
        self._threads.close()

    async def _paths(self, folder: str, older_than: float = math.inf) -> Sequence[str]:
        with _reaching():
            metas = [meta async for batch in obstore.list(self._bucket, folder) for meta in batch]
        return [meta["path"] for meta in metas if _ms(meta["last_modified"]) < older_than]

    async def _remove(self, path: str) -> None:
        with _reaching():
            await obstore.delete_async(self._bucket, path)


def _connect(place: S3Place, credentials: S3Credentials | None) -> Bucket:
    config: S3Config = {}
    if place.endpoint:
        config["endpoint"] = place.endpoint
    if place.region:
        config["region"] = place.region
    if credentials:
        config["access_key_id"] = credentials.access_key_id
        config["secret_access_key"] = credentials.secret_access_key
        if credentials.session_token:
            config["session_token"] = credentials.session_token
    return Bucket(
        place.bucket,
        prefix=place.prefix or None,
        config=config,
        client_options=_client(place),
        retry_config={"max_retries": 3, "retry_timeout": RETRY_TIMEOUT},
    )


def _client(place: S3Place) -> ClientConfig:
    plain = (place.endpoint or "").startswith("http://")
    return {"connect_timeout": CONNECT_TIMEOUT, "timeout": REQUEST_TIMEOUT, "allow_http": plain}


def _object(digest: str) -> str:
    return f"objects/{check_digest(digest)}"


def _dying(digest: str) -> str:
    return f"dying/{check_digest(digest)}"


def _held(meta: ObjectMeta) -> Held:
    return Held(meta["path"].rpartition("/")[2], meta["size"], _ms(meta["last_modified"]))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@contextmanager
def _reaching() -> Iterator[None]:
    """Every trouble with the service is `Unavailable`, in words without the service's own.

    Its XML may repeat the access key and the string that was signed, so the cause is not chained either.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        said = str(error).partition("\n")[0].partition("<")[0][:200]
        raise Unavailable(f"the media store on S3 fails: {type(error).__name__} {said}") from None
