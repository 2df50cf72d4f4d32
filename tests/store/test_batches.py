"""Group commit: units share a commit and nothing else."""

import asyncio
import logging
import time
from typing import Any

import pytest

from gateway.errors import Refused, Unavailable
from gateway.events import Event, Kind, agent
from gateway.metrics import REGISTRY
from gateway.store import Store, Tx, postgres
from gateway.store import base as store_base
from tests.checks import check
from tests.databases import Database
from tests.world import World, until

KEEP = "insert into meta (key, value) values ($1, $2)"
KEPT = "select key from meta where key not in ('epoch', 'secret') order by key"


def keep(key: str, value: str = "") -> Any:
    async def verb(tx: Tx) -> str:
        await tx.run(KEEP, key, value)
        return key

    return verb


async def refuse(tx: Tx) -> None:
    await tx.run(KEEP, "of a refused unit", "")
    tx.record(Event(Kind.DIRECTORY_CHANGED, agent("anna"), tx.now, subject="of a refused unit"))
    tx.index("message_search", 1, "refused")
    raise Refused("errors.no")


async def fail(tx: Tx) -> None:
    await tx.run(KEEP, "of a failed unit", "")
    raise RuntimeError("a bug")


async def fault(tx: Tx) -> None:
    await tx.run(KEEP, "epoch", "")


async def misfit(tx: Tx) -> None:
    """An argument that the driver cannot send."""
    await tx.run("update log_head set position = $1 where id = 2", 2**70)


async def unspeakable(tx: Tx) -> None:
    """A fact that cannot be written down: that shows only with the log, at the end of the batch."""
    tx.record(Event(Kind.DIRECTORY_CHANGED, agent("anna"), tx.now, changes={"what": object()}))


async def kept(store: Store) -> list[str]:
    return [row["key"] for row in await store.read(lambda look: look.all(KEPT))]


async def together(store: Store, *verbs: Any) -> list[Any]:
    return await asyncio.gather(*(store.write(verb) for verb in verbs), return_exceptions=True)


async def test_units_written_together_are_all_kept(store: Store) -> None:
    names = [f"unit {number:03}" for number in range(700)]
    assert await together(store, *map(keep, names)) == names
    assert await kept(store) == names


@pytest.mark.parametrize("bad", [refuse, fail, fault, misfit, unspeakable])
async def test_a_failing_unit_never_harms_its_neighbours(
    store: Store, bad: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "gateway.store")
    done = await together(store, keep("a"), bad, keep("b"), bad, keep("c"))
    assert [done[0], done[2], done[4]] == ["a", "b", "c"]
    assert isinstance(done[1], Exception) and isinstance(done[3], Exception)
    assert await kept(store) == ["a", "b", "c"]
    assert await check(store) == []
    assert await store.write(keep("d")) == "d"


async def test_how_long_lists_and_searches_take_is_counted(store: Store) -> None:
    def counted() -> float:
        found = REGISTRY.get_sample_value("parley_stage_seconds_count", {"stage": "asked_listed"})
        return found or 0.0

    before = counted()
    await store.scan(lambda look: look.value("select position from log_head"))
    assert counted() == before + 1


async def test_a_verb_that_waits_for_something_else_is_refused_on_sqlite(store: Store) -> None:
    async def waits(tx: Tx) -> None:
        await asyncio.sleep(0)

    if store.postgres:
        await store.write(waits)
    else:
        with pytest.raises(RuntimeError, match="awaited something other"):
            await store.write(waits)
    assert await store.write(keep("after")) == "after"


async def test_a_caller_that_went_away_does_not_undo_its_unit(store: Store) -> None:
    world = await World.made(store)
    told: list[Event] = []
    store.publish_to(told.extend)
    tasks = [asyncio.create_task(world.says(f"+{number}", "hello")) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(one, asyncio.CancelledError) for one in done) == 10
    await store.write(keep("behind them"))
    events = await check(store)
    assert sum(event.kind is Kind.MESSAGE_CREATED for event in events) == 20
    assert [event.position for event in told] == [event.position for event in events]


async def test_closing_writes_what_waits_and_refuses_what_comes(database: Database) -> None:
    store = await database.open()
    world = await World.made(store)
    told: list[Event] = []
    store.publish_to(told.extend)
    waiting = [asyncio.create_task(world.says(f"+{number}", "hello")) for number in range(300)]
    await asyncio.sleep(0)
    await store.close()
    taken = await asyncio.gather(*waiting)
    assert len({one.message for one in taken}) == 300
    with pytest.raises(Unavailable):
        await store.write(keep("too late"))
    await store.close()
    again = await database.open()
    events = await check(again)
    assert [event.position for event in told] == [event.position for event in events] == list(range(1, 601))


async def test_a_writer_too_far_behind_says_so_at_the_door(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_base, "WAITING", 10)
    done = await together(store, *(keep(f"unit {number:02}") for number in range(30)))
    refused = [one for one in done if isinstance(one, Unavailable)]
    assert len(refused) == 20
    assert len(await kept(store)) == 10
    assert await store.write(keep("later")) == "later"


async def test_what_cannot_wait_is_written_before_all_that_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is far behind keeps its duties: else another takes them over, which is as far behind."""
    monkeypatch.setattr(store_base, "OLDEST", 0.02)
    monkeypatch.setattr(postgres, "BATCH", 4)
    store, order = await database.open(), list[str]()

    def noted(key: str, lasts: float = 0.0) -> Any:
        async def verb(tx: Tx) -> None:
            order.append(key)
            time.sleep(lasts)  # noqa: ASYNC251  SQLite's writer is a thread

        return verb

    waiting = [asyncio.create_task(store.write(noted("slow", 0.08)))]
    waiting += [asyncio.create_task(store.write(noted(f"later {number}"))) for number in range(8)]
    await until(lambda: store.behind)
    with pytest.raises(Unavailable):
        await store.write(noted("comes too late"))
    await store.write(noted("lease"), first=True)
    await asyncio.gather(*waiting)
    assert sorted(order) == [*(f"later {number}" for number in range(8)), "lease", "slow"]
    assert order.index("lease") <= 4 or not store.postgres, "in SQLite only one process has duties"


async def test_a_look_sees_one_state(store: Store) -> None:
    world = await World.made(store)
    await world.says("+1", "hello")

    async def twice(look: Any) -> tuple[int, int]:
        head = await look.value("select position from log_head")
        return head, look.position

    for look in (store.read, store.scan):
        head, position = await look(twice)
        assert head == position == 2


async def test_words_postgres_cannot_hold_are_kept_without_them_on_both(store: Store) -> None:
    world = await World.made(store)
    taken = await world.says("+1\0", "a\0b", content={"what": "c\0d"}, name="An\0na")
    row = await world.row("select text, content from messages where id = $1", taken.message)
    assert row["text"] == "ab"
    assert "cd" in row["content"]
    assert (await world.answers(taken.conversation, "x\0y", client_id="id\0")).repeat is False
    assert (await world.answers(taken.conversation, "x\0y", client_id="id")).repeat is True
