"""What Parley keeps is made for its own user alone."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.folders import make_private, make_private_file, open_to_others, read_only, sync_names
from gateway.media import open_media
from gateway.store import open_store
from tests.servers.disk import Disk, mountable


@pytest.fixture(autouse=True)
def _lax() -> Iterator[None]:
    """The usual umask, which lets everybody read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_private_and_those_there_stay(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_private(shared / "a" / "b")
    make_private(shared / "a" / "b")
    assert [mode(one) for one in (shared, shared / "a", shared / "a" / "b")] == [0o755, 0o700, 0o700]
    assert open_to_others(shared) and not open_to_others(shared / "a")
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_private(tmp_path / "file")


def test_a_file_is_closed_even_when_it_was_open(tmp_path: Path) -> None:
    for name in ("fresh", "old"):
        (tmp_path / "old").write_bytes(b"kept")
        make_private_file(tmp_path / name)
        assert mode(tmp_path / name) == 0o600
    assert (tmp_path / "old").read_bytes() == b"kept"


async def test_all_that_is_kept_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = await open_store(f"sqlite:///{data}/parley.db")
    media = open_media(f"disk:{data}/media", data)
    try:
        await store.write(lambda tx: tx.run("insert into meta (key, value) values ('x', 'y')"))
        await media.put(b"a picture", limit=None)
        found = [data, *data.rglob("*")]
        assert {"parley.db", "parley.db-wal", "media", "objects", "lock"} <= {one.name for one in found}
        wrong = {str(one): oct(mode(one)) for one in found if mode(one) != (0o700 if one.is_dir() else 0o600)}
        assert wrong == {}
    finally:
        await store.close()
        await media.close()


if mountable():

    def test_a_disk_that_nobody_may_write_to_is_known(tmp_path: Path) -> None:
        disk = Disk(tmp_path, os.geteuid())
        try:
            assert not read_only(tmp_path)
            subprocess.run(["mount", "-o", "remount,ro", tmp_path], check=True)
            assert read_only(tmp_path)
            assert not read_only(tmp_path / "none")
        finally:
            disk.close()


def test_the_names_in_a_folder_are_put_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[Path] = []
    opened = Path("/proc/self/fd")
    monkeypatch.setattr(os, "fsync", lambda number: put.append((opened / str(number)).readlink()))
    before = len(list(opened.iterdir()))
    sync_names(tmp_path)
    assert put == [tmp_path.resolve()]
    assert len(list(opened.iterdir())) == before
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        sync_names(tmp_path / "file")
