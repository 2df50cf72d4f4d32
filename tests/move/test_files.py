"""Files go along once, are read back in the new store, and those that were erased go there too."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.media import Damaged, DiskStore, MediaStore, open_media
from gateway.move.files import carry_all, carry_named
from gateway.move.target import Target
from tests.databases import prepare
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3


@pytest.fixture
async def target(postgres: Postgres) -> AsyncIterator[Target]:
    url = postgres.copy_of("schema", prepare)
    async with Target.open(url) as made:
        await made.prepare()
        await made.begin("id")
        yield made
    postgres.drop(url)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[DiskStore]:
    store = DiskStore(tmp_path / "here")
    yield store
    await store.close()


@pytest.fixture(params=["disk", "s3"])
async def there(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MediaStore]:
    url = f"disk:{tmp_path / 'there'}"
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.secret_key)
        url = f"{s3.url}?endpoint={s3.endpoint}&region={s3.region}"
    store = open_media(url, tmp_path)
    yield store
    await store.close()


async def held(store: MediaStore) -> dict[str, int]:
    return {one.hash: one.size async for one in store.list()}


async def test_files_go_along_and_erased_ones_go_away(
    here: DiskStore, there: MediaStore, target: Target
) -> None:
    told: list[str] = []
    first = await here.put(b"one", limit=None)
    second = await here.put(b"x" * 300_000, limit=None)
    await carry_all(here, there, target, told.append)
    assert (
        await held(there) == await held(here) == await target.files() == {first.hash: 3, second.hash: 300_000}
    )
    await here.delete(first.hash)
    late = await here.put(b"late", limit=None)
    await carry_named([late.hash, "0" * 64], here, there, target)
    assert await there.exists(late.hash)
    await carry_all(here, there, target, told.append)
    assert await held(there) == await held(here) == await target.files()
    assert told[-1] == "files: 2, all there"


async def test_files_that_stay_are_read_all_the_same(here: DiskStore, target: Target) -> None:
    stored = await here.put(b"one", limit=None)
    await carry_all(here, None, target, lambda line: None)
    assert await target.files() == {stored.hash: 3}
    assert await held(here) == {stored.hash: 3}


async def test_a_damaged_file_is_no_move(here: DiskStore, target: Target, tmp_path: Path) -> None:
    stored = await here.put(b"one", limit=None)
    (tmp_path / "here/objects" / stored.hash[:2] / stored.hash).write_bytes(b"two")
    with pytest.raises(ConfigError, match=f"{stored.hash} is damaged"):
        await carry_all(here, None, target, lambda line: None)
    there = DiskStore(tmp_path / "there")
    with pytest.raises(Damaged):
        await carry_all(here, there, target, lambda line: None)
    assert hashlib.sha256(b"one").hexdigest() not in await held(there)
    await there.close()
