"""An agent in the midst of an upgrade: told that there is a newer page, never interrupted, and no word is lost."""

from __future__ import annotations

import json

from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.office import DESKTOP, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.words import LOCALES, Language


class Upgrade:
    """Between a page and its server, whose greeting says another bundle once it `came`."""

    def __init__(self) -> None:
        self.came = False
        self._sockets: list[WebSocketRoute] = []

    async def socket(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._sockets.append(socket)

        def tell(text: str | bytes) -> None:
            frame = json.loads(text)
            if self.came and frame["kind"] == "hello":
                frame["bundle"] = "another"
            socket.send(json.dumps(frame))

        server.on_message(tell)

    async def comes(self) -> None:
        """The old process tells its browsers to come back, and they meet the new one."""
        self.came = True
        for socket in self._sockets:
            await socket.close(code=1012)


async def upgraded(office: Office, language: Language = "en") -> tuple[InboxPage, Upgrade]:
    mina, upgrade = await office.hire("Mina"), Upgrade()
    page: Page = await office.new_page(viewport=DESKTOP, locale=LOCALES[language], reduced_motion="reduce")
    await page.context.route_web_socket("**/ws/agent", upgrade.socket)
    await page.context.add_cookies([{"name": "parley", "value": mina.cookie, "url": office.url}])
    await page.goto(office.url + "/list/all")
    return InboxPage(page, office.url, language), upgrade


async def test_a_newer_page_is_offered_and_the_words_survive_it(office: Office):
    await office.known_writes("One", "Hello")
    inbox, upgrade = await upgraded(office)
    await inbox.open("One")
    await inbox.field.press_sequentially("Half a sent")
    before = await inbox.page.evaluate("window.stands = 'the same page'")
    await upgrade.comes()
    banner = inbox.page.locator(".banner")
    await expect(banner).to_contain_text(inbox.words("banner.update"))
    assert await inbox.faults("upgrade") == []
    # It goes on as it is: the same page, the caret where it was, and what is written next is kept as well.
    await inbox.field.press_sequentially("ence")
    await expect(inbox.field).to_have_value("Half a sentence")
    assert await inbox.page.evaluate("window.stands") == before
    upgrade.came = False
    async with inbox.page.expect_event("load"):
        await banner.get_by_role("button", name=inbox.words("banner.reload")).click()
    await expect(inbox.field).to_have_value("Half a sentence")
    await expect(banner).to_have_count(0)
