"""Whether the account's team answers just now, and when it is back: told in hello and whenever it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.bus import Bus
from gateway.egress.told import TeamState
from gateway.errors import Unavailable
from gateway.events import Event, Kind
from gateway.frames import encode
from gateway.store import Store
from gateway.stream.hours import load_hours_of
from gateway.visitors.tokens import Visitor
from presence.hours import Hours, standing

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the clock; a changed setting is looked at with the next."""


class Session(Protocol):
    """What is asked of a socket: whose account, and what it was told last."""

    team: TeamState | None

    @property
    def visitor(self) -> Visitor: ...

    def write(self, frame: bytes) -> None: ...


@dataclass(slots=True)
class _Known:
    hours: Hours | None
    state: TeamState | None
    until: int | None
    """When the state is over; None: not by itself."""


class Opening:
    """One per process: the hours of the teams that accounts name, kept until a fact says that they changed."""

    def __init__(
        self, store: Store, bus: Bus, clock: Callable[[], int], team_of: Callable[[str], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self.team_of = team_of
        self._known: dict[str, _Known] = {}
        self._generation = 0
        bus.take_events(self._changed)

    def _changed(self, events: Sequence[Event]) -> None:
        about = (Kind.SETTING_CHANGED, Kind.DIRECTORY_CHANGED)
        if any(event.kind in about and event.changes.get("what") in ("hours", "team") for event in events):
            self._generation += 1
            self._known.clear()

    async def state(self, account: str) -> TeamState | None:
        """How the account's team stands; None when nobody has said when it answers. Raises Unavailable."""
        team = self.team_of(account)
        if not team:
            return None
        known, now = self._known.get(team), self._clock()
        if known is None:
            generation = self._generation
            known = _Known(await self._store.read(lambda look: load_hours_of(look, team)), None, 0)
            if generation == self._generation:
                self._known[team] = known
        if known.hours is not None and known.until is not None and now >= known.until:
            stands = standing(known.hours, now)
            known.state, known.until = {"open": stands.open, "back_at": stands.back_at}, stands.until
        return known.state

    # --- telling ----------------------------------------------------------------------------------------------------

    async def run(self, sessions: Collection[Session]) -> None:
        """Tells open widgets what has changed. Runs for the life of the process."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.tell(sessions)
            except Unavailable as why:
                log.warning("cannot see when the teams answer: %s", why)

    async def tell(self, sessions: Collection[Session]) -> None:
        """Each is told what it was not told yet; what hello said counts."""
        states = {one: await self.state(one) for one in {session.visitor.account for session in sessions}}
        frames = {one: encode({"kind": "team", "team": state}) for one, state in states.items()}
        for session in tuple(sessions):
            account = session.visitor.account
            if account in states and session.team != states[account]:
                session.team = states[account]
                session.write(frames[account])
