"""Files that go with a message: what holds it, how they look before they go, and in which order they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import Language
from tests.e2e.test_inbox_composer import problem
from tests.e2e.test_inbox_conversation import picture

NAME = "a program with a name that is long enough to be cut.exe"
SHAPE = """(row) => [...row.querySelectorAll(".words, .text, img:not(.face), .file-name")]
    .map((it) => it.tagName === "IMG" ? "picture" : it.textContent)"""


@pytest.mark.parametrize("language", ["en"])
async def test_a_refused_file_holds_the_message(office: Office, tmp_path: Path, language: Language):
    """The words may speak of it: it is removed or replaced first, never left behind in silence."""
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox(language=language)
    await inbox.open("One")
    for name, body in (
        ("one.txt", b"1" * 50),
        ("two.txt", b"2"),
        (NAME, b"MZ"),
        ("box.png", picture(60, 40)),
    ):
        (tmp_path / name).write_bytes(body)
    await inbox.attach(tmp_path / "one.txt", tmp_path / NAME, tmp_path / "box.png")
    chips = inbox.composer.locator(".upload")
    await expect(chips).to_have_count(3)
    bad = inbox.composer.locator(".upload.bad")
    await expect(bad).to_contain_text(inbox.words("upload.kind"))
    shown = bad.locator(".upload-name")
    await expect(shown).to_have_text(NAME)
    assert await shown.evaluate("(it) => it.scrollWidth <= it.clientWidth && it.clientWidth > 200")
    await expect(chips.nth(0)).to_contain_text("50 bytes" if language == "en" else "50바이트")
    # A picture is known by its looks.
    await expect(chips.nth(2).locator("img")).to_have_js_property("naturalWidth", 60)

    await inbox.write("with files")
    await inbox.field.press("Enter")
    holds = inbox.words("upload.holds", name=NAME)
    await expect(problem(inbox)).to_have_text(holds)
    send = inbox.composer.get_by_role("button", name=inbox.words("composer.send"), exact=True)
    await expect(send).to_be_disabled()
    await expect(inbox.field).to_have_value("with files")
    assert await inbox.faults("upload") == []
    await inbox.tells(["Hello"])

    async with inbox.page.expect_file_chooser() as choosing:
        await bad.get_by_role("button", name=inbox.words("upload.replace_one", name=NAME)).click()
    await (await choosing.value).set_files(tmp_path / "two.txt")
    await expect(bad).to_have_count(0)
    await expect(inbox.composer.locator(".upload-name")).to_have_text(["one.txt", "two.txt", "box.png"])
    await inbox.composer.locator("input[type=file]").first.set_input_files(tmp_path / NAME)
    await expect(problem(inbox)).to_have_text(holds)
    await inbox.composer.get_by_role("button", name=inbox.words("upload.remove", name=NAME)).click()
    await expect(problem(inbox)).to_have_count(0)
    await expect(inbox.composer.locator("progress")).to_have_count(0)
    await send.click()
    await inbox.sees("with files")
    await expect(inbox.message("with files").locator(".file-name")).to_have_text(["one.txt", "two.txt"])
    await expect(chips).to_have_count(0)


async def reads(side: InboxPage | ChatPage, text: str, order: list[str]) -> None:
    """Its message that begins with these words goes on with the files in this order."""
    await side.sees(text)
    await become(lambda: side.message(text).evaluate(SHAPE), [text, *order])


async def test_agent_and_customer_read_the_same_order(office: Office, tmp_path: Path):
    mina = await office.hire("Mina")
    customer = await office.customer()
    await customer.say("Hello")
    await customer.sees("Hello")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    (tmp_path / "note.txt").write_text("note")
    (tmp_path / "box.png").write_bytes(picture(60, 40))
    files = (tmp_path / "note.txt", tmp_path / "box.png")
    order = ["picture", "note.txt"]
    await inbox.attach(*files)
    await inbox.reply("ours")
    await reads(inbox, "ours", order)
    await reads(customer, "ours", order)
    await customer.attach(*files)
    await customer.say("hers")
    await reads(customer, "hers", order)
    await reads(inbox, "hers", order)


async def test_a_macro_that_is_looked_for_is_no_draft_yet(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    preview = inbox.row("One").locator(".row-preview")
    await inbox.act("macro").click()
    await expect(inbox.field).to_have_value("/")
    await expect(preview).to_have_text("Hello")
    await inbox.field.press_sequentially("ship")
    await expect(preview).to_have_text("Hello")
    await inbox.field.fill("/ship it")
    await expect(preview).to_have_text(f"{inbox.words('preview.draft')} /ship it")
