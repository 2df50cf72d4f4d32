"""An agent's browser on a machine four times as slow, in a list of 100,000 conversations: the longest task of its page.

Chromium's own trace says how long the page's thread was at each task (its own time: what else the machine did is not
the page's). While one lasts nothing answers to the agent.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.harness import Bench, Figure, Goal, Posts, row
from bench.seed import lengthen, seed
from inbox.auth.door import PLAIN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

THROTTLE = 4
"""How many times slower than this machine."""
MOST = Goal(50, 50, at_most=True)
"""ms; nobody feels a wait below it."""
LIST = "/list/all"
CATEGORIES = "toplevel,disabled-by-default-devtools.timeline,devtools.timeline,v8"
MAIN = "CrRendererMain"
ROW = "[data-row]"
MESSAGE = "[role=log] article"
WHEEL = 400
"""Pixels that one notch of a flick scrolls, every frame."""
SLOW = 60
"""Pixels of one who looks at each row."""
LONG, SAID = 6, 300
"""So many conversations at the top of the list have so many messages more, with pictures and papers."""
ARRIVING = 4
"""Messages a second that customers write meanwhile; each moves its row to the top."""
DOWN = """async ([rows, seconds]) => {
    const scroller = document.querySelector(".list-scroller");
    const list = document.querySelector(".list");
    const height = rows * parseFloat(getComputedStyle(list).getPropertyValue("--row"));
    const end = performance.now() + seconds * 1000;
    while (list.offsetHeight < height && performance.now() < end) {
        scroller.scrollTop = scroller.scrollHeight;
        await new Promise((go) => setTimeout(go, 10));
    }
}"""
DOWN_MOST = 150.0
"""Seconds."""
PARTS = {
    "script": ("FunctionCall", "EvaluateScript"),
    "style and layout": ("UpdateLayoutTree", "Layout", "PrePaint"),
    "paint": ("Paint", "Layerize", "Commit"),
    "collecting waste": ("MajorGC", "MinorGC"),
}
"""What a task may be at, and what a trace calls it."""


@row
def scroll(bench: Bench) -> Iterator[Figure]:
    """Scrolling a list of 100,000 conversations, jumping in it and opening from it while customers write; 4 x throttle.

    No task over 50 ms.
    """
    from playwright.sync_api import sync_playwright

    from tests.servers.chromium import ARGUMENTS, find

    conversations = bench.few(100_000, 3_000)
    data = bench.data("parley", customers=20, agents=20)
    seed(data, messages=conversations * 3, conversations=conversations, all_open=True)
    lengthen(data, conversations=LONG, messages=bench.few(SAID, 60))
    port = bench.parley(data, core=None).port()
    posts = bench.posts(port, data, core=None)
    url, chromium = f"http://127.0.0.1:{port}", find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program, env=chromium.environment, args=list(ARGUMENTS)
        )
        reader = Reader(browser, url, data.cookies[0])
        reader.goes_down(bench.few(90_000, 150))
        with _arriving(posts):
            scrolled = bench.quietly(lambda: reader.watched(lambda: reader.scrolls(bench.few(1, 20))))
            jumped = bench.quietly(lambda: reader.watched(lambda: reader.jumps(bench.few(60, 4))))
            rows = reader.rows()
            walked = bench.quietly(lambda: reader.watched(lambda: reader.reads(bench.few(40, 3))))
        reader.leaves()
        firsts = [_first_opening(bench, browser, url, data.cookies[0]) for _ in range(bench.few(3, 1))]
        browser.close()
    size = f"{rows:,} of {conversations:,} conversations"
    yield Figure(
        f"longest task, scrolling {size} at {THROTTLE} × throttle", scrolled.longest, "ms", MOST, scrolled.raw
    )
    yield Figure(f"longest task, jumping among {rows:,} rows", jumped.longest, "ms", MOST, jumped.raw)
    yield Figure("longest task, the first conversation opened by a fresh page, a long one with pictures",
                 statistics.median(one.longest for one in firsts), "ms", MOST,
                 f"median of {len(firsts)} pages; {max(firsts, key=lambda one: one.longest).raw}")  # fmt: skip
    yield Figure("longest task, opening conversations one after the other, long ones and short ones",
                 walked.longest, "ms", MOST, walked.raw)  # fmt: skip


def _first_opening(bench: Bench, browser: Browser, url: str, cookie: str) -> Tasks:
    """Of a page that has drawn no conversation before."""

    def measure() -> Tasks:
        reader = Reader(browser, url, cookie)
        told = reader.watched(reader.opens_first)
        reader.leaves()
        return told

    told: Tasks = bench.quietly(measure)
    return told


@contextlib.contextmanager
def _arriving(posts: Posts) -> Iterator[None]:
    """Customers write meanwhile."""
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            posts.run(1.0, connections=1, rate=ARRIVING)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@dataclass(frozen=True)
class Tasks:
    """How long the page's thread was at each of its tasks, ms."""

    each: list[float]
    parts: dict[str, float] = field(default_factory=dict)
    """Of the longest: what it was at, and for how long. Layout that a script asks for counts as both."""
    whole: dict[str, float] = field(default_factory=dict)
    """The same of all of them together: where the time goes, when no task is long."""

    @property
    def longest(self) -> float:
        return max(self.each, default=0.0)

    @property
    def raw(self) -> str:
        shown = sorted((one for one in self.each if one >= 1), reverse=True)
        over = sum(one > MOST.floor for one in shown)
        usual = statistics.median(shown or [0])
        told = f"{len(shown):,} tasks over 1 ms, median {usual:.0f} ms, {over} over {MOST.floor:g} ms"
        if whole := _shown(self.whole):
            told += f"; of {sum(self.each):,.0f} ms in all: {whole}"
        if parts := _shown(self.parts):
            told += f"; the longest: {parts} ms"
        return told


def _shown(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {took:,.0f}" for name, took in parts.items() if took >= 0.5)


class Reader:
    """One who scrolls and reads, on a page of her own."""

    def __init__(self, browser: Browser, url: str, cookie: str) -> None:
        self._browser = browser
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.add_cookies([{"name": PLAIN, "value": cookie, "url": url}])
        self._page: Page = context.new_page()
        self._session: CDPSession = context.new_cdp_session(self._page)
        self._page.goto(url + LIST)
        self._page.locator(ROW).first.wait_for()
        self._page.wait_for_timeout(500)
        self._slows(THROTTLE)

    def leaves(self) -> None:
        self._page.context.close()

    def _slows(self, rate: int) -> None:
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def goes_down(self, rows: int) -> None:
        """To a depth, at the machine's own speed. Raises TimeoutError where that takes too long."""
        self._slows(1)
        self._page.evaluate(DOWN, [rows, DOWN_MOST])
        if self.rows() < rows:
            raise TimeoutError(f"only {self.rows():,} of {rows:,} rows after {DOWN_MOST:g} s")
        self._slows(THROTTLE)

    def _to_end(self) -> None:
        self._page.evaluate("(() => { const it = document.querySelector('.list-scroller');"
                            " it.scrollTop = it.scrollHeight; })()")  # fmt: skip

    def scrolls(self, part: int) -> None:
        """Flicks down and up, then row by row, then by the End key as far as there is more."""
        self._page.mouse.move(400, 500)
        for n in range(240 // part):
            self._page.mouse.wheel(0, -WHEEL * 5 if n % 40 == 39 else WHEEL * (1 + n % 5))
            self._page.wait_for_timeout(16)
        for _ in range(120 // part):
            self._page.mouse.wheel(0, SLOW)
            self._page.wait_for_timeout(16)
        for _ in range(60 // part):
            self._to_end()
            self._page.wait_for_timeout(100)

    def jumps(self, times: int) -> None:
        """By the scroll bar, wherever."""
        dice = random.Random(7)
        for _ in range(times):
            self._page.evaluate("(part) => { const it = document.querySelector('.list-scroller');"
                                " it.scrollTop = it.scrollHeight * part; }", dice.random())  # fmt: skip
            self._page.wait_for_timeout(120)

    def opens_first(self) -> None:
        self._presses_first()
        self._page.wait_for_timeout(1_500)

    def reads(self, times: int) -> None:
        """Opens the first and walks on, as with j."""
        self._page.evaluate("document.querySelector('.list-scroller').scrollTop = 0")
        self._page.wait_for_timeout(300)
        self._presses_first()
        for _ in range(times):
            self._page.keyboard.press("j")
            self._page.wait_for_timeout(250)

    def _presses_first(self) -> None:
        """As a hand does: there, down, up. Not by the locator's click, which does all of it in one task."""
        box = self._page.locator(ROW).first.bounding_box()
        assert box is not None
        self._page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._page.wait_for_timeout(100)
        self._page.mouse.down()
        self._page.wait_for_timeout(80)
        self._page.mouse.up()
        self._page.locator(MESSAGE).first.wait_for()

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
        session = self._browser.new_browser_cdp_session()
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
    done: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for one in events:
        place = (one["pid"], one["tid"])
        if one["ph"] == "X" and place in mains:
            done[place].append(one)
    busiest = max(done.values(), key=lambda all_: sum(_took(one) for one in _runs(all_)), default=[])
    tasks = _runs(busiest)
    longest = max(tasks, key=_took, default=None)
    if longest is None:
        return Tasks([])
    return Tasks([_took(one) for one in tasks], _parts(_within(longest, busiest)), _parts(busiest))


def _runs(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in events if one["name"] == "RunTask"]


def _took(event: dict[str, Any]) -> float:
    """Of the thread's own time, ms."""
    return float(event.get("tdur", event["dur"])) / 1000


def _within(task: dict[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    end = task["ts"] + task["dur"]
    return [one for one in events if task["ts"] <= one["ts"] and one["ts"] + one["dur"] <= end]


def _parts(events: list[dict[str, Any]]) -> dict[str, float]:
    """What the thread was at; of one within another of the same part only the outer one counts."""
    parts: dict[str, float] = {}
    for part, names in PARTS.items():
        until, total = 0.0, 0.0
        for one in sorted((one for one in events if one["name"] in names), key=lambda one: float(one["ts"])):
            if one["ts"] >= until:
                until, total = one["ts"] + one["dur"], total + _took(one)
        parts[part] = total
    return parts
