"""What a balancer is told of this process."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import resource
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from gateway import health
from gateway.errors import Unavailable
from gateway.health import Readiness, mount_health
from gateway.store import Store, Tx, open_store
from tests.servers.parley import Parley
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
    await asyncio.to_thread(server.stop)


async def test_not_ready_when_it_is_about_to_end(aiohttp_client, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/parley.db")
    app = web.Application()
    mount_health(app, store, leaving=lambda: True)
    client = await aiohttp_client(app)
    leaving = await client.get("/readyz")
    assert (leaving.status, await leaving.text()) == (503, "not ready: leaving")
    assert (await client.get("/healthz")).status == 200
    await store.close()


def asked(url: str, body: object = None, **headers: str) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as why:
        return why.code, why.read().decode()


def test_not_ready_on_a_full_disk_and_ready_again(parley: Callable[..., Parley]) -> None:
    """As by a full disk or a quota: no file grows (EFBIG in place of ENOSPC)."""
    served = parley(PARLEY_CHANNELS__WEB__TYPE="webchat")
    token = json.loads(asked(f"{served.url}/visitor/web/session", {})[1])["token"]
    words = {"text": "hello", "client_id": "the-first-one"}
    before = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    assert asked(f"{served.url}/visitor/web/messages", words, Authorization=f"Bearer {token}")[0] == 503
    assert asked(f"{served.url}/readyz")[0] == 503
    assert asked(f"{served.url}/healthz")[0] == 200
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, before)
    served.wait_until(served.ready)
    assert asked(f"{served.url}/visitor/web/messages", words, Authorization=f"Bearer {token}")[0] == 201


async def test_a_quiet_process_tries_whether_it_can_write(store: Store) -> None:
    """A server that has become a read-only replica is found out though nobody writes."""
    now = [store.wrote_at]
    ready = Readiness(store, clock=lambda: now[0])
    written = store.wrote_at
    assert await ready.trouble() == ""
    assert store.wrote_at == written, "what was written a moment ago needs no try"
    now[0] += health.QUIET + 1
    assert await ready.trouble() == ""
    assert store.wrote_at > written


async def test_not_ready_where_no_file_can_grow(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Readiness(store, tmp_path)
    assert await ready.trouble() == ""
    monkeypatch.setattr(health, "ROOM", 1 << 62)
    assert await ready.trouble() == "disk full"
    assert await Readiness(store).trouble() == "", "a database on another machine has another disk"


async def test_not_ready_where_nobody_may_write(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Readiness(store, tmp_path)
    monkeypatch.setattr(health, "read_only", lambda folder: folder == tmp_path)
    assert await ready.trouble() == "disk read-only"
    monkeypatch.undo()
    assert await ready.trouble() == ""


def test_a_process_that_a_failing_disk_ends_says_so(parley: Callable[..., Parley]) -> None:
    """What is mapped and not to be had any more is a SIGBUS. Nothing that was taken is lost with it."""
    served = parley(PARLEY_CHANNELS__WEB__TYPE="webchat")
    token = {
        "Authorization": f"Bearer {json.loads(asked(f'{served.url}/visitor/web/session', {})[1])['token']}"
    }
    words = {"text": "hello", "client_id": "the-first-one"}
    assert asked(f"{served.url}/visitor/web/messages", words, **token)[0] == 201
    os.truncate(served.data / "parley.db-shm", 0)
    with pytest.raises((OSError, http.client.HTTPException)):
        asked(f"{served.url}/visitor/web/messages", {"text": "more", "client_id": "the-second"}, **token)
    served.process.wait(10)
    assert "Bus error" in served.said()
    served.restart()
    told = json.loads(asked(f"{served.url}/visitor/web/messages", **token)[1])
    assert [message["text"] for message in told["messages"]] == ["hello"]


async def test_who_asks_often_makes_few_tries(store: Store) -> None:
    now = [store.wrote_at + health.QUIET + 1]
    ready = Readiness(store, clock=lambda: now[0])
    tries: list[object] = []
    write = store.write

    async def refuse(verb: object, **more: object) -> None:
        tries.append(verb)
        store.refused = "the disk is full"
        raise Unavailable("the disk is full")

    store.write = refuse  # type: ignore[method-assign, assignment]
    # Whose read is back first is the one that tries.
    said = await asyncio.gather(*(ready.trouble() for _ in range(5)))
    assert sorted(said) == [*["cannot write"] * 4, "unavailable"]
    assert len(tries) == 1
    store.write = write  # type: ignore[method-assign]
    now[0] += health.AGAIN * 2
    assert await ready.trouble() == ""


async def test_not_ready_while_callers_are_sent_away(store: Store) -> None:
    ready = Readiness(store)

    async def slow(tx: Tx) -> None:
        await tx.value("select 1")

    assert await ready.trouble() == ""
    store._entered.extend([0.0])
    assert await ready.trouble() == "behind"
    store._entered.clear()
    await store.write(slow)
    assert await ready.trouble() == ""


async def test_not_ready_while_it_leaves(store: Store) -> None:
    leaving: list[int] = []
    ready = Readiness(store, leaving=lambda: bool(leaving))
    assert await ready.trouble() == ""
    leaving.append(1)
    assert await ready.trouble() == "leaving"
