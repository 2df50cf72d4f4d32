"""Every request that we make of Twilio, held against its published description and against its official client."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import encode_basic_auth, web
from twilio.base import values
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from gateway.channels import _twilio_list
from gateway.channels._twilio import TwilioChannel
from gateway.channels.base import ChosenTemplate
from gateway.channels.twilio_sms import PART, SmsConfig, TwilioSms
from gateway.channels.twilio_whatsapp import TwilioWhatsApp, WhatsAppConfig
from gateway.delivery import parts_of
from gateway.events import AccountId, Address, InboundMessage
from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.records import File
from tests.channels.twilio_lines import DOOR, delivery, section
from tests.channels.twilio_reference import FORM, OPERATIONS, Heard, faults, operation
from tests.sandbox.phones.town import (
    ACCOUNT,
    GREETING,
    MINA,
    NOON,
    SERVICE,
    SMS,
    WHATSAPP,
    Town,
    serving,
)

C = TypeVar("C", bound=TwilioChannel)
CALLBACK = f"{DOOR}?attempt=a1"
FILES = tuple(f"https://parley.example/media/{number}.png?sig=a%2Fb" for number in range(10))
HER_WHATSAPP = f"whatsapp:{MINA}"


@dataclass
class Line:
    """Both adapters in front of one phone network, and what came to its door."""

    town: Town
    base: str
    heard: list[Heard] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def sms(self, **keys: Any) -> AsyncIterator[TwilioSms]:
        config = SmsConfig.model_validate(section(self.base, **{"from": SMS, "mms": True, **keys}))
        async with opened(TwilioSms(AccountId("line"), config)) as channel:
            yield channel

    @contextlib.asynccontextmanager
    async def whatsapp(self) -> AsyncIterator[TwilioWhatsApp]:
        config = WhatsAppConfig.model_validate(section(self.base, **{"from": WHATSAPP}))
        async with opened(TwilioWhatsApp(AccountId("line"), config)) as channel:
            yield channel

    @web.middleware
    async def listen(self, request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
        body = (await request.read()).decode()
        path, _, query = request.raw_path.partition("?")
        self.heard.append(
            Heard(
                request.method,
                path,
                pairs(query),
                pairs(body),
                request.headers.get("Content-Type", ""),
                request.headers.get("Authorization", ""),
            )
        )
        answer: web.StreamResponse = await handler(request)
        return answer


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))


@contextlib.asynccontextmanager
async def opened(channel: C) -> AsyncIterator[C]:
    await channel.open()
    try:
        yield channel
    finally:
        await channel.close()


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[Line]:
    """She has written by both, once with a picture; so everything may be answered."""
    made = Line(Town(), "")
    made.town.says("look", files=(File("image/png", b"x"),))
    made.town.says("hi", to=WHATSAPP)
    application = web.Application(middlewares=[made.listen])
    Door(made.town.network).hang(application)
    async with serving(application) as base:
        made.base = made.town.network.base = base
        yield made


class Recorder(HttpClient):  # type: ignore[misc]  # untyped
    """What Twilio's own client would have sent, and where."""

    ANSWER = (
        '{"sid": "SM1", "status": "queued", "success": true, "messages": [], "media_list": [], "contents": [],'
        ' "meta": {"key": "contents", "next_page_url": null}, "next_page_uri": null}'
    )

    def __init__(self) -> None:
        super().__init__(None, False, None)
        self.heard: list[Heard] = []
        self.hosts: list[str] = []

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        **_: Any,
    ) -> Response:
        parts = urlsplit(url)
        self.hosts.append(parts.netloc)
        kind = headers.get("Content-Type", "")
        self.heard.append(Heard(method, parts.path, flat(params), flat(data), kind, encode_basic_auth(*auth)))
        return Response(201 if method == "POST" else 200, self.ANSWER)


def flat(said: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """As `requests` writes them: a name with several values stands several times."""
    return tuple(
        (name, str(one))
        for name, value in (said or {}).items()
        if value is not values.unset
        for one in (value if isinstance(value, list) else [value])
    )


@dataclass(frozen=True)
class Case:
    """What an adapter does, and the call of the official client that means the same."""

    ours: Callable[[Line], Awaitable[object]]
    theirs: Callable[[Any], object]


async def text_by(line: Line, what: Any, **keys: Any) -> None:
    async with line.sms(**keys) as channel:
        await channel.send(what)


async def chat(line: Line, what: Any) -> None:
    async with line.whatsapp() as channel:
        await channel.send(what)


async def missed(line: Line, **keys: Any) -> None:
    async with line.sms(**keys) as channel:
        async for _ in channel.missed(channel.lines()[0], NOON):
            pass


async def type_in_whatsapp(line: Line) -> None:
    async with line.whatsapp() as channel:
        await channel.show_typing(Address("tel", MINA), newest(line, WHATSAPP))


async def look_for(line: Line) -> None:
    async with line.whatsapp() as channel:
        await channel.candidates(delivery("Hello"), NOON, NOON)


async def read_templates(line: Line) -> None:
    async with line.whatsapp() as channel:
        await channel.templates()


def newest(line: Line, to: str) -> str:
    return next(reversed([one.sid for one in line.town.network.messages.values() if one.to == to]))


IT = "the-message-that-was-meant"
SINCE = datetime.fromtimestamp((NOON - _twilio_list.CLOCKS) / 1000, UTC)
TEMPLATE = ChosenTemplate(GREETING.sid, {"1": '민아 "M"', "2": "7"})
CASES = {
    "a text": Case(
        lambda line: text_by(line, delivery("Hello, 민아 😀 & co + 1")),
        lambda client: client.messages.create(
            to=MINA, from_=SMS, body="Hello, 민아 😀 & co + 1", status_callback=CALLBACK
        ),
    ),
    "a text by a service": Case(
        lambda line: text_by(line, delivery("Hello"), messaging_service_sid=SERVICE),
        lambda client: client.messages.create(
            to=MINA, messaging_service_sid=SERVICE, body="Hello", status_callback=CALLBACK
        ),
    ),
    "a text of which nothing is told": Case(
        lambda line: text_by(line, delivery("Hello", callback="")),
        lambda client: client.messages.create(to=MINA, from_=SMS, body="Hello"),
    ),
    "ten pictures and words": Case(
        lambda line: text_by(line, delivery("See", links=FILES)),
        lambda client: client.messages.create(
            to=MINA, from_=SMS, body="See", media_url=list(FILES), status_callback=CALLBACK
        ),
    ),
    "a file alone": Case(
        lambda line: chat(line, delivery("", links=FILES[:1])),
        lambda client: client.messages.create(
            to=HER_WHATSAPP, from_=WHATSAPP, media_url=[FILES[0]], status_callback=CALLBACK
        ),
    ),
    "a chat from the number she wrote to": Case(
        lambda line: chat(line, delivery("Hello", thread_key=SMS)),
        lambda client: client.messages.create(
            to=HER_WHATSAPP, from_=WHATSAPP, body="Hello", status_callback=CALLBACK
        ),
    ),
    "a template": Case(
        lambda line: chat(line, delivery("as it reads", template=TEMPLATE)),
        lambda client: client.messages.create(
            to=HER_WHATSAPP,
            from_=WHATSAPP,
            content_sid=GREETING.sid,
            content_variables='{"1": "민아 \\"M\\"", "2": "7"}',
            status_callback=CALLBACK,
        ),
    ),
    "a template without places": Case(
        lambda line: chat(line, delivery("as it reads", template=replace(TEMPLATE, variables={}))),
        lambda client: client.messages.create(
            to=HER_WHATSAPP, from_=WHATSAPP, content_sid=GREETING.sid, status_callback=CALLBACK
        ),
    ),
    "somebody writes": Case(
        type_in_whatsapp,
        lambda client: client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=IT),
    ),
    "an order whose answer was lost": Case(
        look_for, lambda client: client.messages.list(to=HER_WHATSAPP, limit=100)
    ),
    "templates": Case(
        read_templates, lambda client: client.content.v1.content_and_approvals.list(limit=1000)
    ),
    "what a number has missed": Case(
        missed,
        lambda client: (
            client.messages.list(to=SMS, date_sent_after=SINCE, page_size=1000),
            client.messages(IT).media.list(limit=10),
            client.messages.list(from_=SMS, date_sent_after=SINCE, page_size=1000),
        ),
    ),
    "what a service has missed": Case(
        lambda line: missed(line, **{"from": [], "messaging_service_sid": SERVICE}),
        lambda client: client.messages.list(date_sent_after=SINCE, page_size=1000),
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_request_is_one_that_twilio_describes(name: str) -> None:
    async with line() as made:
        await CASES[name].ours(made)
    assert made.heard
    assert [fault for heard in made.heard for fault in faults(heard)] == []


@pytest.mark.parametrize("name", CASES)
async def test_a_request_is_that_of_the_official_client(name: str) -> None:
    """The same address, the same pairs, the same credentials; and the host is the one that is described."""
    async with line() as made:
        await CASES[name].ours(made)
    recorder = Recorder()
    CASES[name].theirs(Client(ACCOUNT.sid, ACCOUNT.token, http_client=recorder))
    picture, word = newest(made, SMS), newest(made, WHATSAPP)
    theirs = [named(heard, picture, word) for heard in recorder.heard]
    assert [sorted_(heard) for heard in made.heard] == [sorted_(heard) for heard in theirs]
    assert recorder.hosts == [operation(heard).host for heard in theirs]


def named(heard: Heard, picture: str, word: str) -> Heard:
    """What the official client was told before anybody knew the message's id."""
    form = tuple((name, word if value == IT else value) for name, value in heard.form)
    return replace(heard, path=heard.path.replace(IT, picture), form=form)


def sorted_(heard: Heard) -> Heard:
    return replace(heard, query=tuple(sorted(heard.query)), form=tuple(sorted(heard.form)))


async def test_nothing_is_asked_that_is_not_compared() -> None:
    """All of what is described here is asked by some case, a file besides."""
    asked: set[str] = set()
    for case in CASES.values():
        async with line() as made:
            await case.ours(made)
            asked |= {operation(heard).name for heard in made.heard}
    assert {one.name for one in OPERATIONS} - asked == {"FetchMedia"}


async def test_a_file_is_asked_for_where_its_message_says() -> None:
    async with line() as made, made.sms() as channel:
        facts = [fact async for fact in channel.missed(SMS, NOON)]
        (file,) = [file for fact in facts if isinstance(fact, InboundMessage) for file in fact.files]
        made.heard.clear()
        async with channel.fetch(file, limit=10) as fetched:
            assert b"".join([piece async for piece in fetched.chunks]) == b"x"
    asked = made.heard[0]
    assert operation(asked).name == "FetchMedia" and list(faults(asked)) == []


async def test_the_next_page_is_asked_for_as_twilio_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_twilio_list, "PAGE", 1)
    async with line() as made:
        made.town.says("and then + more")
        await missed(made)
    lists = [heard for heard in made.heard if operation(heard).name == "ListMessage"]
    first, second = lists[:2]
    assert [fault for heard in made.heard for fault in faults(heard)] == []
    assert dict(second.query) == {
        **dict(first.query),
        "Page": "1",
        "PageToken": dict(second.query)["PageToken"],
    }


async def test_every_part_of_a_long_text_may_be_sent() -> None:
    text = "안녕하세요, 😀😀 반갑습니다. " * 400 + "😀" * 2000
    parts = parts_of(text, False, PART)
    async with line() as made, made.sms() as channel:
        for part in parts:
            await channel.send(delivery(text[part.start : part.end]))
    assert len(made.heard) == len(parts) > 5
    assert [fault for heard in made.heard for fault in faults(heard)] == []


async def test_an_api_key_takes_the_accounts_place() -> None:
    """In the credentials; the path names the account."""
    key = "SK" + "e" * 32
    async with line() as made, made.sms(api_key=key, api_key_secret="the secret") as channel:
        with pytest.raises(Exception, match="401"):
            await channel.send(delivery("Hello"))
    recorder = Recorder()
    official = Client(key, "the secret", account_sid=ACCOUNT.sid, http_client=recorder)
    official.messages.create(to=MINA, from_=SMS, body="Hello", status_callback=CALLBACK)
    assert [sorted_(heard) for heard in made.heard] == [sorted_(heard) for heard in recorder.heard]


GOOD = Heard(
    "POST",
    f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json",
    (),
    (("To", MINA), ("From", SMS), ("Body", "Hi")),
    FORM,
    "Basic eDp5",
)


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ({"Body": "a" * 1601}, "Body may not be"),
        ({"Body": "😀" * 801}, "Body may not be"),
        ({"To": "010-1234"}, "To may not be"),
        ({"to": MINA}, "to is not described"),
        ({"StatusCallback": "https://my_host.example/x"}, "StatusCallback may not be"),
        ({"ContentVariables": '{"1": 7}'}, "ContentVariables may not be"),
        ({"ScheduleType": "soon"}, "ScheduleType may not be"),
    ],
)
def test_what_twilio_does_not_describe_is_noticed(pairs: dict[str, str], says: str) -> None:
    assert list(faults(GOOD)) == []
    form = tuple({**dict(GOOD.form), **pairs}.items())
    (fault,) = faults(replace(GOOD, form=form))
    assert fault.startswith(f"CreateMessage: {says}")


def test_what_is_missing_or_too_much_is_noticed() -> None:
    assert list(faults(replace(GOOD, form=(("Body", "Hi"),)))) == [
        "CreateMessage: To is missing",
        "CreateMessage: none of ['From', 'MessagingServiceSid']",
    ]
    files = tuple(("MediaUrl", "https://x.example/a") for _ in range(11))
    assert list(faults(replace(GOOD, form=GOOD.form + files))) == ["CreateMessage: MediaUrl stands 11 times"]
    assert list(faults(replace(GOOD, form=(*GOOD.form, ("Body", "again"))))) == [
        "CreateMessage: Body stands 2 times"
    ]
    assert list(faults(replace(GOOD, content_type="application/json", authorization=""))) == [
        "CreateMessage: no HTTP Basic authentication",
        "CreateMessage: content type 'application/json'",
    ]
    with pytest.raises(LookupError, match="not described"):
        operation(replace(GOOD, method="PUT"))
