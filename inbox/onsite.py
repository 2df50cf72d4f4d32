"""Whose customers are on the site: told for the rows that a tab shows, and for nothing else.

A tab says which rows it shows; it hears of those it may see how they stand, and from then on what changes, gathered to
a second. Never stored. What leaves an agent's sight leaves the rows of each of their tabs as well (`AgentHub`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.bus import Bus, CustomerHere
from gateway.egress.access import Viewer, where_sees
from gateway.frames import encode
from gateway.store import Reader, Store, as_json
from inbox.hub import AgentSession
from presence.site import Site

log = logging.getLogger(__name__)

GATHER = 1.0
"""Seconds in which comings and goings are gathered before the tabs are told."""
PERSONS = """select c.id, i.person_id from conversations c join legs l on l.conversation_id = c.id
    join identities i on i.id = l.identity_id where c.id in {ids_1} and c.merged_into is null and """


class OnSite:
    """One per process."""

    def __init__(self, bus: Bus, store: Store, sessions: Callable[[], Iterable[AgentSession]]) -> None:
        self._store = store
        self._sessions = sessions
        self._site = Site()
        self._followers: list[Callable[[str, bool], None]] = []
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._stop = bus.take_signals(CustomerHere, self._hear)

    def _hear(self, said: CustomerHere) -> None:
        if self._site.moves(said.person, said.tab, here=said.here):
            self._changed.add(said.person)
            self._wake.set()
            for moved in self._followers:
                moved(said.person, said.here)

    def follow(self, moved: Callable[[str, bool], None]) -> Callable[[], None]:
        """Who comes (True) or goes, at once. Returns the way to stop."""
        self._followers.append(moved)
        return lambda: self._followers.remove(moved)

    def is_here(self, persons: Iterable[str]) -> bool:
        """Is any of them?"""
        return self._site.is_here(persons)

    async def show(self, session: AgentSession, conversations: Sequence[str]) -> None:
        """This tab shows these rows from now on: it is told whose customers are here now, and what changes. Raises
        Unavailable."""
        known = session.rows
        missing = [one for one in dict.fromkeys(conversations) if one not in known]
        found = await self._load(session, missing) if missing else {}
        # Between that look and this line nothing was told: what has left meanwhile is not in `session.rows` either.
        rows = {**session.rows, **found}
        session.rows = {one: rows[one] for one in conversations if one in rows}
        if here := {one: True for one, persons in session.rows.items() if self.is_here(persons)}:
            session.send({"kind": "signals", "rows": here})

    def tell_again(self, session: AgentSession) -> None:
        """How it stands with all its rows, to a tab that was told nothing for a while."""
        if session.rows:
            here = {one: self.is_here(persons) for one, persons in session.rows.items()}
            session.send({"kind": "signals", "rows": here})

    async def _load(self, session: AgentSession, wanted: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """As of the newest fact that this session was told: access as it stands by then."""
        while True:
            position, found = await self._store.read(lambda look: _load_persons(look, session.viewer, wanted))
            if position >= session.position:
                return found

    async def run(self) -> None:
        """Runs for the life of the process."""
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(GATHER)
                self._wake.clear()
                try:
                    self._tell()
                except Exception:
                    log.exception("who is on the site could not be told")
        finally:
            self._stop()

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for session in self._sessions():
            told = {
                one: self.is_here(persons)
                for one, persons in session.rows.items()
                if not changed.isdisjoint(persons)
            }
            if told:
                session.tell(encode({"kind": "signals", "rows": told}))


async def _load_persons(
    look: Reader, viewer: Viewer, wanted: Sequence[str]
) -> tuple[int, Mapping[str, tuple[str, ...]]]:
    """The persons behind each of these that the viewer may see."""
    params: list[Any] = [as_json(sorted(wanted))]
    found: dict[str, tuple[str, ...]] = {}
    for row in await look.all(PERSONS + where_sees(viewer, "c", params), *params):
        found[row["id"]] = (*found.get(row["id"], ()), row["person_id"])
    return look.position, found
