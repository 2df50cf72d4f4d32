"""The door for Slack's signed calls, where it calls us: `/slack/events`, `/slack/interactions`, `/slack/commands`.

Fails closed: a call is Slack's when its signature over the raw bytes fits and it is minutes young, and nobody's else.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from gateway.config import Config
from gateway.door import client_address, neighbourhood, read_bounded
from gateway.errors import Malformed, TooMany, Unauthenticated
from gateway.rates import Buckets
from inbox.slack.inward import Inward

log = logging.getLogger(__name__)

DIGITS = 12
"""Of a time in seconds: the SDK trips over one that is no float (OverflowError)."""
EVENTS, INTERACTIONS, COMMANDS = "/slack/events", "/slack/interactions", "/slack/commands"


class Door:
    def __init__(self, config: Config, inward: Inward) -> None:
        self._limits = config.limits
        self._inward = inward
        self._verifier = SignatureVerifier(config.slack.signing_secret.get_secret_value())
        self._requests = Buckets(config.limits.webhook_requests)
        self._refused = Buckets(config.limits.webhook_refused)

    async def events(self, request: web.Request) -> web.Response:
        said = _parsed(await self._signed(request))
        if said.get("type") == "url_verification":
            return web.json_response({"challenge": str(said.get("challenge", ""))})
        await self._inward.take("events_api", said)
        return web.Response()

    async def interactions(self, request: web.Request) -> web.Response:
        form = _form(await self._signed(request))
        return _answer(await self._inward.take("interactive", _parsed(form.get("payload", "").encode())))

    async def commands(self, request: web.Request) -> web.Response:
        return _answer(await self._inward.take("slash_commands", _form(await self._signed(request))))

    async def _signed(self, request: web.Request) -> bytes:
        """The body. Raises Unauthenticated, TooMany, TooLarge, Malformed."""
        address = neighbourhood(client_address(request))
        self._requests.check(address, text="errors.webhook_often")
        if wait := self._refused.wait(address):
            raise TooMany("errors.webhook_often", "unsigned calls for Slack", retry_after=wait)
        body = await read_bounded(request, self._limits.webhook_bytes)
        if not self._is_slacks(request, body):
            self._refused.take(address)
            log.warning("a call for Slack's door from %s was not signed by it", address)
            raise Unauthenticated("errors.webhook_unsigned", "not signed by Slack", code="unsigned")
        return body

    def _is_slacks(self, request: web.Request, body: bytes) -> bool:
        timestamps = request.headers.getall("X-Slack-Request-Timestamp", [])
        signatures = request.headers.getall("X-Slack-Signature", [])
        if len(timestamps) != 1 or len(signatures) != 1:
            return False
        timestamp, signature = timestamps[0], signatures[0]
        if not (
            timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= DIGITS and signature.isascii()
        ):
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except (ValueError, TypeError):  # UnicodeDecodeError is one of them
            return False


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("errors.malformed", "Slack's body is no JSON", at="body", why="no JSON") from None
    if not isinstance(said, dict):
        raise Malformed("errors.malformed", "Slack's body is no object", at="body", why="no object")
    return said


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Malformed("errors.malformed", "Slack's body is no form", at="body", why="no form") from None


def _answer(said: Any) -> web.Response:
    return web.Response() if said is None else web.json_response(said)


def hang(application: web.Application, config: Config, inward: Inward) -> None:
    door = Door(config, inward)
    application.router.add_post(EVENTS, door.events)
    application.router.add_post(INTERACTIONS, door.interactions)
    application.router.add_post(COMMANDS, door.commands)
