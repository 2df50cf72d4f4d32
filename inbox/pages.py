"""The inbox's one page: a shell that loads the bundle; every client route is answered with it."""

from __future__ import annotations

from html import escape

from aiohttp import web

from gateway.assets import asset
from gateway.bundle import bundle, folder
from gateway.door import CONFIG
from gateway.errors import ParleyError
from inbox.auth.door import recognise
from inbox.desk import DESK

# connect-src names the socket by 'self' (CSP level 3); pictures in mails and previews come from us or as data. What is
# read in place (texts, PDF) is fetched from where the files are.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:{files}; media-src 'self' blob:{files}; "
    "font-src 'self'; connect-src 'self'{files}; manifest-src 'self'; frame-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport"
  content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="{light}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="{dark}" media="(prefers-color-scheme: dark)">
<title>Parley</title>
<link rel="manifest" href="{manifest}">
<link rel="apple-touch-icon" href="{touch}">
{style}<script type="module" src="{script}"></script>
</head>
<body data-session="{session}"><div id="app"></div></body>
</html>
"""
LIGHT, DARK = "#f5f5f2", "#131413"
"""The ground of the page, for the window's frame (tokens.css)."""
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
ROUTES = (
    "/",
    "/notices",
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
    app.router.add_get("/sw.js", worker)


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
    files, app = bundle(), bundle().inbox
    session = "maybe" if await _may_be_signed_in(request) else "none"
    style = f'<link rel="stylesheet" href="{escape(asset(app.style))}">\n' if app.style else ""
    return web.Response(
        text=SHELL.format(
            style=style,
            script=escape(asset(app.script)),
            session=session,
            manifest=escape(asset(files.webmanifest)),
            touch=escape(asset(files.touch_icon)),
            light=LIGHT,
            dark=DARK,
        ),
        content_type="text/html",
        headers={"Content-Security-Policy": _policy(request), "Cache-Control": "no-cache"},
    )


async def worker(request: web.Request) -> web.StreamResponse:
    """The service worker: its name stays, so that a browser that has it finds the next one."""
    headers = {
        "Content-Type": "text/javascript",
        "Content-Security-Policy": WORKER_POLICY,
        "Cache-Control": "no-cache",
    }
    return web.FileResponse(folder() / bundle().worker, headers=headers)
