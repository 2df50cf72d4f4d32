"""The bundle's files over HTTP: names carry their hash, so a browser keeps them for ever and never asks again."""

from __future__ import annotations

import re

from aiohttp import web

from gateway.bundle import folder

PREFIX = "/static"
_NAME = re.compile(r"(?:[\w-]+/)?[\w.-]+")
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


def asset(name: str) -> str:
    """The path of a bundle file."""
    return f"{PREFIX}/{name}"


def mount_assets(app: web.Application) -> None:
    app.router.add_get(PREFIX + "/{name:.+}", _serve)


async def _serve(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    kind = _TYPES.get("." + name.rpartition(".")[2])
    if kind is None or not _NAME.fullmatch(name) or not (file := folder() / name).is_file():
        raise web.HTTPNotFound
    # aiohttp sends the .gz sibling where the browser takes it, and answers If-None-Match by itself.
    return web.FileResponse(
        file, headers={"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable"}
    )
