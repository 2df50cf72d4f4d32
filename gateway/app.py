"""The composition root: opens what the configuration names, hangs the doors on one aiohttp application, runs the
process's long tasks, and closes everything in the reverse order. Nobody imports this but the command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import math
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, web

from gateway import telemetry, timers, webhooks
from gateway.assets import mount_assets
from gateway.asyncapi import mount_asyncapi
from gateway.bus import Bus
from gateway.catch_up import CatchUp
from gateway.channels.base import Channel, Sends, ServesVisitors
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.door import (
    CONFIG,
    HEADERS,
    HSTS,
    OPEN,
    Gate,
    answer_problems,
    bound_open,
    follow_request,
    guard_response,
    name_request,
)
from gateway.duties import Duties, Work
from gateway.errors import ConfigError, ParleyError
from gateway.events import Attachment
from gateway.fetch import Fetcher
from gateway.follow_ups import FollowUps
from gateway.followers.hooks import Hooks
from gateway.health import mount_health
from gateway.media import Claim, MediaLinks, MediaStore, open_media, serve_media
from gateway.metrics import watch_loop
from gateway.outbox import Outbox
from gateway.outward import OutwardLinks, account_of, sent_file
from gateway.rates import Together
from gateway.receiving import Receiving
from gateway.relay import Relay
from gateway.scrape import Scrape
from gateway.seat import seat_of, seated
from gateway.serving import LentSockets, Runner
from gateway.sockets import SOCKETS, Cut, Sockets
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.outbox import Sending
from gateway.stream.provided import pace_of
from gateway.visitors import app as visitors
from gateway.visitors.files import customers_file
from inbox import app as inbox
from inbox.desk import AUDIENCE, Desk, wall_clock
from inbox.files import agents_file
from inbox.hub import AgentHub

if TYPE_CHECKING:
    from gateway.carriage import Carriage

log = logging.getLogger(__name__)

CUTS = 500
"""Sockets a second that are told to come back elsewhere when the process ends; more where `SPREAD` is too short."""
CUT_EVERY = 0.02
"""Seconds between two groups of them."""
SPREAD = 10.0
"""Seconds within which all have been told."""
LINGER = 0.25
"""Seconds in which whoever was taken in just before we stopped listening says what they want."""


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
    carriage: Carriage | None = None
    """To the other processes, where there may be any."""
    live: list[set[Any]] = field(default_factory=list)
    """The sets of live sessions, one for each door."""
    leaving: bool = False
    """From now on nobody should be sent here."""
    on_leaving: list[Callable[[], None]] = field(default_factory=list)

    def leave(self) -> None:
        """We are about to end: who waits is answered, and connections are not kept for a next request."""
        if not self.leaving:
            self.leaving = True
            for tell in self.on_leaving:
                tell()

    async def serve_until(self, stop: asyncio.Event) -> int:
        """Returns the process's exit code once nobody need be served any more: 0 when it was asked to stop, 1 when it
        is too old. That one's browsers would look at a still picture: they leave at once, for those that are newer, or
        for what whoever watches over this process begins in its place."""
        self.store.when_unknown(stop.set)
        await stop.wait()
        self.leave()
        if self.store.unknown:
            await self.hang_up_by_and_by()
        await asyncio.sleep(self.config.server.drain)
        return 1 if self.store.unknown else 0

    def sessions(self) -> list[Cut]:
        """Who has a socket, or asks again and again in the place of one."""
        return list(self.web[SOCKETS].open.union(*self.live))

    def hang_up(self) -> None:
        """Tell every browser that we are going: it comes back by itself, with its cursor."""
        for session in self.sessions():
            session.cut(WSCloseCode.SERVICE_RESTART)
        self.web[SOCKETS].end()

    async def hang_up_by_and_by(
        self, pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep
    ) -> None:
        """The same, spread over up to `SPREAD` seconds: those who come back have to be told what they missed."""
        self.web[SOCKETS].shut()
        sessions = self.sessions()
        at_once = max(1, round(CUTS * CUT_EVERY), math.ceil(len(sessions) * CUT_EVERY / SPREAD))
        for start in range(0, len(sessions), at_once):
            for session in sessions[start : start + at_once]:
                session.cut(WSCloseCode.SERVICE_RESTART)
            if start + at_once < len(sessions):
                await pause(CUT_EVERY)
        self.hang_up()


@contextlib.asynccontextmanager
async def open_parley(config: Config, clock: Callable[[], int] = wall_clock) -> AsyncIterator[Parley]:
    """Everything but the listening socket. Raises ConfigError, Unavailable."""
    channels = Channels.of(config.channels)
    async with contextlib.AsyncExitStack() as stack:
        if config.database_url.startswith("sqlite"):
            stack.enter_context(seated(seat_of(config), "this SQLite database"))
        store = await open_store(config.database_url, seals=config.seals())
        stack.push_async_callback(store.close)
        if config.otel.enabled:
            stack.push_async_callback(asyncio.to_thread, telemetry.set_up())
        media = open_media(config.media_store, config.data)
        stack.push_async_callback(media.close)
        bus = Bus()
        carriage = _carriage(config, store, bus)
        shared = None if carriage is None else carriage.counts
        links = MediaLinks(store.secret, clock=clock)
        await store.write(lambda tx: sync_accounts(tx, _configured(channels)))
        application = web.Application(
            middlewares=[follow_request, answer_problems, bound_open],
            client_max_size=config.limits.body_bytes,
        )
        application[CONFIG] = config
        application[SOCKETS] = Sockets()
        application[OPEN] = Together(most_open(config))
        application.on_response_prepare.append(guard_response)
        application.on_response_prepare.append(name_request)
        parley = Parley(config, store, bus, channels, media, links, application, carriage)
        link = links.for_audience(AUDIENCE, config.server.media_url)
        hub = AgentHub(store, bus, config.limits, channels, link)
        desk = Desk(store, config, channels, media, links, bus, hub, clock, shared)
        stack.callback(desk.close)
        slack_works = await _slack(stack, application, desk)
        parley.on_leaving.append(desk.leave)
        application.on_response_prepare.append(_ending_connections(parley))
        agents = inbox.hang(application, desk)
        mount_asyncapi(application)
        customers = visitors.hang(
            application, visitors.Parts(store, bus, config, channels, media, links, clock, shared)
        )
        webhooks.hang(application, store, config, channels)
        parley.live += [agents.sessions, customers.sessions]
        mount_assets(application)
        mount_health(application, store, None if store.postgres else config.data, lambda: parley.leaving)
        scrape = Scrape(config, store, clock, {"agents": agents.sessions, "visitors": customers.sessions})
        application.router.add_get("/metrics", scrape.answer)
        await stack.enter_async_context(scrape.answering())
        application.router.add_get("/media/{signed}/{name}", _file_door(store, media, links))
        outward = OutwardLinks(config, links, media)
        outbox = Outbox(store, channels, pace_of(config.limits), outward=outward)
        fetcher = Fetcher(store, channels, media, config.limits, clock)
        bus.take_events(outbox.hear)
        bus.take_events(fetcher.hear)
        stack.push_async_callback(Relay(store, channels, bus).close)
        store.publish_to(bus.publish)
        await _open_channels(channels)
        stack.push_async_callback(_close_channels, channels)
        receiving = Receiving(store, channels, media, config.limits, alone=not store.postgres)
        await receiving.listen()
        unheard = config.limits.presence_expires
        follow_ups = FollowUps(channels, desk.onsite, bus, clock, unheard)
        tasks = [
            watch_loop(),
            receiving.keep_listening(),
            outbox.run(),
            fetcher.run(),
            Duties(
                store,
                _duties(desk, agents.notices, receiving, follow_ups, slack_works),
                alone=not store.postgres,
            ).run(),
            *agents.tasks,
            *customers.tasks,
        ]
        if carriage is not None:
            tasks.append(carriage.run())
        # By itself, and ended after the others: who ends while the database is away must hear that it is back.
        await stack.enter_async_context(_running([store.watch_head()]))
        await stack.enter_async_context(_running(tasks))
        stack.callback(parley.hang_up)
        # What was made at start stays for good, what a request makes is gone before a collection would look at it.
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
        yield parley


async def _slack(
    stack: contextlib.AsyncExitStack, application: web.Application, desk: Desk
) -> Sequence[Work]:
    """Nothing where it has no token. The library is loaded only where it has one."""
    if not desk.config.slack.enabled:
        return ()
    from inbox.slack.app import open_slack

    return await stack.enter_async_context(open_slack(application, desk))


def _carriage(config: Config, store: Store, bus: Bus) -> Carriage | None:
    """None where there can be no other process. The library is loaded only where one is configured."""
    url = config.redis.url.get_secret_value()
    if not url or not store.postgres:
        return None
    from gateway.carriage import Carriage

    return Carriage(url, store, bus, ping=config.limits.presence_ping / 1000)


def _duties(
    desk: Desk,
    notices: Sequence[Work],
    receiving: Receiving,
    follow_ups: FollowUps,
    slack_works: Sequence[Work],
) -> dict[str, Sequence[Work]]:
    """What one process does for the whole deployment, by the name of its lease."""
    channels, media, limits, clock = desk.channels, desk.media, desk.limits, desk.clock
    trusted = desk.config.webhooks.trusted
    return {
        "timers": [
            lambda store: timers.wake_snoozed(store, clock),
            lambda store: timers.release_held(store, channels, clock),
            follow_ups.run,
        ],
        "notices": notices,
        "webhooks": [lambda store: Hooks(store, desk.bus, limits, trusted, clock).run()],
        "catch-up": [lambda store: CatchUp(store, channels, limits, clock).run()],
        "receiving": [receiving.run],
        **({"slack": slack_works} if slack_works else {}),
        "cleaning": [
            lambda store: timers.forget_files(store, media),
            lambda store: timers.clean(store, media, limits),
        ],
    }


def _ending_connections(
    parley: Parley,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For every answer: it is the last one of its connection while the process is leaving."""

    async def end(request: web.Request, response: web.StreamResponse) -> None:
        if parley.leaving and response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            response.force_close()
            response.headers["Connection"] = "close"

    return end


def most_open(config: Config) -> int:
    """What one address may hold open: never so much that the process has no files left for others."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(config.limits.address_open, allowed * 3 // 4 if allowed > 0 else config.limits.address_open)


def _file_door(
    store: Store, media: MediaStore, links: MediaLinks
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """One path for every audience's files; each door says whether its own may still have them."""

    async def file(request: web.Request) -> web.StreamResponse:
        async def lookup(claim: Claim) -> Attachment | None:
            if account := account_of(claim):
                return await sent_file(store, account, claim)
            find = agents_file if claim.audience == AUDIENCE else customers_file
            return await find(request, claim)

        return await serve_media(media, links, lookup)(request)

    return file


def _configured(channels: Channels) -> dict[str, Configured]:
    return {
        channel.account: Configured(
            channel.name,
            (label := channel.config.label.both())["en"],
            _sending(channel),
            channel.config.says_continued,
            label["ko"],
            channel.follows_after() if isinstance(channel, ServesVisitors) and channel.follows_by() else None,
        )
        for channel in channels
    }


def _sending(channel: Channel) -> Sending | None:
    if not isinstance(channel, Sends):
        return None
    can = channel.capabilities
    return Sending(can.part_length or can.text_length, can.captions, can.recipients)


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
async def listening(
    parley: Parley, host: str, port: int, inherited: Sequence[int] = (), lent: LentSockets | None = None
) -> AsyncIterator[int]:
    """Answer on host and port (0: any free one), or on sockets that listen already, by their file numbers, and on those
    that are `lent` meanwhile; yields the port. At its end nobody new is taken in, requests under way end, and sockets
    are told to come back."""
    server = parley.config.server
    guards = HEADERS | ({"Strict-Transport-Security": HSTS} if server.public_url.startswith("https:") else {})
    gate = Gate(most_open(parley.config), server.trusted_proxies)
    runner = Runner(
        parley.web, gate=gate, guards=guards, access_log=None, handle_signals=False, shutdown_timeout=5
    )
    await runner.setup()
    try:
        for number in inherited:
            await web.SockSite(runner, socket.socket(fileno=number), backlog=1024).start()
        if not inherited:
            await _listen(runner, host, port)
        if lent is not None:
            lent.answer_by(runner)
        yield runner.addresses[0][1]
    finally:
        if lent is not None:
            lent.answer_by(None)
        parley.leave()
        for site in runner.sites:
            await site.stop()
        if runner.server is not None and runner.server.connections:
            await asyncio.sleep(LINGER)
        await parley.hang_up_by_and_by()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError as why:
        taken = why.errno == errno.EADDRINUSE
        words = "another program has it; choose another --port" if taken else why.strerror
        raise ConfigError(f"[server] cannot listen on {host} port {port}: {words}") from why
