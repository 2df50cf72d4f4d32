"""Ways into the inbox and out of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.async_api import expect

from tests.e2e.office import LINK, PASSWORD, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.sign import SignPage
from tests.servers.pages import Pages
from tests.servers.parley import Parley

REFUSED = r"status of 4(01|22|03|04|00) .*/api/v1/session"
# A tab that has just opened somebody may ask who is alike in the very moment in which another tab ends the session.
LATE = r"status of 401 .*/api/v1/contacts/\w+/(likely|conversations)"
"""The browser says every refusal; the page says it to people."""
STEP = 30  # seconds a code lives


@pytest.fixture
def empty(parley: Callable[..., Parley]) -> Parley:
    """A first start; the link for its first admin is said."""
    server = parley()
    server.wait_until(lambda: LINK.search(server.said()) is not None)
    return server


async def test_the_first_start_makes_the_first_admin(empty: Parley, new_page: Pages):
    new_page.expect(REFUSED)
    sign = SignPage(await new_page(), empty.url)
    link = LINK.search(empty.said())
    assert link
    await sign.follow(link[1])
    await sign.fill(name="Ada", email="ada@example.com", password__new=PASSWORD, password__again=PASSWORD)
    await sign.page.get_by_role("button", name=sign.words("link.enter")).click()
    await sign.is_in("Ada")
    again = SignPage(await new_page(), empty.url)
    await again.follow(link[1])
    await expect(again.page.get_by_role("heading", name=sign.words("link.gone"))).to_be_visible()


async def test_wrong_password_then_the_right_one(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    sign = await SignPage(await new_page(locale="ko-KR"), office.url, "ko").go()
    await sign.enter(mina.email, "something else")
    await sign.refuses("errors.sign_in_wrong")
    await sign.enter(mina.email, PASSWORD)
    await sign.is_in("Mina")
    await sign.reload()
    await sign.is_in("Mina")


async def test_the_second_factor_is_set_up_and_asked_for(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    settings = await SettingsPage((await mina.inbox()).page, office.url).go("security")
    factor = pyotp.TOTP(await settings.begin_second_factor(PASSWORD))
    await settings.confirm_second_factor(factor.now())
    sign = await SignPage(await new_page(), office.url).go()
    await sign.enter(mina.email, PASSWORD)
    await sign.show_code("000000")
    await expect(sign.page.get_by_role("alert")).to_be_visible()
    await sign.show_code(factor.at(int(time.time()) + STEP))
    await sign.is_in("Mina")


async def test_a_lost_second_factor_is_turned_off_by_an_admin(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    inbox = await mina.inbox()
    settings = await SettingsPage(inbox.page, office.url).go("security")
    factor = pyotp.TOTP(await settings.begin_second_factor(PASSWORD))
    await settings.confirm_second_factor(factor.now())
    people = await SettingsPage((await office.boss.inbox()).page, office.url).go("agents")
    await people.turn_off_second_factor("Mina")
    sign = SignPage(inbox.page, office.url)
    await sign.asks()
    await sign.enter(mina.email, PASSWORD)
    await sign.is_in("Mina")


async def test_signing_out_in_one_tab_ends_the_others(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    new_page.expect(LATE)
    mina = await office.hire("Mina")
    await office.writes("Hello")
    one, elsewhere = await mina.inbox(), await mina.inbox()
    two = await InboxPage(await one.page.context.new_page(), office.url).go()
    await two.open("Unnamed visitor")
    await two.write("Half a sentence")
    await one.page.get_by_role("button", name=one.words("sign_out")).click()
    for tab in (one, two, elsewhere):
        await SignPage(tab.page, office.url).asks()
        await expect(tab.page.locator("body")).not_to_contain_text("Hello")
    sign = SignPage(two.page, office.url)
    await expect(two.page.get_by_text(sign.words("sign_in.ended"))).to_be_visible()
    await sign.enter(mina.email, PASSWORD)
    await sign.is_in("Mina")
    await expect(two.field).to_have_value("Half a sentence")


async def test_whoever_is_let_go_is_out_at_once(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    bo = await office.hire("Bo")
    await office.writes("Hello")
    inbox = await bo.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.assign("Bo")
    await inbox.counts(mine=1, unassigned=0)
    await inbox.reply("I take care of it.")
    boss = await office.boss.inbox("/list/unassigned")
    settings = await SettingsPage(boss.page, office.url).go("agents")
    await settings.deactivate("Bo")
    sign = SignPage(inbox.page, office.url)
    await sign.asks()
    await sign.enter(bo.email, PASSWORD)
    await sign.refuses("errors.sign_in_wrong")
    await boss.go("/list/unassigned")
    await boss.open("Unnamed visitor")
    await expect(boss.message("I take care of it.")).to_have_attribute(
        "aria-label", boss.words("message.by.us", name="Bo")
    )
    await boss.is_true()


async def test_a_forgotten_password_is_replaced_by_link(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    await mina.inbox()
    settings = await SettingsPage((await office.boss.inbox()).page, office.url).go("agents")
    link = await settings.reset_link("Mina")
    sign = await SignPage(await new_page(), office.url).follow(link)
    fresh = "another long sentence"
    await sign.fill(password__new=fresh, password__again=fresh)
    await sign.page.get_by_role("button", name=sign.words("link.enter")).click()
    await sign.is_in("Mina")
    other = await SignPage(await new_page(), office.url).go()
    await other.enter(mina.email, PASSWORD)
    await other.refuses("errors.sign_in_wrong")
    await other.enter(mina.email, fresh)
    await other.is_in("Mina")
