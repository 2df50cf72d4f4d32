"""Customers who write mails: a server of theirs that brings them to the house's door until they are taken, and one that
takes the house's mails, which is itself late, busy and forgetful."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.sandbox.phones.weather import Fault, Lots, Weather
from tests.chaos.ledger import Ledger
from tests.chaos.people import AGAIN, Customer, her_turn, words

if TYPE_CHECKING:
    from tests.chaos.house import House

HELP = "help@chaos.example"
PATIENCE = 12.0
"""Seconds that her server waits for an answer."""
GIVEN_UP = "550 5.1.1 no such mailbox"


class Post:
    """Where her mails end: `boxes` by address, in the order in which they came."""

    def __init__(self, seed: int, weather: Weather) -> None:
        self.boxes: dict[str, list[str]] = defaultdict(list)
        self.given_up: set[str] = set()
        self.weather = weather
        self.port = 0
        self._lots = Lots(seed)
        self._calls = 0
        self._lines: list[SMTP] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._calls += 1
        assert isinstance(envelope.content, bytes)
        read: Any = message_from_bytes(envelope.content, policy=default)
        text = read.get_body(("plain",)).get_content().partition("\n")[0].strip()
        fault = self._lots.fault(self.weather, "post", self._calls)
        if fault in (Fault.BUSY, Fault.BROKEN):
            return "451 4.3.2 come again"
        if fault is Fault.CUT:
            return await self._cut(server)
        if self._lots.draw(self.weather.undelivered, "undelivered", text):
            self.given_up.add(text)
            return GIVEN_UP
        for address in envelope.rcpt_tos:
            self.boxes[address].append(text)
        return (
            await self._cut(server) if fault in (Fault.BROKEN_AFTER, Fault.CUT_AFTER) else "250 2.0.0 taken"
        )

    async def _cut(self, server: SMTP) -> str:
        if server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return "421 the line is cut"

    def line(self) -> SMTP:
        # Of those that have ended nothing is kept: a long story has a line for each mail.
        self._lines = [one for one in self._lines if one.transport is None or not one.transport.is_closing()]
        self._lines.append(SMTP(self, hostname="post.example", loop=asyncio.get_running_loop()))
        return self._lines[-1]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(self.line, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            talks = [one._handler_coroutine for one in self._lines if one._handler_coroutine is not None]
            for one in self._lines:
                if one.transport is not None:
                    one.transport.abort()  # type: ignore[attr-defined]
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)


class Writer:
    """Writes a mail, then answers in the same thread; brings each until it is taken."""

    def __init__(self, house: House, ledger: Ledger, name: str) -> None:
        self.name = name
        self._house = house
        self._ledger = ledger
        self._address = f"{name}@customers.example"
        ledger.in_order.add(name)

    async def talks(self, count: int) -> None:
        for number in range(count):
            await her_turn(self._ledger)
            text = words(self.name, number)
            self._ledger.said[self.name].append(text)
            mail = self._mail(text, number)
            loop = asyncio.get_running_loop()
            while not await loop.run_in_executor(self._house.hands, self._bring, mail):
                self._ledger.again["a customer's mail"] += 1
                await asyncio.sleep(AGAIN)

    def _mail(self, text: str, number: int) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"{self.name} <{self._address}>", HELP, "A question"
        mail["Message-ID"] = f"<{text}@customers.example>"
        if number:
            mail["In-Reply-To"] = mail["References"] = f"<{words(self.name, 0)}@customers.example>"
        mail.set_content(text)
        return mail.as_bytes()

    def _bring(self, mail: bytes) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self._house.to_door.port, timeout=PATIENCE) as line:
                line.sendmail(self._address, [HELP], mail)
        except smtplib.SMTPResponseException as why:
            if why.smtp_code >= 500:  # less than three digits: the answer broke off
                self._ledger.wrong.append(f"{self.name} was refused: {why}")
            return False
        except smtplib.SMTPRecipientsRefused as why:
            self._ledger.wrong += [f"{self.name}: {one}" for one in why.recipients.values() if one[0] >= 500]
            return False
        except (smtplib.SMTPException, OSError):
            return False
        return True

    async def stays(self) -> None:
        await asyncio.Event().wait()

    async def has_all(self, answers: set[str]) -> bool:
        post = self._house.post
        self._ledger.received[self.name] = list(post.boxes[self._address])
        self._ledger.given_up |= post.given_up
        return answers <= {*self._ledger.received[self.name], *self._ledger.given_up}


class Mail:
    @staticmethod
    def sections(house: House) -> Iterator[str]:
        yield (
            f'[channels.mail]\ntype = "email"\naddress = "{HELP}"\nlisten = "127.0.0.1:{house.door}"\n'
            f'from_networks = ["127.0.0.0/8"]\nsmtp_url = "smtp://127.0.0.1:{house.to_post.port}"\nrate = 500\n'
        )

    @staticmethod
    def customers(house: House, ledger: Ledger, count: int) -> Sequence[Customer]:
        return [Writer(house, ledger, f"mail{number}") for number in range(count)]
