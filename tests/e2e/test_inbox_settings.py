"""Settings as people use them: one's own profile and sign-in, the team, the channels, and what was done."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.office import PASSWORD, PHONE, Colleague, Office
from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.sign import SignPage
from tests.e2e.pages.words import Language
from tests.servers.pages import Pages

PHOTO = Path(__file__).parents[1] / "media/samples/plain.jpg"
REFUSED = r"status of 4(01|03|22) .*/api/v1/session"
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
DECODED = """(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"""


async def settings_of(who: Colleague, page: str, **options: Any) -> SettingsPage:
    inbox = await who.inbox(**options)
    return await SettingsPage(inbox.page, who.office.url, inbox.words.language).go(page)


# --- me -------------------------------------------------------------------------------------------------------------


async def cut_picture(settings: SettingsPage) -> None:
    """Choose a file, move and magnify it by the keyboard, and take it."""
    await settings.page.locator("input[type=file]").set_input_files(PHOTO)
    dialog = settings.page.get_by_role("dialog", name=settings.words("picture.cut"))
    await dialog.get_by_role("group", name=settings.words("picture.frame")).press("ArrowRight")
    await dialog.get_by_label(settings.words("picture.zoom")).press("ArrowRight")
    assert await settings.faults("cutter") == []
    await dialog.get_by_role("button", name=settings.words("picture.use")).click()
    await expect(dialog).to_have_count(0)


async def test_a_picture_and_a_name_reach_colleague_and_customer(office: Office):
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("Hello")
    colleague = await office.boss.inbox("/list/all")
    settings = await settings_of(mina, "me")
    await cut_picture(settings)
    own = settings.page.locator(".own-picture .avatar img")
    await expect(own).to_be_visible()
    assert await own.evaluate(DECODED) == [320, 320], "a square, whatever the camera took"
    name = settings.page.get_by_label(settings.words("me.name"))
    await name.fill("민아")
    await settings.button("save").click()
    await expect(settings.page.locator(".nav-me")).to_contain_text("민아")
    await expect(settings.page.locator(".nav-foot .avatar img")).to_be_visible()
    inbox = InboxPage(settings.page, office.url)
    await inbox.go("/list/all")
    await inbox.open("Unnamed visitor")
    await inbox.reply("I look into it.")
    await chat.sees("I look into it.")
    face = chat.page.locator("img.face")
    assert await face.evaluate(DECODED) == [320, 320]
    await expect(chat.page.get_by_text("민아").first).to_be_visible()
    await expect(colleague.page.locator(".nav-people li[title^='민아'] img")).to_be_visible()
    people = await settings_of(office.boss, "agents")
    await people.row("민아").get_by_role("button", name=people.words("edit")).click()
    await people.page.get_by_role("button", name=people.words("agents.picture_off")).click()
    await expect(people.row("민아").locator("img")).to_have_count(0)
    await settings.go("me")
    await expect(own).to_have_count(0)
    await cut_picture(settings)
    await settings.button("picture.remove").click()
    await expect(own).to_have_count(0)


async def test_what_is_no_picture_is_said_so(office: Office, tmp_path: Path):
    settings = await settings_of(office.boss, "me")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    await settings.page.locator("input[type=file]").set_input_files(broken)
    await expect(settings.page.get_by_role("alert")).to_have_text(settings.words("picture.unreadable"))


async def test_language_and_theme_follow_the_agent(office: Office):
    settings = await settings_of(office.boss, "me")
    await settings.page.get_by_role("radio", name="한국어").check()
    await expect(settings.page.locator("html")).to_have_attribute("lang", "ko")
    await settings.page.get_by_role("radio", name="어둡게").check()
    await expect(settings.page.locator("html")).to_have_attribute("data-theme", "dark")
    elsewhere = await office.boss.inbox("/settings/me")
    await expect(elsewhere.page.locator("html")).to_have_attribute("lang", "ko")
    await expect(elsewhere.page.locator("html")).to_have_attribute("data-theme", "dark")


# --- sign-in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko"])
async def test_what_one_answers_becomes_ones_own_if_one_likes(office: Office, language: Language):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    settings = await settings_of(mina, "me", language=language)
    choice = settings.page.get_by_role("radiogroup", name=settings.words("settings.take_on_reply"))
    await expect(choice.get_by_label(settings.words("settings.take_on_reply_no"))).to_be_checked()
    await choice.get_by_label(settings.words("settings.take_on_reply_yes")).check()
    assert await settings.faults(f"take-{language}") == []
    inbox = await mina.inbox(language=language)
    await inbox.open("Jisoo")
    await inbox.reply("Hi")
    await expect(inbox.head).to_contain_text("Mina")
    await expect(inbox.nav_entry(inbox.words("list.mine"))).to_contain_text("1")


async def test_recovery_codes_are_shown_once_and_let_in(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    settings = await settings_of(mina, "security")
    factor = pyotp.TOTP(await settings.begin_second_factor(PASSWORD))
    code = settings.page.get_by_role("img", name=settings.words("totp.qr"))
    await expect(code).to_be_visible()
    assert await settings.faults("qr") == []
    await settings.page.get_by_label(settings.words("sign_in.code")).fill(factor.now())
    await settings.button("totp.confirm").click()
    dialog = settings.page.get_by_role("dialog", name=settings.words("recovery.title"))
    await expect(dialog.locator("code").first).to_be_visible()
    await settings.page.keyboard.press("Escape")
    await expect(dialog.get_by_role("alert")).to_have_text(settings.words("recovery.keep_first"))
    async with settings.page.expect_download() as download:
        await dialog.get_by_role("link", name=settings.words("recovery.download")).click()
    kept = Path(await (await download.value).path()).read_text()
    assert await settings.faults("codes") == []
    codes = await settings.keep_codes()
    assert len(codes) == 10
    assert all(one in kept for one in codes)
    await expect(settings.page.get_by_text(settings.words("recovery.left.other", n=10))).to_be_visible()

    sign = await SignPage(await new_page(), office.url).go()
    await sign.enter(mina.email, PASSWORD)
    await sign.page.get_by_role("button", name=sign.words("sign_in.use_recovery")).click()
    await sign.page.get_by_label(sign.words("sign_in.recovery")).fill(codes[0])
    await sign.page.get_by_role("button", name=sign.words("sign_in"), exact=True).click()
    await sign.is_in("Mina")

    await settings.go("security")
    await expect(settings.page.get_by_text(settings.words("recovery.left.other", n=9))).to_be_visible()
    await settings.button("recovery.renew").click()
    renewing = settings.page.get_by_role("dialog", name=settings.words("recovery.renew"))
    await renewing.get_by_label(settings.words("sign_in.code")).fill(codes[1])
    await renewing.get_by_role("button", name=settings.words("recovery.renew")).click()
    fresh = await settings.keep_codes()
    assert not set(fresh) & set(codes)


async def test_wrong_codes_are_told_beside_the_sessions(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    settings = await settings_of(mina, "security")
    factor = pyotp.TOTP(await settings.begin_second_factor(PASSWORD))
    await settings.confirm_second_factor(factor.now())
    thief = await SignPage(await new_page(), office.url).go()
    await thief.enter(mina.email, PASSWORD)
    await thief.show_code("000000")
    await expect(thief.page.get_by_role("alert")).to_be_visible()
    await settings.go("security")
    alarm = settings.page.locator(".alarm")
    await expect(alarm).to_contain_text(settings.words("sessions.failed.one", n=1))
    assert await settings.faults("alarm") == []
    await alarm.get_by_role("button", name=settings.words("sessions.noted")).click()
    await expect(alarm).to_have_count(0)


async def test_devices_are_named_and_ended(office: Office, new_page: Pages):
    new_page.expect(REFUSED)
    mina = await office.hire("Mina")
    settings = await settings_of(mina, "security")
    signs = []
    for _ in range(2):
        sign = await SignPage(await new_page(), office.url).go()
        await sign.enter(mina.email, PASSWORD)
        await sign.is_in("Mina")
        signs.append(sign)
    await settings.reload()
    rows = settings.page.locator(".rows-row")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text(settings.words("security.this_one"))
    named = settings.words("device.on", browser="Chrome", system="Linux")
    await expect(rows.nth(1).locator("b")).to_have_text(named)
    await settings.button("sessions.end_others").click()
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=settings.words("sessions.end_others")).click()
    await expect(rows).to_have_count(1)
    for sign in signs:
        await sign.asks()


# --- the team -------------------------------------------------------------------------------------------------------


async def test_inviting_into_a_team_and_making_a_team_of_people(office: Office):
    await office.hire("Bo")
    settings = await settings_of(office.boss, "teams")
    await settings.button("teams.make").click()
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_label(settings.words("name"), exact=True).fill("Night")
    await dialog.get_by_label("Bo").check()
    assert await settings.faults("team") == []
    await dialog.get_by_role("button", name=settings.words("save")).click()
    await expect(settings.row("Night")).to_contain_text(settings.words("teams.members.one", n=1))
    await settings.turn_to("agents")
    await expect(settings.row("Bo")).to_contain_text("Night")
    await settings.button("agents.invite").click()
    await dialog.get_by_label(settings.words("name"), exact=True).fill("Mina")
    await dialog.get_by_label(settings.words("email")).fill("mina@example.com")
    await dialog.get_by_label("Night").check()
    await dialog.get_by_role("button", name=settings.words("agents.invite")).click()
    handed = settings.page.get_by_role("dialog", name=settings.words("agents.link"))
    link = await handed.get_by_role("textbox").input_value()
    assert "/link/" in link
    await dialog.get_by_role("button", name=settings.words("done")).click()
    await expect(settings.row("Mina")).to_contain_text("Night")
    await expect(settings.row("Mina")).to_contain_text(settings.words("agents.invited"))
    await settings.turn_to("teams")
    await settings.row("Night").get_by_role("button", name=settings.words("edit")).click()
    await dialog.get_by_label("Bo").uncheck()
    await dialog.get_by_role("button", name=settings.words("save")).click()
    await settings.turn_to("agents")
    await expect(settings.row("Bo")).not_to_contain_text("Night")
    await expect(settings.row("Mina")).to_contain_text("Night")


async def test_who_is_here_and_who_must_stay(office: Office):
    bo = await office.hire("Bo")
    settings = await settings_of(office.boss, "agents")
    await expect(settings.row("Bo")).to_contain_text(settings.words("agents.seen"))
    await expect(settings.row("Bo")).to_contain_text(settings.words("agents.factor_is_not"))
    await bo.inbox()
    await expect(settings.row("Bo").locator(".standing")).to_have_text(settings.words("presence.online"))
    await settings.row("Ada").get_by_role("button", name=settings.words("edit")).click()
    role = settings.page.get_by_role("dialog").get_by_label(settings.words("role"))
    await expect(role).to_be_disabled()
    await expect(settings.page.get_by_role("dialog")).to_contain_text(settings.words("agents.last_admin"))
    await settings.page.keyboard.press("Escape")
    await office.boss.ask("PATCH", f"/agents/{bo.id}", {"role": "admin"})
    await settings.row("Ada").get_by_role("button", name=settings.words("edit")).click()
    await expect(role).to_be_enabled()


# --- channels and the empty house -----------------------------------------------------------------------------------


async def test_channels_say_what_to_put_where(open_office: Any):
    office = await open_office(PARLEY_CHANNELS__WEB__ORIGINS='["https://www.example.com"]')
    settings = await settings_of(office.boss, "accounts", language="ko")
    account = settings.page.locator(".account")
    await expect(account).to_contain_text(settings.words("account.active.more"))
    await expect(account).to_contain_text(settings.words("accounts.never_heard"))
    await expect(account).to_contain_text("https://www.example.com")
    tag = f'<script async src="{office.url}/widget.js" data-account="web"></script>'
    shown = account.get_by_role("region", name=settings.words("accounts.script"))
    assert "/widget.js" in (await shown.text_content() or "")
    assert tag.partition("src=")[0] in (await shown.text_content() or "")
    await settings.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    # On nobody's poster stands an address of this machine; and code is drawn as code.
    await expect(account.get_by_role("figure")).to_have_count(0)
    assert await shown.evaluate(
        """box => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = getComputedStyle(box.querySelector("code")).font;
            return pen.measureText("iiii").width === pen.measureText("mmmm").width;
        }"""
    )
    await account.locator(".snippet").get_by_role("button", name=settings.words("copy")).click()
    copied = await settings.page.evaluate("navigator.clipboard.readText()")
    assert copied == await shown.text_content()
    for kind in ("twilio_sms", "webchat"):
        await settings.page.get_by_role("radio", name=kind).check()
        await expect(
            settings.page.get_by_role("region", name=settings.words("accounts.add"))
        ).to_contain_text(f'type = "{kind}"')
    async with settings.page.context.expect_page() as opened:
        await account.get_by_role("link", name=settings.words("accounts.try")).click()
    chat: Page = await opened.value
    await expect(chat.get_by_role("textbox")).to_be_enabled()
    await office.writes("First!")
    await settings.reload()
    await expect(account).to_contain_text(settings.words("accounts.heard"))


async def test_an_empty_house_teaches_three_steps_until_somebody_writes(office: Office):
    inbox = await office.boss.inbox("/list/unassigned")
    steps = inbox.page.get_by_role("region", name=inbox.words("first.title")).first
    await expect(steps.get_by_role("heading", level=3)).to_have_count(3)
    assert await inbox.faults("first-steps") == []
    await steps.get_by_role("link", name=inbox.words("first.invite_go")).click()
    await expect(inbox.page).to_have_url(f"{office.url}/settings/agents")
    await inbox.go("/list/unassigned")
    async with inbox.page.context.expect_page() as opened:
        await steps.get_by_role("link", name=inbox.words("first.write_go")).click()
    chat = ChatPage(await opened.value, office.url)
    await expect(chat.field).to_be_enabled()
    await chat.say("Is anybody there?")
    await chat.sees("Is anybody there?")
    await inbox.page.bring_to_front()
    await expect(inbox.page.locator("[data-row]")).to_have_count(1)
    await expect(steps).to_have_count(0)


async def test_an_empty_house_on_a_phone_sends_nobody_where_they_may_not_go(office: Office):
    sue = await office.hire("Sue", role="supervisor")
    inbox = await sue.inbox("/list/mine", "ko", **HAND)
    steps = inbox.page.locator(".only-one-column").get_by_role("region", name=inbox.words("first.title"))
    await expect(steps).to_be_visible()
    await expect(steps.locator("a[href='/settings/agents']")).to_have_count(0)
    await expect(steps.get_by_role("link", name=inbox.words("first.write_go"))).to_be_visible()
    assert await inbox.faults("first-steps-phone") == []


async def test_an_empty_team_is_no_empty_house(office: Office):
    mina = await office.hire("Mina", teams=[await office.team("Night")])
    inbox = await mina.inbox("/list/mine")
    await expect(inbox.page.get_by_text(inbox.words("empty.mine")).first).to_be_visible()
    await expect(inbox.page.get_by_text(inbox.words("first.title"))).to_have_count(0)


# --- the audit ------------------------------------------------------------------------------------------------------


async def test_the_audit_is_filtered_and_taken_along(demo: Office):
    admin = list(demo.people.values())[-1]
    settings = await settings_of(admin, "audit")
    table = settings.page.get_by_role("table")
    await expect(table).not_to_contain_text(".changed")
    whole = await table.locator("tbody tr").count()
    when = table.locator("tbody time").first
    assert "(" in (await when.get_attribute("title") or ""), "the whole moment, and how long ago"
    await settings.page.locator(".settings-page").evaluate("(page) => page.scrollTo(0, page.scrollHeight)")
    await expect(table.locator("tbody tr").nth(whole)).to_be_visible()
    await settings.page.locator(".audit-filters select").nth(1).select_option("directory.changed")
    await expect(table).to_contain_text(settings.words("audit.thing.team"))
    await expect(table.locator("a")).to_have_count(0)
    async with settings.page.expect_download() as download:
        await settings.page.get_by_role("link", name=settings.words("audit.export")).click()
    sheet = Path(await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert {row["kind"] for row in csv.DictReader(io.StringIO(sheet))} == {"directory.changed"}
    await settings.page.get_by_label(settings.words("audit.conversation_number"), exact=True).fill("5")
    await expect(settings.page.get_by_text(settings.words("audit.none"))).to_be_visible()
    await settings.button("audit.all").click()
    await settings.page.get_by_label(settings.words("audit.conversation_number"), exact=True).fill("#5")
    await expect(table.locator("tbody tr a").first).to_have_text("#5")
    assert set(await table.locator("tbody tr a").all_text_contents()) == {"#5"}
    await settings.page.get_by_label(settings.words("audit.from")).fill("2031-01-01")
    await expect(settings.page.get_by_text(settings.words("audit.none"))).to_be_visible()


async def test_blocked_people_are_listed_unblocked_taken_along_and_erased(office: Office):
    for name in ("Pest", "Kim"):
        await office.writes("Hello")
        found = await office.boss.conversation()
        await office.boss.ask("PATCH", f"/contacts/{found['contact']['id']}", {"name": name})
    settings = await settings_of(office.boss, "people")
    await expect(
        settings.page.get_by_text(settings.words("people.nobody_blocked"), exact=True)
    ).to_be_visible()
    await settings.page.get_by_label(settings.words("people.all"), exact=True).check()
    await settings.page.get_by_label(settings.words("people.find")).fill("pest")
    await expect(settings.row("Kim")).to_have_count(0)
    await settings.row("Pest").get_by_role("button", name=settings.words("block")).click()
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=settings.words("block")).click()
    await expect(settings.row("Pest")).to_contain_text(settings.words("people.blocked_at"))
    await expect(settings.page.get_by_text(settings.words("people.spam.one", n=1))).to_be_visible()
    await settings.page.get_by_label(settings.words("people.blocked"), exact=True).check()
    await settings.page.get_by_label(settings.words("people.find")).fill("")
    await expect(settings.row("Kim")).to_have_count(0)
    assert await settings.faults("people") == []
    async with settings.page.expect_download() as download:
        await settings.row("Pest").get_by_role("link", name=settings.words("contact.export")).click()
    assert (await download.value).suggested_filename.endswith(".zip")
    await settings.row("Pest").get_by_role("button", name=settings.words("unblock")).click()
    await expect(settings.row("Pest")).to_have_count(0)
    await settings.page.get_by_label(settings.words("people.all"), exact=True).check()
    await settings.row("Kim").get_by_role("button", name=settings.words("contact.erase")).click()
    await dialog.get_by_role("textbox").fill("Kim")
    await dialog.get_by_role("button", name=settings.words("contact.erase")).click()
    await expect(settings.row("Kim")).to_have_count(0)
    await expect(settings.row("Pest")).to_be_visible()


# --- in a hand ------------------------------------------------------------------------------------------------------


async def test_the_chosen_section_comes_into_view(office: Office):
    settings = await settings_of(office.boss, "me", **HAND)
    await settings.go("audit")
    await expect(settings.page.locator(".settings-links [aria-current]")).to_be_in_viewport(ratio=1)


async def test_a_page_is_not_refused_before_it_is_known_who_asks(office: Office):
    inbox = await office.boss.inbox("/list/all", **HAND)
    greets = asyncio.Event()

    async def late(line: WebSocketRoute) -> None:
        await greets.wait()
        line.connect_to_server()

    await inbox.page.route_web_socket(re.compile("/ws/agent"), late)
    await inbox.page.goto(f"{office.url}/settings/audit")
    await expect(inbox.page.locator("main.settings .skeleton").first).to_be_visible()
    await expect(inbox.page.get_by_text(inbox.words("settings.refused"))).to_have_count(0)
    greets.set()
    await expect(inbox.page.locator(".settings-links [aria-current]")).to_be_in_viewport(ratio=1)
    await expect(inbox.page.get_by_text(inbox.words("settings.refused"))).to_have_count(0)


async def test_escape_closes_the_drawer_and_gives_the_focus_back(office: Office):
    inbox = await office.boss.inbox("/settings/look", **HAND)
    menu = inbox.page.get_by_role("button", name=inbox.words("nav.label"))
    await menu.click()
    await expect(inbox.page.locator(".nav.open")).to_be_visible()
    await inbox.page.keyboard.press("Escape")
    await expect(inbox.page.locator(".nav.open")).to_have_count(0)
    await expect(menu).to_be_focused()
    await expect(inbox.page).to_have_url(f"{office.url}/settings/look")
