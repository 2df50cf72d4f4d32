"""Somebody else's program that takes webhooks: a small server that checks what it is sent by the verifier of Standard
Webhooks (another's code), counts every call, and answers as a test wants it to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

Answer = Callable[["Call"], int | web.StreamResponse | Awaitable[int | web.StreamResponse]]


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    id: str
    type: str
    data: dict[str, Any]
    headers: dict[str, str]
    body: bytes
    request: web.Request

    @property
    def conversation(self) -> str:
        found = self.data.get("conversation")
        return "" if found is None else str(found["id"])

    @property
    def position(self) -> int:
        return int(self.data["position"])


@dataclass
class Receiver:
    server: TestServer
    secrets: list[str] = field(default_factory=list)
    """The only ones whose signatures it takes; none: it takes all."""
    answer: Answer = lambda call: 200
    calls: list[Call] = field(default_factory=list)
    taken: list[Call] = field(default_factory=list)
    """Answered with 2xx."""
    forged: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return str(self.server.make_url("/hook"))

    @property
    def origin(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def texts(self) -> list[str]:
        return [call.data["message"]["text"] for call in self.taken if "message" in call.data]

    def by_conversation(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for call in self.taken:
            found[call.conversation].append(call.position)
        return found

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if self.secrets and not any(verified(secret, body, headers) for secret in self.secrets):
            self.forged.append(headers.get("webhook-id", ""))
            return web.Response(status=401)
        told = orjson.loads(body)
        call = Call(headers["webhook-id"], told["type"], told["data"], headers, body, request)
        self.calls.append(call)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answer(call)
            if not isinstance(answer, int | web.StreamResponse):
                answer = await answer
        finally:
            self.at_once -= 1
        response = web.Response(status=answer) if isinstance(answer, int) else answer
        if 200 <= response.status < 300:
            self.taken.append(call)
        return response


def verified(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


@asynccontextmanager
async def hook_receiver() -> AsyncIterator[Receiver]:
    async def take(request: web.Request) -> web.StreamResponse:
        return await made.take(request)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    server = TestServer(app)
    await server.start_server()
    made = Receiver(server)
    try:
        yield made
    finally:
        await server.close()


async def slowly(seconds: float, status: int = 200) -> int:
    await asyncio.sleep(seconds)
    return status
