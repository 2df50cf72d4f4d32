"""The house of mail by itself, and a shop with a mail server of its own that keeps what it is brought."""

from __future__ import annotations

import asyncio
import contextlib
import email
import smtplib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, default
from time import time
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from gateway.assets import mount_assets
from gateway.config import Config
from gateway.door import CONFIG, answer_problems, guard_response
from gateway.sandbox.mail.boxes import Box
from gateway.sandbox.mail.letters import Letter
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.page import MailProgram
from gateway.sandbox.mail.residents import ADDRESS, SHOP, address_of, is_neighbour, residents
from gateway.sandbox.mail.server import OK, Server
from tests.sandbox.phones.town import serving

KEY = "key"
HANEUL, OLIVIA = address_of("haneul"), address_of("olivia")
PATIENCE = 20


@dataclass
class Shop:
    """Whom the customers write to: `says` is what RCPT is answered."""

    says: str = OK
    heard: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        mail = email.message_from_bytes(raw, policy=default)
        self.heard.append((sender, list(recipients), mail))
        self.news.set()

    async def hears(self, many: int = 1) -> EmailMessage:
        """The newest, once there are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < many:
                self.news.clear()
                await self.news.wait()
        return self.heard[many - 1][2]


@dataclass
class Hall:
    office: Office
    shop: Shop
    program: MailProgram
    url: str
    http: aiohttp.ClientSession

    @property
    def haneul(self) -> Box:
        return self.office.boxes[HANEUL]

    @property
    def olivia(self) -> Box:
        return self.office.boxes[OLIVIA]

    @property
    def page(self) -> str:
        return f"{self.url}{self.program.home}/mail"

    async def act(self, what: str, status: int = 204, **body: Any) -> None:
        async with self.http.post(f"{self.page}/{what}", json=body) as answer:
            assert answer.status == status, await answer.text()

    async def ask(self, what: str, **query: str) -> Any:
        async with self.http.get(f"{self.page}/{what}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def keep(self, name: str, body: bytes, mime: str = "image/png") -> str:
        """A file lies ready; answers its name there."""
        headers = {"Content-Type": mime}
        async with self.http.post(
            f"{self.page}/files", params={"name": name}, data=body, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["id"])

    async def brings(self, mail: EmailMessage, to: str = HANEUL, sender: str = ADDRESS) -> None:
        """The shop's server brings a mail. Raises what smtplib raises."""

        def bring() -> None:
            with smtplib.SMTP("127.0.0.1", self.office.port) as line:
                line.sendmail(sender, [to], mail.as_bytes(policy=SMTP))

        await asyncio.to_thread(bring)

    @contextlib.asynccontextmanager
    async def looks(self, box: str = HANEUL) -> AsyncIterator[Looking]:
        """A browser has this mailbox before it."""
        async with self.http.ws_connect(f"{self.page}/live", params={"box": box}) as socket:
            yield Looking(socket)


@dataclass
class Looking:
    socket: aiohttp.ClientWebSocketResponse
    now: dict[str, Any] = field(default_factory=dict)

    async def sees(self, what: Any) -> dict[str, Any]:
        """Wait until `what(now)` holds; answers what is seen then."""
        async with asyncio.timeout(PATIENCE):
            while not self.now or not what(self.now):
                self.now = orjson.loads(await self.socket.receive_str())
        return self.now


def written(subject: str = "Your parcel", text: str = "It is on its way.", **headers: str) -> EmailMessage:
    """A mail of the shop's."""
    mail = EmailMessage()
    told = {"From": f"Sora Han <{ADDRESS}>", "To": HANEUL, "Message-ID": "<shop.1@haru.example>", **headers}
    for name, value in told.items():
        mail[name.replace("_", "-")] = value
    mail["Subject"] = subject
    mail.set_content(text)
    return mail


async def becomes(office: Office, what: Any) -> None:
    """Wait until `what()` holds; looked at whenever something has changed."""
    async with asyncio.timeout(PATIENCE):
        while not what():
            await office.news()


def words(mail: EmailMessage) -> str:
    """Its plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").strip()


def sent(box: Box) -> list[Letter]:
    return [letter for letter in box.letters if letter.folder == "sent"]


def came(box: Box) -> list[Letter]:
    return [letter for letter in box.letters if letter.folder == "inbox"]


@contextlib.asynccontextmanager
async def open_hall() -> AsyncIterator[Hall]:
    office = Office(lambda: int(time() * 1000), SHOP, is_neighbour)
    office.add(*residents())
    shop = Shop()
    door = Server(f"mx.{SHOP}", lambda _: shop.says, shop.take)
    port = await door.open()
    office.way = lambda: ("127.0.0.1", port)
    await office.open()
    program = MailProgram(KEY, office, [("agent", "Alex Kim"), ("supervisor", "Sora Han")])
    application = web.Application(middlewares=[answer_problems], client_max_size=32 * 1024 * 1024)
    application[CONFIG] = Config()
    application.on_response_prepare.append(guard_response)
    mount_assets(application)
    program.hang(application)
    running = asyncio.create_task(program.run())
    try:
        async with serving(application) as url, aiohttp.ClientSession(headers={"Origin": url}) as http:
            yield Hall(office, shop, program, url, http)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await office.close()
        await door.close()
