"""The process that tells webhooks and is killed: `python -m tests.faults.hooks_program URL FOLDER POINT N TRUSTED`.

It works until it comes by the named point for the Nth time; there it says so on stdout and stands still until it is
killed. The points are the product's own steps, with a place to stop between them (only here):

    followed    facts are in the queue and the place in the log has moved; nobody has been told
    leased      a try is this process's; nothing is sent
    sent        the endpoint has taken it; we have not written that down
    settled     what became of it is written down; nobody has been told of that
    never       it works on
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from gateway.bus import Bus
from gateway.followers import hooks
from gateway.limits import Limits
from gateway.store import open_store
from gateway.stream.hook_pace import Pace

PACE = Pace(again_after=(20,) * 1000, rests=(20,), lease=400)


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


class Stop:
    def __init__(self, point: str, after: int) -> None:
        self._point, self._after = point, after

    def at(self, point: str, reached: bool = True) -> None:
        if point != self._point or not reached:
            return
        self._after -= 1
        if self._after <= 0:
            say("pausing")
            time.sleep(60)


def with_stops(stop: Stop) -> None:
    """The steps of the follower, each with its place to stop after it."""

    def stopping(owner: Any, name: str, point: str, reached: Any = lambda result: True) -> None:
        kept = getattr(owner, name)

        async def step(*args: Any, **more: Any) -> Any:
            result = await kept(*args, **more)
            stop.at(point, reached(result))
            return result

        setattr(owner, name, step)

    stopping(hooks, "send", "sent", lambda outcome: outcome.problem is None)
    stopping(hooks.Hooks, "_bodies", "leased")
    stopping(hooks.Hooks, "_settle", "settled")
    serve = hooks.Hooks._serve

    async def served(self: hooks.Hooks, hook: str, http: Any, tries: Any) -> float:
        free, hooks.AT_ONCE_EACH = hooks.AT_ONCE_EACH, 0
        wait = await serve(self, hook, http, tries)
        hooks.AT_ONCE_EACH = free
        rows = await self._store.read(lambda look: look.value("select count(*) from hook_deliveries"))
        stop.at("followed", bool(rows))
        return min(wait, await serve(self, hook, http, tries))

    if stop._point == "followed":
        hooks.Hooks._serve = served  # type: ignore[method-assign]


async def main(url: str, folder: str, point: str, after: str, trusted: str) -> None:
    with_stops(Stop(point, int(after)))
    store = await open_store(url, Path(folder))
    bus = Bus()
    store.publish_to(bus.publish)
    work = hooks.Hooks(store, bus, Limits(), (trusted,), lambda: int(time.time() * 1000), PACE)
    say("ready")
    await work.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
