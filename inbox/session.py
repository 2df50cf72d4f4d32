"""One live agent: hello, snapshot or resume, then frames both ways until the socket ends.

Frames of one socket are taken in order, so an agent's acts happen in the order they were made. A frame that fits no
model costs an answer and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from gateway import metrics, trace
from gateway.bundle import bundle
from gateway.bus import AgentHere, AgentLooks, AgentSays, AgentTyping
from gateway.door import check_origin, problem, unexpected
from gateway.egress.pictures import picture_path
from gateway.errors import Malformed, NotFound, ParleyError, TooMany, Unauthenticated, Unavailable
from gateway.events import Event, Kind, new_id
from gateway.frames import encode
from gateway.live import CLOSE_PROTOCOL, CLOSE_SIGNED_OUT, first_text, heard, open_socket
from gateway.rates import News
from gateway.store import Cursor, Reader, Row
from gateway.store.gather import Gathered
from inbox.auth.access import access_conversation
from inbox.auth.caller import Caller, by_sessions, look_again
from inbox.auth.door import recognise
from inbox.commands import COMMANDS, Asked, run_command
from inbox.desk import Desk
from inbox.hub import AgentSession
from inbox.signals import Signals
from inbox.snapshot import load_missed, load_snapshot, told_limits
from inbox.wire import CLOSE_ACCESS, PROTOCOL, Command, Hello, Here, Look, PrivateView, Typing, from_agent

log = logging.getLogger(__name__)
_hurries = News()

# A public reply reaches the person behind the current leg.
PERSONS = """select i.person_id, l.id = c.leg_id as current from conversations c
    join legs l on l.conversation_id = c.id join identities i on i.id = l.identity_id where c.id = $1"""
FACE = "select name, picture from agents where id = $1"
END_EXPIRED = 30.0
"""Seconds between two looks for sockets whose session has run out."""


class _Looked(NamedTuple):
    """A conversation as somebody looks at it: where it lives now, and the persons behind its legs."""

    position: int
    conversation: str
    legs: list[Row]


class AgentDoor:
    """The socket's handler, with what all sessions of this process share."""

    def __init__(self, desk: Desk, signals: Signals) -> None:
        self.desk = desk
        self.bus = desk.bus
        self.hub = desk.hub
        self.signals = signals
        self.limits_told = told_limits(
            desk.limits, [{"name": one.name, "label": one.label} for one in desk.places.values()]
        )
        self.sessions = Gathered(desk.store.glance, self._load_callers)
        self.missed = Gathered(desk.store.read, self._load_missed)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """GET /ws/agent. Raises Forbidden, Unauthenticated before the upgrade."""
        check_origin(request)
        caller = await recognise(request, self.desk, self.sessions)
        if caller is None:
            raise Unauthenticated("errors.signed_out", "a socket for nobody")
        limits = self.desk.limits

        def make(ws: web.WebSocketResponse) -> AgentSession:
            return AgentSession(request, ws, limits, caller, new_id())

        async with open_socket(request, limits, make) as session:
            await _Conversing(self, session).run()
        return session.ws

    async def _load_callers(self, look: Reader, secrets: Collection[str]) -> Mapping[str, Caller]:
        return await by_sessions(look, secrets, self.desk.clock())

    async def _load_missed(self, look: Reader, agents: Collection[str]) -> Mapping[str, PrivateView]:
        return await load_missed(look, agents, self.desk.clock(), self.desk.link)

    async def end_expired(self) -> None:
        """No socket outlives its session or token. Runs for the life of the process."""
        while True:
            await asyncio.sleep(END_EXPIRED)
            await self.end_expired_now()

    async def end_expired_now(self) -> None:
        now = self.desk.clock()
        for session in self.hub.sessions | self.hub.behind:
            ends = session.caller.expires_at
            if ends is None or ends > now:
                continue
            try:
                # Prolonged by this browser's requests meanwhile?
                caller = await self.look_again(session.caller)
                if caller.viewer != session.viewer:
                    # The fact that says so is late; what a session sees is settled when it joins.
                    session.cut(CLOSE_ACCESS)
                session.caller = caller
            except Unauthenticated:
                session.cut(CLOSE_SIGNED_OUT)
            except Unavailable as why:
                log.warning("cannot see whether a session has run out: %s", why)

    async def follow_merges(self) -> None:
        """A tab that shows a conversation when it is merged away goes on with the one it lives in now: it hears who
        types and looks there, without asking. Runs for the life of the process."""
        merged: asyncio.Queue[str] = asyncio.Queue()
        stop = self.bus.take_events(lambda events: self._note_merged(events, merged))
        try:
            while True:
                conversation = await merged.get()
                for session in [one for one in self.hub.sessions if one.looks_at == conversation]:
                    # What is out of sight now the hub has it look away from; when the database is away it asks again.
                    with contextlib.suppress(NotFound, Unavailable):
                        await self.look(session, conversation, only_from=conversation)
        finally:
            stop()

    def _note_merged(self, events: Sequence[Event], merged: asyncio.Queue[str]) -> None:
        for event in events:
            if event.kind is not Kind.CONVERSATION_MERGED or "into" not in event.changes:
                continue
            if event.conversation and any(one.looks_at == event.conversation for one in self.hub.sessions):
                merged.put_nowait(event.conversation)

    async def look(self, session: AgentSession, conversation: str, *, only_from: str | None = None) -> None:
        """The tab shows this conversation; with `only_from` only if it has not turned elsewhere meanwhile.

        Raises NotFound for what the agent may not see, Unavailable.
        """
        looked = await self.looked_at(session, conversation)
        if only_from is not None and session.looks_at != only_from:
            return
        persons = tuple(sorted({leg["person_id"] for leg in looked.legs}))
        self.bus.signal(AgentLooks(session.caller.agent_id, session.tab, looked.conversation))
        self.signals.watch(session, looked.conversation, persons)

    async def looked_at(self, session: AgentSession, conversation: str) -> _Looked:
        """Raises NotFound for what the agent may not see, as of the newest fact that this session was told."""

        async def look_up(look: Reader) -> _Looked:
            row = await access_conversation(look, session.viewer, conversation)
            return _Looked(look.position, row["id"], list(await look.all(PERSONS, row["id"])))

        while True:
            looked = await self.desk.store.read(look_up)
            if looked.position >= session.position:
                return looked

    async def look_again(self, caller: Caller) -> Caller:
        """Raises Unauthenticated, Unavailable."""
        return await self.desk.store.glance(lambda look: look_again(look, caller, self.desk.clock()))


class _Conversing:
    """The life of one session."""

    def __init__(self, door: AgentDoor, session: AgentSession) -> None:
        self.door = door
        self.desk = door.desk
        self.session = session
        session.caught_up = self._tell_again

    @property
    def caller(self) -> Caller:
        return self.session.caller

    async def run(self) -> None:
        hello = await self._hello()
        if hello is None:
            self.session.cut(CLOSE_PROTOCOL)
            return
        agent, tab = self.caller.agent_id, self.session.tab
        self.door.bus.signal(AgentHere(agent, tab))
        try:
            if await self._start(hello.cursor):
                await self._tell_own()
                await self._listen()
        except Unauthenticated:
            self.session.cut(CLOSE_SIGNED_OUT)
        finally:
            self.door.hub.leave(self.session)
            self.door.bus.signal(AgentHere(agent, tab, gone=True))

    async def _hello(self) -> Hello | None:
        text = await first_text(self.session, self.desk.limits)
        try:
            frame = from_agent.validate_json(text or "")
        except ValidationError:
            return None
        return frame if isinstance(frame, Hello) and frame.protocol == PROTOCOL else None

    # --- starting ---------------------------------------------------------------------------------------------------

    async def _start(self, text: str | None) -> bool:
        cursor, refused = self.door.hub.resumable(text)
        if refused is not None:
            self.session.send({"kind": "reset", "reason": refused})
        self._say_hello(resumed=cursor is not None)
        if cursor is not None:
            self.session.position = cursor.position
            refused = await self._resume()
            if refused is None:
                return True
            self.session.send({"kind": "reset", "reason": refused})
        return await self._start_afresh()

    async def _resume(self) -> str | None:
        """Join the story from the session's position on; returns why that cannot be."""
        accesses, agent = self.door.hub.accesses, self.caller.agent_id
        await accesses.load()
        # Access as it stands here; what changes from here on the hub tells.
        if accesses.latest(agent) > self.caller.position:
            self.session.caller = await self.door.look_again(self.caller)
        if accesses.sight(agent) > self.session.position:
            return "access"
        return None if await self.door.hub.join(self.session) else "too_old"

    async def _start_afresh(self) -> bool:
        self.session.caller, frame = await self.desk.store.scan(self._snapshot)
        self.session.position = frame["position"]
        frame["cursor"] = str(Cursor(self.desk.store.epoch, frame["position"]))
        self.session.send(frame)
        return await self.door.hub.join(self.session)

    async def _snapshot(self, look: Reader) -> tuple[Caller, dict[str, Any]]:
        """In one look: who the agent is and what they see cannot disagree."""
        caller = await look_again(look, self.caller, self.desk.clock())
        return caller, await load_snapshot(
            look, caller.viewer, self.desk.channels, self.desk.clock(), self.desk.link
        )

    async def _tell_own(self) -> None:
        """What has no place in the log and may have changed before this session was listened for: private state (in
        the cut, or since the snapshot) and who is here."""
        while True:
            told = self.session.private_told
            private = await self.door.missed.get(self.caller.agent_id)
            assert private is not None, "the caller was looked up a moment ago"
            if told == self.session.private_told:
                break
        self.session.write(encode({"kind": "private", "private": private}) + self.door.signals.presence_frame)
        self.door.bus.signal(AgentSays(self.caller.agent_id, private["availability"]))

    async def _tell_again(self) -> None:
        """What the log does not tell, after the session has caught up with it."""
        await self._tell_own()
        if (shown := self.session.looks_at) is not None:
            # Whose it is was forgotten meanwhile, and it may have been merged away.
            with contextlib.suppress(NotFound):
                await self.door.look(self.session, shown, only_from=shown)
        self.desk.onsite.tell_again(self.session)

    def _say_hello(self, *, resumed: bool) -> None:
        self.session.send(
            {
                "kind": "hello",
                "protocol": PROTOCOL,
                "epoch": self.desk.store.epoch,
                "bundle": bundle().hash,
                "resumed": resumed,
                "now": self.desk.clock(),
                "limits": self.door.limits_told,
                "assign_on_reply": self.desk.config.inbox.assign_on_reply,
            }
        )

    # --- listening --------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for message in heard(self.session):
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)
            elif message.type is WSMsgType.BINARY:
                self._refuse(None, Malformed("errors.malformed_frame", "a binary frame"))

    async def _take(self, text: str) -> None:
        with trace.working_for():
            await self._take_frame(text)

    async def _take_frame(self, text: str) -> None:
        try:
            frame = from_agent.validate_json(text)
        except ValidationError as fault:
            first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
            self._refuse(None, Malformed("errors.malformed_frame", f"a frame that fits no model: {first}"))
            return
        try:
            await self._act(frame)
        except ParleyError as error:
            self._refuse(frame.id if isinstance(frame, Command) else None, error)
        except Exception as error:
            self._say_problem(frame.id if isinstance(frame, Command) else None, unexpected(error, frame.kind))

    async def _act(self, frame: Hello | Command | Typing | Look | Here) -> None:
        if not isinstance(frame, Command):  # a command is counted where it is run
            self.desk.rates.agent_requests.check(self.caller.agent_id)
        match frame:
            case Command():
                await self._command(frame)
            case Typing():
                await self._typing(frame)
            case Look():
                await self._look(frame.conversation)
            case Here():
                self._here(frame)
            case Hello():
                raise Malformed("errors.malformed_frame", "hello was said already")

    async def _command(self, frame: Command) -> None:
        asked = Asked(self.desk, self.caller, self.session.tab)
        known = frame.name if frame.name in COMMANDS else "unknown"
        with trace.span("command", command=known), metrics.timed(metrics.Stage.COMMAND_COMMITTED):
            value = await run_command(asked, frame.name, frame.args)
        trace.step("command %s", frame.name, agent=self.caller.agent_id)
        self.session.send({"kind": "result", "id": frame.id, "value": value})

    def _here(self, frame: Here) -> None:
        agent, tab = self.caller.agent_id, self.session.tab
        self.door.bus.signal(AgentHere(agent, tab, frame.visible, frame.active))
        # A lease that had run out (a sleeping tab) knows no more where its tab looks.
        self.door.bus.signal(AgentLooks(agent, tab, self.session.looks_at))

    async def _look(self, conversation: str | None) -> None:
        agent, tab = self.caller.agent_id, self.session.tab
        if conversation is None:
            self.door.bus.signal(AgentLooks(agent, tab, None))
            self.door.signals.watch(self.session, None, ())
            return
        await self.door.look(self.session, conversation)

    async def _typing(self, frame: Typing) -> None:
        looked = await self.door.looked_at(self.session, frame.conversation)
        if looked.conversation != self.session.looks_at:
            raise NotFound("errors.conversation_not_found", "typing where one does not look")
        # A note is for nobody outside: whom a reply would reach is not even named.
        persons = [leg["person_id"] for leg in looked.legs if leg["current"] and frame.mode == "public"]
        face = await self.desk.store.glance(lambda look: look.one(FACE, self.caller.agent_id))
        self.door.bus.signal(
            AgentTyping(
                looked.conversation,
                self.caller.agent_id,
                self.session.tab,
                face["name"] if face else self.caller.name,
                picture_path(face["picture"] if face else None),
                frame.mode,
                frame.active,
                tuple(persons),
            )
        )

    # --- refusing ---------------------------------------------------------------------------------------------------

    def _refuse(self, command: str | None, error: ParleyError) -> None:
        if isinstance(error, TooMany) and _hurries.is_news(self.caller.agent_id):
            log.info("agent %s is too fast: %s", self.caller.agent_id, error)
        self._say_problem(command, problem(error))

    def _say_problem(self, command: str | None, document: dict[str, Any]) -> None:
        self.session.send({"kind": "problem", "id": command, "problem": document})
