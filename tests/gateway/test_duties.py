"""What is done once in the deployment: by one of several, by the next one after it, never by one that has lost it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from gateway import duties as duties_module
from gateway.duties import Duties, Fenced, Work
from gateway.errors import Unavailable, UnknownFact
from gateway.store import Reader, Store, Tx
from gateway.stream.leases import Superseded, seize, take
from tests.databases import Database
from tests.fixtures import database
from tests.world import until

__all__ = ["database"]

LASTS = 600
"""ms: as patient as a test."""
NEVER = 600_000
DID = "insert into meta (key, value) values ($1, $2)"


@pytest.fixture
async def store(database: Database) -> Store:
    return await database.open()


class Worker:
    """Says who it is, does nothing, and remembers how it ended."""

    def __init__(self, name: str, done: list[str]) -> None:
        self.name, self.done = name, done
        self.store: Store | None = None

    async def __call__(self, store: Store) -> None:
        self.store = store
        self.done.append(f"{self.name} begins")
        try:
            await asyncio.Event().wait()
        finally:
            self.done.append(f"{self.name} ends")


@contextlib.asynccontextmanager
async def running(duties: Duties) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(duties.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def duties(store: Store, *works: Work, alone: bool = False, lasts: int = LASTS) -> Duties:
    return Duties(store, {"timers": works}, alone=alone, lasts=lasts)


async def test_one_does_it_and_the_next_goes_on_when_it_ends(database: Database) -> None:
    done: list[str] = []
    first, second = [duties(await database.open(), Worker(name, done)) for name in "ab"]
    async with running(first) as ending:
        await until(lambda: done == ["a begins"])
        async with running(second):
            ending.cancel()
            await until(lambda: len(done) == 3)
            assert done == ["a begins", "a ends", "b begins"]
            assert (first.held, second.held) == (set(), {"timers"})
    assert done[3:] == ["b ends"]


async def test_the_works_of_a_duty_are_one_processs(database: Database) -> None:
    done: list[str] = []
    one = Duties(
        await database.open(), {"timers": [Worker("a", done), Worker("b", done)]}, alone=False, lasts=NEVER
    )
    async with running(one):
        await until(lambda: len(done) == 2)
        assert sorted(done) == ["a begins", "b begins"]


async def test_nobody_waits_who_is_alone(store: Store) -> None:
    """A process that was killed has left its lease behind; where there can be no other its duties go on at once."""
    await store.write(lambda tx: take(tx, "timers", "the one before", NEVER))
    done: list[str] = []
    async with running(duties(store, Worker("a", done), alone=True)):
        await until(lambda: done == ["a begins"])


async def test_who_was_stalled_has_lost_it_and_writes_nothing(database: Database) -> None:
    """Its lease ran out unseen, and somebody has taken it: the first write is refused, and the work ends."""
    store, other = await database.open(), await database.open()
    done: list[str] = []
    worker = Worker("a", done)
    async with running(duties(store, worker, lasts=NEVER)):
        await until(lambda: worker.store is not None)
        fenced = worker.store
        assert isinstance(fenced, Fenced)
        await fenced.write(lambda tx: tx.run(DID, "before", "1"))
        await other.write(lambda tx: seize(tx, "timers", "b", NEVER))
        with pytest.raises(Superseded):
            await fenced.write(lambda tx: tx.run(DID, "after", "1"))
        await until(lambda: done == ["a begins", "a ends"])
    written = await other.scan(lambda look: look.all("select key from meta where key in ('before', 'after')"))
    assert [row["key"] for row in written] == ["before"]


async def test_what_cannot_be_renewed_is_not_done_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is gone: nobody knows who has the duty, so who cannot say that it is theirs leaves it."""
    store = await database.open()
    done: list[str] = []
    async with running(duties(store, Worker("a", done))):
        await until(lambda: done == ["a begins"])

        async def gone(verb: Callable[[Tx], Awaitable[object]], **_: bool) -> object:
            raise Unavailable("the database is gone")

        with monkeypatch.context() as away:
            away.setattr(store, "write", gone)
            await until(lambda: done == ["a begins", "a ends"])
        await until(lambda: done == ["a begins", "a ends", "a begins"])


async def test_a_work_that_went_on_after_its_end_is_told_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error on its way out hid from it that it was to end. Until it does, the duty's other works are done by nobody:
    the lease is not renewed, somebody else takes it."""
    monkeypatch.setattr(duties_module, "WAY_OUT", 0.1)
    done: list[str] = []

    async def goes_on(store: Store) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        done.append("goes on")
        await asyncio.Event().wait()

    store = await database.open()
    first, second = (
        duties(store, Worker("a", done), goes_on),
        duties(await database.open(), Worker("b", done)),
    )
    async with running(first):
        await until(lambda: done == ["a begins"])
        renew = first._renew_held

        async def away() -> None:
            raise Unavailable("the database is gone")

        monkeypatch.setattr(first, "_renew_held", away)
        monkeypatch.setattr(first, "_take_free", away)
        await until(lambda: "goes on" in done)
        monkeypatch.setattr(first, "_renew_held", renew)
        async with running(second):
            await until(lambda: "b begins" in done and not first.held)


async def test_a_process_ends_though_a_work_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties_module, "WAY_OUT", 0.1)
    done: list[str] = []

    async def goes_on(store: Store) -> None:
        done.append("begins")
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        done.append("goes on")
        await asyncio.Event().wait()

    async with running(duties(await database.open(), goes_on, alone=True)) as ending:
        await until(lambda: done == ["begins"])
        ending.cancel()
        await until(ending.done)
    assert done == ["begins", "goes on"]


async def test_a_duty_is_kept_for_longer_than_a_lease(database: Database) -> None:
    done: list[str] = []
    first, second = [duties(await database.open(), Worker(name, done)) for name in "ab"]
    async with running(first):
        await until(lambda: done == ["a begins"])
        async with running(second):
            await asyncio.sleep(3 * LASTS / 1000)
            assert second.held == set() or done[1] == "a ends", "never two"


async def test_a_fault_of_the_work_takes_the_process_down(store: Store) -> None:
    async def fails(store: Store) -> None:
        raise RuntimeError("a fault of ours")

    with pytest.raises(ExceptionGroup) as failed:
        await duties(store, fails).run()
    assert failed.group_contains(RuntimeError, match="a fault of ours")


async def test_what_is_fenced_reads_as_the_store_does(store: Store) -> None:
    lease = await store.write(lambda tx: seize(tx, "timers", "a", NEVER))
    fenced = Fenced(store, lease, lambda: None)
    assert (fenced.postgres, fenced.published, fenced.cursor) == (
        store.postgres,
        store.published,
        store.cursor,
    )
    assert (fenced.epoch, fenced.secret, fenced.seals) == (store.epoch, store.secret, store.seals)
    assert (fenced.waiting, fenced.behind) == (0, False)
    for ask in (fenced.read, fenced.scan, fenced.follow):
        assert await ask(lambda look: look.value("select count(*) from leases")) == 1
    await fenced.purge()
    await fenced.close()
    assert await store.read(lambda look: look.value("select count(*) from leases")) == 1


async def test_who_has_become_too_old_gives_all_up_and_takes_none(database: Database) -> None:
    store, other = await database.open(), await database.open()
    done: list[str] = []
    old, new = duties(store, Worker("old", done)), duties(other, Worker("new", done))
    async with running(old) as ending:
        await until(lambda: done == ["old begins"])
        store._tell_no_further("a newer version's")
        async with running(new):
            await until(lambda: done == ["old begins", "old ends", "new begins"])
            await until(ending.done)
            assert (old.held, new.held, ending.exception()) == (set(), {"timers"}, None)
    async with running(old):
        await asyncio.sleep(0.1)
        assert done == ["old begins", "old ends", "new begins", "new ends"]


@pytest.mark.parametrize(
    ("how", "survives"), [("write", True), ("read", False), ("scan", True), ("follow", False)]
)
async def test_a_duty_that_meets_a_newer_fact_is_left_to_others_for_a_while(
    database: Database, how: str, survives: bool
) -> None:
    """As after a restart: the log is told on, but what the duty comes to lies before that."""
    done: list[str] = []

    async def meets(tx: Reader) -> None:
        raise UnknownFact("a newer version's", 7, 0)

    async def work(store: Store) -> None:
        done.append("begins")
        while True:
            try:
                await getattr(store, how)(meets)
            except Unavailable:
                if not survives:
                    raise
                await asyncio.sleep(0.01)

    old = duties(await database.open(), work, lasts=3 * LASTS)
    async with running(old) as going:
        await until(lambda: done == ["begins"])
        async with running(duties(await database.open(), Worker("new", done), lasts=3 * LASTS)) as ending:
            await until(lambda: done == ["begins", "new begins"])
            old._left.clear()
            ending.cancel()
            await until(lambda: done == ["begins", "new begins", "new ends", "begins"])
        assert not going.done(), "the rest of the process goes on"
