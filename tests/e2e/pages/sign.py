"""The pages before the inbox: signing in, and one-time links."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.pages.screen import Screen
from tests.e2e.pages.words import Language, Words


class SignPage(Screen):
    def __init__(self, page: Page, url: str, language: Language = "en") -> None:
        super().__init__(page)
        self.url = url
        self.words = Words("inbox", language)
        self.errors = Words("errors", language)

    async def go(self) -> SignPage:
        await self.page.goto(self.url)
        await self.asks()
        return self

    async def follow(self, link: str) -> SignPage:
        """A one-time link."""
        await self.page.goto(f"{self.url}/link/{link}")
        return self

    async def asks(self) -> None:
        """Who are you?"""
        await expect(self.page.get_by_role("heading", name=self.words("sign_in.title"))).to_be_visible()

    async def fill(self, **fields: str) -> None:
        for key, value in fields.items():
            name = self.words(key.replace("__", "."))
            await self.page.get_by_label(name, exact=key not in ("password__new", "sign_in__code")).fill(
                value
            )

    async def enter(self, email: str, password: str) -> None:
        await self.fill(email=email, password=password)
        await self.page.get_by_role("button", name=self.words("sign_in"), exact=True).click()

    async def show_code(self, code: str) -> None:
        await self.fill(sign_in__code=code)
        await self.page.get_by_role("button", name=self.words("sign_in"), exact=True).click()

    async def is_in(self, name: str) -> None:
        await expect(self.page.locator("nav .nav-me")).to_contain_text(name)

    async def refuses(self, key: str) -> None:
        await expect(self.page.get_by_role("alert")).to_have_text(self.errors(key))
