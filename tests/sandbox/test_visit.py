"""One simulated customer at the real door: what she hears while away, what she does when it is closed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import pytest

from gateway.events import Actor, agent
from gateway.sandbox.guests import Guest, Part
from gateway.sandbox.visit import Visit
from gateway.sandbox.visitor import Frame, Visitor
from gateway.stream.post import Post, post
from gateway.stream.status import close
from tests.sandbox.house import Demo, open_demo

HERS = "select conversation_id from messages where text = $1 and author_kind = 'customer'"
GUEST = Guest("en", "", (("Do you ship to the moon?",),))


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path) as opened:
        yield opened


@dataclass
class Stage:
    """A play whose time flies."""

    random: Random = field(default_factory=lambda: Random(3))
    happened: list[str] = field(default_factory=list)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 50)

    def tell(self, who: str, what: str) -> None:
        self.happened.append(what)


async def somebody(demo: Demo) -> Actor:
    look = "select id from agents order by id limit 1"
    return agent(await demo.parley.store.read(lambda reader: reader.value(look)))


async def where(demo: Demo, text: str) -> str:
    return str(await demo.parley.store.read(lambda look: look.value(HERS, text)))


async def heard(visitor: Visitor, kind: str) -> Frame:
    """The next frame that tells of such an event."""
    async with asyncio.timeout(10):
        while True:
            frame = await visitor.heard()
            assert frame is not None, "the line was cut"
            if any(event["kind"] == kind for event in frame.get("events", ())):
                return frame


async def test_what_was_said_while_away_is_heard_once_on_coming_back(demo: Demo) -> None:
    store = demo.parley.store
    async with aiohttp.ClientSession(demo.url) as http:
        visitor = await Visitor.begin(http, "shop", {"locale": "en"})
        async with visitor.listening():
            await visitor.says("Hello from a test")
            await heard(visitor, "message")
        talk, by = await where(demo, "Hello from a test"), await somebody(demo)
        await post(store, Post(talk, by, "while-away", "I am here"))
        async with visitor.listening():
            told = await heard(visitor, "message")
            assert [event["message"]["text"] for event in told["events"]] == ["I am here"]


async def test_nothing_is_lost_by_saying_it_to_a_line_that_is_gone(demo: Demo) -> None:
    async with aiohttp.ClientSession(demo.url) as http:
        visitor = await Visitor.begin(http, "shop", {})
        await visitor.types(active=True, preview="not listening")
        await visitor.reads(1)
        with pytest.raises(aiohttp.ClientResponseError):
            await visitor.says("")


async def test_when_it_is_closed_she_leaves(demo: Demo) -> None:
    stage, store = Stage(), demo.parley.store
    async with aiohttp.ClientSession(demo.url) as http:
        visitor = await Visitor.begin(http, "shop", {"locale": "en"})
        playing = asyncio.create_task(Visit(stage, visitor, Part(GUEST, Random(1))).play())
        async with asyncio.timeout(15):
            while "wrote" not in stage.happened:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            talk, by = await where(demo, GUEST.opens[0][0]), await somebody(demo)
            await store.write(lambda tx: close(tx, talk, by))
            await playing
    assert stage.happened[0] == "came" and stage.happened[-1] == "left"
    assert "back" not in stage.happened
