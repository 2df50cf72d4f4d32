"""Bodies of the customers' door: what fits its model, within its bounds, and nothing else."""

import asyncio
import json
import zlib
from typing import Any

import orjson
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from gateway.config import Config
from gateway.door import CONFIG
from gateway.errors import Refused
from gateway.limits import Limits
from gateway.visitors.bodies import answer, read_body
from gateway.visitors.wire import Say

MOST = 2_000
WELL = {"client_id": "c" * 8, "text": "배송"}


@pytest.fixture
async def door(aiohttp_client: AiohttpClient) -> TestClient[Any, Any]:
    """Says back what it read, or the class of what it raised."""

    async def echo(request: web.Request) -> web.Response:
        try:
            return answer((await read_body(request, Say)).model_dump(), status=201)
        except Refused as error:
            return answer({"error": type(error).__name__, "log": str(error)}, status=400)

    app = web.Application()
    app[CONFIG] = Config(limits=Limits().model_copy(update={"body_bytes": MOST}))
    app.router.add_post("/", echo)
    return await aiohttp_client(app)


async def said(door: TestClient[Any, Any], body: Any, kind: str = "application/json") -> ClientResponse:
    return await door.post("/", data=body, headers={"Content-Type": kind})


async def test_what_fits_is_read_and_answered_as_json(door: TestClient[Any, Any]) -> None:
    told = await said(door, orjson.dumps(WELL))
    assert (told.status, told.content_type) == (201, "application/json")
    assert await told.json() == {**WELL, "attachments": [], "reply_to": None}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        {"text": 7},
        {"client_id": "short"},
        {"admin": True},
        {"text": "a\ud800"},
    ],
    ids=repr,
)
async def test_what_does_not_fit_is_malformed_and_its_words_are_not_repeated(
    door: TestClient[Any, Any], body: Any
) -> None:
    if isinstance(body, dict):
        body = json.dumps({**WELL, **body}).encode()
    told = await said(door, body)
    error = await told.json()
    assert (told.status, error["error"]) == (400, "Malformed")
    assert "배송" not in error["log"] and "short" not in error["log"]


async def test_what_is_packed_and_what_is_too_large_is_not_read(door: TestClient[Any, Any]) -> None:
    packed = {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    told = await door.post("/", data=zlib.compress(orjson.dumps(WELL)), headers=packed)
    assert (await told.json())["error"] == "UnsupportedMediaType"
    large = orjson.dumps({**WELL, "text": "x" * MOST})
    assert (await (await said(door, large)).json())["error"] == "TooLarge"

    async def unannounced() -> Any:
        for start in range(0, len(large), 500):
            yield large[start : start + 500]
            await asyncio.sleep(0)

    assert (await (await said(door, unannounced())).json())["error"] == "TooLarge"
