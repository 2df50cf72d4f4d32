"""A mail's page in a real browser: nothing of it runs, and nothing is asked of anybody unless an agent has said so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from html import escape

import pytest
from playwright.async_api import BrowserContext, Dialog, Page, Request, async_playwright

from tests.channels.mails import PNG, b64, mail, part, several, text
from tests.channels.test_mail_html import ATTACKS
from tests.inbox.conftest import House
from tests.inbox.test_sources import taken
from tests.servers import chromium

EVIL = "http://evil.example"
RUNS = f"alert(1);fetch('{EVIL}/ran')"
MORE = [
    # What changes its meaning when it is read again (mutation XSS).
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><svg><style><img src=x onerror=alert(1)></style>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<title><img src=x onerror=alert(1)></title><textarea></title><img src=x onerror=alert(1)>",
    "<table><td><svg><desc><table><img src=x onerror=alert(1)>",
    "<p>" * 40 + "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    # What our own places for pictures might be made to say.
    '<img src="cid:p@x&quot; onerror=&quot;alert(1)">',
    '<img src="cid:&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">',
    f'<img src="{EVIL}/a&quot; onerror=&quot;alert(1)">',
    '<img title="<img src=" src="cid:p@x" alt="&quot; onerror=alert(1)">',
    '<p title=\'<img x src="cid:p@x" onerror="alert(1)">\'>x</p>',
    "<p title='<img data-remote=\"http://evil.example/title\">'>x</p>",
    '&lt;img data-remote="http://evil.example/words"&gt;',
    # What loads.
    f'<p style="background-color:url({EVIL}/a);color:\\75rl({EVIL}/b)">x</p>',
    f'<p style="list-style-type:url({EVIL}/a);border:1px solid url({EVIL}/b)">x</p>',
    f"<p style=\"font-family:x;font:1px url({EVIL}/a);width:image-set('{EVIL}/b' 1x)\">x</p>",
    f"<p style=\"}}@import url({EVIL}/a);x{{\">x</p><style>@import '{EVIL}/b';</style>",
    f"<td bgcolor='url({EVIL}/a)'><font color='url({EVIL}/b)' face=\"url('{EVIL}/c')\">x</font>",
    f"<link rel=preconnect href='{EVIL}'><link rel=dns-prefetch href='{EVIL}'><link rel=prefetch href='{EVIL}/a'>",
    f"<body background='{EVIL}/a' onload='alert(1)'><bgsound src='{EVIL}/b'><audio autoplay src='{EVIL}/c'></audio>",
    f"<input type=image src='{EVIL}/a'><object data='{EVIL}/b'></object><embed src='{EVIL}/c'>",
    f"<img src='{EVIL}/a' srcset='{EVIL}/b 1x'><picture><source srcset='{EVIL}/c'><img></picture>",
    f"<img src='{EVIL}/tiny' width=1 height=1><img src='{EVIL}/hid' style='display:none'>",
    f"<svg><image href='{EVIL}/a'/><use href='{EVIL}/b#x'/></svg><video poster='{EVIL}/c'></video>",
    f"<html manifest='{EVIL}/a'><frameset onload=alert(1)><frame src='{EVIL}/b'></frameset>",
    f"<base href='{EVIL}/'><img src='relative'><a href='relative' ping='{EVIL}/p'>x</a>",
    f"<meta http-equiv=refresh content='0;url={EVIL}/a'><meta http-equiv=Content-Security-Policy content='x'>",
    f"<iframe srcdoc=\"<img src='{EVIL}/a'>\"></iframe><portal src='{EVIL}/b'></portal>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee>",
    "<a href='&#x6A;avascript:alert(1)' autofocus onfocus=alert(1)>x</a><p onpointerover=alert(1)>x</p>",
]


@dataclass
class Canary:
    """Every name leads here, whatever it is asked by."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            self.asked.append(await reader.readline())
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    made = Canary()
    server = await asyncio.start_server(made.hear, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
async def browser(canary: Canary, house: House) -> AsyncIterator[BrowserContext]:
    """Signed in, and every name but ours is the canary's."""
    found = chromium.find()
    names = f"--host-resolver-rules=MAP * 127.0.0.1:{canary.port}, EXCLUDE 127.0.0.1"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=found.program, env=found.environment, args=[*chromium.ARGUMENTS, names]
        )
        context = await started.new_context(base_url=str(house.server.make_url("")))
        url = str(house.server.make_url("/"))
        await context.add_cookies([{"name": "parley", "value": house.cookies["ann"], "url": url}])
        for ours in ("**/media/**", "**/favicon.ico"):
            await context.route(ours, lambda asked: asked.fulfill(body=PNG, content_type="image/png"))
        yield context
        await started.close()


async def message(house: House, html: str) -> str:
    picture = part(
        "Content-Type: image/png", "Content-ID: <p@x>", "Content-Transfer-Encoding: base64", body=b64(PNG)
    )
    body = several("rel", text(html, kind="html"), picture)
    head = ("From: Eve <eve@evil.example>", "To: help@haru.example", "Message-ID: <m1@c>")
    return await taken(house, mail(*head, "Content-Type: multipart/related; boundary=rel", body=body))


@dataclass
class Seen:
    ran: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        async def refuse(dialog: Dialog) -> None:
            self.ran.append(dialog.message)
            await dialog.dismiss()

        page.on("dialog", refuse)
        page.on("console", lambda said: self.ran.append(said.text))
        page.on("request", lambda asked: self.requests.append(asked))


def together(attacks: Sequence[str]) -> str:
    return "".join(
        one.replace("alert(1)", RUNS if '"' not in one else escape(RUNS)) + "<hr><p>마지막</p>"
        for one in attacks
    )


async def test_nothing_runs_and_nothing_leaves(house: House, browser: BrowserContext, canary: Canary) -> None:
    page, seen = await browser.new_page(), Seen()
    seen.watch(page)
    for attack in (*ATTACKS, *MORE, None):
        html = together([*ATTACKS, *MORE] if attack is None else [attack])
        key = await message(house, f'<img src="cid:p@x">{html}')
        await page.goto(f"/api/v1/messages/{key}/page", wait_until="load" if attack else "networkidle")
        away = [one.url for one in seen.requests if "/api/v1/" not in one.url and "/media/" not in one.url]
        assert (seen.ran, away, canary.asked) == ([], [], []), attack
        assert page.url.endswith(f"{key}/page"), attack


async def test_only_pictures_leave_when_an_agent_asks_for_them(
    house: House, browser: BrowserContext, canary: Canary
) -> None:
    page, seen = await browser.new_page(), Seen()
    seen.watch(page)
    for attack in (*ATTACKS, *MORE):
        key = await message(house, f"<img alt='a > b' src='{EVIL}/wanted'>{together([attack])}")
        await page.goto(f"/api/v1/messages/{key}/page?remote=true", wait_until="load")
    away = [one for one in seen.requests if "/api/v1/" not in one.url and "/media/" not in one.url]
    assert {one.resource_type for one in away} == {"image"}
    paths = [one.url.removeprefix(EVIL) for one in away]
    assert paths.count("/wanted") == len(ATTACKS) + len(MORE)
    assert not {"/ran", "/tiny", "/hid", "/title", "/words"} & set(paths)
    assert canary.asked and all(one.startswith(b"GET ") for one in canary.asked)
    assert {one for one in seen.ran if "404" not in one} == set()
