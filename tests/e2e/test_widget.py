"""The widget in a real browser, on a strict page of another origin: everything a customer's day brings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Frame, Locator, Page, Request, Route, WebSocketRoute, expect

from gateway.bus import AgentTyping
from gateway.events import agent
from gateway.stream.seen import we_have_seen
from tests.e2e.site import Site
from tests.servers.pages import Pages, accessibility_faults
from tests.visitors.conftest import Shop, open_shop, vouch
from tests.visitors.test_say import png

DESKTOP = {"width": 1100, "height": 800}
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
CUT = r"ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket connection"


@dataclass
class World:
    """A site, the shop behind it, and the way to open its pages."""

    site: Site
    pages: Pages
    folder: Path
    shop: Shop = field(init=False)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def start(self) -> None:
        port = self.site.parley and int(self.site.parley.rpartition(":")[2])
        url, origins = f"sqlite:///{self.folder}/parley.db", [self.site.url.rstrip("/")]
        opening = open_shop(url, self.folder, port=port or None, origins=origins)
        self.shop = await self._stack.enter_async_context(opening)
        self.site.parley = str(self.shop.server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        await self._stack.aclose()

    async def visit(self, page: Page | None = None, **options: Any) -> Page:
        page = page or await self.pages(**{"viewport": DESKTOP, **options})
        await page.goto(self.site.url)
        await until(lambda: page.evaluate("window.ready === true"))
        return page

    async def talk(self, page: Page | None = None, **options: Any) -> Chat:
        """A page with the chat open on it."""
        page = await self.visit(page, **options)
        await page.evaluate("Parley.open()")
        return await Chat.on(page)

    async def stored(self) -> list[str]:
        rows = await self.shop.all(
            "select text from messages where author_kind = 'customer' order by position"
        )
        return [row["text"] for row in rows]

    async def all_stored(self, texts: list[str]) -> None:
        async def there() -> bool:
            return await self.stored() == texts

        await until(there, 15)


@dataclass
class Chat:
    """The chat window of a page, as a customer uses it."""

    page: Page
    frame: Frame

    @classmethod
    async def on(cls, page: Page) -> Chat:
        async def there() -> bool:
            return any("/chat/" in frame.url for frame in page.frames)

        await until(there)
        return cls(page, next(frame for frame in page.frames if "/chat/" in frame.url))

    @property
    def field(self) -> Locator:
        return self.frame.get_by_label("Your message").or_(self.frame.get_by_label("메시지", exact=True).last)

    @property
    def rows(self) -> Locator:
        return self.frame.locator("article")

    async def say(self, text: str) -> None:
        await self.frame.locator("textarea").fill(text)
        await self.frame.locator("textarea").press("Enter")

    async def shows(self, *texts: str) -> None:
        """Exactly these bubbles, in this order."""
        await expect(self.frame.locator("article .text")).to_have_text(list(texts), timeout=15_000)

    async def settled(self) -> None:
        """Nothing is on its way any more."""
        await expect(self.frame.locator(".pending")).to_have_count(0, timeout=15_000)

    async def ready(self) -> None:
        await expect(self.frame.locator(".greeting, article").first).to_be_visible()


@pytest.fixture
async def world(new_page: Pages, tmp_path: Path) -> AsyncIterator[World]:
    site = await Site.open()
    made = World(site, new_page, tmp_path)
    await made.start()
    yield made
    await new_page.close()
    await made.stop()
    await site.server.close()


class Door:
    """Cuts a page's browser from the customers' door, and mends it; pages and scripts still load."""

    def __init__(self, page: Page) -> None:
        self.context = page.context
        self.shut = False
        self._sockets: list[WebSocketRoute] = []

    @classmethod
    async def of(cls, page: Page) -> Door:
        """Before the page is opened."""
        door = cls(page)
        await door.context.route("**/visitor/**", door._http)
        await door.context.route_web_socket("**/ws/visitor/**", door._socket)
        return door

    async def _http(self, route: Route) -> None:
        await (route.abort() if self.shut else route.continue_())

    async def _socket(self, socket: WebSocketRoute) -> None:
        if self.shut:
            await socket.close()
        else:
            self._sockets.append(socket)
            socket.connect_to_server()

    async def cut(self) -> None:
        self.shut = True
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self.shut = False


async def until(true: Callable[[], Awaitable[Any]], patience: float = 10) -> None:
    async with asyncio.timeout(patience):
        while not await true():  # noqa: ASYNC110 (what is awaited has no event of ours)
            await asyncio.sleep(0.03)


async def heard(page: Page, what: str, *value: Any) -> None:
    """The page's own script was told. By evaluate, because the page's policy forbids what wait_for_function does."""

    async def told() -> bool:
        said = await page.evaluate("window.heard || []")
        return any(one == what and (not value or told == value[0]) for one, told in said)

    await until(told)


# --- on somebody's page ---------------------------------------------------------------------------------------------


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
    chat = await world.talk()
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
    await expect(chat.frame.get_by_text("Mina is typing")).to_have_count(0, timeout=8_000)


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
    await page.wait_for_timeout(600)
    assert await page.evaluate("document.elementFromPoint(innerWidth - 48, innerHeight - 48).id") == "buy"
    above = (
        "document.elementFromPoint(innerWidth - 48, innerHeight - 48 - 72) === document.body.lastElementChild"
    )
    assert await page.evaluate(above)


# --- nothing is lost, doubled or reordered --------------------------------------------------------------------------


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
    photo = {"name": "photo.png", "mimeType": "image/png", "buffer": png(320, 200)}
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
    await world.start()
    await world.shop.reply(conversation, "we are back")
    await chat.settled()
    await world.all_stored(["before", "meanwhile 1", "meanwhile 2"])
    await expect(chat.frame.get_by_text("we are back")).to_be_visible()
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
        await expect(chat.frame.locator("article .text")).to_have_count(4, timeout=15_000)
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


# --- files ----------------------------------------------------------------------------------------------------------


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


# --- one browser, several people ------------------------------------------------------------------------------------


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


# --- reading --------------------------------------------------------------------------------------------------------


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
    for _ in range(4):
        await log.evaluate("it => it.scrollTop = 0")
        await chat.page.wait_for_timeout(200)
    await expect(chat.frame.get_by_text("the very first")).to_be_attached()
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


# --- hands, eyes and languages --------------------------------------------------------------------------------------


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
    chat = await world.talk(**PHONE, color_scheme=scheme)
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


async def test_a_page_that_may_not_embed_gets_a_way_out_and_no_chat(world: World):
    world.pages.expect("frame-ancestors|Framing")
    elsewhere = await Site.open()
    elsewhere.parley = world.site.parley
    page = await world.pages(viewport=DESKTOP)
    await page.goto(elsewhere.url)
    await until(lambda: page.evaluate("window.ready === true"))
    await page.evaluate("Parley.open()")
    await page.wait_for_timeout(500)
    assert not any("/chat/web" in frame.url for frame in page.frames)
    await elsewhere.server.close()
