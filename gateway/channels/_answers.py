"""What the answers of providers have in common, whoever they are: how long to wait, and a file as it comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from aiohttp import ClientError, ClientResponse, InvalidURL

from gateway.channels._public_net import NotPublic
from gateway.channels.base import FetchedFile
from gateway.errors import PermanentError, TemporaryError

PIECE = 64 * 1024
"""Bytes read at a time."""
REST_MOST = 3600.0
"""Seconds for which nobody who asks for more is left alone."""


def rest_asked(headers: Mapping[str, str]) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3) in seconds; None: it asks for nothing, or for what is no number of them."""
    told = headers.get("Retry-After", "").strip()
    return min(float(told), REST_MOST) if told.isascii() and told.isdigit() else None


def file_within(response: ClientResponse, limit: int, mime: str, name: str | None = None) -> FetchedFile:
    """What the answer brings, at most so many bytes. Raises PermanentError where it says that it is more, or while it
    is read."""
    if (response.content_length or 0) > limit:
        raise too_large(limit)
    return FetchedFile(_counted(response, limit), mime, name)


async def _counted(response: ClientResponse, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in response.content.iter_chunked(PIECE):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield piece


@contextmanager
def fetching(what: str) -> Iterator[None]:
    """The client's own troubles on the way to a file, as ours."""
    try:
        yield
    except (NotPublic, InvalidURL) as why:
        raise refused(str(why), "not_public") from why
    except ClientError as why:
        if isinstance(getattr(why, "os_error", None), NotPublic):
            raise refused(str(why), "not_public") from why
        raise TemporaryError(f"{what}: {type(why).__name__}") from why
    except TimeoutError as why:
        raise TemporaryError(f"{what}: no answer in time") from why


def gone(log: str) -> PermanentError:
    return PermanentError("gone", for_agent="attachment.missing", log=log)


def refused(log: str, code: str = "refused") -> PermanentError:
    return PermanentError(code, for_agent="attachment.refused", log=log)


def too_large(limit: int) -> PermanentError:
    return PermanentError("too_large", for_agent="attachment.too_large", log=f"over {limit} bytes")
