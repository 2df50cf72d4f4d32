"""A process that writes: `python -m tests.store.writer URL FOLDER NAME MESSAGES CUSTOMERS`, four at once in a test.

Everybody's messages come from the same customers, so that the processes meet in the same identities and conversations.
Prints the positions its publisher was told, one list, once everything is written.
"""

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import Refused
from gateway.events import agent
from gateway.store import Store, open_store
from gateway.stream.assign import assign
from gateway.stream.describe import tag
from gateway.stream.status import close
from tests.world import AGENTS, TAGS, World, until


async def work(store: Store, name: str, number: int, customers: int, chance: random.Random) -> None:
    world = World(store)
    who = f"+{chance.randrange(customers)}"
    # Every process is told every message once, as by a provider that repeats itself.
    taken = await world.says(who, f"message {number}", provider_id=f"m{number}")
    other = chance.choice(AGENTS)
    if number % 5 == 0:
        await world.answers(taken.conversation, "answer", by=other, client_id=f"{name}-{number}")
    if number % 7 == 0:
        await store.write(lambda tx: assign(tx, taken.conversation, other, agent("anna")))
    if number % 9 == 0:
        await store.write(lambda tx: tag(tx, taken.conversation, [chance.choice(TAGS)], [], agent("anna")))
    if number % 11 == 0:
        await store.write(lambda tx: close(tx, taken.conversation, agent("anna")))


async def main(url: str, folder: Path, name: str, messages: int, customers: int) -> None:
    store = await open_store(url, folder)
    told: list[int] = []
    store.publish_to(lambda events: told.extend(event.position for event in events))
    watching = asyncio.create_task(store.watch_head(0.05))
    chance = random.Random(name)
    numbers = list(range(messages))
    chance.shuffle(numbers)
    for start in range(0, messages, 25):
        batch = numbers[start : start + 25]
        done: list[Any] = await asyncio.gather(
            *(work(store, name, number, customers, chance) for number in batch), return_exceptions=True
        )
        for one in done:
            if isinstance(one, BaseException) and not isinstance(one, Refused):
                raise one
    print("written", flush=True)
    final = int(await asyncio.to_thread(sys.stdin.readline))
    await until(lambda: store.published == final)
    watching.cancel()
    await store.close()
    print(orjson.dumps(told).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
