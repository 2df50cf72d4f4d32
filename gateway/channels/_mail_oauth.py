"""Access tokens for XOAUTH2, made of a refresh token: one POST when the last one is about to end.

https://developers.google.com/identity/protocols/oauth2/web-server#offline,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token;
RFC 6749 section 6.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from pydantic import SecretStr

from gateway.channels._answers import rest_asked
from gateway.errors import AuthFailed, Away, ParleyError

GOOGLE = "https://oauth2.googleapis.com/token"
MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
"""An organisation's own: its id in the place of `common`."""
MICROSOFT_SCOPE = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
)

TIMES = ClientTimeout(total=20, connect=10)
MARGIN = 120
"""Seconds before its end from which a token is not used for a new session any more."""
SHORTEST = 60
"""Seconds that a token is used at least, whatever was said of its life: a token endpoint is no heartbeat."""
LIFE = 3600
"""Seconds, where nothing is said (RFC 6749 section 5.1 lets it be left out)."""
LARGEST = 64 * 1024
"""Bytes of an answer."""
PASSING = {"temporarily_unavailable", "server_error", "slow_down"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an administrator was given for one mailbox."""

    url: str
    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
    scope: str = ""


Renewed = Callable[[SecretStr], Awaitable[None]]


class Tokens:
    """The access tokens of one grant. `renewed` keeps a refresh token that took the place of the old one (Microsoft
    does so with each call). `clock` tells UTC milliseconds."""

    def __init__(
        self, http: ClientSession, grant: Grant, clock: Callable[[], int], renewed: Renewed | None = None
    ) -> None:
        self._http = http
        self._grant = grant
        self._clock = clock
        self._renewed = renewed
        self._refresh = grant.refresh_token
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0
        self._tries = 0
        self._failure: ParleyError | None = None

    async def token(self) -> str:
        """Whoever asks while one is fetched gets that one, or its failure. Raises AuthFailed, Away."""
        if self._clock() < self._until:
            return self._token
        seen = self._tries
        async with self._lock:
            if self._clock() < self._until:
                return self._token
            if self._tries > seen and self._failure is not None:
                raise self._failure
            try:
                await self._fetch()
                self._failure = None
            except ParleyError as why:
                self._failure = why
                raise
            finally:
                self._tries += 1
            return self._token

    def forget(self, token: str) -> None:
        """A server did not take it; the next who asks gets another one."""
        if hmac.compare_digest(token.encode(), self._token.encode()):
            self._until = 0

    async def _fetch(self) -> None:
        told = await self._ask()
        token, life = told.get("access_token"), told.get("expires_in", LIFE)
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise Away("oauth: an answer without a token", why="grant_away")
        try:
            seconds = max(SHORTEST, int(life) - MARGIN)
        except (TypeError, ValueError, OverflowError):
            seconds = LIFE - MARGIN
        self._token, self._until = token, self._clock() + seconds * 1000
        another = told.get("refresh_token")
        if isinstance(another, str) and another and not self._is_known(another):
            self._refresh = SecretStr(another)
            if self._renewed is not None:
                await self._renewed(self._refresh)

    def _is_known(self, refresh: str) -> bool:
        return hmac.compare_digest(
            refresh.encode("utf-8", "replace"), self._refresh.get_secret_value().encode()
        )

    async def _ask(self) -> Mapping[str, Any]:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._grant.client_id,
            "client_secret": self._grant.client_secret.get_secret_value(),
            "refresh_token": self._refresh.get_secret_value(),
        }
        if self._grant.scope:
            form["scope"] = self._grant.scope
        try:
            async with self._http.post(
                self._grant.url, data=form, timeout=TIMES, allow_redirects=False
            ) as answer:
                told = _fields(await _body(answer))
                if answer.status == 200:
                    return told
                raise _refusal(answer.status, told, rest_asked(answer.headers))
        except (ClientError, TimeoutError, OSError) as why:
            raise Away(f"oauth: no answer: {type(why).__name__}", why="grant_away") from why


async def _body(answer: ClientResponse) -> bytes:
    read = bytearray()
    async for piece in answer.content.iter_any():
        read += piece
        if len(read) > LARGEST:
            return b""
    return bytes(read)


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(status: int, told: Mapping[str, Any], wait: float | None) -> ParleyError:
    """RFC 6749 section 5.2. The error's code goes to the log, its words do not: they may name the mailbox."""
    code = str(told.get("error", ""))[:60]
    if status in (400, 401, 403) and code not in PASSING:
        return AuthFailed(f"oauth: {status} {code}", why="grant")
    return Away(f"oauth: {status} {code}", why="grant_away", retry_after=wait)
