"""What other processes tell may come in any order, again, in part or not at all: everybody is told each fact once, in
order. The log itself is a list here, so that every interleaving is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.events import SYSTEM, Event, Kind
from gateway.seals import Seals
from gateway.store import base
from gateway.store.base import Look, Store, T, Verb
from gateway.store.log import event_values

COLUMNS = [
    *("position", "at", "kind", "actor_kind", "actor_id", "conversation_id"),
    *("message_id", "contact_id", "subject_id", "was", "now", "changes"),
]


def facts(first: int, last: int) -> list[Event]:
    return [
        Event(Kind.DIRECTORY_CHANGED, SYSTEM, 0, position=position) for position in range(first, last + 1)
    ]


class Listed(Store):
    """A process whose database is a list that it shares with others."""

    def __init__(self, log: list[Event]) -> None:
        super().__init__(Seals())
        self.log = log
        self.told: list[int] = []
        self.reads = 0
        self.publish_to(lambda events: self.told.extend(event.position for event in events))

    @property
    def position(self) -> int:
        return len(self.log)

    async def all(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(0)
        position, limit = args
        self.reads += 1
        found = self.log[position : position + limit]
        return [dict(zip(COLUMNS, event_values(event), strict=True)) for event in found]

    async def follow(self, look: Look[T], *, long: bool = False) -> T:
        reader: Any = self
        return await look(reader)

    read = scan = follow

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None: ...

    async def purge(self) -> None: ...

    async def close(self) -> None:
        self._closing = True
        await self._stop_healing()

    @property
    def postgres(self) -> bool:
        return True

    async def rests(self) -> None:
        while self._healing is not None and not self._healing.done():
            await self._healing


batches = st.lists(st.integers(1, 4), min_size=1, max_size=12)


@given(
    sizes=batches,
    random=st.randoms(use_true_random=False),
    patience=st.sampled_from([0.0, 0.0001]),
    data=st.data(),
)
def test_any_interleaving_tells_each_fact_once_and_in_order(
    sizes: list[int], random: Any, patience: float, data: st.DataObject
) -> None:
    asyncio.run(interleave(sizes, random, patience, data))


async def interleave(sizes: list[int], random: Any, patience: float, data: st.DataObject) -> None:
    """Batches are committed in order, some by the process itself; news of the others' is repeated, lost, late."""
    log: list[Event] = []
    store = Listed(log)
    store.patience = patience
    on_the_way: list[Sequence[Event]] = []
    for size in sizes:
        batch = facts(len(log) + 1, len(log) + size)
        log += batch
        if data.draw(st.booleans(), label="its own"):
            store._committed(batch)
        else:
            on_the_way += [batch] * data.draw(st.integers(0, 3), label="how often it is told")
        for act in data.draw(st.lists(st.sampled_from(["hear", "look", "yield", "part"]), max_size=4)):
            if act == "look":
                await store.look_at_head()
            elif act == "yield":
                await asyncio.sleep(0)
            elif on_the_way:
                told = on_the_way.pop(random.randrange(len(on_the_way)))
                store.hear(told if act == "hear" else told[random.randrange(len(told)) :])
    for told in random.sample(on_the_way, len(on_the_way)):
        store.hear(told)
    await store.rests()
    await store.look_at_head()
    await store.rests()
    assert store.told == list(range(1, len(log) + 1))
    await store.close()


async def test_what_comes_in_time_is_not_read_from_the_database() -> None:
    log = facts(1, 6)
    store = Listed(log)
    store.patience = 0.05
    store.hear(log[3:6])
    assert store.told == []
    store.hear(log[:3])
    assert store.told == [1, 2, 3, 4, 5, 6]
    await store.rests()
    assert store.reads == 0


async def test_what_does_not_come_in_time_is_read() -> None:
    log = facts(1, 6)
    store = Listed(log)
    store.patience = 0.001
    store.hear(log[3:6])
    await store.rests()
    assert store.told == [1, 2, 3, 4, 5, 6]
    assert store.reads == 1


async def test_what_was_never_committed_is_forgotten() -> None:
    store = Listed(facts(1, 2))
    store.hear(facts(9, 9))
    await store.rests()
    assert store.told == [1, 2]
    assert not store._batches


async def test_what_comes_too_early_is_kept_only_so_long() -> None:
    """While the database is away, what cannot be told yet does not grow without end."""
    store = Listed([])
    store._healing = asyncio.get_running_loop().create_task(asyncio.sleep(60))
    for number in range(base.EARLY + 50):
        store.hear(facts(2 + 2 * number, 2 + 2 * number))
    assert len(store._batches) == base.EARLY
    store.hear(facts(1, 1))
    assert store.told == [1, 2], "what is due is never turned away"
    await store.close()


async def test_only_ones_own_batches_are_carried_and_the_closed_hears_nothing() -> None:
    log = facts(1, 4)
    store = Listed(log)
    carried: list[Sequence[Event]] = []
    store.carry_to(carried.append)
    store.hear(log[:2])
    store._committed(log[2:])
    assert carried == [log[2:]]
    await store.close()
    store.hear(facts(5, 5))
    assert store.told == [1, 2, 3, 4]
