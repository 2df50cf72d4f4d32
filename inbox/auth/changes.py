"""Whose access has changed lately, kept in memory: when everybody comes back at once, nobody need ask the log for it.

Told by the hub of every fact, in order; what happened before this process began is read from the log when the first
one comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.events import Event, Kind
from gateway.live import REPLAY_MOST
from gateway.store import Reader, Store, from_json

SINCE = "select position, subject_id, changes from events where position > $1 and kind = 'access.changed'"


class AccessChanges:
    """One per process. Reaches back as far as a session may resume from."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since = max(0, store.published - REPLAY_MOST)
        self._loaded = False
        self._loading = asyncio.Lock()
        self._latest: dict[str, int] = {}
        """By agent, the position of the newest change."""
        self._sight: dict[str, int] = {}
        """The same for changes of what the agent may see; a session or token that ended is none."""

    def note(self, events: Iterable[Event]) -> None:
        """Facts in the order of the log."""
        for event in events:
            if event.kind is Kind.ACCESS_CHANGED and event.subject is not None:
                self._note(event.position, event.subject, event.changes)

    def _note(self, position: int, agent: str, changes: Mapping[str, Any]) -> None:
        self._latest[agent] = max(position, self._latest.get(agent, 0))
        if "ended" not in changes:
            self._sight[agent] = max(position, self._sight.get(agent, 0))

    async def load(self) -> None:
        """Read what happened before this process began, once. Raises Unavailable."""
        async with self._loading:
            if self._loaded:
                return
            for row in await self._store.follow(self._before):
                self._note(row["position"], row["subject_id"], from_json(row["changes"]))
            self._loaded = True

    async def _before(self, look: Reader) -> list[Any]:
        return list(await look.all(SINCE, self._since))

    def latest(self, agent: str) -> int:
        """Position of the newest change of this agent's access, sessions and tokens included; 0: none known."""
        return self._latest.get(agent, 0)

    def sight(self, agent: str) -> int:
        """Position of the newest change of what this agent may see; 0: none known."""
        return self._sight.get(agent, 0)
