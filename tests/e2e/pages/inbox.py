"""The agents' inbox, in an agent's verbs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import playwright.async_api
from playwright.async_api import Locator, Page, expect

from tests.e2e.pages.screen import Screen, agree, become
from tests.e2e.pages.words import Language, Words

# Everything that is drawn of what the server told, without what is a matter of the moment or of this page: times in
# words, who types, where one has scrolled to.
PICTURE = """() => {
  const text = (place, what) => place?.querySelector(what)?.textContent ?? null;
  const all = (place, what, take) => [...(place?.querySelectorAll(what) ?? [])].map(take);
  const words = (element) => element.textContent.replace(/\\s+/g, " ").trim();
  const counts = Object.fromEntries(
    all(document, "nav a[href^='/list/']", (entry) => [entry.title, text(entry, ".nav-count")]));
  const rows = all(document, "[data-row]", (row) => ({
    id: row.dataset.row, name: text(row, ".row-name"), unread: row.classList.contains("unread"),
    subject: text(row, ".row-subject"), preview: words(row.querySelector(".row-preview")),
    tags: all(row, ".tag", words), priority: text(row, ".row-priority"), waits: !!row.querySelector(".row-waiting"),
    assigned: row.querySelector(".row-assignee")?.title ?? null,
  }));
  const main = document.querySelector("main.conversation");
  const head = main?.querySelector(".conversation-head");
  const conversation = head && {
    who: words(head.querySelector(".head-name")), subject: head.querySelector("input.subject")?.value ?? null,
    tags: all(head, ".tag-name", words), badges: all(head, ".badge:not(.good)", words),
    pickers: all(head, "button[aria-haspopup]", words), close: head.querySelector("[data-act=close]")?.title ?? null,
    story: all(main, "[role=log] article, [role=log] .line", (item) => item.matches("article")
      ? {
          side: ["them", "us", "note"].find((side) => item.classList.contains(side)),
          by: item.getAttribute("aria-label"),
          text: all(item, ".bubble .words", (line) => line.textContent).join("\\n"),
          files: all(item, ".bubble img", (image) => image.alt).concat(all(item, ".file-name", words)),
          tick: text(item, ".tick-word"), pending: item.classList.contains("pending"),
        }
      : { line: words(item.querySelector("span")) }),
    draft: main.querySelector(".composer textarea")?.value ?? null,
  };
  return { title: document.title, counts, list: text(document, ".list-pane h1"), rows, conversation };
}"""

# From one screen to another without loading the page, as a link does.
WALK = "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }"


class InboxPage(Screen):
    """One tab of an agent. `url` is the house's address."""

    def __init__(self, page: Page, url: str, language: Language = "en") -> None:
        super().__init__(page)
        self.url = url
        self.words = Words("inbox", language)

    # --- going ------------------------------------------------------------------------------------------------------

    async def go(self, place: str = "/list/all") -> InboxPage:
        await self.page.goto(self.url + place)
        await self.settled()
        return self

    async def go_to(self, place: str) -> None:
        """To another screen without loading the page, as a link does; not waiting for what is read there."""
        await self.page.evaluate(WALK, place)

    async def walk(self, place: str) -> None:
        await self.go_to(place)
        await self.settled()

    async def settled(self) -> None:
        """Drawn, live, and no skeleton left."""
        await expect(self.page.locator("nav .nav-me")).to_be_attached()
        await expect(self.page.locator(".skeleton")).to_have_count(0)

    async def open_list(self, name: str) -> None:
        """Open one of the lists, by its catalogue key's end or by a team's or tag's own name."""
        titles = ("mine", "unassigned", "all", "snoozed", "closed", "spam")
        await self.nav_entry(self.words(f"list.{name}") if name in titles else name).click()

    async def open(self, name: str) -> None:
        """Open the conversation of that customer, from the list on the screen."""
        await self.row(name).click()
        await expect(self.log).to_be_visible()
        await expect(self.page.locator(".head-contact")).to_have_text(name)

    # --- places -----------------------------------------------------------------------------------------------------

    def nav_entry(self, title: str) -> Locator:
        return self.page.get_by_role("navigation").get_by_title(title, exact=True)

    def row(self, name: str) -> Locator:
        return self.page.locator("[data-row]").filter(
            has=self.page.locator(".row-name", has_text=re.compile(f"^{re.escape(name)}$"))
        )

    @property
    def head(self) -> Locator:
        return self.page.locator(".conversation-head")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.page.locator("section.composer")

    @property
    def field(self) -> Locator:
        return self.composer.locator("textarea")

    @property
    def stopped(self) -> Locator:
        return self.page.get_by_role("alertdialog")

    def message(self, text: str) -> Locator:
        """The one that says exactly this."""
        words = self.page.locator(".words").filter(has_text=re.compile(f"^{re.escape(text)}$"))
        return self.log.get_by_role("article").filter(has=words)

    def act(self, name: str) -> Locator:
        return self.page.locator(f"[data-act={name}]")

    # --- acting -----------------------------------------------------------------------------------------------------

    async def write(self, text: str, mode: str = "public") -> None:
        """Into the composer, not sent."""
        tab = self.act("note" if mode == "note" else "reply")
        if await tab.get_attribute("aria-selected") != "true":
            await tab.click()
            await expect(tab).to_have_attribute("aria-selected", "true")
        await self.field.fill(text)

    async def reply(self, text: str) -> None:
        """By what sends wherever one writes; in a mail Enter alone begins a new line."""
        await self.write(text)
        await self.field.press("Control+Enter")

    async def crosses(self, other: InboxPage, text: str) -> None:
        """Send what is written, and have the other's reply overtake it on the way."""
        await self.offline()
        await self.field.press("Enter")
        await other.reply(text)
        await other.sees(text)
        await self.online()
        await expect(self.stopped).to_be_visible()

    async def note(self, text: str) -> None:
        await self.write(text, "note")
        await self.field.press("Enter")

    async def attach(self, *files: Path) -> None:
        await self.composer.locator("input[type=file]").set_input_files(files)
        await expect(self.composer.locator("progress")).to_have_count(0)

    async def choose(self, face: Locator, choice: str) -> None:
        """Open a picker and take what is called so."""
        await face.click()
        await self.page.get_by_role("option", name=choice).first.click()

    async def assign(self, name: str) -> None:
        await self.choose(self.act("assign"), name)

    async def team(self, name: str) -> None:
        await self.choose(self.head.get_by_title(self.words("team"), exact=True), name)

    async def tag(self, name: str) -> None:
        """By its name; a name that is none yet makes a tag."""
        await self.act("tag").click()
        finder = self.page.get_by_role("combobox", name=self.words("tag.add"))
        await finder.fill(name)
        await finder.press("Enter")
        await finder.press("Escape")

    async def snooze(self, says: str = "snooze.hour") -> None:
        await self.act("snooze").click()
        await self.page.get_by_role("button", name=self.words(says)).click()

    async def close(self) -> None:
        await self._turn("close_it", "reopen")

    async def reopen(self) -> None:
        await self._turn("reopen", "close_it")

    async def _turn(self, face: str, other: str) -> None:
        """Press until it counts: in the moment in which somebody else turned the button over, no press does."""
        turned = self._face(other)
        await expect(self._face(face)).to_be_visible()
        while not await turned.count():
            with contextlib.suppress(AssertionError, playwright.async_api.TimeoutError):
                await self._face(face).click(timeout=1_000)
                await expect(turned).to_be_visible(timeout=1_000)

    def _face(self, key: str) -> Locator:
        return self.page.locator(f"[data-act=close][title='{self.words(key)}']")

    # --- seeing -----------------------------------------------------------------------------------------------------

    async def sees(self, *texts: str) -> None:
        """Each exactly once, stored."""
        for text in texts:
            await expect(self.message(text)).to_have_count(1)
            await expect(self.message(text)).not_to_have_class(re.compile(r"\bpending\b"))

    async def told(self) -> list[str]:
        """The words of the conversation, in order."""
        found: list[str] = await self.page.evaluate(
            "() => [...document.querySelectorAll('[role=log] article')].map("
            "(it) => (it.classList.contains('pending') ? '… ' : '') + (it.querySelector('.words')?.textContent ?? ''))"
        )
        return found

    async def tells(self, wanted: Sequence[str], patience: float = 15.0) -> None:
        """The story is this, in this order, nothing more."""
        await become(self.told, list(wanted), patience)

    async def tick(self, text: str, key: str) -> None:
        await expect(self.message(text).locator(".tick-word")).to_have_text(self.words(f"tick.{key}"))

    async def counts(self, **wanted: int) -> None:
        """The figures beside the lists; 0 is not written."""
        for name, n in wanted.items():
            entry = self.nav_entry(self.words(f"list.{name}")).locator(".nav-count")
            await expect(entry).to_have_text([str(n)] if n else [])

    async def picture(self) -> dict[str, Any]:
        seen: dict[str, Any] = await self.page.evaluate(PICTURE)
        return seen

    async def fresh(self) -> InboxPage:
        """The same agent's same screen in a new tab that starts from nothing, the same list beside it."""
        page = InboxPage(await self.page.context.new_page(), self.url, self.words.language)
        beside = await self.page.locator("nav a[aria-current=page]").first.get_attribute("href")
        await page.go(beside or "/")
        here = self.page.url.removeprefix(self.url)
        if here != beside:
            await page.page.evaluate(WALK, here)
            await page.settled()
        return page

    async def is_true(self) -> None:
        """What the log brought shows what a fresh page shows: bootstrap + events = fresh bootstrap."""
        other = await self.fresh()
        await agree(self.picture, other.picture)
        await other.page.close()
