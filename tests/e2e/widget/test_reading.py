"""Reading in the window: what is new, said aloud once, pictures, files, links, emoji."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Request, expect

from tests.e2e.widget.world import CUT, DESKTOP, PHONE, Chat, World, heard, until
from tests.servers.pages import accessibility_faults
from tests.visitors.test_say import png


async def test_a_new_message_is_said_aloud_once_and_nothing_else_is(world: World):
    chat = await world.talk()
    await chat.say("my own words")
    await chat.settled()
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "We have two.")
    await expect(chat.aloud).to_have_text(["Mina said: We have two."])
    await expect(chat.frame.get_by_role("log")).to_have_attribute("aria-live", "off")
    await expect(chat.aloud).to_have_count(0, timeout=10_000)
    # A page later the same words are history.
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    await chat.shows("my own words", "We have two.")
    await expect(chat.aloud).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "ko"])
async def test_a_line_shows_where_the_new_ones_begin_until_she_has_been_here(world: World, lang: str):
    world.site.lang = lang
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "read at once")
    line = chat.frame.locator(".new-line")
    await chat.shows("hello", "read at once")
    await expect(line).to_have_count(0)
    await chat.page.keyboard.press("Escape")
    await heard(chat.page, "close")
    await world.shop.reply(conversation, "new one")
    await world.shop.reply(conversation, "new two")
    await heard(chat.page, "unread", 2)
    # Also on another page, where the story is loaded anew.
    await world.visit(chat.page)
    await heard(chat.page, "unread", 2)
    chat = await Chat.on(chat.page)
    await chat.page.evaluate("Parley.open()")
    line = chat.frame.locator(".new-line")
    await expect(line).to_have_text({"en": "New messages", "ko": "새 메시지"}[lang])
    order = ".new-line, article .text"
    await expect(chat.frame.locator(order)).to_have_text(
        ["hello", "read at once", await line.inner_text(), "new one", "new two"]
    )
    await until(lambda: chat.page.evaluate("heard.at(-1)[1] === 0"))
    await expect(line).to_have_count(1)
    assert not await accessibility_faults(chat.page)
    await chat.say("thanks")
    await expect(line).to_have_count(0)


@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, PHONE], ids=["desktop", "phone"])
async def test_a_picture_takes_the_whole_screen_and_gives_it_back(world: World, device: dict[str, object]):
    chat = await world.talk(None, **device)
    for name, size in (("first.png", (320, 200)), ("second.png", (1600, 900))):
        file = FilePayload(name=name, mimeType="image/png", buffer=png(*size))
        await chat.frame.locator("input[type=file]").set_input_files(file)
        await expect(chat.frame.locator(".chosen img")).to_be_visible()
        await chat.frame.locator(".send").click()
        await chat.settled()
    await expect(chat.frame.locator("article img")).to_have_count(2)
    small = await chat.frame.evaluate("[innerWidth, innerHeight]")
    opener = chat.frame.get_by_role("link", name="Open picture first.png")
    place = await opener.bounding_box()
    await opener.press("Enter")
    box = chat.frame.get_by_role("dialog", name="Picture first.png")
    await expect(box.locator("img")).to_have_js_property("naturalWidth", 320)
    screen = await chat.page.evaluate("[innerWidth, innerHeight]")
    await until(lambda: chat.frame.evaluate("size => `${[innerWidth, innerHeight]}` === `${size}`", screen))
    await expect(box).to_contain_text("first.png")
    await expect(box.get_by_role("button", name="Previous picture")).to_be_hidden()
    assert not await accessibility_faults(chat.page)
    await chat.page.keyboard.press("ArrowRight")
    box = chat.frame.get_by_role("dialog", name="Picture second.png")
    await expect(box.locator("img")).to_have_js_property("naturalWidth", 1600)
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        await chat.page.keyboard.press(key)
        assert await chat.frame.evaluate(
            "document.activeElement.closest('dialog') !== null && document.hasFocus()"
        )
    seen = await box.locator("img").bounding_box()
    assert seen and seen["width"] <= screen[0]
    await chat.page.keyboard.press("Escape")
    await expect(chat.frame.locator("dialog")).to_have_count(0)
    await until(lambda: chat.frame.evaluate("size => `${[innerWidth, innerHeight]}` === `${size}`", small))
    await expect(opener).to_be_focused()
    assert await opener.bounding_box() == place, "the reader's place is where it was"
    assert not await chat.page.evaluate("heard.some(([what]) => what === 'close')"), (
        "Escape closed the picture only"
    )


async def test_files_say_their_name_and_size_and_links_lead_nowhere_bad(world: World):
    chat = await world.talk()
    file = FilePayload(name="invoice.csv", mimeType="text/csv", buffer=b"a,b\n" * 600)
    await chat.frame.locator("input[type=file]").set_input_files(file)
    await expect(chat.frame.locator(".chosen")).to_contain_text("2.4 kB")
    await chat.say("javascript:alert(1) data:text/html,x https://shop.example/b. me@shop.example")
    await chat.settled()
    row = chat.frame.get_by_role("link", name="Download invoice.csv, 2.4 kB")
    await expect(row).to_be_visible()
    links = await chat.frame.locator("article .text a").evaluate_all(
        "all => all.map((it) => [it.href, it.rel])"
    )
    assert links == [
        ["https://shop.example/b", "noopener noreferrer nofollow"],
        ["mailto:me@shop.example", "noopener noreferrer nofollow"],
    ]


async def test_a_photo_chosen_and_sent_while_offline_goes_out_when_the_network_is_back(world: World):
    world.pages.expect(CUT + "|later-")
    chat = await world.talk()
    await chat.ready()
    await chat.page.context.set_offline(True)
    photo = FilePayload(name="photo.png", mimeType="image/png", buffer=png(320, 200))
    await chat.frame.locator("input[type=file]").set_input_files(photo)
    await expect(chat.frame.locator(".composer")).to_contain_text("photo.png")
    await chat.frame.locator(".send").click()
    await expect(chat.frame.locator(".pending")).to_have_count(1)
    await chat.page.context.set_offline(False)
    await chat.settled()
    await expect(chat.frame.locator("article img")).to_have_js_property("naturalWidth", 320)


async def test_emoji_are_loaded_when_they_are_wanted_and_walked_by_arrows(world: World):
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page = await world.pages(viewport=DESKTOP)
    page.on("request", note)
    chat = await world.talk(page)
    await chat.ready()
    assert not any("/later-" in url for url in asked)
    await chat.frame.locator("textarea").fill("Hi ")
    await chat.frame.get_by_role("button", name="Emoji").click()
    first = chat.frame.locator(".emojis button").first
    await first.focus()
    assert sum("/later-" in url for url in asked) == 1
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(chat.frame.locator("textarea")).to_have_value("Hi 😄")
    await expect(chat.frame.locator("textarea")).to_be_focused()
    assert not await accessibility_faults(page)
    await first.focus()
    await page.keyboard.press("Escape")
    await expect(chat.frame.locator(".emojis")).to_have_count(0)
    await expect(chat.frame.locator("main")).to_be_visible()
