"""Live events where everybody else asks the database for much: they have connections of their own."""

import asyncio

from gateway.events import SYSTEM, Event, Kind
from gateway.store import Tx
from tests.databases import Database
from tests.gateway.test_live import browser, joined, on_postgres, open_room

__all__ = ["on_postgres"]


async def test_slow_searches_delay_nothing_that_is_told(on_postgres: Database) -> None:
    """Nor does a crowd of small looks: live events, gaps that heal and browsers that come back have their own way."""
    store = await on_postgres.open()
    elsewhere = await on_postgres.open()
    async with open_room(store) as room, browser(room) as one:
        await joined(room)
        await one.reaches(await room.happens())
        crowd = [
            asyncio.create_task(look(lambda reader: reader.value("select pg_sleep(3)")))
            for look in (store.scan, store.read)
            for _ in range(20)
        ]
        await asyncio.sleep(0.1)
        async with asyncio.timeout(2):
            last = await room.happens()
            assert (await one.reaches(last))[-1] == last
            await elsewhere.write(a_fact)
            await store.look_at_head()
            assert (await one.reaches(last + 1))[-1] == last + 1
            async with browser(room, room.cursor(0)) as again:
                assert await again.reaches(last + 1) == list(range(1, last + 2))
        assert not any(task.done() for task in crowd)
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)


async def a_fact(tx: Tx) -> None:
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now))
