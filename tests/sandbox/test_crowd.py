"""Simulated customers at the real door: they come only where somebody sees them, are bounded, react, and come back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gateway.events import agent
from gateway.stream.post import Post, post
from tests.sandbox.house import Demo, open_demo

SPEED = 40.0
PATIENCE = 20.0
NEWEST = """select id from conversations where status = 'open' and assignee_id is null
    and id not in (select conversation_id from messages where author_kind = 'agent' and visibility = 'public')
    order by last_at desc limit 1"""
HERS = """select count(*) from messages where conversation_id = $1 and author_kind = 'customer'"""
READ = "select max(read_to) from legs where conversation_id = $1"


async def become(ask: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if await ask():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never became so")


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path) as opened:
        opened.sandbox.crowd.speed = SPEED
        playing = asyncio.create_task(opened.sandbox.crowd.run(opened.url))
        yield opened
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing


async def test_nobody_comes_while_nobody_is_there_to_see_it(demo: Demo) -> None:
    before = await demo.conversations()
    await asyncio.sleep(demo.sandbox.crowd.settles + 1.5)
    assert not demo.sandbox.crowd.watched
    assert not demo.sandbox.crowd.happened
    assert await demo.conversations() == before


async def test_they_come_write_and_are_never_more_than_a_few(demo: Demo) -> None:
    crowd, before = demo.sandbox.crowd, await demo.conversations()
    crowd.most = 2
    demo.somebody_is_here()

    async def two_wrote() -> bool:
        assert len(crowd.here) <= 2
        return await demo.conversations() >= before + 2

    await become(two_wrote)
    assert {"came", "wrote"} <= {one.what for one in crowd.happened}


async def test_an_answer_is_read_and_answered(demo: Demo) -> None:
    crowd = demo.sandbox.crowd
    crowd.most = 1
    demo.somebody_is_here()

    async def wrote() -> bool:
        return any(one.what == "wrote" for one in crowd.happened)

    await become(wrote)
    store = demo.parley.store
    talk = await store.read(lambda look: look.value(NEWEST))
    hers = int(await store.read(lambda look: look.value(HERS, talk)))
    by = agent(await store.read(lambda look: look.value("select id from agents order by id limit 1")))
    told = await post(store, Post(talk, by, "an-answer", "안녕하세요, 주문번호를 알려 주시겠어요?"))

    async def answered() -> bool:
        return int(await store.read(lambda look: look.value(HERS, talk))) > hers

    async def read() -> bool:
        return int(await store.read(lambda look: look.value(READ, talk)) or 0) >= told.position

    await become(read)
    await become(answered)


async def test_who_is_not_answered_asks_goes_and_comes_back(demo: Demo) -> None:
    crowd = demo.sandbox.crowd
    crowd.most = 1
    demo.somebody_is_here()

    async def came_back() -> bool:
        return "back" in {one.what for one in crowd.happened}

    await become(came_back)
    did = [one.what for one in crowd.happened]
    assert did.index("came") < did.index("wrote") < did.index("went") < did.index("back")


async def test_switched_off_they_hold_still(demo: Demo) -> None:
    crowd = demo.sandbox.crowd
    demo.somebody_is_here()

    async def came() -> bool:
        return bool(crowd.happened)

    await become(came)
    crowd.on = False
    await asyncio.sleep(0.5)  # what was on its way arrives
    before = list(crowd.happened)
    await asyncio.sleep(1.5)
    assert list(crowd.happened) == before
