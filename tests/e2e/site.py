"""Somebody else's site, on another origin than Parley's and with as strict a policy as a site can have."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.test_utils import TestServer

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="{viewport}">
<link rel="stylesheet" href="/site.css"><script src="/site.js"></script>
<script async src="{parley}/widget.js" data-account="{account}"{tag}></script></head>
<body><main><h1>A shop</h1><p>Buy something, please.</p>{body}</main></body></html>
"""
# What a hostile or careless page does to everything in it.
CSS = "* { font-family: cursive !important; } div, iframe, button { border: 3px solid red; transform: skew(2deg); }"
SCRIPT = """
window.heard = [];
(window.Parley = window.Parley || []).push((parley) => {
  window.ready = true;
  for (const what of ["unread", "vouch", "open", "close", "refused"]) {
    parley.on(what, (value) => heard.push([what, value ?? null]));
  }
});
"""


@dataclass
class Site:
    """`tag` and `body` may be changed between two page loads, as a site does when somebody signs in."""

    server: TestServer
    parley: str
    tag: str = ""
    body: str = ""
    lang: str = "en"
    account: str = "web"
    viewport: str = "width=device-width, initial-scale=1"
    script: str = SCRIPT
    policy: str = "default-src 'none'; script-src 'self' {parley}; style-src 'self'; frame-src {parley}"

    @property
    def url(self) -> str:
        # Another host name than Parley's, so that the browser takes it for another site.
        return f"http://localhost:{self.server.port}/"

    @classmethod
    async def open(cls) -> Site:
        app = web.Application()
        server = TestServer(app, host="127.0.0.1")
        site = cls(server, "")

        async def page(request: web.Request) -> web.Response:
            words = {"lang": site.lang, "parley": site.parley, "tag": site.tag, "body": site.body}
            text = PAGE.format(account=site.account, viewport=site.viewport, **words)
            headers = {"Content-Security-Policy": site.policy.format(parley=site.parley)}
            return web.Response(text=text, content_type="text/html", headers=headers)

        async def style(request: web.Request) -> web.Response:
            return web.Response(text=CSS, content_type="text/css")

        async def script(request: web.Request) -> web.Response:
            return web.Response(text=site.script, content_type="text/javascript")

        async def icon(request: web.Request) -> web.Response:
            return web.Response(body=b"", content_type="image/png")

        app.router.add_get("/", page)
        app.router.add_get("/other", page)
        app.router.add_get("/site.css", style)
        app.router.add_get("/site.js", script)
        app.router.add_get("/favicon.ico", icon)
        await server.start_server()
        return site
