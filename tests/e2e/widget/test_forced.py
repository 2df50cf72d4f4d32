"""Forced colours (Windows contrast themes): nothing is told by a fill alone, and the focus is always seen.

PARLEY_SHOTS=FOLDER keeps a picture of each state.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.e2e.widget.world import DESKTOP, PHONE, Chat, World, until
from tests.servers.pages import accessibility_faults
from tests.visitors.test_say import png

DARK = {"viewport": DESKTOP, "color_scheme": "dark"}
LOOKS: dict[str, dict[str, Any]] = {"desk": {"viewport": DESKTOP}, "dark": DARK, "phone": PHONE}
LINE = """it => {
    const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(it);
    const ground = getComputedStyle(document.body).backgroundColor;
    return borderTopStyle !== "none" && parseFloat(borderTopWidth) >= 1 && borderTopColor !== ground;
}"""
RING = """() => {
    const it = document.activeElement;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(it);
    const ground = getComputedStyle(document.body).backgroundColor;
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && outlineColor !== ground;
    return [it.getAttribute("aria-label") || it.textContent, seen];
}"""

looks = pytest.mark.parametrize("look", LOOKS)


async def talk(world: World, look: str) -> Chat:
    world.site.lang = "ko"
    chat = await world.talk(forced_colors="active", **LOOKS[look])
    await chat.ready()
    return chat


async def clean(chat: Chat, name: str) -> None:
    if folder := os.environ.get("PARLEY_SHOTS"):
        await chat.page.screenshot(path=Path(folder) / f"forced-{name}.png")
    assert not await accessibility_faults(chat.page)


async def lines(chat: Chat, *places: str) -> None:
    for place in places:
        assert await chat.frame.locator(place).first.evaluate(LINE), place


@looks
async def test_every_part_of_the_story_has_a_line_around_it(world: World, look: str):
    chat = await talk(world, look)
    await chat.say("안녕하세요")
    await chat.settled()
    await world.shop.reply(await world.shop.conversation(), "**운송장** `123`이에요.\n\n- 오늘\n- 내일")
    await expect(chat.frame.locator(".marked code")).to_be_visible()
    await lines(chat, ".mine .text", ".theirs .text", ".marked code", ".theirs .face", ".send", ".composer")
    assert (
        await chat.frame.locator("header").evaluate("it => getComputedStyle(it).borderBottomWidth") == "1px"
    )
    await clean(chat, f"story-{look}")


@looks
async def test_a_file_on_its_way_shows_how_far_it_is(world: World, look: str):
    chat = await talk(world, look)
    going = asyncio.Event()

    async def hold(route: Route) -> None:
        await going.wait()
        await route.continue_()

    await chat.page.context.route("**/visitor/web/uploads*", hold)
    file = FilePayload(name="photo.png", mimeType="image/png", buffer=png(320, 200))
    await chat.frame.locator("input[type=file]").set_input_files(file)
    await expect(chat.frame.locator(".chosen img")).to_be_visible()
    await chat.frame.locator(".send").click()
    bar = chat.frame.locator("progress")
    await expect(bar).to_be_visible()
    await lines(chat, "progress")
    assert await bar.evaluate("it => it.offsetHeight") >= 5, "there is room for what has gone up"
    await clean(chat, f"upload-{look}")
    going.set()
    await chat.settled()
    await chat.frame.get_by_role("link", name="photo.png").click()
    await expect(chat.frame.get_by_role("dialog").locator("img")).to_have_js_property("naturalWidth", 320)
    await clean(chat, f"picture-{look}")


@looks
async def test_what_is_wrong_is_framed(closed: World, look: str):
    chat = await talk(closed, look)

    async def refuse(route: Route) -> None:
        problem = {"type": "refused", "text": "errors.text_too_long", "params": {}}
        await route.fulfill(status=422, json=problem)

    closed.pages.expect("status of 422")
    await chat.page.context.route("**/visitor/web/messages", refuse)
    await chat.say("나쁜 말")
    await expect(chat.frame.locator(".refused")).to_be_visible()
    program = FilePayload(name="run.exe", mimeType="application/x-msdownload", buffer=b"MZ")
    await chat.frame.locator("input[type=file]").set_input_files(program)
    await expect(chat.frame.locator(".troubles")).to_be_visible()
    await lines(chat, ".refused .text", ".why button", ".troubles", ".away input", ".away .go")
    await clean(chat, f"wrong-{look}")


@pytest.mark.parametrize("look", ["desk", "dark"])
async def test_whoever_comes_by_keyboard_sees_where_she_is(closed: World, look: str):
    chat = await talk(closed, look)
    await expect(chat.frame.locator(".away input")).to_be_visible()
    await chat.say("https://shop.example/a")
    await chat.settled()
    await chat.frame.get_by_role("button", name="이모지").click()
    await until(lambda: chat.frame.locator(".emojis button").first.is_visible())
    await chat.frame.locator("header button").focus()
    met: list[str] = []
    for _ in range(8):
        await chat.page.keyboard.press("Tab")
        name, seen = await chat.frame.evaluate(RING)
        assert seen, f"no ring around {name}"
        met.append(name)
    assert {"메시지", "https://shop.example/a", "남기기", "파일 첨부하기", "이모지"} <= set(met)
    await clean(chat, f"focus-{look}")
