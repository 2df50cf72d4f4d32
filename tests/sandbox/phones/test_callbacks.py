"""The courier at a real door, which verifies with the official validator."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator, get_signature_algorithm

from gateway.sandbox.phones.callbacks import Courier, overrides, signed
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import Line, Phone, Saying, Status
from tests.sandbox.phones.town import ACCOUNT, MINA, SMS, WHATSAPP, Town, serving

paused: list[float] = []


@dataclass
class OurDoor:
    """Where Parley would hear it."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; 200 when there are none."""
    heard: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        form = await request.post()
        headers, secret = request.headers, ACCOUNT.token
        settings = headers.get("X-Twilio-Webhooks-Signature-Settings", "")
        if settings:
            assert "key=webhooks_sharedkey_1" in settings
            secret = "the shared secret"
        validator, algorithm = RequestValidator(secret), get_signature_algorithm(settings)
        url = f"{self.url}{request.path_qs}"
        assert validator.validate(url, form, headers["X-Twilio-Signature"], algorithm)
        assert not validator.validate(url + "x", form, headers["X-Twilio-Signature"], algorithm)
        self.heard.append({name: str(value) for name, value in form.items()})
        self.tokens.append(headers["I-Twilio-Idempotency-Token"])
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def show(self, request: web.Request) -> web.Response:
        if request.match_info["name"] == "gone":
            raise web.HTTPNotFound
        return web.Response(body=b"a picture", content_type="image/png")


@contextlib.asynccontextmanager
async def our_door() -> AsyncIterator[OurDoor]:
    door, application = OurDoor(), web.Application()
    application.router.add_post("/{tail:.*}", door.hear)
    application.router.add_get("/files/{name}", door.show)
    async with serving(application) as door.url:
        yield door


@contextlib.asynccontextmanager
async def courier(town: Town) -> AsyncIterator[Courier]:
    async def pause(seconds: float) -> None:
        paused.append(seconds)

    paused.clear()
    async with aiohttp.ClientSession() as http:
        yield Courier(town.network, http, pause=pause)


async def test_callbacks_are_signed_over_the_url_they_were_ordered_with() -> None:
    town = Town()
    async with our_door() as door, courier(town) as carrying:
        town.sends("Hello", callback=f"{door.url}/status?attempt=7&x=%ED%95%9C")
        town.clock.add(10)
        await carrying.settle()
        assert [form["MessageStatus"] for form in door.heard] == ["sent", "delivered"]
        assert door.heard[-1]["RawDlrDoneDate"] == "2611181200"
        assert [knock.status for knock in carrying.knocks] == [200, 200]


async def test_a_shared_key_signs_by_sha256_and_is_named() -> None:
    town = Town()
    town.network.add(replace(ACCOUNT, key="webhooks_sharedkey_1", secret="the shared secret"))
    async with our_door() as door, courier(town) as carrying:
        town.network.add(Line(ACCOUNT.sid, WHATSAPP, f"{door.url}/hook"))
        town.says("안녕하세요", WHATSAPP)
        town.clock.add(1)
        await carrying.settle()
        assert [form["Body"] for form in door.heard] == ["안녕하세요"]


@pytest.mark.parametrize(
    ("said", "answers", "heard"),
    [
        ("", [503], [503]),
        ("#rc=3&rp=5xx,ct", [503, 500, 403], [503, 500, 403]),
        ("#rc=2&rp=all", [404, 503, 500], [404, 503, 500]),
        ("#rc=3&rp=ct", [500], [500]),
    ],
)
async def test_an_answer_that_is_no_success_is_tried_again_when_the_url_says_so(
    said: str, answers: list[int], heard: list[int]
) -> None:
    town = Town()
    async with our_door() as door, courier(town) as carrying:
        town.network.add(Line(ACCOUNT.sid, SMS, f"{door.url}/hook{said}"))
        door.answers = answers
        town.says("Hello")
        town.clock.add(1)
        await carrying.settle()
        assert [knock.status for knock in carrying.knocks] == heard
        assert paused == [1.0] * (len(heard) - 1) and len(set(door.tokens)) == 1


async def test_a_door_that_is_gone_is_tried_once_more_and_the_message_goes_on() -> None:
    town = Town()
    async with our_door() as door:
        gone = door.url
    async with courier(town) as carrying:
        message = town.sends("Hello", callback=f"{gone}/status")
        town.clock.add(10)
        await carrying.settle()
        assert [knock.status for knock in carrying.knocks] == [None] * 4
        assert (message.status, paused, town.mina.count("Hello")) == (Status.DELIVERED, [1.0, 1.0], 1)


async def test_files_are_got_from_our_own_address() -> None:
    town = Town()
    async with our_door() as door, courier(town) as carrying:
        good = town.sends("Look", files=(f"{door.url}/files/one",))
        bad = town.sends("Gone", files=(f"{door.url}/files/gone",), callback=f"{door.url}/status")
        for _ in range(3):
            town.clock.add(5)
            await carrying.settle()
        assert good.media[0].content == b"a picture" and town.mina.count("Look") == 1
        assert (bad.status, door.heard[-1]["ErrorCode"]) == (Status.FAILED, "11200")


async def test_with_a_clock_of_its_own_everything_comes_by_itself() -> None:
    network = Network(lambda: int(time.time() * 1000))
    async with our_door() as door, aiohttp.ClientSession() as http:
        network.add(ACCOUNT, Line(ACCOUNT.sid, SMS, f"{door.url}/hook"), Phone(MINA))
        carrying = Courier(network, http)
        running = asyncio.create_task(carrying.run())
        await asyncio.sleep(0)
        network.say(MINA, SMS, Saying("Now"))
        async with asyncio.timeout(10):
            while not door.heard:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert door.heard[0]["Body"] == "Now"


def test_the_signature_is_that_of_the_official_validator() -> None:
    """The example of usage/security#validating-requests: token 12345."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    headers = signed("https://mycompany.com/myapp.php?foo=1&bar=2", form, replace(ACCOUNT, token="12345"))
    assert headers == {"X-Twilio-Signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}


def test_what_stands_behind_the_fragment() -> None:
    assert overrides("https://x/y") == (1, {"ct"})
    assert overrides("https://x/y#rc=9&rp=all") == (5, {"all"})
    assert overrides("https://x/y#rc=none&rp=4xx,5xx") == (1, {"4xx", "5xx"})
