"""Who is here, who looks and who types, told to the tabs that look. Never stored; coalesced, the latest wins.

The board keeps the moment; this room moves it by signals from the bus and by the clock, and sends what changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from gateway.bus import (
    AgentHere,
    AgentLooks,
    AgentSays,
    AgentTyping,
    Bus,
    CustomerTyping,
    PrivateChanged,
)
from gateway.frames import encode
from gateway.limits import Limits
from inbox.hub import AgentSession
from inbox.onsite import OnSite
from inbox.wire import ConversationSignals, TypingView
from presence.board import Board, Timings, Typist

log = logging.getLogger(__name__)

TICK = 0.25
"""Seconds between two tellings of what keeps changing; the first change is told at once."""


PRESENCE_BYTES = 4_000_000
"""Bytes a second that telling everybody of everybody's presence may take: the more people, the more seldom."""


class Signals:
    """One per process."""

    def __init__(
        self,
        bus: Bus,
        limits: Limits,
        clock: Callable[[], int],
        sessions: set[AgentSession],
        onsite: OnSite,
    ) -> None:
        self._clock = clock
        self._sessions = sessions
        self._onsite = onsite
        self._persons: dict[str, tuple[str, ...]] = {}
        self._changed: set[str] = set()
        self._presence: dict[str, str] = {}
        self.presence_frame = _presence_frame({})
        """Who is here, as all who come are told it; encoded once."""
        self._presence_due = 0
        self._wake = asyncio.Event()
        self.board = Board(Timings(limits.presence_expires, limits.presence_settles, limits.typing_expires))
        self._stops = [
            bus.take_signals(AgentHere, self._here),
            bus.take_signals(AgentSays, self._says),
            bus.take_signals(AgentLooks, self._looks),
            bus.take_signals(AgentTyping, self._agent_types),
            bus.take_signals(CustomerTyping, self._customer_types),
            bus.take_signals(PrivateChanged, self._private),
            onsite.follow(self._customer_moved),
        ]

    # --- what the bus says ------------------------------------------------------------------------------------------

    def _here(self, said: AgentHere) -> None:
        now = self._clock()
        if said.gone:
            self._change(*self._shown_by(said.agent, said.tab))
            self.board.gone(said.agent, said.tab, now)
        else:
            self.board.here(said.agent, said.tab, visible=said.visible, active=said.active, now=now)
        self._wake.set()

    def _says(self, said: AgentSays) -> None:
        self.board.says(said.agent, said.availability)
        self._wake.set()

    def _shown_by(self, agent: str, tab: str) -> Iterable[str]:
        shown = self.board.shows(agent, tab)
        return () if shown is None else (shown,)

    def _looks(self, said: AgentLooks) -> None:
        before = self.board.look(said.agent, said.tab, said.conversation)
        if before != said.conversation:
            self._change(*(one for one in (before, said.conversation) if one is not None))

    def _agent_types(self, said: AgentTyping) -> None:
        typist = Typist("agent", said.agent, said.name, said.mode)
        if self.board.types(said.conversation, typist, active=said.active, now=self._clock()):
            self._change(said.conversation)

    def _customer_types(self, said: CustomerTyping) -> None:
        typist = Typist("customer", said.person, said.name, "public", said.preview)
        if self.board.types(said.conversation, typist, active=said.active, now=self._clock()):
            self._change(said.conversation)

    def _customer_moved(self, person: str, here: bool) -> None:
        self._change(*(one for one, who in self._persons.items() if person in who))

    def _private(self, said: PrivateChanged) -> None:
        frame = encode({"kind": "private", "private": dict(said.private)})
        for session in self._sessions:
            if session.caller.agent_id != said.agent:
                continue
            # Also of the tab that said it: what was read before it is older than what that tab knows.
            session.private_told += 1
            if session.tab != said.tab:
                session.tell(frame)

    # --- telling ----------------------------------------------------------------------------------------------------

    def watch(self, session: AgentSession, conversation: str | None, persons: tuple[str, ...]) -> None:
        """A tab shows a conversation of these customers: tell it how things stand, and what changes."""
        session.looks_at = conversation
        if conversation is None:
            return
        self._persons[conversation] = persons
        session.send({"kind": "signals", "agents": self._presence, "conversation": self._view(conversation)})

    def _change(self, *conversations: str) -> None:
        self._changed.update(conversations)
        self._wake.set()

    async def run(self) -> None:
        """Runs for the life of the process."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._wake.wait()
                self._wake.clear()
                try:
                    self._tell()
                except Exception:
                    # Signals matter now or not at all: one that cannot be told must not end all the others.
                    log.exception("signals could not be told")
                await asyncio.sleep(TICK)
        finally:
            for stop in self._stops:
                stop()

    def _tell(self) -> None:
        now = self._clock()
        changed, self._changed = self._changed | self.board.expire(now), set()
        presence = self.board.agents(now)
        if presence != self._presence and now >= self._presence_due:
            self._presence = presence
            self.presence_frame = frame = _presence_frame(presence)
            for session in self._sessions:
                session.tell(frame)
            self._presence_due = now + len(frame) * len(self._sessions) * 1000 // PRESENCE_BYTES
        for conversation in changed:
            self._tell_about(conversation)
        looked_at = {session.looks_at for session in self._sessions}
        for conversation in [one for one in self._persons if one not in looked_at]:
            del self._persons[conversation]

    def _tell_about(self, conversation: str) -> None:
        lookers = [session for session in self._sessions if session.looks_at == conversation]
        if lookers:
            frame = encode({"kind": "signals", "conversation": self._view(conversation)})
            for session in lookers:
                session.tell(frame)

    def _view(self, conversation: str) -> ConversationSignals:
        now = self._clock()
        return {
            "conversation": conversation,
            "typing": [_typing(typist) for typist in self.board.typing(conversation, now)],
            "looking": self.board.looking(conversation, now),
            "customer_here": self._onsite.is_here(self._persons.get(conversation, ())),
        }

    def is_here(self, agent: str) -> bool:
        """Does a tab of this agent live, seen or not?"""
        return agent in self.board.agents(self._clock())


def _presence_frame(presence: dict[str, str]) -> bytes:
    return encode({"kind": "signals", "agents": presence})


def _typing(typist: Typist) -> TypingView:
    view: TypingView = {"who": typist.who, "id": typist.id, "name": typist.name, "mode": typist.mode}  # type: ignore[typeddict-item]
    if typist.preview is not None:
        view["preview"] = typist.preview
    return view
