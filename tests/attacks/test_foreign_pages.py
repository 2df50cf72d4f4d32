"""Another site's page makes a browser send something (CSRF), or opens our sockets: over every path there is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from gateway.app import Parley, listening, open_parley
from gateway.config import Config
from gateway.door import UNSAFE
from gateway.events import SYSTEM
from gateway.limits import Limits
from gateway.stream.agents import add_agent
from inbox.auth.sessions import start_session

CHANNELS = {"web": {"type": "webchat", "origins": ["https://shop.example"]}}
SIGNED = ("/webhooks/{account}",)
"""Providers call here: no cookie opens it, a signature does (tests/gateway/test_webhooks.py)."""
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://shop.example.evil.example"},
    {"Origin": "http://shop.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.fixture
async def parley(tmp_path: Path) -> AsyncIterator[Parley]:
    async with open_parley(Config(data=tmp_path, channels=CHANNELS)) as opened:
        yield opened


@pytest.fixture
async def admin(parley: Parley) -> AsyncIterator[ClientSession]:
    """An admin's browser, on whatever page."""

    async def verb(tx):
        agent = await add_agent(tx, "ada@example.com", "Ada", "admin", SYSTEM)
        return await start_session(tx, agent, "127.0.0.1", "", Limits())

    started = await parley.store.write(verb)
    async with listening(parley, "127.0.0.1", 0) as port:
        cookies = {"Cookie": f"parley={started.secret}"}
        async with ClientSession(f"http://127.0.0.1:{port}", headers=cookies) as browser:
            yield browser


def paths(parley: Parley) -> list[tuple[str, str]]:
    """Every method and path of the whole application, as it is served."""
    found = []
    for route in parley.web.router.routes():
        if route.resource is not None:
            found.append((route.method, route.resource.canonical))
    return found


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_path_that_changes_anything_listens_to_it(
    parley: Parley, admin: ClientSession, headers: dict[str, str]
) -> None:
    async with admin.get("/api/v1/session") as answer:
        assert answer.status == 200, "the cookie is good"
    tried = 0
    for method, path in paths(parley):
        if method not in UNSAFE | {"*"} or path in SIGNED:
            continue
        here = re.sub(r"\{account[^}]*\}", "web", path)
        here = re.sub(r"\{[^}]*\}", "1", here)
        async with admin.request(
            "POST" if method == "*" else method, here, json={}, headers=headers
        ) as answer:
            assert answer.status == 403, (method, path, answer.status, await answer.text())
            assert (await answer.json())["type"] == "foreign_origin", (method, path)
            assert "Set-Cookie" not in answer.headers
        tried += 1
    assert tried > 80


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_socket_opens_for_it(parley: Parley, admin: ClientSession, headers: dict[str, str]) -> None:
    sockets = [path for _, path in paths(parley) if path.startswith("/ws/")]
    assert len(set(sockets)) == 2
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for path in sockets:
        async with admin.get(path.replace("{account}", "web"), headers=upgrade | headers) as answer:
            assert answer.status == 403, path


async def test_no_answer_may_be_read_by_another_site(parley: Parley, admin: ClientSession) -> None:
    """Of what a cookie opens, nothing is shared (CORS): the visitors' door takes no cookies."""
    for method, path in paths(parley):
        if method != "GET" or path.startswith(("/visitor/", "/ws/")):
            continue
        here = re.sub(r"\{[^}]*\}", "1", path)
        if here.endswith("/events"):
            here += "?wait=0"
        async with admin.get(
            here, headers={"Origin": "https://evil.example"}, allow_redirects=False
        ) as answer:
            assert "Access-Control-Allow-Credentials" not in answer.headers, path
            if path.startswith("/api/"):
                assert "Access-Control-Allow-Origin" not in answer.headers, path
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_secret_in_an_address_opens_nothing(parley: Parley, admin: ClientSession) -> None:
    """Addresses end in logs and histories: the door looks at the cookie and at Authorization alone."""
    secret = admin.headers["Cookie"].partition("=")[2]
    async with ClientSession(admin._base_url) as stranger:
        for name in ("token", "access_token", "session", "parley", "key"):
            async with stranger.get("/api/v1/conversations", params={name: secret}) as answer:
                assert answer.status in (400, 401), name
