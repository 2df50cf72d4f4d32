"""What stands before every route: origins, sizes, types, broken bytes, headers, and errors that tell no secrets."""

from __future__ import annotations

import asyncio
import gzip
import logging
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from aiohttp import WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from gateway.config import Config, Server
from gateway.door import CONFIG, answer_problems, client_address, guard_response, neighbourhood
from gateway.errors import Unavailable
from gateway.limits import Limits
from gateway.rates import News, Rate
from inbox.rest import ROUTES
from tests.inbox.conftest import House, Open

UNSAFE = [row for row in ROUTES if row.method != "GET"]

# --- other people's pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ""},
    ],
)
async def test_another_sites_page_does_nothing(house: House, headers: dict[str, str]) -> None:
    for who in ("ada", None):
        agent = await house.client(who)
        for row in UNSAFE:
            path = row.path.replace("{id}", "1")
            assert await agent.fails(row.method, path, {}, headers=headers) == (403, "foreign_origin"), (
                row.name
            )


async def test_a_cookie_alone_opens_no_unsafe_route(house: House) -> None:
    ada = await house.client("ada")
    del ada.http.session.headers["Origin"]
    assert await ada.fails("POST", "/teams", {"name": "x"}) == (403, "foreign_origin")
    assert (await ada.ask("GET", "/teams"))[0] == 200
    status, _ = await ada.ask("POST", "/teams", {"name": "x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert status == 201


async def test_programs_say_no_origin(house: House) -> None:
    program = await house.client(token=await house.token("ada"))
    await program.does("POST", "/teams", {"name": "x"})


async def test_with_a_public_url_only_that_is_ours(house: House) -> None:
    object.__setattr__(house.desk.config.server, "public_url", "https://chat.example.com")
    ada = await house.client("ada")
    assert await ada.fails("POST", "/teams", {"name": "x"}) == (403, "foreign_origin")
    status, _ = await ada.ask("POST", "/teams", {"name": "x"}, headers={"Origin": "https://chat.example.com"})
    assert status == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "https://evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403)],
)
async def test_the_socket_asks_too(house: House, headers: dict[str, str], status: int) -> None:
    ada = await house.client("ada")
    with pytest.raises(WSServerHandshakeError) as caught:
        await ada.http.ws_connect("/ws/agent", headers=headers)
    assert caught.value.status == status


async def test_the_socket_is_for_agents(house: House) -> None:
    stranger = await house.client()
    with pytest.raises(WSServerHandshakeError) as caught:
        await stranger.http.ws_connect("/ws/agent")
    assert caught.value.status == 401


# --- bytes ----------------------------------------------------------------------------------------------------------

HOSTILE = {
    "no json": (b"{", 400),
    "bad utf-8": (b'{"name": "\xff\xfe"}', 400),
    "half a character": (b'{"name": "\\ud800"}', 400),
    "a zero byte": (b'{"name": "a\\u0000b"}', 400),
    "not an object": (b"[1]", 400),
    "a number for a text": (b'{"name": 1}', 400),
    "an unknown key": (b'{"name": "x", "admin": true}', 400),
    "not a number": (b'{"name": NaN}', 400),
    "nested deeply": (b'{"name": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    "nothing": (b"", 400),
    "a name of spaces": (b'{"name": "   "}', 400),
    "very long": (b'{"name": "' + b"x" * 300_000 + b'"}', 413),
}


async def test_a_number_is_what_it_says(both: House) -> None:
    """Up to 64 bits exactly; beyond, it is refused by name and never kept as a fraction near it."""
    ada = await both.client("ada")

    async def keeps(number: str) -> tuple[int, Any]:
        body = b'{"values": {"n": ' + number.encode() + b"}}"
        answer = await ada.raw(
            "PATCH", "/session/preferences", data=body, headers={"Content-Type": "application/json"}
        )
        return answer.status, orjson.loads(await answer.read() or b"{}")

    for number in ("9223372036854775807", "-9223372036854775807", "9007199254740993", "1e300"):
        assert (await keeps(number))[0] == 204, number
        kept = await both.store.read(
            lambda look: look.value("select preferences from agents where id = $1", both.agents["ada"])
        )
        assert orjson.loads(kept)["n"] == orjson.loads(number)
    for number in ("9223372036854775808", str(2**64), str(-(2**64)), "9" * 400, "1e400"):
        status, problem = await keeps(number)
        assert (status, problem["type"], problem["params"]["why"]) == (400, "malformed", "number too large")
    assert (await keeps("9" * 5000))[0] == 400


@pytest.mark.parametrize("case", HOSTILE)
async def test_broken_bodies_are_named(house: House, case: str) -> None:
    body, expected = HOSTILE[case]
    ada = await house.client("ada")
    answer = await ada.raw("POST", "/teams", data=body, headers={"Content-Type": "application/json"})
    problem = await answer.json()
    assert answer.status == expected, problem
    assert answer.content_type == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "text", "params"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_only_json_is_json(house: House, kind: str) -> None:
    ada = await house.client("ada")
    answer = await ada.raw("POST", "/teams", data=b'{"name": "x"}', headers={"Content-Type": kind})
    assert answer.status == 415


async def test_a_compressed_bomb_stays_small(house: House) -> None:
    ada = await house.client("ada")
    bomb = await asyncio.to_thread(gzip.compress, b'{"name": "' + b"x" * 50_000_000 + b'"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await ada.raw("POST", "/teams", data=bomb, headers=headers)
    assert answer.status == 415


async def test_queries_are_strict(house: House) -> None:
    ada = await house.client("ada")
    for query in (
        "limit=0",
        "limit=x",
        "status=gone",
        "status=open&status=closed",
        "nonsense=1",
        "q=%00",
        "tag=A B",
    ):
        assert await ada.fails("GET", f"/conversations?{query}") == (400, "malformed"), query
    assert (await ada.fails("GET", "/teams?x=1"))[0] == 400, "a route without a query takes none"


async def test_odd_paths_are_not_found(house: House) -> None:
    ada = await house.client("ada")
    for path in (
        "/conversations/UPPER",
        "/conversations/..%2f..",
        "/conversations/%00",
        "/conversations/" + "9" * 80,
    ):
        assert (await ada.fails("GET", path))[0] == 404, path
    assert (await ada.fails("GET", "/conversations/999999999999999"))[0] == 404
    assert await ada.fails("PUT", "/conversations") == (405, "method_not_allowed")


async def test_rates(open_with: Open) -> None:
    house = await open_with(Limits(agent_requests=Rate(5, 60.0), stranger_requests=Rate(3, 60.0)))
    ann, bob, stranger = await house.client("ann"), await house.client("bob"), await house.client()
    statuses = [(await ann.ask("GET", "/teams"))[0] for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert (await bob.ask("GET", "/teams"))[0] == 200
    assert [(await stranger.ask("GET", "/teams"))[0] for _ in range(4)] == [401, 401, 401, 429]


# --- answers --------------------------------------------------------------------------------------------------------


async def test_every_answer_is_sealed(house: House) -> None:
    ada = await house.client("ada")
    for path, status in (("/teams", 200), ("/conversations/1", 404), ("/nothing", 404)):
        answer = await ada.raw("GET", path)
        assert answer.status == status
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Server" not in answer.headers
    assert (await ada.raw("GET", "/teams")).headers["Cache-Control"] == "no-store"


async def failing(error: BaseException) -> TestClient[Any, Any]:
    async def handler(request: web.Request) -> web.Response:
        raise error

    app = web.Application(middlewares=[answer_problems])
    app[CONFIG] = Config()
    app.on_response_prepare.append(guard_response)
    app.router.add_get("/", handler)
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def test_nobody_sees_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    client = await failing(RuntimeError("password=hushhush"))
    answer = await client.get("/")
    problem = orjson.loads(await answer.read())
    assert (answer.status, problem["type"]) == (500, "unexpected")
    assert "hushhush" not in str(problem)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1, "logged once"
    assert problem["params"]["id"] in errors[0].getMessage()
    await client.close()


async def test_a_database_that_is_gone_is_said() -> None:
    client = await failing(Unavailable("no database"))
    answer = await client.get("/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert (await answer.json())["type"] == "unavailable"
    await client.close()


async def test_what_is_unavailable_is_a_line_of_the_log_and_not_one_for_each_caller(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the house learns what is wrong: the callers are not told."""
    monkeypatch.setattr("gateway.door._troubles", News())
    client = await failing(Unavailable("17 units wait for the bucket"))
    for _ in range(5):
        assert "bucket" not in await (await client.get("/")).text()
    await client.close()
    client = await failing(Unavailable("the disk fails"))
    await client.get("/")
    await client.close()
    said = [record.getMessage() for record in caplog.records if record.name == "gateway.door"]
    assert said == ["answered 503: 17 units wait for the bucket", "answered 503: the disk fails"]


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "told", "expected"),
    [
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("198.51.100.1", "203.0.113.5", "198.51.100.1"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        ("::ffff:198.51.100.1", "203.0.113.5", "::ffff:198.51.100.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, told: str | None, expected: str) -> None:
    app = web.Application()
    app[CONFIG] = Config(server=Server(trusted_proxies=("10.0.0.0/8",)))
    headers = {"X-Forwarded-For": told} if told else {}
    transport = SimpleNamespace(
        get_extra_info=lambda name, default=None: (peer, 1) if name == "peername" else default
    )
    request = make_mocked_request("GET", "/", headers=headers, app=app, transport=transport)
    assert client_address(request.clone(remote=peer)) == expected


def test_a_neighbourhood() -> None:
    assert neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff") == "2001:db8::/64"
    assert neighbourhood("") == ""
    assert neighbourhood("::ffff:192.0.2.1") == "192.0.2.1", "the same caller, whatever we listen on"


async def test_head_is_get_without_the_body(house: House) -> None:
    await house.customer_writes("hello")
    ada, stranger = await house.client("ada"), await house.client()
    for path in ("/teams", "/docs", "/conversations/1/export"):
        answer = await ada.raw("HEAD", path)
        assert (answer.status, await answer.read()) == (200, b""), path
    assert (await stranger.raw("HEAD", "/teams")).status == 401
