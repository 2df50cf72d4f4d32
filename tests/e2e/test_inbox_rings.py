"""What rings and where: notifications, sound, push while no tab is open, and the inbox as an installed app."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.notices import bell, give, mention, panel, rows, unread
from tests.e2e.office import DESKTOP, OFFLINE, Colleague, Office, OpenOffice
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
    began = inbox.words("notice.new", contact="Lee")
    await become(titles, sorted([given, replied, began]))
    await mention(office.boss, mina, "look here")
    mentioned = inbox.words("notice.mention", actor="Ada")
    await become(titles, sorted([given, replied, began, mentioned]))


async def test_new_customers_ring_once_as_one_line_until_somebody_has_them(office: Office):
    """In the list, as a notification and by sound; taken by others, all of it is withdrawn."""
    mina = await office.hire("Mina")
    inbox = await with_ears(mina)
    await allowed(inbox)
    await unread(inbox, 0)
    await office.known_writes("Kim", "hello")
    began = inbox.words("notice.new", contact="Kim")
    await become(lambda: heard(inbox.page), {"titles": [began], "tones": 2})
    await bell(inbox).click()
    await expect(rows(inbox)).to_have_count(1)
    await expect(rows(inbox).first).to_contain_text("hello")
    for name in ("Lee", "Park"):
        await office.known_writes(name, f"I am {name}")
    await expect(rows(inbox).first).to_contain_text(inbox.words("notice.new_many", n=3))
    await expect(rows(inbox)).to_have_count(1)
    await expect(rows(inbox).first).to_have_attribute("href", "/list/unassigned")
    await unread(inbox, 1)
    assert await inbox.faults("notices-new") == []
    assert await heard(inbox.page) == {"titles": [began], "tones": 2}, (
        "a moment after the first it rings no more"
    )
    talks = (await office.boss.ask("GET", "/conversations", status="open"))["conversations"]
    for talk in talks:
        await give(office.boss, office.boss, talk["id"])
    await expect(rows(inbox)).to_have_count(0)
    await unread(inbox, 0)
    await become(lambda: inbox.page.evaluate("window.__heard.closed"), ["new"])


async def test_new_customers_do_not_ring_for_who_is_away(office: Office):
    mina = await office.hire("Mina")
    await mina.ask("PUT", "/session/availability", {"availability": "busy"})
    inbox = await with_ears(mina)
    await allowed(inbox)
    await office.known_writes("Kim", "hello")
    await unread(inbox, 1)
    await mention(office.boss, mina, "look here")
    mentioned = inbox.words("notice.mention", actor="Ada")
    await become(lambda: heard(inbox.page), {"titles": [mentioned], "tones": 2})


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
            PARLEY_LIMITS__PRESENCE_EXPIRES="8000",
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
        await expect(inbox.page.get_by_text(inbox.words("notify.push_is_on"), exact=True)).to_be_visible()
        service.key = (await mina.ask("GET", "/session/push"))["key"]
        assert len(await inbox.page.evaluate("window.__key")) == 65
        await inbox.page.locator(".card").last.get_by_role("button", name=inbox.words("notify.test")).click()
        await become(lambda: told(browser), [("test", None)])
        # A tab is open, and tells it itself.
        await office.goes_on(token, "are you there?")
        await unread(inbox, 2)
        await inbox.page.goto("about:blank")
        await asyncio.sleep(8.5)
        await office.goes_on(token, "the code is ninety-nine")
        await become(lambda: told(browser), [("test", None), ("replied", 1)])
        assert service.refused == []
        assert "ninety" not in json.dumps(browser.told)
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
