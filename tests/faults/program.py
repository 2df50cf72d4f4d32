"""The process that is killed: `python -m tests.faults.program`, driven over pipes.

It imports everything once and then forks a child for each life, so that two hundred lives take seconds. A line on
stdin is a life: {"url", "folder", "seed", "script", "pause"}. The child works through its script of messages and
answers, everything under ids that are the same in every life, and writes a line for each thing that happened:
`acked ID POSITION`, `published POSITION`, and `pausing` where it was asked to stop: until it is killed there.

    committed      the batch is on the disk; neither the publisher nor the caller has heard of it
    published      the publisher has been told, the caller has not
    acknowledged   the caller has been told, and says nothing any more to anybody
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import Repeat, Unavailable
from gateway.events import Event, agent
from gateway.store import Store, open_store
from gateway.store.postgres import PostgresStore
from gateway.store.sqlite import SqliteStore
from gateway.stream.assign import assign
from gateway.stream.post import Post, post
from tests.world import AGENTS, World

SIDE_BY_SIDE = 8


def say(*words: object) -> None:
    """One write: a line is there whole or not at all."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Pause:
    """Stops the whole process at the chosen point, the `after`th time it comes by."""

    def __init__(self, point: str | None, after: int) -> None:
        self._point = point
        self._after = after

    def at(self, point: str) -> None:
        if point != self._point:
            return
        self._after -= 1
        if self._after < 0:
            say("pausing")
            time.sleep(60)


def paused_store(store: Store, pause: Pause) -> None:
    """The store's own steps with a place to stop between them (only here, never in the product)."""
    kind: Any = SqliteStore if isinstance(store, SqliteStore) else PostgresStore
    settle = kind._settle

    class Paused(kind):  # type: ignore[misc]
        def _settle(self, outcomes: Sequence[Any], events: Sequence[Event], *more: Any) -> None:
            if events:
                pause.at("committed")
            settle(self, outcomes, events, *more)

    store.__class__ = Paused


async def live(life: dict[str, Any]) -> None:
    pause = Pause(life["pause"], random.Random(life["seed"]).randrange(4))
    store = await open_store(life["url"], Path(life["folder"]))
    paused_store(store, pause)

    def publish(events: Sequence[Event]) -> None:
        say("published", *(event.position for event in events))
        pause.at("published")

    start = store.published
    say("opened", start)
    store.publish_to(publish)
    world = World(store)
    script = list(life["script"])
    lanes = [script[lane::SIDE_BY_SIDE] for lane in range(SIDE_BY_SIDE)]
    await asyncio.gather(*(work(world, lane, pause) for lane in lanes))
    say("done")
    await store.close()


async def work(world: World, lane: list[Any], pause: Pause) -> None:
    for number, who, act in lane:
        taken = await world.says(f"+{who}", f"message {number}", provider_id=f"m{number}")
        say("acked", f"m{number}", taken.position)
        pause.at("acknowledged")
        if act == "answer":
            posted = await post(
                world.store, Post(taken.conversation, agent("anna"), f"a{number}", f"answer {number}")
            )
            say("acked", f"a{number}", posted.position)
        elif act == "assign":
            await world.do(assign, taken.conversation, AGENTS[number % len(AGENTS)], by="bo")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(live(orjson.loads(line)))
            except (Unavailable, Repeat) as why:
                say("failed", repr(why))
            os._exit(0)
        say("born", child)
        os.waitpid(child, 0)
        say("dead", child)


if __name__ == "__main__":
    main()
