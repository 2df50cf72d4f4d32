"""The inbox's lists: what stands where, views that are saved, and the same done to many at once."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Route, WebSocketRoute, expect

from tests.e2e.office import PHONE, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LANGUAGES, Language
from tests.e2e.test_inbox_looks import HAND, Look, Theme
from tests.servers.pages import Pages

NAMES = ("One", "Two", "Three", "Four")
TAKEN = re.compile(r"\btaken\b")


def names(inbox: InboxPage) -> Locator:
    return inbox.page.locator("[data-row] .row-name")


async def filled(office: Office) -> None:
    """Four who wait, the last one on top."""
    for name in NAMES:
        await office.writes(f"I am {name}", name=name)


async def by_name(office: Office, name: str) -> dict:
    page = await office.boss.ask("GET", "/conversations")
    return next(one for one in page["conversations"] if one["contact"]["name"] == name)


async def named(office: Office) -> None:
    """The same, known to the team by their names."""
    for name in NAMES:
        await office.known_writes(name, f"I am {name}")


async def test_a_narrowed_list_is_kept_as_a_view(office: Office):
    """Filter, see, save; it counts, lives by events, is renamed, ordered, taken away and brought back."""
    await named(office)
    tag = (await office.boss.ask("POST", "/tags", {"name": "vip", "colour": "#dc2626"}))["tag"]["id"]
    for name in ("One", "Three"):
        await office.boss.ask(
            "PATCH", f"/conversations/{(await by_name(office, name))['id']}", {"tags": [tag]}
        )
    inbox = await office.boss.inbox()
    page, words = inbox.page, inbox.words
    await expect(names(inbox)).to_have_text(["Four", "Three", "Two", "One"])

    await page.get_by_role("button", name=words("narrow"), exact=True).click()
    dialog = page.get_by_role("dialog", name=words("narrow"))
    await inbox.choose(dialog.locator("[aria-haspopup]"), "vip")
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name=words("narrow.show"), exact=True).click()
    await expect(names(inbox)).to_have_text(["Three", "One"])
    await expect(page.locator(".narrowed-part")).to_have_text(["vip"])

    await page.get_by_role("button", name=words("view.make")).click()
    await expect(page.get_by_role("dialog", name=words("view.make"))).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=words("view.save")).click()
    await expect(page.get_by_role("dialog", name=words("view.save"))).to_be_visible()
    await page.get_by_role("textbox", name=words("name")).fill("Very important")
    await page.get_by_role("button", name=words("save"), exact=True).click()
    entry = inbox.nav_entry("Very important")
    await expect(entry).to_have_attribute("aria-current", "page")
    await expect(entry.locator(".nav-count")).to_have_text("2")
    await expect(page.locator(".list-pane h1")).to_have_text("Very important")
    await expect(page.locator(".pane-count")).to_have_text("2")

    # It lives: what fits comes, what fits no longer goes, without anybody asking.
    two, three = await by_name(office, "Two"), await by_name(office, "Three")
    await office.boss.ask("PATCH", f"/conversations/{two['id']}", {"tags": [tag]})
    await expect(names(inbox)).to_have_text(["Three", "Two", "One"])
    await office.boss.ask("PATCH", f"/conversations/{three['id']}", {"status": "closed"})
    await expect(names(inbox)).to_have_text(["Two", "One"])

    # Another name and for everybody; a colleague has it at once.
    mina = await office.hire("Mina")
    other = await mina.inbox()
    await entry.hover()
    menu = page.get_by_role("button", name=words("view.menu", name="Very important"))
    await inbox.choose(menu, words("view.edit"))
    await page.get_by_role("textbox", name=words("name")).fill("Our best")
    await page.get_by_role("radio", name=words("view.for.all")).check()
    await page.get_by_role("button", name=words("save"), exact=True).click()
    await expect(inbox.nav_entry("Our best")).to_be_visible()
    await other.nav_entry("Our best").click()
    await expect(names(other)).to_have_text(["Two", "One"])
    # She may put it elsewhere in her own list, and not change it.
    await other.page.get_by_role("button", name=words("view.menu", name="Our best")).click()
    await expect(other.page.get_by_role("option")).to_have_text([words("view.up"), words("view.down")])

    # Taken away it is gone for both; the one who did it may have it back.
    await inbox.nav_entry("Our best").hover()
    await inbox.choose(
        page.get_by_role("button", name=words("view.menu", name="Our best")), words("view.retire")
    )
    await expect(inbox.nav_entry("Our best")).to_have_count(0)
    await expect(other.nav_entry("Our best")).to_have_count(0)
    await page.get_by_role("button", name=words("undo")).click()
    await expect(other.nav_entry("Our best")).to_be_visible()


async def test_views_stand_in_the_order_one_gives_them(office: Office):
    for name in ("Alpha", "Beta", "Gamma"):
        await office.boss.ask("POST", "/views", {"name": name, "filter": {}})
    inbox = await office.boss.inbox()
    entries = inbox.page.locator(".nav-row .nav-label")
    await expect(entries).to_have_text(["Alpha", "Beta", "Gamma"])
    await inbox.nav_entry("Gamma").hover()
    menu = inbox.page.get_by_role("button", name=inbox.words("view.menu", name="Gamma"))
    await inbox.choose(menu, inbox.words("view.up"))
    await expect(entries).to_have_text(["Alpha", "Gamma", "Beta"])
    await inbox.reload()
    await expect(entries).to_have_text(["Alpha", "Gamma", "Beta"])


async def test_groups_fold_and_stay_folded(office: Office):
    await office.team("Orders")
    inbox = await office.boss.inbox()
    fold = inbox.page.get_by_role("button", name=inbox.words("nav.teams"), exact=True)
    await expect(inbox.nav_entry("Orders")).to_be_visible()
    await fold.click()
    await expect(inbox.nav_entry("Orders")).to_have_count(0)
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await inbox.reload()
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(inbox.nav_entry("Orders")).to_have_count(0)
    await fold.press("Enter")
    await expect(inbox.nav_entry("Orders")).to_be_visible()


async def test_who_waits_longest_may_stand_first(office: Office):
    """By one button, remembered for this list alone; an answer moves a conversation below those who wait."""
    await named(office)
    inbox = await office.boss.inbox()
    sort = inbox.page.get_by_role("button", name=inbox.words("sort"), exact=True)
    await inbox.choose(sort, inbox.words("sort.waiting"))
    await expect(names(inbox)).to_have_text(list(NAMES))
    one = await by_name(office, "One")
    body = {"text": "Here", "visibility": "public", "client_id": "answer"}
    await office.boss.ask("POST", f"/conversations/{one['id']}/messages", body)
    await inbox.page.mouse.move(900, 400)
    await expect(names(inbox)).to_have_text(["Two", "Three", "Four", "One"])
    await inbox.is_true()
    await inbox.reload()
    await expect(names(inbox)).to_have_text(["Two", "Three", "Four", "One"])
    await inbox.open_list("unassigned")
    await expect(names(inbox)).to_have_text(["One", "Four", "Three", "Two"])


async def test_unread_ones_leave_when_they_are_read_but_not_from_under_the_reader(office: Office):
    await named(office)
    inbox = await office.boss.inbox("/list/narrowed/status=open&unread=1")
    await expect(names(inbox)).to_have_text(["Four", "Three", "Two", "One"])
    await inbox.row("Three").click()
    await inbox.sees("I am Three")
    await expect(inbox.row("Three")).not_to_have_class(re.compile(r"\bunread\b"))
    await expect(names(inbox)).to_have_text(["Four", "Three", "Two", "One"])
    await inbox.row("One").click()
    await inbox.sees("I am One")
    await inbox.page.mouse.move(900, 400)
    await expect(names(inbox)).to_have_text(["Four", "Two", "One"])


async def test_mentions_and_what_is_watched(office: Office):
    """Both lists count, and fill by themselves."""
    await named(office)
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/list/mentions")
    await expect(inbox.page.get_by_text(inbox.words("empty.mentions"), exact=True)).to_be_visible()
    two = await by_name(office, "Two")
    note = {"text": "Look @Mina", "visibility": "note", "client_id": "n", "mentions": [mina.id]}
    await office.boss.ask("POST", f"/conversations/{two['id']}/messages", note)
    await expect(names(inbox)).to_have_text(["Two"])
    await inbox.counts(mentions=1, watched=1)
    await expect(inbox.page.locator(".pane-count")).to_have_text("1")
    await inbox.nav_entry(inbox.words("list.watched")).click()
    await expect(names(inbox)).to_have_text(["Two"])
    await office.boss.ask("PATCH", f"/conversations/{two['id']}", {"status": "closed"})
    await expect(names(inbox)).to_have_count(0)
    await expect(inbox.page.get_by_text(inbox.words("empty.watched"), exact=True)).to_be_visible()


async def test_many_at_once_by_the_pointer(office: Office):
    """Boxes and Shift take them; one act, one way back."""
    await named(office)
    inbox = await office.boss.inbox()
    page, words = inbox.page, inbox.words
    rows = page.locator("[data-row]")
    boxes = page.locator(".row-box input")
    await rows.nth(0).hover()
    await boxes.nth(0).click()
    await rows.nth(2).click(modifiers=["Shift"])
    await expect(page.locator(".row.taken .row-name")).to_have_text(["Four", "Three", "Two"])
    await expect(page.locator(".bulk-count")).to_have_text(words("bulk.count.other", n=3))
    await boxes.nth(1).click()
    await expect(rows.nth(1)).not_to_have_class(TAKEN)
    await inbox.act("bulk-close").click()
    await expect(names(inbox)).to_have_text(["Three", "One"])
    await expect(page.locator(".bulk")).to_have_count(0)
    await inbox.counts(all=2)
    toast = page.locator(".toast", has_text=words("bulk.closed.other", n=2))
    await toast.get_by_role("button", name=words("undo")).click()
    await page.mouse.move(900, 400)
    await expect(names(inbox)).to_have_text(["Four", "Three", "Two", "One"])
    await inbox.counts(all=4)
    await inbox.is_true()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_many_at_once_by_the_keyboard(office: Office, language: Language):
    """x takes, Ctrl+A takes all shown, the usual keys act on all of them, u takes it back, Escape ends it."""
    await named(office)
    mina = await office.hire("Mina")
    inbox = await office.boss.inbox(language=language)
    page, words = inbox.page, inbox.words
    await expect(names(inbox)).to_have_count(4)
    letter = {"ko": {"J": "ㅓ", "X": "ㅌ", "A": "ㅁ", "P": "ㅔ"}}.get(language, {})

    async def press(key: str) -> None:
        await inbox.press_key(f"Key{key}", letter.get(key, key.lower()))

    for key in "JXJX":
        await press(key)
    await expect(page.locator(".row.taken .row-name")).to_have_text(["Four", "Three"])
    await press("A")
    await page.get_by_role("option", name="Mina").click()
    await expect(page.locator("[data-row] .row-assignee")).to_have_count(2)
    await expect(page.locator(".toast").last).to_contain_text("Mina")
    await inbox.nav_entry(words("list.unassigned")).locator(".nav-count").get_by_text("2").wait_for()

    await press("J")
    await page.keyboard.press("Control+a")
    await expect(page.locator(".row.taken")).to_have_count(4)
    await press("P")
    await page.keyboard.press("4")
    await expect(page.locator(".row-priority")).to_have_count(4)
    await expect(page.locator(".row.taken")).to_have_count(4)
    await expect(page.locator(".toast").last).to_contain_text(words("priority.4"))
    await page.keyboard.press("u")
    await expect(page.locator(".row-priority")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator(".bulk")).to_have_count(0)
    assert (await by_name(office, "Four"))["assignee"] == mina.id


async def test_it_is_said_with_which_it_did_not_work(office: Office):
    """While the act is on its way a colleague takes two of them out of sight: the others are done, those are named."""
    await named(office)
    orders = await office.team("Orders")
    mina = await office.hire("Mina")
    moved = asyncio.Event()

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        async def forward(said: str | bytes) -> None:
            if '"bulk"' in str(said):
                await moved.wait()
            server.send(said)

        socket.on_message(forward)

    inbox = await mina.inbox()
    await inbox.page.route_web_socket(re.compile("/ws/agent"), between)
    await inbox.reload()
    await inbox.page.get_by_role("button", name=inbox.words("bulk.choose"), exact=True).click()
    await inbox.page.get_by_role("checkbox", name=inbox.words("bulk.all")).check()
    await inbox.choose(inbox.act("bulk-assign"), "Mina")
    for name in ("One", "Two"):
        await office.boss.ask(
            "PATCH", f"/conversations/{(await by_name(office, name))['id']}", {"team": orders}
        )
    moved.set()
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("bulk.failed.other", n=2))
    await expect(dialog.get_by_role("listitem").locator("b")).to_contain_text(["Two", "One"])
    await dialog.get_by_role("button", name=inbox.words("done")).click()
    await expect(names(inbox)).to_have_text(["Four", "Three"])
    assert [(await by_name(office, name))["assignee"] for name in ("Four", "One")] == [mina.id, None]


async def test_a_list_that_cannot_be_loaded_says_so_and_tries_again(office: Office, new_page: Pages):
    await filled(office)
    new_page.expect(r"503|Service Unavailable|Service Worker registration blocked")
    # While one begins its work, now and then a request passes by Playwright's routes.
    inbox = await office.boss.inbox(service_workers="block")
    broken = True

    async def answer(route: Route) -> None:
        await (route.fulfill(status=503, body="{}") if broken else route.continue_())

    waiting: asyncio.Event = asyncio.Event()

    async def slow(route: Route) -> None:
        await waiting.wait()
        await route.fallback()

    pattern = re.compile(r"/api/v1/conversations\?status=closed")
    await inbox.page.route(pattern, answer)
    await inbox.page.route(pattern, slow)
    await inbox.open_list("closed")
    await expect(inbox.page.locator(".list-pane .skeleton")).to_be_visible()
    waiting.set()
    await expect(inbox.page.get_by_text(inbox.words("list.failed"))).to_be_visible()
    broken = False
    await inbox.page.get_by_role("button", name=inbox.words("try_again")).click()
    await expect(inbox.page.get_by_text(inbox.words("empty.closed"), exact=True)).to_be_visible()


async def test_far_too_much(open_office):
    """Names without an end, rows without an end: each row keeps its height, every page comes, nothing is missed."""
    office = await open_office(
        PARLEY_LIMITS__PAGE="20",
        PARLEY_LIMITS__VISITOR_SESSIONS="9999/minute",
        PARLEY_LIMITS__VISITOR_MESSAGES_ADDRESS="9999/minute",
    )
    long = "가나다라마바사아자차카타파하" * 6
    await office.known_writes("W" * 110, "Supercalifragilistic" * 40)
    for n in range(130):
        await office.writes(f"{n} {long}")
    inbox = await office.boss.inbox()
    page = inbox.page
    seen: set[str] = set()
    for _ in range(60):
        found = await page.eval_on_selector_all("[data-row]", "(all) => all.map((it) => it.dataset.row)")
        seen.update(found)
        if len(seen) == 131:
            break
        await page.locator(".list-scroller").evaluate("(it) => it.scrollBy(0, 500)")
        await page.wait_for_timeout(60)
    assert len(seen) == 131
    heights = await page.eval_on_selector_all("[data-row]", "(all) => all.map((it) => it.offsetHeight)")
    assert set(heights) == {84}
    wider = "(all) => all.some((it) => it.scrollWidth > it.parentElement.clientWidth)"
    assert not await page.eval_on_selector_all("[data-row]", wider)


@pytest.mark.parametrize(("kind", "language", "theme"), [("desk", "en", "light"), ("hand", "ko", "dark")])
async def test_what_it_looks_like(office: Office, kind: str, language: Language, theme: Theme):
    """On a desk and in a hand: axe-core finds nothing in any state."""
    admin = office.boss
    await named(office)
    await office.team("주문 Orders")
    await admin.ask("POST", "/tags", {"name": "환불 refund", "colour": "#dc2626"})
    await admin.ask("POST", "/views", {"name": "환불 대기 · Refunds that wait for somebody", "filter": {}})
    options: dict[str, Any] = {**HAND, "viewport": PHONE} if kind == "hand" else {}
    look = Look(language, theme, f"lists-{kind}")
    inbox = await admin.inbox(
        "/list/narrowed/status=open&unread=1&assignee=none", language, color_scheme=theme, **options
    )
    page, words = inbox.page, inbox.words
    await look.at(inbox, "narrowed")
    await page.get_by_role("button", name=words("narrow"), exact=True).click()
    await look.at(inbox, "filter")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=words("view.save")).click()
    await look.at(inbox, "save")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=words("bulk.choose"), exact=True).click()
    await look.at(inbox, "choosing")
    await page.locator(".row-box input").nth(1).check()
    await look.at(inbox, "bulk")
    await inbox.act("bulk-snooze").click()
    await look.at(inbox, "bulk-snooze")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=words("bulk.end")).click()
    for name in ("mentions", "watched"):
        await inbox.go(f"/list/{name}")
        await look.at(inbox, name)
    if kind == "hand":
        await page.get_by_role("button", name=words("nav.label")).first.click()
        await look.at(inbox, "drawer")
    look.is_clean()


async def test_a_list_may_show_every_status_at_once(office: Office):
    """Open, snoozed and closed ones stand together and stay when their status changes; spam does not."""
    await named(office)
    for name, change in (("Two", {"status": "closed"}), ("Three", {"status": "spam"})):
        await office.boss.ask("PATCH", f"/conversations/{(await by_name(office, name))['id']}", change)
    inbox = await office.boss.inbox()
    page, words = inbox.page, inbox.words
    await page.get_by_role("button", name=words("narrow"), exact=True).click()
    dialog = page.get_by_role("dialog", name=words("narrow"))
    await dialog.get_by_role("combobox", name=words("narrow.status")).select_option("any")
    await dialog.get_by_role("button", name=words("narrow.show"), exact=True).click()
    await expect(names(inbox)).to_have_text(["Four", "Two", "One"])
    await expect(page.locator(".narrowed-part")).to_have_text([words("status.any")])
    await expect(inbox.row("Two").locator(".badge")).to_have_text(words("status.closed"))
    await inbox.open("One")
    await inbox.close()
    await expect(names(inbox)).to_have_text(["Four", "Two", "One"])
    await expect(inbox.row("One").locator(".badge")).to_have_text(words("status.closed"))
    one = await by_name(office, "One")
    await office.boss.ask("PATCH", f"/conversations/{one['id']}", {"priority": 4})
    await page.get_by_role("button", name=words("narrow"), exact=True).click()
    await dialog.get_by_role("combobox", name=words("priority")).select_option("4")
    await dialog.get_by_role("button", name=words("narrow.show"), exact=True).click()
    await expect(names(inbox)).to_have_text(["One"])


async def test_what_is_undone_stands_in_the_list_at_once(office: Office):
    """The pointer rests on the list: news wait behind the pill, the row that comes back does not; and what offers the
    undo lies over none of the rows."""
    await named(office)
    inbox = await office.boss.inbox()
    page = inbox.page
    await inbox.open("Three")
    await inbox.row("One").hover()
    await page.keyboard.press("e")
    await expect(names(inbox)).to_have_text(["Four", "Two", "One"])
    toast = page.locator(".toast")
    await expect(toast).to_have_count(1)
    over = """(toast) => {
      const box = toast.getBoundingClientRect();
      return [...document.querySelectorAll("[data-row]")].some((row) => {
        const at = row.getBoundingClientRect();
        return at.left < box.right && box.left < at.right && at.top < box.bottom && box.top < at.bottom;
      });
    }"""
    await become(lambda: toast.evaluate(over), False)
    await office.known_writes("Five", "I am Five")
    await expect(page.locator(".list-pill")).to_have_text(inbox.words("list.hidden.one", n=1))
    await page.keyboard.press("u")
    await expect(names(inbox)).to_have_text(["Four", "Three", "Two", "One"])
    await expect(page.locator(".list-pill")).to_have_text(inbox.words("list.hidden.one", n=1))
    for width in (800, 390):
        await page.set_viewport_size({"width": width, "height": 844})
        await inbox.go("/list/all")
        if width > 640:
            await inbox.open("Two")
            await page.keyboard.press("p")
            await page.keyboard.press("4")
        else:
            await page.get_by_role("button", name=inbox.words("bulk.choose"), exact=True).click()
            await page.locator(".row-box input").first.check()
            await inbox.act("bulk-close").click()
        await expect(toast).to_have_count(1)
        await become(lambda: toast.evaluate(over), False)
