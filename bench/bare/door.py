"""A bare door: a POST is one row, group-committed at FULL, then one ready frame to every socket. Nothing else.

No person, no conversation, no access, no search: what "visitor message -> agents' sockets" costs at the very least.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from pathlib import Path

from aiohttp import WSMsgType, web

from bench.bare.serving import serve

HELLO = '{"kind":"hello","protocol":1,"resumed":true}'
BATCH = 512
KEY = b'"client_id":"'
KEY_BYTES = 22


class Door:
    def __init__(self, file: Path, frame: int) -> None:
        self._file = file
        self._head = b'{"kind":"events",' + KEY
        self._tail = b'","text":"' + b"x" * max(0, frame - len(self._head) - KEY_BYTES - 12) + b'"}'
        size = len(self._head) + KEY_BYTES + len(self._tail)
        self._head = b"\x81\x7e" + size.to_bytes(2, "big") + self._head
        self._queue: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._sockets: set[asyncio.Transport] = set()

    async def start(self, _: web.Application) -> None:
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._write, daemon=True).start()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        future = self._loop.create_future()
        self._queue.put((body, future))
        await future
        return web.Response(status=201, body=b"{}", content_type="application/json")

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        if (await ws.receive()).type is WSMsgType.TEXT:
            await ws.send_str(HELLO)
        assert request.transport is not None
        self._sockets.add(request.transport)
        async for _ in ws:
            pass
        self._sockets.discard(request.transport)
        return ws

    def _write(self) -> None:
        database = sqlite3.connect(self._file, isolation_level=None)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute("create table messages (id integer primary key, body blob)")
        while True:
            batch = [self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            database.execute("begin")
            database.executemany("insert into messages (body) values (?)", [(body,) for body, _ in batch])
            database.execute("commit")
            self._loop.call_soon_threadsafe(self._committed, batch)

    def _committed(self, batch: list[tuple[bytes, asyncio.Future[None]]]) -> None:
        for body, future in batch:
            at = body.index(KEY) + len(KEY)
            frame = self._head + body[at : at + KEY_BYTES] + self._tail
            for transport in self._sockets:
                transport.write(frame)
            future.set_result(None)


if __name__ == "__main__":
    door = Door(Path(sys.argv[1]), int(sys.argv[2]))
    application = web.Application()
    application.on_startup.append(door.start)
    application.router.add_post("/visitor/web/messages", door.take)
    application.router.add_get("/ws/agent", door.accept)
    serve(application)
