"""`/healthz`: the process is alive. `/readyz`: it can serve; else a balancer sends nobody here.

Not ready is a process whose database cannot be read, whose writer is so far behind that callers are sent away, or that
could not write what it had to (a full disk, a server that has become read-only), or that has met a fact of a newer
version which it may not pass over. Whether it can write again shows only
by writing: so it is tried, also when nothing has been written for a while, which is how a quiet process finds out. What
only makes it slower or poorer (Redis away, an account paused, no room for files) sends nobody elsewhere.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from gateway.errors import Unavailable
from gateway.events import new_id
from gateway.folders import read_only
from gateway.store import Reader, Store, Tx

QUIET = 10.0
"""Seconds without a write after which one is tried."""
AGAIN = 0.5
"""Seconds at the least between two tries: anybody may ask."""
ROOM = 8 * 1024 * 1024
"""Bytes without which no database grows: small writes may still find a place in its file, and then none does."""
TRY = """insert into meta (key, value) values ('tried', $1)
    on conflict (key) do update set value = excluded.value"""
"""Another value each time: SQLite writes nothing where nothing changes."""


def mount_health(
    app: web.Application,
    store: Store,
    disk: Path | None = None,
    leaving: Callable[[], bool] = lambda: False,
) -> None:
    """`disk`: where the database's file grows; None: not here. `leaving`: is the process about to end?"""
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", Readiness(store, disk, leaving).answer)


async def _alive(request: web.Request) -> web.Response:
    return _said(200, "alive")


class Readiness:
    """One process's. `clock` in seconds."""

    def __init__(
        self,
        store: Store,
        disk: Path | None = None,
        leaving: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._disk = disk
        self._leaving = leaving
        self._clock = clock
        self._tried = 0.0
        self._trying = asyncio.Lock()

    async def answer(self, request: web.Request) -> web.Response:
        why = await self.trouble()
        return _said(503, f"not ready: {why}") if why else _said(200, "ready")

    async def trouble(self) -> str:
        """Why it cannot serve, in a word; "": it can."""
        store = self._store
        if store.unknown:
            return "too old"
        if self._leaving():
            return "leaving"
        try:
            await store.read(_head)
            if store.behind:
                return "behind"
            if self._disk is not None and read_only(self._disk):
                return "disk read-only"
            if self._disk is not None and shutil.disk_usage(self._disk).free < ROOM:
                return "disk full"
            async with self._trying:
                if self._is_due():
                    self._tried = self._clock()
                    await store.write(_try, aside=True)
        except Unavailable as why:
            return why.code
        return "cannot write" if store.refused else ""

    def _is_due(self) -> bool:
        now = self._clock()
        doubtful = bool(self._store.refused) or now - self._store.wrote_at > QUIET
        return doubtful and now - self._tried > AGAIN


async def _head(look: Reader) -> int:
    return look.position


async def _try(tx: Tx) -> None:
    await tx.run(TRY, new_id())


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers={"Cache-Control": "no-store"})
