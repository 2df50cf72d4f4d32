"""An agent's browser on a machine four times as slow, in a list of 100,000 conversations: the longest task of its page.

Chromium's own trace says how long the page's thread was at each task (its own time: what else the machine did is not
the page's). While one lasts nothing answers to the agent.
"""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.harness import Bench, Figure, Goal, row
from bench.seed import seed
from inbox.auth.door import PLAIN

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

THROTTLE = 4
"""How many times slower than this machine."""
MOST = Goal(50, 50, at_most=True)
"""ms; nobody feels a wait below it."""
LIST = "/list/closed"
"""Nine of ten seeded conversations stand in it."""
CATEGORIES = "toplevel,disabled-by-default-devtools.timeline"
MAIN = "CrRendererMain"
ROW = "[data-row]"
WHEEL = 400
"""Pixels that one notch of a flick scrolls, every frame."""


@row
def scroll(bench: Bench) -> Iterator[Figure]:
    """Scrolling a list of 100,000 conversations to where nobody scrolls, jumping in it, opening from it; 4 x throttle.

    No task over 50 ms.
    """
    from playwright.sync_api import sync_playwright

    from tests.servers.chromium import ARGUMENTS, find

    conversations = bench.few(115_000, 3_000)
    data = bench.data("parley", customers=5, agents=20)
    seed(data, messages=conversations * 3, conversations=conversations)
    port = bench.parley(data).port()
    url, chromium = f"http://127.0.0.1:{port}", find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program, env=chromium.environment, args=list(ARGUMENTS)
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        # The one that sees everything.
        context.add_cookies([{"name": PLAIN, "value": data.cookies[0], "url": url}])
        reader = Reader(context.new_page(), url)
        reader.opens()
        reader.goes_down(bench.few(90_000, 150))
        scrolled = bench.quietly(lambda: reader.watched(lambda: reader.flicks(bench.few(1_000, 15))))
        jumped = bench.quietly(lambda: reader.watched(lambda: reader.jumps(bench.few(60, 4))))
        opened = bench.quietly(lambda: reader.watched(lambda: reader.reads(bench.few(40, 3))))
        rows = reader.rows()
        browser.close()
    size = f"{conversations * 7 // 8:,} conversations"
    yield Figure(f"longest task, scrolling {size} at {THROTTLE} × throttle", scrolled.longest, "ms", MOST,
                 f"{scrolled.raw}; {rows:,} rows read")  # fmt: skip
    yield Figure(f"longest task, jumping among {rows:,} rows", jumped.longest, "ms", MOST, jumped.raw)
    yield Figure(
        "longest task, opening conversations one after the other", opened.longest, "ms", MOST, opened.raw
    )


@dataclass(frozen=True)
class Tasks:
    """How long the page's thread was at each of its tasks, ms."""

    each: list[float]

    @property
    def longest(self) -> float:
        return max(self.each, default=0.0)

    @property
    def raw(self) -> str:
        shown = sorted((one for one in self.each if one >= 1), reverse=True)
        over = sum(one > MOST.floor for one in shown)
        usual = statistics.median(shown or [0])
        return f"{len(shown):,} tasks over 1 ms, median {usual:.0f} ms, {over} over {MOST.floor:g} ms"


class Reader:
    """One who scrolls and reads."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url
        self._session: CDPSession = page.context.new_cdp_session(page)

    def opens(self) -> None:
        self._page.goto(self._url + LIST)
        self._page.locator(ROW).first.wait_for()
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})

    def goes_down(self, rows: int) -> None:
        """To a depth, at the machine's own speed."""
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        while self.rows() < rows:
            self._page.evaluate("(() => { const it = document.querySelector('.list-scroller');"
                                " it.scrollTop = it.scrollHeight; })()")  # fmt: skip
            self._page.wait_for_timeout(20)
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})

    def flicks(self, times: int) -> None:
        """Down and further down, with a turn back now and then."""
        self._page.mouse.move(400, 500)
        for n in range(times):
            self._page.mouse.wheel(0, -WHEEL * 5 if n % 40 == 39 else WHEEL * (1 + n % 5))
            self._page.wait_for_timeout(16)

    def jumps(self, times: int) -> None:
        """By the scroll bar, wherever."""
        dice = random.Random(7)
        for _ in range(times):
            self._page.evaluate("(part) => { const it = document.querySelector('.list-scroller');"
                                " it.scrollTop = it.scrollHeight * part; }", dice.random())  # fmt: skip
            self._page.wait_for_timeout(120)

    def reads(self, times: int) -> None:
        """Opens one and walks on, as with j."""
        self._page.evaluate("document.querySelector('.list-scroller').scrollTop = 0")
        self._page.wait_for_timeout(300)
        self._page.locator(ROW).first.click()
        self._page.locator("[role=log] article").first.wait_for()
        for _ in range(times):
            self._page.keyboard.press("j")
            self._page.wait_for_timeout(250)

    def rows(self) -> int:
        """How far the list has been read."""
        height = self._page.evaluate("document.querySelector('.list').offsetHeight")
        each = self._page.evaluate(
            "getComputedStyle(document.querySelector('.list')).getPropertyValue('--row')"
        )
        return int(height // float(each.removesuffix("px")))

    def watched(self, act: Callable[[], None]) -> Tasks:
        """The tasks of the page while it is done."""
        events: list[dict[str, Any]] = []
        browser = self._page.context.browser
        assert browser
        session = browser.new_browser_cdp_session()
        done: list[bool] = []
        session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
        session.on("Tracing.tracingComplete", lambda _: done.append(True))
        session.send("Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES.split(",")}})
        act()
        session.send("Tracing.end")
        while not done:
            self._page.wait_for_timeout(50)
        session.detach()
        return tasks_of(events)


def tasks_of(events: list[dict[str, Any]]) -> Tasks:
    """Of the busiest page's main thread in a trace."""
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"].get("name") == MAIN
    }
    each: dict[tuple[int, int], list[float]] = defaultdict(list)
    for one in events:
        place = (one["pid"], one["tid"])
        if one["name"] == "RunTask" and one["ph"] == "X" and place in mains:
            each[place].append(one.get("tdur", one["dur"]) / 1000)
    return Tasks(max(each.values(), key=sum, default=[]))
