"""What one address may hold open, and how slowly an upload may come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import ClientSession, web

from gateway.config import Config, Server
from gateway.door import CONFIG, OPEN, Gate, answer_problems, bound_open, read_chunks
from gateway.limits import Limits
from gateway.rates import Together
from gateway.serving import Runner

TRUSTED = ("127.0.0.1/32",)


async def wait(request: web.Request) -> web.Response:
    await request.app[DONE].wait()
    return web.Response(text="done")


async def socket(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for _ in ws:
        pass
    return ws


async def upload(request: web.Request) -> web.Response:
    taken = b"".join([chunk async for chunk in read_chunks(request)])
    return web.Response(text=str(len(taken)))


DONE: web.AppKey[asyncio.Event] = web.AppKey("done", asyncio.Event)


@contextlib.asynccontextmanager
async def served(most: int = 3, slowest: int = 4096) -> AsyncIterator[tuple[str, web.Application]]:
    app = web.Application(middlewares=[answer_problems, bound_open])
    app[CONFIG] = Config(server=Server(trusted_proxies=TRUSTED), limits=Limits(upload_slowest=slowest))
    app[OPEN], app[DONE] = Together(most), asyncio.Event()
    app.router.add_get("/wait", wait)
    app.router.add_get("/ws", socket)
    app.router.add_post("/upload", upload)
    runner = Runner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", app
    finally:
        await runner.cleanup()


def at(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def test_what_one_address_holds_open_behind_a_proxy_is_bounded() -> None:
    async with served(most=3) as (url, app), ClientSession() as http:
        sockets = [await http.ws_connect(f"{url}/ws", headers=at("203.0.113.1")) for _ in range(2)]
        waiting = asyncio.create_task(http.get(f"{url}/wait", headers=at("203.0.113.1")))
        while app[OPEN].held("203.0.113.1") < 3:  # noqa: ASYNC110 - nobody tells when a request has begun
            await asyncio.sleep(0.01)
        answer = await http.get(f"{url}/ws", headers=at("203.0.113.1"))
        assert (answer.status, answer.headers["Retry-After"]) == (429, "10")
        assert (await answer.json())["text"] == "errors.too_many_open"
        elsewhere = await http.ws_connect(f"{url}/ws", headers=at("203.0.113.2"))
        app[DONE].set()
        assert (await waiting).status == 200
        again = await http.ws_connect(f"{url}/ws", headers=at("203.0.113.1"))
        for ws in (*sockets, elsewhere, again):
            await ws.close()
        while app[OPEN].held("203.0.113.1"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_ipv6_network_counts_as_one() -> None:
    async with served(most=1) as (url, _), ClientSession() as http:
        ws = await http.ws_connect(f"{url}/ws", headers=at("2001:db8:1:2::1"))
        assert (await http.get(f"{url}/ws", headers=at("2001:db8:1:2::2"))).status == 429
        await ws.close()


def test_a_trusted_proxy_speaks_for_many() -> None:
    gate = Gate(2, ("10.0.0.0/8",))
    assert all(gate.enter("10.1.2.3") for _ in range(50))
    assert [gate.enter("203.0.113.1") for _ in range(3)] == [True, True, False]
    gate.leave("203.0.113.1")
    assert gate.enter("203.0.113.1")


async def sent(url: str, pieces: int, pause: float) -> tuple[int, str]:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield b"x" * 100
            await asyncio.sleep(pause)

    async with ClientSession() as http:
        answer = await http.post(f"{url}/upload", data=body())
        return answer.status, await answer.text()


async def test_an_upload_that_trickles_in_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr("gateway.door.SILENCE", 0.3)
    async with served(slowest=4096) as (url, _):
        status, text = await sent(url, 40, 0.1)
        assert status == 400 and "too slow" in text, "never silent for long, but 1 kB/s"
        assert await sent(url, 40, 0.005) == (200, "4000"), "20 kB/s"


async def test_the_time_we_take_ourselves_does_not_count(monkeypatch) -> None:
    monkeypatch.setattr("gateway.door.SILENCE", 0.2)

    async def slow_disk(request: web.Request) -> web.Response:
        async for _ in read_chunks(request):
            await asyncio.sleep(0.4)
        return web.Response()

    app = web.Application(middlewares=[answer_problems])
    app[CONFIG] = Config()
    app.router.add_post("/", slow_disk)
    runner = Runner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with ClientSession() as http:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            assert (await http.post(url, data=b"x" * 400_000)).status == 200
    finally:
        await runner.cleanup()
