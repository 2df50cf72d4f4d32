"""Bare sockets: aiohttp accepts, hears one hello, answers one frame and waits. No person, no log, no heartbeat."""

from __future__ import annotations

from aiohttp import WSMsgType, web

from bench.bare.serving import serve

HELLO = '{"kind":"hello","protocol":1,"resumed":true}'


async def accept(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(compress=False)
    await ws.prepare(request)
    if (await ws.receive()).type is WSMsgType.TEXT:
        await ws.send_str(HELLO)
    async for _ in ws:
        pass
    return ws


if __name__ == "__main__":
    application = web.Application()
    application.router.add_get("/ws/agent", accept)
    application.router.add_get("/ws/visitor/web", accept)
    serve(application)
