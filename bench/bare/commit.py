"""A bare door over PostgreSQL: a POST is one row, group-committed, then answered. Nothing else.

`python -m bench.bare.commit DATABASE`; what several processes on one machine can take in at the very most.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg
from aiohttp import web

from bench.bare.serving import serve

BATCH = 512
MAKE = "create table if not exists bare_messages (id bigserial primary key, body bytea)"
LOCK = "select pg_advisory_xact_lock(7)"
WRITE = "insert into bare_messages (body) select unnest($1::bytea[])"


class Door:
    def __init__(self, database: str) -> None:
        self._database = database
        self._queue: asyncio.Queue[tuple[bytes, asyncio.Future[None]]] = asyncio.Queue()

    async def start(self, _: web.Application) -> None:
        self._connection = await asyncpg.connect(self._database)
        async with self._connection.transaction():
            await self._connection.execute(LOCK)  # "if not exists" alone fails when two begin at once
            await self._connection.execute(MAKE)
        self._writing = asyncio.create_task(self._write())

    async def take(self, request: web.Request) -> web.Response:
        future = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((await request.read(), future))
        await future
        return web.Response(status=201, body=b"{}", content_type="application/json")

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._connection.execute(WRITE, [body for body, _ in batch])
            for _, future in batch:
                future.set_result(None)


if __name__ == "__main__":
    door = Door(sys.argv[1])
    application = web.Application()
    application.on_startup.append(door.start)
    application.router.add_post("/visitor/web/messages", door.take)
    serve(application)
