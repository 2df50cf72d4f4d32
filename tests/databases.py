"""Both databases for tests of store and stream: fresh ones with the schema, opened as often as a test likes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.store import Store, open_store
from gateway.store.postgres import PostgresStore
from gateway.store.sqlite import SqliteStore

BOTH = ("sqlite", "postgres")


class Database:
    """One database: `open` as often as wanted (each is a process' store); whatever is left open is closed."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._opened: list[Store] = []

    @property
    def postgres(self) -> bool:
        return self.url.startswith("postgres")

    @property
    def file(self) -> Path:
        return self.folder / self.url.removeprefix("sqlite:///")

    async def open(self, clock: Callable[[], int] | None = None) -> Store:
        store: Store
        if clock is None:
            store = await open_store(self.url, self.folder)
        elif self.postgres:
            store = await PostgresStore.open(self.url, clock)
        else:
            store = await SqliteStore.open(self.file, clock)
        self._opened.append(store)
        return store

    async def close(self) -> None:
        for store in self._opened:
            await store.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        store = await self.open()
        try:
            yield store
        finally:
            await store.close()


def prepare(url: str) -> None:
    """Give an empty PostgreSQL the schema; in a thread, so that no loop of pytest is touched."""

    async def migrate() -> None:
        await (await PostgresStore.open(url)).close()

    in_thread(migrate)


def in_thread(work: Callable[[], Awaitable[Any]]) -> None:
    async def run() -> None:
        await work()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
