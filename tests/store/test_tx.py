"""Driving a verb to its end: it awaits its transaction, which never suspends, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.store.tx import drive


async def one() -> int:
    return 1


def test_a_verb_is_run_to_its_end_without_a_loop() -> None:
    async def verb() -> int:
        return await one() + await one()

    assert drive(verb()) == 2


def test_what_it_raises_is_raised() -> None:
    async def verb() -> None:
        await one()
        raise KeyError("refused")

    with pytest.raises(KeyError, match="refused"):
        drive(verb())


def test_who_awaits_something_else_is_stopped_and_cleans_up() -> None:
    """Else the only writer would be held for as long as that takes."""
    left: list[str] = []

    @asynccontextmanager
    async def held() -> AsyncIterator[None]:
        try:
            yield
        finally:
            left.append("left")

    async def verb() -> None:
        async with held():
            await asyncio.sleep(0)
            left.append("went on")

    with pytest.raises(RuntimeError, match="something other"):
        drive(verb())
    assert left == ["left"]
