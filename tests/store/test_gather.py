"""Looks that many ask for in the same turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import pytest

from gateway.errors import Unavailable
from gateway.store import Reader
from gateway.store.gather import Gathered
from tests.databases import Database

REST = 0


class Heads:
    """Loads the head of the log for the keys that have one; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []
        self.fails = False

    async def load(self, look: Reader, keys: Collection[str]) -> Mapping[str, int]:
        self.asked.append(set(keys))
        if self.fails:
            raise Unavailable("the database is away")
        return {key: look.position for key in keys if key != "nobody"}


async def test_who_asks_in_the_same_turn_is_looked_up_in_one_look(database: Database) -> None:
    store, heads = await database.open(), Heads()
    gathered = Gathered(store.read, heads.load, REST)
    found = await asyncio.gather(*(gathered.get(key) for key in ("ann", "bob", "ann", "nobody")))
    assert found == [store.published, store.published, store.published, None]
    assert heads.asked == [{"ann", "bob", "nobody"}]
    await gathered.get("ann")
    assert heads.asked[1:] == [{"ann"}], "what was found is not kept"


async def test_who_asks_while_a_look_is_under_way_waits_for_the_next(database: Database) -> None:
    """What is told must not be older than the question."""
    store, heads = await database.open(), Heads()
    begun, go_on = asyncio.Event(), asyncio.Event()
    read = store.read

    async def slowly(look: object) -> object:
        begun.set()
        await go_on.wait()
        return await read(look)  # type: ignore[arg-type]

    store.read = slowly  # type: ignore[assignment,method-assign]
    gathered = Gathered(store.read, heads.load, REST)
    first = asyncio.create_task(gathered.get("ann"))
    await begun.wait()
    second = asyncio.create_task(gathered.get("ann"))
    await asyncio.sleep(0)
    go_on.set()
    assert await first == await second == store.published
    assert heads.asked == [{"ann"}, {"ann"}]


async def test_who_goes_away_takes_nobodys_answer_along(database: Database) -> None:
    store, heads = await database.open(), Heads()
    gathered = Gathered(store.read, heads.load, REST)
    going, staying = asyncio.create_task(gathered.get("ann")), asyncio.create_task(gathered.get("bob"))
    await asyncio.sleep(0)
    going.cancel()
    assert await staying == store.published
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_what_the_look_raises_everybody_hears_and_the_next_asks_anew(database: Database) -> None:
    store, heads = await database.open(), Heads()
    gathered = Gathered(store.read, heads.load, REST)
    heads.fails = True
    heard = await asyncio.gather(gathered.get("ann"), gathered.get("bob"), return_exceptions=True)
    assert [type(one) for one in heard] == [Unavailable, Unavailable]
    heads.fails = False
    assert await gathered.get("ann") == store.published


async def test_who_comes_right_after_a_look_waits_for_more(database: Database) -> None:
    store, heads = await database.open(), Heads()
    gathered = Gathered(store.read, heads.load, 200)
    await gathered.get("ann")
    assert heads.asked == [{"ann"}], "who comes alone does not wait"
    late = asyncio.create_task(gathered.get("bob"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(heads.asked) == 1
    await asyncio.gather(late, gathered.get("kim"))
    assert heads.asked[1:] == [{"bob", "kim"}]
