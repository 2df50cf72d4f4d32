"""The bundle's files: kept for ever, by their kind, and what reads documents may do nothing else."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.assets import asset, mount_assets
from gateway.bundle import folder


def one(pattern: str) -> str:
    found = sorted(folder().glob(pattern))
    return found[0].relative_to(folder()).as_posix()


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("inbox-*.js", "text/javascript"),
        ("pdf-worker-*.js", "text/javascript"),
        ("pdf-*/KSC-H.bcmap", "application/octet-stream"),
        ("pdf-*/FoxitSymbol.pfb", "application/octet-stream"),
        ("pdf-*/LiberationSans-Regular.ttf", "font/ttf"),
    ],
)
async def test_every_kind_is_served_and_kept(pattern: str, kind: str) -> None:
    app = web.Application()
    mount_assets(app)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(asset(one(pattern)))
        assert answer.status == 200
        assert answer.content_type == kind
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        for path in (asset("manifest.json.gz"), asset("../pyproject.toml"), asset("pdf/none.bcmap")):
            assert (await client.get(path)).status == 404


async def test_what_reads_documents_asks_nobody_but_us() -> None:
    app = web.Application()
    mount_assets(app)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(asset(one("pdf-worker-*.js")))
        policy = answer.headers["Content-Security-Policy"]
        assert policy == "default-src 'none'; script-src 'self'; connect-src 'self'"
        other = await client.get(asset(one("inbox-*.js")))
        assert "Content-Security-Policy" not in other.headers, "the door seals it"
