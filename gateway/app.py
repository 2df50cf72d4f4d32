"""The composition root: opens what the configuration names, hangs the doors on one aiohttp application, runs the
process's long tasks, and closes everything in the reverse order. Nobody imports this but the command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, web

from gateway import timers, webhooks
from gateway.assets import mount_assets
from gateway.asyncapi import mount_asyncapi
from gateway.bus import Bus
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.door import CONFIG, HEADERS, HSTS, OPEN, Gate, answer_problems, bound_open, guard_response
from gateway.errors import ConfigError, ParleyError
from gateway.events import Attachment
from gateway.health import mount_health
from gateway.live import LiveSession
from gateway.media import Claim, MediaLinks, MediaStore, open_media, serve_media
from gateway.rates import Together
from gateway.serving import Runner
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.visitors import app as visitors
from gateway.visitors.files import customers_file
from inbox import app as inbox
from inbox.desk import AUDIENCE, Desk, wall_clock
from inbox.files import agents_file
from inbox.hub import AgentHub
from inbox.noticing import Noticing

log = logging.getLogger(__name__)


@dataclass
class Parley:
    """One running process."""

    config: Config
    store: Store
    bus: Bus
    channels: Channels
    media: MediaStore
    links: MediaLinks
    web: web.Application
    live: list[set[Any]] = field(default_factory=list)
    """The sets of live sessions, one for each door."""

    def hang_up(self) -> None:
        """Tell every browser that we are going: it comes back by itself, with its cursor."""
        for sessions in self.live:
            for session in tuple(sessions):
                if isinstance(session, LiveSession):
                    session.cut(WSCloseCode.SERVICE_RESTART)


@contextlib.asynccontextmanager
async def open_parley(config: Config, clock: Callable[[], int] = wall_clock) -> AsyncIterator[Parley]:
    """Everything but the listening socket. Raises ConfigError, Unavailable."""
    if config.redis.url.get_secret_value():
        log.warning(
            "[redis] url is set, but this version does not use it: run one process, and leave it empty"
        )
    channels = Channels.of(config.channels)
    store = await open_store(config.database_url)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        media = open_media(config.media_store, config.data)
        stack.push_async_callback(media.close)
        bus = Bus()
        links = MediaLinks(store.secret, clock=clock)
        await store.write(lambda tx: sync_accounts(tx, _configured(channels)))
        application = web.Application(
            middlewares=[answer_problems, bound_open], client_max_size=config.limits.body_bytes
        )
        application[CONFIG] = config
        application[OPEN] = Together(most_open(config))
        application.on_response_prepare.append(guard_response)
        parley = Parley(config, store, bus, channels, media, links, application)
        link = links.for_audience(AUDIENCE, config.server.media_url)
        hub = AgentHub(store, bus, config.limits, channels, link)
        desk = Desk(store, config, channels, media, links, bus, hub, clock)
        stack.callback(desk.close)
        agents = inbox.hang(application, desk)
        mount_asyncapi(application)
        customers = visitors.hang(
            application, visitors.Parts(store, bus, config, channels, media, links, clock)
        )
        webhooks.hang(application, store, config, channels)
        parley.live += [agents.sessions, customers.sessions]
        mount_assets(application)
        mount_health(application, store)
        application.router.add_get("/media/{signed}/{name}", _file_door(media, links))
        store.publish_to(bus.publish)
        await _open_channels(channels)
        stack.push_async_callback(_close_channels, channels)
        tasks = [
            store.watch_head(),
            timers.wake_snoozed(store, clock),
            timers.release_held(store, channels, clock),
            timers.forget_files(store, media),
            timers.clean(store, media, config.limits),
            *agents.tasks,
            Noticing(desk).run(),
            *customers.tasks,
        ]
        await stack.enter_async_context(_running(tasks))
        stack.callback(parley.hang_up)
        # What was made at start stays for good, what a request makes is gone before a collection would look at it.
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
        yield parley


def most_open(config: Config) -> int:
    """What one address may hold open: never so much that the process has no files left for others."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(config.limits.address_open, allowed * 3 // 4 if allowed > 0 else config.limits.address_open)


def _file_door(
    media: MediaStore, links: MediaLinks
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """One path for every audience's files; each door says whether its own may still have them."""

    async def file(request: web.Request) -> web.StreamResponse:
        async def lookup(claim: Claim) -> Attachment | None:
            find = agents_file if claim.audience == AUDIENCE else customers_file
            return await find(request, claim)

        return await serve_media(media, links, lookup)(request)

    return file


def _configured(channels: Channels) -> dict[str, Configured]:
    return {channel.account: Configured(channel.name, channel.config.label) for channel in channels}


async def _open_channels(channels: Channels) -> None:
    """One bad account never stops the others."""
    for channel in channels:
        try:
            await channel.open()
        except ParleyError as why:
            log.error("account %s could not be opened: %s", channel.account, why)


async def _close_channels(channels: Channels) -> None:
    for channel in channels:
        with contextlib.suppress(ParleyError):
            await channel.close()


@contextlib.asynccontextmanager
async def _running(coroutines: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """The process's own tasks; one that ends by a fault is logged, and the process goes down to be started anew."""
    main = asyncio.current_task()

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.critical("%s failed", task.get_name(), exc_info=task.exception())
            if main is not None:
                main.cancel()

    tasks = [asyncio.create_task(each, name=str(each)) for each in coroutines]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def listening(parley: Parley, host: str, port: int) -> AsyncIterator[int]:
    """Answer on host and port (0: any free one); yields the port."""
    server = parley.config.server
    guards = HEADERS | ({"Strict-Transport-Security": HSTS} if server.public_url.startswith("https:") else {})
    gate = Gate(most_open(parley.config), server.trusted_proxies)
    runner = Runner(
        parley.web, gate=gate, guards=guards, access_log=None, handle_signals=False, shutdown_timeout=5
    )
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield runner.addresses[0][1]
    finally:
        parley.hang_up()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError as why:
        taken = why.errno == errno.EADDRINUSE
        words = "another program has it; choose another --port" if taken else why.strerror
        raise ConfigError(f"[server] cannot listen on {host} port {port}: {words}") from why
