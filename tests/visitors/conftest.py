"""A shop with a chat: the real store, the real customers' door, an agent, browsers that speak as the widget does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import ClientResponse, WSCloseCode, web
from aiohttp.test_utils import TestClient, TestServer

from gateway.assets import mount_assets
from gateway.bus import Bus
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.door import CONFIG, answer_problems, guard_response
from gateway.events import SYSTEM, Visibility, agent, new_id
from gateway.limits import Limits
from gateway.media import MediaLinks, open_media, serve_media
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.agents import add_agent
from gateway.stream.post import Post, Posted, post
from gateway.visitors.app import Parts, hang
from gateway.visitors.desk import DESK, Desk
from gateway.visitors.files import customers_file
from gateway.visitors.hub import VisitorSession
from tests.world import until

SECRET = "a vouching secret of the shop: 0123456789"
SITE = "https://shop.example"
WEB = {
    "type": "webchat",
    "title": {"en": "Hana Shop", "ko": "하나상점"},
    "origins": [SITE],
    "vouch_secrets": [SECRET],
}
MEMBERS = {"type": "webchat", "vouch_secrets": [SECRET], "require_vouch": True}
SECOND = {"type": "webchat", "preview": True}
MINA = ("mina@inside.example", "Mina")
PATIENCE = 20.0  # seconds until an awaited frame counts as missing; nothing waits that long when all is well


class Clock:
    """The wall clock, which a test may push forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return int(time.time() * 1000) + self.ahead


def vouch(user: str, *, secret: str = SECRET, lasts: int = 3600, **claims: Any) -> str:
    """What the site's server signs for its user; `lasts` in seconds."""
    return jwt.encode({"sub": user, "exp": int(time.time()) + lasts, **claims}, secret, "HS256")


@dataclass
class Shop:
    store: Store
    bus: Bus
    desk: Desk
    app: web.Application
    server: TestServer
    clock: Clock
    sessions: set[VisitorSession]
    agent: str = ""
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, account: str = "web") -> Browser:
        """Somebody's browser with nothing in it."""
        made = Browser(self, account)
        self.browsers.append(made)
        return made

    async def told(self) -> None:
        """Wait until every browser that is connected has been told all that is stored."""
        head = await self.store.read(lambda look: look.value("select position from log_head"))
        await until(lambda: all(one.closing or one.position >= head for one in self.sessions), PATIENCE)

    async def reply(
        self, conversation: str, text: str = "Hello!", *, note: bool = False, **more: Any
    ) -> Posted:
        """The agent answers, or notes."""
        what = Post(
            conversation=conversation,
            text=text,
            visibility=Visibility.NOTE if note else Visibility.PUBLIC,
            author=agent(self.agent),
            client_id=new_id(),
            **more,
        )
        return await post(self.store, what)

    async def one(self, sql: str, *args: Any) -> Any:
        return await self.store.read(lambda look: look.one(sql, *args))

    async def all(self, sql: str, *args: Any) -> Any:
        return await self.store.read(lambda look: look.all(sql, *args))

    async def conversation(self) -> str:
        """The newest one."""
        return str((await self.one("select id from conversations order by id desc limit 1"))["id"])


class Browser:
    """Speaks to the door as the widget does and keeps what the widget keeps."""

    def __init__(self, shop: Shop, account: str) -> None:
        self.shop = shop
        self.account = account
        self.token: str | None = None
        self.subject: str | None = None
        origin = str(shop.server.make_url("")).rstrip("/")
        self.http: TestClient[Any, Any] = TestClient(shop.server, headers={"Origin": origin})
        self.lines: list[Line] = []

    async def ask(self, method: str, path: str, **more: Any) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        return await self.http.request(method, f"/visitor/{self.account}/{path}", headers=headers, **more)

    async def arrive(self, **ask: Any) -> dict[str, Any]:
        """POST session, as at page load."""
        if "vouch" not in ask and self.token:
            ask.setdefault("token", self.token)
        answer = await self.ask("POST", "session", json=ask)
        told: dict[str, Any] = await answer.json()
        assert answer.status == 200, told
        self.token, self.subject = told["token"], told["subject"]
        return told

    async def say(self, text: str = "Hello?", client_id: str | None = None, **more: Any) -> dict[str, Any]:
        body = {"client_id": client_id or new_id(), "text": text, **more}
        answer = await self.ask("POST", "messages", json=body)
        told = await answer.json()
        assert answer.status in (200, 201), told
        message: dict[str, Any] = told["message"]
        return message

    async def history(self, before: str | None = None) -> dict[str, Any]:
        answer = await self.ask("GET", "messages", params={"before": before} if before else {})
        assert answer.status == 200
        page: dict[str, Any] = await answer.json()
        return page

    async def send_file(self, body: bytes, name: str = "a.png", kind: str = "image/png") -> ClientResponse:
        headers = {"Content-Type": kind}
        return await self.ask("POST", "uploads", params={"name": name}, data=body, headers=headers)

    async def connect(self, cursor: str | None = None, **hello: Any) -> Line:
        ws = await self.http.ws_connect(f"/ws/visitor/{self.account}", max_msg_size=0)
        line = Line(self.shop, ws)
        self.lines.append(line)
        frame = {"kind": "hello", "protocol": 1, "token": self.token, "cursor": cursor, **hello}
        await ws.send_json(frame)
        return line

    async def close(self) -> None:
        for line in self.lines:
            await line.ws.close()
        await self.http.session.close()


class Line:
    """A visitor's socket and everything it has said."""

    def __init__(self, shop: Shop, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.shop = shop
        self.frames: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self.cursor: str | None = None

    async def hear(self, kind: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The next frame of this kind; what comes before it is kept in `frames`."""
        async with asyncio.timeout(patience):
            while True:
                frame = await self.next()
                if frame["kind"] == kind:
                    return frame

    async def next(self) -> dict[str, Any]:
        message = await self.ws.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, f"closed with {self.ws.close_code}"
        frame: dict[str, Any] = json.loads(message.data)
        self.raw.append(message.data)
        self.frames.append(frame)
        self.cursor = frame.get("cursor", self.cursor)
        return frame

    async def quiet(self) -> list[dict[str, Any]]:
        """Everything that she is told of what has happened until now, and of what she has said."""
        before = len(self.frames)
        await self._answered()
        await self.shop.told()
        await self._answered()
        return self.frames[before:]

    async def _answered(self) -> None:
        """Her frames are taken one after the other: when nonsense is answered, all before it has been done, and what
        was written to her before the answer has come."""
        await self.ws.send_json({"kind": "are you there?"})
        await self.hear("problem")
        self.raw.pop()
        assert self.frames.pop() == {"kind": "problem", "text": "errors.malformed_frame"}

    async def listen(self, seconds: float) -> None:
        """Hear what comes in a while; how much that is, nothing may depend on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.next()

    async def closed(self) -> int | None:
        async with asyncio.timeout(PATIENCE):
            while not self.ws.closed:
                await self.ws.receive()
        return self.ws.close_code

    async def say(self, **frame: Any) -> None:
        await self.ws.send_json(frame)


@contextlib.asynccontextmanager
async def open_shop(
    url: str,
    folder: Path,
    limits: Limits | None = None,
    *,
    port: int | None = None,
    accounts: Mapping[str, dict[str, Any]] | None = None,
    **web_keys: Any,
) -> AsyncIterator[Shop]:
    """`port` and `folder` again: the same shop after a restart. `accounts`: sections beside the chats'. `web_keys` go
    into the section of "web"."""
    clock = Clock()
    sections = {"web": {**WEB, **web_keys}, "members": MEMBERS, "second": SECOND, **(accounts or {})}
    config = Config(limits=limits or Limits(), channels=sections)
    channels = Channels.of(config.channels)
    store = await open_store(url)
    media, bus = open_media("disk:media", folder), Bus()
    links = MediaLinks(store.secret, clock=clock)
    app = web.Application(middlewares=[answer_problems], client_max_size=config.limits.body_bytes)
    app[CONFIG] = config
    app.on_response_prepare.append(guard_response)
    hung = hang(app, Parts(store, bus, config, channels, media, links, clock))

    async def media_door(request: web.Request) -> web.StreamResponse:
        return await serve_media(media, links, lambda claim: customers_file(request, claim))(request)

    mount_assets(app)
    app.router.add_get("/media/{signed}/{name}", media_door)
    store.publish_to(bus.publish)
    tasks = [asyncio.create_task(one) for one in hung.tasks]
    server = TestServer(app, host="127.0.0.1", port=port)
    await server.start_server(shutdown_timeout=1)  # whoever asks for news then waits for them no longer
    shop = Shop(store, bus, app[DESK], app, server, clock, hung.sessions)
    configured = {name: Configured(section["type"], name) for name, section in sections.items()}
    await store.write(lambda tx: sync_accounts(tx, configured))
    known = await shop.one("select id from agents")
    shop.agent = known["id"] if known else await store.write(lambda tx: add_agent(tx, *MINA, "agent", SYSTEM))
    try:
        yield shop
    finally:
        for browser in shop.browsers:
            await browser.close()
        for session in tuple(hung.sessions):  # as the process does: whoever is still here shall come back
            session.cut(WSCloseCode.SERVICE_RESTART)
        await server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await store.close()
        await media.close()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """On SQLite."""
    async with open_shop(f"sqlite:///{tmp_path}/parley.db", tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """On each database."""
    url = f"sqlite:///{tmp_path}/parley.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("ready_url")
    async with open_shop(url, tmp_path) as opened:
        yield opened
