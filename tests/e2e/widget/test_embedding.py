"""The script on other people's pages: who may have it, how pages speak to it, and how it outlives their routes."""

from __future__ import annotations

import pytest
from playwright.async_api import ConsoleMessage, Page, expect

from gateway.bus import CustomerHere
from tests.e2e.site import Site
from tests.e2e.widget.world import CUT, DESKTOP, PHONE, Chat, World, heard, until
from tests.servers.pages import accessibility_faults

HOSTS = "[...document.body.children].filter((it) => it.dataset.side).length"
"""How many buttons of ours the page has."""
KEEPS_NOTHING = """(() => {
  const refused = () => new DOMException("The operation is insecure.", "SecurityError");
  const refuse = () => { throw refused(); };
  for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
    Object.defineProperty(window, name, { get: refuse });
  }
  window.BroadcastChannel = function () { refuse(); };
  LockManager.prototype.request = () => Promise.reject(refused());
})()"""
"""What browsers do to a frame of another site while they let it keep nothing."""


def listen(page: Page) -> list[str]:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    return said


async def loaded(page: Page) -> None:
    await until(lambda: page.evaluate("window.ready === true"))


async def test_a_page_that_may_not_embed_is_told_so_at_once_and_customers_see_nothing(world: World):
    world.pages.expect("not among the pages that may embed")
    elsewhere = await Site.open()
    elsewhere.parley = world.site.parley
    page = await world.pages(viewport=DESKTOP)
    said = listen(page)
    await page.goto(elsewhere.url)
    await loaded(page)
    await page.evaluate("Parley.open()")
    await heard(page, "refused", "origin")
    (message,) = [text for text in said if text.startswith("Parley:")]
    origin = elsewhere.url.rstrip("/")
    for words in (f'"{origin}"', "origins", "[channels.web]", "config.toml"):
        assert words in message
    await page.wait_for_timeout(300)
    assert await page.evaluate(HOSTS) == 0 and len(page.frames) == 1
    await elsewhere.server.close()


async def test_a_policy_that_forbids_our_frame_is_named_at_once_and_leaves_a_way_to_the_chat(world: World):
    world.pages.expect("frame-src|Framing|violates")
    world.site.policy = "default-src 'none'; script-src 'self' {parley}; style-src 'self'"
    page = await world.pages(viewport=DESKTOP)
    said = listen(page)
    await page.goto(world.site.url)
    await loaded(page)
    async with page.expect_popup(timeout=5_000) as popup:
        await page.evaluate("Parley.open()")
        await until(lambda: _any(said, f"frame-src {world.site.parley}"), 3)
        # Within the window that a closed shadow root hides: the only thing there, so Tab finds it.
        await page.mouse.click(DESKTOP["width"] - 260, DESKTOP["height"] - 690)
    chat = await popup.value
    assert chat.url == f"{world.site.parley}/chat/web"
    # Its files are let through to the end: whoever hangs up in the middle leaves them open to the collector (aiohttp).
    await chat.wait_for_load_state("networkidle")


async def _any(said: list[str], words: str) -> bool:
    return any(words in text for text in said)


async def test_an_account_that_is_not_there_is_named(world: World):
    world.pages.expect("404|did not load|NotSameOrigin")
    page = await world.pages(viewport=DESKTOP)
    said = listen(page)
    world.site.account = "nowhere"
    await page.goto(world.site.url)
    await until(lambda: _any(said, 'Is there a chat account "nowhere"?'))


async def test_a_browser_that_lets_the_chat_keep_nothing_still_has_it(world: World):
    page = await world.pages(viewport=DESKTOP)
    await page.add_init_script(KEEPS_NOTHING)
    chat = await world.talk(page)
    await chat.ready()
    await chat.say("Is the blue one in stock?")
    await chat.settled()
    await world.shop.reply(await world.shop.conversation(), "Yes, two of them.")
    await chat.shows("Is the blue one in stock?", "Yes, two of them.")


async def test_both_forms_of_the_api_also_before_the_script_is_there(world: World):
    world.pages.expect('there is no "dance"')
    world.site.script = """
      window.heard = [];
      window.Parley = window.Parley || function () { (Parley.q = Parley.q || []).push(arguments); };
      Parley("on", "open", () => heard.push(["open", null]));
      Parley("update", { claims: { plan: "gold" }, side: "left", offset: [40, 60] });
      Parley("open");
    """
    page = await world.pages(viewport=DESKTOP)
    await page.goto(world.site.url)
    chat = await Chat.on(page)
    await heard(page, "open")
    await chat.say("hello")
    await chat.settled()
    await until(lambda: world.shop.one("select 1 from contacts where claims like '%gold%'"))
    place = "document.elementFromPoint(40 + 28, innerHeight - 60 - 28) === document.body.lastElementChild"
    assert await page.evaluate(place)
    await page.evaluate("Parley('close')")
    await expect(chat.frame.locator("main")).to_be_hidden()
    await page.evaluate("Parley('update', { hidden: true })")
    assert not await page.evaluate(place)
    await page.evaluate("Parley.update({ hidden: false })")
    assert await page.evaluate(place)
    await page.evaluate("Parley('dance')")


async def test_it_outlives_routes_that_swap_the_page_and_run_its_scripts_again(world: World):
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    page = chat.page
    await page.evaluate(
        """() => {
            history.pushState(null, "", "/other");
            const body = document.createElement("body");
            body.append(Object.assign(document.createElement("h1"), { textContent: "Another route" }));
            document.body.replaceWith(body);
        }"""
    )
    await until(lambda: page.evaluate(f"{HOSTS} === 1"))
    chat = await Chat.on(page)
    await chat.shows("hello")
    await page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.src = [...document.scripts].find((it) => it.dataset.account).src;
            script.dataset.account = "web";
            document.head.append(script);
        }"""
    )
    await page.wait_for_timeout(400)
    await page.evaluate("document.body.textContent = 'A third route'")
    await until(lambda: page.evaluate(f"{HOSTS} === 1"))
    chat = await Chat.on(page)
    await chat.say("still here")
    await chat.settled()
    await chat.shows("hello", "still here")
    assert await page.evaluate(HOSTS) == 1


async def test_only_an_open_conversation_connects_at_page_load_and_agents_see_her_come_back(world: World):
    here: list[bool] = []
    page = await world.visit()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await page.wait_for_timeout(500)
    assert not sockets and len(page.frames) == 1, "who has nothing open connects on opening"
    chat = await world.talk(page)
    await chat.say("hello")
    await chat.settled()
    await page.keyboard.press("Escape")
    await heard(page, "close")
    conversation = await world.shop.conversation()
    await page.goto("about:blank")
    person = (await world.shop.one("select person_id from identities"))["person_id"]
    world.shop.bus.take_signals(CustomerHere, lambda said: here.append(said.here and said.person == person))
    await world.visit(page)
    await until(lambda: _is(here, True))
    lease = await page.evaluate("JSON.parse(localStorage['parley-web']).until - Date.now()")
    assert 13 * 86_400_000 < lease <= 14 * 86_400_000, "in ms: it ends by itself"
    # A lease that ran out connects nobody. It has run out before the next page begins: this one may still renew it.
    await page.add_init_script(
        "const kept = localStorage['parley-web'];"
        "if (kept) localStorage['parley-web'] = JSON.stringify({ ...JSON.parse(kept), until: 1 });"
    )
    sockets.clear()
    page = await world.visit(page)
    await page.wait_for_timeout(500)
    assert not sockets and len(page.frames) == 1
    assert conversation


async def _is(here: list[bool], wanted: bool) -> bool:
    return wanted in here


@pytest.mark.parametrize("tag", ["", ' data-title="off"'])
async def test_the_pages_title_counts_what_is_new_and_is_given_back(world: World, tag: str):
    world.site.tag = tag
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    await chat.page.keyboard.press("Escape")
    await heard(chat.page, "close")
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "one")
    await heard(chat.page, "unread", 1)
    await world.shop.reply(conversation, "two")
    await heard(chat.page, "unread", 2)
    assert await chat.page.title() == ("A shop" if tag else "(2) A shop")
    await chat.page.evaluate("Parley.open()")
    await heard(chat.page, "unread", 0)
    assert await chat.page.title() == "A shop"


@pytest.mark.parametrize(
    ("page_lang", "speaks", "tag", "account", "spoken"),
    [
        ("ko", "en-US", "", "", "ko"),
        ("en-GB", "ko-KR", "", "", "en"),
        ("", "ko-KR", "", "", "ko"),
        ("fr", "ko-KR", "", "", "ko"),
        ("en", "en-US", ' data-lang="ko"', "", "ko"),
        ("en", "en-US", "", "ko", "ko"),
        ("ko", "ko-KR", ' data-lang="en"', "ko", "en"),
    ],
)
async def test_it_speaks_the_pages_language_unless_it_is_told_another(
    world: World, page_lang: str, speaks: str, tag: str, account: str, spoken: str
):
    words = {
        "placeholder": {"en": "Ask us", "ko": "물어보세요"},
        "greeting": {"en": "Hi!", "ko": "반가워요!"},
    }
    await world.configure(language=account, **words)
    world.site.lang, world.site.tag = page_lang, tag
    chat = await world.talk(locale=speaks)
    await expect(chat.frame.locator(".greeting")).to_have_text(words["greeting"][spoken])
    await expect(chat.frame.locator("textarea")).to_have_attribute(
        "placeholder", words["placeholder"][spoken]
    )
    await expect(chat.frame.locator("h1")).to_have_text({"en": "Hana Shop", "ko": "하나상점"}[spoken])


async def test_the_language_can_change_while_the_page_runs(world: World):
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    await chat.frame.locator("textarea").fill("half a thou")
    await chat.page.evaluate("Parley('update', { language: 'ko' })")
    await until(lambda: _count(chat.page, "lang=ko"))
    chat = await Chat.on(chat.page)
    await chat.shows("hello")
    await expect(chat.frame.locator("h1")).to_have_text("하나상점")
    await expect(chat.frame.locator("textarea")).to_have_value("half a thou")
    assert not await accessibility_faults(chat.page)


async def _count(page: Page, part: str) -> bool:
    return [part in frame.url for frame in page.frames[1:]] == [True]


async def test_a_phone_gives_the_page_back_as_it_was(world: World):
    chat = await world.talk(None, **PHONE)
    assert await chat.page.evaluate("document.documentElement.style.overflow") == "hidden"
    await chat.frame.get_by_role("button", name="Close the chat").click()
    await heard(chat.page, "close")
    assert await chat.page.evaluate("document.documentElement.style.overflow") == ""


async def test_the_server_away_at_page_load_is_no_fault_of_the_page(world: World):
    world.pages.expect(CUT + "|did not load")
    page = await world.pages(viewport=DESKTOP)
    await page.route("**/button.js", lambda route: route.abort())
    await world.visit(page)
    await page.evaluate("Parley.open()")
    assert await page.evaluate(HOSTS) == 0
