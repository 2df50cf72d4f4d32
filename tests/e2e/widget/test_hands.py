"""Keyboard, input methods, phone, languages and themes."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.widget.world import DESKTOP, PHONE, Chat, World, until
from tests.servers.pages import accessibility_faults
from tests.visitors.conftest import vouch


async def test_enter_sends_but_never_while_a_syllable_is_composed(world: World):
    chat = await world.talk(locale="ko-KR")
    await chat.ready()
    area = chat.frame.locator("textarea")
    await area.fill("안녕하세")
    await area.evaluate(
        """it => {
            const enter = (more) =>
                it.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...more }));
            enter({ isComposing: true });
            enter({ keyCode: 229 });
            enter({ shiftKey: true });
        }"""
    )
    await expect(area).to_have_value("안녕하세")
    await area.press("Enter")
    await chat.settled()
    await chat.shows("안녕하세")


async def test_everything_by_keyboard_and_the_focus_comes_back(world: World):
    page = await world.visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    chat = await Chat.on(page)
    await expect(chat.frame.locator("textarea")).to_be_focused()
    await page.keyboard.type("typed")
    await page.keyboard.press("Enter")
    await chat.settled()
    await page.keyboard.press("Escape")
    await until(lambda: page.evaluate("heard.at(-1)[0] === 'close'"))
    await page.keyboard.press("Enter")
    await until(lambda: page.evaluate("heard.at(-1)[0] === 'open'"))
    await expect(chat.frame.locator("textarea")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus_inside(world: World, scheme: str):
    world.site.lang = "ko"
    chat = await world.talk(None, **PHONE, color_scheme=scheme)
    await expect(chat.frame.locator(".greeting")).to_contain_text("안녕하세요")
    size = await chat.frame.evaluate("[innerWidth, innerHeight]")
    assert size == [375, 667]
    await chat.say("무엇을 도와주나요?")
    await chat.settled()
    await chat.frame.get_by_role("button", name="채팅 닫기").focus()
    await chat.page.keyboard.press("Shift+Tab")
    inside = "document.activeElement !== document.body && document.hasFocus()"
    for _ in range(8):
        await chat.page.keyboard.press("Tab")
        assert await chat.frame.evaluate(inside)
    assert not await accessibility_faults(chat.page)
    await chat.frame.get_by_role("button", name="채팅 닫기").click()
    await until(lambda: chat.page.evaluate("heard.at(-1)[0] === 'close'"))


async def test_the_page_of_its_own(world: World):
    page = await world.pages(locale="ko-KR", viewport=DESKTOP, color_scheme="dark")
    await page.goto(f"{world.site.parley}/chat/web#vouch={vouch('anna', name='Anna')}")
    await expect(page).to_have_title("하나상점")
    assert page.url == f"{world.site.parley}/chat/web"
    chat = Chat(page, page.main_frame)
    await chat.say("바로 왔어요")
    await chat.settled()
    assert not await accessibility_faults(page)
    english = await world.pages()
    await english.goto(f"{world.site.parley}/chat/web?lang=en")
    await expect(english).to_have_title("Hana Shop")
