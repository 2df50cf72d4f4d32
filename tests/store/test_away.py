"""PostgreSQL that is frozen, cut off or silent: whoever asks is answered while it is so, and afterwards all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from gateway.errors import Unavailable
from gateway.store import postgres as module
from gateway.store.base import Store
from tests.checks import check
from tests.databases import Database, prepare
from tests.servers.disk import mountable
from tests.servers.postgres import Postgres
from tests.servers.proxy import Proxy, proxy_to
from tests.world import World, until

LOOK = "select 1"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """As impatient as a test."""
    caplog.set_level(logging.CRITICAL, "gateway.store")
    monkeypatch.setattr(module, "SMALL", 1.0)
    monkeypatch.setitem(module.OPTIONS, "timeout", 1.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One of our own, to be frozen."""
    made = Postgres.start()
    yield made
    made.stop()


@pytest.fixture
async def away(server: Postgres, tmp_path: Path) -> AsyncIterator[World]:
    url = server.database()
    prepare(url)
    async with watched(url, tmp_path) as world:
        yield world


@contextlib.asynccontextmanager
async def watched(url: str, folder: Path) -> AsyncIterator[World]:
    """A store whose head is looked at, as a process does."""
    store = await Database(url, folder).open()
    watching = asyncio.create_task(store.watch_head(0.1))
    try:
        yield await World.made(store)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await store.close()


@contextlib.asynccontextmanager
async def behind_a_proxy(server: Postgres, folder: Path) -> AsyncIterator[tuple[World, Proxy]]:
    url = server.database()
    prepare(url)
    parts = urlsplit(url)
    async with proxy_to(parts.port or 0) as proxy:
        through = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{proxy.port}"))
        async with watched(through, folder) as world:
            yield world, proxy


async def again(ask: Callable[[], Any]) -> Any:
    """As every caller does who is told to ask again."""
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(0.02)


async def look(store: Store) -> Any:
    return await store.read(lambda reader: reader.value(LOOK))


async def all_are_refused(world: World) -> None:
    """Everybody is told, though nobody has come back: who was under way, who comes, and who comes after that."""
    store = world.store
    asked = [
        *(world.says(f"+{number}", "meanwhile", provider_id=f"m{number}") for number in range(20)),
        *(look(store) for _ in range(30)),
        store.scan(lambda reader: reader.value(LOOK)),
        store.follow(lambda reader: reader.value(LOOK)),
    ]
    first = await asyncio.gather(*asked, return_exceptions=True)
    later = await asyncio.gather(look(store), world.says("+1", "later"), return_exceptions=True)
    assert {type(one) for one in (*first, *later)} == {Unavailable}, (first, later)


async def goes_on(world: World) -> None:
    """What was refused is said again; what had been stored all the same is recognised."""
    for number in range(20):
        await again(partial(world.says, f"+{number}", "meanwhile", provider_id=f"m{number}"))
    texts = await again(lambda: world.rows("select text from messages order by position"))
    assert [row["text"] for row in texts] == ["before", *["meanwhile"] * 20]
    await check(world.store)


@pytest.mark.may_block("freezes a server")
async def test_a_frozen_server_keeps_nobody_waiting(away: World, server: Postgres) -> None:
    await away.says("+99", "before")
    await asyncio.gather(*(look(away.store) for _ in range(20)))
    server.freeze()
    try:
        await all_are_refused(away)
    finally:
        server.thaw()
    await goes_on(away)


@pytest.mark.may_block("starts a server")
async def test_a_network_that_loses_everything_keeps_nobody_waiting(server: Postgres, tmp_path: Path) -> None:
    """No reset comes, no refusal: only nothing."""
    async with behind_a_proxy(server, tmp_path) as (world, proxy):
        await world.says("+99", "before")
        await asyncio.gather(*(look(world.store) for _ in range(20)))
        proxy.stall()
        await all_are_refused(world)
        proxy.flow()
        await goes_on(world)


@pytest.mark.may_block("starts a server")
async def test_what_was_stored_though_the_answer_was_lost_is_recognised(
    server: Postgres, tmp_path: Path
) -> None:
    async with behind_a_proxy(server, tmp_path) as (world, proxy):
        told: list[int] = []
        world.store.publish_to(lambda events: told.extend(event.position for event in events))
        before = await world.says("+1", "before")

        async def loses(act: Callable[[], Any]) -> Any:
            lost = proxy.lost
            proxy.lose_answer_to = lambda piece: b"COMMIT" in piece
            # A look's own commit may be what was lost: the act goes on until it is its own.
            with contextlib.suppress(Unavailable):
                await act()
            await until(lambda: proxy.lost > lost)
            return await again(act)

        for number in range(10):
            await loses(partial(world.says, "+1", f"in {number}", provider_id=f"in{number}"))
            out = {"client_id": f"out{number}"}
            await loses(partial(world.answers, before.conversation, f"out {number}", **out))
        both = [f"{way} {number}" for number in range(10) for way in ("in", "out")]
        assert await again(lambda: world.texts(before.conversation)) == ["before", *both]
        events = await check(world.store)
        await until(lambda: world.store.published == len(events))
        assert told == [event.position for event in events][-len(told) :], "each fact once, and in order"


async def test_who_stands_still_with_the_heads_lock_holds_nobody_up_for_long(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process that is frozen in the midst of its batch."""
    settings = {**module.OPTIONS["server_settings"], "idle_in_transaction_session_timeout": "300ms"}
    monkeypatch.setitem(module.OPTIONS, "server_settings", settings)
    url = server.database()
    prepare(url)
    async with watched(url, tmp_path) as world:
        frozen = await asyncpg.connect(url, **module.OPTIONS)
        await frozen.execute("begin")
        await frozen.execute("select position from log_head where id = 1 for update")
        await world.says("+1", "past it")
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await frozen.execute("update log_head set position = 0")
        frozen.terminate()
        await check(world.store)


if mountable():  # which a container seldom allows

    @pytest.mark.may_block("starts and revives a server")
    async def test_a_full_disk_of_the_server_is_said_and_got_over(tmp_path: Path) -> None:
        server = Postgres.start(apart=True)
        try:
            url = server.database()
            prepare(url)
            async with watched(url, tmp_path) as world:
                first = await world.says("+999", "while there is room")
                server.disk.ends(100_000)
                long = (world.says(f"+{n}", secrets.token_hex(2000), provider_id=f"m{n}") for n in range(300))
                done = await asyncio.gather(*long, return_exceptions=True)
                assert any(isinstance(one, Unavailable) for one in done)
                assert all(isinstance(one, Unavailable) or hasattr(one, "message") for one in done), done
                server.disk.has_room()
                server.revive()
                assert await again(lambda: world.texts(first.conversation)) == ["while there is room"]
                stored = {row["id"] for row in await world.rows("select id from messages")}
                assert stored >= {one.message for one in done if not isinstance(one, BaseException)}
                for number in range(300):
                    await again(partial(world.says, f"+{number}", "again", provider_id=f"m{number}"))
                assert len(await world.rows("select id from messages")) == 301
                await check(world.store)
        finally:
            server.stop()
