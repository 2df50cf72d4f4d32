"""Any story told to customers over any cuts, on both databases: whole, each fact once, nothing that is not hers."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from gateway.events import agent
from gateway.store.sqlite import SqliteStore
from gateway.stream.status import close
from tests.databases import prepare
from tests.servers.postgres import Postgres
from tests.visitors.conftest import Line, Shop, open_shop
from tests.visitors.story import Story
from tests.visitors.test_privacy import ACTS, NAMES, Agents, Customer, customers

Act = tuple[str, int, int]
OFTEN = ["says", "replies"] * 4 + ["is_cut"] * 6 + ["comes_back"] * 2
groups = st.lists(
    st.lists(
        st.tuples(st.sampled_from([*OFTEN, *ACTS]), st.integers(0, 2), st.integers(0, 2)),
        min_size=1,
        max_size=4,
    ),
    min_size=2,
    max_size=8,
)


class Cuts:
    """Her line breaks at any moment; what it brought until then is kept, as her browser keeps it."""

    def __init__(self) -> None:
        self.before: dict[str, list[Line]] = defaultdict(list)
        """Her lines until now."""

    async def is_cut(self, one: Customer, hears: bool) -> None:
        if one.line.ws.closed:
            return
        if hears:
            await one.line.listen(0.01)
        response = one.line.ws._response
        assert response.connection is not None and response.connection.transport is not None
        response.connection.transport.abort()
        await one.line.ws.close()
        self.before[one.name].append(one.line)

    async def comes_back(self, one: Customer, hears: bool) -> None:
        if one.line.ws.closed:
            known = [line.cursor for line in self.before[one.name] if line.cursor]
            one.line = await one.browser.connect(known[-1])


async def tell(url: str, story_of: Sequence[Sequence[Act]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_shop(url.format(folder=folder), Path(folder)) as shop:
            people = await customers(shop)
            house, cuts = Agents(shop, people), Cuts()
            for group in story_of:
                # One person's own acts follow one another; different people act at the same time.
                each = [[act for act in group if act[1] % 3 == i] for i in range(3)]
                await asyncio.gather(*(_acts(house, cuts, acts) for acts in each))
            for one in people:
                await cuts.comes_back(one, True)
                await one.line.quiet()
                await _whole(one, [*cuts.before[one.name], one.line])


async def _acts(house: Agents, cuts: Cuts, acts: Sequence[Act]) -> None:
    for what, i, j in acts:
        if what in ("is_cut", "comes_back"):
            await getattr(cuts, what)(house.people[i % 3], j % 2 == 0)
        else:
            await house.act(what, i, j)


async def _whole(one: Customer, lines: Sequence[Line]) -> None:
    frames = [frame for line in lines for frame in line.frames]
    fresh = await one.browser.connect()
    await fresh.hear("snapshot")
    assert Story.of(frames).told == Story.of(fresh.frames).told, one.name
    positions = [event["position"] for frame in frames for event in frame.get("events", ())]
    assert positions == sorted(set(positions)), f"{one.name}: each fact once and in order"
    assert len([frame for frame in frames if frame["kind"] == "snapshot"]) == 1, "every cut was resumed"
    raw = "".join(text for line in lines for text in line.raw)
    others = [name for name in NAMES if name != one.name]
    for foreign in ("note-", "tag-", "inside.example", *(f"word-of-{name}" for name in others)):
        assert foreign not in raw, f"{one.name} was told {foreign}"
    for name in others:
        assert f"to-{name}" not in raw


def stories(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def wrap(test: Callable[..., None]) -> Callable[..., None]:
        bounded = settings(max_examples=examples, suppress_health_check=list(HealthCheck))(
            given(story_of=groups)(test)
        )
        marked: Callable[..., None] = pytest.mark.may_block("a database is copied for each story")(bounded)
        return marked

    return wrap


@stories(8)
def test_any_story_over_any_cuts_on_sqlite(story_of: list[list[Act]]) -> None:
    note(repr(story_of))
    asyncio.run(tell("sqlite:///{folder}/parley.db", story_of))


@stories(5)
def test_any_story_over_any_cuts_on_postgresql(postgres: Postgres, story_of: list[list[Act]]) -> None:
    note(repr(story_of))
    url = postgres.copy_of("schema", prepare)
    try:
        asyncio.run(tell(url, story_of))
    finally:
        postgres.drop(url)


async def test_closing_many_conversations_costs_the_same_as_closing_one(shop: Shop) -> None:
    """What is told to one customer who is here does not cost a statement for each who is not."""
    store = shop.store
    assert isinstance(store, SqliteStore)
    talks = []
    browsers = [shop.browser() for _ in range(12)]
    for browser in browsers:
        await browser.arrive()
        await browser.say("hello")
        talks.append(await shop.conversation())
    line = await browsers[-1].connect()
    await line.hear("snapshot")
    looks: list[int] = []

    def count(statement: str) -> None:
        if statement.lower().startswith("begin"):
            looks.append(0)
        elif not statement.lower().startswith(("rollback", "commit")):
            looks[-1] += 1

    async def closes(conversation: str) -> None:
        await store.write(lambda tx: close(tx, conversation, agent(shop.agent)))

    store._reader.set_trace_callback(count)
    await closes(talks[-1])
    await line.hear("events")
    one, looks[:] = max(looks), []
    await asyncio.gather(*map(closes, talks[:-1]))
    await line.quiet()
    store._reader.set_trace_callback(None)
    assert looks and max(looks) <= one
