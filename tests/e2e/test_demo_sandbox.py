"""The demo's sandbox page: a shop of another site with the chat in it, and customers who come and react."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Frame, Page, expect

from tests.e2e.office import DESKTOP, PHONE, Office, OpenDemo
from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LOCALES, Language, catalogue
from tests.servers.pages import Pages, accessibility_faults

LIVE = {"PARLEY_SANDBOX__CUSTOMERS": "true", "PARLEY_LIMITS__PRESENCE_PING": "1000"}


async def address(demo: Office) -> str:
    found = await demo.said(re.compile(r"http://[^/]+(/sandbox/[\w-]+)"))
    return demo.url + found[1]


async def enter(page: Page, demo: Office, who: str) -> InboxPage:
    """Press one of the page's buttons: the inbox stands in a tab of its own."""
    async with page.context.expect_page() as opening:
        await page.get_by_role("button", name=who).click()
    inbox = InboxPage(await opening.value, demo.url)
    await inbox.page.wait_for_url("**/list/**")
    await inbox.settled()
    return inbox


async def open_chat(shop: Frame) -> None:
    """As the shop's own page would; its script may be on its way still."""
    await become(lambda: shop.evaluate("typeof window.Parley === 'function'"), True)
    await shop.evaluate("Parley.open()")


async def test_one_plays_the_customer_and_answers_oneself(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo()
    page = await new_page(viewport=DESKTOP)
    await page.goto(await address(demo))
    shop = page.frames[1]
    await expect(shop.get_by_role("heading", level=1)).to_be_visible()
    filled = await shop.evaluate(
        "[document.querySelector('footer').getBoundingClientRect().top - innerHeight / 2,"
        " innerWidth - document.documentElement.scrollWidth]"
    )
    assert min(filled) >= 0, "half empty, or wider than its window"
    # Another site to the browser, as the business's own page is.
    assert not shop.url.startswith(demo.url)
    await open_chat(shop)
    chat = await ChatPage.within(page, demo.url, "ko")
    await chat.say("안녕하세요, 하늘이에요")

    inbox = await enter(page, demo, "Sora Han")
    await inbox.open_list("unassigned")
    row = inbox.page.locator("[data-row]").first
    await expect(row).to_contain_text("김하늘")
    await row.click()
    await inbox.reply("반갑습니다!")
    await chat.sees("반갑습니다!")

    # She goes, is answered, and comes back.
    await page.bring_to_front()
    await page.get_by_role("button", name="Leave the shop").click()
    await expect(page.locator("iframe")).to_have_count(0)
    await inbox.reply("또 오세요")
    await page.get_by_role("button", name="Come back").last.click()
    chat = await ChatPage.within(page, demo.url, "ko")
    await chat.sees("반갑습니다!", "또 오세요")

    # Without the shop's word she is nobody, and the history is not shown.
    await page.get_by_label("The shop vouches for me").uncheck()
    await open_chat(page.frames[1])
    nobody = await ChatPage.within(page, demo.url, "ko")
    await expect(nobody.log).not_to_contain_text("반갑습니다!")


async def test_customers_come_by_themselves_and_react(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo(**LIVE)
    page = await new_page(viewport=DESKTOP)
    await page.goto(await address(demo))
    await expect(page.get_by_text("They rest: nobody is signed in")).to_be_visible(timeout=15_000)
    inbox = await enter(page, demo, "Sora Han")
    await page.get_by_label("How fast").select_option("fast")
    await inbox.open_list("unassigned")
    row = inbox.row("정하린")
    await expect(row).to_be_visible(timeout=30_000)
    await row.click()
    await inbox.reply("주문번호를 알려 주시겠어요?")
    await expect(inbox.log.get_by_text(re.compile(r"HR-\d{4}-\d{3}"))).to_be_visible(timeout=30_000)
    await expect(page.locator(".happened")).to_contain_text("정하린 read the answer", timeout=10_000)
    await page.get_by_role("switch").uncheck()
    await expect(page.get_by_text("They are switched off.")).to_be_visible()


async def test_it_begins_anew(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo()
    new_page.expect(r"ERR_|status of (401|403|404|5\d\d)|WebSocket")
    page = await new_page(viewport=DESKTOP)
    await page.goto(await address(demo))
    life = await page.evaluate("JSON.parse(document.getElementById('sandbox').textContent).state.life")
    await page.get_by_role("button", name="Begin anew").click()
    await page.get_by_role("button", name="No, keep it").click()
    await page.get_by_role("button", name="Begin anew").click()
    await page.get_by_role("button", name="Yes, begin anew").click()
    await page.wait_for_function(
        "(before) => JSON.parse(document.getElementById('sandbox').textContent).state.life !== before",
        arg=life,
        timeout=60_000,
    )
    inbox = await enter(page, demo, "Alex Kim")
    await expect(inbox.page.locator(".nav-me")).to_contain_text("Alex Kim")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
async def test_the_page_is_for_everybody(
    open_demo: OpenDemo, new_page: Pages, language: Language, scheme: str
):
    demo = await open_demo()
    for viewport in (DESKTOP, PHONE):
        page = await new_page(viewport=viewport, locale=LOCALES[language], color_scheme=scheme)
        await page.goto(await address(demo))
        title = catalogue("sandbox", language)["sandbox.title"]
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        await page.get_by_role("button", name=catalogue("sandbox", language)["sandbox.leave"]).click()
        assert await accessibility_faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
