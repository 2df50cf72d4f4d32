"""What is small on the wire and large when unfolded. Bodies: inbox/test_route.py, gateway/test_webhooks.py."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.channels._twilio_client import SessionClient
from gateway.errors import PermanentError, TemporaryError
from gateway.events import RemoteFile
from tests.channels.twilio_requests import sms
from tests.visitors.conftest import Shop

UNFOLDED, ALLOWED = 60_000_000, 200_000
MEMORY = 24_000_000
"""Bytes that may be held meanwhile: far below what is unfolded."""


@pytest.fixture
async def provider() -> AsyncIterator[TestServer]:
    packed = gzip.compress(b"\0" * UNFOLDED)

    async def answer(request: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", "Content-Type": request.query.get("as", "image/png")}
        return web.Response(body=packed, headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app)
    async with server:
        yield server


async def taken(fetching: Any) -> None:
    async with fetching as fetched:
        async for _ in fetched.chunks:
            pass


async def test_a_providers_packed_file_is_counted_as_it_unfolds(provider: TestServer) -> None:
    channel = sms(api_base=str(provider.make_url("/")))
    await channel.open()
    file = RemoteFile(str(provider.make_url("/media/file")), "image/png")
    tracemalloc.start()
    try:
        with pytest.raises(PermanentError) as caught:
            await taken(channel.fetch(file, limit=ALLOWED))
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
        await channel.close()
    assert caught.value.code == "too_large"


async def test_a_providers_packed_answer_is_not_unfolded_whole(provider: TestServer) -> None:
    async with aiohttp.ClientSession() as session:
        client = SessionClient(session, str(provider.make_url("/")))
        tracemalloc.start()
        try:
            with pytest.raises(TemporaryError):
                await client.request("GET", str(provider.make_url("/2010-04-01/Accounts.json")))
            assert tracemalloc.get_traced_memory()[1] < MEMORY
        finally:
            tracemalloc.stop()


async def test_no_socket_agrees_to_packed_frames(shop: Shop) -> None:
    hana = shop.browser()
    await hana.arrive()
    async with hana.http.ws_connect("/ws/visitor/web", compress=15) as ws:
        assert ws.compress == 0
        assert ws.get_extra_info("peername") is not None
        await ws.send_str("x" * (shop.desk.parts.config.limits.frame_bytes + 1))
        while (await ws.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert ws.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
