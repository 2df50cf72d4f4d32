"""Being told: the list, watching, how others see one, and that a customer is back."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, expect

from gateway.visitors.wire import PROTOCOL
from tests.e2e.notices import bell, give, mention, panel, rows, unread
from tests.e2e.office import PHONE, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LANGUAGES, Language
from tests.servers.pages import Pages

# --- the list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LANGUAGES)
async def test_one_key_opens_the_list_and_enter_leads_to_the_message(office: Office, layout: Language):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "where is my parcel?")
    await mention(office.boss, mina, "please look at this")
    inbox = await mina.inbox(language=layout)
    await unread(inbox, 1)
    await inbox.press_key("KeyB", "ㅠ" if layout == "ko" else "b")
    await expect(panel(inbox)).to_be_visible()
    await expect(rows(inbox).first).to_be_focused()
    await expect(rows(inbox).first).to_contain_text(inbox.words("notice.mention", actor="Ada"))
    await expect(rows(inbox).first).to_contain_text("please look at this")
    await inbox.page.keyboard.press("Escape")
    await expect(panel(inbox)).to_have_count(0)
    await expect(bell(inbox)).to_be_focused()
    await inbox.press_key("KeyB", "ㅠ" if layout == "ko" else "b")
    await inbox.page.keyboard.press("Enter")
    await expect(inbox.log).to_contain_text("please look at this")
    await expect(panel(inbox)).to_have_count(0)
    assert re.search(r"/c/\d+\?m=\w+$", inbox.page.url)
    await unread(inbox, 0)
    page = await mina.ask("GET", "/notices")
    assert [one["read"] for one in page["notices"]] == [True]


async def test_the_list_is_live_filtered_and_read_in_every_tab(office: Office):
    mina = await office.hire("Mina")
    for name in ("Kim", "Lee", "Park"):
        await office.known_writes(name, f"I am {name}")
        await mention(office.boss, mina, f"about {name}")
    inbox = await mina.inbox()
    other = await inbox.fresh()
    await unread(inbox, 3)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(3)
    await mention(office.boss, mina, "one more")
    await expect(rows(inbox)).to_have_count(4)
    await unread(other, 4)

    await panel(inbox).get_by_role("button", name=inbox.words("notices.mark")).first.click()
    await unread(inbox, 3)
    await unread(other, 3)
    await expect(rows(inbox).first).to_be_focused()
    await panel(inbox).get_by_role("button", name=inbox.words("notices.unread"), exact=True).click()
    await expect(rows(inbox)).to_have_count(3)
    await rows(inbox).nth(0).focus()
    await inbox.page.keyboard.press("ArrowDown")
    await expect(rows(inbox).nth(1)).to_be_focused()
    await inbox.page.keyboard.press("k")
    await expect(rows(inbox).nth(0)).to_be_focused()
    await inbox.page.keyboard.press("End")
    await expect(rows(inbox).nth(2)).to_be_focused()
    await panel(inbox).get_by_role("button", name=inbox.words("notices.read_all")).click()
    await expect(rows(inbox)).to_have_count(0)
    await expect(panel(inbox)).to_contain_text(inbox.words("notices.none_unread"))
    await unread(other, 0)
    await panel(inbox).get_by_role("button", name=inbox.words("notices.all"), exact=True).click()
    await expect(rows(inbox)).to_have_count(4)


async def test_a_customer_who_writes_again_is_one_notice_and_reading_her_reads_it(office: Office):
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    await give(office.boss, mina)
    inbox = await mina.inbox("/settings/me")
    await unread(inbox, 1)
    await office.goes_on(token, "are you there?")
    await unread(inbox, 2)
    await office.goes_on(token, "hello??")
    await bell(inbox).click()
    await expect(rows(inbox).first).to_contain_text(inbox.words("notice.replied_many", contact="Kim", n=2))
    await expect(rows(inbox)).to_have_count(2)
    await expect(inbox.page).to_have_title(re.compile(r"^\(2\) "))
    await inbox.page.keyboard.press("Enter")
    await inbox.sees("hello??")
    await unread(inbox, 0)


async def comes_true(asks: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await asks():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come true")


async def test_opening_what_was_given_reads_that_it_was_given(office: Office):
    """Also where every message of it had been read before, and where it stands open as it is given."""
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "where is my parcel?")
    inbox = await mina.inbox()
    await inbox.open_list("unassigned")
    await inbox.open("Kim")
    talk = (await mina.conversation())["id"]

    async def all_told_is_read(n: int) -> bool:
        page = await mina.ask("GET", "/notices")
        return len(page["notices"]) == n and page["unread"] == 0

    async def the_words_are_read() -> bool:
        return bool((await mina.ask("GET", f"/conversations/{talk}"))["read"])

    await comes_true(the_words_are_read)
    await inbox.walk("/settings/me")
    await give(office.boss, mina)
    await unread(inbox, 1)
    await bell(inbox).click()
    await inbox.page.keyboard.press("Enter")
    await inbox.sees("where is my parcel?")
    await unread(inbox, 0)
    await comes_true(lambda: all_told_is_read(1))
    await give(office.boss, office.boss)
    await give(office.boss, mina)
    await comes_true(lambda: all_told_is_read(2))
    await unread(inbox, 0)


async def test_older_ones_come_page_by_page(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    talk = (await office.boss.conversation())["id"]
    for n in range(60):
        await mention(office.boss, mina, f"note {n}", talk)
    inbox = await mina.inbox()
    await unread(inbox, 60)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(20)
    more = panel(inbox).get_by_role("button", name=inbox.words("notices.more"))
    await more.click()
    await expect(rows(inbox)).to_have_count(50)
    await more.click()
    await expect(rows(inbox)).to_have_count(60)
    await expect(more).to_have_count(0)


# --- watching -------------------------------------------------------------------------------------------------------


async def test_watching_by_key_and_menu_is_told_in_every_tab(office: Office):
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    inbox = await mina.inbox()
    await inbox.open("Kim")
    other = await inbox.fresh()
    chip = inbox.head.get_by_role("button", name=inbox.words("unwatch"))
    await expect(chip).to_have_count(0)
    await inbox.page.keyboard.press("w")
    await expect(chip).to_have_text(inbox.words("watching"))
    await expect(other.head.get_by_role("button", name=other.words("unwatch"))).to_be_visible()
    await inbox.open_list("mine")
    await office.goes_on(token, "are you there?")
    await unread(inbox, 1)
    await chip_in(other).click()
    await expect(chip_in(other)).to_have_count(0)
    await other.choose(other.head.get_by_title(other.words("more"), exact=True), other.words("watch"))
    await expect(chip_in(other)).to_be_visible()
    await other.is_true()


def chip_in(inbox: InboxPage) -> Locator:
    return inbox.head.get_by_role("button", name=inbox.words("unwatch"))


# --- how others see one ---------------------------------------------------------------------------------------------


async def test_busy_by_hand_is_seen_by_colleagues_and_stays(office: Office):
    mina = await office.hire("Mina")
    inbox, boss = await mina.inbox(), await office.boss.inbox()
    face = boss.page.locator(".nav-people li")
    await expect(face).to_have_attribute("title", "Mina · online")
    await inbox.choose(inbox.act("availability"), inbox.words("availability.busy"))
    await expect(face).to_have_attribute("title", "Mina · busy")
    await expect(inbox.page.locator(".nav-state")).to_have_text("busy")
    await inbox.reload()
    await inbox.settled()
    await expect(inbox.page.locator(".nav-state")).to_have_text("busy")
    await inbox.choose(inbox.act("availability"), inbox.words("availability.online"))
    await expect(face).to_have_attribute("title", "Mina · online")


async def test_who_is_idle_is_away_and_back_with_the_first_key(open_office: OpenOffice, new_page: Pages):
    new_page.expect("WebSocket is closed before")  # two minutes in a moment: the page takes it for a sleep
    office = await open_office(PARLEY_LIMITS__PRESENCE_SETTLES="0", PARLEY_LIMITS__PRESENCE_PING="1000")
    mina = await office.hire("Mina")
    boss = await office.boss.inbox()
    inbox = await mina.inbox("/list/mine")
    await expect(inbox.page.locator(".nav-state")).to_have_text("online")
    await inbox.page.clock.install()
    await inbox.reload()
    await inbox.settled()
    await inbox.page.clock.run_for(125_000)
    await expect(boss.page.locator(".nav-people li")).to_have_attribute("title", "Mina · away")

    async def state() -> str:
        await inbox.page.clock.run_for(1_000)
        return await inbox.page.locator(".nav-state").text_content() or ""

    await become(state, "away")
    await inbox.act("availability").click()
    await become(state, "online")


# --- a customer is back ---------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def returns(http: aiohttp.ClientSession, office: Office, token: str) -> AsyncIterator[None]:
    """Her browser connects, as it does at page load when her conversation is open."""
    async with http.ws_connect(f"{office.url}/ws/visitor/web", headers={"Origin": office.url}) as ws:
        await ws.send_json({"kind": "hello", "protocol": PROTOCOL, "token": token})
        assert (await ws.receive_json())["kind"] == "hello"
        yield


async def test_a_customer_who_returns_is_one_calm_line(open_office: OpenOffice):
    office = await open_office(PARLEY_LIMITS__PRESENCE_PING="1000", PARLEY_LIMITS__PRESENCE_EXPIRES="3000")
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    await give(office.boss, mina)
    inbox, boss = await mina.inbox("/list/mine"), await office.boss.inbox("/list/mine")
    await asyncio.sleep(3.5)  # a process that has just begun takes all who come for having been there
    line = inbox.page.get_by_text(inbox.words("back.said", contact="Kim"))
    async with aiohttp.ClientSession() as http, returns(http, office, token):
        await expect(line).to_have_count(1)
        assert await inbox.faults("back-line") == []
        await inbox.page.locator(".back-line").get_by_role("button", name=inbox.words("close")).click()
        await expect(line).to_have_count(0)
    async with aiohttp.ClientSession() as http, returns(http, office, token):
        # The same visit. What she writes comes later than the line would.
        await office.goes_on(token, "me again")
        await unread(inbox, 2)
        await expect(line).to_have_count(0)
    await expect(boss.page.get_by_text(boss.words("back.said", contact="Kim"))).to_have_count(0)


async def test_the_tab_says_the_bells_number(office: Office):
    """Whatever is open, in every tab: new customers, mentions; what is read or taken counts no more."""
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/list/closed")
    await expect(inbox.page).to_have_title("Parley")
    await office.known_writes("Kim", "hello")
    await expect(inbox.page).to_have_title("(1) Parley")
    kim = (await office.boss.conversation())["id"]
    await office.known_writes("Lee", "hello")
    await unread(inbox, 1)
    await mention(office.boss, mina, "look at her", kim)
    await expect(inbox.page).to_have_title("(2) Parley")
    await unread(inbox, 2)
    other = await inbox.fresh()
    await inbox.go_to("/list/all")
    await inbox.open("Lee")
    await expect(inbox.page).to_have_title("(1) Lee · Parley")
    await expect(other.page).to_have_title(re.compile(r"^\(1\) "))
    await inbox.open("Kim")
    await expect(inbox.page).to_have_title("Kim · Parley")
    await unread(inbox, 0)


# --- how it looks ---------------------------------------------------------------------------------------------------


each_look = pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("ko", "light")])


@each_look
async def test_the_page_of_a_phone(office: Office, language: Language, theme: Any):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    await mention(office.boss, mina, "please look")
    inbox = await mina.inbox(
        "/list/mine", language=language, viewport=PHONE, color_scheme=theme, has_touch=True, is_mobile=True
    )
    link = inbox.page.locator(".pane-head").get_by_role("link", name=inbox.words("notices.bell.other", n=1))
    await link.click()
    await expect(rows(inbox)).to_have_count(1)
    faults = await inbox.faults(f"notices-phone-{language}-{theme}")
    await rows(inbox).first.click()
    await expect(inbox.log).to_contain_text("please look")
    await inbox.go("/notices")
    await inbox.page.locator("main").get_by_role("link", name=inbox.words("notices.settings")).click()
    await inbox.page.get_by_role("switch", name=inbox.words("notify.quiet_on")).check()
    faults += await inbox.faults(f"notices-settings-phone-{language}-{theme}")
    assert not faults, "\n".join(faults)


@each_look
async def test_the_panel_and_the_menu_of_a_desk(office: Office, language: Language, theme: Any):
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/list/mine", language=language, color_scheme=theme)
    await bell(inbox).click()
    await expect(panel(inbox)).to_contain_text(inbox.words("notices.none"))
    faults = await inbox.faults(f"notices-none-{language}-{theme}")
    await inbox.page.keyboard.press("Escape")
    await office.known_writes("김민지" if language == "ko" else "Kim", "hello")
    talk = await mention(office.boss, mina, "word " * 800)
    await give(office.boss, mina, talk)
    await unread(inbox, 2)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(2)
    faults += await inbox.faults(f"notices-panel-{language}-{theme}")
    await inbox.page.keyboard.press("Escape")
    await inbox.act("availability").click()
    faults += await inbox.faults(f"availability-{language}-{theme}")
    assert not faults, "\n".join(faults)


async def test_rows_show_who_is_on_the_site_and_what_waits_in_ones_team_who_is_back(open_office: OpenOffice):
    """Without opening anything: a dot at every row that is shown; with its word where nobody answers yet, for the
    team's available agents. No line, no notice."""
    office = await open_office(
        PARLEY_LIMITS__PRESENCE_PING="1000",
        PARLEY_LIMITS__PRESENCE_EXPIRES="3000",
        PARLEY_CHANNELS__WEB__TEAM="Sales",
    )
    sales = await office.team("Sales")
    mina = await office.hire("Mina", teams=[sales])
    lee, park = [await office.known_writes(name, "hello") for name in ("Lee", "Park")]
    inbox = await mina.inbox("/list/all", language="ko")
    boss = await office.boss.inbox()
    await asyncio.sleep(3.5)  # a process that has just begun takes all who come for having been there
    dot = inbox.row("Park").locator(".row-here")
    async with aiohttp.ClientSession() as http, returns(http, office, park):
        await expect(dot).to_have_text(inbox.words("customer.back_short"))
        await expect(dot).to_have_attribute("title", inbox.words("customer.back"))
        await expect(boss.row("Park").locator(".row-here")).to_have_attribute(
            "title", boss.words("customer.here")
        )
        assert await inbox.faults("row-back") == []
        await expect(inbox.row("Lee").locator(".row-here")).to_have_count(0)
        await expect(inbox.page.locator(".back-line")).to_have_count(0)
        await expect(bell(inbox)).not_to_have_class(re.compile("unread"))
        async with returns(http, office, lee):
            await expect(inbox.row("Lee").locator(".row-here")).to_have_count(1)
            await inbox.page.reload()
            await expect(inbox.row("Lee").locator(".row-here")).to_have_attribute(
                "title", inbox.words("customer.here")
            )
        await expect(inbox.row("Lee").locator(".row-here")).to_have_count(0)
    await expect(dot).to_have_count(0)
    await expect(boss.row("Park").locator(".row-here")).to_have_count(0)
