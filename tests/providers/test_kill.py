"""kill -9 at every step of a send over a real provider's door: what its phones received is counted, and a message is
never doubled, and never missing without being shown. What the provider has taken is found in its list."""

import asyncio
import signal

import pytest

from gateway.app import _configured
from gateway.channels.registry import Channels
from gateway.events import AccountId
from gateway.store import Store, Tx
from gateway.stream.accounts import sync_accounts
from gateway.stream.ingest import Intake
from tests.checks import check
from tests.databases import Database
from tests.providers.sender import POINTS
from tests.providers.town import MINA, TOM, House, opened, sections
from tests.servers.programs import Program
from tests.world import World, seed

SHOWN = {"leasing": "sent", "leased": "unknown", "accepted": "sent", "settling": "sent", "settled": "sent"}
"""What the message under way shows in the end: only what the provider never heard of stays unknown."""


async def begun(database: Database, house: House, point: str) -> Program:
    arguments = (database.url, str(database.folder), house.network.base, point)
    return await Program.begin("tests.providers.sender", *arguments)


async def life(database: Database, house: House, point: str) -> int:
    return await ended(await begun(database, house, point))


async def ended(process: Program) -> int:
    _, errors = await process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return process.returncode or 0


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_the_phones_count_right(database: Database, point: str) -> None:
    async with opened(database) as house:
        async with database.opened() as store:
            world = await _with_accounts(store, house)
            first, other = await world.says(MINA, "hello"), await world.says(TOM, "hello")
            texts = {}
            for name, talk in (("a0", first), ("a1", first), ("a2", first), ("b0", other)):
                texts[(await world.answers(talk.conversation, name)).message] = name
        assert await life(database, house, point) == -signal.SIGKILL
        assert await life(database, house, "none") == 0
        await asyncio.sleep(0.2)
        async with database.opened() as store:
            rows = await World(store).rows("select id, delivery from messages where delivery is not null")
            await check(store)
        phones = house.network.phones
        received = {name: phones[TOM if name == "b0" else MINA].count(name) for name in texts.values()}
        shown = {texts[row["id"]]: row["delivery"] for row in rows}
        for name, times in received.items():
            assert times <= 1, "never twice"
            assert times == 1 or shown[name] == "unknown", "never none without being shown"
        under_way = [name for name, state in shown.items() if state == "unknown"]
        assert bool(under_way) == (SHOWN[point] == "unknown"), shown
        assert all(received[name] == 0 for name in under_way), "what was taken is found"
        lane = [one.text for one in house.mina.received]
        assert lane == sorted(lane)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("point", ["stalls", "calls"])
async def test_of_two_senders_one_stalls_and_wakes_too_late(database: Database, point: str) -> None:
    """Two processes share the lanes. One is stopped with deliveries in its hand, for longer than their lease: the other
    judges those and goes on in every lane. Woken, it sends nothing of what it held."""
    async with opened(database) as house:
        async with database.opened() as store:
            world = await _with_accounts(store, house)
            talks = [await world.says(number, "hello") for number in (MINA, TOM)]
            names = {}
            for number in range(8):
                for letter, talk in zip("ab", talks, strict=True):
                    posted = await world.answers(talk.conversation, f"{letter}{number}")
                    names[posted.message] = f"{letter}{number}"
        stalled = await begun(database, house, point)
        await asyncio.to_thread(stalled.until_stopped)
        phones = house.network.phones
        assert [len(phones[who].received) for who in (MINA, TOM)] == [0, 0], "both first ones are in its hand"
        assert await life(database, house, "none") == 0
        stalled.send_signal(signal.SIGCONT)
        assert await ended(stalled) == 0
        await asyncio.sleep(0.2)
        async with database.opened() as store:
            rows = await World(store).rows("select id, delivery from messages where delivery is not null")
            await check(store)
        shown = {names[row["id"]]: row["delivery"] for row in rows}
        for letter, who in zip("ab", (MINA, TOM), strict=True):
            received = [one.text for one in phones[who].received]
            assert received == [f"{letter}{number}" for number in range(1, 8)], "in order, none twice"
        assert {name for name, state in shown.items() if state == "unknown"} == {"a0", "b0"}, shown


async def _with_accounts(store: Store, house: House) -> World:
    channels = Channels.of(sections(house.network.base))
    world = World(store, Intake(AccountId("sms")))

    async def verb(tx: Tx) -> None:
        await seed(tx)
        await sync_accounts(tx, _configured(channels))

    await world.store.write(verb)
    return world
