"""A mail in the making: its marks as they go out, and the same draft on two devices."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.e2e.letterbox import JUN, asks, open_letterbox
from tests.e2e.office import PHONE, OpenOffice
from tests.e2e.pages.inbox import InboxPage

NAME = "Hana Kim"
PASTE = """(field, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "plain");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
RICH = "<p>See <b>this</b> <a href='https://shop.example/a'>offer</a>:</p><ul><li>one<ul><li>two</li></ul></li></ul>"


def html_of(mail: Any) -> str:
    drawn = re.sub(r' style="[^"]*"', "", mail.get_body(("html",)).get_content())
    return re.sub(r">\n+<", "><", drawn)


async def test_a_mail_goes_out_as_it_was_written(open_office: OpenOffice) -> None:
    async with open_letterbox() as box:
        office = await open_office(**box.settings)
        mina = await office.hire("Mina")
        await box.writes(asks(copy=f"Jun Park <{JUN}>"))
        inbox = await mina.inbox()
        await inbox.open(NAME)
        await inbox.act("reply-one").click()
        await expect(inbox.act("recipients")).not_to_contain_text("Jun Park")
        await writes(inbox)
        await inbox.field.press("Control+Enter")
        [mail, *others] = await box.sent(1)
        assert not others and mail["Cc"] is None
        html = html_of(mail)
        assert "<p>Hello <strong>world</strong>!</p>" in html
        assert "<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>" in html
        assert '<p>See <strong>this</strong> <a href="https://shop.example/a">offer</a>:</p>' in html
        assert "<ul><li>one<ul><li>two</li></ul></li></ul>" in html
        assert "*" not in html


async def writes(inbox: InboxPage) -> None:
    field, keys = inbox.field, inbox.page.keyboard
    await field.focus()
    # Pressed, written, pressed once more; taken back, and once more.
    await keys.type("Hello ")
    await keys.press("Control+b")
    await keys.type("world")
    await keys.press("Control+b")
    await keys.type("!")
    await expect(field).to_have_value("Hello **world**!")
    await keys.press("Control+b")
    await expect(field).to_have_value("Hello **world**!****")
    await keys.press("Control+z")
    await expect(field).to_have_value("Hello **world**!")
    await keys.press("Enter")
    await keys.press("Enter")
    await keys.type("1. a")
    await keys.press("Enter")
    await keys.type("b")
    await keys.press("Control+BracketRight")
    await keys.press("Enter")
    await keys.press("Enter")
    await keys.type("c")
    await keys.press("Enter")
    await keys.press("Enter")
    await field.evaluate(PASTE, RICH)
    await expect(field).to_have_value(re.compile(r"\n   - two$"))
    # Marks round nothing do not go out, nor does a link without an address.
    await keys.press("Control+b")
    await expect(field).to_have_value(re.compile(r"\*\*\*\*$"))


async def test_a_mail_that_was_begun_goes_on_on_another_device(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    price = tmp_path / "price.txt"
    price.write_text("a: 1")
    async with open_letterbox() as box:
        office = await open_office(**box.settings)
        mina = await office.hire("Mina")
        await box.writes(asks(copy=f"Jun Park <{JUN}>"))
        desk = await mina.inbox()
        await desk.open(NAME)
        await desk.act("recipients").click()
        copy = desk.composer.get_by_label(desk.words("mail.cc"), exact=True)
        await copy.fill("Bo Lee <bo@naver.example>")
        await copy.press("Enter")
        await desk.composer.get_by_label(desk.words("subject")).fill("Two cups")
        await desk.write("From the desk")
        await desk.attach(price)
        await expect(desk.row(NAME).locator(".row-draft")).to_be_visible()
        hand = await mina.inbox(language="ko", viewport=PHONE, has_touch=True)
        await hand.open(NAME)
        await expect(hand.field).to_have_value("From the desk")
        for told in ("Bo Lee", "Two cups"):
            await expect(hand.act("recipients")).to_contain_text(told)
        await expect(hand.composer.locator(".upload")).to_contain_text("price.txt")
        await hand.field.fill("From the desk, and the hand")
        await hand.composer.get_by_role("button", name=hand.words("composer.send"), exact=True).click()
        mail: Any = (await box.sent(3))[0]
        assert mail["Subject"] == "Two cups"
        assert [one.display_name for one in mail["Cc"].addresses] == ["Jun Park", "Bo Lee"]
        assert [one.get_filename() for one in mail.iter_attachments()] == ["price.txt"]
        assert "and the hand" in mail.get_body(("plain",)).get_content()
        await expect(desk.field).to_have_value("")
        await expect(desk.composer.get_by_label(desk.words("subject"))).to_have_value("")
