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
from gateway.frames import PIECE, encode
from gateway.limits import Limits
from gateway.live import CLOSE_SLOW
from gateway.store import Store
from gateway.stream.trim import trim_log
from tests.gateway.test_live import (
    SOON,
    Browser,
    Room,
    become,
    both,
    browser,
    joined,
    open_room,
    room,
    stalled_browser,
    store,
)
from tests.hours import Hours

__all__ = ["both", "room", "store"]


async def test_a_stalled_browser_is_cut_and_harms_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of fifty takes nothing: a bounded memory is held for it, it is cut in time, and resumes its story."""
    assert live.PATIENCE <= 8
    monkeypatch.setattr(live, "PATIENCE", 1.0)
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
            held = max(held, slow._waiting)
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
    monkeypatch.setattr(live, "PATIENCE", 0.5)
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


async def test_who_lags_is_kept_nothing_for_and_catches_up_from_the_log(store: Store) -> None:
    """What waits is bounded by the buffer: what happens meanwhile is read again when there is room for it."""
    again: list[int] = []

    async def note() -> None:
        again.append(session.position)

    async with open_room(store) as room, stalled_browser(room) as slow:
        await joined(room)
        room.hub.padding = 100_000
        (session,) = room.met
        session.caught_up = note
        while room.hub.sessions:
            await room.happens()
        for _ in range(10):
            await room.happens()
            assert session._waiting <= room.limits.socket_buffer
        assert session.position < store.published
        assert not again
        slow.wake()
        last = store.published
        assert await slow.reaches(last) == list(range(1, last + 1))
        await become(lambda: again)
        assert again == [last], "once, when all is told"
        assert session in room.hub.sessions
        room.hub.padding = 0
        last = await room.happens()
        assert await slow.reaches(last) == list(range(1, last + 1))
        assert session.cut_with is None


async def test_who_lags_again_while_it_is_told_the_rest_is_caught_up_once_more(store: Store) -> None:
    """What the log does not tell takes its time: who lags meanwhile is seen to by the same task; leaving ends it."""
    begun, go_on, told = asyncio.Event(), asyncio.Event(), 0

    async def tell() -> None:
        nonlocal told
        begun.set()
        await go_on.wait()
        told += 1

    async with open_room(store) as room, browser(room) as one:
        await joined(room)
        (session,) = room.met
        session.caught_up = tell
        room.hub.lag(session)
        await begun.wait()
        (task,) = room.hub._lagging.values()
        room.hub.lag(session)
        last = await room.happens(3)
        assert room.hub._lagging == {session: task}
        go_on.set()
        assert await one.reaches(last) == [*range(1, last + 1)]
        await become(lambda: not room.hub._lagging)
        assert told == 2, "after each"
        assert room.hub.sessions == {session}
        go_on.clear()
        begun.clear()
        room.hub.lag(session)
        await begun.wait()
        room.hub.lag(session)
        room.hub.leave(session)
        await become(task.done)
        assert not room.hub.behind
        assert not room.hub.sessions


async def test_a_burst_is_told_in_parts_that_a_socket_has_room_for(both: Room) -> None:
    """Hundreds of facts in one frame would be more than anybody's buffer, and everybody would lag."""
    both.hub.at_once, both.hub.padding = 10, 40_000
    async with browser(both) as one, browser(both) as other:
        await joined(both, 2)
        last = await both.happens(400)
        for told in await asyncio.gather(one.reaches(last), other.reaches(last)):
            assert told == [*range(1, last + 1)]
        for each in (one, other):
            assert max(len(frame.get("positions", ())) for frame in each.frames) == 10
    assert not both.hub.lagged


async def test_who_comes_between_two_parts_is_told_the_rest(
    room: Room,
) -> None:
    room.hub.at_once = 10
    async with browser(room) as one:
        await joined(room)
        telling = asyncio.ensure_future(room.happens(1_000))
        others = []
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(20):
                others.append(await stack.enter_async_context(browser(room, room.cursor(0))))
            last = await telling
            assert last == 1_000
            for each in (one, *others):
                assert await each.reaches(last) == [*range(1, last + 1)]


async def test_ten_thousand_lags_leave_nothing_behind(store: Store) -> None:
    async with open_room(store) as room, browser(room) as one:
        await joined(room)
        (session,) = room.met
        tasks = len(asyncio.all_tasks())
        lags = 0
        for number in range(10_000):
            if session._hub is not None:  # while it is brought back it is not told, and cannot lag
                room.hub.lag(session)
                lags += 1
            if number % 100 == 0:
                await room.happens()
            await asyncio.sleep(0)
        last = await room.happens()
        assert await one.reaches(last) == [*range(1, last + 1)]
        await become(lambda: not room.hub.behind)
        assert len(asyncio.all_tasks()) == tasks
        assert room.hub.sessions == {session}
        assert len(room.hub.crowd) == 1
        assert lags > 100


async def test_who_lags_and_leaves_comes_not_back(store: Store) -> None:
    async with open_room(store) as room, stalled_browser(room) as slow:
        await joined(room)
        (session,) = room.met
        room.hub.padding = 100_000
        while room.hub.sessions:
            await room.happens()
        room.hub.leave(session)
        slow.wake()
        await become(lambda: session._waiting == 0)
        await asyncio.sleep(3 * live.DRAIN_LOOK)
        assert not room.hub.sessions
        assert not room.hub._lagging


async def test_who_lags_farther_than_the_log_reaches_starts_over(store: Store) -> None:
    async with open_room(store) as room, stalled_browser(room) as slow:
        await joined(room)
        room.hub.padding = 100_000
        while room.hub.sessions:
            await room.happens()
        room.hub.padding = 0
        await room.happens()
        await trim_log(store, store.published + 10**15)
        slow.wake()
        assert await slow.ended() == CLOSE_SLOW, "it comes back and is told so by its cursor"


async def test_who_never_reads_again_is_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSE_GRACE", 0.2)
    monkeypatch.setattr(live, "PATIENCE", 0.2)
    async with open_room(store) as room, stalled_browser(room) as stalled:
        await joined(room)
        (slow,) = room.met
        room.hub.padding = 60_000
        async with asyncio.timeout(SOON):
            while not slow.closing:
                await room.happens()
        assert not room.hub.sessions
        await become(lambda: slow._transport.get_write_buffer_size() == 0)  # what waited for it is given back
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


async def test_a_pause_is_as_long_whatever_waits(store: Store) -> None:
    """A tunnel in the middle of a snapshot larger than the buffer ends nothing that it would not end later on."""
    async with open_room(store) as room:
        room.at_start = lambda session: session.send({"at": 0, "snapshot": "x" * 3_000_000})
        async with stalled_browser(room) as one:
            await become(lambda: room.met and room.met[0]._behind)
            (session,) = room.met
            await _settled(lambda: session._waiting)
            hours = Hours()
            hours.passes(live.PATIENCE * 0.9)
            await asyncio.sleep(3 * live.DRAIN_LOOK)
            assert not session.closing
            hours.passes(live.PATIENCE * 0.2)
            await become(lambda: session.cut_with)
            assert session.cut_with == CLOSE_SLOW
            assert session._waiting <= room.limits.socket_buffer, "what was behind is let go"
            one.wake()
            assert await one.ended() == CLOSE_SLOW


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
    """An answer of its own waits behind a buffer that is just not full enough for the connection to say that its
    browser is slow: nobody but the session itself knows. What all are told is never put between two pieces, and comes
    in order once the browser reads."""
    limits = Limits(socket_buffer=32 * 1024)
    unsaid = limits.socket_buffer // 2
    async with open_room(store, limits) as room, stalled_browser(room) as one:
        await joined(room)
        (session,) = room.met
        crowd, left = room.hub.crowd, session._transport.get_write_buffer_size

        def own(size: int) -> bytes:
            frame = {"at": 0, "padding": ""}
            return encode(frame | {"padding": "x" * (size - len(encode(frame)))})

        while not await _settled(left):
            session.write(own(1_000))
        session.write(own(unsaid - left() - 2))  # a longer frame's head is two bytes longer
        assert left() == unsaid
        assert session in crowd._quick, "nothing has said that it is slow"
        session.write(own(2 * PIECE))
        assert len(session._behind) == 2, "there is room for none of its pieces"
        for _ in range(20):
            await room.happens()
        assert left() == unsaid
        assert len(session._behind) == 2, "nothing is kept of what all are told"
        one.wake()
        last = store.published
        assert await one.reaches(last) == list(range(1, last + 1))
        assert [len(frame.get("padding", "")) > PIECE for frame in one.frames if not frame["at"]][-1]
        await become(lambda: session.quick)
        last = await room.happens()
        assert await one.reaches(last) == list(range(1, last + 1))
        await become(lambda: session in crowd._quick)


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
    monkeypatch.setattr(live, "PATIENCE", SOON)
    chance = random.Random(11)
    async with contextlib.AsyncExitStack() as stack:
        room = await stack.enter_async_context(open_room(store))
        paces = [0.0, 0.002, 0.01, 0.02]
        readers = [await stack.enter_async_context(stalled_browser(room)) for _ in paces]
        await joined(room, len(paces))

        async def anything(rounds: int) -> None:
            for _ in range(rounds):
                room.hub.padding = chance.choice([0, 0, 0, 10, 1_000, 30_000, 33_000, 120_000])
                await room.happens(chance.choice([1, 1, 5]))

        await anything(30)
        room.hub.padding = 120_000
        while room.hub.sessions:
            await room.happens()
        hearing = [asyncio.create_task(_read_at(one, pace)) for one, pace in zip(readers, paces, strict=True)]
        await anything(70)
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
