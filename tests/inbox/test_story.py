"""Any story of acts, told to agents of different views over real sockets and any cuts, on both databases.

Afterwards each browser knows what a fresh one would learn; nobody was told what is not theirs; each fact came once and
in order; the kept counts are the counted ones.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.checks import check
from tests.databases import prepare
from tests.inbox.acts import ACTS, Act
from tests.inbox.browser import BrowserStore
from tests.inbox.conftest import open_house
from tests.inbox.known import Known, Thread, View
from tests.inbox.story import LiveTab, Story
from tests.inbox.tabs import opened
from tests.inbox.truth import Truth
from tests.servers.postgres import Postgres

STORIES = int(os.environ.get("PARLEY_STORIES", "20"))
"""How many stories for each database; set it higher to look for longer."""
# What matters most happens most.
OFTEN = ["writes"] * 6 + ["moves"] * 4 + ["assigns", "is_cut", "stays_away", "passes", "joins"] * 2
acts = st.tuples(st.sampled_from([*OFTEN, *sorted(ACTS)]), *[st.integers(0, 5)] * 3)
groups = st.lists(st.lists(acts, min_size=1, max_size=4), min_size=1, max_size=14)
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


async def tell(url: str, folder: Path, story_of: Sequence[Sequence[Act]], browser: BrowserStore) -> None:
    async with open_house(url, folder) as house:
        # The test server ends a handler with its line; the real one lets an act that was begun come to its end.
        assert house.server.runner is not None and house.server.runner.server is not None
        house.server.runner.server.handler_cancellation = False
        story = Story(house)
        try:
            await story.goes(story_of)
            await story.settles()
            await check(house.store)
            truth = await Truth.of(story)
            for tab in story.tabs:
                for segment in tab.segments:
                    truth.judge(segment)
                await equals_a_fresh_one(tab, browser)
        finally:
            await story.close()


async def equals_a_fresh_one(tab: LiveTab, browser: BrowserStore) -> None:
    """Bootstrap and events are a fresh bootstrap: for our copy of the browser's store, and for the store itself."""
    lived = len(tab.known.heard)
    await tab.reads_lists()
    fresh, known = await a_fresh_one(tab), tab.known
    for _ in range(20):
        if own(known) == own(fresh):
            break
        # What is private has no position: an act whose answer was cut off may still be on its way.
        await asyncio.sleep(0.05)
        fresh = await a_fresh_one(tab)
    assert known.counts == fresh.counts, tab.who
    assert known.directory == fresh.directory
    assert plain(known.listed) == plain(fresh.listed), tab.who
    assert own(known) == own(fresh), tab.who
    for key, thread in known.threads.items():
        if key in known.listed and not thread.stale:
            assert thread_as_read(thread) == thread_as_read(fresh.threads[key]), (tab.who, key)
    told = browser.differences(known.heard[:lived], known.heard[lived:], fresh.heard)
    assert not told, (tab.who, told)


def own(known: Known) -> Any:
    """Preferences, what is written and not sent, and up to where what is listed has been read."""
    return known.preferences, known.unsent, {key: known.read.get(key, -1) for key in known.listed}


async def a_fresh_one(tab: LiveTab) -> Known:
    fresh = await opened(tab.story.house, tab.who)
    reader = LiveTab.__new__(LiveTab)
    reader.story, reader.known, reader.segments = tab.story, Known(), tab.segments[-1:]
    for frame in fresh.frames:
        reader.known.take(frame)
    await fresh.close()
    assert reader.known.position == tab.known.position
    await reader.reads_lists()
    for key in [*reader.known.listed]:
        await reader.reads_thread(key)
    return reader.known


def plain(views: dict[str, View]) -> dict[str, View]:
    """Without the name of a preview's author, which the browser takes from the contact."""
    return {key: {**view, "preview": _nameless(view["preview"])} for key, view in views.items()}


def _nameless(preview: View | None) -> View | None:
    return None if preview is None else {**preview, "author": {**preview["author"], "name": ""}}


def thread_as_read(thread: Thread) -> Any:
    messages = [{**one, "author": {**one["author"], "name": ""}} for one in thread.messages]
    return messages, [
        {**line, "actor": {**line["actor"], "name": ""}}
        for _, line in sorted(thread.lines.items())
        if line["kind"] != "message.erased"  # the message itself says so, no line is drawn
    ]


Test = Callable[..., None]


def stories(examples: int) -> Callable[[Test], Test]:
    def wrap(test: Test) -> Test:
        given_any = given(story_of=groups)(test)
        bounded = settings(max_examples=examples, suppress_health_check=SLOW_IS_FINE)(given_any)
        blocking = pytest.mark.may_block("a whole story is judged in one go")
        marked: Test = blocking(pytest.mark.timeout(120 + 10 * examples)(bounded))
        return marked

    return wrap


@pytest.fixture(scope="module")
def browser_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserStore]:
    made = BrowserStore(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()


@stories(STORIES)
def test_any_story_on_sqlite(browser_store: BrowserStore, story_of: list[list[Act]]) -> None:
    note(f"{story_of!r}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(tell(f"sqlite:///{folder}/story.db", Path(folder), story_of, browser_store))


@stories(STORIES // 2)
def test_any_story_on_postgresql(
    postgres: Postgres, browser_store: BrowserStore, story_of: list[list[Act]]
) -> None:
    note(f"{story_of!r}")
    url = postgres.copy_of("schema", prepare)
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(tell(url, Path(folder), story_of, browser_store))
    finally:
        postgres.drop(url)
