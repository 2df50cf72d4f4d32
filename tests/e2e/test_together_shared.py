"""One browser, several people: nobody is shown another's words, and the team knows them apart."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import jwt
from playwright.async_api import Page, expect

from tests.e2e.office import Office, OpenOffice, lasting
from tests.e2e.pages.chat import ChatPage
from tests.e2e.site import Site

SECRET = "a vouching secret of the shop: 0123456789"


def signed(user: str, **more: str) -> str:
    """What the site's server says of its signed-in user."""
    said = {"sub": user, "name": user.title(), "exp": int(time.time()) + 3600, **more}
    return jwt.encode(said, SECRET, "HS256")


@lasting
async def site() -> AsyncIterator[Site]:
    made = await Site.open()
    yield made
    await made.server.close()


@lasting
async def shop(open_office: OpenOffice, site: Site) -> Office:
    made = await open_office(
        PARLEY_CHANNELS__WEB__VOUCH_SECRETS=json.dumps([SECRET]),
        PARLEY_CHANNELS__WEB__ORIGINS=json.dumps([site.url.rstrip("/")]),
    )
    site.parley = made.url
    return made


async def visit(page: Page, site: Site, user: str | None) -> ChatPage:
    """The site as it shows itself to that user, the chat open."""
    site.tag = f' data-vouch="{signed(user)}"' if user else ""
    await page.goto(site.url)
    await page.wait_for_function("window.ready === true")
    await page.evaluate("Parley.open()")
    return await ChatPage.within(page, site.url)


async def test_anna_then_ben_then_nobody(shop: Office, site: Site):
    mina = await shop.hire("Mina")
    inbox = await mina.inbox()
    page = await shop.new_page()
    chat = await visit(page, site, "anna")
    await chat.say("I am Anna, my card was stolen.")
    await inbox.open("Anna")
    await inbox.reply("I block it, Anna.")
    await chat.sees("I am Anna, my card was stolen.", "I block it, Anna.")

    chat = await visit(page, site, "ben")
    await expect(chat.log.locator(".greeting")).to_be_visible()
    await expect(chat.log).not_to_contain_text("Anna")
    await chat.say("I am Ben.")
    await chat.sees("I am Ben.")
    await inbox.reply("Anna, are you there?")
    await inbox.open_list("all")
    await inbox.open("Ben")
    await inbox.reply("Hello Ben.")
    await chat.sees("Hello Ben.")
    await expect(chat.log).not_to_contain_text("Anna")

    chat = await visit(page, site, None)
    await expect(chat.log.locator(".greeting")).to_be_visible()
    for name in ("Anna", "Ben"):
        await expect(chat.log).not_to_contain_text(name)
    await chat.say("I am nobody.")
    await inbox.open_list("all")
    await inbox.open("Unnamed visitor")
    await inbox.tells(["I am nobody."])

    chat = await visit(page, site, "anna")
    told = ["I am Anna, my card was stolen.", "I block it, Anna.", "Anna, are you there?"]
    await chat.sees(*told)
    for other in ("Ben", "nobody"):
        await expect(chat.log).not_to_contain_text(other)
    await inbox.open_list("all")
    await inbox.open("Anna")
    await inbox.tells(told)
    await inbox.is_true()
    assert len((await mina.ask("GET", "/conversations"))["conversations"]) == 3


async def test_merging_people_changes_nothing_for_them(shop: Office, site: Site):
    """The team takes two for one person, and thinks better of it: neither ever sees the other's words."""
    mina = await shop.hire("Mina")
    first = await visit(await shop.new_page(), site, "anna")
    await first.say("The words of Anna")
    await first.sees("The words of Anna")
    second = await visit(await shop.new_page(), site, "ben")
    await second.say("The words of Ben")
    await second.sees("The words of Ben")
    found = (await mina.ask("GET", "/conversations"))["conversations"]
    ben, anna = (one["contact"]["id"] for one in found)
    inbox = await mina.inbox()
    await mina.ask("POST", f"/contacts/{ben}/merge", {"into": anna})
    await expect(inbox.row("Anna")).to_have_count(2)
    await inbox.is_true()
    for number in (1, 2):
        await inbox.go(f"/c/{number}")
        await inbox.reply(f"To number {number}")
    await first.sees("To number 1")
    await second.sees("To number 2")
    await expect(first.log).not_to_contain_text("Ben")
    await expect(second.log).not_to_contain_text("Anna")
    for page, user, number in ((first.page, "anna", 1), (second.page, "ben", 2)):
        chat = await visit(page, site, user)
        await chat.tells([f"The words of {user.title()}", f"To number {number}"])
    await inbox.is_true()
