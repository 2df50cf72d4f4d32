"""A network that lets no WebSocket through to an agent: the inbox says so, and goes on by itself when it does."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.office import DESKTOP, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.words import LOCALES, Language
from tests.servers.pages import Pages


class Way:
    def __init__(self) -> None:
        self.blocks = True

    async def socket(self, socket: WebSocketRoute) -> None:
        if self.blocks:
            await socket.close()
        else:
            socket.connect_to_server()


async def blocked(office: Office, language: Language = "en", **options: object) -> tuple[InboxPage, Way]:
    mina, way = await office.hire("Mina"), Way()
    more = {"viewport": DESKTOP, "locale": LOCALES[language], "reduced_motion": "reduce", **options}
    page: Page = await office.new_page(**more)
    await page.context.route_web_socket("**/ws/agent", way.socket)
    await page.context.add_cookies([{"name": "parley", "value": mina.cookie, "url": office.url}])
    await page.goto(office.url + "/list/all")
    return InboxPage(page, office.url, language), way


@pytest.mark.parametrize("language", ["ko"])
async def test_it_says_that_the_network_blocks_live_updates(
    office: Office, new_page: Pages, language: Language
):
    new_page.expect("WebSocket connection")
    await office.writes("Is anybody there?")
    inbox, way = await blocked(office, language)
    address = office.url.replace("http://", "ws://") + "/ws/agent"
    banner = inbox.page.locator(".banner")
    await expect(banner).to_contain_text(inbox.words("banner.blocked", address=address))
    assert await inbox.faults(f"blocked-{language}") == []
    await inbox.page.set_viewport_size({"width": 390, "height": 844})
    assert await inbox.faults(f"blocked-{language}-phone") == []
    await inbox.page.set_viewport_size({"width": 1440, "height": 900})

    await banner.get_by_role("button", name=inbox.words("banner.now")).click()
    await expect(banner).to_contain_text(address)
    way.blocks = False
    await expect(banner).to_have_count(0)
    await expect(inbox.page.locator("[data-row]")).to_have_count(1)
    await inbox.settled()


async def test_a_cut_alone_is_no_block(office: Office, new_page: Pages):
    """While the server itself is away, nobody blames the network."""
    new_page.expect(
        "WebSocket connection|ERR_CONNECTION|ERR_FAILED|ERR_EMPTY|error occurred when fetching the script"
    )
    mina = await office.hire("Mina")
    inbox = await mina.inbox()
    await office.dies()
    banner = inbox.page.locator(".banner")
    await expect(banner).to_contain_text(inbox.words("banner.reconnecting"))
    await inbox.page.wait_for_timeout(4_000)
    await expect(banner).to_contain_text(inbox.words("banner.reconnecting"))
    await office.comes_back()
    await expect(banner).to_have_count(0)
