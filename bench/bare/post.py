"""A bare POST: aiohttp reads the body and says yes. What everything of ours on HTTP is measured against."""

from __future__ import annotations

from aiohttp import web

from bench.bare.serving import serve


async def take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=201, body=b"{}", content_type="application/json")


if __name__ == "__main__":
    application = web.Application()
    application.router.add_post("/visitor/web/messages", take)
    serve(application)
