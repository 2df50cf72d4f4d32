"""Threads whose caller may be cancelled, and a stream's stay under a temporary name."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.errors import TooLarge
from gateway.media.spool import Threads, spooled


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


async def test_a_cancelled_caller_waits_for_its_thread(threads: Threads):
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(5)
        ended.set()

    caller = asyncio.create_task(threads.run(work))
    await asyncio.to_thread(begun.wait)
    caller.cancel()
    await asyncio.sleep(0.01)
    caller.cancel()
    assert not caller.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()


async def test_an_error_in_the_thread_reaches_the_caller(threads: Threads):
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 1, 0)


async def test_the_file_lives_as_long_as_the_block(threads: Threads, tmp_path: Path):
    async with spooled(b"abc", tmp_path, limit=3, threads=threads) as draft:
        assert (draft.size, draft.hash) == (3, hashlib.sha256(b"abc").hexdigest())
        assert draft.path.read_bytes() == b"abc"
    assert list(tmp_path.iterdir()) == []


async def test_small_chunks_are_gathered(threads: Threads, tmp_path: Path):
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(50_000):
            yield b"drop"

    async with spooled(drops(), tmp_path, limit=200_000, threads=threads) as draft:
        assert draft.path.read_bytes() == b"drop" * 50_000


@pytest.mark.parametrize("limit", [0, 1, 2])
async def test_one_byte_over_is_too_large(threads: Threads, tmp_path: Path, limit: int):
    with pytest.raises(TooLarge):
        async with spooled(b"x" * (limit + 1), tmp_path, limit=limit, threads=threads):
            pass
    assert list(tmp_path.iterdir()) == []
