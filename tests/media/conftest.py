"""Both stores for every test that names `store`, and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.media import DiskStore, MediaStore, S3Credentials, open_media
from gateway.media.s3 import S3Store
from tests.servers.s3 import S3

DAY = 24 * 3600 * 1000
SAMPLES = Path(__file__).parent / "samples"


class Clock:
    """UTC milliseconds that stand still until a test moves them."""

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def open_s3(s3: S3, folder: Path, prefix: str = "files/here") -> S3Store:
    url = f"s3://{s3.bucket}/{prefix}?endpoint={s3.endpoint}&region={s3.region}"
    store = open_media(url, folder, credentials=S3Credentials(s3.access_key, s3.secret_key))
    assert isinstance(store, S3Store)
    return store


@pytest.fixture(params=["disk", "s3"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MediaStore]:
    made: MediaStore = (
        DiskStore(tmp_path / "media")
        if request.param == "disk"
        else open_s3(request.getfixturevalue("s3"), tmp_path)
    )
    yield made
    await made.close()


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[DiskStore]:
    made = DiskStore(tmp_path / "media")
    yield made
    await made.close()


Unfinished = Callable[[], list[Path]]


@pytest.fixture
def unfinished(tmp_path: Path) -> Unfinished:
    """What lies in the folders for streams on their way, of whichever store."""

    def look() -> list[Path]:
        return [*tmp_path.glob("media/unfinished/*"), *tmp_path.glob("uploads/*")]

    return look
