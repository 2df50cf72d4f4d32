"""A mover that dies: `python -m tests.move.mover DATA URL [Class.method before|after NTH]`; -9, at that very moment."""

import asyncio
import inspect
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import gateway.move.source
from gateway.move import move
from gateway.move.carry import Course
from gateway.move.source import Source
from gateway.move.target import Target
from tests.move.house import config_of

ROOMS = {one.__name__: one for one in (Course, Source, Target)}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(patch: pytest.MonkeyPatch, where: str, when: str, nth: int) -> None:
    room, _, method = where.partition(".")
    real = getattr(ROOMS[room], method)
    calls = 0

    def count() -> bool:
        nonlocal calls
        calls += 1
        return calls == nth

    async def waits(*args: Any, **named: Any) -> Any:
        at_last = count()
        if at_last and when == "before":
            die()
        done = await real(*args, **named)
        if at_last:
            die()
        return done

    def runs(*args: Any, **named: Any) -> Any:
        at_last = count()
        if at_last and when == "before":
            die()
        done = real(*args, **named)
        if at_last:
            die()
        return done

    patch.setattr(ROOMS[room], method, waits if inspect.iscoroutinefunction(real) else runs)


def main(data: str, url: str, where: str = "", when: str = "", nth: str = "1") -> None:
    with pytest.MonkeyPatch.context() as patch:
        if where:
            # The old house need not wait so long for one that has died.
            patch.setattr(gateway.move.source, "LEASE", 1000)
            patch.setattr(gateway.move, "RENEW", 0.2)
            dying(patch, where, when, int(nth))
        media = f"disk:{data}/new"
        print(asyncio.run(move(config_of(Path(data)), url, media, lambda line: print(line, flush=True))))


if __name__ == "__main__":
    main(*sys.argv[1:])
