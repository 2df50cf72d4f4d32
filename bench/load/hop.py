"""One process of two that share a database and a Redis: `python -m bench.load.hop DATABASE REDIS`.

Says {"ready": 1}; then reads lines of JSON. {"seconds", "rate"}: commits that many facts a second, as many verbs, and
answers when they are told here. {"forget": 1}: what was told so far is not counted. {"tell": 1}: answers with
{"told": [[position, seconds], ...]}, when each fact reached the sessions of this process, by the machine's clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from gateway.bus import Bus
from gateway.carriage import Carriage
from gateway.events import SYSTEM, Event, Kind
from gateway.store import Store, Tx, open_store


async def change(tx: Tx) -> None:
    """The least fact there is."""
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, changes={"what": "tag"}))


async def write(store: Store, seconds: float, rate: float) -> None:
    """An open loop: what is late does not make the next one later."""
    began, waiting = time.monotonic(), set[asyncio.Task[Any]]()
    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        task = asyncio.create_task(store.write(change))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def main(database: str, redis: str) -> None:
    store, bus = await open_store(database), Bus()
    told: list[tuple[int, float]] = []
    bus.take_events(lambda events: told.extend((event.position, time.monotonic()) for event in events))
    store.publish_to(bus.publish)
    carriage = Carriage(redis, store, bus, ping=20.0)
    running = asyncio.create_task(carriage.run())
    await carriage.connects()
    print(json.dumps({"ready": 1}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if "forget" in asked:
            told.clear()
        elif "rate" in asked:
            await write(store, asked["seconds"], asked["rate"])
        print(json.dumps({"told": told if "tell" in asked else len(told)}), flush=True)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await store.close()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:3]))
