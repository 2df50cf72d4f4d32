"""What a balancer is told of this process."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from gateway.health import mount_health
from gateway.store import open_store
from tests.servers.postgres import Postgres


async def test_ready_while_the_database_answers(aiohttp_client, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/parley.db")
    app = web.Application()
    mount_health(app, store)
    client = await aiohttp_client(app)
    assert (await (await client.get("/healthz")).text()) == "alive"
    assert (await client.get("/readyz")).status == 200
    await store.close()


async def test_not_ready_when_the_database_is_gone(aiohttp_client) -> None:
    server = await asyncio.to_thread(Postgres.start)
    store = await open_store(await asyncio.to_thread(server.database))
    app = web.Application()
    mount_health(app, store)
    client = await aiohttp_client(app)
    assert (await client.get("/readyz")).status == 200
    await asyncio.to_thread(server.kill)
    gone = await client.get("/readyz")
    assert gone.status == 503
    assert (await client.get("/healthz")).status == 200
    await store.close()
