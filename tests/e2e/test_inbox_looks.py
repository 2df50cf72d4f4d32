"""Every screen in both languages and themes, on a desk and in a hand: axe-core finds nothing, nothing overflows.

PARLEY_SHOTS=FOLDER keeps a picture of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.e2e.office import PHONE, Colleague, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import Screen
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.sign import SignPage
from tests.e2e.pages.words import LOCALES, Language
from tests.servers.pages import Pages

Theme = Literal["light", "dark", "contrast", "forced"]
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
CUT = """(all) => all.filter((one) => {
    const line = one.parentElement.getBoundingClientRect(), face = one.firstElementChild.getBoundingClientRect();
    return face.top < line.top || face.bottom > line.bottom;
}).map((one) => one.title)"""
"""Whose picture reaches out of a row's last line, which hides what does."""
MOVED = "document.scrollingElement.scrollTop"


class Look:
    """Goes through screens in one language and theme and gathers what is wrong with them."""

    def __init__(self, language: Language, theme: Theme, kind: str) -> None:
        self.language = language
        self.theme = theme
        self.name = f"{kind}-{language}-{theme}"
        self.found: list[str] = []

    async def at(self, screen: Screen, name: str, within: str = "html", only: Sequence[str] = ()) -> None:
        self.found += await screen.faults(f"{self.name}-{name}", within, only)
        if (wider := await screen.page.evaluate(WIDER)) > 0:
            self.found.append(f"{self.name}-{name}: {wider} px wider than the screen")
        if (moved := await screen.page.evaluate(MOVED)) > 0:
            self.found.append(f"{self.name}-{name}: the page itself has scrolled by {moved} px")

    def is_clean(self) -> None:
        assert not self.found, "\n".join(self.found)


each_look = pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("ko", "light")])


def admin(demo: Office) -> Colleague:
    return list(demo.people.values())[-1]


async def first_conversation(inbox: InboxPage) -> None:
    await inbox.page.locator("[data-row]").first.click()
    await expect(inbox.log).to_be_visible()
    await expect(inbox.page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize(("language", "theme"), [("ko", "dark")])
async def test_the_inbox(demo: Office, new_page: Pages, language: Language, theme: Theme):
    """In Korean and dark: test_inbox_screens.py has it in English, light and in colours of the device's own."""
    look = Look(language, theme, "desk")
    sign = await SignPage(
        await new_page(locale=LOCALES[language], color_scheme=theme), demo.url, language
    ).go()
    await look.at(sign, "sign")
    inbox = await admin(demo).inbox("/list/all", language, color_scheme=theme)
    await look.at(inbox, "list")
    assert await inbox.page.locator(".row-assignee").evaluate_all(CUT) == []
    await first_conversation(inbox)
    await look.at(inbox, "conversation")
    await inbox.act("note").click()
    await inbox.field.fill("…")
    await look.at(inbox, "note")
    await inbox.field.fill("")
    await inbox.act("tag").click()
    await look.at(inbox, "tags")
    await inbox.page.keyboard.press("Escape")
    await inbox.page.keyboard.press("Escape")
    await inbox.page.keyboard.press("Shift+Slash")
    await look.at(inbox, "keys")
    look.is_clean()


STRONG: dict[Theme, dict[str, Any]] = {
    "contrast": {"contrast": "more"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
}
FILL = """(element) => getComputedStyle(element).backgroundColor"""


@pytest.mark.parametrize(("language", "theme"), [("ko", "contrast"), ("en", "forced")])
async def test_everything_in_strong_contrast(demo: Office, language: Language, theme: Theme):
    """As a device asks for it: more contrast, or colours of its own in which what is chosen must still be seen."""
    look = Look(language, theme, "desk")
    inbox = await admin(demo).inbox("/list/all", language, **STRONG[theme])
    await look.at(inbox, "list")
    await first_conversation(inbox)
    await look.at(inbox, "conversation")
    chosen = await inbox.page.locator(".row.chosen").evaluate(FILL)
    assert chosen != await inbox.page.locator(".row:not(.chosen)").first.evaluate(FILL)
    here = await inbox.page.locator(".nav-entry.here").first.evaluate(FILL)
    assert here != await inbox.page.locator(".nav-entry:not(.here)").first.evaluate(FILL)
    await inbox.act("note").click()
    await inbox.field.fill("…")
    await look.at(inbox, "note")
    await inbox.field.fill("")
    await inbox.page.keyboard.press("Escape")
    await inbox.page.keyboard.press("Control+k")
    await expect(inbox.page.locator(".palette-choices .choice").first).to_be_visible()
    await look.at(inbox, "palette")
    await inbox.page.keyboard.press("Escape")
    look.is_clean()


MOVES = """() => document.getAnimations()
  .filter((one) => Number(one.effect?.getComputedTiming().duration) > 20)
  .map((one) => `${one.effect.target?.className} ${one.transitionProperty ?? one.animationName}`)"""


async def test_nothing_moves_for_whoever_wants_it_still(demo: Office):
    """Opening, hovering, what comes and goes: all at once, without any movement on the way."""
    inbox = await admin(demo).inbox("/list/all", reduced_motion="reduce")
    await first_conversation(inbox)
    moved: list[str] = []
    for act in ("Control+k", "Escape", "Shift+Slash", "Escape"):
        await inbox.page.keyboard.press(act)
        moved += await inbox.page.evaluate(MOVES)
    await inbox.page.locator(".button").first.hover()
    moved += await inbox.page.evaluate(MOVES)
    await inbox.act("close").click()
    await expect(inbox.page.locator(".toast")).to_be_visible()
    moved += await inbox.page.evaluate(MOVES)
    assert moved == []
    lively = await admin(demo).inbox("/list/all", reduced_motion="no-preference")
    assert (
        await lively.page.locator(".button").first.evaluate("(b) => getComputedStyle(b).transitionDuration")
        != "0s"
    )


@pytest.mark.parametrize(("language", "theme"), [("en", "light")])
async def test_the_inbox_on_a_phone(demo: Office, new_page: Pages, language: Language, theme: Theme):
    """In English and light: test_inbox_screens.py has it in Korean, dark and in strong contrast."""
    look = Look(language, theme, "phone")
    hand = {**HAND, "color_scheme": theme}
    sign = await SignPage(await new_page(locale=LOCALES[language], **hand), demo.url, language).go()
    await look.at(sign, "sign")
    inbox = await admin(demo).inbox("/list/all", language, **hand)
    await look.at(inbox, "list")
    await inbox.page.get_by_role("button", name=inbox.words("nav.label")).first.click()
    await look.at(inbox, "lists")
    await inbox.page.keyboard.press("Escape")
    await inbox.go("/list/all")
    await first_conversation(inbox)
    await look.at(inbox, "conversation")
    await inbox.act("note").click()
    await look.at(inbox, "note")
    settings = await SettingsPage(inbox.page, demo.url, language).go("security")
    await look.at(settings, "settings-security")
    await settings.go("agents")
    await look.at(settings, "settings-agents")
    look.is_clean()


@each_look
async def test_the_chat(demo: Office, language: Language, theme: Theme):
    """Alone on its page, wide and in a hand, before the first word and in the middle of a talk."""
    look = Look(language, theme, "chat")
    kinds: dict[str, dict[str, Any]] = {"wide": {}, "hand": HAND}
    for kind, options in kinds.items():
        chat = await demo.customer(language, account="shop", color_scheme=theme, **options)
        await look.at(chat, f"{kind}-start")
        hello = {"en": "Where is my order?", "ko": "주문한 원두가 언제 오나요?"}[language]
        await chat.say(hello)
        await chat.sees(hello)
        agent = admin(demo)
        found = await agent.conversation()
        body = {"text": hello[::-1], "visibility": "public", "client_id": f"{kind}-{language}-{theme}"}
        await agent.ask("POST", f"/conversations/{found['id']}/messages", body)
        await chat.sees(hello[::-1])
        await look.at(chat, f"{kind}-talk")
    look.is_clean()
