"""The demo's phones: from a phone to the inbox and back, through the simulated provider and the real adapters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from gateway.sandbox.pictures import picture
from tests.e2e.office import DESKTOP, GONE, PHONE, Colleague, Office, OpenDemo
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.phone import PhonePage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LOCALES, Language
from tests.servers.pages import Pages

SHORT = {"PARLEY_SANDBOX__HISTORY": "12"}
HANEUL, OLIVIA = "김하늘", "Olivia Brandt"


async def phone_of(new_page: Pages, demo: Office, language: Language = "en", **options: object) -> PhonePage:
    page = await new_page(**{"viewport": DESKTOP, "locale": LOCALES[language], **options})
    return await PhonePage.of(page, demo, language)


async def open_newest(sora: Colleague, text: str, language: Language = "en") -> InboxPage:
    """Her inbox, with the conversation that just came."""

    async def preview() -> str:
        return str((await sora.conversation())["preview"]["text"])

    await become(preview, text)
    number = (await sora.conversation())["number"]
    return await sora.inbox(f"/c/{number}", language)


async def fares(sora: Colleague, text: str, delivery: str) -> None:
    """Wait until what became of it is this."""

    async def told() -> str | None:
        key = (await sora.conversation())["id"]
        page = await sora.ask("GET", f"/conversations/{key}/messages", limit=100)
        return next((one.get("delivery") for one in page["messages"] if one["text"] == text), None)

    await become(told, delivery)


@pytest.mark.parametrize("language", ["ko"])
async def test_whatsapp_there_and_back_with_ticks(open_demo: OpenDemo, new_page: Pages, language: Language):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo, language), await demo.click_link("supervisor")
    await phone.open("whatsapp")
    await phone.say("안녕하세요")
    await phone.ticks("안녕하세요", "delivered")
    inbox = await open_newest(sora, "안녕하세요", language)
    await inbox.sees("안녕하세요")
    # The name is that of her profile.
    await expect(inbox.page.locator(".head-contact")).to_have_text(HANEUL)

    # While an answer is typed the phone shows so, by which hers was read too; a note is nobody's business.
    await inbox.write("메모", "note")
    await phone.ticks("안녕하세요", "delivered")
    await inbox.note("메모")
    await inbox.write("반갑습니다")
    await expect(phone.typing).to_be_visible()
    await phone.ticks("안녕하세요", "read")
    await inbox.reply("반갑습니다!")
    await expect(phone.typing).to_have_count(0)
    await phone.sees("안녕하세요", "반갑습니다!")
    # Her chat is open: it is read as it comes.
    await fares(sora, "반갑습니다!", "read")
    await phone.close()
    await inbox.reply("또 뵈어요")
    await fares(sora, "또 뵈어요", "delivered")
    await expect(phone.owner(HANEUL).locator(".badge")).to_have_text("1")
    await phone.open("whatsapp")
    await fares(sora, "또 뵈어요", "read")
    await expect(phone.owner(HANEUL).locator(".badge")).to_have_count(0)
    await phone.has_received(HANEUL, 2)


async def test_text_messages_with_photos_and_airplane_mode(
    open_demo: OpenDemo, new_page: Pages, tmp_path: Path
):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.take(OLIVIA)
    await phone.open("sms")
    await phone.say("Is this normal?")
    inbox = await open_newest(sora, "Is this normal?")
    await phone.send_picture("machine")
    await expect(inbox.log.locator(".bubble img")).to_be_visible()

    (tmp_path / "parcel.png").write_bytes(picture("parcel"))
    await inbox.attach(tmp_path / "parcel.png")
    await inbox.reply("It is, look")
    await expect(phone.log.locator("img")).to_have_count(2)
    await fares(sora, "It is, look", "delivered")

    await phone.flies()
    await inbox.reply("Until six")
    await fares(sora, "Until six", "sent")
    await phone.say("Where are you?")
    await phone.ticks("Where are you?", "waits")
    await expect(phone.entry("Until six")).to_have_count(0)
    await phone.lands()
    await inbox.sees("Where are you?")
    await fares(sora, "Until six", "delivered")
    await expect(phone.entry("Until six")).to_be_visible()


async def test_in_bad_weather_nothing_is_lost_and_nothing_comes_twice(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.open("sms")
    await phone.say("Hello?")
    inbox = await open_newest(sora, "Hello?")
    # Everything that calls us comes twice and late; the first sending is taken, but its answer never comes.
    for share in ("repeated", "delayed"):
        await phone.slide(share, 100)
    await phone.next("cut_after")
    await inbox.reply("Here we are")
    await inbox.reply("How can I help?")
    await phone.sees("Hello?", "Here we are", "How can I help?")
    for text in ("Here we are", "How can I help?"):
        await fares(sora, text, "delivered")
    await phone.say("Thanks")
    await inbox.sees("Hello?", "Thanks")
    await phone.has_received(HANEUL, 2)


async def test_a_template_s_button_is_an_answer(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.open("whatsapp")
    await phone.say("When does it come?")
    inbox = await open_newest(sora, "When does it come?")
    templates = (await sora.ask("GET", "/templates", account="whatsapp", q="order_sent"))["templates"]
    key = next(one["key"] for one in templates if one["language"] == "en")
    body = {"template": {"key": key, "variables": {"1": "Haneul"}}, "visibility": "public", "client_id": "t1"}
    await sora.ask("POST", f"/conversations/{(await sora.conversation())['id']}/messages", body)
    await phone.log.get_by_role("button", name="Yes, I will").click()
    await phone.ticks("Yes, I will", "delivered")
    await expect(inbox.page.get_by_text("Yes, I will").first).to_be_visible()


async def test_a_stop_stands_on_the_phone_and_holds_us_back(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.open("sms")
    await phone.say("STOP")
    await expect(phone.page.get_by_text(phone.words("stopped"))).to_be_visible()

    async def opted_out() -> bool:
        return any(leg["opted_out_at"] for leg in (await sora.conversation())["legs"])

    await become(opted_out, True)
    await phone.say("START")
    await expect(phone.page.get_by_text(phone.words("stopped"))).to_have_count(0)
    await become(opted_out, False)


async def test_in_a_tab_that_nobody_looks_at_nothing_is_read(open_demo: OpenDemo, new_page: Pages):
    demo = await open_demo(**SHORT)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.open("whatsapp")
    await phone.say("Hello?")
    inbox = await open_newest(sora, "Hello?")
    await phone.look_away(True)
    await inbox.reply("Hello!")
    await fares(sora, "Hello!", "delivered")
    # The tab says that something is there.
    await expect(phone.page).to_have_title(re.compile(r"^\(1\) "))
    await phone.look_away(False)
    await fares(sora, "Hello!", "read")
    await phone.sees("Hello?", "Hello!")
    await expect(phone.page).to_have_title(re.compile(r"^Parley"))


async def test_the_phones_forget_when_the_demo_stops_and_parley_does_not(
    open_demo: OpenDemo, new_page: Pages
):
    demo = await open_demo(**SHORT)
    new_page.expect(GONE)
    phone, sora = await phone_of(new_page, demo), await demo.click_link("supervisor")
    await phone.open("whatsapp")
    await phone.say("before")
    await phone.ticks("before", "delivered")
    await demo.dies()
    await expect(phone.page.get_by_text(phone.words("failed"))).to_be_visible()
    await phone.field.fill("meanwhile")
    await phone.field.press("Enter")
    await expect(phone.page.get_by_text(phone.words("not_sent"))).to_be_visible()
    await expect(phone.field).to_have_value("meanwhile")
    await demo.comes_back()
    await expect(phone.entry("before")).to_have_count(0)
    await expect(phone.page.get_by_text(phone.words("failed"))).to_have_count(0)
    await phone.say("after")
    await phone.ticks("after", "delivered")
    await sora.has(["before", "after"])


async def test_by_keyboard_alone_and_with_an_input_method(open_demo: OpenDemo, new_page: Pages):
    phone = await phone_of(new_page, await open_demo(**SHORT))
    await phone.chats.last.focus()
    await phone.page.keyboard.press("Enter")
    await expect(phone.field).to_be_focused()
    await phone.compose("ㅎ", "하", "한")
    await phone.press_composing("Enter", "Enter")
    await expect(phone.log.locator(".entry")).to_have_count(0)
    await phone.confirm("한")
    await phone.page.keyboard.press("Enter")
    await phone.ticks("한", "delivered")
    await expect(phone.field).to_be_focused()
    await phone.page.keyboard.type("begun")
    await phone.page.keyboard.press("Escape")
    # Back on the list, where one was; and what was begun is kept.
    await expect(phone.chats.last).to_be_focused()
    await phone.page.keyboard.press("Enter")
    await expect(phone.field).to_have_value("begun")
    await phone.reload()
    await expect(phone.entry("한")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
async def test_the_page_is_for_everybody(
    open_demo: OpenDemo, new_page: Pages, language: Language, scheme: str
):
    demo = await open_demo(**SHORT)
    for viewport in (DESKTOP, PHONE):
        phone = await phone_of(new_page, demo, language, viewport=viewport, color_scheme=scheme)
        page = phone.page
        assert await phone.faults(f"phones-home-{scheme}-{language}-{viewport['width']}") == []
        for kind in ("sms", "whatsapp"):
            await phone.open(kind)
            await phone.say("W" * 400)
            await phone.flies()
            await phone.send_picture("parcel") if kind == "sms" else await phone.say("مرحبا")
            await page.get_by_role("button", name=phone.words("more")).click()
            assert await phone.faults(f"phones-{kind}-{scheme}-{language}-{viewport['width']}") == []
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await phone.lands()
            await phone.close()
