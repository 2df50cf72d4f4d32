"""A phone of the demo's network, in its owner's verbs."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.office import Office
from tests.e2e.pages.screen import Screen
from tests.e2e.pages.words import Language, catalogue

PAGE = re.compile(r"http://[^/]+(/sandbox/[\w-]+/phones)")


class PhonePage(Screen):
    """One browser with the page of phones."""

    def __init__(self, page: Page, language: Language = "en") -> None:
        super().__init__(page)
        self._texts = catalogue("phones", language)

    @classmethod
    async def of(cls, page: Page, demo: Office, language: Language = "en") -> PhonePage:
        """The demo's own; the language is that of the browser."""
        found = await demo.said(PAGE)
        await page.goto(demo.url + found[1])
        phone = cls(page, language)
        await expect(phone.chats.first).to_be_visible()
        return phone

    def words(self, key: str) -> str:
        return self._texts[f"phones.{key}"]

    # --- places -----------------------------------------------------------------------------------------------------

    @property
    def chats(self) -> Locator:
        return self.page.locator(".chat-row")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.page.locator(".writing textarea")

    @property
    def airplane(self) -> Locator:
        return self.page.get_by_role("switch")

    @property
    def typing(self) -> Locator:
        return self.page.locator(".chat-head").get_by_text(self.words("types"))

    def owner(self, name: str) -> Locator:
        return self.page.locator(".owner", has_text=name)

    def entry(self, text: str) -> Locator:
        words = self.page.locator(".words").filter(has_text=re.compile(f"^{re.escape(text)}$"))
        return self.log.locator(".entry").filter(has=words)

    # --- acting -----------------------------------------------------------------------------------------------------

    async def flies(self, flies: bool = True) -> None:
        """The switch is turned when the network has answered, not with the click."""
        await self.airplane.click()
        await expect(self.airplane).to_be_checked(checked=flies)

    async def lands(self) -> None:
        await self.flies(False)

    async def take(self, name: str) -> None:
        """That person's phone in the hand."""
        await self.owner(name).click()
        await expect(self.owner(name)).to_have_attribute("aria-pressed", "true")

    async def open(self, kind: str) -> None:
        """`sms` or `whatsapp`."""
        await self.chats.filter(has_text=self.words(kind)).click()
        await expect(self.log).to_be_visible()

    async def close(self) -> None:
        await self.page.get_by_role("button", name=self.words("back")).click()
        await expect(self.chats.first).to_be_visible()

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")
        await expect(self.log.locator(".words").last).to_have_text(text)

    async def send_picture(self, which: str) -> None:
        """One of those that are drawn for the demo."""
        before = await self.log.locator(".photo, .file").count()
        await self.page.get_by_role("button", name=self.words("more")).click()
        await self.page.get_by_role("button", name=self.words(f"picture.{which}")).click()
        await expect(self.log.locator(".photo, .file")).to_have_count(before + 1)

    async def slide(self, share: str, percent: int) -> None:
        """The weather: so many of the hundred."""
        slider = self.page.get_by_label(self.words(f"share.{share}"))
        await slider.fill(str(percent))
        await expect(self.page.locator(".slider", has=slider).locator(".share")).to_have_text(f"{percent}%")

    async def next(self, fault: str) -> None:
        """What befalls the very next sending."""
        await self.page.get_by_role("button", name=self.words(f"next.{fault}"), exact=True).click()
        await expect(self.page.get_by_text(self.words("next_done"))).to_be_visible()

    async def look_away(self, away: bool) -> None:
        """Another tab comes before this one, or goes."""
        state = "hidden" if away else "visible"
        await self.page.evaluate(
            "(state) => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            state,
        )

    # --- seeing -----------------------------------------------------------------------------------------------------

    async def sees(self, *texts: str) -> None:
        """Exactly these, in this order, whoever wrote them."""
        await expect(self.log.locator(".words")).to_have_text(list(texts))

    async def ticks(self, text: str, tick: str) -> None:
        """What the phone says has become of what she wrote."""
        entry = self.entry(text)
        said = entry.locator(f".ticks.{tick}").or_(
            entry.locator(".told", has_text=self.words(f"tick.{tick}"))
        )
        await expect(said).to_be_visible()

    async def has_received(self, name: str, count: int) -> None:
        await expect(self.owner(name)).to_contain_text(
            self.words("received.one" if count == 1 else "received.other").replace("{n}", str(count))
        )
