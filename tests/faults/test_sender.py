"""kill -9 at every step of a send: a phone never receives a message twice, and none is missing without being shown."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from gateway.store import Store
from tests.checks import check
from tests.databases import Database
from tests.faults.sender import POINTS
from tests.phones import with_phones
from tests.servers.programs import Program

SHOWN = {
    "leasing": ("sent", 1),  # undone with its transaction
    "leased": ("unknown", 0),
    "accepted": ("unknown", 1),
    "settling": ("unknown", 1),
    "settled": ("sent", 1),
}
"""What the first message shows in the end, and how often the phone received it."""


async def life(database: Database, point: str) -> int:
    process = await Program.begin("tests.faults.sender", database.url, str(database.folder), point)
    _, errors = await process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return process.returncode or 0


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_nothing_is_doubled_or_lost_in_silence(
    database: Database, point: str
) -> None:
    async with database.opened() as store:
        world = await with_phones(store)
        first, other = await world.says("+1", "hello"), await world.says("+2", "hello")
        posted = [await world.answers(first.conversation, f"a{number}") for number in range(3)]
        posted.append(await world.answers(other.conversation, "b0"))
    assert await life(database, point) == -signal.SIGKILL
    assert await life(database, "none") == 0
    received = Counter((database.folder / "received").read_text().split())
    async with database.opened() as store:
        shown = {one.message: await shows(store, one.message) for one in posted}
        await check(store)
    texts = dict(zip(shown, ("a0", "a1", "a2", "b0"), strict=True))
    for message, state in shown.items():
        times = received[texts[message]]
        assert times <= 1, "never twice"
        assert times == 1 or state == "unknown", "never none without being shown"
        assert state in ("sent", "unknown")
    # The message that was under way in its lane; the other one may have been under way beside it.
    under_way = {texts[message]: state for message, state in shown.items() if state == "unknown"}
    state, times = SHOWN[point]
    if state == "sent":
        assert not under_way or point == "settled"
    else:
        assert under_way
        assert under_way.keys() <= {"a0", "b0"}
        if times == 0:
            assert any(received[text] == 0 for text in under_way)
    await settled_order(database.folder)


async def shows(store: Store, message: str) -> str:
    found: str = await store.scan(
        lambda look: look.value("select delivery from messages where id = $1", message)
    )
    return found


async def settled_order(folder: Path) -> None:
    lane = [line for line in (folder / "received").read_text().split() if line.startswith("a")]
    assert lane == sorted(lane)
