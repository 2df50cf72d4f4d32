"""A whole Slack for tests and the demo: workspace, doors, and hands to act with as its people.

async with open_slack() as slack:
    mina = slack.person("Mina Park", locale="ko-KR")
    support = slack.channel("support", mina)
    client = AsyncWebClient(slack.installation.bot_token, base_url=slack.api)
    ...
    slack.say(mina, support, "I shall call her", thread=ts)
    await slack.press(mina, support, ts, "take")
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from mimetypes import guess_type
from typing import Any

from aiohttp import web

from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.api import Door
from gateway.sandbox.slack.deeds import Answer, Deeds
from gateway.sandbox.slack.deliveries import Deliveries
from gateway.sandbox.slack.installation import Installation
from gateway.sandbox.slack.knocking import Knocking
from gateway.sandbox.slack.rates import Limits, Rates
from gateway.sandbox.slack.records import (
    BOT_USER,
    HOME,
    Channel,
    File,
    Guest,
    Json,
    Kind,
    Message,
    Person,
    View,
    Whisper,
)
from gateway.sandbox.slack.sockets import Sockets
from gateway.sandbox.slack.tickets import Tickets
from gateway.sandbox.slack.weather import Weather
from gateway.sandbox.slack.workspace import Workspace

QUICK = (0.0, 0.1, 0.3)
"""Seconds before an event is brought again, where a test cannot wait for minutes."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a request's body."""


def wall_clock() -> int:
    return int(time.time() * 1000)


class Slack:
    """`sockets`: what Socket Mode has heard. `deliveries`: every attempt to tell the app something. `door.calls` and
    `door.counts`: what the app has called."""

    def __init__(
        self, *, clock: Callable[[], int] = wall_clock, seed: int = 0, limits: Limits | None = None
    ) -> None:
        self.workspace = Workspace(clock)
        self.installation = Installation()
        self.rates = Rates(clock, limits or Limits())
        self.tickets = Tickets(clock)
        self.sockets = Sockets(clock)
        self.deliveries = Deliveries(self.sockets, seed=seed)
        self.deeds = Deeds(self.workspace, self.tickets, self.deliveries)
        self.door = Door(
            self.workspace,
            self.installation,
            self.rates,
            self.tickets,
            self.sockets,
            self.deeds,
            seed=seed,
        )
        self.workspace.tell = self.deliveries.put

    @property
    def api(self) -> str:
        """slack-sdk's `base_url`."""
        return f"{self.workspace.base}/api/"

    async def run(self) -> None:
        """Until it is cancelled: brings to the app what happens."""
        await self.deliveries.run()

    def use_http(self, events: str, interactions: str = "", commands: str = "") -> Knocking:
        """From now on the app hears by signed posts to these addresses."""
        knocking = Knocking(
            self.installation.signing_secret,
            events,
            interactions or events,
            commands or events,
            clock=self.workspace.clock,
        )
        self.deliveries.line = knocking
        return knocking

    # --- who and what there is --------------------------------------------------------------------------------------

    def person(
        self, name: str, *, locale: str = "en-US", guest: Guest = "", team: str = HOME, admin: bool = False
    ) -> Person:
        handle = name.lower().replace(" ", ".")
        domain = "haru.example" if team == HOME else f"{team.lower()}.example"
        person = Person(
            self.workspace.new_id("U"),
            name,
            locale,
            guest,
            team,
            email=f"{handle}@{domain}",
            admin=admin,
        )
        self.workspace.add(person)
        return person

    def channel(self, name: str, *people: Person, kind: Kind = "public", with_app: bool = True) -> Channel:
        members = [one.id for one in people]
        return self.workspace.open_channel(name, [BOT_USER, *members] if with_app else members, kind=kind)

    def invite(self, person: Person, channel: Channel) -> None:
        self.workspace.join(channel, person.id)

    def invite_app(self, channel: Channel, by: Person) -> None:
        self.workspace.join(channel, BOT_USER, by.id)

    def remove_app(self, channel: Channel) -> None:
        self.workspace.leave(channel, BOT_USER)

    def share(self, channel: Channel, team: str = "T0OTHERS") -> None:
        """With another organisation (Slack Connect)."""
        self.workspace.share(channel, team)

    # --- people write -----------------------------------------------------------------------------------------------

    def say(self, person: Person, channel: Channel, text: str, thread: str = "", **more: Any) -> str:
        """Returns its ts."""
        name = f"{self.workspace.new_id('m').lower()}-{person.id.lower()}"
        return self.workspace.post(channel, person.id, text, thread=thread, client_id=name, **more).ts

    def attach(
        self, person: Person, channel: Channel, name: str, content: bytes, text: str = "", thread: str = ""
    ) -> str:
        """A message with a file of hers; returns its ts."""
        file = File(
            self.workspace.new_id("F"),
            name,
            len(content),
            person.id,
            self.workspace.clock() // 1000,
            secrets.token_hex(12),
            mime=guess_type(name)[0] or "application/octet-stream",
            content=content,
            done=True,
        )
        self.workspace.files[file.id] = file
        ts = self.say(person, channel, text, thread, files=[file], subtype="file_share")
        file.shares[channel.id] = [ts]
        return ts

    def edit(self, channel: Channel, ts: str, text: str) -> None:
        self.workspace.change(channel, channel.messages[ts], text)

    def delete(self, channel: Channel, ts: str) -> None:
        self.workspace.remove(channel, channel.messages[ts])

    def react(self, person: Person, channel: Channel, ts: str, name: str) -> None:
        self.workspace.react(channel, channel.messages[ts], person.id, name)

    def unreact(self, person: Person, channel: Channel, ts: str, name: str) -> None:
        self.workspace.unreact(channel, channel.messages[ts], person.id, name)

    # --- people act -------------------------------------------------------------------------------------------------

    async def press(
        self, person: Person, channel: Channel, ts: str, action: str, value: Any = None, *, block: str = ""
    ) -> Answer:
        return await self.deeds.press(person.id, channel, ts, action, value, block=block)

    async def slash(self, person: Person, channel: Channel, text: str, command: str = "/parley") -> Answer:
        return await self.deeds.command(person.id, channel, command, text)

    async def shortcut(self, person: Person, callback: str) -> Answer:
        return await self.deeds.shortcut(person.id, callback)

    async def message_shortcut(self, person: Person, channel: Channel, ts: str, callback: str) -> Answer:
        return await self.deeds.message_shortcut(person.id, channel, ts, callback)

    def open_home(self, person: Person) -> None:
        self.deeds.open_home(person.id)

    def home(self, person: Person) -> View | None:
        return self.workspace.homes.get(person.id)

    def modal(self, person: Person) -> View | None:
        """The one before her."""
        return self.deeds.top(person.id)

    async def press_in_view(self, view: View, action: str, value: Any = None) -> Answer:
        return await self.deeds.press_in_view(view, action, value)

    async def submit(self, view: View, **values: Any) -> Answer:
        """`values`: action -> what is filled in first."""
        for action, value in values.items():
            self.deeds.fill(view, action, value)
        return await self.deeds.submit(view)

    async def close_view(self, view: View, *, whole: bool = False) -> None:
        await self.deeds.close(view, whole=whole)

    # --- what is to be seen -----------------------------------------------------------------------------------------

    def posts(self, channel: Channel, thread: str = "") -> list[Message]:
        """What the app has posted there, in order."""
        shown = channel.thread_of(thread) if thread else list(channel.messages.values())
        return [one for one in shown if one.by_bot]

    def whispers(self, person: Person, channel: Channel) -> list[Whisper]:
        return [one for one in channel.whispers if one.to == person.id]

    def count(self, method: str) -> int:
        return self.door.counts[method]

    def events(self, kind: str = "") -> list[Json]:
        """What the app was told of, once each, in order."""
        told = {
            one.payload["event_id"]: one.payload["event"]
            for one in self.deliveries.brought
            if one.kind == "events_api"
        }
        return [one for one in told.values() if kind in ("", one["type"])]

    async def rest(self) -> None:
        """Until the app has acknowledged everything, or we have given up."""
        await self.deliveries.rest()

    # --- the weather ------------------------------------------------------------------------------------------------

    @property
    def weather(self) -> Weather:
        return self.door.weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self.door.weather = self.deliveries.weather = weather

    def plan(self, *faults: Fault, on: str = "") -> None:
        """What happens to the next calls, one each; `on`: to those of this method."""
        self.door.plan(*faults, on=on)

    def revoke(self, error: str = "token_revoked") -> None:
        """Also `account_inactive` and `invalid_auth`."""
        self.installation.revoked = error

    def restore(self) -> None:
        self.installation.revoked = ""

    async def cut_sockets(self) -> None:
        await self.sockets.cut()

    async def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        await self.sockets.refresh(reason)


@contextlib.asynccontextmanager
async def serve_slack(slack: Slack, host: str = "127.0.0.1") -> AsyncIterator[Slack]:
    """At an address of its own."""
    application = web.Application(client_max_size=LARGEST)
    slack.door.hang(application)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    running = asyncio.create_task(slack.run())
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        slack.workspace.base = f"http://{host}:{runner.addresses[0][1]}"
        yield slack
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await slack.sockets.close()
        await runner.cleanup()


@contextlib.asynccontextmanager
async def open_slack(
    *,
    clock: Callable[[], int] = wall_clock,
    seed: int = 0,
    limits: Limits | None = None,
    retries: tuple[float, ...] = QUICK,
) -> AsyncIterator[Slack]:
    slack = Slack(clock=clock, seed=seed, limits=limits)
    slack.deliveries.retries = retries
    async with serve_slack(slack):
        yield slack
