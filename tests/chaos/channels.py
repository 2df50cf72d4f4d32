"""Every channel there is, and how a customer of it behaves (`people`). One that comes later adds a class here."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
import orjson

from gateway.channels import registry
from gateway.events import new_id
from gateway.sandbox.phones.records import WHATSAPP, Account, Line, Phone, Saying, Status
from tests.chaos.ledger import REPLY, Ledger
from tests.chaos.mail import Mail
from tests.chaos.people import AGAIN, LOST, QUIET, Channel, Customer, her_turn, words
from tests.visitors.story import Story

if TYPE_CHECKING:
    from tests.chaos.house import House

AHEAD = 5
"""Words of one phone that may be under way at once."""


# --- the web chat: real HTTP and real sockets -----------------------------------------------------------------------


class Visitor:
    """Behaves as the widget does: facts by POST until they are answered, news by a socket that resumes."""

    def __init__(self, house: House, ledger: Ledger, name: str) -> None:
        self.name = name
        self._house = house
        self._ledger = ledger
        self._token = ""
        self._cursor: str | None = None
        self._story = Story()
        self._place = 0
        self._has_older = False
        """Her socket has told the end of her story only: its beginning is read by REST."""
        ledger.in_order.add(name)

    async def talks(self, count: int) -> None:
        await self._arrives()
        for number in range(count):
            await self._says(words(self.name, number))

    async def _arrives(self) -> None:
        while not self._token:
            told = await self._post("session", {})
            self._token = told["token"] if told else ""

    async def _says(self, text: str) -> None:
        await her_turn(self._ledger)
        self._ledger.said[self.name].append(text)
        body = {"client_id": new_id(), "text": text}
        while not (told := await self._post("messages", body)):
            self._ledger.again["a customer's words"] += 1
        self._ledger.acknowledged[text] = told["message"]["id"]

    async def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """None: it must be tried again, after a while that has passed."""
        url = f"{self._house.url}/visitor/web/{what}"
        headers = {
            **self._house.origin,
            **({"Authorization": f"Bearer {self._token}"} if self._token else {}),
        }
        with contextlib.suppress(*LOST):
            async with self._house.http.post(url, json=body, headers=headers) as answer:
                if answer.status < 300:
                    told: dict[str, Any] = orjson.loads(await answer.read())
                    return told
                if answer.status not in (429, 502, 503, 504):
                    self._ledger.wrong.append(f"{self.name}: {what} was answered {answer.status}")
        await asyncio.sleep(AGAIN)
        return None

    async def stays(self) -> None:
        while True:
            with contextlib.suppress(*LOST):
                await self._connected()
            await asyncio.sleep(AGAIN)

    async def _connected(self) -> None:
        await self._arrives()
        url = f"{self._house.url}/ws/visitor/web"
        async with self._house.http.ws_connect(url, headers=self._house.origin, max_msg_size=0) as ws:
            hello = {"kind": "hello", "protocol": 1, "token": self._token, "cursor": self._cursor}
            await ws.send_json(hello)
            while (message := await ws.receive(timeout=QUIET)).type is aiohttp.WSMsgType.TEXT:
                self._hear(orjson.loads(message.data))

    def _hear(self, frame: dict[str, Any]) -> None:
        if frame["kind"] == "reset":
            self._cursor = None
            return
        if frame["kind"] == "snapshot":
            self._place, self._has_older = 0, frame["before"] is not None
        for event in frame.get("events", ()):
            if event["position"] <= self._place:
                self._ledger.wrong.append(f"{self.name} heard position {event['position']} twice")
            self._place = event["position"]
        self._cursor = frame.get("cursor", self._cursor)
        self._story.hear(frame)

    def _note(self) -> None:
        """Once each, for the story is by id; in the log's order, for she sees them by a clock that is stepped."""
        told = sorted(self._story.messages.values(), key=lambda one: one["position"])
        self._ledger.received[self.name] = [one["text"] for one in told if one["text"].startswith(REPLY)]

    async def has_all(self, answers: set[str]) -> bool:
        self._note()
        if self._has_older and answers - set(self._ledger.received[self.name]):
            await self._reads_back()
        return answers <= set(self._ledger.received[self.name])

    async def _reads_back(self) -> None:
        """To the beginning, as by scrolling up."""
        before: str | None = None
        while True:
            url = f"{self._house.url}/visitor/web/messages"
            headers = {**self._house.origin, "Authorization": f"Bearer {self._token}"}
            try:
                query = {"before": before} if before else {}
                async with self._house.http.get(url, params=query, headers=headers) as answer:
                    if answer.status != 200:
                        return
                    page = orjson.loads(await answer.read())
            except LOST:
                return
            self._story.messages.update({one["id"]: one for one in page["messages"]})
            if (before := page["before"]) is None:
                self._note()
                return


class WebChat:
    @staticmethod
    def sections(house: House) -> Iterator[str]:
        yield '[channels.web]\ntype = "webchat"\n'

    @staticmethod
    def customers(house: House, ledger: Ledger, count: int) -> Sequence[Customer]:
        return [Visitor(house, ledger, f"web{number}") for number in range(count)]


# --- phones: a provider that is itself late, broken and forgetful ---------------------------------------------------

ACCOUNT = Account("AC" + "c" * 32, "the token of the chaos")
NUMBER = "+14155550100"


class Caller:
    """A phone of the network. What its owner says, the provider has; what it received, the phone shows."""

    def __init__(self, house: House, ledger: Ledger, name: str, phone: Phone, line: str) -> None:
        self.name = name
        self._house = house
        self._ledger = ledger
        self._phone = phone
        self._line = line
        house.network.add(phone)

    async def talks(self, count: int) -> None:
        for number in range(count):
            await her_turn(self._ledger)
            text = words(self.name, number)
            self._house.network.say(self._phone.number, self._line, Saying(text))
            self._ledger.said[self.name].append(text)
            while self._unheard() > AHEAD:  # noqa: ASYNC110 (what is counted tells nobody)
                await asyncio.sleep(0.05)

    def _unheard(self) -> int:
        """Whatever the provider is told: what counts is whether an agent sees it."""
        return len(self._ledger.said[self.name]) - self._ledger.seen[self.name]

    async def stays(self) -> None:
        await asyncio.Event().wait()

    async def has_all(self, answers: set[str]) -> bool:
        self._ledger.received[self.name] = [
            one.text for one in self._phone.received if one.line == self._line
        ]
        if answers <= set(self._ledger.received[self.name]):
            return True
        for message in self._house.network.messages.values():
            if message.status in (Status.UNDELIVERED, Status.FAILED) and not message.inbound:
                self._ledger.given_up.add(message.body)
        return answers <= {*self._ledger.received[self.name], *self._ledger.given_up}


class Phones:
    """One account of the provider; `type` as it is registered."""

    account: ClassVar[str]
    type: ClassVar[str]
    line: ClassVar[str]
    prefix: ClassVar[str]

    @classmethod
    def sections(cls, house: House) -> Iterator[str]:
        provider = f"http://127.0.0.1:{house.to_provider.port}"
        yield (
            f'[channels.{cls.account}]\ntype = "{cls.type}"\naccount_sid = "{ACCOUNT.sid}"\n'
            f'auth_token = "{ACCOUNT.token}"\nfrom = "{cls.line}"\nrate = 500\napi_base = "{provider}"\n'
        )

    @classmethod
    def customers(cls, house: House, ledger: Ledger, count: int) -> Sequence[Customer]:
        webhook = f"{house.url}/webhooks/{cls.account}#rc=2&rp=all"
        house.network.add(Line(ACCOUNT.sid, cls.line, webhook))
        return [
            Caller(
                house, ledger, f"{cls.account}{number}", Phone(f"{cls.prefix}{number:05}", "Kim"), cls.line
            )
            for number in range(count)
        ]


class Sms(Phones):
    account, type, line, prefix = "sms", "twilio_sms", NUMBER, "+8210555"


class WhatsApp(Phones):
    account, type, line, prefix = "whatsapp", "twilio_whatsapp", WHATSAPP + NUMBER, "+8210777"


CHANNELS: tuple[type[Channel], ...] = (WebChat, Sms, WhatsApp, Mail)
"""Who takes part."""
KNOWN = {"webchat", "email", *(one.type for one in (Sms, WhatsApp))}


def check_all_take_part() -> None:
    """A channel of the registry without customers here would never be tried."""
    assert set(registry.known_types()) == KNOWN, "tests/chaos/channels.py has no customers of a channel"


def shares(count: int, chance: random.Random) -> list[int]:
    """So many messages parted among the channels, most to the web chat."""
    weights = [chance.uniform(2, 3), *(chance.uniform(0.7, 1.3) for _ in CHANNELS[1:])]
    return [int(count * weight / sum(weights)) for weight in weights]
