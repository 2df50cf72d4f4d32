"""One try against real servers that behave, and against those that do not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from gateway.followers import sending
from gateway.followers.sending import READ_MOST, connection, send
from gateway.stream.hook_queue import EXCERPT, Endpoint, Outcome
from gateway.stream.hooks import new_secret
from tests.servers.hook_receiver import Call, Receiver, hook_receiver, slowly

HERE = ("127.0.0.1", "localhost")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with hook_receiver() as made:
        yield made


def now() -> int:
    return int(time.time() * 1000)


def endpoint(url: str, *secrets: str) -> Endpoint:
    return Endpoint("h", url, secrets, frozenset(), words=True, notes=False)


async def tried(
    url: str, *secrets: str, timeout: int = 2000, trusted: tuple[str, ...] = HERE, body: bytes = b"{}"
) -> Outcome:
    async with connection(trusted, timeout) as http:
        return await send(http, endpoint(url, *secrets), "evt_1", body, now(), trusted)


BODY = '{"type":"message.created","data":{"text":"배송"}}'.encode()


async def test_it_arrives_signed_and_whole(receiver: Receiver) -> None:
    secret, former = new_secret(), new_secret()
    receiver.secrets = [former]
    outcome = await tried(receiver.url, secret, former, body=BODY)
    assert (outcome.problem, outcome.status, outcome.excerpt) == (None, 200, "")
    call = receiver.taken[0]
    assert call.body == BODY and call.headers["content-type"] == "application/json"
    assert call.headers["user-agent"].startswith("Parley-Webhooks/")
    assert "cookie" not in call.headers and "authorization" not in call.headers
    assert outcome.ms is not None and outcome.ms < 2000


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_yes(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda call: status
    assert (await tried(receiver.url, body=BODY)).problem is None


@pytest.mark.parametrize("status", [400, 401, 404, 408, 410, 418, 429, 500, 502, 503, 504])
async def test_every_other_is_no_with_the_beginning_of_its_reason(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda call: web.Response(status=status, text="  이유 " + "x" * 9999)
    outcome = await tried(receiver.url, body=BODY)
    assert (outcome.problem, outcome.status) == ("status", status)
    assert outcome.excerpt.startswith("이유 xxx") and len(outcome.excerpt) <= EXCERPT
    assert outcome.gone == (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    async with hook_receiver() as inner:
        where = {"Location": inner.url}
        receiver.answer = lambda call: web.Response(status=status, headers=where)
        outcome = await tried(receiver.url, body=BODY)
        assert (outcome.problem, outcome.status) == ("redirect", status)
        assert inner.calls == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
    ],
)
async def test_an_inner_address_is_never_called_however_it_is_written(receiver: Receiver, host: str) -> None:
    url = f"https://{host}:{receiver.server.port}/hook"
    outcome = await tried(url, trusted=())
    assert outcome.problem in ("private", "name"), outcome
    assert receiver.calls == []


async def test_a_name_that_leads_inside_is_not_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: what counts is where the name leads at the moment of the call."""
    from aiohttp import ThreadedResolver

    async def inside(self: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        return [
            {"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", inside)
    outcome = await tried(f"https://rebound.example:{receiver.server.port}/", trusted=())
    assert outcome.problem == "private"
    assert receiver.calls == []


async def test_a_host_that_is_trusted_no_more_is_not_called(receiver: Receiver) -> None:
    assert (await tried(receiver.url, body=BODY)).problem is None
    assert (await tried(receiver.url, trusted=(), body=BODY)).problem == "private"
    assert len(receiver.calls) == 1


async def test_who_does_not_answer_in_time_has_not_taken_it(receiver: Receiver) -> None:
    receiver.answer = lambda call: slowly(5)
    outcome = await tried(receiver.url, timeout=300, body=BODY)
    assert outcome.problem == "timeout" and outcome.status is None
    assert outcome.ms is not None and 250 < outcome.ms < 2000


async def endless(call: Call) -> web.StreamResponse:
    response = web.StreamResponse(status=500 if call.request.path.endswith("no") else 200)
    await response.prepare(call.request)
    try:
        while True:
            await response.write(b"x" * 65536)
    except (ConnectionError, asyncio.CancelledError):
        return response


@pytest.mark.parametrize("status", [200, 500])
async def test_an_endless_answer_is_hung_up_on(receiver: Receiver, status: int) -> None:
    receiver.answer = endless
    outcome = await tried(receiver.url + ("/no" if status == 500 else ""), timeout=5000, body=BODY)
    assert (outcome.status, outcome.problem) == (status, None if status == 200 else "status")
    assert outcome.excerpt == ("" if status == 200 else "x" * EXCERPT)


async def test_an_answer_that_drips_is_not_waited_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "READ_FOR", 0.2)

    async def drip(call: Call) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(call.request)
        for _ in range(50):
            await response.write(b"x")
            await asyncio.sleep(0.1)
        return response

    receiver.answer = drip
    outcome = await tried(receiver.url, timeout=20_000, body=BODY)
    assert outcome.status == 500 and 0 < len(outcome.excerpt) < 50, "all of it was waited for"


async def test_a_bomb_is_not_unpacked(receiver: Receiver) -> None:
    import gzip

    packed = gzip.compress(b"x" * 10_000_000)
    receiver.answer = lambda call: web.Response(status=500, body=packed, headers={"Content-Encoding": "gzip"})
    outcome = await tried(receiver.url, body=BODY)
    assert outcome.status == 500 and len(outcome.excerpt) <= EXCERPT <= READ_MOST


@pytest.mark.parametrize(
    "spoken", [b"", b"HTTP/1.1 200", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 999999 no\r\n\r\n", b"\0" * 99999]
)
async def test_who_speaks_no_http_has_not_taken_it(spoken: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(spoken)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outcome = await tried(f"http://127.0.0.1:{port}/")
    assert outcome.problem == "connection"
    server.close()
    assert (await tried(f"http://127.0.0.1:{port}/")).problem == "connection", "and nobody is there any more"


async def test_no_tls_where_it_is_due_and_no_such_name(receiver: Receiver) -> None:
    assert (await tried(f"https://127.0.0.1:{receiver.server.port}/")).problem == "tls"
    assert (await tried("https://nosuch.invalid/", trusted=())).problem in ("name", "connection")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("120", 120_000),
        ("0", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("٣", 0),
        ("9" * 40, 999_999_999_000),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
async def test_how_long_it_wants_to_be_left_alone(receiver: Receiver, said: str, asked: int) -> None:
    receiver.answer = lambda call: web.Response(
        status=429, headers={"Retry-After": said.encode().decode("latin-1")}
    )
    assert (await tried(receiver.url, body=BODY)).asked == asked


async def test_a_date_to_come_back_at(receiver: Receiver) -> None:
    when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 600))
    receiver.answer = lambda call: web.Response(status=503, headers={"Retry-After": when})
    assert 595_000 < (await tried(receiver.url, body=BODY)).asked <= 600_000
