"""A small town with phones: one account with its lines, two people, a clock that is set by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.orders import Order
from gateway.sandbox.phones.records import Account, Line, Message, Phone, Saying, Template
from gateway.sandbox.phones.weather import FAIR, Weather

ACCOUNT = Account("AC" + "a" * 32, "the token")
OTHER = Account("AC" + "b" * 32, "another token")
SMS = "+14155550100"
WHATSAPP = "whatsapp:+14155550100"
POOLED = "+14155550101"
SERVICE = "MG" + "c" * 32
MINA, TOM = "+821055550111", "+447700900222"
WEBHOOK, CALLBACK = "https://parley.example/webhooks/shop", "https://parley.example/webhooks/shop?attempt=7"
NOON = 1_795_003_200_000
"""2026-11-18 12:00 UTC."""
GREETING = Template(
    "HX" + "d" * 32,
    ACCOUNT.sid,
    "order_sent",
    "en",
    {"twilio/text": {"body": "Hello {{1}}, your order {{2}} is on its way."}},
    {"1": "there"},
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def add(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


class Town:
    def __init__(self, *, seed: int = 0, weather: Weather = FAIR, webhook: str = WEBHOOK) -> None:
        self.clock = Clock()
        self.network = Network(self.clock, seed=seed, weather=weather)
        self.network.add(
            ACCOUNT,
            OTHER,
            Line(ACCOUNT.sid, SMS, webhook),
            Line(ACCOUNT.sid, WHATSAPP, webhook),
            Line(ACCOUNT.sid, POOLED, webhook, SERVICE),
            Phone(MINA, "Mina"),
            Phone(TOM, "Tom", on_whatsapp=False),
            GREETING,
        )
        self.mina, self.tom = self.network.phones[MINA], self.network.phones[TOM]

    def passes(self, seconds: float = 10) -> list[dict[str, str]]:
        """Time; returns the forms that were posted meanwhile, in order."""
        self.clock.add(seconds)
        return [dict(errand.form) for errand in self.network.advance() if hasattr(errand, "form")]

    def sends(self, body: str = "Hello", to: str = MINA, **more: Any) -> Message:
        order = Order(**{"to": to, "sender": SMS, "body": body, "callback": CALLBACK, **more})
        return self.network.send(ACCOUNT, order)

    def whatsapps(self, body: str = "Hello", to: str = MINA, **more: Any) -> Message:
        return self.sends(body, f"whatsapp:{to}", **{"sender": WHATSAPP, **more})

    def says(self, text: str, to: str = SMS, number: str = MINA, **more: Any) -> Message | None:
        return self.network.say(number, to, Saying(text, **more))


class Rebased(AsyncTwilioHttpClient):  # type: ignore[misc]  # untyped
    """The official client, speaking to another address."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    async def request(
        self, method: str, url: str, *rest: Any, auth: tuple[str, str] | None = None, **more: Any
    ) -> Any:
        parts = urlsplit(url)
        assert auth is not None
        # The client's own way to say it is one that aiohttp warns of.
        headers = {**(more.pop("headers", None) or {}), "Authorization": aiohttp.encode_basic_auth(*auth)}
        there = url.replace(f"{parts.scheme}://{parts.netloc}", self.base, 1)
        return await super().request(method, there, *rest, headers=headers, **more)


@contextlib.asynccontextmanager
async def serving(application: web.Application) -> AsyncIterator[str]:
    """The address at which it answers."""
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def api(town: Town, prefix: str = "") -> AsyncIterator[str]:
    application = web.Application()
    Door(town.network, prefix).hang(application)
    async with serving(application) as url:
        town.network.base = url + prefix
        yield town.network.base


@contextlib.asynccontextmanager
async def official(base: str, account: Account = ACCOUNT) -> AsyncIterator[Any]:
    async with Rebased(base) as http:
        yield Client(account.sid, account.token, http_client=http)


@contextlib.asynccontextmanager
async def plain(account: Account = ACCOUNT) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)}
    async with aiohttp.ClientSession(headers=headers) as http:
        yield http
