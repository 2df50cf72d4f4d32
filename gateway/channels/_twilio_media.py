"""The files of a message, fetched after it stands.

https://www.twilio.com/docs/messaging/api/media-resource: MediaUrl asks for HTTP Basic authentication (an API key, or
the account's SID and Auth Token) and leads on to where the bytes lie. The secret goes to Twilio alone, no hop leads
into a private network, and the size is counted as it comes in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from gateway.channels._answers import fetching, file_within, gone, refused, rest_asked
from gateway.channels._public_net import NotPublic, check_host
from gateway.channels.base import FetchedFile
from gateway.errors import AuthFailed, TemporaryError
from gateway.events import RemoteFile

HOPS = 5
"""Redirects followed; Twilio makes one or two."""
TIMES = ClientTimeout(total=300, sock_connect=10, sock_read=30)
"""Seconds; a file of 16 MB at 64 KiB/s takes 250."""
REDIRECTS = {301, 302, 303, 307, 308}
GONE = {404, 410}
LATER = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class MediaSource:
    """Whom we ask for files, and as whom."""

    api: URL
    """api_base: the only host that is trusted wherever it stands, and may be spoken to without TLS."""
    authorization: str = field(repr=False)
    """The header that has our secret."""


@asynccontextmanager
async def fetch_media(
    session: ClientSession, source: MediaSource, file: RemoteFile, limit: int
) -> AsyncIterator[FetchedFile]:
    """See `FetchesMedia.fetch`."""
    with fetching("twilio media"):
        async with await _follow(session, source, file.ref) as response:
            yield file_within(response, limit, response.content_type or file.mime)


async def _follow(session: ClientSession, source: MediaSource, ref: str) -> ClientResponse:
    """The answer that has the bytes; whoever takes it closes it."""
    url = _read(ref)
    for _ in range(HOPS + 1):
        response = await _ask(session, source, url)
        if response.status == 200:
            return response
        response.release()
        if response.status not in REDIRECTS:
            raise _refusal(response, is_ours(source.api, url))
        url = url.join(_read(response.headers.get("Location", "")))
    raise refused(f"over {HOPS} redirects", "redirects")


def _read(written: str) -> URL:
    try:
        return URL(written)
    except ValueError as why:
        raise refused("no address") from why


async def _ask(session: ClientSession, source: MediaSource, url: URL) -> ClientResponse:
    if not is_at(source.api, url):
        if url.scheme != "https" or url.host is None or url.user is not None:
            raise NotPublic("only whole https addresses are asked for files")
        check_host(url.host)
    headers = {"Authorization": source.authorization} if is_ours(source.api, url) else {}
    return await session.get(url, headers=headers, allow_redirects=False, timeout=TIMES)


def is_at(api: URL, url: URL) -> bool:
    """Is it an address of api_base's own: scheme, host and port?"""
    return (url.scheme, url.host, url.port, url.user) == (api.scheme, api.host, api.port, None)


def is_ours(api: URL, url: URL) -> bool:
    """May this address be told our secret? api_base itself; and any host of Twilio's where api_base is one, too."""
    if is_at(api, url):
        return True
    return url.user is None and all(
        one.scheme == "https" and one.port == 443 and (one.host or "").endswith(".twilio.com")
        for one in (api, url)
    )


def _refusal(response: ClientResponse, ours: bool) -> Exception:
    status = response.status
    if status in (401, 403) and ours:
        return AuthFailed(f"twilio media: {status}")
    if status in GONE:
        return gone(f"twilio media: {status}")
    if status in LATER or status >= 500 or status in (401, 403):
        # 401 and 403 of the store behind Twilio: a signed link that ran out. Asked anew we get another.
        return TemporaryError(f"twilio media: {status}", retry_after=rest_asked(response.headers))
    return refused(f"twilio media: {status}")
