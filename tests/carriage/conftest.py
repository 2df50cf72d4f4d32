"""Processes of one deployment in one test: each with its own store, bus and carriage, on real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.bus import Bus, Missed, Signal
from gateway.carriage import Carriage
from gateway.carriage.wire import KINDS
from gateway.store import Store
from tests.databases import Database, prepare
from tests.servers.postgres import Postgres
from tests.world import World, until


@dataclass
class Process:
    store: Store
    bus: Bus
    carriage: Carriage
    task: asyncio.Task[None]
    positions: list[int] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    missed: int = 0

    def listen(self) -> None:
        self.bus.take_events(lambda events: self.positions.extend(event.position for event in events))
        for kind in KINDS.values():
            self.bus.take_signals(kind, self.signals.append)
        self.bus.take_signals(Missed, self._miss)

    def _miss(self, missed: Missed) -> None:
        self.missed += 1

    async def hears(self, *signals: Signal) -> None:
        """Wait until it has heard these, in whatever order, and nothing else."""
        await until(lambda: len(self.signals) >= len(signals))
        assert sorted(self.signals, key=repr) == sorted(signals, key=repr)
        self.signals.clear()

    async def told_to(self, position: int) -> None:
        await until(lambda: self.store.published >= position)

    async def loses_redis(self) -> None:
        await until(lambda: not self.carriage.connected)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.store.close()


Start = Callable[..., Awaitable[Process]]


@pytest.fixture
def pg(postgres: Postgres, tmp_path: Path) -> Iterator[Database]:
    made = Database(postgres.copy_of("schema", prepare), tmp_path)
    yield made
    postgres.drop(made.url)


@pytest.fixture
async def start(pg: Database) -> AsyncIterator[Start]:
    """`await start(redis_url)`: one more process of the deployment, connected unless told otherwise."""
    started: list[Process] = []

    async def start_(
        url: str, *, database: Database = pg, connects: bool = True, ping: float = 20.0
    ) -> Process:
        store, bus = await database.open(), Bus()
        carriage = Carriage(url, store, bus, ping=ping)
        process = Process(store, bus, carriage, asyncio.create_task(carriage.run()))
        process.listen()
        store.publish_to(bus.publish)
        started.append(process)
        if connects:
            async with asyncio.timeout(20):
                await carriage.connects()
        return process

    yield start_
    for process in started:
        if process.task.done() and not process.task.cancelled():
            process.task.result()
        await process.end()


@pytest.fixture
async def world(pg: Database) -> World:
    async with pg.opened() as store:
        await World.made(store)
    return World(store)
