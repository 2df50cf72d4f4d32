"""Facts on their way to the customers: each person's own, told to her browsers only.

What does not concern a person is not told to her at all, not even as an empty frame: how busy the house is, is none of
her business. Her cursor then lags, which costs a little replay when she comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from gateway.bus import CustomerHere
from gateway.channels.base import Capabilities
from gateway.egress.types import CustomerEvent, TeamState
from gateway.events import ActorKind, Event, Kind
from gateway.limits import Limits
from gateway.live import Hub, LiveSession, encode
from gateway.store import Cursor, Reader, as_json
from gateway.store.load import Content, load_messages
from gateway.visitors.desk import Desk
from gateway.visitors.files import audience
from gateway.visitors.story import as_told, which_are_open
from gateway.visitors.tokens import Visitor

ABOUT_MESSAGES = (Kind.MESSAGE_CREATED, Kind.MESSAGE_EDITED, Kind.MESSAGE_ERASED)
# A merge or a split may make another conversation her newest one.
ABOUT_STATE = (
    Kind.CONVERSATION_CREATED,
    Kind.CONVERSATION_CHANGED,
    Kind.CONVERSATION_MERGED,
    Kind.CONVERSATION_SPLIT,
    Kind.MERGE_UNDONE,
)
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
    ) -> None:
        super().__init__(request, ws, limits)
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


class VisitorHub(Hub[VisitorSession, Facts]):
    """One per process."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.store, desk.parts.bus, desk.limits)
        self._desk = desk

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
        if wrote:
            for row in await look.all(IDENTITIES, as_json(sorted(wrote))):
                facts.persons[row["space"], row["address"]] = row["person_id"]

    async def _load_messages(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        about = {event.position: event.message for event in events if event.kind in ABOUT_MESSAGES}
        wanted = [message for message in about.values() if message]
        contents: dict[str, Content] = await load_messages(look, wanted) if wanted else {}
        for position, message in about.items():
            content = contents.get(message or "")
            person = content and content.row["leg_person_id"]
            if content is None or person is None:
                continue
            told = as_told(content, person, self._desk.link_for(audience(person)))
            if told is not None:
                facts.told[person][position] = {"position": position, "kind": "message", "message": told}

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
        moved = {event.conversation: event.position for event in events if _may_open_or_close(event)}
        if not moved:
            return
        wanted = sorted(conversation for conversation in moved if conversation)
        rows = await look.all(PERSONS_OF, as_json(wanted))
        open_ = await which_are_open(look, {row["person_id"] for row in rows})
        for row in rows:
            person, position = row["person_id"], moved[row["conversation_id"]]
            facts.told[person].setdefault(
                position, {"position": position, "kind": "state", "open": open_.get(person, False)}
            )

    async def _load_erased(self, look: Reader, events: Sequence[Event], facts: Facts) -> None:
        contacts = {event.contact for event in events if event.kind is Kind.CONTACT_ERASED and event.contact}
        if contacts:
            rows = await look.all(PERSONS_OF_CONTACT, as_json(sorted(contacts)))
            facts.erased.update(row["person_id"] for row in rows)

    def deliver(self, events: Sequence[Event], content: Facts, sessions: Iterable[VisitorSession]) -> None:
        by_person: dict[str, list[VisitorSession]] = defaultdict(list)
        for session in sessions:
            if session.person is None:
                self._recognise(session, content)
            if session.person is not None:
                by_person[session.person].append(session)
        for person in by_person.keys() & (content.told.keys() | content.erased):
            frame = self._frame(events, content, person)
            for session in by_person[person]:
                if frame is not None:
                    session.write(frame)

    def _recognise(self, session: VisitorSession, content: Facts) -> None:
        """A newcomer has been written down: from now on she has a story, and agents see her connected."""
        address = session.visitor.identity
        session.person = content.persons.get((address.space, address.address))
        if session.person is not None:
            self._desk.parts.bus.signal(CustomerHere(session.person, session.tab, here=True))

    def _frame(self, events: Sequence[Event], content: Facts, person: str) -> bytes | None:
        if person in content.erased:
            return encode({"kind": "reset", "reason": "epoch"})
        hers = content.told[person]
        told = [hers[event.position] for event in events if event.position in hers]
        if not told:
            return None
        cursor = str(Cursor(self.store.epoch, events[-1].position))
        return encode({"kind": "events", "cursor": cursor, "events": told})


def _may_open_or_close(event: Event) -> bool:
    if event.kind is Kind.CONVERSATION_CHANGED:
        return event.was is not None and event.now is not None and event.was.status != event.now.status
    return event.kind in ABOUT_STATE
