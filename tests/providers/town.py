"""The whole product over real HTTP, and the phone network as its provider: two doors that call each other.

Nothing here waits for a clock that is set by hand: the network is in a hurry instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from gateway.app import Parley, listening, open_parley
from gateway.channels import registry
from gateway.config import Config, Database, Server
from gateway.delivery import Pace
from gateway.events import agent
from gateway.limits import Limits
from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.callbacks import Courier
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import Account, Line, Message, Phone, Saying, Template
from gateway.sandbox.phones.weather import Weather
from gateway.store import Row
from gateway.stream.post import Post, Posted, post
from inbox.desk import wall_clock
from tests import databases
from tests.checks import check
from tests.sandbox.phones.town import serving
from tests.world import seed

ACCOUNT = Account("AC" + "a" * 32, "the token")
SMS = "+14155550100"
SECOND = "+14155550199"
WHATSAPP = "whatsapp:+14155550100"
MINA, TOM = "+821055550111", "+447700900222"
HURRY = Weather(step=(0.001, 0.01), travel=(0.001, 0.01), late=(0.02, 0.08))
GREETING = Template(
    "HX" + "d" * 32,
    ACCOUNT.sid,
    "order_sent",
    "en",
    {"twilio/text": {"body": "Hello {{1}}, your order {{2}} is on its way."}},
    {"1": "there", "2": "A-1"},
)
REFUSED = replace(GREETING, sid="HX" + "e" * 32, name="sale", approval="rejected", rejection="Too loud")
PACE = Pace(lease=3_000, answer=800, doubt=700, lane_wait=100, first=20, most=200, probe=100)
"""As patient as a test."""
_numbers = itertools.count(1)


@dataclass
class House:
    """The product, running, and the phones that people have."""

    network: Network
    http: ClientSession
    url: str
    courier: Courier
    config: Config
    parley: Parley | None = None
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def mina(self) -> Phone:
        return self.network.phones[MINA]

    async def start(self) -> None:
        """Raises what opening raises."""
        self.parley = await self._open.enter_async_context(open_parley(self.config))
        await self._open.enter_async_context(
            listening(self.parley, "127.0.0.1", int(self.url.rpartition(":")[2]))
        )
        await self.store.write(lambda tx: _seeded(tx))

    async def stop(self) -> None:
        if self.parley is not None:
            await check(self.store)
        await self._open.aclose()
        self._open, self.parley = contextlib.AsyncExitStack(), None

    @property
    def store(self) -> Any:
        assert self.parley is not None
        return self.parley.store

    def says(self, text: str = "", to: str = SMS, number: str = MINA, **more: Any) -> Message | None:
        return self.network.say(number, to, Saying(text, **more))

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        return list(await self.store.scan(lambda look: look.all(sql, *args)))

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.store.scan(lambda look: look.value(sql, *args))

    async def texts(self) -> list[str]:
        return [row["text"] for row in await self.rows("select text from messages order by at, position")]

    async def hears(self, text: str) -> Row:
        """The message, once it is there."""
        found: list[Row] = []

        async def there() -> bool:
            found[:] = await self.rows("select * from messages where text = $1", text)
            return bool(found)

        await eventually(there)
        return found[0]

    async def answers(self, to: Row, text: str, **more: Any) -> Posted:
        what = Post(to["conversation_id"], agent("anna"), f"c{next(_numbers)}", text, **more)
        return await post(self.store, what)

    async def shows(self, posted: Posted, *states: str) -> None:
        """Wait until a message shows one of these."""

        async def so() -> bool:
            return await self.value("select delivery from messages where id = $1", posted.message) in states

        await eventually(so, lambda: f"it shows {states}")


async def eventually(
    true: Callable[[], Awaitable[bool]], what: Callable[[], str] = lambda: "it did not come"
) -> None:
    for _ in range(1500):
        if await true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(what())


async def _seeded(tx: Any) -> None:
    if await tx.one("select 1 from agents") is None:
        await seed(tx)


def sections(base: str, **more: Any) -> dict[str, dict[str, Any]]:
    own = {"account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token, "api_base": base, "rate": 500, **more}
    names = [name for name in registry.known_types() if name.startswith("twilio")]
    sms, whatsapp = sorted(names)
    return {
        "sms": {**own, "type": sms, "from": SMS, "mms": True},
        "whatsapp": {**own, "type": whatsapp, "from": WHATSAPP},
    }


def _where(database: databases.Database) -> str:
    return database.url.replace("sqlite:///", f"sqlite:///{database.folder}/")


@contextlib.asynccontextmanager
async def opened(
    database: databases.Database, weather: Weather = HURRY, *, seeded: int = 0, **more: Any
) -> AsyncIterator[House]:
    """The network stands, the product does not run yet. `more`: keys of both sections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    network = Network(wall_clock, seed=seeded, weather=weather)
    network.add(
        ACCOUNT,
        *(Line(ACCOUNT.sid, line, f"{url}/webhooks/sms#rc=3&rp=all") for line in (SMS, SECOND)),
        Line(ACCOUNT.sid, WHATSAPP, f"{url}/webhooks/whatsapp#rc=3&rp=all"),
        Phone(MINA, "Mina"),
        Phone(TOM, "Tom", on_whatsapp=False),
        GREETING,
        REFUSED,
    )
    application = web.Application()
    Door(network).hang(application)
    async with serving(application) as base, ClientSession() as http:
        network.base = base
        courier = Courier(network, http, pause=lambda _: asyncio.sleep(0.02))
        config = Config(
            data=database.folder,
            channels=sections(base, **more),
            limits=Limits(),
            server=Server(public_url=url),
            database=Database(url=SecretStr(_where(database))),
        )
        house = House(network, http, url, courier, config)
        running = asyncio.create_task(courier.run())
        try:
            yield house
            await house.stop()
        finally:
            await house._open.aclose()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that is as patient as a test."""
    monkeypatch.setattr("gateway.app.pace_of", lambda limits: PACE)


@pytest.fixture
async def house(database: databases.Database, hurried: None) -> AsyncIterator[House]:
    async with opened(database) as made:
        await made.start()
        yield made


@pytest.fixture
def town_of(database: databases.Database, hurried: None) -> Callable[..., Any]:
    """`async with town_of(weather, keys=...)`: not started yet."""
    return lambda *args, **more: opened(database, *args, **more)
