"""Browsers that read too slowly: what waits for them is bounded, who reads is never cut, who does not harms nobody."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from gateway import live
from gateway.limits import Limits
from gateway.live import CLOSE_SLOW, encode
from gateway.store import Store
from tests.gateway.test_live import SOON, Browser, become, browser, joined, open_room, stalled_browser, store

__all__ = ["store"]


async def test_a_stalled_browser_is_cut_and_harms_nobody(store: Store) -> None:
    """One of fifty takes nothing: a bounded memory is held for it, it is cut in time, and resumes its story."""
    async with contextlib.AsyncExitStack() as stack:
        room = await stack.enter_async_context(open_room(store))
        room.hub.padding = 4_000
        others = [await stack.enter_async_context(browser(room)) for _ in range(49)]
        await joined(room, 49)
        stalled = await stack.enter_async_context(stalled_browser(room))
        await joined(room, 50)
        slow = room.met[-1]
        reading = [asyncio.create_task(_read_to_end(one)) for one in others]
        loop, held = asyncio.get_running_loop(), 0
        began = loop.time()
        while slow.cut_with is None:
            await room.happens()
            held = max(held, slow._transport.get_write_buffer_size())
            assert loop.time() - began < 10
        assert slow.cut_with == CLOSE_SLOW
        assert held <= room.limits.socket_buffer == 256 * 1024
        last = await room.happens()
        room.hub.padding = 0
        end = await room.happens()
        stalled.wake()
        assert await stalled.ended() == CLOSE_SLOW, "as soon as it reads, it is told why"
        assert all(session.cut_with is None for session in room.met[:49])
        stories = await asyncio.gather(*(asyncio.wait_for(one, SOON) for one in _until(reading, others, end)))
        assert all(story == list(range(1, end + 1)) for story in stories), "the others missed nothing"
        cursor = room.cursor(stalled.frames[-1]["at"])
        again = await stack.enter_async_context(browser(room, cursor))
        assert stalled.positions + await again.reaches(end) == list(range(1, end + 1))
        assert last < end


async def _read_to_end(one: Browser) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for text in one.connection:
            one.frames.append(orjson.loads(text))


def _until(reading: list[asyncio.Task[None]], browsers: list[Browser], position: int) -> list[Any]:
    async def reached(task: asyncio.Task[None], one: Browser) -> list[int]:
        while not one.frames or one.frames[-1].get("at", 0) < position:
            assert not task.done()
            await asyncio.sleep(0.01)
        return one.positions

    return [reached(task, one) for task, one in zip(reading, browsers, strict=True)]


async def test_a_flush_of_two_megabytes_cuts_only_who_takes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight times what a socket's buffer may hold, and more right behind it: whoever reads gets it all, in order; for
    who does not, no more than the buffer is held."""
    monkeypatch.setattr(live, "STALLED", 0.5)
    async with open_room(store) as room, browser(room) as one, stalled_browser(room) as stalled:
        await joined(room, 2)
        (reads, slow) = sorted(room.met, key=lambda session: session._transport.get_extra_info("peername")[1])
        port = stalled.connection.transport.get_extra_info("sockname")[1]
        if reads._transport.get_extra_info("peername")[1] == port:
            reads, slow = slow, reads
        room.hub.padding = 2 * 1024 * 1024
        await room.happens()
        room.hub.padding = 200_000
        for _ in range(5):
            await room.happens()
        held = 0
        async with asyncio.timeout(SOON):
            while slow.cut_with is None:
                held = max(held, slow._transport.get_write_buffer_size())
                await asyncio.sleep(0.005)
        assert slow.cut_with == CLOSE_SLOW
        assert 0 < held <= room.limits.socket_buffer == 256 * 1024
        assert not slow._behind, "the frames are let go"
        room.hub.padding = 0
        last = await room.happens()
        assert await one.reaches(last) == list(range(1, last + 1))
        assert reads.cut_with is None
        stalled.wake()
        assert await stalled.ended() == CLOSE_SLOW, "between two pieces of a message it can be told why"


async def test_who_stays_far_behind_is_cut_though_it_reads(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is bounded: catching up from the log costs less than keeping it."""
    monkeypatch.setattr(live, "BEHIND", 300_000)
    async with open_room(store) as room, stalled_browser(room) as slow:
        await joined(room)
        room.hub.padding = 100_000
        (session,) = room.met
        while session.cut_with is None:
            assert session._behind_bytes <= live.BEHIND + 110_000
            await room.happens()
        assert session.cut_with == CLOSE_SLOW
        slow.wake()
        assert await slow.ended() == CLOSE_SLOW


async def test_who_never_reads_again_is_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSE_GRACE", 0.2)
    async with open_room(store) as room, stalled_browser(room) as stalled:
        await joined(room)
        room.hub.padding = 60_000
        async with asyncio.timeout(SOON):
            while room.hub.sessions:
                await room.happens()
        (slow,) = room.met
        assert slow.closing
        assert slow._transport.get_write_buffer_size() == 0, "what waited for it is given back"
        stalled.connection.transport.abort()


async def test_a_large_first_frame_is_waited_for(store: Store) -> None:
    """A snapshot may be larger than what may wait for a live browser: that alone cuts nobody."""
    async with open_room(store) as room:
        room.at_start = lambda session: session.send({"at": 0, "snapshot": "x" * 3_000_000})
        async with stalled_browser(room) as one:
            await asyncio.sleep(0.05)
            assert room.hub.sessions == set(), "it joins when it has taken most of it"
            last = [await room.happens() for _ in range(3)][-1]
            one.wake()
            assert await one.reaches(last) == list(range(1, last + 1))


async def test_who_takes_nothing_of_a_replay_is_cut(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PATIENCE", 0.2)
    async with open_room(store) as room:
        room.hub.padding = 500_000
        await room.happens(live.REPLAY * 3)
        async with stalled_browser(room, room.cursor(0)) as one:
            await become(lambda: room.met and room.met[0].cut_with)
            held = room.met[0]._transport.get_write_buffer_size()
            assert held <= room.limits.socket_buffer + 2 * room.hub.padding
            one.wake()
            assert await one.ended() == CLOSE_SLOW


async def test_nothing_a_crowd_is_told_overtakes_what_waits_in_pieces(store: Store) -> None:
    """A message waits behind a buffer that is just not full enough for the connection to say that its browser is slow:
    nobody but the session itself knows. What follows waits as well, is never put between two pieces, and all comes in
    order once the browser reads."""
    limits = Limits(socket_buffer=32 * 1024)
    unsaid = limits.socket_buffer // 2
    async with open_room(store, limits) as room, stalled_browser(room) as one:
        await joined(room)
        (session,) = room.met
        crowd, left = room.hub.crowd, session._transport.get_write_buffer_size
        told = 0

        def tell(size: int) -> None:
            nonlocal told
            told += 1
            frame = {"at": told, "positions": [told], "padding": ""}
            crowd.write(encode(frame | {"padding": "x" * (size - len(encode(frame)))}))

        while not await _settled(left):
            tell(1_000)
        tell(unsaid - left() - 2)  # a longer frame's head is two bytes longer
        assert left() == unsaid
        assert session in crowd._quick, "nothing has said that it is slow"
        tell(2 * live.PIECE)
        waits = len(session._behind)
        assert waits == 2, "there is room for none of its pieces"
        for _ in range(20):
            tell(200)
        assert left() == unsaid
        assert len(session._behind) == waits + 20
        one.wake()
        assert await one.reaches(told) == list(range(1, told + 1))
        await become(lambda: session.quick)
        tell(200)
        assert session in crowd._quick, "it reads: it is asked no more"
        assert await one.reaches(told) == list(range(1, told + 1))


async def _settled(left: Callable[[], int]) -> int:
    """What the machines between us do not take, however long they have."""
    before, now = -1, left()
    while now and now != before:
        await asyncio.sleep(0.05)
        before, now = now, left()
    return now


async def test_a_crowd_of_all_paces_hears_the_same_story(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small facts and large ones at once, to browsers that take nothing at first and then read at once, or slowly:
    each hears all of it in order, whatever waited for it."""
    monkeypatch.setattr(live, "STALLED", SOON)
    chance = random.Random(11)
    async with contextlib.AsyncExitStack() as stack:
        room = await stack.enter_async_context(open_room(store))
        paces = [0.0, 0.002, 0.01, 0.02]
        readers = [await stack.enter_async_context(stalled_browser(room)) for _ in paces]
        await joined(room, len(paces))
        crowd, hearing = room.hub.crowd, list[asyncio.Task[None]]()
        for _ in range(100):
            room.hub.padding = chance.choice([0, 0, 0, 10, 1_000, 30_000, 33_000, 120_000])
            await room.happens(chance.choice([1, 1, 5]))
            if not hearing and all(session._behind and session in crowd._asked for session in room.met):
                ways = zip(readers, paces, strict=True)
                hearing = [asyncio.create_task(_read_at(one, pace)) for one, pace in ways]
        room.hub.padding = 0
        last = await room.happens()
        stories = await asyncio.gather(*_until(hearing, readers, last))
        assert all(session.cut_with is None for session in room.met)
        assert all(story == list(range(1, last + 1)) for story in stories)


async def _read_at(one: Browser, pace: float) -> None:
    """`pace`: seconds of rest after each frame."""
    one.wake()
    with contextlib.suppress(ConnectionClosed):
        async for text in one.connection:
            one.frames.append(orjson.loads(text))
            await asyncio.sleep(pace)
