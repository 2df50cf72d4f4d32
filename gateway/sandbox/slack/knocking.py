"""Signed HTTP: events, interactions and commands as posts to the app's own addresses.

Pages: apis/events-api/using-http-request-urls, authentication/verifying-requests-from-slack. The signature is
`v0=` and the HMAC-SHA256 of `v0:TIMESTAMP:BODY`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from gateway.sandbox.slack.deliveries import Envelope, Unheard
from gateway.sandbox.slack.records import Json

AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    base = b"v0:%d:" % timestamp + body
    return "v0=" + hmac.digest(secret.encode(), base, hashlib.sha256).hex()


class Knocking:
    """`events`, `interactions`, `commands`: the app's addresses. `clock`: UTC ms."""

    def __init__(
        self, secret: str, events: str, interactions: str, commands: str, *, clock: Callable[[], int]
    ) -> None:
        self.secret = secret
        self.late = 0
        """Seconds by which the signature's time is off."""
        self._clock = clock
        self._urls = {"events_api": events, "interactive": interactions, "slash_commands": commands}

    async def verify(self, patience: float = 3.0) -> None:
        """Asks whether the address for events is the app's own. Raises Unheard."""
        challenge = hashlib.sha256(str(self._clock()).encode()).hexdigest()
        payload = {"token": "unused", "challenge": challenge, "type": "url_verification"}
        said = await self.bring(Envelope("events_api", payload), patience)
        if said != challenge and (not isinstance(said, dict) or said.get("challenge") != challenge):
            raise Unheard("challenge_failed")

    async def bring(self, envelope: Envelope, patience: float) -> Any:
        """Returns the body: JSON, words, or None where it is empty. Raises Unheard."""
        body, kind = _body(envelope)
        timestamp = self._clock() // 1000 - self.late
        headers = {
            "Content-Type": kind,
            "User-Agent": AGENT,
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(self.secret, timestamp, body),
        }
        if envelope.attempt:
            headers |= {
                "X-Slack-Retry-Num": str(envelope.attempt),
                "X-Slack-Retry-Reason": envelope.reason,
            }
        url = self._urls[envelope.kind]
        try:
            async with (
                asyncio.timeout(patience),
                aiohttp.ClientSession() as http,
                http.post(url, data=body, headers=headers, max_redirects=2) as answer,
            ):
                read = await answer.read()
                if answer.status // 100 != 2:
                    final = answer.headers.get("X-Slack-No-Retry") == "1"
                    raise Unheard("http_error", final=final)
                return _read(read)
        except TimeoutError:
            raise Unheard("http_timeout") from None
        except aiohttp.TooManyRedirects:
            raise Unheard("too_many_redirects") from None
        except aiohttp.ClientError:
            raise Unheard("connection_failed") from None


def _body(envelope: Envelope) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload).encode(), form
    said = orjson.dumps(envelope.payload)
    if envelope.kind == "interactive":
        return urlencode({"payload": said.decode()}).encode(), form
    return said, "application/json"


def _read(body: bytes) -> Json | str | None:
    if not body.strip():
        return None
    try:
        read: Json = orjson.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return read
