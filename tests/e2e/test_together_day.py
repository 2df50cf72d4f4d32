"""An ordinary day: a customer writes, the team answers; everybody sees everything as it happens."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.office import Office
from tests.media.conftest import SAMPLES

PHOTO = SAMPLES / "turned.jpg"


async def test_a_customer_writes_and_the_team_takes_care(office: Office):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    inbox, second = await mina.inbox("/list/unassigned"), await bo.inbox()
    chat = await office.customer()

    await chat.say("My kettle leaks.")
    await inbox.counts(unassigned=1, all=1)
    await inbox.open("Unnamed visitor")
    await inbox.sees("My kettle leaks.")
    await second.open("Unnamed visitor")
    await chat.attach(PHOTO)
    await chat.say("See here.")
    for tab in (inbox, second):
        await tab.sees("See here.")
        await expect(tab.message("See here.").get_by_role("img")).to_be_visible()

    await inbox.assign("Mina")
    await inbox.counts(unassigned=0, mine=1, all=1)
    await inbox.note("Warranty, I think.")
    await inbox.reply("We send you a new one.")
    await chat.sees("We send you a new one.")
    await second.sees("Warranty, I think.", "We send you a new one.")
    await expect(chat.message("Warranty, I think.")).to_have_count(0)
    await inbox.tick("We send you a new one.", "read")
    await second.tick("We send you a new one.", "read")
    await chat.seen("See here.")

    await inbox.tag("warranty")
    await second.nav_entry("warranty").click()
    await expect(second.row("Unnamed visitor")).to_be_visible()
    await inbox.snooze()
    await inbox.counts(mine=0, all=0, snoozed=1)
    await chat.say("Thank you!")
    await inbox.counts(mine=1, all=1, snoozed=0)
    await inbox.close()
    await inbox.counts(mine=0, all=0)
    await inbox.reopen()
    await inbox.counts(mine=1, all=1)

    told = ["My kettle leaks.", "See here.", "Warranty, I think.", "We send you a new one.", "Thank you!"]
    await inbox.tells(told)
    await chat.tells([text for text in told if "Warranty" not in text])
    assert await mina.texts() == told
    for screen in (inbox, second, chat):
        await screen.is_true()


async def test_each_side_sees_the_other_write(office: Office):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    chat = await office.customer()
    await chat.say("Hello?")
    inbox, second = await mina.inbox(), await bo.inbox()
    for tab in (inbox, second):
        await tab.open("Unnamed visitor")
    await expect(second.page.get_by_role("list", name=second.words("looking.label"))).to_contain_text("Mina")

    await chat.field.press_sequentially("I would")
    typing = inbox.page.locator(".typing")
    await expect(typing).to_have_text(inbox.words("typing.customer", name="Unnamed visitor"))
    await chat.say("I would like one.")
    await expect(typing).to_have_text("")

    await inbox.write("We")
    await inbox.field.press_sequentially(" have")
    await expect(chat.place.get_by_text(chat.words("typing.one", name="Mina"))).to_be_visible()
    await expect(second.page.locator(".typing")).to_have_text(inbox.words("typing.replying", name="Mina"))
    await inbox.reply("We have one left.")
    await chat.sees("We have one left.")
    await expect(chat.place.get_by_text(chat.words("typing.one", name="Mina"))).to_have_count(0)

    await inbox.write("N", "note")
    await inbox.field.press_sequentially("o stock")
    await expect(second.page.locator(".typing")).to_have_text(inbox.words("typing.noting", name="Mina"))
    await expect(chat.log).not_to_contain_text("typing")


async def test_read_marks_are_equal_on_all_devices(office: Office):
    mina = await office.hire("Mina")
    token = await office.writes("One")
    desk, phone = await mina.inbox(), await mina.inbox()
    unread = re.compile(r"\bunread\b")
    for tab in (desk, phone):
        await expect(tab.row("Unnamed visitor")).to_have_class(unread)
    await desk.open("Unnamed visitor")
    for tab in (desk, phone):
        await expect(tab.row("Unnamed visitor")).not_to_have_class(unread)
    await desk.open_list("closed")
    await desk.go("/list/all")
    await office.goes_on(token, "Two")
    for tab in (desk, phone):
        await expect(tab.row("Unnamed visitor")).to_have_class(unread)
    await desk.is_true()


async def test_what_one_begins_another_device_goes_on_with(office: Office):
    """A draft is private, and moves with its agent."""
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.writes("Hello?")
    desk, phone, other = await mina.inbox(), await mina.inbox(), await bo.inbox()
    for tab in (desk, phone, other):
        await tab.open("Unnamed visitor")
    await desk.write("I am just")
    await expect(phone.field).to_have_value("I am just")
    await expect(other.field).to_have_value("")
    await phone.reply("I am just looking for it.")
    await expect(desk.field).to_have_value("")
    for tab in (desk, phone, other):
        await tab.tells(["Hello?", "I am just looking for it."])
        await tab.is_true()
