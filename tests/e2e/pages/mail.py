"""A customer's mail program in the demo, in its owner's verbs."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import FrameLocator, Locator, Page, expect

from tests.e2e.office import Office
from tests.e2e.pages.screen import Screen
from tests.e2e.pages.words import Language, catalogue

PAGE = re.compile(r"http://[^/]+(/sandbox/[\w-]+/mail)")


class MailPage(Screen):
    """One browser with the page of the mail program."""

    def __init__(self, page: Page, language: Language = "en") -> None:
        super().__init__(page)
        self._texts = catalogue("letters", language)

    @classmethod
    async def of(cls, page: Page, demo: Office, language: Language = "en") -> MailPage:
        """The demo's own; the language is that of the browser."""
        found = await demo.said(PAGE)
        await page.goto(demo.url + found[1])
        mail = cls(page, language)
        await expect(mail.program).to_be_visible()
        return mail

    def words(self, key: str, **holes: str) -> str:
        text = self._texts[f"letters.{key}"]
        for name, value in holes.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    # --- places -----------------------------------------------------------------------------------------------------

    @property
    def program(self) -> Locator:
        return self.page.locator(".program")

    @property
    def rows(self) -> Locator:
        return self.page.locator(".row-of")

    @property
    def letters(self) -> Locator:
        """Those of the open thread that are unfolded."""
        return self.page.locator(".letter")

    @property
    def whole(self) -> FrameLocator:
        """The page of the newest letter of the open thread."""
        return self.letters.last.frame_locator("iframe")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words("words"), exact=True)

    def line(self, key: str) -> Locator:
        """`to`, `cc` or `subject` of the mail that is written."""
        return self.page.locator(".line").get_by_role("textbox", name=self.words(key), exact=True)

    def owner(self, name: str) -> Locator:
        return self.page.locator(".owner", has_text=name)

    def row(self, subject: str) -> Locator:
        return self.rows.filter(
            has=self.page.locator(".about", has_text=re.compile(f"^{re.escape(subject)}$"))
        )

    # --- acting -----------------------------------------------------------------------------------------------------

    async def press(self, key: str) -> None:
        await self.page.get_by_role("button", name=self.words(key), exact=True).first.click()

    async def take(self, name: str) -> None:
        """That person's mailbox."""
        await self.owner(name).click()
        await expect(self.owner(name)).to_have_attribute("aria-pressed", "true")

    async def begin(self, to: str, subject: str, text: str) -> None:
        """A new mail, not sent yet."""
        await self.press("new")
        await self.line("to").fill(to)
        await self.line("subject").fill(subject)
        await self.field.fill(text)

    async def write(self, to: str, subject: str, text: str) -> None:
        await self.begin(to, subject, text)
        await self.send()

    async def answer(self, text: str, key: str = "reply") -> None:
        """To the newest letter of the open thread."""
        await self.letters.last.get_by_role("button", name=self.words(key), exact=True).click()
        await self.field.fill(text)
        await self.send()

    async def send(self) -> None:
        await self.press("send")
        await expect(self.page.locator("form.writing")).to_have_count(0)

    async def attach(self, *files: Path) -> None:
        await self.page.locator("form.writing input[type=file]").set_input_files(files)
        for file in files:
            await expect(self.page.locator(".writing .files")).to_contain_text(file.name)

    async def open(self, subject: str) -> None:
        await self.row(subject).click()
        await expect(self.letters.last).to_be_visible()

    async def folder(self, name: str) -> None:
        await self.page.locator(".folder", has_text=self.words(f"folder.{name}")).click()

    async def weather(self, takes: str) -> None:
        await self.page.get_by_label(self.words("takes")).select_option(takes)

    async def turn(self, key: str) -> None:
        """One of the switches: `afterwards`, `slow` or `away`."""
        await self.page.get_by_role("switch", name=re.compile(re.escape(self.words(key)))).click()

    # --- seeing -----------------------------------------------------------------------------------------------------

    async def reads(self, text: str) -> None:
        """The newest letter of the open thread says so."""
        await expect(self.whole.get_by_text(text, exact=True).first).to_be_visible()

    async def pictures(self) -> int:
        """How many the newest letter of the open thread shows, in its text and below it."""
        inside, below = self.whole.locator("img"), self.letters.last.locator(".files img")
        shown = [*await inside.all(), *await below.all()]
        loaded = [await one.evaluate("(it) => it.complete && it.naturalWidth > 0") for one in shown]
        return sum(loaded)
