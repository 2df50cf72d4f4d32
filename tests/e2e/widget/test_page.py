"""The widget on a strict page of another origin, and the reading of a story."""

from __future__ import annotations

from playwright.async_api import Request, expect

from gateway.bus import AgentTyping
from gateway.events import agent
from gateway.stream.seen import we_have_seen
from tests.e2e.widget.world import DESKTOP, Chat, World, heard, until
from tests.servers.pages import accessibility_faults


async def test_a_conversation_on_a_strict_page_of_another_origin(world: World):
    asked: list[Request] = []
    page = await world.pages(viewport=DESKTOP)
    page.on("request", lambda request: asked.append(request))
    await world.visit(page)
    await page.wait_for_timeout(300)
    ours = [
        request.url.removeprefix(world.site.parley) for request in asked if world.site.parley in request.url
    ]
    assert ours == ["/widget.js", "/chat/web/button.js"], (
        "before it is opened it loads the button and nothing else"
    )

    await page.mouse.click(DESKTOP["width"] - 48, DESKTOP["height"] - 48)
    chat = await Chat.on(page)
    await chat.ready()
    await chat.say("Is the blue one in stock?")
    await chat.settled()
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "Yes, two of them.")
    await world.shop.reply(conversation, "nobody outside reads this", note=True)
    await chat.shows("Is the blue one in stock?", "Yes, two of them.")
    await expect(chat.rows.last).to_contain_text("Mina")
    head = (await world.shop.one("select position from log_head"))["position"]
    by = agent(world.shop.agent)
    await world.shop.store.write(lambda tx: we_have_seen(tx, conversation, head, by))
    await expect(chat.rows.first.locator(".tick.seen")).to_be_visible()
    read = "select 1 from legs where read_to = last_sent_position"
    await until(lambda: world.shop.one(read))
    assert not await accessibility_faults(page)


async def test_a_page_that_styles_everything_does_not_touch_the_button(world: World):
    page = await world.visit()
    place = "document.elementFromPoint(innerWidth - 24, innerHeight - 48)"
    assert await page.evaluate(f"{place} === document.body.lastElementChild")
    for x, y in ((1100 - 80, 800 - 48), (1100 - 48, 800 - 80), (1100 - 16, 800 - 48)):
        assert not await page.evaluate(
            f"document.elementFromPoint({x}, {y}) === document.body.lastElementChild"
        )


async def test_agents_typing_is_shown_with_the_name_and_goes_by_itself(world: World):
    page = await world.pages(viewport=DESKTOP)
    await page.clock.install()
    chat = await world.talk(page)
    await chat.say("hello")
    await chat.settled()
    conversation = await world.shop.conversation()
    person = (await world.shop.one("select person_id from identities"))["person_id"]
    signal = AgentTyping(conversation, world.shop.agent, "t", "Mina", None, "public", True, (person,))
    world.shop.bus.signal(signal)
    await expect(chat.frame.get_by_text("Mina is typing")).to_be_visible()
    await world.shop.reply(conversation, "here I am")
    await expect(chat.frame.get_by_text("Mina is typing")).to_have_count(0)
    world.shop.bus.signal(signal)
    await expect(chat.frame.get_by_text("Mina is typing")).to_be_visible()
    await page.clock.fast_forward(world.shop.desk.limits.typing_expires)
    await expect(chat.frame.get_by_text("Mina is typing")).to_have_count(0)


async def test_a_closed_chat_counts_what_is_new_and_the_page_hears_it(world: World):
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    await chat.page.keyboard.press("Escape")
    await heard(chat.page, "close")
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "one")
    await world.shop.reply(conversation, "two")
    await heard(chat.page, "unread", 2)
    # On the next page the open conversation is heard at once, closed as it was left.
    page = await world.visit(chat.page)
    await heard(page, "unread", 2)
    again = await Chat.on(page)
    await expect(again.frame.locator("main")).to_be_hidden()
    await page.evaluate("Parley.open()")
    await again.shows("hello", "one", "two")
    await heard(page, "unread", 0)
    # Left open, it is open on the next page.
    page = await world.visit(page)
    await (await Chat.on(page)).shows("hello", "one", "two")


async def test_the_button_leaves_the_pages_own_controls_free(world: World):
    world.site.body = '<button id="buy">Buy</button>'
    page = await world.pages(viewport=DESKTOP)
    # As the site's own style would place it, in the very corner.
    place = (
        "buy.style.cssText = 'position:fixed;right:24px;bottom:24px;width:90px;height:48px;transform:none'"
    )
    await page.goto(world.site.url)
    await page.evaluate(place)
    await until(lambda: page.evaluate("window.ready === true"))
    await page.evaluate("dispatchEvent(new Event('resize'))")
    await until(
        lambda: page.evaluate("document.elementFromPoint(innerWidth - 48, innerHeight - 48).id === 'buy'")
    )
    above = (
        "document.elementFromPoint(innerWidth - 48, innerHeight - 48 - 72) === document.body.lastElementChild"
    )
    await until(lambda: page.evaluate(above))


async def test_the_story_so_far_is_there_and_older_pages_come_without_a_jump(world: World):
    chat = await world.talk()
    await chat.say("the very first")
    await chat.settled()
    conversation = await world.shop.conversation()
    for n in range(80):
        await world.shop.reply(conversation, f"line {n}")
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    await expect(chat.frame.get_by_text("line 79", exact=True)).to_be_in_viewport()
    log = chat.frame.get_by_role("log")
    before = await log.evaluate("it => { it.scrollTop = 0; return it.scrollHeight; }")
    await expect(chat.frame.locator("article")).to_have_count(60)
    moved = await log.evaluate("(it, before) => it.scrollTop - (it.scrollHeight - before)", before)
    assert abs(moved) < 60, "the reader's place stays where it was"

    async def climbs() -> bool:
        await log.evaluate("it => it.scrollTop = 0")
        return await chat.frame.get_by_text("the very first").count() == 1

    await until(climbs)
    await expect(chat.frame.locator(".greeting")).to_be_attached()
    # Far from the end nothing moves: a pill says what is new.
    at = await log.evaluate("it => it.scrollTop")
    await world.shop.reply(conversation, "news")
    await expect(chat.frame.get_by_role("button", name="1 new message")).to_be_visible()
    assert await log.evaluate("it => it.scrollTop") == at
    await chat.frame.get_by_role("button", name="1 new message").click()
    await expect(chat.frame.get_by_text("news", exact=True)).to_be_in_viewport()


async def test_script_in_words_and_names_stays_words(world: World):
    chat = await world.talk()
    text = '<img src=x onerror=alert(1)> javascript:alert(1) https://shop.example/?a="><b>'
    await chat.say(text)
    await chat.settled()
    await chat.shows(text)
    assert await chat.frame.locator("article .text a").count() == 1
