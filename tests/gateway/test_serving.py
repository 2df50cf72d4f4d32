"""What the listening side says of a request it could not read, and how long it waits for one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web

from gateway.door import HEADERS, Gate
from gateway.rates import News
from gateway.serving import Runner
from tests.hours import Hours

SECRET = "parley_session=0123456789abcdef"
GET = b"GET / HTTP/1.1\r\nHost: here\r\n"
LONG = b"GET /long HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


ENDED = web.AppKey("ended", asyncio.Event)
"""Of a long answer."""


async def long(request: web.Request) -> web.StreamResponse:
    try:
        response = web.StreamResponse()
        await response.prepare(request)
        for _piece in range(400):  # more than any kernel keeps for a reader
            await response.write(b"x" * 256 * 1024)
        return response
    finally:
        request.app[ENDED].set()


async def fault(_: web.Request) -> web.Response:
    raise RuntimeError(SECRET)


@contextlib.asynccontextmanager
async def served(
    head_wait: float = 20,
    keepalive_timeout: float = 20,
    gate: Gate | None = None,
    takes_nothing: float = 20,
    ended: asyncio.Event | None = None,
) -> AsyncIterator[int]:
    application = web.Application()
    application[ENDED] = ended or asyncio.Event()
    application.router.add_get("/", hello)
    application.router.add_get("/fault", fault)
    application.router.add_get("/long", long)
    runner = Runner(
        application,
        head_wait=head_wait,
        takes_nothing=takes_nothing,
        keepalive_timeout=keepalive_timeout,
        gate=gate,
        guards=HEADERS,
        access_log=None,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        GET + b"Cookie: " + SECRET.encode() * 1_000 + b"\r\n\r\n",
        GET + b"Cookie: " + SECRET.encode() + b"\x00\r\n\r\n",
        GET + SECRET.encode() + b"\r\n\r\n",
        b"GET /" + SECRET.encode() * 1_000 + b" HTTP/1.1\r\n\r\n",
        SECRET.encode() + b"\r\n\r\n",
    ],
    ids=["long", "broken", "no colon", "long path", "no request"],
)
async def test_what_could_not_be_read_is_not_repeated(head: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served() as port, connected(port) as (reader, writer):
        writer.write(head)
        answer = (await asyncio.wait_for(reader.read(), 10)).decode()
    top, _, body = answer.partition("\r\n\r\n")
    assert top.startswith("HTTP/1.0 400") and "application/problem+json" in top and "aiohttp" not in top
    assert json.loads(body)["status"] == 400
    assert "0123456789" not in answer
    assert "0123456789" not in caplog.text
    assert "could not be read" in caplog.text


async def test_stray_bytes_in_a_head_are_the_callers_fault(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as port, connected(port) as (reader, writer):
        writer.write(GET + b"Expect: \xff\xfe\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 400")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("sent", [b"", GET, GET + b"X-A: "])
async def test_a_head_that_does_not_come_is_not_waited_for(sent: bytes) -> None:
    async with served(head_wait=0.1) as port, connected(port) as (reader, writer):
        writer.write(sent)
        assert await asyncio.wait_for(reader.read(), 10) == b""


async def test_a_head_that_trickles_in_gains_no_time() -> None:
    async with served(head_wait=0.2) as port, connected(port) as (reader, writer):
        writer.write(GET + b"X-A: ")
        trickle = asyncio.create_task(trickled(writer))
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        trickle.cancel()


async def trickled(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"G")
        await asyncio.sleep(0.02)


async def test_a_second_head_has_its_own_time() -> None:
    async with (
        served(head_wait=60, keepalive_timeout=36_000) as port,
        connected(port) as (reader, writer),
    ):
        hours = Hours()
        writer.write(GET + b"\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        hours.passes(70)
        writer.write(GET)
        await asyncio.sleep(0.05)
        hours.passes(50)
        writer.write(b"\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        writer.write(GET)
        for _ in range(500):  # not once: it may arrive after the first minute
            if reader.at_eof():
                break
            hours.passes(61)
            await asyncio.sleep(0.01)
        assert await reader.read() == b""


async def test_a_connection_that_rests_is_closed() -> None:
    async with served(keepalive_timeout=0.1) as port, connected(port) as (reader, writer):
        writer.write(GET + b"\r\n")
        assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"hello")


def fields(head: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])


async def test_what_could_not_be_read_is_answered_with_the_guards() -> None:
    async with served() as port, connected(port) as (reader, writer):
        writer.write(b"nonsense\r\n\r\n")
        head, _, _ = (await asyncio.wait_for(reader.read(), 10)).decode().partition("\r\n\r\n")
    assert HEADERS.items() <= fields(head).items()


async def test_a_fault_that_nobody_caught_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as port, connected(port) as (reader, writer):
        writer.write(b"GET /fault HTTP/1.1\r\nHost: here\r\n\r\n")
        head, _, body = (await asyncio.wait_for(reader.read(), 10)).decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 500") and HEADERS.items() <= fields(head).items()
    assert json.loads(body)["type"] == "unexpected" and SECRET not in body
    assert SECRET in caplog.text


async def test_one_address_does_not_get_all_connections() -> None:
    async with served(gate=Gate(2, ())) as port, contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(connected(port))
        await stack.enter_async_context(connected(port))
        reader, writer = await stack.enter_async_context(connected(port))
        writer.write(GET + b"\r\n")
        head, _, body = (await asyncio.wait_for(reader.read(), 10)).decode().partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 429 ")
        assert (fields(head)["Retry-After"], json.loads(body)["text"]) == ("10", "errors.too_many_open")
        assert HEADERS.items() <= fields(head).items()
        first[1].write(GET + b"\r\n")
        assert (await first[0].readuntil(b"hello")).startswith(b"HTTP/1.1 200"), "who is in stays in"
        first[1].close()
        await first[1].wait_closed()
        await asyncio.sleep(0.05)
        reader, writer = await stack.enter_async_context(connected(port))
        writer.write(GET + b"\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200"), "its place is free again"


async def test_a_connection_too_many_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.serving.REFUSED_WAIT", 0.1)
    async with served(gate=Gate(0, ())) as port, connected(port) as (reader, _):
        assert await asyncio.wait_for(reader.read(), 5) == b""


@pytest.fixture
def crowd() -> Iterator[int]:
    """The number of the next file, of many."""
    with contextlib.ExitStack() as held:
        yield 1 + max(held.enter_context(socket.socket()).fileno() for _ in range(200))


def allow(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    monkeypatch.setattr("gateway.serving._shortage", News())
    monkeypatch.setattr("resource.getrlimit", lambda _: (files, files))


async def test_no_connection_takes_the_files_that_the_house_needs(
    crowd: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(gate=Gate(1, ())) as port:
        with monkeypatch.context() as now:
            allow(now, crowd + 22)
            for _ in range(3):
                async with connected(port) as (reader, writer):
                    writer.write(GET + b"\r\n")
                    answer = await asyncio.wait_for(reader.read(), 5)
                assert answer.startswith(b"HTTP/1.1 503 "), answer
                assert b"Retry-After: 10\r\n" in answer and b"X-Content-Type-Options: nosniff" in answer
            assert [told.message for told in caplog.records if "too many files" in told.message] == [
                "too many files are open: new connections are sent away (raise LimitNOFILE, `ulimit -n`)"
            ], "a crowd is one line"
        async with connected(port) as (reader, writer):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200"), "there is room again"


async def test_the_last_files_are_not_even_for_saying_so(crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as port:
        allow(monkeypatch, crowd + 4)
        async with connected(port) as (reader, _):
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 1) == b"", "no need to say anything first"


@contextlib.contextmanager
def small_reader(port: int) -> Iterator[socket.socket]:
    """Somebody for whom no kernel keeps much."""
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(LONG)
        reader.setblocking(False)
        yield reader


async def test_who_takes_nothing_of_an_answer_is_let_go() -> None:
    """A file stays open for as long as somebody is sent it: who never reads must not hold it for ever."""
    gate, ended = Gate(1, ()), asyncio.Event()
    async with served(takes_nothing=0.2, gate=gate, ended=ended) as port:
        with small_reader(port):
            await asyncio.wait_for(ended.wait(), 10)
        async with connected(port) as (reader, writer):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200"), "there is room again"


async def test_who_reads_slowly_is_answered_whole() -> None:
    loop, taken, ended = asyncio.get_running_loop(), 0, asyncio.Event()
    async with served(takes_nothing=0.3, ended=ended) as port:
        with small_reader(port) as reader:
            for _ in range(10):  # three times as long as somebody may take nothing, taking a little
                taken += len(await loop.sock_recv(reader, 256 * 1024))
                await asyncio.sleep(0.1)
            assert not ended.is_set()
            while piece := await loop.sock_recv(reader, 1024 * 1024):
                taken += len(piece)
    assert taken > 400 * 256 * 1024
