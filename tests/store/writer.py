"""A process that writes: `python -m tests.store.writer URL FOLDER NAME MESSAGES`, four at once in a test.

Everybody's messages come from the same customers, so that the processes meet in the same identities and conversations.
Prints the positions its publisher was told, one list, once everything is written.
"""

import asyncio
import contextlib
import random
import sys
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import Refused, Unavailable
from gateway.events import agent
from gateway.store import Store, open_store
from gateway.stream.assign import assign
from gateway.stream.contacts import block, unblock
from gateway.stream.describe import tag
from gateway.stream.edit import erase_message
from gateway.stream.ingest import Taken
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.private import mark_read
from gateway.stream.split import split
from gateway.stream.status import close
from gateway.stream.undo import undo_merge
from tests.world import AGENTS, TAGS, World, until

CUSTOMERS = 7


async def work(store: Store, name: str, number: int, chance: random.Random) -> None:
    """Tried again when the database is too busy, as a provider does: everything in it may be repeated."""
    for _ in range(60):
        try:
            return await try_work(store, name, number, chance)
        except Unavailable:
            await asyncio.sleep(0.2)
    raise Unavailable("too busy for too long")


async def try_work(store: Store, name: str, number: int, chance: random.Random) -> None:
    world = World(store)
    who = f"+{chance.randrange(CUSTOMERS)}"
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
    if number % 4 == 0:
        await store.write(lambda tx: mark_read(tx, other, taken.conversation, 2**62))
    with contextlib.suppress(Refused):
        await move(world, taken, number, chance)


async def move(world: World, taken: Taken, number: int, chance: random.Random) -> None:
    """What takes several rows at once, here and there refused because somebody else was first."""
    contact = await world.contact_of(f"+{chance.randrange(CUSTOMERS)}") or ""
    if number % 6 == 0:
        target = await world.value("select max(id) from conversations where id <> $1", taken.conversation)
        await world.do(merge, taken.conversation, target)
    elif number % 6 == 1:
        await world.do(
            undo_merge, await world.value("select max(id) from merges where undone_at is null") or ""
        )
    elif number % 6 == 2:
        await world.do(split, taken.conversation, [taken.message])
    elif number % 6 == 3:
        await world.do(merge_contacts, contact, await world.value("select max(id) from contacts"))
    elif number % 12 == 4:
        await world.do(block if chance.random() < 0.5 else unblock, contact)
    elif number % 12 == 5:
        await world.do(erase_message, taken.message)


async def main(url: str, folder: Path, name: str, messages: int) -> None:
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
            *(work(store, name, number, chance) for number in batch), return_exceptions=True
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
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
