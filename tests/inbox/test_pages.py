"""The inbox's shell: the same page for every client route, in a policy that lets nothing foreign in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.assets import asset
from gateway.bundle import bundle
from gateway.config import Server
from inbox.pages import DARK, LIGHT
from tests.inbox.conftest import House


@pytest.mark.parametrize(
    "path", ["/", "/c/12", "/list/team/x", "/settings", "/settings/me", "/link/abc", "/sign-in"]
)
async def test_every_route_is_answered_with_the_shell(house: House, path: str) -> None:
    answer = await (await house.client()).http.get(path)
    assert answer.status == 200
    assert f'src="{asset(bundle().inbox.script)}"' in await answer.text()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_files_may_come_from_an_origin_of_their_own(house: House) -> None:
    object.__setattr__(house.desk.config, "server", Server(media_url="https://files.example.com"))
    policy = (await (await house.client()).http.get("/")).headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://files.example.com;" in policy
    assert "media-src 'self' blob: https://files.example.com;" in policy
    assert "connect-src 'self' https://files.example.com;" in policy


async def test_what_is_no_route_is_not_found(house: House) -> None:
    assert (await (await house.client()).http.get("/wp-admin.php")).status == 404


async def test_the_shell_says_when_asking_who_is_there_is_no_use(house: House) -> None:
    assert 'data-session="none"' in await (await (await house.client()).http.get("/")).text()
    assert 'data-session="maybe"' in await (await (await house.client("ann")).http.get("/")).text()


async def test_the_service_worker_has_a_name_that_stays(house: House) -> None:
    answer = await (await house.client()).http.get("/sw.js")
    assert answer.status == 200
    assert answer.content_type == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert "notificationclick" in await answer.text()


async def test_the_shell_can_be_installed(house: House) -> None:
    page = await (await (await house.client()).http.get("/notices")).text()
    assert f'<link rel="manifest" href="{asset(bundle().webmanifest)}">' in page
    assert f'<link rel="apple-touch-icon" href="{asset(bundle().touch_icon)}">' in page
    assert page.count('<meta name="theme-color"') == 2
    tokens = (Path(__file__).parents[2] / "static/src/shared/tokens.css").read_text()
    for ground in (LIGHT, DARK):
        assert f"--ground: {ground};" in tokens
        assert f'content="{ground}"' in page
