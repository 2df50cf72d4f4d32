"""What a real browser does with our answers: shows what is to be shown anywhere, runs nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Download, Page

from gateway.media import DiskStore, MediaLinks
from tests.media.conftest import Clock, sample
from tests.media.test_serve import SECRET, House
from tests.servers.pages import Pages

Serve = Callable[[web.Application], Awaitable[TestServer]]
SCRIPT = b"<script>parent.postMessage('ran', '*'); document.title = 'ran'</script>"


@pytest.fixture
async def house(disk: DiskStore, clock: Clock) -> House:
    return House(disk, MediaLinks(SECRET, clock=clock), clock)


async def shop(aiohttp_server: Serve, body: str) -> str:
    """Somebody's site, of another origin, under the strictest isolation a page can ask for."""

    async def page(_: web.Request) -> web.Response:
        headers = {
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        return web.Response(
            text=f"<!doctype html><link rel=icon href=data:,>{body}",
            content_type="text/html",
            headers=headers,
        )

    app = web.Application()
    app.router.add_get("/", page)
    server = await aiohttp_server(app)
    return f"http://localhost:{server.port}/"


async def test_another_site_shows_pictures_and_plays_sound(
    house: House, aiohttp_server: Serve, new_page: Pages
):
    media = await aiohttp_server(house.app())
    links = [
        str(media.make_url(await house.take(sample(name), name)))
        for name in ("turned.jpg", "voice.webm", "film.webm")
    ]
    body = f'<img src="{links[0]}"><audio controls src="{links[1]}"></audio><video controls src="{links[2]}"></video>'
    page = await new_page()
    await page.goto(await shop(aiohttp_server, body))
    await page.wait_for_function(
        "[...document.querySelectorAll('audio,video')].every(each => each.readyState >= 2)"
    )
    size = await page.evaluate("(image => [image.naturalWidth, image.naturalHeight])(document.images[0])")
    row = house.rows["turned.jpg"]
    assert size == [row.width, row.height] == [20, 40]


@pytest.mark.parametrize(("name", "tag"), [("plain.png", "img"), ("film.webm", "video")])
async def test_a_tab_of_its_own_shows_it(
    house: House, aiohttp_client: Any, new_page: Pages, name: str, tag: str
):
    client: TestClient[web.Request, web.Application] = await aiohttp_client(house.app())
    # Playwright asks the page by scripts of its own; now and then the browser says that it may run none, as it may not.
    new_page.expect("Blocked script execution")
    page = await new_page()
    await page.goto(str(client.make_url(await house.take(sample(name), name))))
    shown = {
        "img": "document.images[0].naturalWidth > 0",
        "video": "document.querySelector('video').readyState >= 2",
    }
    await page.wait_for_function(shown[tag])
    assert await page.evaluate("origin") == "null"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html>" + SCRIPT),
        ("photo.png", b"<html>" + SCRIPT),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>"),
        ("both.gif", sample("plain.gif") + SCRIPT),
        ("page.pdf", sample("page.pdf")),
    ],
)
async def test_what_could_act_is_saved_and_never_run(
    house: House, aiohttp_server: Serve, new_page: Pages, name: str, content: bytes
):
    media = await aiohttp_server(house.app())
    link = str(media.make_url(await house.take(content, name)))
    page = await new_page()
    await page.goto(
        await shop(
            aiohttp_server, "<script>addEventListener('message', () => document.title = 'ran')</script>"
        )
    )
    saved = await _open(page, link)
    assert saved.suggested_filename == name
    assert await page.title() == ""


async def _open(page: Page, link: str) -> Download:
    async with page.expect_download() as coming:
        await page.evaluate("link => { location = link }", link)
    return await coming.value
