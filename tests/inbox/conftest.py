"""A small team at work: the real store, the real door, four agents in two teams, and customers who write."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from gateway.bus import Bus
from gateway.channels.registry import Channels
from gateway.config import Config, Server
from gateway.door import CONFIG, answer_problems, guard_response
from gateway.events import SYSTEM, AccountId, Address, InboundMessage, TeamId
from gateway.limits import Limits
from gateway.media import MediaLinks, open_media
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.agents import add_agent, set_teams
from gateway.stream.directory import make_team
from gateway.stream.ingest import Intake, Taken, take_in
from inbox.app import hang
from inbox.auth.caller import by_session
from inbox.auth.sessions import start_session
from inbox.auth.tokens import make_token
from inbox.commands import Asked, run_command
from inbox.desk import AUDIENCE, Desk, wall_clock
from inbox.hub import AgentHub

WEB = {"type": "webchat", "label": "Website"}
TEAMS = {"ann": "sales", "bob": "support", "sue": None, "ada": None}
ROLES = {"ann": "agent", "bob": "agent", "sue": "supervisor", "ada": "admin"}


class Clock:
    """The wall clock, which a test may push forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return wall_clock() + self.ahead


@dataclass
class House:
    """The agents' door with everything behind it."""

    desk: Desk
    app: web.Application
    clock: Clock
    server: TestServer
    agents: dict[str, str] = field(default_factory=dict)
    teams: dict[str, TeamId] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    _clients: list[TestClient[Any, Any]] = field(default_factory=list)
    _written: int = 0

    @property
    def store(self) -> Store:
        return self.desk.store

    async def client(self, who: str | None = None, *, token: str | None = None) -> Caller:
        """A browser of this agent, a program with this token, or a stranger."""
        headers = {"Origin": str(self.server.make_url("")).rstrip("/")}
        if token is not None:
            headers = {"Authorization": f"Bearer {token}"}
        client = TestClient(self.server, headers=headers)
        self._clients.append(client)
        if who is not None:
            client.session.cookie_jar.update_cookies({"parley": self.cookies[who]}, self.server.make_url("/"))
        return Caller(client)

    async def token(self, who: str) -> str:
        made = await self.store.write(lambda tx: make_token(tx, self.agents[who], "test"))
        return made.secret

    async def customer_writes(self, text: str, *, name: str = "Kim", team: str | None = None) -> Taken:
        """A message from this customer; each name is one customer with one conversation."""
        self._written += 1
        fact = InboundMessage(f"m{self._written}", Address("visitor", name), text=text, name=name)
        intake = Intake(AccountId("web"), self.teams.get(team or ""))
        return await take_in(self.store, intake, fact)

    async def close(self) -> None:
        for client in self._clients:
            await client.session.close()


class Caller:
    """Speaks REST and says what came back."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.http = client

    async def raw(self, method: str, path: str, **more: Any) -> ClientResponse:
        return await self.http.request(method, f"/api/v1{path}", **more)

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        if body is not None:
            more["json"] = body
        answer = await self.raw(method, path, **more)
        if answer.content_type.endswith("json"):
            return answer.status, await answer.json()
        await answer.read()
        return answer.status, None

    async def get(self, path: str, **params: Any) -> Any:
        status, value = await self.ask("GET", path, params=params)
        assert status == 200, value
        return value

    async def does(self, method: str, path: str, body: Any = None) -> Any:
        """What must succeed."""
        status, value = await self.ask(method, path, body)
        assert status < 300, value
        return value

    async def fails(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """What must not: (status, code)."""
        status, value = await self.ask(method, path, body, **more)
        assert status >= 400, value
        return status, value["type"]


@contextlib.asynccontextmanager
async def open_house(url: str, folder: Path, limits: Limits | None = None) -> AsyncIterator[House]:
    clock = Clock()
    # A server section of its own: some tests change it.
    config = Config(server=Server(), limits=limits or Limits(), channels={"web": WEB})
    channels = Channels.of(config.channels)
    store = await open_store(url)
    media = open_media("disk:media", folder)
    bus, links = Bus(), MediaLinks(store.secret, clock=clock)
    hub = AgentHub(store, bus, config.limits, channels, links.for_audience(AUDIENCE))
    desk = Desk(store, config, channels, media, links, bus, hub, clock)
    app = web.Application(middlewares=[answer_problems])
    app[CONFIG] = config
    app.on_response_prepare.append(guard_response)
    hung = hang(app, desk)
    store.publish_to(bus.publish)
    tasks = [asyncio.create_task(one) for one in hung.tasks]
    server = TestServer(app)
    await server.start_server()
    house = House(desk, app, clock, server)
    await store.write(lambda tx: sync_accounts(tx, {"web": Configured("webchat", "Website")}))
    await _furnish(house)
    try:
        yield house
    finally:
        await house.close()
        await server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        desk.close()
        await store.close()
        await media.close()


async def _furnish(house: House) -> None:
    """Two teams, four agents, a session for each."""

    async def verb(tx: Any) -> None:
        for team in ("sales", "support"):
            house.teams[team] = TeamId(await make_team(tx, team, SYSTEM))
        for name, role in ROLES.items():
            key = await add_agent(tx, f"{name}@example.com", name.title(), role, SYSTEM)
            house.agents[name] = key
            if own := TEAMS[name]:
                await set_teams(tx, key, [house.teams[own]], SYSTEM)
            session = await start_session(tx, key, "192.0.2.1", "test", house.desk.limits)
            house.cookies[name] = session.secret

    await house.store.write(verb)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """On SQLite."""
    async with open_house(f"sqlite:///{tmp_path}/parley.db", tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """On each database."""
    url = f"sqlite:///{tmp_path}/parley.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("ready_url")
    async with open_house(url, tmp_path) as opened:
        yield opened


Open = Callable[[Limits], Awaitable[House]]


@pytest.fixture
async def open_with(tmp_path: Path) -> AsyncIterator[Open]:
    """A house with other limits."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_(limits: Limits) -> House:
            url = f"sqlite:///{tmp_path}/other.db"
            return await stack.enter_async_context(open_house(url, tmp_path, limits))

        yield open_


async def asking(house: House, who: str, tab: str = "tab1") -> Asked:
    caller = await house.store.read(lambda look: by_session(look, house.cookies[who], house.clock()))
    return Asked(house.desk, caller, tab)


async def does(house: House, who: str, name: str, /, **args: Any) -> Mapping[str, Any]:
    return await run_command(await asking(house, who), name, args)


def able(house: House, **changes: Any) -> None:
    """Give the account other capabilities."""
    channel: Any = house.desk.channels.get("web")
    can = replace(channel.capabilities, **changes)
    other = type("Other", (), {"capabilities": can, "account": "web", "label": channel.label, "icon": ""})()
    house.desk.channels.replace({"web": other})
