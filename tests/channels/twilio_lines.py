"""The adapters in front of the phone network: opened, with its account and its address."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from gateway.channels.base import Delivery
from gateway.channels.twilio_sms import SmsConfig, TwilioSms
from gateway.channels.twilio_whatsapp import TwilioWhatsApp, WhatsAppConfig
from gateway.events import AccountId, Address
from tests.sandbox.phones.town import ACCOUNT, MINA, SMS, WHATSAPP, Town, api

DOOR = "https://parley.example/webhooks/line"


def section(base: str, **keys: Any) -> dict[str, Any]:
    return {"account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token, "api_base": base, **keys}


@contextlib.asynccontextmanager
async def texting(town: Town, **keys: Any) -> AsyncIterator[TwilioSms]:
    async with api(town) as base:
        config = SmsConfig.model_validate(section(base, **{"from": SMS, "mms": True, **keys}))
        channel = TwilioSms(AccountId("line"), config)
        await channel.open()
        yield channel
        await channel.close()


@contextlib.asynccontextmanager
async def chatting(town: Town, **keys: Any) -> AsyncIterator[TwilioWhatsApp]:
    async with api(town) as base:
        config = WhatsAppConfig.model_validate(section(base, **{"from": WHATSAPP, **keys}))
        channel = TwilioWhatsApp(AccountId("line"), config)
        await channel.open()
        yield channel
        await channel.close()


def delivery(text: str = "Hello", to: str = MINA, **more: Any) -> Delivery:
    return Delivery(
        **{
            "id": "a1",
            "attempt": 1,
            "to": Address("tel", to),
            "thread_key": "",
            "text": text,
            "callback": DOOR,
            **more,
        }
    )
