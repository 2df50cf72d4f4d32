"""What was begun and not sent: it moves with its agent, and a list's row shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.office import PHONE, Office
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import Language
from tests.e2e.test_inbox_composer import acts, current, macro, stands


async def test_a_draft_moves_with_the_agent_and_two_devices_lose_nothing(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    desk = await mina.inbox()
    hand = await mina.inbox(viewport=PHONE, has_touch=True, is_mobile=True)
    await desk.open("One")
    await desk.write("From the desk")
    await hand.open("One")
    await expect(hand.field).to_have_value("From the desk")
    await expect(desk.row("One").locator(".row-draft")).to_have_text(desk.words("preview.draft"))
    await hand.field.fill("From the hand")
    await expect(desk.field).to_have_value("From the hand")
    crossed = desk.composer.locator(".composer-crossed")
    await expect(crossed).to_contain_text("From the desk")
    await crossed.get_by_role("button", name=desk.words("draft.swap")).click()
    await expect(desk.field).to_have_value("From the desk")
    await expect(crossed).to_contain_text("From the hand")
    await expect(hand.field).to_have_value("From the desk")
    await desk.reload()
    await expect(desk.field).to_have_value("From the desk")
    await desk.field.press("Enter")
    await expect(hand.field).to_have_value("")


async def test_files_and_pending_acts_move_with_the_draft(office: Office, tmp_path: Path):
    mina = await office.hire("Mina", "supervisor")
    await macro(mina, "Done", "All done.", status="closed")
    await office.known_writes("One", "Hello")
    desk = await mina.inbox()
    hand = await mina.inbox(viewport=PHONE, has_touch=True, is_mobile=True)
    await desk.open("One")
    (tmp_path / "price.txt").write_text("a: 1")
    (tmp_path / "other.txt").write_text("b: 2")
    await desk.composer.locator("input[type=file]").set_input_files(
        [tmp_path / "price.txt", tmp_path / "other.txt"]
    )
    await expect(desk.row("One").locator(".row-preview")).to_contain_text("2 files")
    await desk.write("/Done")
    await expect(current(desk)).to_have_text("Done")
    await desk.field.press("Enter")
    await expect(acts(desk)).to_have_text([re.compile(".+")])
    # The other device has it all, and what it takes away is gone from the first.
    await hand.open("One")
    await expect(hand.field).to_have_value("All done.")
    await expect(hand.composer.locator(".upload-name")).to_have_text(["price.txt", "other.txt"])
    await expect(acts(hand)).to_have_text(await acts(desk).all_text_contents())
    remove = hand.words("upload.remove", name="other.txt")
    await hand.composer.get_by_role("button", name=remove).click()
    await expect(desk.composer.locator(".upload-name")).to_have_text(["price.txt"])
    await desk.reload()
    await expect(desk.composer.locator(".upload-name")).to_have_text(["price.txt"])
    await expect(acts(desk)).to_have_count(1)
    # Sent here, it has gone there as well.
    await hand.field.press("Enter")
    await expect(hand.log.locator(".file-name")).to_have_text(["price.txt"])
    await become(lambda: stands(mina), ("closed", 0, 0))
    for one in (desk, hand):
        await expect(one.composer.locator(".upload-name")).to_have_count(0)
        await expect(acts(one)).to_have_count(0)


@pytest.mark.parametrize("language", ["ko"])
async def test_a_row_says_what_was_begun_and_shows_no_marks(office: Office, language: Language):
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("**mine** stay")
    inbox = await mina.inbox(language=language)
    await inbox.open(inbox.words("contact.unnamed"))
    preview = inbox.page.locator(".row-preview")
    await expect(preview).to_have_text("**mine** stay")
    await inbox.reply("**Big** and `small`")
    await expect(preview).to_contain_text("Big and small")
    await expect(preview).not_to_contain_text("*")
    await inbox.write("_Ask_ Bo", "note")
    await expect(preview).to_have_text(f"{inbox.words('preview.draft_note')} Ask Bo")
    await inbox.write("Soon")
    await expect(preview).to_have_text(f"{inbox.words('preview.draft')} Soon")
    await inbox.field.fill("")
    await expect(preview).to_contain_text("Ask Bo")
    assert not await inbox.faults(f"drafts-{language}")


async def test_words_typed_without_a_network_are_newer(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    desk, hand = await mina.inbox(), await mina.inbox()
    for one in (desk, hand):
        await one.open("One")
    office.new_page.expect(r"ERR_INTERNET_DISCONNECTED")
    await desk.offline()
    await desk.write("Written in the train")
    await hand.write("At the office")

    async def kept() -> str:
        drafts: dict[str, str] = (await mina.ask("GET", "/conversations/1"))["drafts"]
        return drafts.get("public", "")

    await become(kept, "At the office")
    await desk.online()
    await expect(hand.field).to_have_value("Written in the train")
    await expect(desk.field).to_have_value("Written in the train")
    await expect(hand.composer.locator(".composer-crossed")).to_contain_text("At the office")
