"""The page of phones by itself: the residents' network at a real door, and a shop that hears and answers by hand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import time
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from gateway.assets import mount_assets
from gateway.config import Config
from gateway.door import CONFIG, answer_problems, guard_response
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.orders import Order
from gateway.sandbox.phones.page import Phones
from gateway.sandbox.phones.records import Message
from gateway.sandbox.phones.residents import NUMBERS, numbers, settle
from tests.sandbox.phones.town import serving

KEY = "key"
SMS, WHATSAPP = numbers()
HANEUL, OLIVIA, BUSY = NUMBERS["haneul"], NUMBERS["olivia"], NUMBERS["busy"]


@dataclass
class Hall:
    phones: Phones
    url: str
    http: aiohttp.ClientSession
    heard: list[dict[str, str]] = field(default_factory=list)
    """The forms that the shop's door was called with."""

    @property
    def network(self) -> Network:
        return self.phones.network

    @property
    def page(self) -> str:
        return f"{self.url}{self.phones.home}/phones"

    async def act(self, what: str, status: int = 204, **body: Any) -> None:
        async with self.http.post(f"{self.page}/{what}", json=body) as answer:
            assert answer.status == status, await answer.text()

    def answers(self, text: str = "", to: str = HANEUL, line: str = SMS, **more: Any) -> Message:
        """The shop writes to a phone."""
        kind = "whatsapp:" if line == WHATSAPP else ""
        (account,) = self.network.accounts.values()
        return self.network.send(account, Order(to=f"{kind}{to}", sender=line, body=text, **more))

    @contextlib.asynccontextmanager
    async def looks(self, phone: str = HANEUL, line: str = "") -> AsyncIterator[Looking]:
        """A browser has this phone before it."""
        query = {"phone": phone, "line": line}
        async with self.http.ws_connect(f"{self.page}/live", params=query) as socket:
            yield Looking(socket)


@dataclass
class Looking:
    socket: aiohttp.ClientWebSocketResponse
    now: dict[str, Any] = field(default_factory=dict)

    async def sees(self, what: Any) -> dict[str, Any]:
        """Wait until `what(now)` holds; answers what is seen then."""
        async with asyncio.timeout(20):
            while not self.now or not what(self.now):
                self.now = orjson.loads(await self.socket.receive_str())
        return self.now

    async def sees_entries(self, *told: str) -> list[dict[str, Any]]:
        """Exactly these texts, in this order."""
        now = await self.sees(lambda now: [entry["text"] for entry in now["entries"]] == list(told))
        return list(now["entries"])


@contextlib.asynccontextmanager
async def open_hall() -> AsyncIterator[Hall]:
    network = Network(lambda: int(time() * 1000))
    phones = Phones(KEY, network, [("agent", "Alex Kim"), ("supervisor", "Sora Han")])
    application = web.Application(middlewares=[answer_problems], client_max_size=32 * 1024 * 1024)
    application[CONFIG] = Config()
    application.on_response_prepare.append(guard_response)
    mount_assets(application)
    phones.hang(application)
    heard: list[dict[str, str]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response()

    application.router.add_post("/webhooks/{account}", hear)
    async with serving(application) as url, aiohttp.ClientSession(headers={"Origin": url}) as http:
        settle(network, "token", {SMS: f"{url}/webhooks/sms", WHATSAPP: f"{url}/webhooks/whatsapp"})
        running = asyncio.create_task(phones.run())
        try:
            yield Hall(phones, url, http, heard)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
