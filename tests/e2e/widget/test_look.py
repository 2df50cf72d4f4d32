"""What it looks like: the business's colour and face, themes, phones, and people who need it otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from gateway.channels._colour import contrast
from tests.e2e.widget.world import DESKTOP, PHONE, World, heard, until
from tests.servers.pages import accessibility_faults
from tests.visitors.test_say import png

PALE = "#fff3bf"
STYLE = "(it, name) => getComputedStyle(it)[name]"


def hexed(rgb: str) -> str:
    """ "rgb(1, 2, 3)" as the style sheet would write it."""
    return "#" + "".join(f"{int(part):02x}" for part in rgb[rgb.index("(") + 1 : -1].split(",")[:3])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", [PALE, "#111111", "#e03131", "#3b5bdb"])
async def test_any_brand_colour_reads_in_light_and_dark(world: World, colour: str, scheme: str):
    await world.configure(colour=colour)
    chat = await world.talk(viewport=DESKTOP, color_scheme=scheme)
    await chat.ready()
    await chat.say("hello https://shop.example/a")
    await chat.settled()
    for place in ("header", ".mine .text"):
        it = chat.frame.locator(place)
        ground, text = [hexed(await it.evaluate(STYLE, name)) for name in ("backgroundColor", "color")]
        assert ground == colour and text in ("#000000", "#ffffff")
        assert contrast(ground, text) >= 4.5
        shadow = await it.evaluate(STYLE, "boxShadow")
        if colour == PALE:
            assert contrast(hexed(shadow.partition(")")[0] + ")"), "#ffffff") >= 3, "a pale colour has a line"
    assert not await accessibility_faults(chat.page)


async def test_the_business_shows_its_face_and_places_its_button(world: World, tmp_path: Path):
    face = tmp_path / "face.png"
    face.write_bytes(png(64, 64))
    await world.configure(picture=str(face), side="left", offset=[8, 70], icon="help")
    page = await world.visit()
    # Below, left and right of it there is the page.
    button = "document.elementFromPoint({x}, innerHeight - {y}) === document.body.lastElementChild"
    assert await page.evaluate(button.format(x=8 + 28, y=70 + 28))
    for x, y in ((4, 98), (36, 60), (8 + 60, 98)):
        assert not await page.evaluate(button.format(x=x, y=y))
    chat = await world.talk(page)
    await expect(chat.frame.locator("header img")).to_have_js_property("naturalWidth", 64)
    # The window stands above the button, at the same side.
    assert await page.evaluate(button.format(x=8 + 380, y=70 + 120))
    assert not await accessibility_faults(page)


async def test_on_a_phone_the_keyboard_never_covers_the_field(world: World):
    page = await world.pages(**PHONE)
    # Chromium has no on-screen keyboard here: the page is told what one would leave.
    await page.add_init_script(
        """if (self === top) {
            const { prototype } = VisualViewport;
            const height = Object.getOwnPropertyDescriptor(prototype, "height").get;
            Object.defineProperty(prototype, "height", { get() { return self.left ?? height.call(this); } });
            self.keyboard = (left) => { self.left = left; visualViewport.dispatchEvent(new Event("resize")); };
        }"""
    )
    chat = await world.talk(page)
    await chat.say("hello")
    await chat.settled()
    assert await chat.frame.evaluate("innerHeight") == 667
    await page.evaluate("keyboard(360)")
    await until(lambda: chat.frame.evaluate("innerHeight === 360"))
    field = await chat.frame.locator("textarea").bounding_box()
    assert field and field["y"] + field["height"] <= 360
    await expect(chat.frame.get_by_text("hello", exact=True)).to_be_in_viewport()
    await page.evaluate("keyboard(undefined)")
    await until(lambda: chat.frame.evaluate("innerHeight === 667"))


async def test_on_a_phone_with_a_notch_nothing_stands_under_it(world: World):
    page = await world.pages(**PHONE)
    tools = await page.context.new_cdp_session(page)
    insets = {"top": 47, "bottom": 34, "left": 0, "right": 0}
    await tools.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    world.site.viewport = "width=device-width, initial-scale=1, viewport-fit=cover"
    chat = await world.talk(page)
    await until(lambda: chat.frame.evaluate("innerHeight === 667 - 47 - 34"))
    header = await chat.frame.locator("header").bounding_box()
    field = await chat.frame.locator(".composer").bounding_box()
    assert header and header["y"] >= 47
    assert field and field["y"] + field["height"] <= 667 - 34


async def test_who_wants_no_motion_gets_none(world: World):
    chat = await world.talk(viewport=DESKTOP, reduced_motion="reduce")
    await chat.ready()
    moving = "document.getAnimations().length"
    assert await chat.frame.evaluate(moving) == 0 and await chat.page.evaluate(moving) == 0


@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"contrast": "more"}], ids=str)
async def test_who_needs_more_contrast_sees_every_edge(world: World, options: dict[str, Any]):
    world.site.lang = "ko"
    chat = await world.talk(viewport=DESKTOP, **options)
    await chat.say("안녕하세요")
    await chat.settled()
    await world.shop.reply(await world.shop.conversation(), "무엇을 도와드릴까요?")
    await chat.shows("안녕하세요", "무엇을 도와드릴까요?")
    assert not await accessibility_faults(chat.page)
    if "forced_colors" in options:
        for place in (".mine .text", ".theirs .text", ".send"):
            assert await chat.frame.locator(place).evaluate(STYLE, "borderTopWidth") == "1px"
    else:
        assert await chat.frame.evaluate("document.documentElement.dataset.theme") == "contrast"
    await chat.page.keyboard.press("Escape")
    await heard(chat.page, "close")
