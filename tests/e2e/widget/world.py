"""A site with the chat on it, and the chat as a customer uses it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Locator, Page, Route, WebSocketRoute, expect

from gateway.limits import Limits
from tests.e2e.site import Site
from tests.servers.pages import PATIENCE, Pages
from tests.visitors.conftest import Shop, open_shop

DESKTOP = {"width": 1100, "height": 800}
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
CUT = r"ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket connection"
AWAY = {"en": "We are closed today.", "ko": "오늘은 쉬어요."}
"""What the shop says while nobody is there (`closed`)."""


@dataclass
class World:
    """A site, the shop behind it, and the way to open its pages."""

    site: Site
    pages: Pages
    folder: Path
    keys: dict[str, Any] = field(default_factory=dict)
    """Of the account's section, beside what every test needs."""
    limits: Limits | None = None
    shop: Shop = field(init=False)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def start(self) -> None:
        port = self.site.parley and int(self.site.parley.rpartition(":")[2])
        url, origins = f"sqlite:///{self.folder}/parley.db", [self.site.url.rstrip("/")]
        keys = {"origins": origins, **self.keys}
        opening = open_shop(url, self.folder, self.limits, port=port or None, **keys)
        self.shop = await self._stack.enter_async_context(opening)
        self.site.parley = str(self.shop.server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        await self._stack.aclose()

    async def configure(self, **keys: Any) -> None:
        """The same shop after its owner changed the account's section."""
        await self.stop()
        self.keys = keys
        await self.start()

    async def visit(self, page: Page | None = None, **options: Any) -> Page:
        page = page or await self.pages(**{"viewport": DESKTOP, **options})
        await page.goto(self.site.url)
        await until(lambda: page.evaluate("window.ready === true"))
        return page

    async def talk(self, page: Page | None = None, **options: Any) -> Chat:
        """A page with the chat open on it."""
        page = await self.visit(page, **options)
        await page.evaluate("Parley.open()")
        return await Chat.on(page)

    async def stored(self) -> list[str]:
        rows = await self.shop.all(
            "select text from messages where author_kind = 'customer' order by position"
        )
        return [row["text"] for row in rows]

    async def all_stored(self, texts: list[str]) -> None:
        async def there() -> bool:
            return await self.stored() == texts

        await until(there)


@dataclass
class Chat:
    """The chat window of a page, as a customer uses it."""

    page: Page
    frame: Frame

    @classmethod
    async def on(cls, page: Page) -> Chat:
        async def there() -> bool:
            return any("/chat/" in frame.url for frame in page.frames)

        await until(there)
        return cls(page, next(frame for frame in page.frames if "/chat/" in frame.url))

    @property
    def field(self) -> Locator:
        return self.frame.get_by_label("Your message").or_(self.frame.get_by_label("메시지", exact=True).last)

    @property
    def aloud(self) -> Locator:
        """What a screen reader is told."""
        return self.frame.locator("[aria-live=polite] p")

    @property
    def rows(self) -> Locator:
        return self.frame.locator("article")

    async def say(self, text: str) -> None:
        await self.frame.locator("textarea").fill(text)
        await self.frame.locator("textarea").press("Enter")

    async def shows(self, *texts: str) -> None:
        """Exactly these bubbles, in this order."""
        await expect(self.frame.locator("article .text")).to_have_text(list(texts))

    async def settled(self) -> None:
        """Nothing is on its way any more."""
        await expect(self.frame.locator(".pending")).to_have_count(0)

    async def ready(self) -> None:
        await expect(self.frame.locator(".greeting, article").first).to_be_visible()


class Door:
    """Cuts a page's browser from the customers' door, and mends it; pages and scripts still load."""

    def __init__(self, page: Page) -> None:
        self.context = page.context
        self.shut = False
        self._sockets: list[WebSocketRoute] = []

    @classmethod
    async def of(cls, page: Page) -> Door:
        """Before the page is opened."""
        door = cls(page)
        await door.context.route("**/visitor/**", door._http)
        await door.context.route_web_socket("**/ws/visitor/**", door._socket)
        return door

    async def _http(self, route: Route) -> None:
        await (route.abort() if self.shut else route.continue_())

    async def _socket(self, socket: WebSocketRoute) -> None:
        if self.shut:
            await socket.close()
        else:
            self._sockets.append(socket)
            socket.connect_to_server()

    async def cut(self) -> None:
        self.shut = True
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self.shut = False


async def until(true: Callable[[], Awaitable[Any]], patience: float = PATIENCE / 1000) -> None:
    async with asyncio.timeout(patience):
        while not await true():  # noqa: ASYNC110 (what is awaited has no event of ours)
            await asyncio.sleep(0.03)


async def heard(page: Page, what: str, *value: Any) -> None:
    """The page's own script was told. By evaluate, because the page's policy forbids what wait_for_function does."""

    async def told() -> bool:
        said = await page.evaluate("window.heard || []")
        return any(one == what and (not value or told == value[0]) for one, told in said)

    await until(told)
