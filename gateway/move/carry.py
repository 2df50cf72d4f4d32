"""The way of the rows: every table once, then what changed meanwhile, each time up to one moment of the file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.errors import ConfigError
from gateway.media import MediaStore
from gateway.move import files
from gateway.move.proof import Sides, Tally, digests
from gateway.move.source import Row, Snapshot, Source
from gateway.move.tables import HERE, Key, Table
from gateway.move.target import Target

Told = Callable[[str], None]


class Course:
    """One run of a move. After each `follow` the target is what the file was at `position`, row for row."""

    def __init__(
        self, source: Source, target: Target, here: MediaStore, there: MediaStore | None, say: Told
    ) -> None:
        self._source = source
        self.target = target
        self._here = here
        self._there = there
        self._say = say
        self._tables = {table.name: table for table in target.tables}
        self._stands: Snapshot | None = None
        """The moment that the target is at. Kept open, so that a row can be taken out of the sums as it was."""
        self.sides = Sides()
        """Empty until `compare` has read everything; from then on kept with each change."""

    @property
    def position(self) -> int:
        return self._stands.position if self._stands else 0

    def close(self) -> None:
        if self._stands:
            self._stands.close()
            self._stands = None

    # --- every table once -------------------------------------------------------------------------------------------

    async def copy_tables(self) -> None:
        """Chunk by chunk, each as it stands then; what changes afterwards is noted. What is there already is not copied
        again."""
        copied = await self.target.copied()
        for table in self.target.tables:
            after, done = copied.get(table.name, (None, False))
            if not done:
                await self._copy(table, after)

    async def _copy(self, table: Table, after: Key | None) -> None:
        moment = self._source.snapshot()
        try:
            whole = await asyncio.to_thread(moment.count, table)
        finally:
            moment.close()
        done, rows = 0, True
        while rows:
            chunk = await asyncio.to_thread(self._next, table, after)
            rows = bool(chunk)
            if chunk:
                after = _key(table, chunk[-1])
            await self.target.copy(table, chunk, after, done=not rows)
            done += len(chunk)
            if chunk:
                self._say(f"{table.name}: {done} of about {whole} rows")

    def _next(self, table: Table, after: Key | None) -> list[Row]:
        moment = self._source.snapshot()
        try:
            return moment.chunk(table, after)
        finally:
            moment.close()

    # --- what changed -----------------------------------------------------------------------------------------------

    def left(self) -> int:
        """Rows that have changed since."""
        moment = self._source.snapshot()
        try:
            return moment.count_notes()
        finally:
            moment.close()

    async def follow(self) -> None:
        """Bring the target up to a later moment, in one transaction there: first every row that changed goes, then
        those that are still there come as they are now; and the files they name."""
        now = self._source.snapshot()
        try:
            up_to = now.last_note()
            named = await asyncio.to_thread(now.named_files)
            await files.carry_named(named, self._here, self._there, self.target)
            async with self.target.transaction():
                changed = await self._each(now, self._take_out)
                await self._each(now, self._put_in)
        except BaseException:
            now.close()
            raise
        self.close()
        self._stands = now
        await asyncio.to_thread(self._source.forget_notes, up_to)
        self._say(f"followed to position {now.position}: {changed} changed rows")

    async def _each(self, now: Snapshot, act: Callable[..., object]) -> int:
        after, count = 0, 0
        while True:
            after, changed = await asyncio.to_thread(now.notes, after)
            if not changed:
                return count
            for name, keys in changed.items():
                await act(now, self._tables[name], keys)  # type: ignore[misc]
                count += len(keys)

    async def _take_out(self, now: Snapshot, table: Table, keys: list[Key]) -> None:
        if table.name in self.sides.here:
            assert self._stands
            before = await asyncio.to_thread(_digests, self._stands, table, keys)
            self.sides.here[table.name].remove(before)
            self.sides.there[table.name].remove(await self.target.rows(table, keys))
        await self.target.delete(table, keys)

    async def _put_in(self, now: Snapshot, table: Table, keys: list[Key]) -> None:
        rows = await asyncio.to_thread(now.rows, table, keys)
        await self.target.insert(table, rows)
        if table.name in self.sides.here:
            self.sides.here[table.name].add(digests(rows, table.forms(HERE)))
            self.sides.there[table.name].add(await self.target.rows(table, keys))

    # --- equality ---------------------------------------------------------------------------------------------------

    async def compare(self) -> None:
        """Read everything on both sides, as it stands at `position`. Raises ConfigError when anything differs."""
        assert self._stands
        for table in self.target.tables:
            here, there = await asyncio.gather(
                asyncio.to_thread(_tally, self._stands, table), self.target.tally(table)
            )
            self.sides.here[table.name], self.sides.there[table.name] = here, there
            if here.rows or there.rows:
                self._say(f"{table.name}: {here} here, {there} there")
        self._refuse_differences()

    async def prove(self) -> None:
        """At the end: the sums, and that neither side has a row more than was counted. Raises ConfigError."""
        assert self._stands
        for table in self.target.tables:
            for tally, counted in (
                (self.sides.here[table.name], await asyncio.to_thread(self._stands.count, table)),
                (self.sides.there[table.name], await self.target.count(table)),
            ):
                if tally.rows != counted:
                    raise ConfigError(
                        f"{table.name}: {counted} rows where {tally.rows} were carried; nothing is moved"
                    )
        self._refuse_differences()

    def _refuse_differences(self) -> None:
        if odd := self.sides.differences():
            raise ConfigError("the two sides differ, nothing is moved:\n" + "\n".join(odd))

    def sequences(self) -> dict[str, int]:
        assert self._stands
        return self._stands.sequences()


def _key(table: Table, row: Row) -> Key:
    return [row[table.columns.index(column)] for column in table.key]


def _digests(moment: Snapshot, table: Table, keys: list[Key]) -> list[int]:
    return digests(moment.rows(table, keys), table.forms(HERE))


def _tally(moment: Snapshot, table: Table) -> Tally:
    told = Tally()
    for rows in moment.all(table):
        told.add(digests(rows, table.forms(HERE)))
    return told
