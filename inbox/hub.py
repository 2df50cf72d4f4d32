"""Facts on their way to the agents: read once, encoded once a fact, joined per view, written to every socket.

Access is checked for every fact at its own position, and once more for the content as it stands now: what an agent
lost sight of in between is not shown, the `left` that follows says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from gateway.bus import AgentLooks, Bus
from gateway.channels.registry import Channels
from gateway.crowd import Crowd
from gateway.egress import agent as project
from gateway.egress.access import Viewer, sees
from gateway.egress.agent import Link
from gateway.egress.house import DirectoryView
from gateway.egress.types import ContactView, ConversationView
from gateway.events import ActorKind, Event, Kind, Scope
from gateway.frames import text_frame
from gateway.limits import Limits
from gateway.live import CLOSE_SIGNED_OUT, REPLAY, Hub, LiveSession
from gateway.store import Cursor, Store, as_json
from gateway.store.load import (
    Content,
    load_contacts,
    load_conversations,
    load_held,
    load_messages,
    load_names,
)
from gateway.store.tx import Reader
from inbox.auth.caller import Caller
from inbox.auth.changes import AccessChanges
from inbox.directory import load_directory
from inbox.wire import CLOSE_ACCESS

CONTACT_SCOPES = """select contact_id, status, team_id, assignee_id from conversations
    where contact_id in {ids_1} and merged_into is null"""
ABOUT_MESSAGES = (
    Kind.MESSAGE_CREATED,
    Kind.MESSAGE_EDITED,
    Kind.MESSAGE_ERASED,
    Kind.MESSAGE_HELD,
    Kind.MESSAGE_DELIVERY,
    Kind.MESSAGE_FILES,
)
WHOLE, ENTERED, BARE, PASSED, LEFT = "whole", "entered", "bare", "passed", "left"
"""How a fact is told: with its content; with it, as coming into view; without content, because it has left the view
since; the same as coming into view; as leaving the view."""


NO_ROWS: Mapping[str, tuple[str, ...]] = {}


class AgentSession(LiveSession):
    """One tab of one agent."""

    def __init__(
        self, request: web.Request, ws: web.WebSocketResponse, limits: Limits, caller: Caller, tab: str
    ) -> None:
        super().__init__(request, ws, limits)
        self.caller = caller
        self.tab = tab
        self.looks_at: str | None = None
        self.rows: Mapping[str, tuple[str, ...]] = NO_ROWS
        """The conversations whose rows it shows, each with the persons behind it."""
        self.crowd: Hashable = None
        """Which crowd of its hub it belongs to."""
        self.private_told = 0
        """How often another tab's private state was told here: what was read before that is older."""

    @property
    def viewer(self) -> Viewer:
        return self.caller.viewer


@dataclass(slots=True)
class Facts:
    """What a run of events names, as it stands now."""

    conversations: Mapping[str, ConversationView]
    messages: Mapping[str, Content]
    contacts: Mapping[str, ContactView]
    contact_scopes: Mapping[str, Sequence[Scope]]
    names: Mapping[str, str]
    directory: DirectoryView | None
    directory_at: int = 0
    """The newest fact about the directory: it alone carries it, once and as it stands."""
    contacts_at: Mapping[str, int] = field(default_factory=dict)
    """The newest fact about each contact alone: it alone carries the contact, as the directory's does."""
    assignees: set[str | None] | None = None
    """Whom the conversations were or are assigned to, once somebody has asked."""
    encoded: dict[tuple[int, str], bytes] = field(default_factory=dict)
    frames: dict[tuple[int | str | None, ...], bytes] = field(default_factory=dict)
    shown: dict[tuple[int, Hashable], tuple[bytes, set[str | None]]] = field(default_factory=dict)


class AgentHub(Hub[AgentSession, Facts]):
    """One per process; `link` signs attachments for the agents' audience."""

    door = "agents"
    at_once = REPLAY
    """After a burst hundreds have come, and everybody is told all of them: at once, they would be more than any
    socket's buffer has room for."""

    def __init__(self, store: Store, bus: Bus, limits: Limits, channels: Channels, link: Link) -> None:
        super().__init__(store, bus, limits)
        self._bus = bus
        self._channels = channels
        self._link = link
        self.accesses = AccessChanges(store)
        self._crowds: dict[Hashable, Crowd[AgentSession]] = defaultdict(Crowd)
        """The sessions that are told alike, but for what is assigned to one of them."""
        self.by_tab: dict[str, AgentSession] = {}
        """Those that have joined, also while they catch up once more."""

    def _take(self, events: Sequence[Event]) -> None:
        self.accesses.note(events)
        self._end_accesses(events)
        super()._take(events)

    def _end_accesses(self, events: Sequence[Event]) -> None:
        """What these facts end, ends now: to them one may come late in a burst, or never who reads slowly, and what is
        told before them is told as it stands after them."""
        access = [event for event in events if event.kind is Kind.ACCESS_CHANGED]
        for session in self.sessions | self.behind if access else ():
            self._access_ended(session, [event for event in access if event.position > session.position])

    async def load(self, look: Reader, events: Sequence[Event]) -> Facts:
        contacts = {event.contact for event in events if event.contact}
        scopes: dict[str, list[Scope]] = defaultdict(list)
        if contacts:
            for row in await look.all(CONTACT_SCOPES, as_json(sorted(contacts))):
                scopes[row["contact_id"]].append(Scope(row["status"], row["team_id"], row["assignee_id"]))
        messages = await self._load_messages(look, events)
        # A merge or a split may have taken a message elsewhere: whether it is shown hangs on where it stands now.
        homes: set[str] = {event.conversation for event in events if event.conversation}
        homes.update(one.row["conversation_id"] for one in messages.values())
        told = max((event.position for event in events if event.kind is Kind.DIRECTORY_CHANGED), default=0)
        return Facts(
            conversations=await self._load_conversations(look, homes),
            messages=messages,
            contacts=await load_contacts(look, contacts) if contacts else {},
            contact_scopes=scopes,
            names=await self._load_names(look, events, messages),
            directory=await load_directory(look, self._channels) if told else None,
            directory_at=told,
            # All facts about a contact alone are told to the same viewers, so nobody misses it.
            contacts_at={
                event.contact: event.position for event in events if event.contact and not event.conversation
            },
        )

    async def _load_names(
        self, look: Reader, events: Sequence[Event], messages: Mapping[str, Content]
    ) -> Mapping[str, str]:
        """Whoever wrote is named beside what they wrote; only the others are asked for."""
        rows = [one.row for one in messages.values()]
        names = {row["author_id"]: row["agent_name"] or row["customer_name"] or "" for row in rows}
        others = {event.actor.id for event in events if event.actor.id} - names.keys()
        return {**names, **await load_names(look, others)} if others else names

    async def _load_messages(self, look: Reader, events: Sequence[Event]) -> Mapping[str, Content]:
        wanted = {event.message for event in events if event.message and event.kind in ABOUT_MESSAGES}
        found = await load_messages(look, wanted) if wanted else {}
        held = {event.message for event in events if event.kind is Kind.MESSAGE_HELD and event.message}
        return {**found, **await load_held(look, held)} if held else found

    async def _load_conversations(self, look: Reader, wanted: set[str]) -> Mapping[str, ConversationView]:
        """Those, and where the merged ones among them live now."""
        found: dict[str, ConversationView] = {}
        while missing := wanted - found.keys():
            fresh = await load_conversations(look, missing)
            found.update(fresh)
            wanted = {view["merged_into"] for view in fresh.values() if view["merged_into"]}
        return found

    def deliver(self, events: Sequence[Event], content: Facts, sessions: Iterable[AgentSession]) -> None:
        if access := [event for event in events if event.kind is Kind.ACCESS_CHANGED]:
            sessions = [session for session in sessions if not self._access_ended(session, access)]
        if content.assignees is None:
            content.assignees = _assignees(events, content)
        crowds = self._crowds if sessions is self.sessions else _in_crowds(sessions)
        for crowd in crowds.values():
            for sight, group in _sights(crowd, content.assignees).items():
                frame, left = self._shown(sight, next(iter(group)).viewer, events, content)
                group.write(frame)
                for session in group if left else ():
                    self._look_away(session, left)

    def joined(self, session: AgentSession) -> None:
        session.crowd = _crowd(session.viewer)
        self._crowds[session.crowd].add(session)
        self.by_tab[session.tab] = session

    def leave(self, session: AgentSession) -> None:
        self.by_tab.pop(session.tab, None)
        super().leave(session)

    def left(self, session: AgentSession) -> None:
        self._crowds[session.crowd].discard(session)
        if not self._crowds[session.crowd]:
            del self._crowds[session.crowd]

    def ask(self, session: AgentSession) -> None:
        self._crowds[session.crowd].ask(session)

    def _shown(
        self, sight: Hashable, viewer: Viewer, events: Sequence[Event], content: Facts
    ) -> tuple[bytes, set[str | None]]:
        """The frame for all who see as this viewer does, and which conversations leave their view."""
        # What is told at once always ends at the same fact; who joined late begins later.
        key = (events[0].position, sight)
        if key not in content.shown:
            shape = tuple(form(viewer, event, content) for event in events)
            whole = (events[0].position, *shape)
            if whole not in content.frames:
                content.frames[whole] = self._frame(events, shape, content)
            left: set[str | None] = {
                event.conversation for event, how in zip(events, shape, strict=True) if how == LEFT
            }
            content.shown[key] = content.frames[whole], left
        return content.shown[key]

    def _look_away(self, session: AgentSession, left: set[str | None]) -> None:
        """What has left the view is not looked at any more: no signal of it comes to this tab."""
        if not left.isdisjoint(session.rows):
            session.rows = {one: persons for one, persons in session.rows.items() if one not in left}
        if session.looks_at in left:
            session.looks_at = None
            self._bus.signal(AgentLooks(session.caller.agent_id, session.tab, None))

    def _access_ended(self, session: AgentSession, events: Sequence[Event]) -> bool:
        """Do these changes of access end the session?"""
        agent, mine = session.caller.agent_id, {session.caller.session, session.caller.token}
        codes = {_code(event.changes, mine) for event in events if event.subject == agent}
        for code in (CLOSE_SIGNED_OUT, CLOSE_ACCESS):
            if code in codes:
                session.cut(code)
        return session.closing

    def _frame(self, events: Sequence[Event], shape: Sequence[str | None], content: Facts) -> bytes:
        head = {
            "kind": "events",
            "cursor": str(Cursor(self.store.epoch, events[-1].position)),
            "position": events[-1].position,
        }
        told = [self._encoded(event, how, content) for event, how in zip(events, shape, strict=True) if how]
        return text_frame(orjson.dumps(head)[:-1] + b',"events":[' + b",".join(told) + b"]}")

    def _encoded(self, event: Event, how: str, content: Facts) -> bytes:
        key = (event.position, how)
        if key not in content.encoded:
            content.encoded[key] = orjson.dumps(self.told(event, how, content))
        return content.encoded[key]

    def told(self, event: Event, how: str, content: Facts) -> dict[str, Any]:
        """The fact as an agent is told it; the shape is `AgentEvent`."""
        if how == LEFT:
            return {
                "position": event.position,
                "at": event.at,
                "kind": "left",
                "conversation": event.conversation,
                "was": project.cell(event.was),
            }
        shown, entered = how in (WHOLE, ENTERED), how in (ENTERED, PASSED)
        # A customer's name of today belongs to the content; our own people know each other's.
        names = content.names if shown or event.actor.kind is not ActorKind.CUSTOMER else {}
        frame: dict[str, Any] = {
            "position": event.position,
            "at": event.at,
            "kind": event.kind.value,
            "actor": project.actor(event.actor, names),
            "changes": event.changes,
        }
        if event.subject is not None:
            frame["subject"] = event.subject
        if event.conversation is not None:
            frame["conversation"] = event.conversation
            if event.was != event.now or entered:
                frame["was"] = None if entered else project.cell(event.was)
                frame["now"] = project.cell(event.now)
        if entered:
            frame["entered"] = True
        if shown:
            self._add_content(frame, event, content)
        return frame

    def _add_content(self, frame: dict[str, Any], event: Event, content: Facts) -> None:
        if summary := content.conversations.get(event.conversation or ""):
            frame["summary"] = summary
        if message := content.messages.get(event.message or ""):
            frame["message"] = message.for_agents(self._link)
        contact = content.contacts.get(event.contact or "")
        repeated = (
            event.conversation is None and content.contacts_at.get(event.contact or "", 0) > event.position
        )
        if contact and not repeated:
            frame["contact"] = contact
        if event.position == content.directory_at:
            frame["directory"] = content.directory


def _code(changes: Mapping[str, Any], mine: set[str | None]) -> int | None:
    """What a change of an agent's access means for the session or token in `mine`."""
    if changes.get("active") is False:
        return CLOSE_SIGNED_OUT
    ended = changes.get("ended")
    if ended is None:
        return CLOSE_ACCESS
    return CLOSE_SIGNED_OUT if mine & set(ended) else None


def _assignees(events: Sequence[Event], content: Facts) -> set[str | None]:
    """Whom the conversations of these facts were or are assigned to."""
    scopes = [scope for event in events for scope in (event.was, event.now) if scope is not None]
    scopes += [scope for held in content.contact_scopes.values() for scope in held]
    return {scope.assignee for scope in scopes} | {
        view["assignee"] for view in content.conversations.values()
    }


def _crowd(viewer: Viewer) -> Hashable:
    """What the rule of access knows a viewer by where nothing is assigned to her: alike for all who are told alike."""
    return None if viewer.sees_all else viewer.teams


def _in_crowds(sessions: Iterable[AgentSession]) -> Mapping[Hashable, Crowd[AgentSession]]:
    crowds: dict[Hashable, Crowd[AgentSession]] = defaultdict(Crowd)
    for session in sessions:
        crowds[_crowd(session.viewer)].add(session)
    return crowds


def _sights(crowd: Crowd[AgentSession], assignees: set[str | None]) -> Mapping[Hashable, Crowd[AgentSession]]:
    """A crowd parted where facts of these assignees are told to some of it in a way of their own."""
    viewer = next(iter(crowd)).viewer
    if viewer.sees_all or not any(assignees):
        return {_crowd(viewer): crowd}
    sights: dict[Hashable, Crowd[AgentSession]] = defaultdict(Crowd)
    for session in crowd:
        viewer = session.viewer
        sights[viewer if viewer.agent_id in assignees else viewer.teams].add(session)
    return sights


def form(viewer: Viewer, event: Event, content: Facts) -> str | None:
    """How a viewer is told a fact: whole, as entering, as leaving, without content, or not at all (None)."""
    if event.kind is Kind.ACCESS_CHANGED:
        return None
    if event.conversation is None:
        return _form_without_conversation(viewer, event, content)
    before, after = sees(viewer, event.was), sees(viewer, event.now)
    if not before and not after:
        return None
    entered = after and not before and event.was is not None
    if _shows(viewer, event, content):
        return ENTERED if entered else WHOLE
    if before and not after:
        return LEFT
    return PASSED if entered else BARE


def _form_without_conversation(viewer: Viewer, event: Event, content: Facts) -> str | None:
    if event.contact is None or viewer.sees_all:
        return WHOLE
    scopes = content.contact_scopes.get(event.contact, ())
    return WHOLE if any(sees(viewer, scope) for scope in scopes) else None


def _shows(viewer: Viewer, event: Event, content: Facts) -> bool:
    """May the viewer read today what the fact is about, where it stands today?"""
    if sees(viewer, event.was) and event.now is not None and not sees(viewer, event.now):
        return False
    message = content.messages.get(event.message or "")
    homes = [event.conversation, None if message is None else message.row["conversation_id"]]
    return all(_sees_now(viewer, home, content) for home in homes if home is not None)


def _sees_now(viewer: Viewer, conversation: str, content: Facts) -> bool:
    view = content.conversations.get(conversation)
    while view is not None and view["merged_into"] is not None:
        view = content.conversations.get(view["merged_into"])
    if view is None:
        return False
    return sees(viewer, Scope(view["status"], view["team"], view["assignee"]))  # type: ignore[arg-type]
