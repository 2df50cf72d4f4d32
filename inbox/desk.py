"""What the agents' door works with, made once by the composition root and handed to everything behind the door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from gateway.bus import Bus
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.egress.agent import Link
from gateway.limits import Limits
from gateway.media import MediaLinks, MediaStore
from gateway.rates import Bound, Buckets, Shared
from gateway.store import Store
from gateway.stream.pulls import Spot
from inbox.auth.passwords import Passwords
from inbox.hub import AgentHub
from inbox.onsite import OnSite
from inbox.templates import Templates


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What a place does by itself, as the configuration has it."""

    name: str
    does: str
    """`pull`, `alert` or `digest`."""
    channel: str
    when: Mapping[str, str | int]
    """Its conditions; times in seconds."""


class Place(Protocol):
    """Somewhere else where agents work: conversations can be pulled there (`inbox.commands.pulling`)."""

    name: str
    label: str
    """What people call it: a name, the same in every language."""

    async def channels(self) -> Sequence[tuple[str, str]]:
        """Where a conversation may be pulled to: the place's name for it, and the people's. Raises Unavailable."""
        ...

    async def spot(self, channel: str) -> Spot:
        """That channel, and who reads it now. Raises Refused, Unavailable."""
        ...

    def rules(self) -> Sequence[PlaceRule]:
        """What it does there by itself."""
        ...

    @property
    def prefix(self) -> str:
        """What begins with it there goes to the customer; empty: nothing does."""
        ...


AUDIENCE = "agents"
"""Whom links to files are signed for here: every agent may hold them, the lookup decides again."""


def wall_clock() -> int:
    """UTC milliseconds."""
    return int(time.time() * 1000)


@dataclass
class Rates:
    """How often whom; one bucket for each key."""

    sign_in: Bound
    sign_in_address: Bound
    agent_requests: Buckets
    agent_uploads: Buckets
    directory: Buckets
    code_sends: Bound
    code_number: Bound
    strangers: Buckets

    @classmethod
    def of(cls, limits: Limits, clock: Callable[[], float], shared: Shared | None = None) -> Rates:
        """`shared` counts for all processes what guards a secret."""
        return cls(
            sign_in=Bound("sign_in", limits.sign_in, clock, shared),
            sign_in_address=Bound("sign_in_address", limits.sign_in_address, clock, shared),
            agent_requests=Buckets(limits.agent_requests, clock),
            agent_uploads=Buckets(limits.agent_uploads, clock),
            directory=Buckets(limits.directory_changes, clock),
            code_sends=Bound("code_sends", limits.code_sends, clock, shared),
            code_number=Bound("code_number", limits.code_number, clock, shared),
            strangers=Buckets(limits.stranger_requests, clock),
        )


@dataclass
class Desk:
    """The agents' door. `clock` tells UTC ms; the rates run on the same clock."""

    store: Store
    config: Config
    channels: Channels
    media: MediaStore
    links: MediaLinks
    bus: Bus
    hub: AgentHub
    """Tells sockets what happened, and `GET /events`."""
    clock: Callable[[], int] = wall_clock
    shared: Shared | None = None
    """Counts for all processes."""
    passwords: Passwords = field(init=False)
    rates: Rates = field(init=False)
    onsite: OnSite = field(init=False)
    """Whose customers are on the site, for the rows of lists."""
    link: Link = field(init=False)
    waiting: set[asyncio.Event] = field(default_factory=set)
    """What requests wait for that are to be answered when something has happened."""
    leaves: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    templates: Templates = field(init=False)

    def __post_init__(self) -> None:
        limits = self.limits
        self.link = self.links.for_audience(AUDIENCE, self.config.server.media_url)
        self.passwords = Passwords(
            at_once=limits.password_hashes, queue=limits.password_queue, least=limits.password_least
        )
        self.rates = Rates.of(limits, lambda: self.clock() / 1000, self.shared)
        self.templates = Templates(self.channels, self.clock)
        self.onsite = OnSite(self.bus, self.store, lambda: self.hub.sessions)

    @property
    def limits(self) -> Limits:
        return self.config.limits

    def leave(self) -> None:
        """The process is about to end: whoever waits for something to happen is answered now."""
        self.leaves = True
        for wake in self.waiting:
            wake.set()

    def close(self) -> None:
        self.passwords.close()


DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
