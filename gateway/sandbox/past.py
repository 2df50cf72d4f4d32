"""A transaction whose clock is ours, so that the real verbs can tell of what happened weeks ago."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.events import Event
from gateway.seals import Seals
from gateway.store import Row, Stamp, Statement, Tx


class Past:
    """Stands before a store's transaction and passes everything on; only `now` is what was last set."""

    def __init__(self, tx: Tx, now: int) -> None:
        self._tx = tx
        self.now = now

    @property
    def seals(self) -> Seals:
        return self._tx.seals

    @property
    def position(self) -> int:
        return self._tx.position

    @property
    def events(self) -> Sequence[Event]:
        return self._tx.events

    @property
    def postgres(self) -> bool:
        return self._tx.postgres

    async def one(self, sql: str, *args: Any) -> Row | None:
        return await self._tx.one(sql, *args)

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        return await self._tx.all(sql, *args)

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._tx.value(sql, *args)

    async def run(self, sql: str, *args: Any) -> int:
        return await self._tx.run(sql, *args)

    async def run_apart(self, *statements: Statement) -> int:
        return await self._tx.run_apart(*statements)

    def record(self, event: Event, *stamps: Stamp) -> int:
        return self._tx.record(event, *stamps)

    def stamp(self, stamp: Stamp, position: int | None) -> None:
        self._tx.stamp(stamp, position)

    def index(self, table: str, key: int, tokens: str) -> None:
        self._tx.index(table, key, tokens)
