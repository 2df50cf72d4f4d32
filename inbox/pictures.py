"""The agents' pictures, for whoever asks: customers see them beside an answer, so they are no secret.

Only what an agent's row names at this moment is served, never another file by its hash.
"""

from __future__ import annotations

from aiohttp import web

from gateway.egress.pictures import NAME, TYPES
from gateway.errors import NotFound
from inbox.desk import DESK, Desk

WORN = "select 1 from agents where picture = $1 limit 1"
PICTURE_BYTES = 512 * 1024
"""The largest picture; what our own page cuts out is a twentieth of it."""
PICTURE_SIDE = 1024
"""Pixels."""


async def picture(request: web.Request) -> web.Response:
    """GET /pictures/{name}. Raises NotFound for what no agent wears, Unavailable."""
    desk, name = request.app[DESK], request.match_info["name"]
    if not NAME.fullmatch(name) or not await desk.store.glance(lambda look: look.one(WORN, name)):
        raise NotFound("errors.not_found", "no agent wears this picture")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": f'"{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    digest, _, ending = name.partition(".")
    return web.Response(body=await _bytes(desk, digest), content_type=TYPES[ending], headers=headers)


async def _bytes(desk: Desk, digest: str) -> bytes:
    async with desk.media.open(digest) as media:
        return b"".join([chunk async for chunk in media.chunks])
