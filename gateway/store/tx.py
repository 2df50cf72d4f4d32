"""What a verb may do to the database, the same on both.

A verb is an `async def` that awaits only its transaction: SQLite's writer thread drives it to its end (it never
suspends), PostgreSQL's runs on the loop. It may be run again from the start when its batch meets a deadlock.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from gateway.events import Event
from gateway.seals import Seals
from gateway.store.sql import Row

T = TypeVar("T")


class Stamp(NamedTuple):
    """A column that holds an event's position: on PostgreSQL the number is only known when the batch commits."""

    table: str
    column: str
    id: str


Statement = tuple[Any, ...]
"""SQL, and what stands in the place of its parameters."""


class Reader(Protocol):
    """One consistent look at the database."""

    @property
    def seals(self) -> Seals:
        """Opens the secrets that stand in it (`gateway.store.sealed`)."""
        ...

    @property
    def position(self) -> int:
        """The head of the log as this look sees it. A `glance`, and `follow` for a few rows, know none."""
        ...

    @property
    def postgres(self) -> bool:
        """Only for the few statements whose text must differ (search, arrays)."""
        ...

    async def one(self, sql: str, *args: Any) -> Row | None: ...

    async def all(self, sql: str, *args: Any) -> Sequence[Row]: ...

    async def value(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, None when there is none."""
        ...


class Tx(Reader, Protocol):
    """One unit of a batch: all of it is kept or none."""

    @property
    def now(self) -> int:
        """The database's clock at the start of the batch, ms."""
        ...

    async def run(self, sql: str, *args: Any) -> int:
        """Execute; returns how many rows it changed."""
        ...

    async def run_apart(self, *statements: Statement) -> int:
        """Execute statements that touch no row in common, and see nothing of each other; returns how many rows the last
        one changed. On PostgreSQL they share one way to the server and back."""
        ...

    @property
    def events(self) -> Sequence[Event]:
        """The facts of this batch so far, the running verb's last; numbered for good once the batch is committed."""
        ...

    def record(self, event: Event, *stamps: Stamp) -> int:
        """Put a fact into the log. Returns the position to write into columns that hold it.

        On PostgreSQL that number is provisional (above every real one); `stamps` name the columns to which the verb
        writes it, so that the store puts the real one there before the commit. `messages.position` of a created
        message is written by its verb and need not be named; `conversations.position` and `contacts.position` are
        written by the store, unless they are named because the verb's own statement writes them.
        """
        ...

    def stamp(self, stamp: Stamp, position: int | None) -> None:
        """The verb has written to this column a position that it read: should it be provisional still, it is
        numbered with the fact it came from. Supersedes what was said of the column before."""
        ...

    def index(self, table: str, key: int, tokens: str) -> None:
        """Make tokens findable in a search table under a key; a key that `record` returned is renumbered with it.
        Replaces what the key had; empty tokens remove it."""
        ...


def drive(verb: Coroutine[Any, Any, T]) -> T:
    """Run to its end a verb whose transaction never suspends.

    Raises RuntimeError when it awaited something else: that would hold the database's only writer.
    """
    try:
        verb.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    verb.close()
    raise RuntimeError("a verb awaited something other than its transaction")
