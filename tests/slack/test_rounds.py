"""Rounds go on whatever one of them meets, and know whether anything has happened since."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from gateway.bus import Bus
from gateway.errors import Unavailable
from inbox.slack.rounds import Rounds


async def test_one_that_fails_ends_none(caplog: pytest.LogCaptureFixture) -> None:
    bus, done = Bus(), asyncio.Event()
    meets: list[Exception | None] = [Unavailable("the database is gone"), KeyError("ours"), None]

    async def turn() -> None:
        what = meets.pop(0)
        if what is not None:
            raise what
        done.set()
        await asyncio.Event().wait()

    rounds = Rounds("the rules", turn, bus, 0.001)
    assert rounds.stirred, "nobody has looked yet"
    rounds.stirred = False
    running = asyncio.create_task(rounds.run())
    async with asyncio.timeout(5):
        await done.wait()
    assert [one.levelname for one in caplog.records if one.name == "inbox.slack.rounds"][-1] == "ERROR"
    bus.publish([])
    assert rounds.stirred
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    rounds.stirred = False
    bus.publish([])
    assert not rounds.stirred, "who has ended hears nothing"
