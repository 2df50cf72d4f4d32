"""The demo's live customers. They come in by the customers' own door, over the network, as browsers do: nothing here
touches the stream. They write, wait, read, answer and leave while an agent is there to see it, and rest otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import aiohttp

from gateway.sandbox.guests import Guest, Part, guests
from gateway.sandbox.visit import Visit
from gateway.sandbox.visitor import Visitor

log = logging.getLogger(__name__)

MOST = 4
"""Customers at once: as many as one can follow, and fewer than there are guests."""
SPEEDS = {"slow": 0.5, "normal": 1.0, "fast": 3.0}
KEPT = 20
"""Things that happened of which the sandbox page is told."""

FIRST, BETWEEN = 3.0, (14.0, 30.0)
"""Seconds at normal speed until the first comes; from one to the next."""
STEP = 0.2
"""Real seconds between two looks at the speed and at whether anybody watches."""
AGAIN = 3.0
"""Real seconds until what the network ended is tried again."""
ANSWER = aiohttp.ClientTimeout(total=20)

Vouch = Callable[[str, str], str]
"""(the shop's own number of a user, name) -> what the shop's server would sign."""


@dataclass(frozen=True, slots=True)
class Happened:
    at: int
    """UTC ms."""
    who: str
    what: str
    """came, wrote, waits, read, went, back or left."""


@dataclass
class Crowd:
    """One per demo. `on`, `speed` and `most` may be changed while it runs."""

    account: str
    vouch: Vouch
    settles: float = 0.0
    """Real seconds after the start until the door can tell whether an agent is there."""
    on: bool = True
    speed: float = SPEEDS["normal"]
    most: int = MOST
    random: Random = field(default_factory=Random)
    watched: bool = False
    """Is an agent there to see it?"""
    here: set[str] = field(default_factory=set)
    """Who is in the chat now, by the shop's number of them."""
    happened: deque[Happened] = field(default_factory=lambda: deque(maxlen=KEPT))
    _came: int = 0

    async def run(self, base: str) -> None:
        """Runs for the life of the demo, which answers at `base`."""
        await asyncio.sleep(self.settles)
        async with aiohttp.ClientSession(base, timeout=ANSWER) as http, asyncio.TaskGroup() as group:
            group.create_task(self._look_out(http))
            await self.wait(FIRST)
            while True:
                if len(self.here) < self.most:
                    self._comes(http, group)
                await self.wait(self.random.uniform(*BETWEEN))

    def tell(self, who: str, what: str) -> None:
        self.happened.append(Happened(int(time.time() * 1000), who, what))

    async def wait(self, seconds: float) -> None:
        """So many seconds of the play: they go by only while it is on and somebody watches."""
        left = seconds
        while left > 0:
            await asyncio.sleep(min(STEP, left / self.speed))
            if self.on and self.watched:
                left -= STEP * self.speed

    async def _look_out(self, http: aiohttp.ClientSession) -> None:
        """The door tells every customer whether an agent is there: somebody who never writes listens to that."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                visitor = await Visitor.begin(http, self.account, {})
                async with visitor.listening():
                    while (frame := await visitor.heard()) is not None:
                        if "here" in frame:
                            self.watched = bool(frame["here"])
            self.watched = False
            await asyncio.sleep(AGAIN)

    def _comes(self, http: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        """The next of those who are not here; each has one number at the shop, so that she has a history next time."""
        all_of_them = list(enumerate(guests()))
        waiting = [(number, guest) for number, guest in all_of_them if f"live-{number}" not in self.here]
        number, guest = min(waiting, key=lambda one: (one[0] - self._came) % len(all_of_them))
        self._came = number + 1
        self.here.add(f"live-{number}")
        group.create_task(self._visit(http, f"live-{number}", guest))

    async def _visit(self, http: aiohttp.ClientSession, key: str, guest: Guest) -> None:
        said = {"vouch": self.vouch(key, guest.name)} if guest.name else {}
        try:
            visitor = await Visitor.begin(http, self.account, {**said, "locale": guest.language})
            await Visit(self, visitor, Part(guest, self.random)).play()
        except (aiohttp.ClientError, TimeoutError) as why:
            log.info("a simulated customer went: %s", type(why).__name__)
        finally:
            self.here.discard(key)
