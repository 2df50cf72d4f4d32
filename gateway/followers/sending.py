"""One try of one webhook: bounded in time and in what is read, never led elsewhere by a redirect or a name."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Collection
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from aiohttp import (
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from gateway.channels._public_net import NotPublic, PublicResolver, check_host
from gateway.errors import Refused
from gateway.followers.addresses import checked
from gateway.followers.signing import headers
from gateway.stream.hook_queue import EXCERPT, Endpoint, Outcome

AGENT = "Parley-Webhooks/1 (+https://www.standardwebhooks.com)"
READ_MOST = 4 * EXCERPT
"""Bytes of an answer that are looked at; UTF-8 has at most four for a letter."""
READ_FOR = 2.0
"""Seconds for them; who answered has answered, whatever else it may still have to say."""


def connection(trusted: Collection[str], timeout: int) -> ClientSession:
    """To others' endpoints: into the public network only, patient for `timeout` ms in all, keeping no cookies.
    How many go at once the caller bounds: waiting for a place must not count as the other side's silence."""
    return ClientSession(
        connector=TCPConnector(resolver=PublicResolver(trusted), use_dns_cache=False, limit=0),
        timeout=ClientTimeout(total=timeout / 1000),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,  # a small answer must not unfold into a large one
        headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
        trust_env=False,
    )


async def send(
    http: ClientSession, endpoint: Endpoint, key: str, body: bytes, now: int, trusted: Collection[str] = ()
) -> Outcome:
    """POST it once; never raises for what the other side does. `now`: UTC ms, and the time that is signed."""
    began = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - began) * 1000)

    try:
        url = URL(checked(endpoint.url, trusted))  # the configuration may trust fewer hosts than it did
        check_host(url.host or "", trusted)
        said = headers(endpoint.secrets, key, now // 1000, body) | {"Content-Type": "application/json"}
        async with http.post(url, data=body, headers=said, allow_redirects=False) as answer:
            return await _read(answer, took(), now)
    except (NotPublic, Refused):
        return Outcome("private", ms=took())
    except TimeoutError:
        return Outcome("timeout", ms=took())
    except ClientError as why:
        return Outcome(_why(why), ms=took())
    except (OSError, ValueError, UnicodeError):
        return Outcome("connection", ms=took())


async def _read(answer: ClientResponse, ms: int, now: int) -> Outcome:
    if answer.ok and answer.status < HTTPStatus.MULTIPLE_CHOICES:
        # A short answer is read to its end, so that the connection can serve the next one; a long one is hung up on.
        await _begins(answer)
        return Outcome(status=answer.status, ms=ms)
    redirect = HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST
    return Outcome(
        "redirect" if redirect else "status",
        status=answer.status,
        ms=ms,
        excerpt=await _begins(answer),
        asked=_asked(answer.headers.get("Retry-After", ""), now),
    )


async def _begins(answer: ClientResponse) -> str:
    """The beginning of what was answered, as text; hangs up on what has not ended by then."""
    read = b""
    try:
        async with asyncio.timeout(READ_FOR):
            while len(read) < READ_MOST:
                part = await answer.content.read(READ_MOST - len(read))
                if not part:
                    break
                read += part
            if not answer.content.at_eof():
                answer.close()
    except (TimeoutError, ClientError, OSError):
        answer.close()
    return read.decode("utf-8", "replace")[:EXCERPT].strip()


def _asked(said: str, now: int) -> int:
    """Retry-After (RFC 9110 section 10.2.3), seconds or a date, in ms from now."""
    said = said.strip()
    if said.isascii() and said.isdigit():
        return int(said[:9]) * 1000
    try:
        return max(0, round(parsedate_to_datetime(said).timestamp() * 1000) - now)
    except (ValueError, TypeError, OverflowError):
        return 0


def _why(error: ClientError) -> str:
    if isinstance(error, ClientSSLError | ClientConnectorSSLError | ssl.SSLError):
        return "tls"
    if isinstance(error, ClientConnectorError):
        if isinstance(error.os_error, NotPublic):
            return "private"
        if type(error).__name__ == "ClientConnectorDNSError":
            return "name"
    return "connection"
