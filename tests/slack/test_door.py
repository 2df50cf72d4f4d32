"""Slack's signed calls over HTTP: nobody else gets in, and a call that comes again is done once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_sdk.signature import SignatureVerifier

from gateway.door import CONFIG, answer_problems
from gateway.sandbox.slack.weather import Weather
from tests.slack.town import Town, open_town


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[tuple[Town, TestClient]]:
    async with open_town(tmp_path, socket=False) as town:
        app = web.Application(middlewares=[answer_problems])
        app[CONFIG] = town.house.desk.config
        await town.starts(application=app)
        async with TestClient(TestServer(app)) as client:
            at = str(client.make_url("/slack"))
            town.slack.use_http(f"{at}/events", f"{at}/interactions", f"{at}/commands")
            await town.links(town.mina)
            yield town, client


async def test_all_goes_by_signed_calls_as_by_the_socket(door: tuple[Town, object]) -> None:
    town, _ = door
    taken = await town.house.customer_writes("hello", team="sales")
    thread = await town.pulls(taken.conversation)
    town.slack.weather = Weather(repeated=0.5, swapped=0.2)
    for number in range(5):
        town.slack.say(town.mina, town.support, f"word {number}", thread=thread)
    await town.heard()
    assert sorted(text for _, text in await town.said(taken.conversation)) == [f"word {n}" for n in range(5)]
    await town.slack.press(town.mina, town.support, thread, "parley:reply")
    view = town.view(town.mina)
    await town.slack.submit(view, text="By HTTP")
    assert (await town.said(taken.conversation))[-1] == ("public", "By HTTP")


def signed(town: Town, body: bytes, at: int | None = None) -> dict[str, str]:
    timestamp = str(int(time.time()) if at is None else at)
    made = SignatureVerifier(town.slack.installation.signing_secret).generate_signature(
        timestamp=timestamp, body=body
    )
    assert made is not None
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": made}


async def test_nobody_else_gets_in(door: tuple[Town, TestClient]) -> None:
    town, client = door
    body = b'{"type":"url_verification","challenge":"abc"}'
    good = signed(town, body)
    answer = await client.post("/slack/events", data=body, headers=good)
    assert (answer.status, await answer.json()) == (200, {"challenge": "abc"})
    name, other = "X-Slack-Signature", "X-Slack-Request-Timestamp"
    bad = [
        {},
        {other: good[other]},
        {name: good[name]},
        {**good, name: good[name][:-1] + "x"},
        {**good, name: ""},
        {**good, name: "v0=é"},
        {**good, other: "soon"},
        {**good, other: "٣"},
        {**good, other: ""},
        {**good, other: "9" * 400},
        signed(town, body, int(time.time()) - 600),
        signed(town, body, int(time.time()) + 600),
        signed(town, b"other"),
    ]
    for headers in bad:
        for path in ("events", "interactions", "commands"):
            answer = await client.post(f"/slack/{path}", data=body, headers=headers)
            assert answer.status in (400, 401), (path, headers, answer.status)
    raw = b"\xff\xfe"
    answer = await client.post("/slack/events", data=raw, headers={**good})
    assert answer.status == 401
    for odd in (b"[]", b"{", b'"x"'):
        answer = await client.post("/slack/events", data=odd, headers=signed(town, odd))
        assert answer.status == 400


async def test_a_call_that_is_played_again_does_nothing_again(door: tuple[Town, TestClient]) -> None:
    town, client = door
    taken = await town.house.customer_writes("hello", team="sales")
    await town.pulls(taken.conversation)
    number = await town.value("select number from conversations")
    form = {
        "user_id": town.mina.id,
        "channel_id": town.support.id,
        "text": f"pull {number}",
        "trigger_id": "1.2",
    }
    body = urlencode(form).encode()
    headers = {**signed(town, body), "Content-Type": "application/x-www-form-urlencoded"}
    answers = await asyncio.gather(
        *(client.post("/slack/commands", data=body, headers=headers) for _ in range(4))
    )
    assert [one.status for one in answers] == [200] * 4
    said = [await one.read() for one in answers]
    assert sum(map(bool, said)) == 1
