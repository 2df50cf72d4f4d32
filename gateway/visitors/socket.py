"""One live customer: hello, snapshot or resume, then news down and typing and "seen" up until the socket ends."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from gateway import trace
from gateway.bus import AgentTyping, CustomerHere, CustomerTyping
from gateway.egress.told import SpeakerView
from gateway.errors import ParleyError, TooMany, Unauthenticated
from gateway.events import SeenReport, new_id
from gateway.frames import encode
from gateway.live import CLOSE_PROTOCOL, CLOSE_SIGNED_OUT, first_text, heard, open_socket
from gateway.store import Cursor, Reader
from gateway.stream.seen import customer_has_seen
from gateway.visitors.attendance import Attendance
from gateway.visitors.desk import Chat, Desk, caller, check_page
from gateway.visitors.files import audience
from gateway.visitors.hub import VisitorHub, VisitorSession
from gateway.visitors.story import (
    Known,
    find_person,
    is_open,
    newest_conversation,
    read_page,
    seen_to,
    which_go_by,
)
from gateway.visitors.wire import PROTOCOL, Hello, Seen, SnapshotFrame, Typing, from_visitor

log = logging.getLogger(__name__)


class VisitorDoor:
    """The socket's handler, with what all sessions of this process share."""

    def __init__(self, desk: Desk, hub: VisitorHub, attendance: Attendance) -> None:
        self.desk = desk
        self.hub = hub
        self.attendance = attendance
        desk.parts.bus.take_signals(AgentTyping, self._agent_types)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """GET /ws/visitor/{account}. Raises NotFound, Forbidden, TooMany before the upgrade."""
        chat = self.desk.access_account(request)
        check_page(request, chat)
        await self.desk.rates.address.admit(caller(request))
        nobody, place = self.desk.tokens.newcomer(chat.account), caller(request)

        def make(ws: web.WebSocketResponse) -> VisitorSession:
            return VisitorSession(request, ws, self.desk.limits, nobody, chat.capabilities, new_id(), place)

        async with open_socket(request, self.desk.limits, make) as session:
            await Conversing(self, chat, session).run()
        return session.ws

    def _agent_types(self, signal: AgentTyping) -> None:
        """Only a public reply's typing, only to those it would reach, without anybody's id."""
        if signal.mode != "public" or not signal.persons:
            return
        speaker: SpeakerView = {"kind": "agent", "name": signal.name, "picture": signal.picture}
        frame = encode({"kind": "typing", "who": [speaker] if signal.active else []})
        for person in signal.persons:
            for session in self.hub.of(person):
                if session.capabilities.typing_out:
                    session.tell(frame)


class Conversing:
    """The life of one session."""

    def __init__(self, door: VisitorDoor, chat: Chat, session: VisitorSession) -> None:
        self.desk = door.desk
        self.hub = door.hub
        self.attendance = door.attendance
        self.here = True
        self.chat = chat
        self.session = session
        self.reported = SeenReport(session.visitor.identity)
        session.caught_up = self._tell_standing

    async def run(self) -> None:
        hello = await self._hello()
        if hello is None:
            return
        cursor, ending = hello.cursor, self._end_with_the_vouch()
        del hello  # not to be kept for hours beside every socket
        try:
            if await self.start(cursor):
                await self._listen()
        finally:
            if ending is not None:
                ending.cancel()
            self.hub.leave(self.session)
            self._signal_here(here=False)

    async def _hello(self) -> Hello | None:
        """The first frame, its token read; anything else ends the socket with the code that says why."""
        text = await first_text(self.session, self.desk.limits)
        try:
            frame = from_visitor.validate_json(text or "")
        except ValidationError:
            frame = None
        if not isinstance(frame, Hello) or frame.protocol != PROTOCOL:
            self.session.cut(CLOSE_PROTOCOL)
            return None
        try:
            self.session.visitor = self.desk.read_token(self.chat, frame.token)
        except Unauthenticated:
            self.session.cut(CLOSE_SIGNED_OUT)
            return None
        return frame

    def _end_with_the_vouch(self) -> asyncio.TimerHandle | None:
        """A site vouches for a time; the socket does not outlive it."""
        ends = self.session.visitor.expires_at
        if ends is None:
            return None
        left = max(0.0, (ends - self.desk.parts.clock()) / 1000)
        return asyncio.get_running_loop().call_later(left, self.session.cut, CLOSE_SIGNED_OUT)

    # --- starting ---------------------------------------------------------------------------------------------------

    async def start(self, text: str | None) -> bool:
        """Greets her and tells her story from her cursor on, or from the beginning; False: that cannot be told."""
        cursor, refused = self.hub.resumable(text)
        if refused is not None:
            self.session.send({"kind": "reset", "reason": refused})
        story: tuple[SnapshotFrame, int] | None = None
        if cursor is None:
            story = await self.desk.store.scan(self._snapshot)
        else:
            await self.find_person()
        await self._say_hello(resumed=cursor is not None)
        self._signal_here(here=True)
        if cursor is not None:
            self.session.position = cursor.position
            if await self._join():
                return True
            self.session.send({"kind": "reset", "reason": "too_old"})
        if story is None:
            story = await self.desk.store.scan(self._snapshot)
        frame, self.session.position = story
        self.session.send(frame)
        return await self._join()

    async def find_person(self) -> None:
        self.session.person = await self.hub.persons.get(self.session.visitor.identity)

    async def _snapshot(self, look: Reader) -> tuple[SnapshotFrame, int]:
        """Her story, and where the log stands in it; finds who she is on the way."""
        known = await find_person(look, self.session.visitor.identity)
        frame: SnapshotFrame = {
            "kind": "snapshot",
            "cursor": str(Cursor(self.desk.store.epoch, look.position)),
            "messages": [],
            "before": None,
            "seen_to": 0,
            "open": False,
            "goes_by": None,
        }
        if known is not None:
            self.session.person = known.person
            page = await read_page(look, known.person, self.desk.link_for(audience(known.person)))
            frame["messages"], frame["before"] = list(page.messages), page.before
            frame["seen_to"] = await seen_to(look, known.person)
            frame["open"] = await is_open(look, known.person)
            going = await which_go_by(look, [known.person], self.desk.parts.channels)
            frame["goes_by"] = going.get(known.person)
        return frame, look.position

    async def _say_hello(self, *, resumed: bool) -> None:
        self.session.team = team = await self.desk.opening.state(self.chat.account)
        now = self.desk.parts.clock()
        self.here = await self.attendance.here(self.chat.account)
        hello = {"kind": "hello", "protocol": PROTOCOL, "resumed": resumed, "now": now}
        self.session.send({**hello, "team": team, "here": self.here})

    async def _join(self) -> bool:
        if not await self.hub.join(self.session):
            return False
        # What changed between the hello and the joining, nobody told her.
        here = await self.attendance.here(self.chat.account)
        if here != self.here:
            self.session.send({"kind": "here", "here": here})
        return True

    async def _tell_standing(self) -> None:
        """What the log does not tell, after she has caught up with it."""
        account = self.chat.account
        self.session.team = team = await self.desk.opening.state(account)
        self.session.send({"kind": "team", "team": team})
        self.session.send({"kind": "here", "here": await self.attendance.here(account)})

    def _signal_here(self, *, here: bool) -> None:
        if self.session.person is not None:
            self.desk.parts.bus.signal(CustomerHere(self.session.person, self.session.tab, here))

    # --- listening --------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for message in heard(self.session):
            if message.type is WSMsgType.TEXT:
                await self.take(message.data)
            else:
                self._refuse("errors.malformed_frame")

    async def take(self, text: str) -> None:
        """One frame of hers; what fits nothing is answered and costs nothing else."""
        with trace.working_for():
            await self._take(text)

    async def _take(self, text: str) -> None:
        try:
            self.desk.rates.frames.check(self.session.visitor.subject)
            frame = from_visitor.validate_json(text)
            if isinstance(frame, Typing):
                await self._typing(frame)
            elif isinstance(frame, Seen):
                await self._seen(frame)
            else:
                self._refuse("errors.malformed_frame")
        except ValidationError:
            self._refuse("errors.malformed_frame")
        except TooMany as slow_down:
            self.session.send({"kind": "problem", "text": slow_down.text, "params": slow_down.params})
        except ParleyError as error:
            # Neither frame is worth an answer: the next one says the same again.
            log.info("a visitor's frame was not taken: %s", error)

    def _refuse(self, text: str) -> None:
        self.session.send({"kind": "problem", "text": text})

    async def _typing(self, frame: Typing) -> None:
        if self.session.person is None or not self.session.capabilities.typing_in:
            return
        known, conversation = await self.desk.store.read(self._where_she_writes)
        if known is None or conversation is None:
            return
        preview = frame.preview if self.session.capabilities.typing_preview else None
        self.desk.parts.bus.signal(
            CustomerTyping(conversation, known.person, known.name, frame.active, preview)
        )

    async def _where_she_writes(self, look: Reader) -> tuple[Known | None, str | None]:
        known = await find_person(look, self.session.visitor.identity)
        return known, None if known is None else await newest_conversation(look, known.person)

    async def _seen(self, frame: Seen) -> None:
        """Watermarks only rise: what was reported already costs nothing."""
        report = SeenReport(
            self.session.visitor.identity,
            max(frame.delivered, self.reported.delivered),
            max(frame.read, self.reported.read),
        )
        if self.session.person is None or report == self.reported:
            return
        account = self.chat.account
        await self.desk.store.write(lambda tx: customer_has_seen(tx, account, report), aside=True)
        self.reported = report
