"""The demo's guided first minute: it goes on by what one really does, and stays away once it was waved off."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import DESKTOP, PHONE, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.words import LANGUAGES, Language
from tests.servers.pages import accessibility_faults


def guide(inbox: InboxPage) -> Locator:
    return inbox.page.get_by_role("region", name=inbox.words("minute.title"))


async def done(inbox: InboxPage, *steps: str) -> None:
    await expect(guide(inbox).locator("li.done")).to_have_count(len(steps))
    for step in steps:
        await expect(guide(inbox).locator("li.done", has_text=inbox.words(step))).to_be_visible()


async def test_five_steps_by_real_acts(demo: Office):
    sora = demo.people["Sora Han"]
    inbox = await sora.inbox("/list/unassigned")
    await expect(guide(inbox)).to_contain_text(inbox.words("minute.answer_how"))
    await inbox.page.locator("[data-row]").first.click()
    await inbox.reply("Good morning! How can I help?")
    await done(inbox, "minute.answer")
    await expect(guide(inbox)).to_contain_text(inbox.words("minute.note_how"))
    await inbox.note("Regular customer.")
    await done(inbox, "minute.answer", "minute.note")
    await inbox.assign("Sora Han")
    await done(inbox, "minute.answer", "minute.note", "minute.assign")
    await inbox.snooze()
    steps = ("minute.answer", "minute.note", "minute.assign", "minute.snooze")
    await done(inbox, *steps)
    async with inbox.page.context.expect_page() as opening:
        await guide(inbox).get_by_role("link", name=inbox.words("minute.customer_go")).click()
    await expect((await opening.value).get_by_role("heading", level=1)).to_be_visible()
    await done(inbox, *steps, "minute.customer")
    await expect(guide(inbox)).to_contain_text(inbox.words("minute.all_done"))

    # How far she came is hers, on every device; her colleague begins at the beginning.
    again = await sora.inbox("/list/all")
    await done(again, *steps, "minute.customer")
    await done(await demo.people["Alex Kim"].inbox("/list/all"))

    await guide(inbox).get_by_role("button", name=inbox.words("minute.end")).click()
    await expect(guide(inbox)).to_have_count(0)
    await expect(guide(again)).to_have_count(0)
    fresh = await sora.inbox("/list/all")
    await expect(fresh.page.locator("[data-row]").first).to_be_visible()
    await expect(guide(fresh)).to_have_count(0)


async def test_a_step_never_sends_a_note_to_the_customer(demo: Office):
    """After the answer the focus is still where it was written: there a key is a letter, and the guide knows it."""
    inbox = await demo.people["Sora Han"].inbox("/list/unassigned")
    keys = guide(inbox).locator("kbd")
    await expect(keys).to_have_text(["R"])
    await inbox.page.locator("[data-row]").first.click()
    await inbox.reply("Good morning!")
    await done(inbox, "minute.answer")
    await expect(inbox.field).to_be_focused()
    await expect(keys).to_have_text(["Esc", "N"])
    await inbox.page.keyboard.press("Escape")
    await expect(keys).to_have_text(["N"])
    await inbox.page.keyboard.press("n")
    await expect(inbox.composer).to_have_class(re.compile("mode-note"))
    await inbox.act("reply").click()
    await expect(inbox.field).to_be_focused()
    # Or the step itself, from wherever one is.
    await guide(inbox).get_by_role("button", name=inbox.words("minute.note"), exact=True).click()
    await expect(inbox.composer).to_have_class(re.compile("mode-note"))
    await expect(inbox.field).to_be_focused()
    await inbox.page.keyboard.type("Regular customer.")
    await inbox.page.keyboard.press("Enter")
    await done(inbox, "minute.answer", "minute.note")
    await expect(inbox.message("Regular customer.")).to_have_class(re.compile("note"))
    await expect(keys).to_have_text(["Esc", "A"])
    await guide(inbox).get_by_role("button", name=inbox.words("minute.assign"), exact=True).click()
    await inbox.page.get_by_role("option", name="Sora Han").first.click()
    await done(inbox, "minute.answer", "minute.note", "minute.assign")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_for_everybody_and_covers_nothing(demo: Office, language: Language):
    for viewport, scheme in ((DESKTOP, "dark"), (PHONE, "light")):
        inbox = await demo.people["Sora Han"].inbox(
            "/list/all", language, viewport=viewport, color_scheme=scheme
        )
        await expect(guide(inbox)).to_be_visible()
        assert await accessibility_faults(inbox.page) == []
        under = await inbox.page.evaluate(
            """() => document.querySelector(".minute").getBoundingClientRect().bottom
                <= document.querySelector(".columns").getBoundingClientRect().top + 1"""
        )
        assert under and await inbox.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        if viewport is PHONE:
            box = await guide(inbox).bounding_box()
            assert box and box["height"] <= 56  # one line, two of small print: not a sixth of the screen
            await expect(guide(inbox).locator("li:visible")).to_have_count(1)
            await inbox.go("/settings/me")
            await expect(guide(inbox)).to_be_hidden()


async def test_a_house_that_is_no_demo_has_no_guide(office: Office):
    inbox = await office.boss.inbox("/list/all")
    await expect(guide(inbox)).to_have_count(0)
    assert not re.search("sandbox", await inbox.page.content())
