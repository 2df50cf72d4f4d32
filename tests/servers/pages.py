"""Pages that watch their own console: anything the browser complains of fails the test unless the test expects it."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from tests.servers.chromium import PACKAGES

COMPLAINTS = ("error", "warning")
PATIENCE = 30_000.0
"""Milliseconds after which what was waited for counts as never; nothing waits that long when all is well. The one
patience of all waiting for a page: who waits less fails on a machine that is busy."""
expect.set_options(timeout=PATIENCE)
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that ask for colours; what the others find is the same in every look."""
AXE = """({ within, only }) => axe.run(within, {
  resultTypes: ["violations"], ...(only.length ? { runOnly: only } : {}),
})"""
CLOSING = 60.0
"""Seconds that closing all pages of a test may take."""


class Pages:
    """`await new_page()` opens a page in a context of its own (storage, network); `expect` allows complaints."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._allowed: list[re.Pattern[str]] = []
        self.complaints: list[str] = []

    async def __call__(self, **options: Any) -> Page:
        """`options` are Playwright's for a context: viewport, locale, color_scheme, base_url, storage_state ... Nothing
        moves, unless it is asked to: whoever waits for a button to stand still waits for nothing."""
        context = await self._browser.new_context(
            **{"locale": "en-US", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", self._catch)
        self._contexts.append(context)
        return await context.new_page()

    def expect(self, pattern: str) -> None:
        """The console may say this in this test, e.g. `ERR_INTERNET_DISCONNECTED` where the network is cut."""
        self._allowed.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [
            said for said in self.complaints if not any(allowed.search(said) for allowed in self._allowed)
        ]

    async def close(self) -> None:
        """A context that cannot be closed fails the test, not the run: its browser ends with the room."""
        async with asyncio.timeout(CLOSING):
            await asyncio.gather(*(context.close() for context in self._contexts))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in COMPLAINTS:
            where = message.location
            self.complaints.append(f"{message.type}: {message.text} ({where['url']}:{where['lineNumber']})")

    def _catch(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")


async def accessibility_faults(page: Page, within: str = "html", only: Sequence[str] = ()) -> list[str]:
    """What axe-core finds on the page as it stands, or in a part of it: one line for each rule and place.

    `only`: by these rules, where the same page was looked at by all of them before.
    """
    # By evaluate, not as a script element: the page's own policy forbids that, and should.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate((PACKAGES / "axe-core/axe.min.js").read_text())
    found = await page.evaluate(AXE, {"within": within, "only": list(only)})
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
