"""Whatever is cut, nothing is lost, doubled or reordered; files and pictures too."""

from __future__ import annotations

import asyncio

from playwright.async_api import FilePayload, Route, expect

from tests.e2e.widget.world import CUT, DESKTOP, Chat, Door, World
from tests.servers.pages import accessibility_faults
from tests.visitors.test_say import png


async def test_what_is_written_offline_goes_out_in_order_when_the_network_is_back(world: World):
    world.pages.expect(CUT)
    chat = await world.talk()
    await chat.say("0")
    await chat.settled()
    for turn in range(3):
        await chat.page.context.set_offline(True)
        for n in range(3):
            await chat.say(f"{turn}.{n}")
        await expect(chat.frame.locator(".pending")).to_have_count(3)
        await expect(chat.frame.get_by_text("You are offline")).to_be_visible()
        await chat.page.context.set_offline(False)
        await chat.say(f"{turn}.3")
        await chat.settled()
    texts = ["0", *(f"{turn}.{n}" for turn in range(3) for n in range(4))]
    await chat.shows(*texts)
    await world.all_stored(texts)


async def test_unsent_words_and_a_photo_survive_a_reload(world: World):
    world.pages.expect(CUT)
    page = await world.pages(viewport=DESKTOP)
    door = await Door.of(page)
    chat = await world.talk(page)
    await chat.say("before")
    await chat.settled()
    await door.cut()
    await chat.say("first unsent")
    photo = FilePayload(name="photo.png", mimeType="image/png", buffer=png(320, 200))
    await chat.frame.locator("input[type=file]").set_input_files(photo)
    await chat.say("with a photo")
    await chat.say("last unsent")
    await expect(chat.frame.locator(".pending")).to_have_count(3)
    await chat.frame.locator("textarea").fill("half a thou")
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    await expect(chat.frame.locator(".pending")).to_have_count(3)
    await expect(chat.frame.locator(".pending img")).to_have_js_property("naturalWidth", 320)
    await expect(chat.frame.locator("textarea")).to_have_value("half a thou")
    door.mend()
    await chat.settled()
    await chat.shows("before", "first unsent", "with a photo", "last unsent")
    await world.all_stored(["before", "first unsent", "with a photo", "last unsent"])
    (file,) = await world.shop.all("select f.* from attachments f join messages m on m.id = f.message_id")
    assert (file["name"], file["width"]) == ("photo.png", 320)


async def test_an_answer_that_is_lost_on_its_way_doubles_nothing(world: World):
    world.pages.expect(CUT)
    chat = await world.talk()
    await chat.ready()
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and lost < 2:
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await chat.page.context.route("**/visitor/web/messages", lose)
    for n in range(3):
        await chat.say(str(n))
    await chat.settled()
    await chat.shows("0", "1", "2")
    await world.all_stored(["0", "1", "2"])
    assert lost == 2


async def test_the_server_goes_and_comes_back_in_the_middle(world: World):
    world.pages.expect(CUT)
    chat = await world.talk()
    await chat.say("before")
    await chat.settled()
    conversation = await world.shop.conversation()
    await world.stop()
    await chat.say("meanwhile 1")
    await chat.say("meanwhile 2")
    await expect(chat.frame.locator(".pending")).to_have_count(2)
    await expect(chat.frame.get_by_text("Connecting. What you write is kept.")).to_be_visible()
    await chat.frame.get_by_role("button", name="Try now").click()
    await expect(chat.frame.locator(".pending")).to_have_count(2)
    await world.start()
    await world.shop.reply(conversation, "we are back")
    await chat.settled()
    await world.all_stored(["before", "meanwhile 1", "meanwhile 2"])
    await expect(chat.frame.get_by_text("we are back", exact=True)).to_be_visible()
    texts = await chat.frame.locator("article .text").all_inner_texts()
    assert sorted(texts) == ["before", "meanwhile 1", "meanwhile 2", "we are back"]
    await world.shop.reply(conversation, "and still here")
    await expect(chat.frame.locator("article .text").last).to_have_text("and still here")


async def test_two_tabs_are_one_person_with_one_line(world: World):
    one = await world.talk()
    await one.say("from one")
    await one.settled()
    tab = await one.page.context.new_page()
    two = await world.talk(tab)
    await two.shows("from one")
    await asyncio.gather(one.say("a"), two.say("b"))
    await one.say("c")
    for chat in (one, two):
        await expect(chat.frame.locator("article .text")).to_have_count(4)
        await chat.settled()
    assert sorted(await world.stored()) == ["a", "b", "c", "from one"]
    order = await one.frame.locator("article .text").all_inner_texts()
    assert order == await two.frame.locator("article .text").all_inner_texts() == await world.stored()


async def test_a_refusal_stops_its_row_and_nothing_else(world: World):
    world.pages.expect("status of 422")
    chat = await world.talk()
    await chat.ready()
    refusing = True

    async def refuse(route: Route) -> None:
        if refusing and '"bad"' in (route.request.post_data or ""):
            problem = {"type": "refused", "text": "errors.text_too_long", "params": {}}
            await route.fulfill(status=422, json=problem)
        else:
            await route.continue_()

    await chat.page.context.route("**/visitor/web/messages", refuse)
    for text in ("good", "bad", "after"):
        await chat.say(text)
    row = chat.frame.locator(".refused")
    await expect(row).to_contain_text("Not sent. The message is too long.")
    await world.all_stored(["good", "after"])
    assert not await accessibility_faults(chat.page)
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    row = chat.frame.locator(".refused")
    await expect(row).to_have_count(1)
    refusing = False
    await row.get_by_role("button", name="Try again").click()
    await chat.settled()
    await world.all_stored(["good", "after", "bad"])
    refusing = True
    await chat.say("bad")
    await chat.frame.locator(".refused").get_by_role("button", name="Delete").click()
    await expect(chat.frame.locator(".refused")).to_have_count(0)
    await chat.shows("good", "after", "bad")


async def test_the_server_says_when_to_come_back(world: World):
    world.pages.expect("status of 429")
    chat = await world.talk()
    await chat.ready()
    times: list[float] = []

    async def slow_down(route: Route) -> None:
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            problem = {"type": "too_many", "text": "rate.too_many", "params": {}}
            await route.fulfill(status=429, headers={"Retry-After": "2"}, json=problem)
        else:
            await route.continue_()

    await chat.page.context.route("**/visitor/web/messages", slow_down)
    await chat.say("patience")
    await chat.say("and more")
    await chat.settled()
    assert times[1] - times[0] >= 2
    await world.all_stored(["patience", "and more"])


async def test_pictures_are_pasted_and_dropped_and_what_cannot_go_is_said(world: World):
    chat = await world.talk()
    await chat.ready()
    await chat.frame.evaluate(
        """async (bytes) => {
            const put = (name, type, size) => {
                const data = new DataTransfer();
                data.items.add(new File([size ? new Uint8Array(size) : new Uint8Array(bytes)], name, { type }));
                return data;
            };
            dispatchEvent(new ClipboardEvent("paste", { clipboardData: put("", "image/png"), bubbles: true }));
            dispatchEvent(new DragEvent("drop", { dataTransfer: put("dropped.png", "image/png"), bubbles: true }));
            dispatchEvent(new DragEvent("drop", { dataTransfer: put("tool.exe", "application/x-msdownload") }));
        }""",
        list(png(60, 40)),
    )
    await expect(chat.frame.locator(".chosen li")).to_have_count(2)
    await expect(chat.frame.get_by_role("alert")).to_contain_text(
        "tool.exe is a kind of file that cannot be sent"
    )
    await chat.frame.get_by_role("button", name="Remove pasted.png").click()
    await chat.frame.get_by_role("button", name="Send").click()
    await chat.settled()
    await expect(chat.frame.locator("article .picture img")).to_have_js_property("naturalWidth", 60)
    # After a reload it is no longer our own copy that is shown but the stored file.
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    picture = chat.frame.locator("article .picture img")
    await expect(picture).to_have_js_property("naturalWidth", 60)
    assert "/media/" in str(await picture.get_attribute("src"))
