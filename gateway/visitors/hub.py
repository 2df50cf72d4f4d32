"""Facts on their way to the customers: each person's own, told to her browsers only.

What does not concern a person is not told to her at all, not even as an empty frame: how busy the house is, is none of
her business. Her cursor then lags, which costs a little replay when she comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from gateway.bus import CustomerHere
from gateway.channels.base import Capabilities
from gateway.egress.told import CustomerEvent, TeamState
from gateway.errors import UnknownFact
from gateway.events import ActorKind, Address, Event, Kind
from gateway.frames import encode
from gateway.limits import Limits
from gateway.live import REPLAY, Hub, LiveSession
from gateway.store import Cursor, Reader, as_json, trimmed_to
from gateway.store.gather import Gathered
from gateway.store.load import Content, load_messages
from gateway.visitors.desk import Desk
from gateway.visitors.files import audience
from gateway.visitors.missed import (
    ABOUT_MESSAGES,
    ABOUT_STATE,
    Away,
    Back,
    hers_after,
    is_another,
    may_be_erased,
    who_missed_nothing,
)
from gateway.visitors.story import as_told, find_person, persons_of, which_are_open, which_go_by
from gateway.visitors.tokens import Visitor

IDENTITIES = "select id, space, address, person_id from identities where id in {ids_1}"
LEG_PERSONS = """select l.id, i.person_id from legs l join identities i on i.id = l.identity_id
    where l.id in {ids_1}"""
PERSONS_OF = """select distinct l.conversation_id, i.person_id from legs l join identities i on i.id = l.identity_id
    where l.conversation_id in {ids_1}"""
PERSONS_OF_CONTACT = (
    "select contact_id, person_id from identities where birth_contact_id in {ids_1} or contact_id in {ids_1}"
)


class VisitorSession(LiveSession):
    """One tab of one customer. `person` is None until she has been written down."""

    def __init__(
        self,
        request: web.Request,
        ws: web.WebSocketResponse,
        limits: Limits,
        visitor: Visitor,
        capabilities: Capabilities,
        tab: str,
        place: str = "",
    ) -> None:
        super().__init__(request, ws, limits)
        self.place = place
        """The network it came from, as rates know it."""
        self.visitor = visitor
        self.capabilities = capabilities
        self.tab = tab
        self.person: str | None = None
        self.team: TeamState | None = None
        """What was last said of the team."""


@dataclass(slots=True)
class Facts:
    """What a run of events means to whom."""

    told: dict[str, dict[int, CustomerEvent]] = field(default_factory=lambda: defaultdict(dict))
    """Person -> position -> what she is told of the fact there."""
    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    """Address -> person, of who wrote just now: how a newcomer's socket learns who it is."""
    erased: set[str] = field(default_factory=set)
    """Persons who start over, because their words are gone."""
    moved: dict[tuple[str, str], str] = field(default_factory=dict)
    """Address -> the person whose words it reads from now on."""


class Crowd:
    """Sessions by whose they are; those of nobody who has been written down yet, by their address."""

    def __init__(self, sessions: Iterable[VisitorSession]) -> None:
        self._by: dict[object, set[VisitorSession]] = defaultdict(set)
        for session in sessions:
            self.add(session)

    def add(self, session: VisitorSession) -> None:
        self._by[_whose(session)].add(session)

    def discard(self, session: VisitorSession) -> None:
        key = _whose(session)
        if key in self._by:
            self._by[key].discard(session)
            if not self._by[key]:
                del self._by[key]

    def of(self, person: str) -> Collection[VisitorSession]:
        return self._by.get(person, ())

    def newcomers(self, address: tuple[str, str]) -> Collection[VisitorSession]:
        return tuple(self._by.get(address, ()))


class Turns:
    """What was missed is read by one at a time: those of one network take turns among themselves first, so that a
    network which asks from many old cursors makes nobody else wait behind all of its own."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._here: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def of(self, place: str) -> AsyncIterator[None]:
        self._here[place] += 1
        try:
            async with self._locks.setdefault(place, asyncio.Lock()):
                yield
        finally:
            self._here[place] -= 1
            if not self._here[place]:
                del self._here[place], self._locks[place]


def _whose(session: VisitorSession) -> object:
    identity = session.visitor.identity
    return session.person or (identity.space, identity.address)


class VisitorHub(Hub[VisitorSession, Facts]):
    """One per process."""

    door = "visitors"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.store, desk.parts.bus, desk.limits)
        self._desk = desk
        self._crowd = Crowd(())
        self._turns = Turns()
        self.persons: Gathered[Address, str] = Gathered(self.store.glance, persons_of)
        """Who comes back, by her address; None: nobody who has been written down."""
        self._back: Gathered[Away, Back] = Gathered(
            lambda look: self.store.follow(look, long=True), who_missed_nothing
        )

    async def load(self, look: Reader, events: Sequence[Event]) -> Facts:
        facts = Facts()
        await self._load_persons(look, events, facts)
        await self._load_messages(look, events, facts)
        await self._load_seen(look, events, facts)
        await self._load_state(look, events, facts)
        await self._load_erased(look, events, facts)
        return facts

    async def _load_persons(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        wrote = {event.actor.id for event in events if event.actor.kind is ActorKind.CUSTOMER}
        moved = {event.subject for event in events if _may_move_person(event)}
        wanted = sorted(one for one in wrote | moved if one)
        for row in await look.all(IDENTITIES, as_json(wanted)) if wanted else ():
            if row["id"] in wrote:
                facts.persons[row["space"], row["address"]] = row["person_id"]
            if row["id"] in moved:
                facts.moved[row["space"], row["address"]] = row["person_id"]

    async def _load_messages(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        about = {event.position: event.message for event in events if event.kind in ABOUT_MESSAGES}
        new = {event.position for event in events if event.kind is Kind.MESSAGE_CREATED}
        wanted = [message for message in about.values() if message]
        contents: dict[str, Content] = await load_messages(look, wanted) if wanted else {}
        for position, message in about.items():
            content = contents.get(message or "")
            person = content and content.row["leg_person_id"]
            if content is None or person is None:
                continue
            link = self._desk.link_for(audience(person))
            told = as_told(content, person, link, self.store.secret)
            if told is not None:
                said: CustomerEvent = {"position": position, "kind": "message", "message": told}
                facts.told[person][position] = {**said, "goes_by": None} if position in new else said

    async def _load_seen(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        seen = [event for event in events if event.kind is Kind.LEG_SEEN and "seen" in event.changes]
        if not seen:
            return
        legs = sorted({event.subject or "" for event in seen})
        persons = {row["id"]: row["person_id"] for row in await look.all(LEG_PERSONS, as_json(legs))}
        for event in seen:
            if person := persons.get(event.subject or ""):
                facts.told[person][event.position] = {
                    "position": event.position,
                    "kind": "seen",
                    "seen_to": event.changes["seen"],
                }

    async def _load_state(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        moved = {event.conversation: event.position for event in events if _may_change_state(event)}
        if not moved:
            return
        wanted = sorted(conversation for conversation in moved if conversation)
        rows = await look.all(PERSONS_OF, as_json(wanted))
        persons = {row["person_id"] for row in rows}
        open_ = await which_are_open(look, persons)
        goes_by = await which_go_by(look, persons, self._desk.parts.channels)
        for row in rows:
            person, position = row["person_id"], moved[row["conversation_id"]]
            state: CustomerEvent = {"position": position, "kind": "state", "open": open_.get(person, False)}
            facts.told[person].setdefault(position, {**state, "goes_by": goes_by.get(person)})

    async def _load_erased(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        contacts = {event.contact for event in events if event.kind is Kind.CONTACT_ERASED and event.contact}
        if contacts:
            rows = await look.all(PERSONS_OF_CONTACT, as_json(sorted(contacts)))
            facts.erased.update(row["person_id"] for row in rows)

    def deliver(self, events: Sequence[Event], content: Facts, sessions: Iterable[VisitorSession]) -> None:
        # Most are told nothing of most facts: with thousands connected, only those are looked at who are.
        sessions = sessions if sessions is self.sessions else list(sessions)
        crowd = self._crowd if sessions is self.sessions else Crowd(sessions)
        self._move(content, sessions, crowd)
        for address, person in content.persons.items():
            for session in crowd.newcomers(address):
                self._recognise(session, person, crowd)
        for person in content.told.keys() | content.erased:
            if (theirs := crowd.of(person)) and (frame := self._frame(events, content, person)) is not None:
                for session in tuple(theirs):
                    session.tell(frame)

    def _move(self, content: Facts, sessions: Iterable[VisitorSession], crowd: Crowd) -> None:
        """A browser that is somebody else from now on starts over, and is told no more of who it was."""
        for session in tuple(sessions) if content.moved else ():
            identity = session.visitor.identity
            person = content.moved.get((identity.space, identity.address))
            if person is not None and session.person not in (None, person):
                self._recognise(session, person, crowd)
                session.tell(encode({"kind": "reset", "reason": "epoch"}))

    def of(self, person: str) -> Iterable[VisitorSession]:
        """The sessions of a person that are told live."""
        return self._crowd.of(person)

    def joined(self, session: VisitorSession) -> None:
        self._crowd.add(session)

    def left(self, session: VisitorSession) -> None:
        self._crowd.discard(session)

    async def missed(self, session: VisitorSession) -> tuple[Sequence[Event], Facts, int] | None:
        """Of all that came after her position what is hers; nothing else of it is read."""
        back = await self._back.get(Away(session.visitor.identity, session.position))
        if back is not None and back.person == session.person:
            return (), Facts(), back.reached
        async with self._turns.of(session.place):
            return await self._read_hers(session)

    async def _read_hers(self, session: VisitorSession) -> tuple[Sequence[Event], Facts, int] | None:
        found = await self.store.follow(lambda look: self._hers(look, session), long=True)
        if found is None:
            return None
        person, events, reached = found
        if person is not None and session.person != person:
            self._recognise(session, person, Crowd(()))
        if not events:
            return (), Facts(), reached
        read = await self.read_again(events)
        return None if read is None else (*read, reached)

    async def _hers(
        self, look: Reader, session: VisitorSession
    ) -> tuple[str | None, Sequence[Event], int] | None:
        """Who she is, what came after her position, and how far that reaches."""
        if session.position < await trimmed_to(look):
            return None
        # A newcomer may have been written down since she came in.
        known = await find_person(look, session.visitor.identity)
        if await may_be_erased(look, None if known is None else known.person, session.position):
            return None
        if known is None:
            return None, (), look.position
        if await is_another(look, session.visitor.identity, session.position):
            return None
        try:
            events = await hers_after(look, known.person, session.position, REPLAY)
        except UnknownFact as why:
            self.check_passed(why)
            return None
        return known.person, events, events[-1].position if len(events) == REPLAY else look.position

    def _recognise(self, session: VisitorSession, person: str, crowd: Crowd) -> None:
        """A newcomer has been written down: from now on she has a story, and agents see her connected. Or she is
        another person from now on."""
        for each in {crowd, self._crowd}:
            each.discard(session)
        if session.person is not None:
            self._desk.parts.bus.signal(CustomerHere(session.person, session.tab, here=False))
        session.person = person
        crowd.add(session)
        if session in self.sessions:
            self._crowd.add(session)
        self._desk.parts.bus.signal(CustomerHere(person, session.tab, here=True))

    def _frame(self, events: Sequence[Event], content: Facts, person: str) -> bytes | None:
        if person in content.erased:
            return encode({"kind": "reset", "reason": "epoch"})
        hers = content.told[person]
        told = [hers[event.position] for event in events if event.position in hers]
        if not told:
            return None
        cursor = str(Cursor(self.store.epoch, events[-1].position))
        return encode({"kind": "events", "cursor": cursor, "events": told})


def _may_move_person(event: Event) -> bool:
    return event.kind is Kind.CONTACT_CHANGED and "person" in event.changes.get("fields", ())


def _may_change_state(event: Event) -> bool:
    if event.kind is Kind.CONVERSATION_CHANGED:
        reopened = event.was is not None and event.now is not None and event.was.status != event.now.status
        return reopened or "leg" in event.changes
    return event.kind in ABOUT_STATE
