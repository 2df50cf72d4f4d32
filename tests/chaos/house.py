"""The house under test and the world around it: processes, databases, the provider, and the lines between them."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import random
import resource
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from bench.product import OPEN, PLENTY, RATES
from gateway.config import Config
from gateway.events import SYSTEM
from gateway.limits import Limits
from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.callbacks import Courier
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.weather import Weather
from gateway.store import Store, open_store
from gateway.stream.agents import add_agent
from inbox.auth.sessions import start_session
from inbox.desk import wall_clock
from tests.chaos.channels import ACCOUNT, CHANNELS
from tests.chaos.mail import Post
from tests.chaos.program import WRONG
from tests.chaos.slack import Office
from tests.sandbox.phones.town import serving
from tests.servers.disk import mountable
from tests.servers.forked import Forked
from tests.servers.postgres import Postgres
from tests.servers.process import Server, free_port, private_folder
from tests.servers.proxy import Proxy, proxy_to
from tests.servers.valkey import Valkey

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
"""Seconds until something that must come by itself counts as missing."""
LONG = 10
"""So many times as long it may take while one sees it move."""
AGENTS = ("anna", "bo", "chi")
KINDS = ("sqlite", "postgres")
ASIDE = ClientTimeout(total=12, sock_connect=5)
"""Seconds that a client waits for an answer before it tries again."""


@dataclass
class Process:
    """One `parley serve`, started again whenever it has ended, as a service manager does."""

    server: Server
    port: int
    clock: mmap.mmap

    @property
    def pid(self) -> int:
        pid: int = self.server.process.pid
        return pid

    def kill(self) -> None:
        self.server.kill()

    def freeze(self) -> None:
        self.server.freeze()

    def thaw(self) -> None:
        if self.server.process.poll() is None:
            self.server.thaw()

    def wrong_by(self, seconds: float) -> None:
        WRONG.pack_into(self.clock, 0, seconds)

    def disk_ends(self, at: int) -> None:
        """No file of it may grow over so many bytes (as by a full disk: EFBIG in place of ENOSPC)."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (at, resource.RLIM_INFINITY))

    def disk_has_room(self) -> None:
        if self.server.process.poll() is None:
            self.disk_ends(resource.RLIM_INFINITY)

    def revive(self) -> None:
        """Start it again if it has ended. Blocks only for the start of a program."""
        if self.server.process.poll() is not None:
            self.server.restart()

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
            return False


@dataclass
class House:
    """Everything of one run. `url` is the one address that clients, agents and providers know."""

    kind: str
    chance: random.Random
    folder: Path
    url: str = ""
    database: str = ""
    processes: list[Process] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    network: Network = field(init=False)
    http: ClientSession = field(init=False)
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    front: Proxy = field(init=False)
    """Between all clients and providers, and the house."""
    door: int = field(default_factory=free_port)
    """Where the house takes mails, whichever process it is."""
    to_door: Proxy = field(init=False)
    to_provider: Proxy = field(init=False)
    post: Post = field(init=False)
    to_post: Proxy = field(init=False)
    office: Office = field(init=False)
    to_slack: Proxy = field(init=False)
    hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(16, "mail"))
    """Who carries customers' mails."""
    to_database: Proxy | None = None
    to_valkey: Proxy | None = None

    @property
    def in_front(self) -> Sequence[Proxy]:
        """All ways into the house."""
        return self.front, self.to_door

    @property
    def to_providers(self) -> Sequence[Proxy]:
        return self.to_provider, self.to_post, self.to_slack

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": self.url}

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The house's own database, by a way that nothing disturbs."""
        store = await open_store(self.database, seals=Config(data=self.folder).seals())
        try:
            yield store
        finally:
            await store.close()

    async def all_ready(self) -> None:
        await until(self._all_ready, "a process that serves", stands=self.said)

    async def _all_ready(self) -> bool:
        for process in self.processes:
            process.revive()
        return all([await asyncio.to_thread(process.ready) for process in self.processes])

    def said(self) -> str:
        """The end of every process's log."""
        return "\n".join(
            f"--- {process.server.name}\n{process.server.log.read_text(errors='replace')[-3000:]}"
            for process in self.processes
        )


async def until(
    true: Callable[[], Awaitable[object]],
    what: str,
    patience: float = PATIENCE,
    stands: Callable[[], object] = str,
) -> None:
    """`stands`: how far it has come. As long as that moves one waits, though not for ever."""
    began = moved = time.monotonic()
    stood: object = None
    while not await true():
        now = time.monotonic()
        if (come := str(stands())) != stood:
            stood, moved = come, now
        if now - moved > patience or now - began > LONG * patience:
            raise AssertionError(f"never came: {what} {come}")
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def open_house(
    kind: str, seed: int, weather: Weather, *, processes: int = 3, rounds: float = 3.0
) -> AsyncIterator[House]:
    """`rounds`: seconds between two rounds of catching up. Raises `process.Unavailable` when a real part is missing."""
    folder = Path(tempfile.mkdtemp(prefix="parley-chaos-"))
    house = House(kind, random.Random(f"house/{seed}"), folder)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        await _open_databases(house, stack, seed)
        ports = [free_port() for _ in range(processes if kind == "postgres" else 1)]
        house.front = await stack.enter_async_context(proxy_to(*ports, seed=seed))
        house.url = f"http://127.0.0.1:{house.front.port}"
        await _open_provider(house, stack, seed, weather)
        await _open_post(house, stack, seed, weather)
        await _open_office(house, stack, seed)
        async with house.store() as store:
            await _hire(house, store)
        (folder / "config.toml").write_text(_config(house))
        for port in ports:
            house.processes.append(_start(house, port, rounds))
            stack.callback(house.processes[-1].server.stop)
        await house.all_ready()
        yield house


async def _open_databases(house: House, stack: contextlib.AsyncExitStack, seed: int) -> None:
    if house.kind == "sqlite":
        house.database = f"sqlite:///{house.folder}/parley.db"
        return
    # What was committed must outlive a kill -9 of the server: not so with the settings of other tests.
    house.postgres = await asyncio.to_thread(lambda: Postgres.start(durable=True, apart=mountable()))
    stack.callback(house.postgres.stop)
    house.database = await asyncio.to_thread(house.postgres.database)
    house.valkey = await asyncio.to_thread(Valkey.start)
    stack.callback(house.valkey.stop)
    house.to_database = await stack.enter_async_context(proxy_to(_port(house.database), seed=seed))
    house.to_valkey = await stack.enter_async_context(proxy_to(_port(house.valkey.url), seed=seed))


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def _through(url: str, proxy: Proxy | None) -> str:
    if proxy is None:
        return url
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{proxy.port}"))


async def _open_provider(house: House, stack: contextlib.AsyncExitStack, seed: int, weather: Weather) -> None:
    house.network = Network(wall_clock, seed=seed, weather=weather)
    house.network.add(ACCOUNT)
    application = web.Application()
    Door(house.network).hang(application)
    base = await stack.enter_async_context(serving(application))
    house.network.base = base
    house.to_provider = await stack.enter_async_context(proxy_to(_port(base), seed=seed))
    house.http = await stack.enter_async_context(
        ClientSession(timeout=ASIDE, connector=TCPConnector(limit=0))
    )
    courier = Courier(house.network, house.http, pause=lambda _: asyncio.sleep(0.2))
    running = asyncio.create_task(courier.run())

    async def end() -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    stack.push_async_callback(end)


async def _open_post(house: House, stack: contextlib.AsyncExitStack, seed: int, weather: Weather) -> None:
    stack.callback(house.hands.shutdown, cancel_futures=True)
    house.post = Post(seed, weather)
    await stack.enter_async_context(house.post.open())
    house.to_post = await stack.enter_async_context(proxy_to(house.post.port, seed=seed))
    house.to_door = await stack.enter_async_context(proxy_to(house.door, seed=seed))


async def _open_office(house: House, stack: contextlib.AsyncExitStack, seed: int) -> None:
    house.office = Office(seed)
    await stack.enter_async_context(house.office.open())
    base = house.office.slack.workspace.base
    house.to_slack = await stack.enter_async_context(proxy_to(_port(base), seed=seed))


async def _hire(house: House, store: Store) -> None:
    for name in AGENTS:
        key = await store.write(
            lambda tx, name=name: add_agent(tx, f"{name}@chaos.example", name.title(), "supervisor", SYSTEM)  # type: ignore[misc]
        )
        started = await store.write(
            lambda tx, key=key: start_session(tx, key, "127.0.0.1", "chaos", Limits())  # type: ignore[misc]
        )
        house.cookies[name] = started.secret


def _config(house: House) -> str:
    limits = "\n".join(
        [*(f'{rate} = "{PLENTY}"' for rate in RATES), f"address_open = {OPEN}", "lane_wait = 1000"]
    )
    sections = "\n".join(section for channel in CHANNELS for section in channel.sections(house))
    return f"[limits]\n{limits}\n\n{sections}\n{house.office.section(house)}"


def _start(house: House, port: int, rounds: float) -> Process:
    clock = house.folder / f"clock-{port}"
    clock.write_bytes(WRONG.pack(0.0))
    with clock.open("r+b") as opened:
        shared = mmap.mmap(opened.fileno(), WRONG.size)
    environment = {
        "PYTHONPATH": str(ROOT),
        "CHAOS_CLOCK": str(clock),
        "CHAOS_ROUNDS": str(rounds),
        "PARLEY_DATABASE__URL": _through(house.database, house.to_database),
        "PARLEY_SERVER__PUBLIC_URL": house.url,
        "PARLEY_MEDIA__STORE": f"disk:{house.folder}/media",
    }
    if house.valkey is not None:
        environment["PARLEY_REDIS__URL"] = _through(house.valkey.url, house.to_valkey)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "PYTHON"))
    }
    command: list[str | Path] = ["serve", "--port", str(port), "--data", house.folder]
    command += ["--config", house.folder / "config.toml"]
    own = private_folder(f"chaos-{port}")
    server = Serving(f"process {port}", own, command, cwd=own, env={**inherited, **environment})
    return Process(server, port, shared)


class Serving(Server):
    """Forked: it begins as soon as it is asked to, however often it dies."""

    def _start(self) -> None:
        arguments = list(map(str, self._command))
        self.process = Forked(arguments, log=self.log, program="tests.chaos.program", **self._popen)
