"""The demo, running in this process on a port of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from gateway.app import Parley, listening, open_parley
from gateway.bus import AgentHere
from gateway.config import Config, Sandbox, Server
from gateway.demo import make_house, open_sandbox, providers
from gateway.limits import Limits
from gateway.sandbox.demo import demo_config
from gateway.sandbox.page import Sandbox as Page
from tests.servers.process import free_port


@dataclass
class Demo:
    parley: Parley
    sandbox: Page
    url: str
    http: aiohttp.ClientSession

    def somebody_is_here(self) -> None:
        """An agent's browser renews its presence; for the next minute."""
        self.parley.bus.signal(AgentHere("an agent", "a tab"))

    async def conversations(self, status: str = "open") -> int:
        sql = "select count(*) from conversations where status = $1 and merged_into is null"
        return int(await self.parley.store.read(lambda look: look.value(sql, status)))


@contextlib.asynccontextmanager
async def open_demo(folder: Path) -> AsyncIterator[Demo]:
    limits = Limits(presence_ping=1_000, presence_expires=60_000)
    written = Config(server=Server(port=free_port()), limits=limits, sandbox=Sandbox(history=12))
    config = demo_config(written, folder)
    await make_house(config)
    async with providers(config) as (config, outside), open_parley(config) as parley:
        sandbox = open_sandbox(parley.store, config, outside, parley.channels)
        sandbox.hang(parley.web)
        async with listening(parley, "127.0.0.1", config.server.port) as port:
            url = f"http://127.0.0.1:{port}"
            async with aiohttp.ClientSession(url, headers={"Origin": url}) as http:
                yield Demo(parley, sandbox, url, http)
