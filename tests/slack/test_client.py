"""What comes back from Slack is a value or one of our errors, also where it is no answer of Slack's."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.config import Slack as Settings
from gateway.errors import PermanentError, UncertainError
from inbox.slack.client import Client


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
        said: Any = {
            "bot_token": "xoxb-1",
            "app_token": "xapp-1",
            "api_base": str(server.make_url("/api/")),
        }
        with pytest.raises(error):
            await Client(Settings(**said), session).call("chat.postMessage", channel="C1", text="hello")
