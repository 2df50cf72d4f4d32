"""Files from threads: fetched with our token, as providers' files are (`gateway.fetch`); the note stands before them.

https://docs.slack.dev/reference/objects/file-object: `url_private` wants the bot's token; without the right to it the
way leads to a page that asks to sign in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from gateway.channels._answers import fetching, file_within, gone, refused, rest_asked, too_large
from gateway.channels._public_net import NotPublic, check_host, public_connector
from gateway.channels.base import FetchedFile
from gateway.errors import AuthFailed, PermanentError, TemporaryError, UncertainError
from gateway.events import RemoteFile
from gateway.stream.files import PLACES
from inbox.slack import PLACE
from inbox.slack.client import Client, part

ACCOUNT = f"{PLACES}{PLACE}"
HOSTS = ("slack.com", "slack-gov.com")
"""Under which files lie; nobody else is told our token."""
TIMES = ClientTimeout(total=300, sock_connect=10, sock_read=30)
GONE = {"file_not_found", "file_deleted"}
ELSEWHERE = ("external", "tombstone", "hidden_by_limit")
"""Modes of files of which Slack has no bytes."""


@asynccontextmanager
async def open_road(api_base: str) -> AsyncIterator[ClientSession]:
    """A session for addresses that Slack names: `api_base`'s host may stand anywhere, all others are public."""
    trusted = {URL(api_base).host or ""}
    async with ClientSession(connector=public_connector(trusted), cookie_jar=DummyCookieJar()) as session:
        yield session


class Bringing:
    """The one source of files of this place (`gateway.fetch.Sources`)."""

    def __init__(self, client: Client, road: ClientSession) -> None:
        self._client = client
        self._road = road

    def get(self, account: str) -> object | None:
        return self if account == ACCOUNT else None

    def __iter__(self) -> Iterator[object]:
        yield self

    @asynccontextmanager
    async def fetch(self, file: RemoteFile, *, limit: int) -> AsyncIterator[FetchedFile]:
        """See `FetchesMedia.fetch`. A token that is not taken is mended some day: it is tried again."""
        told = await self._look(file.ref)
        if told.get("is_external") or told.get("mode") in ELSEWHERE:
            raise refused(f"{file.ref} is {told.get('mode')}")
        size = told.get("size")
        if isinstance(size, int) and size > limit:
            raise too_large(limit)
        mime = str(told.get("mimetype") or file.mime)
        where = str(told.get("url_private_download") or told.get("url_private") or "")
        async with self._open(where, mime) as response:
            yield file_within(response, limit, mime, str(told.get("name") or "") or None)

    async def _look(self, key: str) -> Mapping[str, Any]:
        try:
            told = part(await self._client.call("files.info", file=key), "file")
        except (AuthFailed, UncertainError) as why:
            raise TemporaryError(f"files.info: {why}") from None
        except PermanentError as why:
            words = "attachment.missing" if why.code in GONE else "attachment.refused"
            raise PermanentError(why.code, for_agent=words, log=str(why)) from None
        return told

    @asynccontextmanager
    async def _open(self, where: str, mime: str) -> AsyncIterator[ClientResponse]:
        with fetching("a file of Slack's"):
            url = checked(where, self._client.config.api_base)
            headers = {"Authorization": f"Bearer {self._client.config.bot_token.get_secret_value()}"}
            asked = self._road.get(url, headers=headers, allow_redirects=False, timeout=TIMES)
            async with asked as response:
                _check(response, mime)
                yield response


def checked(where: str, api_base: str) -> URL:
    """An address that may be told our secrets: of Slack's, or of `api_base` itself. Raises NotPublic."""
    try:
        url, api = URL(where), URL(api_base)
    except ValueError as why:
        raise NotPublic("no address") from why
    if url.user is not None or url.host is None:
        raise NotPublic("no whole address")
    if (url.scheme, url.host, url.port) == (api.scheme, api.host, api.port):
        return url
    if url.scheme != "https" or not any(url.host == one or url.host.endswith(f".{one}") for one in HOSTS):
        raise NotPublic(f"{url.host} is not Slack's")
    check_host(url.host)
    return url


def _check(response: ClientResponse, mime: str) -> None:
    if response.status == 200 and not (response.content_type == "text/html" and mime != "text/html"):
        return
    if response.status in (404, 410):
        raise gone("a file of Slack's is gone")
    # A way to the sign-in page: our token is not taken just now.
    if response.status in (200, 301, 302, 303, 307, 308, 401, 403, 408, 425, 429) or response.status >= 500:
        raise TemporaryError(
            f"a file of Slack's: {response.status}", retry_after=rest_asked(response.headers)
        )
    raise refused(f"a file of Slack's: {response.status}")
