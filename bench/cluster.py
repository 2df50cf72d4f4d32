"""A deployment on one machine: PostgreSQL that flushes every commit, Valkey, and as many processes of Parley as asked.

Nobody has a core of their own: processes, databases and load share all of them on equal terms, and the kernel says who
is next. What each of them spends is measured, because from that follows what they would do on machines of their own.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench import machine
from bench.harness import Bench, Posts, Sockets
from bench.product import Data
from bench.programs import Failed, Program, python
from gateway.store import Cursor
from tests.servers.postgres import Postgres
from tests.servers.process import Unavailable
from tests.servers.valkey import Valkey

EVERYWHERE = machine.EVERY_CORE
PARTS = ("Parley", "PostgreSQL", "Valkey")


@dataclass
class House:
    """One deployment of so many processes; its people stand in `data`."""

    bench: Bench
    data: Data
    program: Program
    database: str
    pids: dict[str, int]
    port: int = 0

    @property
    def workers(self) -> list[int]:
        """The processes that answer: the parent of several does not."""
        return sorted(machine.children(self.program.pid)) or [self.program.pid]

    @property
    def held(self) -> list[int]:
        """Bytes that each of them holds."""
        return [machine.rss(worker) for worker in self.workers]

    def spent(self) -> dict[str, float]:
        """Seconds of CPU so far, by part."""
        return {part: machine.family_cpu(pid) for part, pid in self.pids.items()}

    def posts(self) -> Posts:
        return self.bench.posts(self.port, self.data, core=EVERYWHERE)

    def sockets(self, hellos: Sequence[str], *, in_words: bool = False) -> Sockets:
        return self.bench.sockets(self.port, hellos, at_once=200, core=EVERYWHERE, in_words=in_words).begin()

    def stands_at(self) -> str:
        """The cursor of whoever has been told everything."""
        epoch, position = (
            self.asks(sql)
            for sql in ("select value from meta where key = 'epoch'", "select position from log_head")
        )
        return str(Cursor(epoch, position))

    def asks(self, sql: str) -> Any:
        """What the database says to a question with one answer."""
        (found,) = self.all_of(sql)
        return found

    def all_of(self, sql: str) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in asyncio.run(_fetched(self.database, sql))]


async def _analyzed(database: str) -> None:
    """What autovacuum does within a minute, before anybody comes: who measures at once would measure plans that know
    of no rows."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("analyze")
    finally:
        await connection.close()


async def _fetched(database: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


@dataclass
class Servers:
    """PostgreSQL and Valkey of one row; Valkey's databases are parted among the deployments by number."""

    bench: Bench
    postgres: Postgres = field(init=False)
    valkey: Valkey = field(init=False)
    _numbers: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Raises Failed where one of them cannot be had."""
        try:
            self.postgres = Postgres.start(durable=True)
            self.bench.stack.callback(self.postgres.stop)
            self.valkey = Valkey.own()
            self.bench.stack.callback(self.valkey.stop)
        except Unavailable as why:
            raise Failed(str(why)) from None

    def house(
        self,
        workers: int,
        *,
        prepare: Callable[[Data], None] | None = None,
        config: str = "",
        **people: Any,
    ) -> House:
        """`prepare`: what is written before it serves. One process has PostgreSQL alone, as one does."""
        database, number = self.postgres.database(), next(self._numbers)
        told = f'[database]\nurl = "{database}"\n'
        if workers > 1:
            told += f'\n[redis]\nurl = "{self.valkey.url.rpartition("/")[0]}/{number}"\n'
        data = self.bench.data(f"house{number}", config=f"{told}\n{config}", **people)
        if prepare is not None:
            prepare(data)
        asyncio.run(_analyzed(database))
        program = self.bench.parley(data, core=EVERYWHERE, workers=workers)
        pids = dict(zip(PARTS, (program.pid, self.postgres.pid or 0, self.valkey.pid or 0), strict=True))
        return House(self.bench, data, program, database, pids, program.port())


def load(bench: Bench, module: str, port: int, *arguments: object) -> Posts:
    """A program that is driven as those who post are, on every core."""
    return Posts(bench.start(python(f"bench.load.{module}", port, *arguments), core=EVERYWHERE), port)


def bare(bench: Bench, module: str, *arguments: object, count: int) -> int:
    """So many bare programs on one port; returns it."""
    port = 0
    for _ in range(count):
        port = bench.bare(module, *arguments, core=EVERYWHERE, port=port).port()
    return port


def spent_on(house: House, posts: Posts, run: Callable[[], dict[str, Any]]) -> tuple[dict[str, float], str]:
    """What the run reports, with the microseconds of CPU that each part spent on one of its messages, as words too."""
    before, load = house.spent(), posts.program.cpu
    told = run()
    each = {part: after - before[part] for part, after in house.spent().items()}
    each["the load"] = posts.program.cpu - load
    micro = {part: seconds * 1e6 / max(1, told["taken"]) for part, seconds in each.items()}
    return told | micro, ", ".join(f"{part} {spent:.0f}" for part, spent in micro.items())
