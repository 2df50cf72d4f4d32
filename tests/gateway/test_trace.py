"""A request's id: whose it may be, where it is said, and how far it leads."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from gateway import trace
from gateway.channels.base import Delivery
from gateway.config import Config, Server
from gateway.door import CONFIG, ID, answer_problems, follow_request, name_request
from gateway.errors import NotFound
from gateway.events import SYSTEM, Event, Kind, MessageId
from gateway.outbox import Outbox
from gateway.store import Store
from tests.phones import Phones, channels, with_phones
from tests.world import until

THEIRS = "abcdef-0123.456_789"


@pytest.fixture
async def steps(caplog: pytest.LogCaptureFixture) -> AsyncIterator[list[tuple[str, str, dict[str, Any]]]]:
    """(request, words, facts) of every step."""
    kept: list[tuple[str, str, dict[str, Any]]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append((trace.current.get(), record.getMessage(), record.__dict__["facts"]))

    handler = Keep()
    trace.steps.addHandler(handler)
    trace.steps.setLevel(logging.INFO)
    yield kept
    trace.steps.setLevel(logging.WARNING)
    trace.steps.removeHandler(handler)


@pytest.mark.parametrize(
    "told", ["", "short", "a" * 65, "with space and", "a\nb-c-d-e-f", "-leading", "ééééééééé", "a{b}c<d>e"]
)
def test_what_could_be_more_than_an_id_is_none(told: str) -> None:
    assert trace.valid(told) == ""
    assert trace.valid(THEIRS) == THEIRS


def test_work_inside_work_has_its_own() -> None:
    assert trace.current.get() == ""
    with trace.working_for("outer-request") as outer:
        with trace.working_for() as inner:
            assert trace.current.get() == inner != outer
        assert trace.current.get() == "outer-request"
    assert trace.current.get() == ""


def test_only_the_newest_messages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "REMEMBERED", 3)
    requests = trace.Requests()
    for number in range(1, 6):
        event = Event(Kind.MESSAGE_CREATED, SYSTEM, 0, message=MessageId(f"m{number}"), position=number)
        requests.remember(event, f"request-{number}")
    assert [requests.of_message(f"m{number}") for number in range(1, 6)] == [
        "",
        "",
        "request-3",
        "request-4",
        "request-5",
    ]


async def serving(aiohttp_client: Any, **server: Any) -> Any:
    async def greet(request: web.Request) -> web.Response:
        return web.Response(text=f"{trace.current.get()} {request[ID]}")

    async def miss(request: web.Request) -> web.Response:
        raise NotFound("errors.not_found", "nothing")

    app = web.Application(middlewares=[follow_request, answer_problems])
    app[CONFIG] = Config(server=Server(**server))
    app.on_response_prepare.append(name_request)
    app.router.add_get("/greet/{name}", greet)
    app.router.add_get("/miss", miss)
    return await aiohttp_client(app)


async def test_every_answer_names_its_request(aiohttp_client: Any, steps: list[Any]) -> None:
    client = await serving(aiohttp_client)
    for path, status in (("/greet/secret-name", 200), ("/miss", 404), ("/nowhere/secret-name", 404)):
        answer = await client.get(path)
        named = answer.headers[trace.HEADER]
        assert (answer.status, trace.valid(named)) == (status, named)
        if status == 200:
            assert (await answer.text()) == f"{named} {named}"
    await until(lambda: len(steps) == 3)
    assert [words for _, words, _ in steps] == ["GET /greet/{name}", "GET /miss", "GET nowhere"]
    assert [facts["status"] for _, _, facts in steps] == [200, 404, 404]
    assert len({request for request, _, _ in steps}) == 3


async def test_an_id_is_believed_from_a_trusted_proxy_alone(aiohttp_client: Any) -> None:
    stranger = await serving(aiohttp_client)
    assert (await stranger.get("/miss", headers={trace.HEADER: THEIRS})).headers[trace.HEADER] != THEIRS
    proxied = await serving(aiohttp_client, trusted_proxies=("127.0.0.1/32",))
    assert (await proxied.get("/miss", headers={trace.HEADER: THEIRS})).headers[trace.HEADER] == THEIRS
    assert (await proxied.get("/miss", headers={trace.HEADER: "<b>"})).headers[trace.HEADER] != "<b>"


async def test_a_message_s_steps_bear_its_request(store: Store, steps: list[Any]) -> None:
    world = await with_phones(store, "sms")
    seen: list[str] = []

    async def note(delivery: Delivery) -> None:
        seen.append(trace.current.get())

    phones = Phones()
    phones.before = note
    outbox = Outbox(store, channels(phones))
    store.publish_to(outbox.hear)
    with trace.working_for("request-of-hers"):
        talk = await world.says("+1", "hello")
    with trace.working_for("request-of-ours"):
        posted = await world.answers(talk.conversation, "hello yourself")
    sending = asyncio.create_task(outbox.run())
    await until(lambda: any(words == "sent" for _, words, _ in steps))
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    assert seen == ["request-of-ours"]

    def of(request: str) -> list[tuple[str, Any]]:
        return [(words, facts.get("message")) for told, words, facts in steps if told == request]

    assert of("request-of-hers")[:2] == [("published", talk.message), ("committed", talk.message)]
    ours = of("request-of-ours")
    for words in ("published", "committed", "sent"):
        assert (words, posted.message) in ours
    assert all(
        facts["position"] == talk.position
        for told, words, facts in steps
        if told == "request-of-hers" and "position" in facts
    )


async def test_many_at_once_keep_their_own(store: Store) -> None:
    """Also where PostgreSQL writes them as a set."""
    world = await with_phones(store, "sms")
    for number in range(8):
        await world.says(f"+{number}", "known")

    async def says(number: int) -> tuple[str, str]:
        with trace.working_for(f"request-{number}"):
            return f"request-{number}", (await world.says(f"+{number}", f"hello {number}")).message

    for request, message in await asyncio.gather(*map(says, range(8))):
        assert store.requests.of_message(message) == request
