"""A duty is one holder's; the next one's number is higher, and what the former writes is refused."""

import pytest

from gateway.stream.leases import (
    AHEAD,
    Lease,
    Superseded,
    check_held,
    give_up,
    keep,
    load_until,
    seize,
    take,
)
from tests.databases import Database
from tests.world import World


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(database: Database, clock: Clock) -> World:
    return World(await database.open(clock))


async def takes(world: World, holder: str, lasts: int = 1_000) -> Lease | None:
    return await world.store.write(lambda tx: take(tx, "timers", holder, lasts))


async def test_one_holds_it_until_it_has_run_out(world: World, clock: Clock) -> None:
    first = await takes(world, "a")
    assert first == Lease("timers", 1)
    assert await takes(world, "b") is None
    clock.now += 999
    assert await world.store.write(lambda tx: keep(tx, [first], 1_000)) == {first}
    clock.now += 999
    assert await takes(world, "b") is None
    assert await world.store.read(load_until) == {"timers": 1_001_999}
    clock.now += 1
    assert await takes(world, "b") == Lease("timers", 2)
    assert await world.store.write(lambda tx: keep(tx, [first], 1_000)) == set()


async def test_given_up_it_is_anybodys_at_once(world: World) -> None:
    first = await takes(world, "a")
    assert first is not None
    await world.store.write(lambda tx: give_up(tx, [first]))
    second = await takes(world, "b")
    assert second == Lease("timers", 2)
    await world.store.write(lambda tx: give_up(tx, [first]))
    assert await takes(world, "c") is None, "a former holder gives up nothing that is another's"


async def test_what_a_former_holder_writes_is_refused_in_the_same_transaction(
    world: World, clock: Clock
) -> None:
    first = await takes(world, "a")
    assert first is not None
    await world.store.write(lambda tx: check_held(tx, first))
    clock.now += 5_000
    await world.store.write(lambda tx: check_held(tx, first))  # nobody else has taken it: nobody is harmed
    second = await takes(world, "b")
    assert second is not None

    async def writes(tx: object, lease: Lease) -> None:
        await tx.run("insert into meta (key, value) values ('written', $1)", str(lease.fence))  # type: ignore[attr-defined]
        await check_held(tx, lease)  # type: ignore[arg-type]

    with pytest.raises(Superseded):
        await world.store.write(lambda tx: writes(tx, first))
    assert await world.value("select count(*) from meta where key = 'written'") == 0
    await world.store.write(lambda tx: writes(tx, second))
    assert await world.value("select value from meta where key = 'written'") == "2"


async def test_a_clock_that_was_set_back_holds_nothing_for_ever(world: World, clock: Clock) -> None:
    await takes(world, "a")
    clock.now -= AHEAD
    assert await takes(world, "b") is None, "as far ahead as two transactions may be"
    clock.now -= 86_400_000
    assert await takes(world, "b") == Lease("timers", 2)


async def test_the_only_process_takes_it_whoever_had_it(world: World) -> None:
    assert await world.store.write(lambda tx: seize(tx, "timers", "a", 1_000)) == Lease("timers", 1)
    assert await world.store.write(lambda tx: seize(tx, "timers", "b", 1_000)) == Lease("timers", 2)
