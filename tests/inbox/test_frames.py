"""What is no frame, no command or no WebSocket at all: answered, and harmless to everybody else."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Any

import orjson
import pytest

from gateway.limits import Limits
from inbox.wire import PROTOCOL
from tests.inbox.conftest import House, Open
from tests.inbox.tabs import SOON, opened, tabs

NOT_FRAMES = [
    "no json",
    "",
    "null",
    "[]",
    '"text"',
    "{",
    '{"kind":"nothing"}',
    '{"kind":null}',
    "{}",
    '{"kind":"look"}',
    '{"kind":"look","conversation":5}',
    '{"kind":"look","conversation":"a\\u0000"}',
    '{"kind":"look","conversation":"' + "x" * 65 + '"}',
    '{"kind":"typing","conversation":"c","mode":"loud"}',
    '{"kind":"here","visible":"yes"}',
    '{"kind":"command","id":"","name":"close","args":{}}',
    '{"kind":"command","id":"1","name":"close","args":[]}',
    '{"kind":"command","id":"1","name":"close","args":{},"more":1}',
    '{"kind":"look","conversation":"\\ud800"}',
    "[" * 5_000 + "]" * 5_000,
    '{"kind":' + "9" * 5_000 + "}",
    '{"kind":"hello","protocol":1}',
]


async def test_what_is_no_frame_is_answered_and_harmless(house: House) -> None:
    async with tabs(house, "ann") as (ann,):
        for count, text in enumerate(NOT_FRAMES, 1):
            await ann.connection.send(text)
            answer = await ann.hears("problem", count)
            assert (answer["id"], answer["problem"]["type"]) == (None, "malformed"), text[:60]
        await ann.connection.send(b"\x00\xff binary")
        assert (await ann.hears("problem", len(NOT_FRAMES) + 1))["problem"]["status"] == 400
        assert await ann.does("make_tag", name="vip", colour="#00ff00")


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("no_such_command", {}, "malformed"),
        ("close", {}, "malformed"),
        ("close", {"conversation": 7}, "malformed"),
        ("close", {"conversation": "x", "more": 1}, "malformed"),
        ("close", {"conversation": "x\0"}, "malformed"),
        ("close", {"conversation": "0nowhere"}, "not_found"),
        (
            "set_attributes",
            {"conversation": "x", "values": {"a": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}},
            "malformed",
        ),
    ],
)
async def test_a_command_that_cannot_be_done_is_a_problem(
    house: House, name: str, args: dict[str, Any], code: str
) -> None:
    async with tabs(house, "ann") as (ann,):
        answer = await ann.command(name, **args)
        assert (answer["kind"], answer["problem"]["type"]) == ("problem", code)
        assert ann.closed is None


async def raw_socket(house: House, who: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A handshake by hand, for bytes that no library would send."""
    url = house.server.make_url("/ws/agent")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/agent HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nOrigin: http://{url.host}:{url.port}\r\n"
        f"Cookie: parley={house.cookies[who]}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def frame(payload: bytes, opcode: int = 1, *, masked: bool = True) -> bytes:
    size = len(payload)
    head = bytes([0x80 | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    else:
        head += bytes([bit | 126]) + size.to_bytes(2, "big")
    return head + (b"\0\0\0\0" if masked else b"") + payload


@pytest.mark.parametrize(
    "bad",
    [
        frame(b"\xff\xfe not utf-8"),
        frame(b"{}", opcode=3),
        frame(b"{}")[:1] + b"\xff" + b"\xff" * 8 + b"\0" * 4,
        frame(b"x" * 200, opcode=9),
        bytes([0xF1, 0x82, 0, 0, 0, 0]) + b"{}",
    ],
    ids=["not utf-8", "unknown opcode", "2^63 bytes", "long ping", "reserved bits"],
)
async def test_bytes_that_are_no_websocket_end_that_socket_only(house: House, bad: bytes) -> None:
    async with tabs(house, "bob") as (bob,):
        reader, writer = await raw_socket(house, "ann")
        hello = orjson.dumps({"kind": "hello", "protocol": PROTOCOL})
        writer.write(frame(hello))
        await reader.readuntil(b'"kind":"snapshot"')
        writer.write(bad)
        async with asyncio.timeout(SOON):
            rest = await reader.read()
        assert b"\x88" in rest, "a close frame says why"
        writer.close()
        await bob.nothing_more()
        assert {session.caller.name for session in house.desk.hub.sessions} == {"Bob"}


async def test_an_oversized_frame_ends_the_socket(house: House) -> None:
    ann = await opened(house, "ann")
    await ann.connection.send('{"kind":"look","conversation":"' + "x" * house.desk.limits.frame_bytes + '"}')
    assert await ann.ended() == 1009


async def test_thousands_of_looks_are_bounded(open_with: Open) -> None:
    limits = Limits.model_validate({"agent_requests": "100/minute"})
    house = await open_with(limits)
    taken = await house.customer_writes("hello", team="sales")
    async with tabs(house, "ann") as (ann,):
        for _ in range(300):
            await ann.say(kind="look", conversation=taken.conversation)
            await ann.say(kind="here", visible=True)
        refused = await ann.until(
            lambda tab: [one for one in tab.of("problem") if one["problem"]["type"] == "too_many"], "too many"
        )
        assert refused[0]["problem"]["status"] == 429
        assert len(ann.of("signals")) < 300
        house.clock.ahead += 60_000
        await ann.look(taken.conversation)
