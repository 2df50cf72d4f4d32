"""One browser, several people: nobody sees what was another's."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.widget.world import CUT, DESKTOP, Chat, Door, World, heard
from tests.visitors.conftest import vouch


async def test_a_shared_browser_shows_nobody_what_was_anothers(world: World):
    world.pages.expect(CUT)
    world.site.tag = f' data-vouch="{vouch("anna", name="Anna")}"'
    page = await world.pages(viewport=DESKTOP)
    door = await Door.of(page)
    chat = await world.talk(page)
    await chat.say("Anna's words")
    await chat.settled()
    await chat.frame.locator("textarea").fill("Anna's draft")
    await door.cut()
    await chat.say("Anna's unsent words")
    await chat.frame.locator("textarea").fill("Anna's second draft")

    world.site.tag = f' data-vouch="{vouch("berta", name="Berta")}"'
    page = await world.visit(page)
    chat = await Chat.on(page)
    assert "Anna" not in await chat.frame.content()
    door.mend()
    await chat.ready()
    await page.wait_for_timeout(500)
    assert "Anna" not in await chat.frame.content()
    await expect(chat.frame.locator("textarea")).to_have_value("")
    await chat.say("Berta's words")
    await chat.settled()

    world.site.tag = ""
    page = await world.visit(page)
    chat = await Chat.on(page)
    await chat.ready()
    content = await chat.frame.content()
    assert "Anna" not in content and "Berta" not in content
    kept = await chat.frame.evaluate("JSON.stringify({...localStorage})")
    assert "Anna" not in kept and "Berta" not in kept

    world.site.tag = f' data-vouch="{vouch("anna", name="Anna")}"'
    page = await world.visit(page)
    chat = await Chat.on(page)
    await expect(chat.frame.get_by_text("Anna's words")).to_be_visible()


async def test_signing_out_without_a_page_load_clears_the_window_at_once(world: World):
    world.site.tag = ' data-vouch="later"'
    page = await world.visit()
    await page.evaluate("token => Parley.identify(token)", vouch("anna"))
    await page.evaluate("Parley.open()")
    chat = await Chat.on(page)
    await chat.say("Anna's words")
    await chat.settled()
    tab = await page.context.new_page()
    other = await world.visit(tab)
    await other.evaluate("token => Parley.identify(token)", vouch("anna"))
    other_chat = await Chat.on(other)
    await other_chat.shows("Anna's words")
    await page.evaluate("Parley.signOut()")
    await expect(chat.frame.locator(".greeting")).to_be_visible()
    assert "Anna" not in await chat.frame.content()
    await expect(other_chat.frame.get_by_text("Somebody else is signed in")).to_be_visible()
    assert "Anna's words" not in await other_chat.frame.content()
    await page.evaluate("token => Parley.identify(token)", vouch("anna"))
    await chat.shows("Anna's words")


@pytest.mark.parametrize("named", [True, False])
async def test_a_press_before_the_page_named_anybody_still_opens(world: World, named: bool):
    world.site.tag = ' data-vouch="later"'
    page = await world.visit()
    await page.evaluate("Parley.open()")
    if named:
        await page.evaluate("token => Parley.identify(token)", vouch("anna"))
    chat = await Chat.on(page)
    await expect(chat.frame.locator(".greeting")).to_be_visible()
    await chat.say("hello")
    await chat.settled()


async def test_a_forged_vouch_is_refused_with_its_reason(world: World):
    world.pages.expect("status of 401")
    world.site.tag = f' data-vouch="{vouch("anna")}x"'
    chat = await world.talk()
    await expect(chat.frame.get_by_text("could not be confirmed")).to_be_visible()


async def test_a_vouch_that_runs_out_keeps_what_is_written_until_the_page_brings_another(world: World):
    world.pages.expect("status of 401")
    world.site.tag = f' data-vouch="{vouch("anna", lasts=3)}"'
    chat = await world.talk()
    await chat.say("in time")
    await chat.settled()
    await expect(chat.frame.get_by_text("signed out for a while")).to_be_visible()
    await heard(chat.page, "vouch")
    await chat.say("too late")
    await expect(chat.frame.locator(".pending")).to_have_count(1)
    await chat.page.evaluate("token => Parley.identify(token)", vouch("anna"))
    await chat.settled()
    await chat.shows("in time", "too late")
    await world.all_stored(["in time", "too late"])
