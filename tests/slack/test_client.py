"""What comes back from Slack is a value or one of our errors, also where it is no answer of Slack's."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.config import Slack as Settings
from gateway.errors import PermanentError, TemporaryError, UncertainError
from gateway.sandbox.slack.town import open_slack
from inbox.slack.blocks import Drawn
from inbox.slack.client import Client
from tests.slack.town import FAST, keys_of


def settings(api: str) -> Settings:
    said: Any = {"bot_token": "xoxb-1", "app_token": "xapp-1", "api_base": api}
    return Settings(**said)


@pytest.mark.parametrize(
    ("status", "kind", "body", "error"),
    [
        (200, "application/json", '{"ok": tr', UncertainError),
        (200, "application/json", "", UncertainError),
        (502, "text/html", "<html>", UncertainError),
        (404, "text/html", "<html>", PermanentError),
        (200, "application/json", '{"ok": false, "error": "is_archived"}', PermanentError),
    ],
)
async def test_what_cannot_be_read_may_have_been_done(
    status: int, kind: str, body: str, error: type[Exception]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind)

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        with pytest.raises(error):
            await Client(settings(str(server.make_url("/api/"))), session).call(
                "chat.postMessage", channel="C1", text="hello"
            )


@pytest.mark.parametrize(("said", "rest"), [("7", 7), ("0", 1), ("nan", 30), ("inf", 30), ("", 30)])
async def test_it_rests_as_long_as_slack_says(said: str, rest: float) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": said}
        )

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        client = Client(settings(str(server.make_url("/api/"))), session)
        for _ in range(2):
            with pytest.raises(TemporaryError) as caught:
                await client.call("chat.update", channel="C1", ts="1.0", text="hello")
            assert caught.value.retry_after == pytest.approx(rest, abs=1)


async def test_a_post_is_found_however_much_was_said_after_it() -> None:
    """In the channel the newest comes first, in a thread the oldest; neither ends the search too early."""
    async with open_slack(limits=FAST) as slack, aiohttp.ClientSession() as session:
        mina = slack.person("Mina")
        support = slack.channel("support", mina)
        slack.workspace.unheard.add("message")
        client = Client(Settings(**keys_of(slack)), session)
        before = slack.say(mina, support, "before")
        head = await client.post(support.id, None, Drawn("head", ()), "p.1.0")
        for number in range(1_010):
            slack.say(mina, support, f"{number}")
            slack.say(mina, support, f"{number}", thread=head)
        answer = await client.post(support.id, head, Drawn("answer", ()), "p.2.0")
        assert await client.find(support.id, None, "p.1.0", before) == head
        assert await client.find(support.id, head, "p.2.0") == answer
        calls = slack.count("conversations.replies")
        assert await client.find(support.id, head, "p.2.0", slack.workspace.stamp()) is None
        assert await client.find(support.id, head, "p.3.0", before) is None
        assert slack.count("conversations.replies") - calls == 7, "one page where nothing is newer"
