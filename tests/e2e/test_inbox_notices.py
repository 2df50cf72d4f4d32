"""Being told: the list, watching, how others see one, what rings, and what comes while no tab is open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from gateway.visitors.wire import PROTOCOL
from tests.e2e.office import DESKTOP, OFFLINE, PHONE, Colleague, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import agree, become
from tests.e2e.pages.words import LANGUAGES, Language
from tests.servers.pages import Pages
from tests.servers.push_service import push_service

# What the operating system and the loudspeaker would be told. `asked`: how often for permission.
EARS = """(() => {
  if (origin === "null") return;
  const kept = JSON.parse(localStorage.getItem("test.ears") ?? '{"asked": 0, "permission": "default"}');
  const heard = window.__heard = { shown: [], tones: 0, closed: [] };
  const keep = () => localStorage.setItem("test.ears", JSON.stringify(kept));
  Object.defineProperty(Notification, "permission", { get: () => kept.permission });
  Notification.requestPermission = async () => {
    kept.asked += 1;
    kept.permission = "granted";
    keep();
    return "granted";
  };
  window.__asked = () => kept.asked;
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    heard.shown.push({ title, ...options });
  };
  ServiceWorkerRegistration.prototype.getNotifications = async function ({ tag }) {
    return [{ close: () => heard.closed.push(tag) }];
  };
  class Tone {
    constructor() { this.frequency = {}; }
    connect(to) { return to; }
    start() { heard.tones += 1; }
    stop() {}
  }
  class Gain {
    constructor() {
      this.gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
    }
    connect(to) { return to; }
  }
  window.AudioContext = class {
    constructor() { this.state = "running"; this.currentTime = 0; this.destination = {}; }
    resume() { return Promise.resolve(); }
    createOscillator() { return new Tone(); }
    createGain() { return new Gain(); }
  };
})()"""


def bell(inbox: InboxPage) -> Locator:
    return inbox.act("notices")


def panel(inbox: InboxPage) -> Locator:
    return inbox.page.get_by_role("dialog", name=inbox.words("notices.title"))


def rows(inbox: InboxPage) -> Locator:
    return inbox.page.locator("[data-notice]")


async def unread(inbox: InboxPage, n: int) -> None:
    """What the bell says, in figures and in words."""
    await expect(bell(inbox).locator(".bell-count")).to_have_text([str(n)] if n else [])
    await expect(bell(inbox)).to_have_attribute(
        "title", inbox.words("notices.bell.other", n=n) if n else inbox.words("notices.title")
    )


async def mention(by: Colleague, whom: Colleague, text: str, conversation: str = "") -> str:
    talk = conversation or (await by.conversation())["id"]
    body = {"text": text, "visibility": "note", "client_id": f"n{abs(hash(text))}", "mentions": [whom.id]}
    await by.ask("POST", f"/conversations/{talk}/messages", body)
    return talk


async def give(by: Colleague, whom: Colleague, conversation: str = "") -> str:
    talk = conversation or (await by.conversation())["id"]
    await by.ask("PATCH", f"/conversations/{talk}", {"assignee": whom.id})
    return talk


# --- the list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LANGUAGES)
async def test_one_key_opens_the_list_and_enter_leads_to_the_message(office: Office, layout: Language):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "where is my parcel?")
    await mention(office.boss, mina, "please look at this")
    inbox = await mina.inbox(language=layout)
    await unread(inbox, 1)
    await inbox.press_key("KeyB", "ㅠ" if layout == "ko" else "b")
    await expect(panel(inbox)).to_be_visible()
    await expect(rows(inbox).first).to_be_focused()
    await expect(rows(inbox).first).to_contain_text(inbox.words("notice.mention", actor="Ada"))
    await expect(rows(inbox).first).to_contain_text("please look at this")
    await inbox.page.keyboard.press("Escape")
    await expect(panel(inbox)).to_have_count(0)
    await expect(bell(inbox)).to_be_focused()
    await inbox.press_key("KeyB", "ㅠ" if layout == "ko" else "b")
    await inbox.page.keyboard.press("Enter")
    await inbox.sees("please look at this")
    await expect(panel(inbox)).to_have_count(0)
    assert re.search(r"/c/\d+\?m=\w+$", inbox.page.url)
    await unread(inbox, 0)
    page = await mina.ask("GET", "/notices")
    assert [one["read"] for one in page["notices"]] == [True]


async def test_the_list_is_live_filtered_and_read_in_every_tab(office: Office):
    mina = await office.hire("Mina")
    for name in ("Kim", "Lee", "Park"):
        await office.known_writes(name, f"I am {name}")
        await mention(office.boss, mina, f"about {name}")
    inbox = await mina.inbox()
    other = await inbox.fresh()
    await unread(inbox, 3)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(3)
    await mention(office.boss, mina, "one more")
    await expect(rows(inbox)).to_have_count(4)
    await unread(other, 4)

    await panel(inbox).get_by_role("button", name=inbox.words("notices.mark")).first.click()
    await unread(inbox, 3)
    await unread(other, 3)
    await expect(rows(inbox).first).to_be_focused()
    await panel(inbox).get_by_role("button", name=inbox.words("notices.unread"), exact=True).click()
    await expect(rows(inbox)).to_have_count(3)
    await rows(inbox).nth(0).focus()
    await inbox.page.keyboard.press("ArrowDown")
    await expect(rows(inbox).nth(1)).to_be_focused()
    await inbox.page.keyboard.press("k")
    await expect(rows(inbox).nth(0)).to_be_focused()
    await inbox.page.keyboard.press("End")
    await expect(rows(inbox).nth(2)).to_be_focused()
    await panel(inbox).get_by_role("button", name=inbox.words("notices.read_all")).click()
    await expect(rows(inbox)).to_have_count(0)
    await expect(panel(inbox)).to_contain_text(inbox.words("notices.none_unread"))
    await unread(other, 0)
    await panel(inbox).get_by_role("button", name=inbox.words("notices.all"), exact=True).click()
    await expect(rows(inbox)).to_have_count(4)


async def test_a_customer_who_writes_again_is_one_notice_and_reading_her_reads_it(office: Office):
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    await give(office.boss, mina)
    inbox = await mina.inbox("/settings/me")
    await unread(inbox, 1)
    await office.goes_on(token, "are you there?")
    await unread(inbox, 2)
    await office.goes_on(token, "hello??")
    await bell(inbox).click()
    await expect(rows(inbox).first).to_contain_text(inbox.words("notice.replied_many", contact="Kim", n=2))
    await expect(rows(inbox)).to_have_count(2)
    await expect(inbox.page).to_have_title(re.compile(r"^\(1\) "))
    await inbox.page.keyboard.press("Enter")
    await inbox.sees("hello??")
    await unread(inbox, 0)


async def test_older_ones_come_page_by_page(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    talk = (await office.boss.conversation())["id"]
    for n in range(60):
        await mention(office.boss, mina, f"note {n}", talk)
    inbox = await mina.inbox()
    await unread(inbox, 60)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(20)
    more = panel(inbox).get_by_role("button", name=inbox.words("notices.more"))
    await more.click()
    await expect(rows(inbox)).to_have_count(50)
    await more.click()
    await expect(rows(inbox)).to_have_count(60)
    await expect(more).to_have_count(0)


# --- watching -------------------------------------------------------------------------------------------------------


async def test_watching_by_key_and_menu_is_told_in_every_tab(office: Office):
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    inbox = await mina.inbox()
    await inbox.open("Kim")
    other = await inbox.fresh()
    chip = inbox.head.get_by_role("button", name=inbox.words("unwatch"))
    await expect(chip).to_have_count(0)
    await inbox.page.keyboard.press("w")
    await expect(chip).to_have_text(inbox.words("watching"))
    await expect(other.head.get_by_role("button", name=other.words("unwatch"))).to_be_visible()
    await inbox.open_list("mine")
    await office.goes_on(token, "are you there?")
    await unread(inbox, 1)
    await chip_in(other).click()
    await expect(chip_in(other)).to_have_count(0)
    await other.choose(other.head.get_by_title(other.words("more"), exact=True), other.words("watch"))
    await expect(chip_in(other)).to_be_visible()
    await other.is_true()


def chip_in(inbox: InboxPage) -> Locator:
    return inbox.head.get_by_role("button", name=inbox.words("unwatch"))


# --- how others see one ---------------------------------------------------------------------------------------------


async def test_busy_by_hand_is_seen_by_colleagues_and_stays(office: Office):
    mina = await office.hire("Mina")
    inbox, boss = await mina.inbox(), await office.boss.inbox()
    face = boss.page.locator(".nav-people li")
    await expect(face).to_have_attribute("title", "Mina · online")
    await inbox.choose(inbox.act("availability"), inbox.words("availability.busy"))
    await expect(face).to_have_attribute("title", "Mina · busy")
    await expect(inbox.page.locator(".nav-state")).to_have_text("busy")
    await inbox.reload()
    await inbox.settled()
    await expect(inbox.page.locator(".nav-state")).to_have_text("busy")
    await inbox.choose(inbox.act("availability"), inbox.words("availability.online"))
    await expect(face).to_have_attribute("title", "Mina · online")


async def test_who_is_idle_is_away_and_back_with_the_first_key(open_office: OpenOffice, new_page: Pages):
    new_page.expect("WebSocket is closed before")  # two minutes in a moment: the page takes it for a sleep
    office = await open_office(PARLEY_LIMITS__PRESENCE_SETTLES="0", PARLEY_LIMITS__PRESENCE_PING="1000")
    mina = await office.hire("Mina")
    boss = await office.boss.inbox()
    inbox = await mina.inbox("/list/mine")
    await expect(inbox.page.locator(".nav-state")).to_have_text("online")
    await inbox.page.clock.install()
    await inbox.reload()
    await inbox.settled()
    await inbox.page.clock.run_for(125_000)
    await expect(boss.page.locator(".nav-people li")).to_have_attribute("title", "Mina · away")

    async def state() -> str:
        await inbox.page.clock.run_for(1_000)
        return await inbox.page.locator(".nav-state").text_content() or ""

    await become(state, "away")
    await inbox.act("availability").click()
    await become(state, "online")


# --- what rings -----------------------------------------------------------------------------------------------------


async def heard(*pages: Page) -> dict[str, Any]:
    """What all of an agent's tabs have told the machine, together."""
    told = [await page.evaluate("window.__heard") for page in pages]
    return {
        "titles": [one["title"] for each in told for one in each["shown"]],
        "tones": sum(each["tones"] for each in told),
    }


async def with_ears(colleague: Colleague, place: str = "/list/mine") -> InboxPage:
    """A browser whose notifications and sound are heard by the test."""
    page = await colleague.office.new_page(viewport=DESKTOP, reduced_motion="reduce")
    await page.context.add_init_script(EARS)
    await page.context.add_cookies(
        [{"name": "parley", "value": colleague.cookie, "url": colleague.office.url}]
    )
    return await InboxPage(page, colleague.office.url).go(place)


async def allowed(inbox: InboxPage) -> None:
    """Allowed in the settings, by a click."""
    await inbox.go("/settings/notices")
    await inbox.page.get_by_role("button", name=inbox.words("notify.ask")).click()
    await expect(inbox.page.get_by_role("switch", name=inbox.words("notify.desktop_on"))).to_be_checked()


async def test_permission_is_asked_for_by_a_click_alone_and_can_be_tried(office: Office):
    mina = await office.hire("Mina")
    inbox = await with_ears(mina)
    await inbox.go("/settings/notices")
    assert await inbox.page.evaluate("window.__asked()") == 0
    await allowed(inbox)
    assert await inbox.page.evaluate("window.__asked()") == 1
    test = inbox.page.get_by_role("button", name=inbox.words("notify.test"))
    await test.click()
    await become(lambda: heard(inbox.page), {"titles": [inbox.words("notify.test_title")], "tones": 0})
    await inbox.page.get_by_role("button", name=inbox.words("notify.sound_test")).click()
    await become(lambda: heard(inbox.page), {"titles": [inbox.words("notify.test_title")], "tones": 2})
    await inbox.page.get_by_role("switch", name=inbox.words("notify.desktop_on")).uncheck()
    await expect(test).to_be_disabled()


async def test_of_several_tabs_one_rings_and_none_that_shows_it(office: Office):
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    inbox = await with_ears(mina)
    await allowed(inbox)
    tabs = [inbox] + [
        await InboxPage(await inbox.page.context.new_page(), office.url).go("/list/mine") for _ in range(2)
    ]
    pages = [tab.page for tab in tabs]
    await give(office.boss, mina)
    given = inbox.words("notice.assigned", actor="Ada")
    await become(lambda: heard(*pages), {"titles": [given], "tones": 2})
    await office.goes_on(token, "are you there?")
    replied = inbox.words("notice.replied", contact="Kim")

    async def titles() -> list[str]:
        return sorted((await heard(*pages))["titles"])

    await become(titles, sorted([given, replied]))
    await tabs[2].page.bring_to_front()
    await tabs[2].open("Kim")
    await unread(tabs[2], 0)
    await office.goes_on(token, "hello??")
    await tabs[2].sees("hello??")
    # Something else rings, so that what did not ring is known not to.
    await office.known_writes("Lee", "and me?")
    await mention(office.boss, mina, "look here")
    mentioned = inbox.words("notice.mention", actor="Ada")
    await become(titles, sorted([given, replied, mentioned]))


@pytest.mark.parametrize("silence", ["kind", "quiet", "sound"])
async def test_quiet_time_switches_and_the_sounds_own(office: Office, silence: str):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    inbox = await with_ears(mina)
    await allowed(inbox)
    if silence == "kind":
        await inbox.page.get_by_role("switch", name=inbox.words("notify.kind.assigned")).uncheck()
    elif silence == "sound":
        await inbox.page.get_by_role("switch", name=inbox.words("notify.sound_on")).uncheck()
    else:
        await inbox.page.get_by_role("switch", name=inbox.words("notify.quiet_on")).check()
        await inbox.page.get_by_label(inbox.words("notify.quiet_from")).fill("00:00")
        await inbox.page.get_by_label(inbox.words("notify.quiet_to")).fill("00:00")
        await inbox.page.keyboard.press("Tab")

    # Told to the server before anything happens: another tab of hers knows it by then.
    other = await inbox.fresh()
    await agree_on_switches(inbox, other)
    await other.page.close()
    await give(office.boss, mina)
    await unread(inbox, 1)
    if silence == "sound":
        await become(
            lambda: heard(inbox.page), {"titles": [inbox.words("notice.assigned", actor="Ada")], "tones": 0}
        )
        return
    if silence == "kind":
        await mention(office.boss, mina, "but this rings")
        mentioned = inbox.words("notice.mention", actor="Ada")
        await become(lambda: heard(inbox.page), {"titles": [mentioned], "tones": 2})
        return
    await bell(inbox).click()
    await expect(panel(inbox)).to_contain_text(inbox.words("notices.quiet"))
    await asyncio.sleep(1.0)
    assert await heard(inbox.page) == {"titles": [], "tones": 0}


async def agree_on_switches(one: InboxPage, other: InboxPage) -> None:
    async def of(inbox: InboxPage) -> list[bool]:
        switches = inbox.page.locator("[role=switch]")
        found: list[bool] = await switches.evaluate_all("(all) => all.map((it) => it.checked)")
        return found

    await agree(lambda: of(one), lambda: of(other))


# --- while no tab is open -------------------------------------------------------------------------------------------

SUBSCRIBE = """(subscription) => {
  let held = null;
  const made = (key) => ({
    options: { applicationServerKey: key, userVisibleOnly: true }, toJSON: () => subscription,
    unsubscribe: async () => { held = null; return true; },
  });
  PushManager.prototype.subscribe = async function (options) {
    window.__key = [...new Uint8Array(options.applicationServerKey)];
    return (held = made(options.applicationServerKey));
  };
  PushManager.prototype.getSubscription = async () => held;
}"""


async def test_a_closed_inbox_is_told_by_push_and_shows_it(open_office: OpenOffice):
    async with push_service() as service:
        office = await open_office(
            PARLEY_PUSH__SERVICES=json.dumps([service.origin]),
            PARLEY_LIMITS__PRESENCE_PING="1000",
            PARLEY_LIMITS__PRESENCE_EXPIRES="3000",
            PARLEY_LIMITS__PRESENCE_SETTLES="200",
        )
        mina = await office.hire("Mina")
        token = await office.known_writes("Kim", "my card number is 1234")
        talk = await give(office.boss, mina)
        browser = service.browser()
        inbox = await with_ears(mina)
        await inbox.page.context.add_init_script(f"({SUBSCRIBE})({json.dumps(browser.subscription)})")
        await inbox.go("/settings/notices")
        await inbox.page.get_by_role("button", name=inbox.words("notify.push_on")).click()
        await expect(inbox.page.get_by_text(inbox.words("notify.push_is_on"))).to_be_visible()
        service.key = (await mina.ask("GET", "/session/push"))["key"]
        assert len(await inbox.page.evaluate("window.__key")) == 65
        await inbox.page.locator(".card").last.get_by_role("button", name=inbox.words("notify.test")).click()
        await become(lambda: told(browser), [("test", None)])
        # A tab is open, and tells it itself.
        await office.goes_on(token, "are you there?")
        await unread(inbox, 2)
        await inbox.page.goto("about:blank")
        await asyncio.sleep(3.5)
        await office.goes_on(token, "the code is 99")
        await become(lambda: told(browser), [("test", None), ("replied", 1)])
        assert service.refused == []
        assert "99" not in json.dumps(browser.told)
        assert "Kim" not in json.dumps(browser.told)
        assert browser.told[1]["conversation"] == talk
        await mina.ask("DELETE", "/session")
        await office.goes_on(token, "still there?")
        await asyncio.sleep(1.5)
        assert await told(browser) == [("test", None), ("replied", 1)]


async def told(browser: Any) -> list[tuple[str, int | None]]:
    return [(one["kind"], one.get("number")) for one in browser.told]


async def test_the_worker_shows_what_is_pushed_and_a_click_opens_it(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    page = await office.new_page(viewport=DESKTOP, locale="ko-KR")
    await page.context.grant_permissions(["notifications"], origin=office.url)
    await page.context.add_cookies([{"name": "parley", "value": mina.cookie, "url": office.url}])
    inbox = await InboxPage(page, office.url, "ko").go("/list/all")
    worker = await the_worker(page)
    shown = await worker.evaluate(
        """async () => {
          const shown = [];
          self.registration.showNotification = async (title, options) => void shown.push({ title, ...options });
          const pushed = { kind: "replied", number: 1, conversation: "c", n: 2 };
          const event = new PushEvent("push", { data: new TextEncoder().encode(JSON.stringify(pushed)) });
          const done = [];
          event.waitUntil = (work) => done.push(work);
          self.dispatchEvent(event);
          await Promise.all(done);
          return shown;
        }"""
    )
    assert [(one["title"], one["body"], one["data"]) for one in shown] == [
        (inbox.words("push.replied_many", n=2), inbox.words("push.about", number=1), {"to": "/c/1"})
    ]
    await page.evaluate(
        "navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { kind: 'open', to: '/c/1' } }))"
    )
    await inbox.sees("hello")


async def the_worker(page: Page) -> Any:
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found = page.context.service_workers
    assert len(found) == 1
    return found[0]


async def test_the_inbox_can_be_installed_and_keeps_nothing(office: Office, new_page: Pages):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "a secret")
    inbox = await mina.inbox()
    await inbox.open("Kim")
    await the_worker(inbox.page)
    where = await inbox.page.locator("link[rel=manifest]").get_attribute("href")
    assert where
    manifest = await inbox.page.evaluate("(url) => fetch(url).then((answer) => answer.json())", where)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    sizes = await inbox.page.evaluate(
        """(icons) => Promise.all(icons.map(({ src }) => new Promise((resolve, reject) => {
          const image = new Image();
          image.onload = () => resolve(`${image.naturalWidth}x${image.naturalHeight}`);
          image.onerror = reject;
          image.src = new URL(src, location.origin + "/static/");
        })))""",
        manifest["icons"],
    )
    assert sizes == [icon["sizes"] for icon in manifest["icons"]]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert await inbox.page.evaluate("caches.keys()") == []
    # The customers' chat lives at the same origin and is none of the worker's.
    chat = await office.customer()
    assert not await chat.page.evaluate("navigator.serviceWorker.controller !== null")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_connection_a_calm_page_stands_and_asks_again(
    office: Office, language: Language, new_page: Pages
):
    new_page.expect(OFFLINE)
    new_page.expect("503")
    mina = await office.hire("Mina")
    inbox = await mina.inbox(language=language)
    await the_worker(inbox.page)
    await inbox.offline()
    await inbox.page.goto(office.url + "/list/mine")
    await expect(inbox.page.get_by_role("heading")).to_have_text(inbox.words("offline.title"))
    assert await inbox.faults(f"offline-{language}") == []
    # By itself; its button does the same at once.
    await expect(inbox.page.get_by_role("link", name=inbox.words("offline.again"))).to_be_visible()
    await inbox.online()
    await inbox.settled()


# --- a customer is back ---------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def returns(http: aiohttp.ClientSession, office: Office, token: str) -> AsyncIterator[None]:
    """Her browser connects, as it does at page load when her conversation is open."""
    async with http.ws_connect(f"{office.url}/ws/visitor/web", headers={"Origin": office.url}) as ws:
        await ws.send_json({"kind": "hello", "protocol": PROTOCOL, "token": token})
        assert (await ws.receive_json())["kind"] == "hello"
        yield


async def test_a_customer_who_returns_is_one_calm_line(open_office: OpenOffice):
    office = await open_office(PARLEY_LIMITS__PRESENCE_PING="1000", PARLEY_LIMITS__PRESENCE_EXPIRES="3000")
    mina = await office.hire("Mina")
    token = await office.known_writes("Kim", "hello")
    await give(office.boss, mina)
    inbox, boss = await mina.inbox("/list/mine"), await office.boss.inbox("/list/mine")
    await asyncio.sleep(3.5)  # a process that has just begun takes all who come for having been there
    line = inbox.page.get_by_text(inbox.words("back.said", contact="Kim"))
    async with aiohttp.ClientSession() as http, returns(http, office, token):
        await expect(line).to_have_count(1)
        assert await inbox.faults("back-line") == []
        await inbox.page.locator(".back-line").get_by_role("button", name=inbox.words("close")).click()
        await expect(line).to_have_count(0)
    async with aiohttp.ClientSession() as http, returns(http, office, token):
        # The same visit. What she writes comes later than the line would.
        await office.goes_on(token, "me again")
        await unread(inbox, 2)
        await expect(line).to_have_count(0)
    await expect(boss.page.get_by_text(boss.words("back.said", contact="Kim"))).to_have_count(0)


# --- how it looks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_a_phone(office: Office, language: Language, theme: Any):
    mina = await office.hire("Mina")
    await office.known_writes("Kim", "hello")
    await mention(office.boss, mina, "please look")
    inbox = await mina.inbox(
        "/list/mine", language=language, viewport=PHONE, color_scheme=theme, has_touch=True, is_mobile=True
    )
    link = inbox.page.locator(".pane-head").get_by_role("link", name=inbox.words("notices.bell.other", n=1))
    await link.click()
    await expect(rows(inbox)).to_have_count(1)
    faults = await inbox.faults(f"notices-phone-{language}-{theme}")
    await rows(inbox).first.click()
    await inbox.sees("please look")
    await inbox.go("/notices")
    await inbox.page.locator("main").get_by_role("link", name=inbox.words("notices.settings")).click()
    await inbox.page.get_by_role("switch", name=inbox.words("notify.quiet_on")).check()
    faults += await inbox.faults(f"notices-settings-phone-{language}-{theme}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_panel_and_the_menu_of_a_desk(office: Office, language: Language, theme: Any):
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/list/mine", language=language, color_scheme=theme)
    await bell(inbox).click()
    await expect(panel(inbox)).to_contain_text(inbox.words("notices.none"))
    faults = await inbox.faults(f"notices-none-{language}-{theme}")
    await inbox.page.keyboard.press("Escape")
    await office.known_writes("김민지" if language == "ko" else "Kim", "hello")
    talk = await mention(office.boss, mina, "word " * 800)
    await give(office.boss, mina, talk)
    await unread(inbox, 2)
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(2)
    faults += await inbox.faults(f"notices-panel-{language}-{theme}")
    await inbox.page.keyboard.press("Escape")
    await inbox.act("availability").click()
    faults += await inbox.faults(f"availability-{language}-{theme}")
    assert not faults, "\n".join(faults)
