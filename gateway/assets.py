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
    ".bcmap": "application/octet-stream",
    ".pfb": "application/octet-stream",
    ".ttf": "font/ttf",
}
_READS_PDF = re.compile(r"pdf-worker-\w+\.js")
# A worker's policy is its own script's: it asks for its tables and fonts here, and for nothing anywhere else.
_WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


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
    headers = {"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable"}
    if _READS_PDF.fullmatch(name):
        headers["Content-Security-Policy"] = _WORKER_POLICY
    return web.FileResponse(file, headers=headers)
