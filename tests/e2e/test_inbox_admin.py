"""Macros, team hours, saved views and who is how, as those set them who run a team."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import DESKTOP, PASSWORD, PHONE, Colleague, Office, OpenOffice
from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.words import LOCALES, Language
from tests.servers.pages import COLOURS, Pages

HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
LONG = (
    "배송 지연 안내와 환불 절차를 함께 알려 드리는 아주 긴 이름의 매크로 Lieferverzögerungsbenachrichtigung"
)


async def settings_of(who: Colleague, page: str, language: Language = "en", **options: Any) -> SettingsPage:
    inbox = await who.inbox(language=language, **options)
    return await SettingsPage(inbox.page, who.office.url, language).go(page)


async def saved(settings: SettingsPage) -> None:
    """Save the dialog that is open, and see it go."""
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=settings.words("save")).click()
    await expect(dialog).to_have_count(0)


async def act(settings: SettingsPage, name: str, key: str) -> None:
    """Press a button in the row that is called so."""
    await settings.row(name).get_by_role("button", name=f"{settings.words(key)} {name}").click()


# --- macros ---------------------------------------------------------------------------------------------------------


async def insert(dialog: Locator, settings: SettingsPage, key: str) -> None:
    await dialog.get_by_role("button", name=settings.words("macros.insert")).click()
    await dialog.get_by_role("option", name=settings.words(key)).first.click()


async def test_a_macro_is_written_previewed_shared_copied_and_retired(office: Office) -> None:
    await office.team("Night")
    await office.boss.ask("POST", "/tags", {"name": "late", "colour": "#dc2626"})
    await office.known_writes("Kim Minji", "Where is my parcel?")
    settings = await settings_of(office.boss, "macros")
    await expect(settings.page.get_by_text(settings.words("macros.none"))).to_be_visible()
    await settings.button("macros.make").click()
    dialog = settings.page.get_by_role("dialog", name=settings.words("macros.make"))
    await dialog.get_by_label(settings.words("name"), exact=True).fill("Delay")
    text = dialog.get_by_label(settings.words("macros.text"))
    await text.fill("Dear , sorry.")
    await text.evaluate("(area) => area.setSelectionRange(5, 5)")
    await insert(dialog, settings, "place.contact.name")
    await expect(text).to_have_value("Dear {{contact.name}}, sorry.")
    await expect(text).to_be_focused()
    preview = dialog.get_by_role("region", name=settings.words("macros.preview"))
    await expect(preview).to_contain_text("Dear Kim Minji, sorry.")
    await insert(dialog, settings, "place.contact.email")
    await expect(preview.locator("mark")).to_have_text("{{contact.email}}")
    await expect(preview).to_contain_text(settings.words("macros.preview_missing"))
    await expect(preview).to_contain_text(settings.words("place.contact.email"))
    await dialog.get_by_role("group", name=settings.words("acts.tags_add")).get_by_role("button").click()
    await dialog.get_by_role("option", name="late").click()
    await settings.page.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label(settings.words("acts.status")).select_option("closed")
    await dialog.get_by_label(settings.words("scope.teams"), exact=True).check()
    save = dialog.get_by_role("button", name=settings.words("save"))
    await expect(save).to_be_disabled()
    await dialog.get_by_role("checkbox", name="Night").check()
    assert await settings.faults("macro") == []
    await saved(settings)
    row = settings.row("Delay")
    await expect(row).to_contain_text("Night")
    await expect(row).to_contain_text(settings.words("acts.says.tags_add", tags="late"))
    await expect(row).to_contain_text(settings.words("acts.says.closed"))
    await expect(row).to_contain_text(settings.words("macros.never_used"))
    await act(settings, "Delay", "macros.copy")
    await expect(
        settings.page.get_by_role("dialog").get_by_label(settings.words("macros.text"))
    ).to_have_value("Dear {{contact.name}}{{contact.email}}, sorry.")
    await saved(settings)
    await expect(settings.row(settings.words("macros.copy_name", name="Delay"))).to_have_count(1)
    await settings.page.get_by_label(settings.words("macros.find")).fill("(copy)")
    await expect(settings.page.locator(".macro-row")).to_have_count(1)
    await settings.page.get_by_label(settings.words("macros.find")).fill("")
    await (
        settings.page.locator(".macro-row")
        .filter(has_text="(copy)")
        .get_by_role("button", name=settings.words("retire"))
        .click()
    )
    await expect(settings.page.locator(".macro-row")).to_have_count(1)
    await settings.page.get_by_label(settings.words("macros.which")).select_option("retired")
    await expect(settings.page.locator(".macro-row")).to_contain_text("(copy)")
    await settings.button("undo").click()
    await expect(settings.page.locator(".macro-row")).to_have_count(0)


async def test_an_agent_uses_shared_macros_and_makes_their_own(office: Office, new_page: Pages) -> None:
    new_page.expect(r"status of 422 .*/api/v1/macros")
    await office.boss.ask("POST", "/macros", {"name": "Shared", "text": "Hello", "scope": "all"})
    mina = await office.hire("Mina")
    settings = await settings_of(mina, "macros", "ko")
    row = settings.row("Shared")
    await expect(row).to_contain_text("모두")
    await expect(row.get_by_role("button", name=settings.words("edit"))).to_have_count(0)
    await act(settings, "Shared", "macros.copy")
    dialog = settings.page.get_by_role("dialog")
    await expect(dialog.get_by_text(settings.words("scope.own_more"))).to_be_visible()
    await expect(dialog.get_by_text(settings.words("macros.preview_nobody"))).to_be_visible()
    await saved(settings)
    await expect(settings.row("Shared (사본)")).to_contain_text("나만")
    await act(settings, "Shared (사본)", "edit")
    await dialog.get_by_label(settings.words("macros.text")).fill("{{contact.shoe}}")
    await dialog.get_by_role("button", name=settings.words("save")).click()
    await expect(dialog.locator(".form-problem[role=alert]")).to_contain_text("contact.shoe")


# --- hours ----------------------------------------------------------------------------------------------------------


async def test_hours_are_set_and_told_as_the_chat_will_tell_them(office: Office) -> None:
    await office.team("Night")
    settings = await settings_of(office.boss, "hours", timezone_id="Asia/Seoul")
    await expect(settings.row("Night")).to_contain_text(settings.words("hours.unsaid"))
    await act(settings, "Night", "hours.set")
    dialog = settings.page.get_by_role("dialog")
    preview = dialog.get_by_role("region", name=settings.words("hours.preview_would"))
    await dialog.get_by_label(settings.words("hours.to", day="Monday")).fill("12:00")
    await dialog.get_by_role("button", name=settings.words("hours.range_add", day="Monday")).click()
    await expect(dialog.get_by_label(settings.words("hours.from", day="Monday"))).to_have_count(2)
    later = dialog.get_by_label(settings.words("hours.from", day="Monday")).nth(1)
    await later.fill("11:00")
    await expect(dialog.get_by_role("alert")).to_have_text(settings.words("hours.wrong_overlap"))
    await expect(dialog.get_by_role("button", name=settings.words("save"))).to_be_disabled()
    await later.fill("13:00")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await dialog.get_by_role("button", name=settings.words("hours.copy_monday")).click()
    await expect(dialog.get_by_label(settings.words("hours.from", day="Friday"))).to_have_count(2)
    await expect(dialog.get_by_label(settings.words("hours.from", day="Sunday"))).to_have_count(0)
    await expect(dialog.get_by_text(settings.words("hours.clocks_stay"))).to_be_visible()
    await dialog.get_by_role("button", name=settings.words("hours.zone")).click()
    await dialog.get_by_role("combobox").fill("Eastern Time")
    await dialog.get_by_role("option", name="New York").click()
    await expect(dialog.get_by_text("9:00 stays 9:00")).to_be_visible()
    today = datetime.datetime.now(datetime.UTC).date()
    for day in range(-1, 2):
        await dialog.get_by_role("button", name=settings.words("hours.holiday_add")).click()
        date = (today + datetime.timedelta(days=day)).isoformat()
        await dialog.get_by_label(settings.words("hours.date")).nth(day + 1).fill(date)
    await dialog.get_by_label(settings.words("hours.day_name")).first.fill("Harvest")
    await expect(preview.locator("[lang=ko]")).to_contain_text("에 다시 답해 드려요")
    await expect(preview.locator("[lang=en]")).to_contain_text("We are back on")
    assert await settings.faults("hours") == []
    await saved(settings)
    row = settings.row("Night")
    await expect(row).to_contain_text(settings.words("hours.closed"))
    await expect(row).to_contain_text(
        "Monday–Friday 9:00 AM–12:00 PM, 1:00 PM–5:00 PM · Saturday–Sunday Closed"
    )
    await expect(row).to_contain_text("America/New York")
    await act(settings, "Night", "edit")
    await expect(dialog.get_by_label(settings.words("hours.day_name")).first).to_have_value("Harvest")
    await (
        dialog.get_by_label(settings.words("hours.date"))
        .nth(1)
        .fill((today - datetime.timedelta(days=1)).isoformat())
    )
    await expect(dialog.get_by_role("alert")).to_have_text([settings.words("hours.twice")] * 2)
    await dialog.get_by_role("button", name=settings.words("hours.forget")).click()
    await expect(settings.row("Night")).to_contain_text(settings.words("hours.unsaid"))


async def test_a_team_that_is_open_says_nothing(office: Office) -> None:
    team = await office.team("Always")
    week = {day: [[0, 1440]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    await office.boss.ask("PUT", f"/teams/{team}/hours", {"zone": "UTC", "week": week})
    settings = await settings_of(office.boss, "hours", "ko")
    await expect(settings.row("Always")).to_contain_text(settings.words("hours.open"))
    await act(settings, "Always", "edit")
    dialog = settings.page.get_by_role("dialog")
    await expect(dialog.get_by_text(settings.words("hours.preview_always"))).to_be_visible()
    await expect(dialog.get_by_text("일요일", exact=True)).to_be_visible()
    await dialog.get_by_role("button", name=settings.words("hours.override_add")).click()
    await expect(dialog.get_by_label(settings.words("hours.date"))).to_have_count(1)
    await saved(settings)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_hours_claim_no_more_than_the_chat_says(open_office: OpenOffice, language: Language) -> None:
    """Of two closed teams one has the chat: there the settings say its very words, of the other that nobody is told."""
    away = {"en": "The roastery sleeps.", "ko": "로스터리가 잠들었어요."}
    office = await open_office(
        PARLEY_CHANNELS__WEB__TEAM="Sales",
        PARLEY_CHANNELS__WEB__AWAY__EN=away["en"],
        PARLEY_CHANNELS__WEB__AWAY__KO=away["ko"],
    )
    for name in ("Sales", "Night"):
        team = await office.team(name)
        await office.boss.ask("PUT", f"/teams/{team}/hours", {"zone": "UTC", "week": {}})
    settings = await settings_of(office.boss, "hours", language)
    told = settings.words("hours.in_chats", chats="Website")
    await expect(settings.row("Sales")).to_contain_text(told)
    await expect(settings.row("Night")).to_contain_text(settings.words("hours.in_no_chat"))
    await act(settings, "Sales", "edit")
    dialog = settings.page.get_by_role("dialog")
    preview = dialog.get_by_role("region", name=settings.words("hours.preview"))
    await expect(preview).to_contain_text(told)
    claimed = (await preview.locator(f"[lang={language}]").inner_text()).strip()
    chat = ChatPage(
        await office.new_page(viewport=DESKTOP, locale=LOCALES[language], reduced_motion="reduce"),
        office.url,
        language,
    )
    await chat.go()
    await expect(chat.page.locator(".away")).to_contain_text(away[language])
    assert claimed in await chat.page.locator(".away").inner_text()
    assert await settings.faults("hours of a team with a chat") == []
    await settings.page.keyboard.press("Escape")
    await act(settings, "Night", "edit")
    await expect(
        dialog.get_by_role("region", name=settings.words("hours.preview"), exact=True)
    ).to_have_count(0)
    would = dialog.get_by_role("region", name=settings.words("hours.preview_would"))
    await expect(would).to_contain_text(settings.words("hours.in_no_chat_how"))
    await expect(would.locator("code")).to_have_text('team = "Night"')
    assert await settings.faults("hours of a team without a chat") == []


async def test_what_a_colleague_changes_is_seen_at_once(office: Office) -> None:
    team = await office.team("Night")
    settings = await settings_of(office.boss, "hours")
    await expect(settings.row("Night")).to_contain_text(settings.words("hours.unsaid"))
    await office.boss.ask("PUT", f"/teams/{team}/hours", {"zone": "UTC", "week": {"mon": [[0, 60]]}})
    await expect(settings.row("Night")).to_contain_text("Monday 12:00 AM–1:00 AM")
    await settings.turn_to("macros")
    await office.boss.ask("POST", "/macros", {"name": "Fresh", "text": "Hello", "scope": "all"})
    await expect(settings.row("Fresh")).to_be_visible()
    await settings.turn_to("views")
    await office.boss.ask("POST", "/views", {"name": "Mine", "filter": {}})
    await expect(settings.row("Mine")).to_be_visible()


# --- views and people -----------------------------------------------------------------------------------------------


async def test_saved_views_are_named_shared_and_retired(office: Office) -> None:
    tag = (await office.boss.ask("POST", "/tags", {"name": "vip", "colour": "#dc2626"}))["tag"]["id"]
    body = {
        "name": "Waiting",
        "filter": {
            "status": "open",
            "assignee": "me",
            "tags": [tag],
            "unread": True,
            "waiting_over": 3_600_000,
        },
        "sort": "waiting",
    }
    await office.boss.ask("POST", "/views", body)
    mina = await office.hire("Mina")
    settings = await settings_of(office.boss, "views")
    row = settings.row("Waiting")
    for said in (
        settings.words("views.says.assignee", name=settings.words("views.me")),
        settings.words("views.says.tags", tags="vip"),
        settings.words("views.says.waiting", span="1 hour"),
        settings.words("views.sort.waiting"),
        settings.words("scope.personal"),
    ):
        await expect(row).to_contain_text(said)
    assert await settings.faults("views") == []
    await act(settings, "Waiting", "edit")
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_label(settings.words("name"), exact=True).fill("VIP waits")
    await dialog.get_by_label(settings.words("scope.all"), exact=True).check()
    await dialog.get_by_label(settings.words("narrow.unread"), exact=True).uncheck()
    assert await settings.faults("view") == []
    await saved(settings)
    await expect(settings.row("VIP waits")).not_to_contain_text(settings.words("views.says.unread"))
    await expect(settings.page).to_have_url(re.compile("/settings/views$"))
    hers = await settings_of(mina, "views", "ko")
    await expect(hers.row("VIP waits")).to_contain_text("1시간 넘게 기다린 대화")
    await expect(hers.row("VIP waits").get_by_role("button")).to_have_count(0)
    await act(settings, "VIP waits", "retire")
    await expect(settings.row("VIP waits")).to_contain_text(settings.words("retired"))
    await settings.button("undo").click()
    await expect(settings.row("VIP waits").get_by_role("button", name=settings.words("edit"))).to_have_count(
        1
    )


async def test_who_is_here_and_how_is_seen_of_agents_and_teams(office: Office) -> None:
    team = await office.team("Night")
    bo = await office.hire("Bo", teams=[team])
    await office.hire("Cy", teams=[team])
    settings = await settings_of(office.boss, "teams")
    await expect(settings.row("Night")).to_contain_text(settings.words("teams.members.other", n=2))
    inbox = await bo.inbox()
    await expect(settings.row("Night")).to_contain_text(settings.words("teams.here.one", n=1))
    await bo.ask("PUT", "/session/availability", {"availability": "busy"})
    await settings.turn_to("agents")
    await expect(settings.row("Bo").locator(".standing")).to_have_text(settings.words("presence.busy"))
    await inbox.page.close()
    await settings.reload()
    await expect(settings.row("Bo")).to_contain_text(settings.words("agents.says_busy"))


# --- tags and fields ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en"])
async def test_tags_are_made_renamed_retired_and_brought_back(office: Office, language: Language) -> None:
    settings = await settings_of(office.boss, "tags", language)
    dialog = settings.page.get_by_role("dialog")
    tags = settings.page.locator(".rows-row")
    await expect(settings.page.get_by_text(settings.words("tags.none"), exact=True)).to_be_visible()
    await settings.button("tags.make").click()
    await dialog.get_by_label(settings.words("name"), exact=True).fill("vip")
    await dialog.get_by_label(settings.words("colour.red"), exact=True).check()
    assert await settings.faults(f"tag-dialog-{language}") == []
    await saved(settings)
    await tags.get_by_role("button", name=f"{settings.words('edit')} vip").click()
    await dialog.get_by_label(settings.words("name"), exact=True).fill("귀빈")
    await saved(settings)
    await expect(tags).to_contain_text(["귀빈"])
    await tags.get_by_role("button", name=f"{settings.words('retire')} 귀빈").click()
    await expect(tags.locator(".badge")).to_have_text(settings.words("retired"))
    await tags.get_by_role("button", name=f"{settings.words('bring_back')} 귀빈").click()
    await expect(tags.locator(".badge")).to_have_count(0)
    (tag,) = (await office.boss.ask("GET", "/tags"))["tags"]
    assert (tag["name"], tag["retired"]) == ("귀빈", False)


@pytest.mark.parametrize("language", ["ko"])
async def test_a_field_with_choices_stands_beside_every_conversation(
    office: Office, language: Language
) -> None:
    settings = await settings_of(office.boss, "attributes", language)
    dialog, words = settings.page.get_by_role("dialog"), settings.words
    await settings.button("attributes.make").click()
    await dialog.get_by_label(words("attributes.label"), exact=True).fill("Roast")
    await dialog.get_by_label(words("attributes.key")).fill("roast")
    await dialog.get_by_label(words("attributes.target")).select_option("contact")
    await dialog.get_by_label(words("attributes.type")).select_option("choice")
    await dialog.get_by_label(words("attributes.choices")).fill("Light\nDark")
    assert await settings.faults(f"attribute-dialog-{language}") == []
    await saved(settings)
    await expect(settings.row("Roast")).to_contain_text("roast")
    await office.known_writes("Lee", "Hello")
    contact = (await office.boss.conversation())["contact"]["id"]
    inbox = await office.boss.inbox(f"/c/{(await office.boss.conversation())['number']}", language)
    side = inbox.page.get_by_role("region", name=words("context.label"))
    await side.get_by_label("Roast").select_option("Dark")

    async def kept() -> object:
        return (await office.boss.ask("GET", f"/contacts/{contact}"))["contact"]["attributes"].get("roast")

    await become(kept, "Dark")
    await act(settings, "Roast", "retire")
    await expect(settings.page.locator(".rows-row .badge")).to_have_text(words("retired"))


# --- sign-in --------------------------------------------------------------------------------------------------------


async def test_a_second_factor_asks_for_the_password_again(office: Office, new_page: Pages) -> None:
    new_page.expect(r"status of 422 .*/api/v1/session/totp")
    settings = await settings_of(await office.hire("Mina"), "security", "ko")
    await settings.button("totp.on").click()
    dialog = settings.page.get_by_role("dialog")
    field = dialog.get_by_label(settings.words("password"), exact=True)
    await expect(dialog.get_by_role("button", name=settings.words("totp.on"))).to_be_disabled()
    await field.fill("not my password")
    await field.press("Enter")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(settings.page.locator(".qr")).to_have_count(0)
    assert await settings.faults("password-again") == []
    await field.fill(PASSWORD)
    await field.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(settings.page.locator(".qr")).to_be_visible()


# --- every look -----------------------------------------------------------------------------------------------------

DESKS: tuple[dict[str, str], ...] = (
    {"color_scheme": "dark"},
    {"contrast": "more"},
    {"forced_colors": "active", "color_scheme": "dark"},
)
"""What a device asks for, one after the other."""


@pytest.mark.parametrize(("kind", "language"), [("hand", "ko"), ("desk", "en")])
async def test_far_too_much_fits_in_every_look(office: Office, language: Language, kind: str) -> None:
    await office.team(LONG)
    text = "{{contact.name|" + "가나다 " * 40 + "}} " + "verylongword" * 60
    await office.boss.ask("POST", "/macros", {"name": LONG, "text": text, "scope": "all"})
    await office.boss.ask("POST", "/views", {"name": LONG, "filter": {}})
    await office.known_writes(LONG, "Hello")
    settings = await settings_of(office.boss, "macros", language, **(HAND if kind == "hand" else {}))
    found: list[str] = []

    async def fits(name: str) -> None:
        for number, asked in enumerate(DESKS if kind == "desk" else ({},)):
            await settings.wears(**asked)
            only = COLOURS if number else ()
            found.extend(await settings.faults(f"{kind}-{number}-{language}-{name}", only=only))
            if (wider := await settings.page.evaluate(WIDER)) > 0:
                found.append(f"{name}: {wider} px wider than the screen")

    for page, key in (("macros", "edit"), ("hours", "hours.set"), ("views", "edit")):
        await settings.go(page)
        await fits(page)
        await act(settings, LONG, key)
        await expect(
            settings.page.get_by_role("dialog").get_by_text(settings.words("loading"))
        ).to_have_count(0)
        await fits(f"{page}-dialog")
    assert not found, "\n".join(found)


# --- fields ---------------------------------------------------------------------------------------------------------


async def test_a_field_is_called_in_each_readers_language(office: Office) -> None:
    await office.known_writes("Kim Minji", "Hello")
    settings = await settings_of(office.boss, "attributes")
    await settings.button("attributes.make").first.click()
    dialog = settings.page.get_by_role("dialog")
    await dialog.get_by_label(settings.words("attributes.label"), exact=True).fill("Plan")
    await dialog.get_by_label("Korean", exact=True).fill("요금제")
    await dialog.get_by_label(settings.words("attributes.key")).fill("plan")
    assert await settings.faults("attribute-labels") == []
    await saved(settings)
    await expect(settings.row("Plan")).to_be_visible()
    korean = await office.boss.inbox("/c/1", language="ko")
    side = korean.page.get_by_role("region", name=korean.words("context.label"), exact=True)
    await expect(side.get_by_label("요금제", exact=True)).to_be_visible()
    english = await office.boss.inbox("/c/1")
    side = english.page.get_by_role("region", name=english.words("context.label"), exact=True)
    await expect(side.get_by_label("Plan", exact=True)).to_be_visible()
