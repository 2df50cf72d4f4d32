"""Twilio's own client over our session: where it asks, and what answers it never sees."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web
from twilio.base.exceptions import TwilioException, TwilioRestException

from gateway import fetch, outbox, relay
from gateway.channels._public_net import CONNECTIONS
from gateway.channels._twilio_client import HOME, TIMES, SessionClient, make_client, meaning, words_of
from gateway.errors import AuthFailed, ParleyError, PermanentError, TemporaryError, UncertainError
from tests.sandbox.phones.town import serving

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SID = "AC" + "0" * 32


async def asked(answer: Answer, *, order: bool = True) -> Any:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with serving(application) as base, ClientSession() as session:
        client = make_client(session, base, ("login", "secret"), SID)
        if order:
            return await client.messages.create_async(to="+1", from_="+2", body="Hi")
        return await client.messages.list_async(limit=1)


@pytest.mark.parametrize(
    ("status", "order", "error"),
    [
        (429, True, TemporaryError),
        (401, True, AuthFailed),
        (500, True, UncertainError),
        (503, True, UncertainError),
        (500, False, TemporaryError),
        (401, False, AuthFailed),
    ],
)
async def test_a_status_means_the_same_for_every_call(
    status: int, order: bool, error: type[ParleyError]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"code": 1, "message": "no"}, status=status)

    with pytest.raises(error):
        await asked(answer, order=order)


async def test_a_line_that_is_cut_may_have_been_heard() -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(UncertainError):
        await asked(cut)
    with pytest.raises(TemporaryError):
        await asked(cut, order=False)


async def test_nothing_is_asked_twice() -> None:
    calls = []

    async def answer(request: web.Request) -> web.Response:
        calls.append(request.path)
        await asyncio.sleep(0)
        return web.Response(status=503)

    with pytest.raises(UncertainError):
        await asked(answer)
    assert len(calls) == 1


async def test_who_gets_no_connection_in_time_was_certainly_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "gateway.channels._twilio_client.TIMES", ClientTimeout(total=TIMES.total, connect=0.05)
    )
    heard, slow, calls = asyncio.Event(), asyncio.Event(), []

    async def answer(request: web.Request) -> web.Response:
        calls.append(request.path)
        heard.set()
        await slow.wait()
        return web.json_response({"sid": "SM1", "status": "queued"}, status=201)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with (
        serving(application) as base,
        ClientSession(connector=TCPConnector(limit=1)) as session,
        asyncio.TaskGroup() as group,
    ):
        client = make_client(session, base, ("login", "secret"), SID)
        first = group.create_task(client.messages.create_async(to="+1", from_="+2", body="Hi"))
        await heard.wait()
        with pytest.raises(TemporaryError):
            await client.messages.create_async(to="+1", from_="+2", body="waits for a place")
        slow.set()
        assert (await first).sid == "SM1"
    assert len(calls) == 1
    assert CONNECTIONS > outbox.AT_ONCE + fetch.AT_ONCE + relay.AT_ONCE, "nobody waits for a place"


async def test_it_is_asked_at_our_address_with_our_secret() -> None:
    seen: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        seen.append((request.path, request.headers["Authorization"], str(form["Body"])))
        return web.json_response({"sid": "SM1", "status": "queued"}, status=201)

    assert (await asked(answer)).sid == "SM1"
    assert seen == [(f"/2010-04-01/Accounts/{SID}/Messages.json", "Basic bG9naW46c2VjcmV0", "Hi")]


async def test_at_home_each_product_has_its_own_host() -> None:
    async with ClientSession() as session:
        assert SessionClient(session, HOME)._there("https://content.twilio.com/v1/Content") == (
            "https://content.twilio.com/v1/Content"
        )
        there = SessionClient(session, "https://proxy.example/twilio")
        assert there._there("https://content.twilio.com/v1/Content?A=1") == (
            "https://proxy.example/twilio/v1/Content?A=1"
        )


def test_no_number_of_hers_stands_in_the_log() -> None:
    for written in ("+821055550111", "whatsapp:+82 10-5555-0111"):
        said = words_of(
            TwilioRestException(400, "/x", f"The 'To' number {written} is not valid: 2 of 3", 21211)
        )
        assert "5555" not in said and said.startswith("twilio: 21211 The 'To' number") and "2 of 3" in said


def test_what_is_left_is_read_by_its_code() -> None:
    assert isinstance(meaning(TwilioRestException(403, "/x", "no", 20005)), AuthFailed)
    refused = meaning(TwilioRestException(404, "/x", "no", 20404))
    assert isinstance(refused, PermanentError) and refused.code == "20404"
    assert isinstance(meaning(TwilioException("Unable to fetch page")), PermanentError)
