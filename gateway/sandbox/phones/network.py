"""The network itself: who may send what to whom, what becomes of it, and what each phone received.

Pure: it is told the time by its clock and asks for the seed's lots; what it wants from the world it hands out as
`Call` and `Fetch`. A story told twice with one seed and one clock is the same story.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Sequence

from gateway.sandbox.phones.agenda import Act, Agenda
from gateway.sandbox.phones.forms import Form, incoming_form, status_form
from gateway.sandbox.phones.orders import Order, Refusal, check_order, filled
from gateway.sandbox.phones.records import (
    WHATSAPP,
    Account,
    Arrival,
    Call,
    Fetch,
    File,
    Line,
    Media,
    Message,
    Phone,
    Saying,
    Status,
    Template,
)
from gateway.sandbox.phones.weather import FAIR, Fault, Lots, Weather

WINDOW = 24 * 3600 * 1000
"""Milliseconds after a customer's last word in which WhatsApp takes free text (api/errors/63016)."""
TYPING = 25_000
"""Milliseconds that the typing indicator stays, unless a message ends it (whatsapp/api/typing-indicators-resource)."""
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
"""What SMS keywords do without any configuration (messaging/tutorials/advanced-opt-out)."""


class Network:
    """One per demo or test. `weather` may be changed at any time."""

    def __init__(
        self,
        clock: Callable[[], int],
        *,
        seed: int = 0,
        weather: Weather = FAIR,
        base: str = "https://api.twilio.com",
    ) -> None:
        """`clock`: UTC ms. `base`: where the API answers, without a slash at its end."""
        self.agenda = Agenda(clock)
        self.weather = weather
        self.base = base
        self.accounts: dict[str, Account] = {}
        self.lines: dict[str, Line] = {}
        self.phones: dict[str, Phone] = {}
        self.templates: dict[str, Template] = {}
        self.messages: dict[str, Message] = {}
        self._lots = Lots(seed)
        self._out: list[Call | Fetch] = []
        self._planned: deque[Fault] = deque()
        self._requests = 0
        self._stopped: set[tuple[str, str]] = set()
        self._heard: dict[tuple[str, str], int] = {}
        """(line, number) -> when that phone last wrote to it."""
        self._newest = self._behind = self._slowest = 0
        """When the newest message was made; by how many ms one was at the most older than one that is listed before it,
        as when a clock jumps; how many ms one took at the most until it was sent."""

    # --- what there is ----------------------------------------------------------------------------------------------

    def add(self, *things: Account | Line | Phone | Template) -> None:
        for thing in things:
            match thing:
                case Account():
                    self.accounts[thing.sid] = thing
                case Line():
                    self.lines[thing.address] = thing
                case Phone():
                    self.phones[thing.number] = thing
                case Template():
                    self.templates[thing.sid] = thing

    def advance(self) -> list[Call | Fetch]:
        """Let everything happen that is due; returns what the world has to do for it, in order."""
        self.agenda.run()
        out, self._out = self._out, []
        return out

    def found(
        self,
        account: Account,
        *,
        to: str = "",
        sender: str = "",
        at: Callable[[int], bool] | None = None,
        since: int = 0,
    ) -> list[Message]:
        """The account's messages of that recipient and sender and time, newest first. `since`: `at` is true of none
        that is older."""
        young = itertools.takewhile(
            lambda message: message.created + self._behind + self._slowest >= since,
            reversed(self.messages.values()),
        )
        return [
            message
            for message in young
            if message.account == account.sid
            and to in ("", message.to)
            and sender in ("", message.sender)
            and (at is None or at(message.sent or message.created))
        ]

    # --- the business sends -----------------------------------------------------------------------------------------

    def plan(self, *faults: Fault) -> None:
        """What happens to the next orders, one each, whatever the weather."""
        self._planned.extend(faults)

    def fault(self, *, orders: bool) -> Fault | None:
        """What happens to this request. `orders`: it shall send a message."""
        self._requests += 1
        if orders and self._planned:
            return self._planned.popleft()
        fault = self._lots.fault(self.weather, "request", self._requests)
        return None if fault and fault.is_done and not orders else fault

    def send(self, account: Account, order: Order) -> Message:
        """Take an order; everything else happens by and by. Raises Refusal."""
        check_order(order)
        line = self._line_for(account, order)
        body = filled(self._template(account, order.template), order.variables) if order.template else ""
        number = order.to.removeprefix(WHATSAPP)
        if (_pool(line), number) in self._stopped:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        message = self._write(line, line.address, order.to, body or order.body, files=len(order.files))
        message.service, message.callback, message.template = order.service, order.callback, order.template
        message.status = Status.ACCEPTED if order.service else Status.QUEUED
        if order.service:
            self._later(message, "queue", lambda: self._queue(message, order.files), lane=line.address)
        else:
            self._gather(message, order.files)
        return message

    def _line_for(self, account: Account, order: Order) -> Line:
        ours = [line for line in self.lines.values() if line.account == account.sid]
        if order.service:
            ours = [line for line in ours if line.service == order.service]
            if not ours:
                raise Refusal(400, 21701, "The Messaging Service does not exist.")
        wanted = order.to.startswith(WHATSAPP)
        for line in ours:
            if line.is_whatsapp == wanted and order.sender in ("", line.address):
                return line
        if wanted:
            raise Refusal(400, 63007, "Twilio could not find a Channel with the specified From address")
        text = f"The 'From' phone number provided ({order.sender}) is not a valid message-capable Twilio phone number."
        raise Refusal(400, 21606, text)

    def _template(self, account: Account, sid: str) -> Template:
        template = self.templates.get(sid)
        if template is None or template.account != account.sid:
            raise Refusal(400, 21655, "The ContentSid is Invalid")
        return template

    def _write(self, line: Line, sender: str, to: str, body: str, files: int) -> Message:
        now, number = self.agenda.now, len(self.messages)
        kind = "MM" if files else "SM"
        message = Message(
            sid=kind + self._lots.name("message", number),
            account=line.account,
            sender=sender,
            to=to,
            body=body,
            status=Status.QUEUED,
            created=now,
            updated=now,
            media=[
                Media(
                    "ME" + self._lots.name("media", number, index),
                    self._lots.name("key", number, index),
                    now,
                )
                for index in range(files)
            ],
        )
        self.messages[message.sid] = message
        self._behind, self._newest = max(self._behind, self._newest - now), max(self._newest, now)
        return message

    # --- what becomes of it -----------------------------------------------------------------------------------------

    def _queue(self, message: Message, files: Sequence[str]) -> None:
        self._becomes(message, Status.QUEUED)
        self._gather(message, files)

    def _gather(self, message: Message, files: Sequence[str]) -> None:
        """Twilio gets the files itself before it sends."""
        for index, url in enumerate(files):
            self._hand_out(Fetch(url, message.sid, index), 0)
        if not files:
            self._later(message, "send", lambda: self._leave(message), lane=message.sender)

    def fetched(self, fetch: Fetch, file: File | None) -> None:
        """How a `Fetch` ended; None: it did not."""
        message = self.messages[fetch.message]
        if message.status is Status.FAILED:
            return
        if file is None or not file.content:
            self._becomes(message, Status.FAILED, 63019 if message.is_whatsapp else 11200)
            return
        media = message.media[fetch.index]
        media.content_type, media.content = file.content_type, file.content
        if all(one.content for one in message.media):
            self._later(message, "send", lambda: self._leave(message), lane=message.sender)

    def _leave(self, message: Message) -> None:
        phone = self.phones.get(message.number)
        message.sent = self.agenda.now
        self._slowest = max(self._slowest, message.sent - message.created)
        if message.is_whatsapp and not (phone and phone.on_whatsapp):
            self._becomes(message, Status.FAILED, 63003)
        elif message.is_whatsapp and not self._may_write(message):
            self._becomes(message, Status.UNDELIVERED, 63016)
        else:
            self._becomes(message, Status.SENT)
            self._later(
                message, "arrive", lambda: self._arrive(message, phone), lane=(message.sender, message.to)
            )

    def _may_write(self, message: Message) -> bool:
        """An approved template always, anything else while the customer's last word is not a day old."""
        template = self.templates.get(message.template)
        if template is not None and template.approval == "approved":
            return True
        return self.agenda.now <= self.window_until(message.number, message.sender)

    def window_until(self, number: str, line: str) -> int:
        """Until when WhatsApp takes free text from this line to this phone, UTC ms; 0: she has never written to it."""
        last = self._heard.get((line, number))
        return 0 if last is None else last + WINDOW

    def _arrive(self, message: Message, phone: Phone | None) -> None:
        if phone is None:
            self._becomes(message, Status.UNDELIVERED, 30003)
        elif self._lots.draw(self.weather.undelivered, "undelivered", message.sid):
            self._becomes(message, Status.UNDELIVERED, 63023 if message.is_whatsapp else 30008)
        elif phone.airplane:
            phone.on_the_way.append(message)
        else:
            self._ring(message, phone)

    def _ring(self, message: Message, phone: Phone) -> None:
        files = tuple(File(media.content_type, media.content) for media in message.media)
        phone.received.append(
            Arrival(self.agenda.now, message.sid, message.sender, message.body, files, message.template)
        )
        phone.typing.pop(message.sender, None)
        self._becomes(message, Status.DELIVERED)
        if message.sender in phone.opened:
            self._read(message)

    def _read(self, message: Message) -> None:
        """Only WhatsApp says so."""
        if message.is_whatsapp and message.status is Status.DELIVERED:
            self._becomes(message, Status.READ)

    def _becomes(self, message: Message, status: Status, error: int | None = None) -> None:
        message.status, message.error, message.updated = status, error, self.agenda.now
        self._call(message.callback, message, status_form(message))

    # --- the phones -------------------------------------------------------------------------------------------------

    def say(self, number: str, to: str, saying: Saying) -> Message | None:
        """A phone writes to a line. None: it has no network, and sends this when it has one again."""
        phone = self.phones[number]
        if phone.airplane:
            phone.unsent.append((to, saying))
            return None
        line = self.lines[to]
        sender = f"{WHATSAPP}{number}" if line.is_whatsapp else number
        message = self._write(line, sender, to, saying.text, files=len(saying.files))
        for media, file in zip(message.media, saying.files, strict=True):
            media.content_type, media.content = file.content_type, file.content
        message.inbound, message.status, message.sent = True, Status.RECEIVED, message.created
        message.service, message.said = line.service, saying
        self._heard[to, number] = self.agenda.now
        opt_out = "" if line.is_whatsapp else self._opts(line, number, saying.text)
        form = incoming_form(message, saying, phone, self.base, opt_out if line.service else "")
        self._call(line.webhook, message, form)
        return message

    def _opts(self, line: Line, number: str, text: str) -> str:
        word = text.strip().upper()
        if word in STOP:
            self._stopped.add((_pool(line), number))
            return "STOP"
        if word in START:
            self._stopped.discard((_pool(line), number))
            return "START"
        return "HELP" if word in HELP else ""

    def has_stopped(self, number: str, line: str) -> bool:
        """Has this phone said STOP to the line, and not START since?"""
        return (_pool(self.lines[line]), number) in self._stopped

    def take(self, call: Call) -> None:
        """Our door has answered this call: if it was for a phone's message, that one is there."""
        message = self.messages.get(dict(call.form)["MessageSid"])
        if message is not None and message.inbound:
            message.taken = True

    def set_airplane(self, number: str, on: bool) -> None:
        """Coming back, the phone gets what waited for it and sends what it could not."""
        phone = self.phones[number]
        phone.airplane = on
        if on:
            return
        waited, phone.on_the_way = phone.on_the_way, []
        for message in waited:
            self._ring(message, phone)
        unsent, phone.unsent = phone.unsent, []
        for to, saying in unsent:
            self.say(number, to, saying)

    def open_chat(self, number: str, line: str) -> None:
        """Her screen shows this chat: what came is read, and what comes is read at once until she closes it."""
        self.phones[number].opened.add(line)
        for message in self.messages.values():
            if not message.inbound and message.sender == line and message.number == number:
                self._read(message)

    def close_chat(self, number: str, line: str) -> None:
        self.phones[number].opened.discard(line)

    def show_typing(self, account: Account, sid: str) -> None:
        """The business types an answer to this message, and has by that read it and all before it. Raises Refusal."""
        asked = self.messages.get(sid)
        if asked is None or asked.account != account.sid or not (asked.inbound and asked.is_whatsapp):
            raise Refusal(404, 20404, f"The requested resource {sid} was not found")
        self.phones[asked.number].typing[asked.to] = self.agenda.now + TYPING
        for message in self.messages.values():
            if message.inbound and (message.sender, message.to) == (asked.sender, asked.to):
                message.seen = True
            if message is asked:
                break

    def is_typing(self, number: str, line: str) -> bool:
        """Does this phone show that the business types?"""
        return self.phones[number].typing.get(line, 0) > self.agenda.now

    # --- time and the world -----------------------------------------------------------------------------------------

    def _later(self, message: Message, what: str, act: Act, lane: object) -> None:
        self.agenda.after(self._lots.seconds(self.weather.step, what, message.sid), act, lane=(what, lane))

    def _call(self, url: str, message: Message, form: Form) -> None:
        """One callback or webhook, as the weather lets it through."""
        what = (message.sid, message.status)
        if not url or self._lots.draw(self.weather.lost, "lost", *what):
            return
        call = Call(url, message.account, form, self._lots.name("token", *what))
        wait = self._lots.seconds(self.weather.travel, "travel", *what)
        if self._lots.draw(self.weather.delayed, "delayed", *what):
            wait += self._lots.seconds(self.weather.late, "late", *what)
        self._hand_out(call, wait)
        if self._lots.draw(self.weather.repeated, "repeated", *what):
            self._hand_out(call, wait + self._lots.seconds(self.weather.late, "again", *what))

    def _hand_out(self, errand: Call | Fetch, seconds: float) -> None:
        self.agenda.after(seconds, lambda: self._out.append(errand))


def _pool(line: Line) -> str:
    """Whom a STOP to this line is meant for: all senders of its service."""
    return line.service or line.address
