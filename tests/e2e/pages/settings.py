"""Settings: one's own, and what admins set."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.pages.screen import Screen
from tests.e2e.pages.words import Language, Words

PAGES = (
    "me",
    "look",
    "notices",
    "macros",
    "views",
    "security",
    "tokens",
    "agents",
    "teams",
    "hours",
    "tags",
    "attributes",
    "accounts",
    "parked",
    "webhooks",
    "people",
    "audit",
)


class SettingsPage(Screen):
    def __init__(self, page: Page, url: str, language: Language = "en") -> None:
        super().__init__(page)
        self.url = url
        self.words = Words("inbox", language)

    async def go(self, name: str) -> SettingsPage:
        await self.page.goto(f"{self.url}/settings/{name}")
        await self.shows(name)
        return self

    async def turn_to(self, name: str) -> None:
        """By its entry beside the page."""
        entry = self.page.get_by_role("navigation", name=self.words("settings.title"))
        await entry.get_by_role("link", name=self.words(f"settings.{name}"), exact=True).click()
        await self.shows(name)

    async def shows(self, name: str) -> None:
        await expect(self.page.locator("h2.settings-title")).to_have_text(self.words(f"settings.{name}"))
        await expect(self.page.locator(".skeleton")).to_have_count(0)

    def row(self, name: str) -> Locator:
        return self.page.locator(".rows-row").filter(has=self.page.locator("b", has_text=name))

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(key), exact=True)

    async def begin_second_factor(self, password: str) -> str:
        """The secret for the app; the password is asked for once more."""
        await self.button("totp.on").click()
        dialog = self.page.get_by_role("dialog", name=self.words("totp.title"))
        await dialog.get_by_label(self.words("password"), exact=True).fill(password)
        await dialog.get_by_role("button", name=self.words("totp.on")).click()
        await expect(dialog).to_have_count(0)
        secret = await self.page.locator(".totp-secret").text_content()
        return (secret or "").replace(" ", "")

    async def confirm_second_factor(self, code: str) -> None:
        await self.page.get_by_label(self.words("sign_in.code")).fill(code)
        await self.button("totp.confirm").click()
        await self.keep_codes()
        await expect(self.button("totp.off")).to_be_visible()

    async def keep_codes(self) -> list[str]:
        """The recovery codes, shown this once; the dialog goes only when they are said to be kept."""
        dialog = self.page.get_by_role("dialog", name=self.words("recovery.title"))
        codes = await dialog.locator(".recovery code").all_text_contents()
        await dialog.get_by_label(self.words("recovery.kept")).check()
        await dialog.get_by_role("button", name=self.words("done")).click()
        await expect(dialog).to_have_count(0)
        return codes

    async def deactivate(self, name: str) -> None:
        await self.row(name).get_by_role("button", name=self.words("agents.deactivate")).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name=self.words("agents.deactivate"), exact=True).click()

    async def turn_off_second_factor(self, name: str) -> None:
        await self.row(name).get_by_role("button", name=self.words("agents.factor_off")).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name=self.words("agents.factor_off"), exact=True).click()
        await expect(dialog).to_have_count(0)

    async def reset_link(self, name: str) -> str:
        await self.row(name).get_by_role("button", name=self.words("agents.reset")).click()
        link = await self.page.get_by_role("dialog").get_by_role("textbox").input_value()
        await self.page.get_by_role("dialog").get_by_role("button", name=self.words("done")).click()
        return link.rpartition("/")[2]
