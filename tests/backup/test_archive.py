"""The file a backup is: whole or not there, and believed only when every byte is what was written."""

import asyncio
import zipfile
from pathlib import Path

import orjson
import pytest

from gateway.backup.archive import FORMAT, MANIFEST, Archive, Backup
from gateway.errors import ConfigError
from gateway.media import Damaged, DiskStore

MEMBERS = {"tables/agents": b"anna\nbo\n", "tables/teams": b"sales\n" * 1000}


async def written(target: Path) -> Path:
    async with Archive.new(target) as archive:
        archive.facts.update(database="sqlite", schema=1, position=7)
        for name, content in MEMBERS.items():
            with archive.writing(name, compress=True) as member:
                for start in range(0, len(content), 1000):
                    member.write(content[start : start + 1000])
    return target


def rewritten(file: Path, change: dict[str, bytes | None]) -> Path:
    """The same zip with other members; None takes one away."""
    with zipfile.ZipFile(file) as source:
        members = {name: source.read(name) for name in source.namelist()} | change
    made = file.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as target:
        for name, content in members.items():
            if content is not None:
                target.writestr(name, content)
    return made


async def test_what_was_written_is_read_back_and_found_whole(tmp_path: Path) -> None:
    file = await written(tmp_path / "new" / "parley.zip")
    assert file.stat().st_mode & 0o077 == 0, "it holds everything: for its owner alone"
    assert [path.name for path in file.parent.iterdir()] == [file.name], "no draft is left"
    with Backup.open(file) as kept:
        kept.check()
        assert kept.facts["position"] == 7
        assert {name: b"".join(kept.pieces(name)) for name in MEMBERS} == MEMBERS


async def test_one_that_failed_on_the_way_is_not_there_and_the_former_one_stands(tmp_path: Path) -> None:
    file = await written(tmp_path / "parley.zip")
    before = file.read_bytes()

    async def fails() -> None:
        async with Archive.new(file) as archive:
            with archive.writing("tables/agents", compress=False) as member:
                member.write(b"half")
            raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError, match="the power"):
        await fails()
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tables/teams": MEMBERS["tables/teams"].replace(b"sales", b"sale5", 1)}, "is not what was written"),
        ({"tables/teams": MEMBERS["tables/teams"][:-1]}, "is not what was written"),
        ({"tables/teams": None}, "does not hold what its manifest says"),
        ({"tables/more": b""}, "does not hold what its manifest says"),
    ],
    ids=["changed", "shorter", "missing", "more"],
)
async def test_what_is_damaged_is_refused(tmp_path: Path, change: dict[str, bytes | None], said: str) -> None:
    file = rewritten(await written(tmp_path / "parley.zip"), change)
    with Backup.open(file) as kept, pytest.raises(ConfigError, match=said):
        kept.check()


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b'{"parley_backup": "soon"}',
        orjson.dumps({"parley_backup": FORMAT + 1}),
        orjson.dumps({"parley_backup": FORMAT, "files": {}}),
        orjson.dumps({"parley_backup": FORMAT, "files": [], "database": "", "schema": 1, "position": 1}),
        None,
    ],
)
async def test_what_is_no_backup_of_ours_is_not_opened(tmp_path: Path, manifest: bytes | None) -> None:
    file = rewritten(await written(tmp_path / "parley.zip"), {MANIFEST: manifest})
    with pytest.raises(ConfigError), Backup.open(file):
        pass


async def test_any_byte_that_changed_is_found_or_does_not_matter(tmp_path: Path) -> None:
    """A rotten disk: opened and checked, it is refused in words, or every member is what was written."""
    whole = (await written(tmp_path / "parley.zip")).read_bytes()
    file = tmp_path / "rotten.zip"
    refused = 0
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            with Backup.open(file) as kept:
                kept.check()
                assert {name: b"".join(kept.pieces(name)) for name in MEMBERS} == MEMBERS, place
        except ConfigError:
            refused += 1
        if place % 50 == 0:
            await asyncio.sleep(0)
    assert refused > len(whole) / 2


async def test_trouble_while_it_is_used_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    file = await written(tmp_path / "parley.zip")
    with pytest.raises(OSError, match="No space left"), Backup.open(file):
        raise OSError("No space left on device")


def test_a_file_that_is_no_zip_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_bytes(b"Dear friend")
    for name in ("letter.zip", "nobody.zip"):
        with pytest.raises(ConfigError, match="no backup that can be read"), Backup.open(tmp_path / name):
            pass


async def test_media_goes_along_by_its_own_name_and_comes_back(tmp_path: Path) -> None:
    here, there = DiskStore(tmp_path / "here"), DiskStore(tmp_path / "there")
    stored = [await here.put(content, limit=None) for content in (b"a photo", b"a letter" * 100_000)]
    async with Archive.new(tmp_path / "parley.zip") as archive:
        archive.facts.update(database="sqlite", schema=1, position=7)
        assert await archive.add_media(here) == 2
    with Backup.open(tmp_path / "parley.zip") as kept:
        kept.check()
        assert await kept.put_media(there) == 2
    assert sorted([held.hash async for held in there.list()]) == sorted(one.hash for one in stored)
    for store in (here, there):
        await store.close()


async def test_a_damaged_object_is_not_carried_into_a_backup(tmp_path: Path) -> None:
    media = DiskStore(tmp_path / "media")
    stored = await media.put(b"a photo", limit=None)
    (path,) = tmp_path.glob(f"media/objects/*/{stored.hash}")
    path.write_bytes(b"a phot0")
    with pytest.raises(Damaged, match=stored.hash):
        async with Archive.new(tmp_path / "parley.zip") as archive:
            await archive.add_media(media)
    assert not (tmp_path / "parley.zip").exists()
    await media.close()


def test_a_bomb_is_not_unfolded(tmp_path: Path) -> None:
    """A manifest that would fill the memory is not read, a member unfolds no further than it says of itself."""
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr(MANIFEST, b" " * 10_000_000)
    with pytest.raises(ConfigError, match="packed"), Backup.open(packed):
        pass
    told = {"parley_backup": FORMAT, "database": "sqlite", "schema": 1, "position": 1}
    told["files"] = {"x": {"size": 5, "sha256": "0" * 64}}
    grown = tmp_path / "grown.zip"
    with zipfile.ZipFile(grown, "w") as bomb:
        bomb.writestr(MANIFEST, orjson.dumps(told))
        bomb.writestr("x", b" " * 50_000_000, zipfile.ZIP_DEFLATED)
    read: list[int] = []
    with Backup.open(grown) as kept:
        pieces = kept.pieces
        kept.pieces = lambda name: (read.append(len(one)) or one for one in pieces(name))  # type: ignore[method-assign, func-returns-value]
        with pytest.raises(ConfigError, match="damaged"):
            kept.check()
    assert sum(read) <= 2 * 1024 * 1024
