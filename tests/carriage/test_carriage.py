"""Two processes on a real PostgreSQL and a real Valkey: what one says the other hears, once, whatever Valkey does.

No process here looks at the database's head each second (`Store.watch_head`): what comes has come by the carriage,
unless the test looks itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from gateway.bus import (
    AgentHere,
    AgentLooks,
    AgentSays,
    AgentTyping,
    CustomerHere,
    CustomerTyping,
    PrivateChanged,
    Signal,
)
from gateway.carriage import carriage as module
from gateway.carriage.wire import Wire
from gateway.errors import TooMany
from gateway.events import SYSTEM, Event, Kind
from gateway.rates import Bound, Rate
from tests.carriage.conftest import Process, Start
from tests.databases import Database
from tests.servers.valkey import Valkey
from tests.world import World, until

HERE, LOOKS, KIM = AgentHere("ann", "t"), AgentLooks("ann", "t", "c"), CustomerHere("kim", "k", True)
EVERY: list[Signal] = [
    AgentTyping("c", "ann", "t", "Ann", None, "public", True, ("kim",)),
    CustomerTyping("c", "kim", "Kim", True, "where is my ord"),
    HERE,
    AgentSays("ann", "busy"),
    LOOKS,
    KIM,
    PrivateChanged("ann", "t", {"drafts": {}}),
]


async def write(process: Process, number: int = 1) -> int:
    """Facts; returns the last one's position."""
    world = World(process.store)
    for _ in range(number):
        taken = await world.says("+1", "hello")
    return taken.position


async def test_what_one_commits_the_other_is_told_in_both_directions(
    start: Start, world: World, valkey_url: str
) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    for writer, reader in ((one, two), (two, one)):
        await reader.told_to(await write(writer, 5))
    for process in (one, two):
        first = process.positions[0]
        assert process.positions == list(range(first, process.store.published + 1))
    assert one.store.published == two.store.published


async def test_every_signal_is_heard_once_by_each_and_by_nobody_of_another_deployment(
    start: Start, world: World, valkey_url: str, postgres_url: str, tmp_path: Path
) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    other_house = Database(postgres_url, tmp_path)
    stranger = await start(valkey_url, database=other_house)
    own: list[Signal] = []
    for process in (one, two):
        process.bus.take_own(AgentTyping, own.append)
    for signal in EVERY:
        one.bus.signal(signal)
    await two.hears(*EVERY)
    await one.hears(*EVERY)
    assert own == [EVERY[0]], "what is to be done once is done where it was said"
    two.bus.signal(AgentSays("bo", "away"))
    await one.hears(AgentSays("bo", "away"))
    await two.hears(AgentSays("bo", "away"))
    assert stranger.signals == []


async def test_whoever_comes_later_hears_who_is_here(start: Start, world: World, valkey_url: str) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    for signal in (HERE, LOOKS, EVERY[0]):
        one.bus.signal(signal)
    two.bus.signal(KIM)
    await one.hears(HERE, LOOKS, EVERY[0], KIM)
    late = await start(valkey_url)
    await until(lambda: {HERE, LOOKS, KIM} <= set(late.signals))
    assert EVERY[0] not in late.signals, "what was said in passing is over"
    assert late.signals.index(HERE) < late.signals.index(LOOKS)


async def test_whoever_ends_takes_its_people_along(start: Start, world: World, valkey_url: str) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    for signal in (HERE, KIM):
        one.bus.signal(signal)
    await two.hears(HERE, KIM)
    await one.end()
    await two.hears(AgentHere("ann", "t", gone=True), CustomerHere("kim", "k", False))


async def test_whoever_dies_takes_its_people_along_after_the_lease(
    start: Start, world: World, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE", 2.0)
    one, two = await start(valkey_url), await start(valkey_url)
    for signal in (HERE, KIM):
        one.bus.signal(signal)
    await two.hears(HERE, KIM)

    async def nothing(redis: Any) -> None:
        """As by kill -9."""

    monkeypatch.setattr(one.carriage, "_say_farewell", nothing)
    await one.end()
    await two.hears(AgentHere("ann", "t", gone=True), CustomerHere("kim", "k", False))


# --- Valkey in trouble ----------------------------------------------------------------------------------------------


async def test_restarted_empty_it_carries_on_by_itself(
    start: Start, world: World, own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = await start(own_valkey.url), await start(own_valkey.url)
    one.bus.signal(HERE)
    await two.hears(HERE)
    await one.hears(HERE)
    own_valkey.kill()
    for process in (one, two):
        await process.loses_redis()
    position = await write(one, 3)
    one.bus.signal(AgentSays("ann", "busy"))
    one.bus.signal(KIM)
    await two.store.look_at_head()
    await two.told_to(position)
    assert two.signals == []
    before = two.missed
    own_valkey.restart()
    for process in (one, two):
        async with asyncio.timeout(20):
            await process.carriage.connects()
    # Nobody knows what is not said again; who is here is.
    await until(lambda: {HERE, KIM} <= set(two.signals) and two.missed > before)
    assert AgentSays("ann", "busy") not in two.signals, "that stands in the database"
    await two.told_to(await write(one))
    two.bus.signal(AgentSays("bo", "away"))
    await until(lambda: AgentSays("bo", "away") in one.signals)
    said = [record.getMessage().partition(" (")[0] for record in caplog.records]
    assert said.count("Redis is away") == said.count("Redis is back: other processes are reached again") == 2
    assert two.positions == list(range(two.positions[0], two.store.published + 1))


async def test_frozen_it_keeps_nobody_waiting(
    start: Start,
    world: World,
    own_valkey: Valkey,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    monkeypatch.setattr(module, "SILENCE", 2.0)
    one, two = await start(own_valkey.url), await start(own_valkey.url)
    bound = Bound("sign_in", Rate(1000, 60.0), shared=one.carriage.counts)
    await bound.admit("a")
    own_valkey.freeze()
    one.bus.signal(HERE)
    position = await write(one, 3)
    await bound.admit("a")
    await two.store.look_at_head()
    await two.told_to(position)
    for process in (one, two):
        await process.loses_redis()
    await bound.admit("a")
    assert HERE not in two.signals
    said = [record.getMessage() for record in caplog.records if "Redis" in record.getMessage()]
    assert len(said) == 2, said
    assert all("Redis is away" in line for line in said)
    own_valkey.thaw()
    await until(lambda: HERE in two.signals)
    await two.told_to(await write(one))


async def test_it_may_be_away_at_the_start(
    start: Start, world: World, own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    own_valkey.kill()
    one = await start(own_valkey.url, connects=False)
    one.bus.signal(HERE)
    await until(lambda: "Redis is away" in caplog.text)
    own_valkey.restart()
    async with asyncio.timeout(20):
        await one.carriage.connects()
    two = await start(own_valkey.url)
    await until(lambda: HERE in two.signals)


async def test_while_it_is_away_nobody_is_gone_for_a_while(
    start: Start, world: World, own_valkey: Valkey
) -> None:
    one, two = await start(own_valkey.url), await start(own_valkey.url, ping=0.0)
    for signal in (HERE, LOOKS, KIM):
        one.bus.signal(signal)
    await two.hears(HERE, LOOKS, KIM)
    own_valkey.kill()
    await two.loses_redis()
    await until(lambda: two.signals[:2] == [HERE, LOOKS])
    assert KIM not in two.signals, "her presence has no lease that would have to be renewed"
    two.signals.clear()
    two.carriage.hold_out(module.GRACE)
    assert two.signals == [AgentHere("ann", "t", gone=True), CustomerHere("kim", "k", False)]
    assert two.missed >= 2


async def comes(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something of another server."""
    async with asyncio.timeout(40):
        while True:
            if await true():
                return
            await asyncio.sleep(0.05)


# --- what others write ----------------------------------------------------------------------------------------------


async def test_strangers_bytes_cost_nothing(
    start: Start, world: World, valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    log, channel = one.carriage._log, one.carriage._channel
    older = Wire(one.store.secret, channel)._seal([1, "older", [{}, [["agent_hums", {}]] * 5]])
    async with redis.asyncio.Redis.from_url(valkey_url) as stranger:
        for message in (b"", b"{}", b"x" * 100_000, older, older):
            await stranger.publish(channel, message)
        for name, value in ((b"x", b"y"), (b"facts", b"nonsense"), (b"process", b"\xff")):
            await stranger.xadd(log, {name: value})
    one.bus.signal(HERE)
    await until(lambda: HERE in two.signals)
    await two.told_to(await write(one))
    said = [record.getMessage() for record in caplog.records if "left alone" in record.getMessage()]
    assert len(said) == 4, "each process says once of each kind what it leaves alone"
    assert sum("agent_hums" in line for line in said) == 2


async def test_facts_that_were_never_committed_are_told_to_nobody_for_good(
    start: Start, world: World, valkey_url: str
) -> None:
    """Only a faulty process could write them: what is not in the log does not keep anybody from what is."""
    one, two = await start(valkey_url), await start(valkey_url)
    false = Event(Kind.DIRECTORY_CHANGED, SYSTEM, 0, position=two.store.published + 1000)
    one.carriage._carry_events([false])
    await until(lambda: bool(two.store._batches))
    await two.told_to(await write(one, 3))
    await until(lambda: not two.store._batches)
    assert false.position not in two.positions
    assert two.positions == list(range(two.positions[0], two.store.published + 1))


async def test_the_stream_is_kept_short(
    start: Start, world: World, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 0.5)
    monkeypatch.setattr(module, "PULSE", 0.2)
    one, two = await start(valkey_url), await start(valkey_url)
    await two.told_to(await write(one, 3))
    async with redis.asyncio.Redis.from_url(valkey_url) as client:

        async def empty() -> bool:
            return await client.xlen(one.carriage._log) == 0

        await comes(empty)
        assert 0 < await client.ttl(one.carriage._log) <= module.FORGOTTEN
    await two.told_to(await write(one))


# --- bounds ---------------------------------------------------------------------------------------------------------


async def test_a_bound_is_counted_by_all_processes_together(
    start: Start, world: World, valkey_url: str
) -> None:
    one, two = await start(valkey_url), await start(valkey_url)
    first, second = (
        Bound("sign_in", Rate(4, 3600.0), shared=process.carriage.counts) for process in (one, two)
    )
    for _ in range(2):
        await first.admit(("203.0.113.7", "kim@example.com"))
        await second.admit(("203.0.113.7", "kim@example.com"))
    for bound in (first, second):
        with pytest.raises(TooMany) as caught:
            await bound.admit(("203.0.113.7", "kim@example.com"), text="errors.sign_in_often")
        assert 800 < (caught.value.retry_after or 0) <= 901
    await first.admit(("203.0.113.8", "kim@example.com"))
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        keys = [key async for key in client.scan_iter(match="*:rate:*")]
        assert len(keys) == 2
        assert not any(b"kim" in key or b"203.0" in key for key in keys), "whom it counts stands in no key"
        for key in keys:
            assert 0 < await client.ttl(key) <= 3602
    first.forgive(("203.0.113.7", "kim@example.com"))
    second.forgive(("203.0.113.7", "kim@example.com"))
    await second.admit(("203.0.113.7", "kim@example.com"))


async def test_without_redis_each_process_counts_for_itself(
    start: Start, world: World, own_valkey: Valkey
) -> None:
    one, two = await start(own_valkey.url), await start(own_valkey.url)
    own_valkey.kill()
    for process in (one, two):
        await process.loses_redis()
        bound = Bound("sign_in", Rate(2, 3600.0), shared=process.carriage.counts)
        await bound.admit("a")
        await bound.admit("a")
        with pytest.raises(TooMany):
            await bound.admit("a")
        bound.forgive("a")
        await bound.admit("a")
