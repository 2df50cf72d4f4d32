"""A real failover: Redis behind Sentinel, whose master dies, is replaced, and comes back."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
import redis.asyncio

from gateway import redis_url
from tests.carriage.conftest import Process, Start
from tests.carriage.test_carriage import EVERY, HERE, comes, write
from tests.servers.process import free_port
from tests.servers.valkey import Valkey
from tests.world import World, until


async def test_a_master_that_fails_is_followed_by_sentinel(
    start: Start, world: World, own_valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages go on meanwhile, a second late at most; the former master comes back as a replica, unnoticed."""
    replica = Valkey.own("--replicaof", f"127.0.0.1 {own_valkey.port}")
    sentinel = Valkey.sentinel(own_valkey, "main")
    others = f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}/main"
    watching = []
    try:
        await knows_replica(sentinel)
        one, two = await start(sentinel.url), await start(others)
        watching += [asyncio.create_task(each.store.watch_head()) for each in (one, two)]
        await two.told_to(await write(one))
        own_valkey.kill()
        for process in (one, two):
            await process.loses_redis()
        meanwhile = await write(one, 3)
        one.bus.signal(HERE)
        await two.told_to(meanwhile)
        assert not two.carriage.connected and HERE not in two.signals, "it came by the look at the head"
        for process in (one, two):
            async with asyncio.timeout(40):
                await process.carriage.connects()
        await until(lambda: HERE in two.signals)
        await says_once(one, two)
        await asyncio.to_thread(own_valkey.restart)
        await is_replica(own_valkey)
        await says_once(two, one)
        for process in (one, two):
            await process.told_to(await write(two, 2))
            assert process.positions == list(range(process.positions[0], process.store.published + 1))
        said = [record.getMessage().partition(" (")[0] for record in caplog.records]
        assert (
            said.count("Redis is away") == said.count("Redis is back: other processes are reached again") == 2
        )
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        for server in (sentinel, replica):
            await asyncio.to_thread(server.stop)


async def says_once(by: Process, to: Process) -> None:
    """What is said in passing, and no fact of it remains."""
    before = to.signals.count(EVERY[0])
    by.bus.signal(EVERY[0])
    await until(lambda: to.signals.count(EVERY[0]) > before)
    await to.told_to(await write(by))
    assert to.signals.count(EVERY[0]) == before + 1


async def is_replica(server: Valkey) -> None:
    """Wait until Sentinel has made it one that has caught up."""
    async with redis.asyncio.Redis(port=server.port) as client:

        async def follows() -> bool:
            told: Any = await client.info("replication")
            return bool(told["role"] == "slave" and told["master_link_status"] == "up")

        with contextlib.suppress(redis.ConnectionError):  # Sentinel cuts all connections to it
            await comes(follows)
            return
    await is_replica(server)


async def knows_replica(sentinel: Valkey) -> None:
    """Wait until it knows one that has caught up with its master."""
    async with redis.asyncio.Redis(port=sentinel.port) as client:

        async def known() -> bool:
            found: Any = await client.sentinel_slaves("main")
            return any(one["master-link-status"] == "ok" for one in found)

        await comes(known)


async def test_sentinels_that_want_another_password_are_not_taken_for_absent(own_valkey: Valkey) -> None:
    sentinel = Valkey.sentinel(own_valkey, "main", "requirepass hush")
    try:
        for url, why in (
            (sentinel.url, "the Sentinels want another sentinel_password"),
            (f"{sentinel.url}?sentinel_password=wrong", "the Sentinels want another sentinel_password"),
            (f"{sentinel.url}2?sentinel_password=hush", "no Sentinel answers with a master of that name"),
        ):
            with pytest.raises(redis.ConnectionError) as caught:
                async with redis_url.client(url, patience=3) as client:
                    await client.ping()
            assert redis_url.reason(caught.value) == why
        async with redis_url.client(f"{sentinel.url}?sentinel_password=hush", patience=3) as client:
            assert await client.ping()
    finally:
        await asyncio.to_thread(sentinel.stop)
