"""`/healthz`: the process is alive. `/readyz`: it can serve, database included; else a balancer sends nobody here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.errors import Unavailable
from gateway.store import Reader, Store

Handler = Callable[[web.Request], Awaitable[web.Response]]


def mount_health(app: web.Application, store: Store) -> None:
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _ready(store))


async def _alive(request: web.Request) -> web.Response:
    return _said(200, "alive")


def _ready(store: Store) -> Handler:
    async def ready(request: web.Request) -> web.Response:
        try:
            await store.read(_head)
        except Unavailable as why:
            return _said(503, f"not ready: {why.code}")
        return _said(200, "ready")

    return ready


async def _head(look: Reader) -> int:
    return look.position


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers={"Cache-Control": "no-store"})
