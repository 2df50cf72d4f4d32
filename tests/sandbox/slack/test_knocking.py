"""The same by signed HTTP, at a door made by hand with the SDK's own verifier."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import aiohttp
import orjson
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from gateway.sandbox.slack.deliveries import Unheard
from gateway.sandbox.slack.knocking import Knocking
from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.town import wall_clock
from tests.sandbox.phones.town import serving
from tests.sandbox.slack.hall import Hall, actions, button, open_hall


@dataclass
class Heard:
    path: str
    headers: Mapping[str, str]
    payload: Json
    genuine: bool


@dataclass
class Porter:
    """Answers with what stands in `answers`, then with 200 and nothing."""

    hall: Hall
    knocking: Knocking
    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    slow: float = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        verifier = SignatureVerifier(self.hall.slack.installation.signing_secret)
        genuine = verifier.is_valid_request(body, dict(request.headers))
        payload = _payload(request, body)
        self.heard.append(Heard(request.path, dict(request.headers), payload, genuine))
        if self.slow:
            slow, self.slow = self.slow, 0.0
            await asyncio.sleep(slow)
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload["challenge"]})
        return self.answers.pop(0) if self.answers else web.Response()


def _payload(request: web.Request, body: bytes) -> Json:
    if request.content_type == "application/json":
        return dict(orjson.loads(body))
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return dict(orjson.loads(form["payload"])) if "payload" in form else form


@contextlib.asynccontextmanager
async def open_porter() -> AsyncIterator[Porter]:
    async with open_hall() as hall:
        # The verifier of the SDK looks at the wall's clock.
        hall.clock.now = wall_clock()
        application = web.Application()
        porters: list[Porter] = []

        async def answer(request: web.Request) -> web.Response:
            return await porters[0].answer(request)

        application.router.add_post("/{path:.*}", answer)
        async with serving(application) as url:
            knocking = hall.slack.use_http(f"{url}/events", f"{url}/interactions", f"{url}/commands")
            porters.append(Porter(hall, knocking, url))
            yield porters[0]


@pytest.fixture
async def porter() -> AsyncIterator[Porter]:
    async with open_porter() as opened:
        yield opened


async def test_the_address_is_asked_whether_it_is_the_app_s(porter: Porter) -> None:
    await porter.knocking.verify()
    assert porter.heard[0].genuine
    other = Knocking("s", f"{porter.url}/x", "", "", clock=porter.hall.clock)
    porter.answers = [web.Response(text="nonsense")]
    porter.hall.slack.installation.signing_secret = "changed"
    await other.verify()
    assert not porter.heard[1].genuine


async def test_an_event_is_signed_and_told_once(porter: Porter) -> None:
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "한글 note")
    await porter.hall.slack.rest()
    (heard,) = porter.heard
    assert (heard.path, heard.genuine) == ("/events", True)
    assert heard.payload["event"]["text"] == "한글 note"
    assert "X-Slack-Retry-Num" not in heard.headers


@pytest.mark.parametrize(
    ("answer", "slow", "reason"),
    [(web.Response(status=500), 0, "http_error"), (web.Response(), 0.4, "http_timeout")],
)
async def test_what_is_not_taken_comes_again(
    porter: Porter, answer: web.Response, slow: float, reason: str
) -> None:
    porter.answers, porter.slow = [answer], slow
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "note")
    await porter.hall.slack.rest()
    first, second = porter.heard
    assert (second.headers["X-Slack-Retry-Num"], second.headers["X-Slack-Retry-Reason"]) == ("1", reason)
    assert first.payload == second.payload
    assert second.genuine


async def test_after_three_more_or_on_demand_it_is_given_up(porter: Porter) -> None:
    porter.answers = [web.Response(status=503) for _ in range(5)]
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "note")
    await porter.hall.slack.rest()
    assert [one.headers.get("X-Slack-Retry-Num") for one in porter.heard] == [None, "1", "2", "3"]
    porter.answers = [web.Response(status=400, headers={"X-Slack-No-Retry": "1"})]
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "note")
    await porter.hall.slack.rest()
    assert len(porter.heard) == 5
    assert len(porter.hall.slack.deliveries.lost) == 2


async def test_nobody_is_at_home(porter: Porter) -> None:
    porter.hall.slack.use_http("http://127.0.0.1:9/events")
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "note")
    await porter.hall.slack.rest()
    assert {one.fault for one in porter.hall.slack.deliveries.brought} == {"connection_failed"}
    with pytest.raises(Unheard):
        await Knocking("s", "http://127.0.0.1:9/", "", "", clock=porter.hall.clock).verify()


async def test_a_stale_signature(porter: Porter) -> None:
    porter.knocking.late = 301
    porter.hall.slack.say(porter.hall.mina, porter.hall.support, "note")
    await porter.hall.slack.rest()
    assert not porter.heard[0].genuine


async def test_a_command_is_a_signed_form_and_its_answer_a_whisper(porter: Porter) -> None:
    hall = porter.hall
    porter.answers = [web.json_response({"response_type": "ephemeral", "text": "Use /parley link"})]
    assert (await hall.slack.slash(hall.mina, hall.support, "help me")).heard
    (heard,) = porter.heard
    assert (heard.path, heard.genuine) == ("/commands", True)
    said = heard.payload
    assert (said["command"], said["text"], said["user_id"]) == ("/parley", "help me", hall.mina.id)
    assert (said["channel_name"], said["is_enterprise_install"]) == ("support", "false")
    assert [one.text for one in hall.slack.whispers(hall.mina, hall.support)] == ["Use /parley link"]
    await hall.client.views_open(
        trigger_id=said["trigger_id"],
        view={
            "type": "modal",
            "title": {"type": "plain_text", "text": "x"},
            "blocks": [{"type": "divider"}],
        },
    )
    assert hall.slack.modal(hall.mina) is not None


async def test_a_button_is_pressed_once_and_answered_at_its_address(porter: Porter) -> None:
    hall = porter.hall
    ts = await hall.post(blocks=[actions(button())])
    porter.heard.clear()
    assert (await hall.slack.press(hall.mina, hall.support, ts, "take")).heard
    heard = next(one for one in porter.heard if one.path == "/interactions")
    assert heard.genuine
    assert heard.payload["actions"][0]["action_id"] == "take"
    async with aiohttp.ClientSession() as http:
        for number in range(6):
            async with http.post(heard.payload["response_url"], json={"text": f"{number}"}) as answer:
                assert (answer.status, await answer.text()) == (
                    (200, "ok") if number < 5 else (404, "used_url")
                )
    assert len(hall.slack.whispers(hall.mina, hall.support)) == 5
    porter.slow = 0.4
    assert not (await hall.slack.press(hall.mina, hall.support, ts, "take")).heard
    pressed = [one for one in porter.heard if one.path == "/interactions"]
    assert len(pressed) == 2
