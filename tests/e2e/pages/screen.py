"""What all screens have in common."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.servers import pages
from tests.servers.pages import accessibility_faults

PATIENCE = pages.PATIENCE / 1000
"""Seconds until something that must become true counts as never."""
LOOK = 0.03
"""Seconds between two looks."""
PLAIN: dict[str, Any] = {"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none"}
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""The page hears what the device asks for with the next frame, and draws it in that one."""


class Screen:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def offline(self, off: bool = True) -> None:
        await self.page.context.set_offline(off)

    async def online(self) -> None:
        await self.offline(False)

    async def reload(self) -> None:
        await self.page.reload()

    async def faults(self, name: str, within: str = "html", only: Sequence[str] = ()) -> list[str]:
        """What axe-core finds on the page as it stands, or in a part of it; `only` by these rules.

        With PARLEY_SHOTS naming a folder, a picture is kept there.
        """
        if folder := os.environ.get("PARLEY_SHOTS"):
            await self.page.screenshot(path=Path(folder) / f"{name}.png")
        return [f"{name}: {fault}" for fault in await accessibility_faults(self.page, within, only)]

    async def wears(self, **asked: str) -> None:
        """The device asks for this look from now on, and for nothing else."""
        await self.page.emulate_media(**{**PLAIN, **asked})
        await self.page.evaluate(DRAWN)

    async def compose(self, *steps: str) -> None:
        """An input method at work in the focused field: each step is what it shows so far; nothing is final yet."""
        keys = await self.page.context.new_cdp_session(self.page)
        for step in steps:
            await keys.send(
                "Input.imeSetComposition",
                {"text": step, "selectionStart": len(step), "selectionEnd": len(step)},
            )
        await keys.detach()

    async def press_composing(self, key: str, code: str) -> None:
        """A key that the input method takes for itself: the page hears of it as key code 229."""
        keys = await self.page.context.new_cdp_session(self.page)
        event = {"key": "Process", "code": code, "windowsVirtualKeyCode": 229}
        await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
        await keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **event, "key": key})
        await keys.detach()

    async def confirm(self, text: str) -> None:
        """The input method ends its composition with this text."""
        keys = await self.page.context.new_cdp_session(self.page)
        await keys.send("Input.insertText", {"text": text})
        await keys.detach()

    async def press_key(self, code: str, letter: str) -> None:
        """A key at its place on the keyboard, `code`; what it writes is the layout's."""
        keys = await self.page.context.new_cdp_session(self.page)
        event = {"key": letter, "code": code, "windowsVirtualKeyCode": ord(code[-1])}
        await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
        await keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        await keys.detach()


async def become(look: Callable[[], Awaitable[Any]], wanted: Any, patience: float = PATIENCE) -> None:
    """Wait until what is seen is what is wanted; tells the difference when it never is."""
    until = time.monotonic() + patience
    while (seen := await look()) != wanted:
        assert time.monotonic() < until, f"wanted {_told(wanted)}\nseen   {_told(seen)}"
        await asyncio.sleep(LOOK)


async def agree(
    one: Callable[[], Awaitable[Any]], other: Callable[[], Awaitable[Any]], patience: float = PATIENCE
) -> None:
    """Wait until both see the same, twice in a row: whatever was on its way has arrived."""
    until = time.monotonic() + patience
    equal = 0
    while equal < 2:
        first, second = await one(), await other()
        equal = equal + 1 if first == second else 0
        assert time.monotonic() < until, f"these differ:\n{difference(first, second)}"
        await asyncio.sleep(LOOK)


def difference(first: Any, second: Any, path: str = "") -> str:
    """The places where two pictures differ, one a line."""
    if isinstance(first, dict) and isinstance(second, dict):
        names = sorted({*first, *second})
        return "\n".join(
            filter(None, (difference(first.get(name), second.get(name), f"{path}.{name}") for name in names))
        )
    return "" if first == second else f"{path}:\n  {_told(first)}\n  {_told(second)}"


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
