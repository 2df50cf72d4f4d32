"""What every HTTP door of the house shares: who is calling from where, problems as documents, safe headers.

Knows neither agents nor customers; sits below both doors.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from gateway import metrics, trace
from gateway.bundle import texts
from gateway.config import Config
from gateway.errors import (
    ConfigError,
    Forbidden,
    Malformed,
    ParleyError,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from gateway.events import new_id
from gateway.rates import News, Together

CONFIG: web.AppKey[Config] = web.AppKey("config", Config)
"""Every application that mounts a door puts the configuration here."""

OPEN: web.AppKey[Together] = web.AppKey("open", Together)
"""What each address holds open; with it `bound_open` works."""

ID: web.RequestKey[str] = web.RequestKey("id", str)
"""What the request is called in the log."""
LEFT = 499
"""Counted for a caller who went away before the answer, as nginx does."""

log = logging.getLogger(__name__)

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What a page of ours may do, unless its handler says otherwise: nothing.
SEALED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS = {
    "Content-Security-Policy": SEALED,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000"
PATIENCE = 30.0
"""Seconds a JSON body may take to arrive."""
SILENCE = 30.0
"""Seconds an upload may be silent before it is given up, and what it may lag behind `[limits] upload_slowest`."""
OPEN_AGAIN = 10
"""Seconds after which somebody who holds too much open may try again."""
_troubles = News()
BROKEN_OFF = (TimeoutError, web.RequestPayloadError, ConnectionResetError)

# --- who is calling -------------------------------------------------------------------------------------------------


def _ip(address: str) -> IPv4Address | IPv6Address:
    """Raises ValueError. What listens on "::" sees IPv4 callers as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2)."""
    ip = ip_address(address)
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


@lru_cache(maxsize=4096)
def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    try:
        ip = _ip(address)
    except ValueError:
        return False
    return any(ip in ip_network(network) for network in trusted)


def client_address(request: web.Request) -> str:
    """The caller's address: the connection's, or what the proxies we trust say in X-Forwarded-For.

    Read from the right, so that what the caller wrote there himself is never believed.
    """
    trusted = request.app[CONFIG].server.trusted_proxies
    address = request.remote or ""
    if not _is_trusted(address, trusted):
        return address
    told = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    while _is_trusted(address, trusted) and told and (nearer := told.pop().strip()):
        try:
            address = str(_ip(nearer))
        except ValueError:
            break
    return address


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """The key for rates: an IPv6 caller owns at least a /64, so that whole network counts as one."""
    with suppress(ValueError):
        ip = _ip(address)
        return str(ip_network((ip, 64), strict=False)) if isinstance(ip, IPv6Address) else str(ip)
    return address


class Gate:
    """How many connections one address may have at the same time: for the listening side, before anything is read.

    A proxy we trust speaks for many and is not counted; those behind it are, by `bound_open`.
    """

    def __init__(self, most: int, trusted: tuple[str, ...]) -> None:
        self._open = Together(most)
        self._trusted = trusted

    def enter(self, address: str) -> bool:
        return _is_trusted(address, self._trusted) or self._open.enter(neighbourhood(address))

    def leave(self, address: str) -> None:
        if not _is_trusted(address, self._trusted):
            self._open.leave(neighbourhood(address))


@web.middleware
async def bound_open(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Requests and sockets that one address has open at the same time, also through a proxy. Raises TooMany."""
    place = neighbourhood(client_address(request))
    held = request.app[OPEN]
    if not held.enter(place):
        raise TooMany("errors.too_many_open", retry_after=OPEN_AGAIN)
    try:
        return await handler(request)
    finally:
        held.leave(place)


@web.middleware
async def follow_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost: everything on the way is done under the request's id, which the answer names; its end is counted.

    An id is taken over only from a proxy we trust: anybody else could make the log lie.
    """
    told = request.headers.get(trace.HEADER, "")
    trusted = _is_trusted(request.remote or "", request.app[CONFIG].server.trusted_proxies)
    route = request.match_info.route.resource
    path = "" if route is None else route.canonical
    code, began = 500, time.perf_counter()
    with trace.working_for(trace.valid(told) if trusted else "") as request[ID]:
        try:
            with trace.span(f"{request.method[:16]} {path or 'nowhere'}"):
                response = await handler(request)
            code = response.status
            return response
        except web.HTTPException as answer:
            code = answer.status
            raise
        except (ConnectionResetError, asyncio.CancelledError):
            code = LEFT
            raise
        finally:
            metrics.answered(_door_of(path), code).inc()
            took = round((time.perf_counter() - began) * 1000, 1)
            trace.step("%s %s", request.method[:16], path or "nowhere", status=code, ms=took)


@cache
def _door_of(path: str) -> str:
    """The first word of a route: few, and never what somebody wrote."""
    first = path.strip("/").partition("/")[0]
    return first if first.isalpha() else "page" if path else "nowhere"


async def name_request(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal."""
    if ID in request:
        response.headers[trace.HEADER] = request[ID]


def is_https(request: web.Request) -> bool:
    """Did the caller come by https, as far as the proxies we trust know?"""
    server = request.app[CONFIG].server
    if _is_trusted(request.remote or "", server.trusted_proxies):
        told = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip()
        return told == "https" if told else server.public_url.startswith("https:")
    return request.secure


def check_origin(request: web.Request, *, strict: bool = False) -> None:
    """Refuse what another site's page makes a browser send. For every unsafe request and every socket.

    Browsers say where a request comes from in `Sec-Fetch-Site` (Fetch Metadata) and `Origin` (RFC 6454); a caller
    that says neither is no browser. `strict`: then it is refused as well, for where a cookie alone opens the door.
    Raises Forbidden.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("errors.foreign_origin", f"Sec-Fetch-Site: {site}", code="foreign_origin")
    if origin is not None and not _is_ours(origin, request):
        raise Forbidden("errors.foreign_origin", f"Origin: {origin[:200]}", code="foreign_origin")
    if strict and site is None and origin is None:
        raise Forbidden("errors.foreign_origin", "neither Origin nor Sec-Fetch-Site", code="foreign_origin")


def _is_ours(origin: str, request: web.Request) -> bool:
    public = request.app[CONFIG].server.public_url
    if public:
        return origin.lower() == public
    # Nobody told us our name: whatever name the browser reached us by. Cookies are bound to that name as well.
    try:
        parts = urlsplit(origin)
    except ValueError:  # "http://[" is no address at all
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == request.host.lower()


# --- reading --------------------------------------------------------------------------------------------------------


async def read_bounded(request: web.Request, limit: int) -> bytes:
    """The whole body, never more than `limit` bytes. Raises UnsupportedMediaType (packed), TooLarge, Malformed."""
    check_unpacked(request)
    if (request.content_length or 0) > limit:
        raise TooLarge("errors.body_too_large", limit=limit)
    if request.content.is_eof():
        return _arrived(request, limit)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge("errors.body_too_large", limit=limit)
    except BROKEN_OFF:
        raise Malformed("errors.malformed", "the body did not arrive whole", at="", why="cut short") from None
    return bytes(body)


def _arrived(request: web.Request, limit: int) -> bytes:
    """A body that came with its head, as small ones do: nothing to wait for."""
    try:
        body = request.content.read_nowait()
    except BROKEN_OFF:
        raise Malformed("errors.malformed", "the body did not arrive whole", at="", why="cut short") from None
    if len(body) > limit:
        raise TooLarge("errors.body_too_large", limit=limit)
    return body


async def read_chunks(request: web.Request) -> AsyncIterator[bytes]:
    """An upload as it comes. Raises UnsupportedMediaType (packed), Malformed when it breaks off, falls silent or
    trickles in more slowly than `upload_slowest`; only the time that it keeps us waiting counts."""
    check_unpacked(request)
    slowest, clock = request.app[CONFIG].limits.upload_slowest, asyncio.get_running_loop().time
    body, taken, waited = request.content.iter_any(), 0, 0.0
    try:
        while True:
            since = clock()
            async with asyncio.timeout(min(SILENCE, SILENCE + taken / slowest - waited)):
                chunk = await anext(body, b"")
            if not chunk:
                return
            taken, waited = taken + len(chunk), waited + clock() - since
            yield chunk
    except TimeoutError:
        raise Malformed("errors.malformed", "the upload is too slow", at="", why="too slow") from None
    except BROKEN_OFF:
        raise Malformed("errors.malformed", "the upload broke off", at="", why="cut short") from None


def check_unpacked(request: web.Request) -> None:
    """A packed body would grow while it is read, before anybody counted. Raises UnsupportedMediaType."""
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise UnsupportedMediaType("errors.not_json", f"Content-Encoding: {packed[:40]!r}")


# --- problems -------------------------------------------------------------------------------------------------------


def problem(error: ParleyError) -> dict[str, Any]:
    """The RFC 9457 form of an error that is meant for the caller; its `type` is the error's stable code."""
    if isinstance(error, Refused):
        return _document(error.status, error.code, error.text, error.params)
    if isinstance(error, Unavailable):
        return _document(error.status, error.code, error.text, {"retry_after": error.retry_after})
    return unexpected(error)


def unexpected(error: BaseException, where: str = "") -> dict[str, Any]:
    """The form of an error nobody foresaw: logged here, once, under the id that the caller is told."""
    key = new_id()
    log.error("unexpected error %s %s", key, where, exc_info=error)
    return _document(500, "unexpected", "errors.unexpected", {"id": key})


def _document(status: int, code: str, text: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _english(text, params),
        "text": text,
        "params": dict(params),
    }


def _english(text: str, params: Mapping[str, Any]) -> str:
    """The words for people who read the API's answers themselves; empty while the front end is not built."""
    try:
        words = texts("en").get(text, "")
        return words.format_map(params)
    except (ConfigError, KeyError, ValueError, IndexError, OSError):  # OSError: no more files to open
        return ""


def problem_response(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=document["status"],
        body=orjson.dumps(document),
        content_type="application/problem+json",
        headers=headers,
    )


def refusal(error: Refused | Unavailable) -> web.Response:
    """The answer. Why it is 503 is said to whoever runs this: the caller is told to try again, and nothing of it."""
    if isinstance(error, Unavailable) and _troubles.is_news(error):
        log.warning("answered 503: %s", error)
    return problem_response(problem(error), _headers_of(error))


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error becomes a problem document; the client never sees a traceback."""
    try:
        return await handler(request)
    except (Refused, Unavailable) as error:
        return refusal(error)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return problem_response(_of_http(answer), _kept(answer.headers, ("Allow",)))
    except ConnectionResetError:
        raise  # the caller has gone: nobody to tell
    except Exception as error:
        if isinstance(error, UnicodeEncodeError) and not _is_text(request):
            return problem_response(
                problem(Malformed("errors.malformed", "stray bytes", at="", why="no text"))
            )
        return problem_response(unexpected(error, f"{request.method} {request.rel_url.path}"))


def _is_text(request: web.Request) -> bool:
    """Are all headers text? Stray bytes come as lone surrogates, on which whoever repeats or hashes them fails."""
    try:
        "".join(request.headers.values()).encode()
    except UnicodeEncodeError:
        return False
    return True


def _headers_of(error: ParleyError) -> dict[str, str]:
    """What HTTP wants to hear beside the document (RFC 9110 sections 10.2.3 and 11.6.1)."""
    headers = {}
    if isinstance(error, (TooMany, Unavailable)):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="parley"'
    return headers


def _of_http(answer: web.HTTPException) -> dict[str, Any]:
    """aiohttp's own refusals (no such path, wrong method, body too large) in the same form."""
    code = HTTPStatus(answer.status).phrase.lower().replace(" ", "_")
    texts_by_status = {404: "errors.not_found", 405: "errors.method", 413: "errors.body_too_large"}
    return _document(answer.status, code, texts_by_status.get(answer.status, "errors.refused"), {})


def _kept(headers: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: headers[name] for name in names if name in headers}


# --- headers --------------------------------------------------------------------------------------------------------


async def guard_response(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal: the sealed headers wherever the handler has not set its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https(request):
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if "Server" in response.headers:
        del response.headers["Server"]
