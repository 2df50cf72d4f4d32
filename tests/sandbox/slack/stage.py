"""The workspace's page by itself, with the demo's people in it and no app behind it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from gateway.assets import mount_assets
from gateway.config import Config
from gateway.door import CONFIG, answer_problems, guard_response
from gateway.sandbox.slack.page import SlackProgram
from gateway.sandbox.slack.records import Channel, Json, Person
from gateway.sandbox.slack.residents import settle
from gateway.sandbox.slack.town import Slack, open_slack
from tests.sandbox.phones.town import serving

KEY = "key"


@dataclass
class Stage:
    program: SlackProgram
    url: str
    http: aiohttp.ClientSession
    client: AsyncWebClient

    @property
    def slack(self) -> Slack:
        return self.program.slack

    @property
    def sora(self) -> Person:
        return self.program.residents[0]

    @property
    def support(self) -> Channel:
        return next(one for one in self.slack.workspace.channels.values() if one.name == "support")

    async def act(self, what: str, status: int = 204, **body: Any) -> Any:
        there = {"user": self.sora.id, "channel": self.support.id}
        said = {**there, **body} if what not in ("weather", "plan") else body
        for name in [name for name, value in said.items() if value is None]:
            del said[name]
        async with self.http.post(f"{self.url}/sandbox/{KEY}/slack/{what}", json=said) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json() if status == 200 else None

    @contextlib.asynccontextmanager
    async def looks(self, channel: str | None = None, thread: str = "") -> AsyncIterator[Looking]:
        query = {"user": self.sora.id, "channel": channel or self.support.id, "thread": thread}
        async with self.http.ws_connect(f"{self.url}/sandbox/{KEY}/slack/live", params=query) as socket:
            yield Looking(socket)


@dataclass
class Looking:
    socket: aiohttp.ClientWebSocketResponse
    now: Json = field(default_factory=dict)

    async def sees(self, what: Any) -> Json:
        async with asyncio.timeout(10):
            while not self.now or not what(self.now):
                self.now = orjson.loads(await self.socket.receive_str())
        return self.now


@contextlib.asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    async with open_slack() as slack:
        slack.deliveries.patience = 0.2
        program = SlackProgram(KEY, slack, [("agent", "Alex Kim")], settle(slack))
        application = web.Application(middlewares=[answer_problems])
        application[CONFIG] = Config()
        application.on_response_prepare.append(guard_response)
        mount_assets(application)
        program.hang(application)
        client = AsyncWebClient(slack.installation.bot_token, base_url=slack.api, retry_handlers=[])
        async with serving(application) as url, aiohttp.ClientSession(headers={"Origin": url}) as http:
            try:
                yield Stage(program, url, http, client)
            finally:
                program.over.set()
