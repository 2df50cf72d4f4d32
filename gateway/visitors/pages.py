"""What a customer's browser loads from us: the script for other people's sites, the chat page that it frames."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape

import orjson
from aiohttp import web

from gateway.assets import asset
from gateway.bundle import LOADER, bundle, folder
from gateway.errors import NotFound
from gateway.visitors.desk import DESK, Chat

SHORT = "public, max-age=300, stale-while-revalidate=86400"
"""A site's visitors have our news within minutes, without asking on every page."""
LANGUAGES = ("en", "ko")

# The chat's own page: scripts, styles and calls of our origin only; pictures also from memory, before they are sent.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:{media}; media-src 'self'{media}; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport"
  content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="{colour}">
<meta name="robots" content="noindex">
<title>{title}</title>
{style}{chunks}<script type="application/json" id="words">{words}</script>
<script type="module" src="{script}"></script>
</head>
<body><div id="chat"></div></body>
</html>
"""


async def chat_page(request: web.Request) -> web.Response:
    """GET /chat/{account}: alone or in a frame; `?lang=` is the embedding page's language. Raises NotFound."""
    desk = request.app[DESK]
    chat = desk.access_account(request)
    app, settings = bundle().widget, chat.settings()
    asked = request.query.get("lang") or settings["language"]
    language = choose_language(asked, request.headers.get("Accept-Language"))
    style = f'<link rel="stylesheet" href="{escape(asset(app.style))}">\n' if app.style else ""
    text = PAGE.format(
        language=language,
        colour=escape(settings["colours"]["brand"]),
        title=escape(settings["title"][language]),
        style=style,
        chunks="".join(f'<link rel="modulepreload" href="{escape(asset(name))}">\n' for name in app.chunks),
        words=_words(language),
        script=escape(asset(app.script)),
    )
    headers = {
        "Content-Security-Policy": policy(chat, desk.parts.config.server.media_url),
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


def policy(chat: Chat, media_url: str) -> str:
    return POLICY.format(
        media=f" {media_url}" if media_url else "", ancestors=" ".join(("'self'", *chat.origins()))
    )


def choose_language(asked: str | None, accepted: str | None) -> str:
    """What the embedding page speaks, else the browser's first language that we know, else English."""
    for tag in (asked or "", *_in_order(accepted or "")):
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _in_order(accepted: str) -> Sequence[str]:
    """The tags of an Accept-Language header (RFC 9110 section 12.5.4), the best first; broken weights count as none."""
    weighed = []
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


@cache
def _words(language: str) -> str:
    """The catalogue as JSON that no HTML parser can mistake for markup."""
    read = orjson.loads((folder() / "i18n" / f"widget.{language}.json").read_bytes())
    return orjson.dumps(read).decode().replace("<", "\\u003c").replace("&", "\\u0026")


DRESS = ("colours", "side", "offset", "icon", "language")


async def button_script(request: web.Request) -> web.Response:
    """GET /chat/{account}/button.js: how the button looks and which pages may have it, as a script because a site's
    connect-src may not know us. Raises NotFound."""
    chat = request.app[DESK].access_account(request)
    settings = chat.settings()
    dress = {
        "account": chat.account,
        **{key: settings[key] for key in DRESS},
        # No secret: the page's own policy (`frame-ancestors`) says the same.
        "origins": list(chat.origins()),
    }
    text = f"self.ParleyDress&&ParleyDress({orjson.dumps(dress).decode()});\n"
    headers = {"Cache-Control": SHORT, "Cross-Origin-Resource-Policy": "cross-origin"}
    return web.Response(text=text, content_type="text/javascript", headers=headers)


async def picture(request: web.Request) -> web.Response:
    """GET /chat/{account}/picture: the business's face. Raises NotFound."""
    found = request.app[DESK].access_account(request).picture()
    if found is None:
        raise NotFound("errors.account_unknown", "this account has no picture")
    # `?DIGEST` names the content, so another picture has another address.
    lasting = request.query_string == found.digest
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if lasting else SHORT}
    return web.Response(body=found.body, content_type=found.mime, headers=headers)


@cache
def _loader() -> tuple[bytes, bytes]:
    """The script, plain and compressed."""
    path = folder() / LOADER
    return path.read_bytes(), path.with_name(f"{LOADER}.gz").read_bytes()


async def loader(request: web.Request) -> web.Response:
    """GET /widget.js: the one file with a stable name; its ETag is the bundle."""
    tag = f'"{bundle().hash}"'
    headers = {
        "Cache-Control": SHORT,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": tag,
        "Vary": "Accept-Encoding",
    }
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    plain, compressed = _loader()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(
            body=compressed, content_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"}
        )
    return web.Response(body=plain, content_type="text/javascript", headers=headers)
