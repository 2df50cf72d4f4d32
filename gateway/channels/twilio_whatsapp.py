"""WhatsApp by Twilio (https://www.twilio.com/docs/whatsapp)."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from gateway.channels._twilio import TwilioChannel, TwilioConfig
from gateway.channels._twilio_send import type_to
from gateway.channels.base import AttachmentRules, Capabilities, ChannelConfig, Words
from gateway.events import AccountId, Address

MEGABYTE = 1024 * 1024
PART = 1600
"""Characters of a Body; https://www.twilio.com/docs/messaging/api/message-resource"""
LONGEST = 10 * PART
WINDOW = 24 * 3600 * 1000
"""Milliseconds after her last message; https://www.twilio.com/docs/whatsapp/key-concepts, customer service window"""
FILES = {
    "image/jpeg": 5 * MEGABYTE,
    "image/png": 5 * MEGABYTE,
    "audio/ogg": 16 * MEGABYTE,
    "audio/amr": 16 * MEGABYTE,
    "audio/3gpp": 16 * MEGABYTE,
    "audio/aac": 16 * MEGABYTE,
    "audio/mpeg": 16 * MEGABYTE,
    "video/mp4": 16 * MEGABYTE,
    "application/pdf": 16 * MEGABYTE,
    "application/msword": 16 * MEGABYTE,
    "application/vnd.ms-excel": 16 * MEGABYTE,
    "application/vnd.ms-powerpoint": 16 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 16 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 16 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": 16 * MEGABYTE,
    "text/vcard": 16 * MEGABYTE,
}
"""MIME type -> bytes; https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""


class WhatsAppConfig(TwilioConfig):
    """`[channels.NAME] type = "twilio_whatsapp"`."""

    type: Literal["twilio_whatsapp"] = "twilio_whatsapp"


class TwilioWhatsApp(TwilioChannel):
    """One account's WhatsApp senders."""

    name: ClassVar[str] = "twilio_whatsapp"
    prefix: ClassVar[str] = "whatsapp:"
    by: ClassVar[Words] = Words(en="by WhatsApp", ko="WhatsApp으로")
    link: ClassVar[str] = "https://wa.me/{digits}?text={text}"
    """https://faq.whatsapp.com/5913398998672934, click to chat"""
    needs_approval: ClassVar[bool] = True
    label: ClassVar[Words] = Words(en="WhatsApp", ko="WhatsApp")
    icon: ClassVar[str] = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round">'
        '<path d="M12.2 4a8 8 0 1 1-3.8 15L4 20.3l1.3-4.2A8 8 0 0 1 12.2 4z"/>'
        '<path d="M7.8 12.4l2.2 2.2 4-4.6M12.6 14.3l.3.3 4-4.6"/></svg>'
    )
    Config: ClassVar[type[ChannelConfig]] = WhatsAppConfig

    def __init__(self, account: AccountId, config: WhatsAppConfig) -> None:
        super().__init__(account, config)

    async def show_typing(self, to: Address, newest: str) -> None:
        """https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource: for 25 seconds, and she sees hers as
        read."""
        await type_to(self._asked(), newest)

    @cached_property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_length=LONGEST,
            part_length=PART,
            attachments=AttachmentRules(FILES, count=1),
            typing_out=True,
            typing_reads=True,
            read_in=True,
            delivery_states=True,
            reply_window=WINDOW,
            may_start=True,
            templates=True,
            invites=bool(self._twilio.senders),
        )


CHANNEL = TwilioWhatsApp
