"""A process stands still with SQLite's lock in its hand: who comes beside it is told so, soon, and nothing is lost."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.store import open_store, sqlite_file
from tests.faults.test_duties import stands_still
from tests.servers.programs import Program

STOOD = "select key from meta where value = 'stood'"


async def standing(url: str, key: str) -> Program:
    process = await Program.begin("tests.faults.standing_program", url, key)
    await stands_still(process)
    return process


async def stood(url: str) -> list[str]:
    store = await open_store(url)
    try:
        return [row["key"] for row in await store.read(lambda look: look.all(STOOD))]
    finally:
        await store.close()


async def test_who_stands_still_with_the_lock_keeps_nobody_waiting_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY", 300)
    url = f"sqlite:///{tmp_path}/parley.db"
    assert await stood(url) == []
    first = await standing(url, "first")
    began = time.monotonic()
    with pytest.raises(Unavailable, match="another process has held the database's lock"):
        await stood(url)
    assert time.monotonic() - began < 3
    first.send_signal(signal.SIGCONT)
    said, _ = await first.communicate()
    assert said == b"written\n" and await stood(url) == ["first"]
    # Whoever is killed while it stands has written nothing, and holds nothing.
    second = await standing(url, "second")
    second.kill()
    await second.wait()
    assert await stood(url) == ["first"]
