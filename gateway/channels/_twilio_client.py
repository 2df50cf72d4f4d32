"""Twilio's own client over our session: asked at `api_base`, told at once what its answers mean for the next step.

A call that may have been heard is never made twice (the client's own retries stay off): whoever sends has to know the
difference between "not taken" and "nobody knows".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    encode_basic_auth,
)
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from gateway.channels._answers import rest_asked
from gateway.errors import AuthFailed, ParleyError, PermanentError, TemporaryError, UncertainError

TIMES = ClientTimeout(total=50, connect=20, sock_connect=10)
"""Seconds; less than the outbox waits for an answer. Who gets no connection in time has certainly not been heard."""
HOME = "https://api.twilio.com"
"""Where api_base is this, each of Twilio's products is asked at its own host; any other address has all of them."""
BUSY = {408, 425, 429}
NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")
SUSPENDED = {20003, 20005}
"""https://www.twilio.com/docs/api/errors: permission denied, account not active."""


LONGEST = 8 * 1024 * 1024
"""Bytes of an answer; a page of a list has some hundred thousand."""


class SessionClient(AsyncHttpClient):  # type: ignore[misc]  # untyped
    """What Twilio's client asks by. Raises this house's errors for what its caller cannot mend."""

    def __init__(self, session: ClientSession, base: str) -> None:
        super().__init__(None, True, None)
        self._session = session
        self._base = base

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Raises TemporaryError (certainly not taken), AuthFailed, UncertainError (for what changes something)."""
        told = {**(headers or {}), **({"Authorization": encode_basic_auth(*auth)} if auth else {})}
        changes = method.upper() != "GET"
        try:
            async with self._session.request(
                method,
                self._there(url),
                params=_pairs(params),
                data=_pairs(data) if changes else None,
                headers=told,
                timeout=TIMES,
                allow_redirects=False,
            ) as answer:
                _check(answer, changes)
                return Response(answer.status, await _text(answer), answer.headers)
        except (ClientConnectorError, ConnectionTimeoutError) as why:
            raise TemporaryError(f"twilio: no connection: {why}") from why
        except (ClientError, TimeoutError, UnicodeDecodeError) as why:
            raise _lost(changes, f"twilio: no answer: {type(why).__name__}") from why

    def _there(self, url: str) -> str:
        if self._base == HOME:
            return url
        parts = urlsplit(url)
        return url.replace(f"{parts.scheme}://{parts.netloc}", self._base, 1)


async def _text(answer: ClientResponse) -> str:
    """The whole of an answer, counted as it comes and unfolds. Raises ClientPayloadError, UnicodeDecodeError."""
    read = bytearray()
    async for piece in answer.content.iter_any():
        read += piece
        if len(read) > LONGEST:
            raise ClientPayloadError(f"over {LONGEST} bytes")
    return read.decode()


def make_client(session: ClientSession, base: str, login: tuple[str, str], account_sid: str) -> Any:
    """Twilio's client for one account."""
    return Client(*login, account_sid=account_sid, http_client=SessionClient(session, base))


def meaning(why: TwilioException) -> ParleyError:
    """What an answer that Twilio's client could not use means; for sending the caller looks at the code first."""
    if isinstance(why, TwilioRestException):
        if why.status in (401, 403) or why.code in SUSPENDED:
            return AuthFailed(words_of(why))
        return PermanentError(str(why.code), for_agent="delivery.failed", log=words_of(why))
    status = status_of(why)
    if status in (401, 403):
        return AuthFailed(f"twilio: {status}")
    return PermanentError(str(status), for_agent="delivery.provider", log=f"twilio: {why.args[0]} ({status})")


def status_of(why: TwilioException) -> int:
    """Of the answer; 0: there was none. What a list answers Twilio's client keeps in its own way."""
    if isinstance(why, TwilioRestException):
        return int(why.status)
    answer = why.args[1] if len(why.args) > 1 else None
    return int(getattr(answer, "status_code", 0))


def words_of(why: TwilioRestException) -> str:
    """For the log, which outlives an erasure: Twilio repeats the number that was written to."""
    return f"twilio: {why.code} {NUMBER.sub('...', str(why.msg))}"


def _check(answer: ClientResponse, changes: bool) -> None:
    """Errors that mean the same for every call; what is left is for Twilio's client to read."""
    status = answer.status
    if status in BUSY:
        raise TemporaryError(f"twilio: {status}", retry_after=rest_asked(answer.headers))
    if status == 401:
        raise AuthFailed("twilio: 401")
    if status >= 500:
        raise _lost(changes, f"twilio: {status}")


def _lost(changes: bool, log: str) -> ParleyError:
    """An order may have been heard; a question may be asked again."""
    return UncertainError(log) if changes else TemporaryError(log)


def _pairs(told: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """A form's or query's pairs; a name with several values stands several times."""
    pairs: list[tuple[str, str]] = []
    for name, value in (told or {}).items():
        if value is None or value is values.unset:
            continue
        several: Sequence[Any] = value if isinstance(value, list | tuple) else (value,)
        pairs += [(name, _plain(one)) for one in several]
    return pairs


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
