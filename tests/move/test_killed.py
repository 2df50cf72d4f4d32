"""kill -9 of the mover at every step, and of the server: it is served on one side alone, and the move goes on."""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
import orjson
import pytest

from gateway.config import load
from gateway.errors import ConfigError, Unavailable
from gateway.move import move
from gateway.sandbox.visitor import Visitor
from gateway.store import open_store
from tests.checks import check
from tests.move.house import House, assert_equal
from tests.servers.parley import Parley
from tests.servers.programs import Program
from tests.world import World, until

CUSTOMERS = 6
BEFORE = (
    *("Source.begin after", "Target.begin after", "Target.copy after 40", "Target.insert after 75"),
    *(
        "Source.forget_notes before",
        "Source.close_file after",
        "Target.make_ready after",
        "Source.retire before",
    ),
)
"""Where a mover dies and the old house goes on."""
UNMARKED = BEFORE[:1]
"""So early that the new database is still nobody's."""
AFTER = ("Source.retire after", "Target.open_doors after")
"""And where the new one has the say."""


async def run(house: House, *death: str) -> int:
    process = await Program.begin("tests.move.mover", str(house.config.data), house.url, *death)
    return await process.wait()


async def says_at_last(world: World, who: str, text: str) -> None:
    """As a customer's browser does: again, until it is taken."""
    while True:
        try:
            await world.says(who, text, provider_id=text)
            return
        except Unavailable:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("death", BEFORE)
async def test_before_the_last_word_the_old_house_goes_on(house: House, death: str) -> None:
    assert await run(house, *death.split()) == -9
    async with house.served() as world:
        # Closed at its death it opens by itself.
        await says_at_last(world, "+15550001111", "still the old one")
    with (
        pytest.raises(ConfigError, match="not finished")
        if death not in UNMARKED
        else contextlib.nullcontext()
    ):
        await (await open_store(house.url)).close()
    assert await run(house) == 0
    await assert_equal(house)
    async with house.moved() as world:
        await check(world.store)
        assert await world.rows("select 1 from messages where provider_id = 'still the old one'")


@pytest.mark.parametrize("death", AFTER)
async def test_after_it_only_the_new_one(house: House, death: str) -> None:
    assert await run(house, *death.split()) == -9
    with pytest.raises(ConfigError, match="was moved to"):
        await house.open()
    if death.startswith("Source"):
        with pytest.raises(ConfigError, match="not finished"):
            await open_store(house.url)
    assert await run(house) == 0
    await assert_equal(house)
    async with house.moved() as world:
        await check(world.store)


# --- a real house, and customers who never stop ---------------------------------------------------------------------


class Customer:
    """Says a number after the other; each again until it is acknowledged, to whoever answers."""

    def __init__(self, name: str, bearing: dict[str, str]) -> None:
        self.name = name
        self.bearing = bearing
        self.acknowledged = 0

    async def talk(self, base: Callable[[], str], stop: asyncio.Event) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            while not stop.is_set():
                if await self._says(http, base(), self.acknowledged):
                    self.acknowledged += 1
                else:
                    await asyncio.sleep(0.05)

    async def _says(self, http: aiohttp.ClientSession, base: str, number: int) -> bool:
        body = {"client_id": f"{self.name}-{number:06}", "text": f"{self.name} {number}"}
        try:
            async with http.post(f"{base}/visitor/web/messages", json=body, headers=self.bearing) as answer:
                assert answer.status in (200, 201, 429, 503), await answer.text()
                return answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False


@pytest.mark.timeout(180)
async def test_what_was_acknowledged_is_there_once_and_in_order(
    parley: Callable[..., Parley], postgres_url: str
) -> None:
    """A serving process with customers who write all the while; the mover is killed twice, the server once."""
    web = {
        "PARLEY_CHANNELS": orjson.dumps({"web": {"type": "webchat"}}).decode(),
        "PARLEY_LIMITS__VISITOR_MESSAGES": "100000/minute",
        "PARLEY_SECRETS__KEY": "the-same-for-the-old-house-and-the-new-one",
        "PARLEY_LIMITS__VISITOR_MESSAGES_ADDRESS": "100000/minute",
    }
    old = await asyncio.to_thread(parley, **web)
    base = [old.url]
    customers: list[Customer] = []
    async with aiohttp.ClientSession(old.url) as http:
        for number in range(CUSTOMERS):
            visitor = await Visitor.begin(http, "web", {})
            customers.append(Customer(f"customer{number}", visitor._bearing()))
    stop = asyncio.Event()
    talking = [asyncio.create_task(one.talk(lambda: base[0], stop)) for one in customers]
    house = House(load(None, data=old.data, environ=web), postgres_url)
    assert await run(house, "Target.copy", "after", "30") == -9
    old.kill()
    await asyncio.to_thread(old.restart)
    assert await run(house, "Target.make_ready", "after") == -9
    assert await run(house) == 0
    taken = [one.acknowledged for one in customers]
    new = await asyncio.to_thread(parley, **web, PARLEY_DATABASE__URL=postgres_url)
    base[0] = new.url
    # Everybody goes on there, as who they are.
    await until(lambda: all(one.acknowledged > before for one, before in zip(customers, taken, strict=True)))
    stop.set()
    await asyncio.gather(*talking)
    await asyncio.to_thread(new.stop)
    async with house.moved() as world:
        await check(world.store)
        rows = await world.rows("select text from messages order by position")
    for one in customers:
        said = [row["text"] for row in rows if row["text"].startswith(f"{one.name} ")]
        assert said[: one.acknowledged] == [f"{one.name} {n}" for n in range(one.acknowledged)]
        assert len(said) - one.acknowledged in (0, 1)  # stored, and cut before it was acknowledged


async def test_whoever_writes_meanwhile_is_told_why(parley: Callable[..., Parley], postgres_url: str) -> None:
    web = {"PARLEY_CHANNELS": orjson.dumps({"web": {"type": "webchat"}}).decode()}
    old = await asyncio.to_thread(parley, **web)
    await move(load(None, data=old.data, environ=web), postgres_url, None, lambda line: None)
    async with aiohttp.ClientSession(old.url) as http:
        visitor = await Visitor.begin(http, "web", {})
        body = {"client_id": "customer-1", "text": "too late"}
        async with http.post("/visitor/web/messages", json=body, headers=visitor._bearing()) as answer:
            assert answer.status == 503
            assert answer.headers["Retry-After"]
            told = await answer.json()
    assert (told["type"], told["text"]) == ("moving", "errors.moving")
