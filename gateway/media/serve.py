"""`GET /media/{signed}/{name}`: a file to whoever holds its link, in headers that leave it inert."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from gateway.errors import ParleyError, Refused, Unavailable
from gateway.media.kinds import INLINE_TYPES, READ_TYPES, servable
from gateway.media.links import Claim, MediaLinks
from gateway.media.names import content_disposition, safe_name
from gateway.media.store import MediaStore, Missing
from gateway.rates import News

log = logging.getLogger(__name__)
_troubles = News()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CACHE_AT_MOST = 24 * 3600
"""Seconds a browser may keep a file; less when its link ends earlier."""

_INERT = "sandbox; default-src 'none'; frame-ancestors 'none'"
# Opened in a tab of its own, a browser wraps an image or a film in a page that needs these.
_INERT_SHOWN = f"{_INERT}; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
_KEPT = {"ETag", "Cache-Control", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin"}  # in a 304
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Shown(Protocol):
    """The row of an attachment, as far as serving needs it; `events.Attachment` is one."""

    @property
    def hash(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def inline(self) -> bool: ...


Lookup = Callable[[Claim], Awaitable[Shown | None]]
"""The attachment a claim names, None when it is gone or this audience may no longer see it."""


class Cut(ParleyError):
    """A file could not be read to its end: the connection was broken, so that nobody takes the part for the whole."""


class Unsatisfiable(Exception):
    """The range begins beyond the end (RFC 9110 section 15.5.17)."""


def serve_media(store: MediaStore, links: MediaLinks, lookup: Lookup) -> Handler:
    """The handler for GET and HEAD of `/media/{signed}/{name}`; the name in the path is for people, not for us.

    Answers 404 to forged links and gone files alike, 410 to expired ones, 503 when the store is out of reach.
    The link is the key to the file: keep its path out of access logs.
    """

    async def media(request: web.Request) -> web.StreamResponse:
        try:
            claim = links.verify(request.match_info["signed"])
            row = await lookup(claim)
            if row is None or row.hash != claim.hash:
                raise Missing(claim.hash)
            return await _answer(request, store, row, _headers(row, claim, links.seconds_left(claim)))
        except Refused as refusal:
            return _refusal(refusal.status, refusal.code)
        except Unavailable as trouble:
            if _troubles.is_news(trouble):
                log.warning("a file could not be served: %s", trouble)
            return _refusal(trouble.status, trouble.code, {"Retry-After": str(round(trouble.retry_after))})

    return media


def _refusal(status: int, code: str, extra: dict[str, str] | None = None) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(extra or {})}
    return web.Response(status=status, text=code, headers=headers)


def _headers(row: Shown, claim: Claim, seconds_left: int) -> dict[str, str]:
    inline = row.inline and row.mime in INLINE_TYPES
    # A film in a tab of its own is asked for by a sandboxed page, whose origin is nobody's; texts and documents by the
    # inbox, where files have an origin of their own. No cookie is looked at.
    shared = {"Access-Control-Allow-Origin": "*"} if inline or row.mime in READ_TYPES else {}
    return shared | {
        "Content-Type": _with_charset(servable(row.mime)),
        "Content-Disposition": content_disposition(safe_name(row.name), inline=inline),
        "Content-Security-Policy": _INERT_SHOWN if inline else _INERT,
        "X-Content-Type-Options": "nosniff",
        # The widget lives on other people's sites; who may see the file is settled by the link, not by the origin.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": f"private, max-age={min(seconds_left, CACHE_AT_MOST)}, immutable",
        "ETag": f'"{claim.hash}"',
        "Accept-Ranges": "bytes",
    }


def _with_charset(mime: str) -> str:
    return f"{mime}; charset=utf-8" if mime.startswith("text/") else mime


async def _answer(
    request: web.Request, store: MediaStore, row: Shown, headers: dict[str, str]
) -> web.StreamResponse:
    if _has_it(request.headers.get("If-None-Match"), headers["ETag"]):
        return web.Response(status=304, headers={name: headers[name] for name in _KEPT & headers.keys()})
    held = await store.find(row.hash)
    if held is None:
        raise Missing(row.hash)
    try:
        span = parse_range(_range_asked(request, headers["ETag"]), held.size)
    except Unsatisfiable:
        return _refusal(416, "range_not_satisfiable", {"Content-Range": f"bytes */{held.size}"})
    if span is not None:
        headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{held.size}"
    start, end = span or (0, held.size)
    return await _send(request, store, row.hash, (start, end), headers)


async def _send(
    request: web.Request, store: MediaStore, digest: str, span: tuple[int, int], headers: dict[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(status=206 if "Content-Range" in headers else 200, headers=headers)
    response.content_length = span[1] - span[0]
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    async with store.open(digest, *span) as media:
        await response.prepare(request)
        try:
            async for chunk in media.chunks:
                await response.write(chunk)
        except ParleyError as trouble:
            if request.transport is not None:
                request.transport.abort()
            raise Cut(f"media object {digest}: {trouble}") from trouble
    await response.write_eof()
    return response


def _has_it(if_none_match: str | None, etag: str) -> bool:
    """RFC 9110 section 13.1.2: any listed tag, compared weakly, or `*`."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or tags == ["*"]


def _range_asked(request: web.Request, etag: str) -> str | None:
    """The Range header where it counts: on GET, and when If-Range (RFC 9110 section 13.1.5) names this very file."""
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    return request.headers.get("Range")


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None where the whole file is the answer.

    RFC 9110 section 14.1.2. Several ranges, other units and nonsense are ignored, as section 14.2 allows.
    Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(header or "")
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise Unsatisfiable
    return start, end
