"""The demo: what somebody meets who tries Parley for the first time."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.office import DESKTOP, Office, OpenDemo
from tests.e2e.pages.inbox import InboxPage
from tests.servers.pages import Pages


async def test_one_click_and_one_is_in(open_demo: OpenDemo, new_page: Pages):
    demo: Office = await open_demo()
    link = await demo.said(re.compile(r"supervisor .*(/link/[\w-]+)  (.+)"))
    page = await new_page(viewport=DESKTOP)
    await page.goto(demo.url + link[1])
    inbox = InboxPage(page, demo.url)
    await inbox.settled()
    await expect(page.locator(".nav-me")).to_contain_text(link[2])
    await inbox.open_list("all")
    await expect(page.locator("[data-row]").first).to_be_visible()
    again = await new_page()
    new_page.expect(r"status of 4\d\d .*/session/link")
    await again.goto(demo.url + link[1])
    await expect(again.get_by_role("heading", name=inbox.words("link.gone"))).to_be_visible()


async def test_a_visitor_is_answered_and_found(demo: Office):
    agent = next(iter(demo.people.values()))
    chat = await demo.customer(account="shop")
    await chat.say("Is the Ethiopian roast back?")
    inbox = await agent.inbox("/list/unassigned")
    row = inbox.page.locator("[data-row]").first
    await expect(row).to_contain_text("Is the Ethiopian roast back?")
    await row.click()
    await inbox.reply("From Thursday on.")
    await chat.tells(["Is the Ethiopian roast back?", "From Thursday on."])
    await inbox.is_true()
    await inbox.page.get_by_role("searchbox").fill("ethiopian")
    await inbox.page.get_by_role("searchbox").press("Enter")
    await expect(inbox.page.get_by_role("link").filter(has_text="Ethiopian roast")).to_be_visible()
