"""The house of mail: whose mailboxes there are, what becomes of mails to them, and how theirs go out.

What comes is taken by SMTP and what goes is brought by SMTP, to Parley's own door or to each other; nothing here calls
anything of Parley. `changed` counts up whenever there is something new to be seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from gateway.sandbox.mail.boxes import Box
from gateway.sandbox.mail.letters import Letter, Person, read_head
from gateway.sandbox.mail.notices import away, bounce, needs_no_answer
from gateway.sandbox.mail.server import OK, Server

log = logging.getLogger(__name__)

DOMAIN = "mail.example"
TRIES = (1.0, 2.0, 4.0, 8.0, *(15.0,) * 40)
"""Seconds from one attempt at a mail to the next, while the other server says that it cannot take it now."""
SLOWLY = 6.0
"""Seconds that a slow mailbox takes before it answers."""
PATIENCE = 60.0
"""Seconds for one attempt."""
MOST_WAITING = 100
"""Mails on their way out at once; more are refused by the program."""

FULL = "552 5.2.2 Mailbox full"
UNKNOWN = "550 5.1.1 No such user here"
LATER = "451 4.7.1 Greylisted, please try again in 2 seconds"
NO_RELAY = "550 5.7.1 We do not relay"


@dataclass(slots=True)
class Errand:
    """One mail to one server. `box` and `letter`: of whom; of a bounce or a note nobody's."""

    raw: bytes = field(repr=False)
    sender: str
    recipients: list[str]
    box: Box | None = None
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt."""

    words: str = ""
    """Empty: taken."""
    again: bool = False


class Office:
    """One per demo. `clock`: UTC ms. `way`: host and port of Parley's own door, once it listens."""

    def __init__(
        self, clock: Callable[[], int], shop: str, neighbours: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`shop`: the domain whose mail Parley takes; `neighbours`: whose mail is taken and kept nowhere."""
        self.clock = clock
        self.boxes: dict[str, Box] = {}
        self.way: Callable[[], tuple[str, int]] = lambda: ("127.0.0.1", 0)
        self.changed = 0
        self.port = 0
        self.slowly = SLOWLY
        self._shop = shop
        self._neighbours = neighbours
        self._server = Server(f"mx.{DOMAIN}", self._answer, self.take)
        self._out: deque[Errand] = deque()
        self._wake = asyncio.Event()
        self._news = asyncio.Event()
        self._under_way = 0
        self._lanes: dict[str, asyncio.Lock] = {}

    def add(self, *boxes: Box) -> None:
        for box in boxes:
            self.boxes[box.owner.address] = box

    def box_of(self, address: str) -> Box | None:
        """Also by a subaddress of hers, `olivia+shops@` (RFC 5233)."""
        local, _, domain = address.lower().rpartition("@")
        return self.boxes.get(f"{local.partition('+')[0]}@{domain}")

    async def open(self) -> int:
        """Takes mail from now on; returns the port."""
        self.port = await self._server.open()
        return self.port

    async def close(self) -> None:
        await self._server.close()

    def tell(self) -> None:
        """There is something new to be seen."""
        self.changed += 1
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def news(self) -> None:
        """Until there is something new from now on."""
        await self._news.wait()

    # --- what comes -------------------------------------------------------------------------------------------------

    def _answer(self, address: str) -> str:
        box = self.box_of(address)
        if box is None and self._neighbours(address.lower()):
            return OK
        if box is None:
            return UNKNOWN if address.lower().endswith(f"@{DOMAIN}") else NO_RELAY
        if box.takes == "later":
            box.put_off += 1
            self.tell()
            return LATER
        refusal = _refusal(box)
        return OK if not refusal or box.afterwards else refusal

    async def take(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        """A mail for boxes of ours, each of which does with it as it is set."""
        boxes = [(box, one) for one in recipients if (box := self.box_of(one)) is not None]
        if any(box.slow for box, _ in boxes):
            await asyncio.sleep(self.slowly)
        for box, address in boxes:
            if refusal := _refusal(box):
                self._bounce(raw, sender, address, refusal)
                continue
            box.put(_received(raw, sender), self.clock(), "inbox")
            self._says_she_is_away(box, raw, sender)
        self.tell()

    def _bounce(self, raw: bytes, sender: str, recipient: str, answer: str) -> None:
        if sender:
            self._hand_out(Errand(bounce(raw, sender, recipient, answer, self.clock()), "", [sender]))

    def _says_she_is_away(self, box: Box, raw: bytes, sender: str) -> None:
        head = read_head(raw)
        if not box.away or sender in box.told_away or needs_no_answer(head, sender):
            return
        box.told_away.add(sender)
        note = away(head, box.owner, box.language, sender, self.clock())
        self._hand_out(Errand(note, "", [sender]))

    # --- what goes --------------------------------------------------------------------------------------------------

    def write(self, box: Box, raw: bytes, recipients: Sequence[Person]) -> Letter:
        """Her program sends a mail. Raises OverflowError when too many are still on their way."""
        if self._under_way >= MOST_WAITING:
            raise OverflowError("too many mails are on their way")
        letter = box.put(raw, self.clock(), "sent", "sending")
        to = list(dict.fromkeys(one.address.lower() for one in recipients))
        self._hand_out(Errand(raw, box.owner.address, to, box, letter))
        return letter

    def _hand_out(self, errand: Errand) -> None:
        self._under_way += 1
        self._out.append(errand)
        self._wake.set()
        self.tell()

    async def run(self) -> None:
        """Carries what goes out, for the life of the demo; one sender's mails in their order."""
        async with asyncio.TaskGroup() as group:
            while True:
                while self._out:
                    group.create_task(self._carry(self._out.popleft()))
                self._wake.clear()
                await self._wake.wait()

    async def _carry(self, errand: Errand) -> None:
        try:
            async with self._lanes.setdefault(errand.sender, asyncio.Lock()):
                refused = await self._bring(errand)
        finally:
            self._under_way -= 1
        if errand.letter is not None:
            errand.letter.state = "refused" if refused else "sent"
            errand.letter.words = "; ".join(refused.values())
        for recipient, words in refused.items():
            if errand.box is not None:
                raw = bounce(errand.raw, errand.sender, recipient, words, self.clock())
                errand.box.put(raw, self.clock(), "inbox")
        self.tell()

    async def _bring(self, errand: Errand) -> dict[str, str]:
        """Returns who was refused, and in which words."""
        waiting, refused = list(errand.recipients), dict[str, str]()
        for pause in (*TRIES, None):
            for recipient in list(waiting):
                answer = await self._attempt(errand, recipient)
                if not answer.again or pause is None:
                    waiting.remove(recipient)
                if answer.words and (not answer.again or pause is None):
                    refused[recipient] = answer.words
            if not waiting or pause is None:
                break
            if errand.letter is not None and errand.letter.state != "waits":
                errand.letter.state = "waits"
                self.tell()
            await asyncio.sleep(pause)
        return refused

    async def _attempt(self, errand: Errand, recipient: str) -> Answer:
        domain = recipient.rpartition("@")[2]
        if domain == self._shop:
            host, port = self.way()
        elif domain == DOMAIN:
            host, port = "127.0.0.1", self.port
        else:
            return Answer("550 5.1.2 No such domain in the sandbox")
        try:
            # The library's `send` knows no null sender, as bounces have.
            async with SMTP(
                hostname=host, port=port, local_hostname=f"mx.{DOMAIN}", start_tls=False, timeout=PATIENCE
            ) as line:
                await line.sendmail(errand.sender, [recipient], errand.raw)
        except SMTPRecipientsRefused as why:
            return _told(why.recipients[0].code, why.recipients[0].message)
        except SMTPResponseException as why:
            return _told(why.code, why.message)
        except (SMTPException, OSError) as why:
            return Answer(f"451 4.4.1 {type(why).__name__}", again=True)
        return Answer()


def _refusal(box: Box) -> str:
    return {"full": FULL, "unknown": UNKNOWN}.get(box.takes, "")


def _told(code: int, words: str) -> Answer:
    line = " ".join(words.split())
    enhanced = line if line[:1].isdigit() and line[1:2] == "." else f"{code // 100}.0.0 {line}"
    return Answer(f"{code} {enhanced}", again=code < 500)


def _received(raw: bytes, sender: str) -> bytes:
    """With the trace that a last server writes above it (RFC 5321 section 4.4)."""
    return b"Return-Path: <" + sender.encode() + b">\r\n" + raw
