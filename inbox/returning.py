"""A customer with an open conversation is back on the site: her agent and the watchers hear it, once a visit.

Where it is nobody's yet, those of its team who are available see it at its row. A signal like "on site now": never
stored, told to live tabs only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from typing_extensions import TypedDict

from gateway.bus import Missed
from gateway.egress.access import Viewer, sees
from gateway.errors import Unavailable
from gateway.events import AgentId, Scope, Status, TeamId
from gateway.frames import encode
from gateway.store import Reader, as_json
from inbox.desk import Desk
from inbox.wire import BackView
from presence.board import ONLINE
from presence.visits import Visits

log = logging.getLogger(__name__)

WAITING = 1000
"""Visits that wait to be looked up; when more come at once (a network came back), the rest goes untold."""
JUST = 2_000
"""ms; a conversation as young as this began with the visit: its customer has come, not come back."""
OPEN = """select distinct c.id, c.number, c.status, c.team_id, c.assignee_id, k.name from identities i
    join legs l on l.identity_id = i.id join conversations c on c.id = l.conversation_id
    join contacts k on k.id = c.contact_id
    where i.person_id = $1 and c.created_at < $2 and c.status = 'open' and c.merged_into is null
    and k.blocked_at is null"""
WATCHERS = "select conversation_id, agent_id from watchers where conversation_id in {ids_1}"


class Back(TypedDict):
    view: BackView
    scope: Scope
    agents: set[str]
    """Those whose own it is; empty where only its team may care."""


def waits_for(back: Back, viewer: Viewer, state: str | None) -> bool:
    """Is it nobody's, in a team of this agent, who is available?"""
    scope = back["scope"]
    return (
        scope.assignee is None and scope.team is not None and scope.team in viewer.teams and state == ONLINE
    )


class Returns:
    """One per process. `clock` tells monotonic ms, `agents` who is here and how (`presence.board`)."""

    def __init__(self, desk: Desk, clock: Callable[[], int], agents: Callable[[], Mapping[str, str]]) -> None:
        self._desk = desk
        self._agents = agents
        self._clock = clock
        self._visits = Visits(clock() + desk.limits.presence_expires)
        self._came: asyncio.Queue[tuple[str, int]] = asyncio.Queue(WAITING)
        self._stops = desk.onsite.follow(self._moved), desk.bus.take_signals(Missed, self._missed)

    def _missed(self, missed: Missed) -> None:
        if missed.back:
            self._visits.forget(self._clock() + self._desk.limits.presence_expires)

    def _moved(self, person: str, here: bool) -> None:
        now = self._clock()
        if not here:
            self._visits.goes(person, now)
        elif self._visits.comes(person, now) and not self._came.full():
            self._came.put_nowait((person, self._desk.clock()))

    async def run(self) -> None:
        """Runs for the life of the process."""
        try:
            while True:
                person, came = await self._came.get()
                try:
                    await self._tell(person, came)
                except Unavailable as why:
                    log.info("who is back stays untold: %s", why)
                except Exception:
                    log.exception("who is back could not be told")
        finally:
            for stop in self._stops:
                stop()

    async def _tell(self, person: str, came: int) -> None:
        if not self._desk.hub.sessions:
            return
        for back in await self._desk.store.read(lambda look: load_back(look, person, came)):
            self._write(back)

    def _write(self, back: Back) -> None:
        own, waiting = (
            encode({"kind": "signals", "back": {**back["view"], "own": whose}}) for whose in (True, False)
        )
        states = self._agents()
        for session in self._desk.hub.sessions:
            agent = session.caller.agent_id
            if not sees(session.viewer, back["scope"]):
                continue
            if agent in back["agents"]:
                session.write(own)
            elif waits_for(back, session.viewer, states.get(agent)):
                session.write(waiting)


async def load_back(look: Reader, person: str, came: int) -> list[Back]:
    """Her open conversations, each with those whom it concerns; what has none of them and no team concerns nobody."""
    rows = await look.all(OPEN, person, came - JUST)
    concerned: dict[str, set[str]] = {row["id"]: {row["assignee_id"]} - {None} for row in rows}
    if rows:
        for watcher in await look.all(WATCHERS, as_json(sorted(concerned))):
            concerned[watcher["conversation_id"]].add(watcher["agent_id"])
    return [
        {
            "view": {
                "conversation": row["id"],
                "number": row["number"],
                "contact": row["name"] or "",
                "own": True,
            },
            "scope": Scope(
                Status(row["status"]),
                TeamId(row["team_id"]) if row["team_id"] else None,
                AgentId(row["assignee_id"]) if row["assignee_id"] else None,
            ),
            "agents": concerned[row["id"]],
        }
        for row in rows
        if concerned[row["id"]] or (row["team_id"] and not row["assignee_id"])
    ]
