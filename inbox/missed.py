"""What other processes may have said unheard: looked up where it is stored, told to this process's tabs.

Drafts, read marks, notices and who has said that they are away stand in the database; only the news of them crosses
between processes by signals, which may be lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from gateway.bus import AgentSays, Missed
from gateway.errors import Unavailable
from gateway.frames import encode
from gateway.store import Reader
from inbox.desk import Desk
from inbox.hub import AgentSession
from inbox.snapshot import load_missed
from presence.board import ONLINE

log = logging.getLogger(__name__)

SAID = "select id, availability from agents where deactivated_at is null and availability <> 'online'"


APART = 1.0
"""Seconds between two looks: what is told meanwhile asks for another, and a database that is away for none at once."""


class Refresh:
    """One per process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wake = asyncio.Event()
        self._said: dict[str, str] = {}
        """What this process has heard of agents who are not simply online."""
        self._told: WeakKeyDictionary[AgentSession, bytes] = WeakKeyDictionary()
        self._stops = [
            desk.bus.take_signals(Missed, lambda missed: self._wake.set()),
            desk.bus.take_signals(AgentSays, self._says),
        ]

    def _says(self, said: AgentSays) -> None:
        if said.availability == ONLINE:
            self._said.pop(said.agent, None)
        else:
            self._said[said.agent] = said.availability

    async def run(self) -> None:
        """Runs for the life of the process. Survives a database that is gone for a while."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                try:
                    await self.look()
                except Unavailable as why:
                    log.warning("what other processes said cannot be looked up: %s", why)
                    self._wake.set()
                except Exception:
                    log.exception("what other processes said could not be looked up")
                await asyncio.sleep(APART)
        finally:
            for stop in self._stops:
                stop()

    async def look(self) -> None:
        """Tell what is stored and was not told. Raises Unavailable."""
        await self._look_who_is_away()
        await self._look_at_own()

    async def _look_who_is_away(self) -> None:
        before = dict(self._said)
        stored = await self._desk.store.read(_load_said)
        for agent in stored.keys() | before.keys():
            # What was heard meanwhile is newer than that look.
            if self._said.get(agent) == before.get(agent) != stored.get(agent):
                self._desk.bus.hear(AgentSays(agent, stored.get(agent, ONLINE)))

    async def _look_at_own(self) -> None:
        """Each agent's private state, once to each tab that may not have been told it."""
        sessions = [session for session in self._desk.hub.sessions if not session.closing]
        if not sessions:
            return
        heard = {session: session.private_told for session in sessions}
        agents = {session.caller.agent_id for session in sessions}
        desk = self._desk
        found = await desk.store.scan(lambda look: load_missed(look, agents, desk.clock(), desk.link))
        for session in sessions:
            if session.private_told != heard[session]:
                # Something newer was told meanwhile: with the next look, which is asked for here.
                self._wake.set()
                continue
            frame = encode({"kind": "private", "private": found[session.caller.agent_id]})
            digest = hashlib.blake2b(frame, digest_size=16).digest()
            if self._told.get(session) != digest:
                self._told[session] = digest
                session.tell(frame)


async def _load_said(look: Reader) -> Mapping[str, str]:
    return {row["id"]: row["availability"] for row in await look.all(SAID)}
