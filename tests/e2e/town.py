"""The house with two numbers at a provider, and the phones of its customers: a network that calls and is called."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import ClientSession, web

from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.callbacks import Courier
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import File, Line, Message, Phone, Saying
from inbox.desk import wall_clock
from tests.e2e.office import Office, OpenOffice
from tests.e2e.pages.screen import become
from tests.providers.town import ACCOUNT, GREETING, HURRY, MINA, REFUSED, SMS, TOM, WHATSAPP, sections
from tests.sandbox.phones.town import serving

ANSWERS = re.compile(r"Parley answers at (\S+)")
"""Its public address: what is signed names that one."""


@dataclass
class Town:
    office: Office
    network: Network

    @property
    def mina(self) -> Phone:
        return self.network.phones[MINA]

    def says(self, text: str = "", to: str = SMS, **extra: str) -> None:
        """Mina writes; `extra` are further fields of the webhook."""
        self.network.say(MINA, to, Saying(text, extra=extra))

    def sends(self, file: File, text: str, to: str = WHATSAPP) -> Message:
        """Mina sends a file with words, as the network has it."""
        sent = self.network.say(MINA, to, Saying(text, (file,)))
        assert sent is not None, "her phone has a network"
        return sent


def settings_at(base: str) -> dict[str, str]:
    """Both accounts' sections as the environment says them."""
    labels = {"sms": "Text messages", "whatsapp": "WhatsApp"}
    return {
        f"PARLEY_CHANNELS__{account.upper()}__{key.upper()}": str(value).lower()
        if value is True
        else str(value)
        for account, section in sections(base).items()
        for key, value in {**section, "label": labels[account]}.items()
    }


@contextlib.asynccontextmanager
async def town(open_office: OpenOffice, **settings: str) -> AsyncIterator[Town]:
    network = Network(wall_clock, seed=0, weather=HURRY)
    network.add(ACCOUNT, Phone(MINA, "Mina"), Phone(TOM, "Tom", on_whatsapp=False), GREETING, REFUSED)
    application = web.Application()
    Door(network).hang(application)
    async with serving(application) as base, ClientSession() as http:
        network.base = base
        office = await open_office(**{**settings_at(base), **settings})
        public = (await office.said(ANSWERS))[1]
        for line, account in ((SMS, "sms"), (WHATSAPP, "whatsapp")):
            network.add(Line(ACCOUNT.sid, line, f"{public}/webhooks/{account}"))
        courier = asyncio.create_task(Courier(network, http).run())
        try:
            yield Town(office, network)
        finally:
            courier.cancel()
            await asyncio.gather(courier, return_exceptions=True)


async def asks(town: Town, text: str, to: str = SMS) -> None:
    """Mina writes this, and the house has it."""
    town.says(text, to)
    boss = town.office.boss

    async def has() -> bool:
        found = (await boss.ask("GET", "/conversations"))["conversations"]
        return bool(found) and text in await boss.texts(found[0]["id"])

    await become(has, True)
