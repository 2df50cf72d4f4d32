"""What goes wrong, where, when and for how long: a schedule that a seed decides, by the count of messages and not by a
clock, so that the same seed brings the same trouble at the same places of the story."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.disk import mountable
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from tests.chaos.house import House, Process

LONGEST = 4.0
"""Seconds that a fault lasts at the most, but for some of the database's."""
LONG = 9.0
"""Seconds: longer than the house waits for its database."""
STEPS = (-40.0, -3.0, 3.0, 40.0)
"""Seconds by which a clock is stepped, and back again."""
ROOM = 20_000
"""Bytes that a full disk still takes."""
ROOM_OF_POSTGRES = 200_000
"""At the most. Its log is written into files that it has already."""


@dataclass(frozen=True)
class Trouble:
    at: int
    """Words that customers have said by then."""
    kind: str
    process: int
    seconds: float
    draw: float
    """0..1, for whatever else there is to choose."""

    def __str__(self) -> str:
        return f"{self.at:>6} {self.kind} (process {self.process}) for {self.seconds:.1f} s"


Doing = Callable[["House", "Process", Trouble], Awaitable[None]]
EVERYWHERE: dict[str, Doing] = {}
ON: dict[str, dict[str, Doing]] = {"sqlite": {}, "postgres": {}}


def _fault(*kinds: str) -> Callable[[Doing], Doing]:
    def enter(doing: Doing) -> Doing:
        for table in [ON[kind] for kind in kinds] or [EVERYWHERE]:
            table[doing.__name__] = doing
        return doing

    return enter


def schedule(kind: str, seed: int, said: int, count: int) -> list[Trouble]:
    """Every kind of fault comes once before any comes twice."""
    chance = random.Random(f"trouble/{seed}")
    kinds: list[str] = []
    while len(kinds) < count:
        every = sorted({**EVERYWHERE, **ON[kind]})
        chance.shuffle(every)
        kinds += every
    places = sorted(int(chance.uniform(0.03, 0.88) * said) for _ in range(count))
    return [
        Trouble(at, one, chance.randrange(3), chance.uniform(0.2, LONGEST), chance.random())
        for at, one in zip(places, kinds, strict=False)
    ]


async def befall(house: House, trouble: Trouble) -> None:
    """The fault, its time, and its end."""
    doing = {**EVERYWHERE, **ON[house.kind]}[trouble.kind]
    process = house.processes[trouble.process % len(house.processes)]
    await doing(house, process, trouble)


def kinds(house: str) -> Sequence[str]:
    return sorted({**EVERYWHERE, **ON[house]})


def _flow(house: House) -> None:
    for line in house.to_providers:
        line.flow()


# --- wherever ---------------------------------------------------------------------------------------------------------


@_fault()
async def a_process_is_killed(house: House, process: Process, trouble: Trouble) -> None:
    process.kill()
    await asyncio.sleep(trouble.seconds / 4)
    process.revive()


@_fault()
async def a_process_stands_still(house: House, process: Process, trouble: Trouble) -> None:
    process.freeze()
    await asyncio.sleep(trouble.seconds)
    process.thaw()


@_fault()
async def every_line_is_cut(house: House, process: Process, trouble: Trouble) -> None:
    for line in house.in_front:
        line.cut()


@_fault()
async def a_frame_breaks_off(house: House, process: Process, trouble: Trouble) -> None:
    for _ in range(8):
        for line in house.in_front:
            line.cut_in_midst()
        await asyncio.sleep(trouble.seconds / 16)


@_fault()
async def the_provider_is_away(house: House, process: Process, trouble: Trouble) -> None:
    for line in house.to_providers:
        line.refusing = True
        line.cut()
    await asyncio.sleep(trouble.seconds)
    _flow(house)


@_fault()
async def the_provider_is_silent(house: House, process: Process, trouble: Trouble) -> None:
    for line in house.to_providers:
        line.stall()
    await asyncio.sleep(trouble.seconds)
    _flow(house)


@_fault()
async def the_provider_answers_late(house: House, process: Process, trouble: Trouble) -> None:
    """Some of it later than anybody waits."""
    for line in house.to_providers:
        line.late = trouble.seconds
    await asyncio.sleep(trouble.seconds + 0.5)
    _flow(house)


@_fault()
async def all_are_killed_while_they_send(house: House, process: Process, trouble: Trouble) -> None:
    """The provider has the messages, and nobody in the house knows."""
    for line in house.to_providers:
        line.late = 2.0
    await asyncio.sleep(trouble.seconds / 2)
    for one in house.processes:
        one.kill()
    _flow(house)


@_fault()
async def an_answer_of_the_provider_breaks_off(house: House, process: Process, trouble: Trouble) -> None:
    for _ in range(4):
        for line in house.to_providers:
            line.cut_in_midst()
        await asyncio.sleep(trouble.seconds / 8)


@_fault()
async def a_clock_is_stepped(house: House, process: Process, trouble: Trouble) -> None:
    process.wrong_by(STEPS[int(trouble.draw * len(STEPS))])
    await asyncio.sleep(trouble.seconds)
    process.wrong_by(0.0)


# --- SQLite -----------------------------------------------------------------------------------------------------------


@_fault("sqlite")
async def the_disk_is_full(house: House, process: Process, trouble: Trouble) -> None:
    wal = house.folder / "parley.db-wal"
    process.disk_ends((wal.stat().st_size if wal.exists() else 0) + ROOM)
    await asyncio.sleep(trouble.seconds)
    process.disk_has_room()


# --- PostgreSQL and Valkey --------------------------------------------------------------------------------------------


@_fault("postgres")
async def postgres_is_killed(house: House, process: Process, trouble: Trouble) -> None:
    await _begins_anew(house, Postgres.kill, trouble.seconds / 2)


@_fault("postgres")
async def postgres_is_stopped(house: House, process: Process, trouble: Trouble) -> None:
    """In good order, as for an upgrade."""
    await _begins_anew(house, Postgres.shut_down, trouble.seconds / 2)


async def _begins_anew(house: House, end: Callable[[Postgres], None], after: float) -> None:
    assert house.postgres is not None
    await asyncio.to_thread(end, house.postgres)
    await asyncio.sleep(after)
    await asyncio.to_thread(house.postgres.restart)


if mountable():

    @_fault("postgres")
    async def the_disk_of_postgres_is_full(house: House, process: Process, trouble: Trouble) -> None:
        """Tables cannot grow, and when its log cannot either it ends all sessions, recovers, or gives up."""
        assert house.postgres is not None
        await asyncio.to_thread(house.postgres.disk.ends, int(trouble.draw * ROOM_OF_POSTGRES))
        await asyncio.sleep(LONG if trouble.draw < 0.3 else trouble.seconds)
        await asyncio.to_thread(house.postgres.disk.has_room)
        await asyncio.to_thread(house.postgres.revive)


@_fault("postgres")
async def postgres_stands_still(house: House, process: Process, trouble: Trouble) -> None:
    assert house.postgres is not None
    house.postgres.freeze()
    await asyncio.sleep(LONG if trouble.draw < 0.3 else trouble.seconds)
    house.postgres.thaw()


@_fault("postgres")
async def the_lines_to_postgres_are_cut(house: House, process: Process, trouble: Trouble) -> None:
    assert house.to_database is not None
    house.to_database.cut()


@_fault("postgres")
async def the_answer_to_a_commit_is_lost(house: House, process: Process, trouble: Trouble) -> None:
    assert house.to_database is not None
    house.to_database.lose_answer_to = lambda piece: b"COMMIT" in piece
    await asyncio.sleep(trouble.seconds / 4)
    house.to_database.lose_answer_to = None


@_fault("postgres")
async def the_network_loses_what_goes_to_postgres(house: House, process: Process, trouble: Trouble) -> None:
    assert house.to_database is not None
    house.to_database.stall()
    await asyncio.sleep(LONG if trouble.draw < 0.3 else trouble.seconds)
    house.to_database.flow()


@_fault("postgres")
async def valkey_is_killed(house: House, process: Process, trouble: Trouble) -> None:
    assert house.valkey is not None
    house.valkey.kill()
    await asyncio.sleep(trouble.seconds)
    await asyncio.to_thread(house.valkey.restart)


@_fault("postgres")
async def valkey_stands_still(house: House, process: Process, trouble: Trouble) -> None:
    assert house.valkey is not None
    house.valkey.freeze()
    await asyncio.sleep(trouble.seconds)
    house.valkey.thaw()
