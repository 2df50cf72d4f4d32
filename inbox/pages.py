"""The inbox's one page: a shell that loads the bundle; every client route is answered with it."""

from __future__ import annotations

from html import escape

from aiohttp import web

from gateway.assets import asset
from gateway.bundle import bundle
from gateway.door import CONFIG
from gateway.errors import ParleyError
from inbox.auth.door import recognise
from inbox.desk import DESK

# connect-src names the socket by 'self' (CSP level 3); pictures in mails and previews come from us or as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:{files}; media-src 'self' blob:{files}; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport"
  content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Parley</title>
{style}<script type="module" src="{script}"></script>
</head>
<body data-session="{session}"><div id="app"></div></body>
</html>
"""
ROUTES = (
    "/",
    "/c/{tail:.*}",
    "/list/{tail:.*}",
    "/settings{tail:.*}",
    "/link/{tail:.*}",
    "/sign-in",
    "/search{tail:.*}",
)


def mount_pages(app: web.Application) -> None:
    for path in ROUTES:
        app.router.add_get(path, shell)


async def _may_be_signed_in(request: web.Request) -> bool:
    try:
        return await recognise(request, request.app[DESK]) is not None
    except ParleyError:
        return True  # the script asks, and hears why


def _policy(request: web.Request) -> str:
    """Pictures and sound may also come from the files' own origin, where one is set up."""
    files = request.app[CONFIG].server.media_url
    return POLICY.format(files=f" {files}" if files else "")


async def shell(request: web.Request) -> web.Response:
    """The same for everybody; it only says whether asking who is signed in is worth a question."""
    app = bundle().inbox
    session = "maybe" if await _may_be_signed_in(request) else "none"
    style = f'<link rel="stylesheet" href="{escape(asset(app.style))}">\n' if app.style else ""
    return web.Response(
        text=SHELL.format(style=style, script=escape(asset(app.script)), session=session),
        content_type="text/html",
        headers={"Content-Security-Policy": _policy(request), "Cache-Control": "no-cache"},
    )
