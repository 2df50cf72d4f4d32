"""A deploy while everybody talks: the workers are replaced one after another, and nobody sees an error. What customers
wrote and agents answered is there once and in order, in the database and on every screen."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import signal
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from aiohttp import ClientConnectionError, ClientSession, CookieJar
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin
from yarl import URL

from gateway.events import new_id
from inbox.wire import PROTOCOL
from tests.servers.parley import Parley

CUSTOMERS = 4
LEAST = 8
"""Messages that each customer writes at the least."""
RATES = (
    "visitor_messages",
    "visitor_messages_address",
    "visitor_sessions",
    "agent_requests",
    "stranger_requests",
)
SETTINGS = {
    "PARLEY_CHANNELS__WEB": '{"type": "webchat", "label": "Web"}',
    **{f"PARLEY_LIMITS__{name.upper()}": "60000/minute" for name in RATES},
}
COMES_BACK = (1012,)
"""The only close code: come back, with your cursor."""


class Screen:
    """A browser: one socket at a time, opened again with its cursor, and what it was told by then."""

    def __init__(self, http: ClientSession, path: str, hello: dict[str, Any]) -> None:
        base = str(http._base_url).rstrip("/")
        self.http, self.hello = http, hello
        self.url, self.origin = f"ws{base.removeprefix('http')}{path}", Origin(base)
        self.cursor: str | None = None
        self.texts: list[str] = []
        self.conversations: list[str | None] = []
        self.times = 0
        self.news = asyncio.Condition()

    async def run(self) -> None:
        while True:
            async with connect(
                self.url, origin=self.origin, additional_headers=self.cookie(), proxy=None, max_size=None
            ) as socket:
                self.times += 1
                hello = {**self.hello, **({"cursor": self.cursor} if self.cursor else {})}
                await socket.send(orjson.dumps(hello).decode())
                with contextlib.suppress(ConnectionClosed):
                    await self._hear(socket, resumes=self.cursor is not None)
                assert socket.close_code in COMES_BACK, f"closed with {socket.close_code}"

    async def _hear(self, socket: ClientConnection, *, resumes: bool) -> None:
        async for text in socket:
            frame = orjson.loads(text)
            if frame["kind"] == "hello" and resumes:
                assert frame["resumed"], "whoever comes back goes on where they were"
            if "cursor" in frame:
                self.cursor = frame["cursor"]
            async with self.news:
                for event in frame.get("events", ()):
                    if event["kind"] in ("message", "message.created") and "message" in event:
                        self.texts.append(event["message"]["text"])
                        self.conversations.append(event.get("conversation"))
                self.news.notify_all()

    def cookie(self) -> dict[str, str]:
        kept = self.http.cookie_jar.filter_cookies(URL(self.origin))
        return {"Cookie": "; ".join(f"{one.key}={one.value}" for one in kept.values())} if kept else {}

    async def begins(self) -> None:
        await self.until(lambda: self.cursor is not None)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self.news:
            await self.news.wait_for(true)


async def post(http: ClientSession, path: str, body: dict[str, Any]) -> Any:
    """As browsers do: what was not answered is asked again under its own id; an answer that is an error fails."""
    while True:
        try:
            async with http.post(path, json=body) as answer:
                assert answer.status in (200, 201), (answer.status, await answer.text())
                return await answer.json()
        except ClientConnectionError:
            await asyncio.sleep(0.05)


async def customer(http: ClientSession, screen: Screen, name: str, over: asyncio.Event) -> int:
    """Writes, waits for the answer, and writes again. Returns how often."""
    n = 0
    while n < LEAST or not over.is_set():
        text = f"{name} {n}"
        await post(http, "/visitor/web/messages", {"client_id": new_id(), "text": text})
        await screen.until(lambda text=text: f"re {text}" in screen.texts)  # type: ignore[misc]
        n += 1
    return n


async def answering(http: ClientSession, screen: Screen) -> None:
    for done in itertools.count():
        async with screen.news:
            await screen.news.wait_for(lambda done=done: len(screen.texts) > done)  # type: ignore[misc]
        text, conversation = screen.texts[done], screen.conversations[done]
        if not text.startswith("re "):
            body = {"text": f"re {text}", "visibility": "public", "client_id": new_id()}
            await post(http, f"/api/v1/conversations/{conversation}/messages", body)


async def said(server: Parley, pattern: str, times: int = 1) -> str:
    async with asyncio.timeout(60):
        while len(found := re.findall(pattern, server.said(), re.MULTILINE)) < times:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
    return str(found[-1])


@pytest.mark.timeout(180)
async def test_all_workers_are_replaced_while_everybody_talks(
    parley: Callable[..., Parley], postgres_url: str, valkey_url: str
) -> None:
    settings = {**SETTINGS, "PARLEY_DATABASE__URL": postgres_url, "PARLEY_REDIS__URL": valkey_url}
    server = await asyncio.to_thread(lambda: parley("--workers", "2", **settings))
    link = await said(server, r"Make the first admin: http://\S+/link/(\S+)$")
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(asyncio.TaskGroup())
        origin = {"Origin": server.url}
        agent = await stack.enter_async_context(
            ClientSession(server.url, headers=origin, cookie_jar=CookieJar(unsafe=True))
        )
        me = {"link": link, "name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}
        await post(agent, "/api/v1/session/link", me)
        desk = Screen(agent, "/ws/agent", {"kind": "hello", "protocol": PROTOCOL})
        tasks = [running.create_task(desk.run())]
        await desk.begins()
        tasks.append(running.create_task(answering(agent, desk)))
        screens, talks, over = [], [], asyncio.Event()
        for number in range(CUSTOMERS):
            http = await stack.enter_async_context(ClientSession(server.url, headers=origin))
            token = (await post(http, "/visitor/web/session", {}))["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            screens.append(Screen(http, "/ws/visitor/web", {"kind": "hello", "protocol": 1, "token": token}))
            tasks.append(running.create_task(screens[-1].run()))
            await screens[-1].begins()
            talks.append(running.create_task(customer(http, screens[-1], f"c{number}", over)))
        await desk.until(lambda: len(desk.texts) >= CUSTOMERS)
        os.kill(server.process.pid, signal.SIGHUP)
        await said(server, "all workers have been replaced")
        over.set()
        counts = await asyncio.gather(*talks)
        await desk.until(lambda: len(desk.texts) >= 2 * sum(counts))
        for screen in (desk, *screens):
            assert screen.times >= 2, "everybody was told to come back"
        for number, (screen, count) in enumerate(zip(screens, counts, strict=True)):
            told = [text for n in range(count) for text in (f"c{number} {n}", f"re c{number} {n}")]
            await screen.until(lambda screen=screen, told=told: len(screen.texts) >= len(told))  # type: ignore[misc]
            assert screen.texts == told
            mine = [text for text in desk.texts if text.removeprefix("re ").startswith(f"c{number} ")]
            assert mine == told, "nothing lost, doubled or out of order"
        for task in tasks:
            task.cancel()
    assert not re.findall(r"ERROR|CRITICAL|Traceback", server.said()), server.said()
