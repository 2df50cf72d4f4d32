"""The providers' door: fails closed, acknowledges only what is committed, says clearly what it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from gateway.app import Parley, listening, open_parley
from gateway.config import Config, Database, Server
from gateway.errors import Unavailable
from gateway.limits import Limits
from gateway.rates import Rate
from tests import provider
from tests.provider import PUBLIC, SECTION, SIGNED, said, signature

CHANNELS = {"web": {"type": "webchat"}, "post": SECTION, "other": {**SECTION, "secret": "of another"}}
JSON = {"Content-Type": "application/json"}
TABLES = ("messages", "contacts", "identities", "events", "parked")


class Door:
    """Calls as the provider does."""

    def __init__(self, parley: Parley, port: int, http: ClientSession) -> None:
        self.parley = parley
        self.http = http
        self.url = f"http://127.0.0.1:{port}"

    async def sends(
        self, what: Any = None, path: str = "/webhooks/post", *, public: str = PUBLIC, **more: Any
    ) -> tuple[int, str, bytes]:
        """Signed unless told otherwise: (status, type, body)."""
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        headers = {**JSON, SIGNED: signature(public + path, body), **more.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        method = more.pop("method", "POST")
        async with self.http.request(method, self.url + path, data=body, headers=headers, **more) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), await answer.read()

    async def all(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.parley.store.scan(lambda look: look.all(sql))]

    async def texts(self) -> list[str]:
        return [row[0] for row in await self.all("select text from messages order by position")]

    async def rows(self) -> dict[str, int]:
        return {table: (await self.all(f"select count(*) from {table}"))[0][0] for table in TABLES}


@contextlib.asynccontextmanager
async def opened(
    folder: Path, patch: pytest.MonkeyPatch, *, url: str = "", limits: Limits | None = None, **server: Any
) -> AsyncIterator[Door]:
    provider.register(patch)
    config = Config(
        data=folder,
        channels=CHANNELS,
        limits=limits or Limits(),
        server=Server(**{"public_url": PUBLIC, **server}),
        database=Database(url=SecretStr(url)) if url else Database(),
    )
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession(auto_decompress=False) as http,
    ):
        yield Door(parley, port, http)


@pytest.fixture(params=["sqlite", "postgresql"])
async def door(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door]:
    url = request.getfixturevalue("ready_url") if request.param == "postgresql" else ""
    async with opened(tmp_path, monkeypatch, url=url) as made:
        yield made


async def test_a_signed_call_is_committed_before_it_is_acknowledged(door: Door) -> None:
    what = {"messages": [said("m1", "Hello"), said("m2", "anybody there?"), said("m3", "Hi", "+15550199")]}
    answer = await door.sends(what)
    assert answer == (202, "text/xml; charset=utf-8", b"<Coo/>")
    assert await door.texts() == ["Hello", "anybody there?", "Hi"]
    assert await door.all("select distinct account_id from messages") == [("post",)]
    assert len(await door.all("select id from conversations")) == 2


async def test_twenty_of_the_same_at_once_are_one_message(door: Door) -> None:
    what = {"messages": [said("m1", "Hello")]}
    answers = await asyncio.gather(*(door.sends(what) for _ in range(20)))
    assert {answer[0] for answer in answers} == {202}
    assert await door.texts() == ["Hello"]
    answers = await asyncio.gather(*(door.sends(b"unreadable") for _ in range(20)))
    assert {answer[0] for answer in answers} == {202}
    assert (await door.rows())["parked"] == 1, "nor is one of them kept twice that cannot be read"


async def test_what_is_not_signed_leaves_nothing_but_a_reason_in_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    before = await door.rows()
    what = {"messages": [said("m1", "Hello")]}
    for headers, reason in (
        ({SIGNED: None}, f"no header {SIGNED}"),
        ({SIGNED: "0" * 64}, "another secret, address or body"),
        ({SIGNED: "break"}, "its adapter failed"),
        ({SIGNED: "scribble"}, "one line ERROR gateway: and a forged one"),
    ):
        caplog.clear()
        status, kind, body = await door.sends(what, headers=headers)
        assert (status, kind) == (403, "application/problem+json")
        assert json.loads(body)["type"] == "unsigned"
        assert reason not in body.decode()
        assert f"refused (403) as {PUBLIC}/webhooks/post: " in caplog.text and reason in caplog.text
    assert await door.rows() == before


async def test_a_signature_counts_for_its_account_its_address_and_its_body_alone(door: Door) -> None:
    body = json.dumps({"messages": [said("m1", "Hello")]}).encode()
    good = signature(f"{PUBLIC}/webhooks/post?a=%20b", body)
    for path, sent in (
        ("/webhooks/other?a=%20b", body),
        ("/webhooks/post", body),
        ("/webhooks/post?a=+b", body),
        ("/webhooks/post?a=%20b", body.replace(b"Hello", b"Hullo")),
    ):
        assert (await door.sends(sent, path, headers={SIGNED: good}))[0] == 403
    assert await door.texts() == []
    assert (await door.sends(body, "/webhooks/post?a=%20b"))[0] == 202


async def test_behind_a_proxy_the_public_address_is_what_was_signed(door: Door) -> None:
    headers = {"Host": "10.0.0.7:8080", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert (await door.sends({"messages": [said("m1", "Hello")]}, headers=headers))[0] == 202
    what = {"messages": [said("m2", "Hello")]}
    assert (await door.sends(what, public="https://evil.example", headers=headers))[0] == 403


async def test_accounts_that_take_no_calls(door: Door) -> None:
    assert [(await door.sends(b"", f"/webhooks/{name}"))[0] for name in ("web", "nobody", "A B")] == [404] * 3
    await door.parley.store.write(
        lambda tx: tx.run(
            "insert into accounts (id, type, label, state, settings, created_at)"
            " values ('old', 'pigeon', 'Old', 'retired', '{}', 0)"
        )
    )
    status, _, body = await door.sends(b"", "/webhooks/old")
    assert (status, json.loads(body)["type"]) == (410, "gone")
    assert (await door.sends(b"", method="DELETE"))[0] == 405


async def test_a_call_by_get_is_verified_too(door: Door) -> None:
    assert (await door.sends(b"", "/webhooks/post?x=1", method="GET", headers={SIGNED: None}))[0] == 403
    assert (await door.sends(b"", "/webhooks/post?x=1", method="GET"))[0] == 202


async def test_what_cannot_be_taken_in_is_parked_and_acknowledged(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    half = b'{"messages": [{"id": "m2", "from": "+15550100", "text": "half \\ud800"}]}'
    for number, (what, reason) in enumerate(
        (
            (b"<xml/>", "unreadable"),
            ({"news": [said("m9", "later")]}, "unreadable"),
            ({"messages": [{"id": "m1"}]}, "fault"),
            (half, "fault"),
        ),
        1,
    ):
        assert (await door.sends(what))[0] == 202
        assert (await door.sends(what))[0] == 202, "its repeat is kept no second time"
        rows = await door.all(
            "select reason, account_id, method, url, headers, body from parked order by at, id"
        )
        assert len(rows) == number
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        assert rows[-1][:4] == (reason, "post", "POST", f"{PUBLIC}/webhooks/post")
        assert json.loads(rows[-1][4]) == JSON, "what signed it is not kept"
        assert bytes(rows[-1][5]) == body
    assert await door.texts() == []
    assert "is parked as" in caplog.text and "half" not in "".join(
        record.getMessage() for record in caplog.records
    )


async def test_one_bad_fact_harms_no_other_of_the_call(door: Door) -> None:
    bad = b'{"id": "m2", "from": "+15550100", "text": "\\ud800"}'
    body = b'{"messages": [%s, %s, %s]}' % (
        json.dumps(said("m1", "before")).encode(),
        bad,
        json.dumps(said("m3", "after")).encode(),
    )
    assert (await door.sends(body))[0] == 202
    assert await door.texts() == ["before", "after"]
    assert len(await door.all("select id from parked")) == 1
    assert await door.all("select space, address from parked_people") == [("tel", "+15550100")]


async def test_bodies_are_bounded_whole_and_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, limits=Limits(webhook_bytes=16_384)) as door:
        fits = {"messages": [said("m1", "x" * 9_000)]}
        assert (await door.sends(fits))[0] == 202
        assert (await door.sends(b"x" * 16_385))[0] == 413

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield b"x" * 4_096

        async with door.http.post(f"{door.url}/webhooks/post", data=pieces()) as answer:
            assert answer.status == 413, "nor does it help to say no length"
        assert (await door.sends(b"", headers={"Content-Encoding": "gzip"}))[0] == 415
        assert (await door.rows())["parked"] == 0


async def test_a_database_that_is_away_is_503_and_the_provider_calls_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("the database is away")

    what = {"messages": [said("m1", "Hello")]}
    with monkeypatch.context() as patch:
        patch.setattr(door.parley.store, "write", away)
        assert (await door.sends(what))[0] == 503
        assert (await door.sends(b"no JSON"))[0] == 503, "nothing is acknowledged that is not kept"
    assert (await door.sends(what))[0] == 202
    assert await door.texts() == ["Hello"]
    assert (await door.rows())["parked"] == 0


async def test_over_the_bound_nothing_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, monkeypatch, limits=Limits(parked_most=2)) as door:
        answers = [(await door.sends(b"bad %d" % n))[0] for n in range(4)]
        assert answers == [202, 202, 503, 503]
        assert (await door.sends(b"bad 1"))[0] == 202, "what is kept already is no more"
        assert "2 calls of account post are parked" in caplog.text
        assert (await door.sends({"messages": [said("m1", "Hello")]}))[0] == 202, "good calls go on"


async def test_who_guesses_is_slowed_and_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(webhook_refused=Rate(3, 3600.0))
    async with opened(tmp_path, monkeypatch, limits=limits, trusted_proxies=("127.0.0.1/32",)) as door:
        thief = {"X-Forwarded-For": "192.0.2.66"}
        refused = [(await door.sends(b"", headers={**thief, SIGNED: "0"}))[0] for _ in range(5)]
        assert refused == [403, 403, 403, 429, 429]
        good = {"messages": [said("m1", "Hello")]}
        assert (await door.sends(good, headers={"X-Forwarded-For": "192.0.2.1"}))[0] == 202
        unknown = [(await door.sends(b"", f"/webhooks/x{n}", headers=thief))[0] for n in range(5)]
        assert unknown == [404, 404, 404, 429, 429]


async def test_calls_from_one_address_have_a_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, limits=Limits(webhook_requests=Rate(2, 3600.0))) as door:
        answers = [(await door.sends({"messages": [said(f"m{n}", "Hello")]}))[0] for n in range(3)]
        assert answers == [202, 202, 429]
