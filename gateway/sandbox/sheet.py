"""What the sandbox's pages share: one document for each, in the reader's language, only for who knows the key."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Container, Sequence
from functools import cache
from html import escape
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from gateway.assets import asset
from gateway.bundle import App, texts
from gateway.door import check_origin
from gateway.errors import NotFound

LANGUAGES = ("en", "ko")
DOCUMENT = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
{style}{chunks}<script type="application/json" id="words">{words}</script>
<script type="application/json" id="sandbox">{known}</script>
<script type="module" src="{script}"></script>
</head>
<body><div id="app"></div></body>
</html>
"""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Told(BaseModel):
    """What a page of ours posts."""

    model_config = ConfigDict(extra="forbid", strict=True)


def guarded(key: str, handler: Handler) -> Handler:
    """Only for who knows the key; only from pages of ours. Raises NotFound, Forbidden."""

    async def guarding(request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.match_info["key"].encode(), key.encode()):
            raise NotFound("errors.not_found", "not the sandbox's key")
        if request.method != "GET":
            check_origin(request)
        return await handler(request)

    return guarding


def sheet(
    request: web.Request, app: App, *, title: str, speaks: Sequence[str], known: Any, policy: str
) -> web.Response:
    """`title`: a text's key; `speaks`: what the keys of the page's texts begin with."""
    language = language_of(request)
    words = {key: text for key, text in texts(language).items() if key.startswith(tuple(speaks))}
    chunks = (f'<link rel="modulepreload" href="{escape(asset(name))}">\n' for name in app.chunks)
    text = DOCUMENT.format(
        language=language,
        title=escape(words[title]),
        style=f'<link rel="stylesheet" href="{escape(asset(app.style or ""))}">\n',
        chunks="".join(chunks),
        words=_inert(words),
        known=_inert(known),
        script=escape(asset(app.script)),
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)


def drawn(known: Container[str], draw: Callable[[str], bytes]) -> Handler:
    """Shows the pictures of these names, each drawn once: `{name}` in the path."""
    draw_once = cache(draw)

    async def show(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in known:
            raise NotFound("errors.not_found", "no such picture")
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=draw_once(name), content_type="image/png", headers=headers)

    return show


def language_of(request: web.Request) -> str:
    asked = [request.query.get("lang", ""), *request.headers.get("Accept-Language", "").split(",")]
    found = (tag.strip().lower()[:2] for tag in asked)
    return next((tag for tag in found if tag in LANGUAGES), LANGUAGES[0])


def _inert(known: Any) -> str:
    """JSON that no HTML parser can mistake for markup."""
    return orjson.dumps(known).decode().replace("<", "\\u003c").replace("&", "\\u0026")
