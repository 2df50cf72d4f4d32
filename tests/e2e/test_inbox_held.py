"""A reply that waits a moment: taken back, let go, gone by itself; and what is known of a message and of a person."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.office import PHONE, Colleague, Office
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import Language
from tests.e2e.test_inbox_reading import LONG, long_talk

SOON, LONG_ENOUGH = 1, 30
"""Seconds to take a reply back: over in a moment, or not before the test is."""
NAME = "Unnamed visitor"


async def may_undo(agent: Colleague, seconds: int) -> None:
    await agent.ask("PATCH", "/session/preferences", {"values": {"undo_send": seconds}})


async def test_a_reply_is_taken_back_before_anybody_has_it(office: Office):
    """By pointer and by key; words come back into the field, and the customer never hears of them."""
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await may_undo(mina, LONG_ENOUGH)
    customer = await office.customer()
    await customer.say("Hello")
    inbox, other = await mina.inbox(), await bo.inbox()
    for one in (inbox, other):
        await one.open(NAME)
    await inbox.write("A slip")
    await inbox.field.press("Enter")
    await expect(inbox.message("A slip").locator(".held-foot")).to_be_visible()
    theirs = other.message("A slip").locator(".held-foot")
    await expect(theirs).to_contain_text(other.words("held.theirs", name="Mina"))
    await expect(theirs.get_by_role("button")).to_have_count(0)
    await inbox.message("A slip").get_by_role("button", name=inbox.words("undo"), exact=True).click()
    await expect(inbox.field).to_have_value("A slip")
    for one in (inbox, other):
        await expect(one.message("A slip")).to_have_count(0)
    await inbox.field.press("Enter")
    await expect(inbox.message("A slip").locator(".held-foot")).to_be_visible()
    # In a field with words in it Ctrl+Z is the field's own; else it takes the reply back.
    await inbox.field.fill("more")
    await inbox.field.press("Control+z")
    await expect(inbox.message("A slip").locator(".held-foot")).to_be_visible()
    await inbox.field.fill("")
    await inbox.field.blur()
    await inbox.page.keyboard.press("Control+z")
    await expect(inbox.field).to_have_value("A slip")
    await inbox.field.fill("Better")
    await inbox.field.press("Enter")
    await inbox.message("Better").get_by_role("button", name=inbox.words("held.now"), exact=True).click()
    await customer.sees("Better")
    assert await customer.told() == ["Hello", "Better"]
    await expect(inbox.page.locator(".held-foot")).to_have_count(0)
    await mina.has(["Hello", "Better"])
    await inbox.is_true()
    await other.is_true()


async def test_when_the_moment_is_over_it_goes_once(office: Office):
    mina = await office.hire("Mina")
    await may_undo(mina, SOON)
    customer = await office.customer()
    await customer.say("Hello")
    inbox = await mina.inbox()
    await inbox.open(NAME)
    await inbox.write("On its way")
    await inbox.field.press("Enter")
    await customer.sees("On its way")
    await inbox.tick("On its way", "read")
    assert await customer.told() == ["Hello", "On its way"]
    await inbox.is_true()


async def test_what_is_held_survives_the_process(office: Office):
    """Held, the house dies; whoever comes up sends it at once."""
    mina = await office.hire("Mina")
    await office.writes("Hello")
    found = await mina.conversation()
    body = {"text": "Held", "visibility": "public", "client_id": "held-1", "hold": 2000}
    await mina.ask("POST", f"/conversations/{found['id']}/messages", body)
    assert await mina.texts(found["id"]) == ["Hello"]
    await office.dies()
    await office.comes_back()
    await mina.has(["Hello", "Held"], found["id"])


async def test_how_long_is_set_by_each_agent(office: Office):
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/settings/me")
    choices = inbox.page.get_by_role("radiogroup", name=inbox.words("settings.undo_send"))
    await expect(choices.get_by_role("radio").first).to_be_checked()
    await choices.get_by_role("radio").last.check()
    await inbox.reload()
    await expect(choices.get_by_role("radio").last).to_be_checked()


async def test_a_link_leads_into_the_middle(office: Office):
    """To the message it names, marked; from there one reads on in both directions, or jumps to the end."""
    mina = await office.hire("Mina")
    await long_talk(office, mina)
    found = await mina.conversation()
    page = await mina.ask("GET", f"/conversations/{found['id']}/messages", limit=LONG + 1)
    key = next(one["id"] for one in page["messages"] if one["text"] == "note 30")
    inbox = await mina.inbox(f"/c/{found['number']}/m/{key}")
    marked = inbox.page.locator(".bubble-row.linked")
    await expect(marked).to_contain_text("note 30")
    await expect(marked).to_be_in_viewport()
    await expect(inbox.message(f"note {LONG - 1}")).to_have_count(0)

    async def newest() -> bool:
        await inbox.log.evaluate("(log) => { log.scrollTop += 800 }")
        return await inbox.message(f"note {LONG - 1}").count() == 1

    await become(newest, True)
    assert (await inbox.told())[-2:] == [f"note {LONG - 2}", f"note {LONG - 1}"]
    await inbox.go(f"/c/{found['number']}/m/{key}")
    await expect(marked).to_be_in_viewport()
    await inbox.page.locator(".thread-pill").click()
    await expect(inbox.message(f"note {LONG - 1}")).to_be_in_viewport()


async def test_what_an_edited_message_said_is_shown_when_asked_for(office: Office):
    mina = await office.hire("Mina")
    customer = await office.customer()
    await customer.say("Hello")
    inbox = await mina.inbox()
    await inbox.open(NAME)
    await inbox.reply("Helo")
    await mina.has(["Hello", "Helo"])
    found = await mina.conversation()
    page = await mina.ask("GET", f"/conversations/{found['id']}/messages")
    await mina.ask("PATCH", f"/messages/{page['messages'][-1]['id']}", {"text": "Hello, Kim"})
    await customer.sees("Hello, Kim")
    await inbox.message("Hello, Kim").locator(".edited-mark").click()
    dialog = inbox.page.get_by_role("dialog")
    await expect(dialog.locator(".version .words")).to_have_text(["Hello, Kim", "Helo"])
    assert not await inbox.faults("versions")


@pytest.mark.parametrize("language", ["ko"])
async def test_notes_about_a_person_stand_beside_every_conversation(office: Office, language: Language):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.known_writes("Kim", "Hello")
    inbox, other = await mina.inbox(language=language), await bo.inbox(language=language)
    for one in (inbox, other):
        await one.open("Kim")
    field = inbox.page.get_by_role("textbox", name=inbox.words("person_note.add"))
    await field.fill("Likes dark roast")
    await field.press("Control+Enter")
    await expect(inbox.page.locator(".person-note .words")).to_have_text(["Likes dark roast"])
    # A colleague sees it come, and may not change it.
    await expect(other.page.locator(".person-note .words")).to_have_text(["Likes dark roast"])
    await expect(other.page.locator(".person-note").get_by_role("button")).to_have_count(0)
    await expect(field).to_have_value("")
    await inbox.page.get_by_role("button", name=inbox.words("timeline"), exact=True).click()
    lines = inbox.page.locator(".timeline-line")
    await expect(lines.first).to_contain_text(inbox.words("timeline.noted", name="Mina"))
    await expect(lines.first).to_contain_text("Likes dark roast")
    assert not await inbox.faults(f"person-{language}")
    await inbox.page.get_by_role("button", name=inbox.words("person_note.acts")).click()
    await inbox.page.get_by_role("option", name=inbox.words("person_note.remove")).click()
    await (
        inbox.page.get_by_role("dialog").get_by_role("button", name=inbox.words("person_note.remove")).click()
    )
    for one in (inbox, other):
        await expect(one.page.locator(".person-note")).to_have_count(0)


async def test_a_held_reply_on_a_phone(office: Office):
    mina = await office.hire("Mina")
    await may_undo(mina, LONG_ENOUGH)
    await office.writes("Hello")
    inbox = await mina.inbox(language="ko", viewport=PHONE, has_touch=True)
    await inbox.open(inbox.words("contact.unnamed"))
    await inbox.write("곧 보낼게요")
    await inbox.composer.locator("button.primary").click()
    await expect(inbox.page.locator(".held-foot")).to_be_visible()
    assert not await inbox.faults("held-phone")
    wide = await inbox.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
