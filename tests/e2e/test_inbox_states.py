"""The states every screen has besides full: it is being loaded, it could not be, it is empty, it is far too much.

Each says in words what is the case and what is to be done; trying again works, and nothing is wider than the screen.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.office import Colleague, Office
from tests.e2e.pages.settings import PAGES, SettingsPage
from tests.e2e.pages.words import Language
from tests.e2e.test_inbox_looks import Look
from tests.e2e.test_inbox_screens import KINDS, Kind, Looks
from tests.servers.pages import Pages

BUILT = Path(__file__).parents[2] / "static/dist"
READ = re.compile(r"/api/v1/(?!session$)")
BROKEN = r"status of 503"
LOADED = (
    "macros",
    "views",
    "security",
    "tokens",
    "agents",
    "hours",
    "accounts",
    "parked",
    "webhooks",
    "people",
    "audit",
)
"""The pages of the settings that read from the server; the others show what the inbox knows already."""
LONG = (
    "환불안내문구가아주길어서끝나지않는이름 Lieferverzögerungsbenachrichtigungsvorlage اسم طويل جدا "
    + "W" * 60
)

one_each = pytest.mark.parametrize(("kind", "language"), [("desk", "en"), ("hand", "ko")])


class Gate:
    """Between a page and the server: what is read waits there, comes back as failed, or goes through."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._opened = asyncio.Event()
        self._broken = False

    async def stand(self, pattern: re.Pattern[str] = READ) -> Gate:
        await self.page.route(pattern, self._answer)
        return self

    def hold(self) -> None:
        self._opened.clear()

    def fail(self) -> None:
        self._broken = True
        self._opened.set()

    def mend(self) -> None:
        self._broken = False
        self._opened.set()

    async def _answer(self, route: Route) -> None:
        reads = route.request.method == "GET"
        if reads:
            await self._opened.wait()
        await (route.fulfill(status=503, body="{}") if reads and self._broken else route.fallback())


async def waits_fails_comes(gate: Gate, place: Locator, look: Look, screen: Any, name: str) -> None:
    """A place whose reading is held: bones, then what went wrong in words, then, asked again, what it is."""
    if name != "agents":  # who they are is known; only since when they are away is read
        await expect(place.locator(".skeleton").first, f"{name} does not say that it waits").to_be_visible()
    await look.at(screen, f"{name}-loading")
    gate.fail()
    problem = place.get_by_role("alert").first
    await expect(problem).to_be_visible()
    assert len((await problem.inner_text()).strip()) > 12, f"{name} says nothing of its failure"
    await expect(place.locator(".skeleton")).to_have_count(0)
    await look.at(screen, f"{name}-failed")
    await comes(gate, place, screen)


async def comes(gate: Gate, place: Locator, screen: Any) -> None:
    """Asked again, all of it is there."""
    gate.mend()
    again = place.get_by_role("button", name=screen.words("try_again"))
    await again.evaluate_all("(buttons) => buttons.forEach((button) => button.click())")
    await expect(place.get_by_role("alert")).to_have_count(0)
    await expect(place.locator(".skeleton")).to_have_count(0)


@one_each
async def test_settings_wait_fail_and_come(
    office: Office, new_page: Pages, kind: Kind, language: Language
) -> None:
    new_page.expect(BROKEN)
    look = Look(language, "dark", kind)
    inbox = await office.boss.inbox("/settings/me", language, color_scheme="dark", **KINDS[kind])
    settings = SettingsPage(inbox.page, office.url, language)
    await settings.shows("me")
    gate = await Gate(inbox.page).stand()
    for name in LOADED:
        gate.hold()
        links = inbox.page.get_by_role("navigation", name=settings.words("settings.title"))
        await links.get_by_role("link", name=settings.words(f"settings.{name}"), exact=True).click()
        await waits_fails_comes(gate, inbox.page.locator(".settings-page"), look, settings, name)
    look.is_clean()


@one_each
async def test_work_waits_fails_and_comes(
    office: Office, new_page: Pages, kind: Kind, language: Language
) -> None:
    """A list, a search, a conversation, the person beside it."""
    new_page.expect(BROKEN)
    await office.known_writes("지수", "Hello", "안녕하세요")
    number = (await office.boss.conversation())["number"]
    look = Look(language, "light", kind)
    inbox = await office.boss.inbox("/settings/look", language, **KINDS[kind])
    gate = await Gate(inbox.page).stand()
    places = {
        "/list/closed": ".list-pane",
        "/search?q=hello": ".list-pane",
        f"/c/{number}": ".conversation",
    }
    for address, place in places.items():
        gate.hold()
        await inbox.go_to(address)
        await waits_fails_comes(
            gate, inbox.page.locator(place), look, inbox, address.strip("/")[:6].replace("/", "-")
        )
    # Everything of the person is read anew as the side opens.
    await inbox.go_to("/settings/look")
    gate.hold()
    await inbox.go_to(f"/c/{number}")
    if kind == "hand":
        await inbox.act("side").click()
    side = inbox.page.get_by_role("region", name=inbox.words("context.label"))
    await expect(side.locator(".skeleton").first).to_be_visible()
    await look.at(inbox, "side-loading")
    gate.fail()
    await expect(side.get_by_role("alert").first).to_be_visible()
    await expect(side.locator(".skeleton")).to_have_count(0)
    await look.at(inbox, "side-failed")
    await comes(gate, side, inbox)
    look.is_clean()


@pytest.mark.parametrize("language", ["ko"])
async def test_a_part_of_the_page_that_does_not_come(
    office: Office, new_page: Pages, language: Language
) -> None:
    """A new version gave the parts other names: the settings say so, and the page begun anew has them."""
    new_page.expect(r"ERR_FAILED|Failed to fetch dynamically imported module")
    inbox = await office.boss.inbox("/list/all", language)
    scripts = re.compile(r"\.js$")
    await inbox.page.route(scripts, lambda route: route.abort())
    await inbox.go_to("/settings/look")
    await expect(inbox.page.get_by_role("alert")).to_contain_text(inbox.words("part.failed"))
    assert await inbox.faults(f"part-failed-{language}") == []
    await inbox.page.unroute(scripts)
    await inbox.page.get_by_role("button", name=inbox.words("try_again")).click()
    await SettingsPage(inbox.page, office.url, language).shows("look")


def beside_the_page() -> re.Pattern[str]:
    """The file of what is fetched beside the shell."""
    held = [
        file.name for file in BUILT.glob("*.js") if '"palette-dialog"' in file.read_text(encoding="utf-8")
    ]
    assert len(held) == 1
    return re.compile(re.escape(held[0]))


async def test_a_key_waits_for_what_stands_beside_the_page(office: Office) -> None:
    """The bar of what may be done with many is still on its way when its key is pressed."""
    await office.known_writes("지수", "Hello", "안녕하세요")
    inbox = await office.boss.inbox("/list/all")
    here = asyncio.Event()

    async def late(route: Route) -> None:
        await here.wait()
        await route.fallback()

    await inbox.page.route(beside_the_page(), late)
    await inbox.page.reload()
    await inbox.settled()
    for key in ("j", "x", "a"):
        await inbox.page.keyboard.press(key)
    await expect(inbox.page.locator(".row.taken")).to_have_count(1)
    await expect(inbox.page.get_by_role("option")).to_have_count(0)
    here.set()
    await expect(inbox.page.get_by_role("option", name=inbox.words("nobody"))).to_be_visible()


async def test_what_stands_beside_the_page_and_does_not_come(office: Office, new_page: Pages) -> None:
    new_page.expect(r"ERR_FAILED|Failed to fetch dynamically imported module")
    inbox = await office.boss.inbox("/list/all")
    beside = beside_the_page()
    await inbox.page.route(beside, lambda route: route.abort())
    await inbox.page.reload()
    await inbox.settled()
    await inbox.page.keyboard.press("Control+k")
    fault = inbox.page.get_by_role("dialog", name=inbox.words("part.failed"))
    await expect(fault).to_be_visible()
    assert await inbox.faults("beside-failed") == []
    await inbox.page.keyboard.press("Escape")
    await expect(fault).to_have_count(0)
    await inbox.page.keyboard.press("Control+k")
    await inbox.page.unroute(beside)
    await fault.get_by_role("button", name=inbox.words("try_again")).click()
    await inbox.settled()
    await inbox.page.keyboard.press("Control+k")
    await expect(inbox.page.get_by_role("dialog", name=inbox.words("palette.label"))).to_be_visible()


async def test_a_page_whose_words_do_not_come_begins_anew(office: Office, new_page: Pages) -> None:
    new_page.expect(r"ERR_FAILED")
    inbox = await office.boss.inbox("/list/all")
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await (route.abort() if lost == 1 else route.fallback())

    said = inbox.words("part.failed")
    names = [file.name for file in BUILT.glob("*.js") if said in file.read_text(encoding="utf-8")]
    assert len(names) == 1
    await inbox.page.route(re.compile(re.escape(names[0])), lose)
    await inbox.page.reload()
    await inbox.settled()
    assert lost > 1
    await expect(inbox.page.locator(".list-pane h1")).to_have_text(inbox.words("list.all"))


EMPTY = {
    "notices": "notices.none",
    **{
        f"list/{name}": f"empty.{name}"
        for name in ("mentions", "watched", "undelivered", "snoozed", "closed", "spam")
    },
    "search?q=nothing": "search.none",
    "settings/macros": "macros.none",
    "settings/views": "views.none",
    "settings/tokens": "tokens.none",
    "settings/hours": "hours.no_teams",
    "settings/parked": "parked.none.waiting",
    "settings/webhooks": "webhooks.none",
    "settings/people": "people.nobody_blocked",
}
"""Where nothing is yet, and what is said of it; of all but the first also when somebody has written one word."""


@pytest.fixture(params=["desk-en", "hand-ko"])
def looks(request: pytest.FixtureRequest) -> Looks:
    kind, language = request.param.split("-")
    return Looks(kind, language)


async def test_where_nothing_is_yet(office: Office, looks: Looks) -> None:
    """A house on its first day: each place says what will stand there."""
    inbox = await office.boss.inbox("/list/all", looks.language, **looks.options)
    for place, said in EMPTY.items():
        await inbox.go_to(f"/{place}")
        await expect(inbox.page.get_by_text(inbox.words(said), exact=True).first).to_be_visible()
        await looks.part(inbox, f"empty-{place.replace('/', '-')[:20]}", "#app")
        if place == "notices":
            await office.writes("Hello")
    settings = SettingsPage(inbox.page, office.url, looks.language)
    for name in ("teams", "tags", "attributes", "agents", "audit", "accounts"):
        await settings.turn_to(name)
        await looks.part(inbox, f"empty-{name}", "#app")
    looks.are_clean()


async def fill(office: Office) -> None:
    """More of everything than anybody wants, and names that do not end."""
    boss = office.boss
    names = [f"{LONG} {n}"[-100:] for n in range(40)]
    for name in names:
        await boss.ask("POST", "/tags", {"name": name[-40:], "colour": "#dc2626"})
        await boss.ask("POST", "/macros", {"name": name, "text": LONG * 10, "scope": "all"})
        await boss.ask("POST", "/views", {"name": name, "filter": {}})
    for name in names[:12]:
        await boss.ask("POST", "/teams", {"name": name})
        body = {
            "name": name,
            "email": f"{'long' * 12}{names.index(name)}@example.com",
            "role": "agent",
            "teams": [],
        }
        await boss.ask("POST", "/agents", body)
        await boss.ask("POST", "/tokens", {"name": name})


async def test_far_too_much_everywhere(office: Office, looks: Looks) -> None:
    await fill(office)
    boss: Colleague = office.boss
    await office.known_writes(LONG, "W" * 4000, "가" * 4000, "한 줄\n" * 300)
    tags = [tag["id"] for tag in (await boss.ask("GET", "/tags"))["tags"]][:15]
    found = await boss.conversation()
    await boss.ask("PATCH", f"/conversations/{found['id']}", {"tags": tags, "subject": LONG})
    inbox = await boss.inbox("/list/all", looks.language, **looks.options)
    for place in ("/list/all", f"/c/{found['number']}", f"/search?q={'W' * 60}", "/notices"):
        await inbox.walk(place)
        await looks.at(inbox, f"much-{place.strip('/')[:8].replace('/', '-')}")
    await inbox.walk(f"/c/{found['number']}")
    if looks.kind == "hand":
        await inbox.act("side").click()
    await looks.part(inbox, "much-side", "#app")
    settings = SettingsPage(inbox.page, office.url, looks.language)
    for name in PAGES:
        await settings.go(name) if name == "me" else await settings.turn_to(name)
        await looks.part(settings, f"much-{name}", "#app")
    looks.are_clean()
