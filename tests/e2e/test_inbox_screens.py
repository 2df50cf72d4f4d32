"""Every place of the inbox, on a desk and in a hand, in both languages, light, dark and in strong contrast.

Each is opened once on either; the device then asks for one look after the other. axe-core finds nothing, nothing is
wider than the screen. Languages and looks share themselves out over desk and hand: each screen is seen in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.e2e.office import DESKTOP, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import Screen
from tests.e2e.pages.settings import PAGES, SettingsPage
from tests.e2e.pages.sign import SignPage
from tests.e2e.pages.words import LOCALES, Language
from tests.e2e.test_inbox_looks import HAND, Look, Theme, admin, first_conversation
from tests.servers.pages import COLOURS, Pages

Kind = Literal["desk", "hand"]
KINDS: dict[Kind, dict[str, Any]] = {"desk": {"viewport": DESKTOP}, "hand": HAND}
ASKED: dict[Theme, dict[str, str]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "contrast": {"contrast": "more"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}
SHARES: dict[tuple[Kind, Language], tuple[Theme, Theme]] = {
    ("desk", "en"): ("light", "forced"),
    ("hand", "ko"): ("dark", "contrast"),
}
LISTS = ("mine", "unassigned", "mentions", "watched", "undelivered", "snoozed", "closed", "spam")
SEARCHES = {"found": "tag:VIP", "none": "qqqqqqqq", "unknown": "form:me", "nothing": ""}


@dataclass
class Looks:
    """The same screen, as one kind of device after the other asks for it."""

    kind: Kind
    language: Language

    def __post_init__(self) -> None:
        self._looks = [Look(self.language, theme, self.kind) for theme in SHARES[self.kind, self.language]]
        self.options = {**KINDS[self.kind], "reduced_motion": "reduce", "locale": LOCALES[self.language]}

    async def at(self, screen: Screen, name: str) -> None:
        """By all rules in the first look, by those that ask for colours in the next."""
        for look in self._looks:
            await self._in(look, screen, name, "html", () if look is self._looks[0] else COLOURS)

    async def part(self, screen: Screen, name: str, within: str) -> None:
        """A part of a screen, for the rest was seen before; in one look."""
        await self._in(self._looks[0], screen, name, within)

    async def _in(self, look: Look, screen: Screen, name: str, within: str, only: Sequence[str] = ()) -> None:
        await screen.wears(**ASKED[look.theme])
        await look.at(screen, name, within, only)

    def are_clean(self) -> None:
        found = [fault for look in self._looks for fault in look.found]
        assert not found, "\n".join(found)


@pytest.fixture(params=SHARES, ids="-".join)
def looks(request: pytest.FixtureRequest) -> Looks:
    return Looks(*request.param)


async def test_all_settings(demo: Office, looks: Looks) -> None:
    inbox = await admin(demo).inbox("/settings/me", looks.language, **looks.options)
    settings = SettingsPage(inbox.page, demo.url, looks.language)
    for name in PAGES:
        await settings.turn_to(name)
        await looks.at(settings, f"settings-{name}")
    looks.are_clean()


async def test_all_lists_and_searches(demo: Office, looks: Looks) -> None:
    who = admin(demo)
    team = (await who.ask("GET", "/teams"))["teams"][0]["id"]
    tag = (await who.ask("GET", "/tags"))["tags"][0]["id"]
    body = {"name": "기다리는 환불 Refunds", "filter": {"unread": True}}
    view = (await who.ask("POST", "/views", body))["view"]["id"]
    inbox = await who.inbox("/list/all", looks.language, **looks.options)
    await looks.at(inbox, "list-all")
    others = {f"list-{name}": f"/list/{name}" for name in LISTS}
    others |= {"team": f"/list/team/{team}", "tag": f"/list/tag/{tag}", "view": f"/list/view/{view}"}
    others |= {"channel": "/list/narrowed/account=shop"}
    for name, place in others.items():
        await inbox.walk(place)
        await expect(inbox.page.locator(".list-pane h1")).not_to_have_text(inbox.words("list.all"))
        await looks.part(inbox, name, ".list-pane")
    for name, words in SEARCHES.items():
        await inbox.walk(f"/search?q={words}")
        said = {"none": "search.none", "unknown": "search.refused", "nothing": "search.begin"}.get(name)
        await expect(
            inbox.page.get_by_text(inbox.words(said), exact=True)
            if said
            else inbox.page.locator(".hit").first
        ).to_be_visible()
        await looks.part(inbox, f"search-{name}", ".list-pane")
    looks.are_clean()


async def opened(inbox: InboxPage, looks: Looks) -> None:
    """What a conversation opens, by key and by button, looked at and closed; the focus is not lost."""
    page = inbox.page
    for key, name in (("Control+k", "palette"), ("Shift+Slash", "keys")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await looks.at(inbox, name)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    for name in ("assign", "snooze", "tag"):
        await inbox.act(name).first.click()
        await looks.at(inbox, f"menu-{name}")
        await page.keyboard.press("Escape")
        await expect(inbox.act(name).first).to_be_focused()


async def test_a_conversation_and_what_opens_from_it(demo: Office, looks: Looks) -> None:
    inbox = await admin(demo).inbox("/list/all", looks.language, **looks.options)
    await first_conversation(inbox)
    await looks.at(inbox, "conversation")
    await opened(inbox, looks)
    if looks.kind == "hand":
        await inbox.act("side").click()
        await looks.at(inbox, "side")
        await inbox.page.keyboard.press("Escape")
    await inbox.walk("/notices")
    await looks.at(inbox, "notices")
    looks.are_clean()


async def test_all_before_the_inbox(office: Office, new_page: Pages, looks: Looks) -> None:
    """Signing in, being refused, a link that invites, one that is no more, a house that does not answer."""
    body = {"name": "Mina", "email": "mina@example.com", "role": "agent", "teams": []}
    link = (await office.boss.ask("POST", "/agents", body))["link"].rpartition("/")[2]
    new_page.expect(r"status of (40\d|422|503)")
    page = await new_page(**looks.options)
    sign = await SignPage(page, office.url, looks.language).go()
    await looks.at(sign, "sign")
    await sign.enter("nobody@example.com", "wrong")
    await expect(page.get_by_role("alert")).to_be_visible()
    await looks.at(sign, "sign-refused")
    await sign.follow(link)
    await expect(page.get_by_role("heading", name=sign.words("link.password"))).to_be_visible()
    await looks.at(sign, "invited")
    await sign.follow("no-such-link")
    await expect(page.get_by_role("heading", name=sign.words("link.gone"))).to_be_visible()
    await looks.at(sign, "link-gone")
    await page.context.add_cookies([{"name": "parley", "value": office.boss.cookie, "url": office.url}])
    await page.route("**/api/v1/session", lambda route: route.fulfill(status=503, body="{}"))
    await page.goto(office.url)
    await expect(page.get_by_text(sign.words("starting.unreachable"))).to_be_visible()
    await looks.at(sign, "unreachable")
    await page.unroute("**/api/v1/session")
    await sign.is_in("Ada")
    looks.are_clean()
