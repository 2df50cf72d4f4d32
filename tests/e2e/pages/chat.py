"""The customer's chat, in a customer's verbs: alone as /chat/ACCOUNT, or in the frame on somebody's site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Locator, Page, expect

from tests.e2e.pages.screen import Screen, agree, become
from tests.e2e.pages.words import Language, Words

STORY = """() => [...document.querySelectorAll("[role=log] article")].map((row) => ({
  mine: row.classList.contains("mine"), text: row.querySelector(".text")?.textContent ?? "",
  files: [...row.querySelectorAll("img")].map((image) => image.alt).filter(Boolean),
  state: row.classList.contains("pending") ? "pending" : row.classList.contains("refused") ? "refused" : "stored",
  seen: !!row.querySelector(".tick.seen"),
}))"""


class ChatPage(Screen):
    """One tab of a customer. `frame` is where the chat is drawn, the page itself when it stands alone."""

    def __init__(self, page: Page, url: str, language: Language = "en", frame: Frame | None = None) -> None:
        super().__init__(page)
        self.url = url
        self.words = Words("widget", language)
        self.place: Page | Frame = frame or page

    async def go(self, account: str = "web") -> ChatPage:
        await self.page.goto(f"{self.url}/chat/{account}")
        await expect(self.field).to_be_enabled()
        return self

    @classmethod
    async def within(cls, page: Page, url: str, language: Language = "en") -> ChatPage:
        """The window that the widget opened on somebody's page; its frame hides in a closed shadow root."""

        async def is_there() -> bool:
            return any("/chat/" in frame.url for frame in page.frames)

        await become(is_there, True)
        frame = next(frame for frame in page.frames if "/chat/" in frame.url)
        chat = cls(page, url, language, frame)
        await expect(chat.field).to_be_enabled()
        return chat

    @property
    def field(self) -> Locator:
        return self.place.get_by_role("textbox", name=self.words("composer.label"))

    @property
    def log(self) -> Locator:
        return self.place.get_by_role("log")

    def message(self, text: str) -> Locator:
        """The one that says exactly this."""
        words = self.place.locator(".text").filter(has_text=re.compile(f"^{re.escape(text)}$"))
        return self.log.get_by_role("article").filter(has=words)

    async def say(self, *texts: str) -> None:
        for text in texts:
            await self.field.fill(text)
            await self.field.press("Enter")

    async def attach(self, *files: Path) -> None:
        """Chosen, not sent."""
        await self.place.locator("input[type=file]").set_input_files(files)

    async def send(self) -> None:
        await self.place.get_by_role("button", name=self.words("composer.send")).click()

    async def sees(self, *texts: str) -> None:
        """Each exactly once, stored."""
        for text in texts:
            await expect(self.message(text)).to_have_count(1)
            await expect(self.message(text)).not_to_have_class(re.compile(r"\b(pending|refused)\b"))

    async def seen(self, text: str) -> None:
        """The business has read it."""
        await expect(self.message(text).locator(".tick.seen")).to_have_count(1)

    async def story(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.place.evaluate(STORY)
        return found

    async def told(self) -> list[str]:
        return [("… " if it["state"] != "stored" else "") + it["text"] for it in await self.story()]

    async def tells(self, wanted: Sequence[str], patience: float = 15.0) -> None:
        """The story is this, in this order, nothing more."""
        await become(self.told, list(wanted), patience)

    async def is_true(self) -> None:
        """What came bit by bit shows what a fresh page shows."""
        tab = await self.page.context.new_page()
        other = await ChatPage(tab, self.url, self.words.language).go(self.page.url.rpartition("/")[2])
        await agree(self.story, other.story)
        await tab.close()
