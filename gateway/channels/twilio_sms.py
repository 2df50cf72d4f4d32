"""SMS and MMS by Twilio (https://www.twilio.com/docs/messaging/channels/sms)."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from gateway.channels._twilio import TwilioChannel, TwilioConfig
from gateway.channels.base import AttachmentRules, Capabilities, ChannelConfig, Segments, Words
from gateway.events import AccountId

MEGABYTE = 1024 * 1024
PART = 1600
"""Characters of a Body; https://www.twilio.com/docs/messaging/api/message-resource"""
LONGEST = 10 * PART
PICTURES = {"image/jpeg": 5 * MEGABYTE, "image/png": 5 * MEGABYTE, "image/gif": 5 * MEGABYTE}
"""What every carrier takes; https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""
MOST = 10
"""Files of an MMS."""


class SmsConfig(TwilioConfig):
    """`[channels.NAME] type = "twilio_sms"`."""

    type: Literal["twilio_sms"] = "twilio_sms"
    mms: bool = False
    """Can these numbers send files? Few countries have MMS."""


class TwilioSms(TwilioChannel):
    """One account's telephone numbers."""

    name: ClassVar[str] = "twilio_sms"
    prefix: ClassVar[str] = ""
    by: ClassVar[Words] = Words(en="by text message", ko="문자 메시지로")
    link: ClassVar[str] = "sms:{number}?&body={text}"
    """RFC 5724 has `?body=`; an iPhone wants an `&` before it, and nobody minds both."""
    needs_approval: ClassVar[bool] = False
    label: ClassVar[Words] = Words(en="Text message", ko="문자 메시지")
    icon: ClassVar[str] = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round">'
        '<path d="M6.5 3h11v18h-11z"/><path d="M10.5 18.2h3"/>'
        '<path d="M9.2 6.5h5.6v4.6h-2.4L10.3 13v-1.9H9.2z"/></svg>'
    )
    Config: ClassVar[type[ChannelConfig]] = SmsConfig

    def __init__(self, account: AccountId, config: SmsConfig) -> None:
        super().__init__(account, config)
        self._mms = config.mms

    @cached_property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_length=LONGEST,
            part_length=PART,
            attachments=AttachmentRules(PICTURES, MOST) if self._mms else AttachmentRules(),
            segments=Segments(),
            delivery_states=True,
            may_start=True,
            templates=True,
        )


CHANNEL = TwilioSms
