"""Strangers, and whoever has seen one signed call, at the doors where Slack calls us."""

from __future__ import annotations

import gzip
import io
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient
from multidict import CIMultiDict

from tests.slack.test_door import signed
from tests.slack.town import Town

WORDS = "HERS-ALONE"
PATHS = ("events", "interactions", "commands")
EVERYTHING = """select (select count(*) from messages) + (select count(*) from outside_seen)
    + (select count(*) from outside_people) + (select count(*) from pulls)"""
Door = tuple[Town, TestClient[Any, Any]]


async def knock(door: Door, path: str, body: bytes, headers: Any = None) -> int:
    town, client = door
    sent = signed(town, body) if headers is None else headers
    async with client.post(f"/slack/{path}", data=io.BytesIO(body), headers=sent) as answer:
        await answer.read()
        return answer.status


async def test_what_is_not_slacks_is_refused_before_anybody_understands_it(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    town, _ = door
    caplog.set_level(logging.DEBUG, logger="inbox")
    caplog.set_level(logging.DEBUG, logger="gateway")
    before = await town.value(EVERYTHING)
    words = f'{{"type":"event_callback","event":{{"type":"message","text":"{WORDS}"}}}}'.encode()
    good = signed(town, words)
    name = "X-Slack-Signature"
    twice = CIMultiDict(good)
    twice.add(name, good[name])
    both = CIMultiDict({**good, name: f"{good[name]},{good[name]}"})
    packed = {**good, "Content-Encoding": "gzip"}
    for path in PATHS:
        assert await knock(door, path, words, twice) == 401
        assert await knock(door, path, words, both) == 401
        assert await knock(door, path, words, {**good, name: good[name].upper()}) == 401
        assert await knock(door, path, words, {**good, name: good[name].replace("v0", "v1")}) == 401
        assert await knock(door, path, words + b" ", good) == 401, "a word more than was signed"
        assert await knock(door, path, gzip.compress(b"0" * 30_000_000), packed) == 415
        assert await knock(door, path, b"0" * (4 * 1024 * 1024 + 1)) == 413
    assert await town.value(EVERYTHING) == before
    said = "\n".join(record.getMessage() for record in caplog.records)
    installed = town.slack.installation
    for secret in (WORDS, installed.signing_secret, installed.bot_token, good[name]):
        assert secret not in said
    assert "unexpected" not in said


async def test_what_is_signed_and_no_call_breaks_nothing(door: Door) -> None:
    """A bomb of fields, a bottomless table, half a letter: and one door's call at another."""
    town, _ = door
    before = await town.value(EVERYTHING)
    command = urlencode({"user_id": town.mina.id, "channel_id": town.support.id, "text": "link X"}).encode()
    event = b'{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1"}}'
    for path, body, status in (
        ("commands", "&".join(f"a{n}=1" for n in range(50_000)).encode(), 400),
        ("interactions", b"payload=" + b"%5B" * 100_000, 400),
        ("interactions", b"payload=%5B%5D", 400),
        ("interactions", b"payload=", 400),
        ("interactions", b"", 400),
        ("interactions", command, 400),
        ("interactions", event, 400),
        ("events", b"[" * 100_000, 400),
        ("events", b'{"event":' * 50_000, 400),
        ("events", b'{"type":"event_callback","event":{"text":"\\ud83d"}}', 400),
        ("events", b'{"type":"url_verification"', 400),
        ("events", command, 400),
        ("events", b"", 400),
        # Understood as nothing, and acknowledged: Slack need not bring it again.
        ("events", b'{"type":"event_callback"}', 200),
        ("events", event, 200),
        ("commands", event, 200),
        ("commands", b"", 200),
        ("commands", b"user_id=%00&text=%00", 200),
    ):
        assert await knock(door, path, body) == status, (path, body[:60])
    assert await town.value(EVERYTHING) == before


async def test_whoever_guesses_is_soon_asked_to_wait_and_told_nothing(door: Door) -> None:
    town, client = door
    told = set()
    for number in range(150):
        body = f"text=link {number}".encode()
        async with client.post("/slack/commands", data=body, headers=signed(town, b"another")) as answer:
            told.add((answer.status, (await answer.json())["type"]))
            last = answer
    assert told == {(401, "unsigned"), (429, "too_many")}
    assert last.status == 429 and int(last.headers["Retry-After"]) >= 1
