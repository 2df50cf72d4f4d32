"""A message on its way out: which parameters it has, and what a refusal means.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource; templates are sent by ContentSid:
https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException

from gateway.channels._twilio_client import meaning, words_of
from gateway.channels._twilio_payload import ATTEMPT
from gateway.channels._twilio_status import CODES, STATES, refusal
from gateway.channels.base import Delivery, Sent
from gateway.errors import (
    OptedOut,
    ParleyError,
    PermanentError,
    TemporaryError,
    UncertainError,
    WindowClosed,
)
from gateway.events import DeliveryState, NextStep

QUEUE_FULL = {14107, 20429, 21611, 30001}
"""https://www.twilio.com/docs/api/errors: too many at once. Nothing was taken."""


async def send_message(client: Any, delivery: Delivery, prefix: str, sender: str, service: str) -> Sent:
    """Raises what `Sends.send` may."""
    try:
        made = await client.messages.create_async(**parameters(delivery, prefix, sender, service))
    except TwilioException as why:
        raise _refused(why) from why
    except ValueError as why:
        raise UncertainError("twilio: an answer that cannot be read") from why
    if not made.sid:
        raise UncertainError("twilio: an answer without a sid")
    return Sent(made.sid, STATES.get(str(made.status), DeliveryState.SENT))


async def type_to(client: Any, newest: str) -> None:
    """She is shown that somebody writes an answer to this message of hers. Raises as `FetchesMedia.fetch`."""
    try:
        await client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=newest)
    except TwilioException as why:
        raise meaning(why) from why
    except UncertainError as why:
        raise TemporaryError(str(why)) from why


def parameters(delivery: Delivery, prefix: str, sender: str, service: str) -> dict[str, Any]:
    """`sender` is the number she wrote to, or ours; a messaging service chooses by itself."""
    told: dict[str, Any] = {"to": prefix + delivery.to.address}
    if service:
        told["messaging_service_sid"] = service
    else:
        told["from_"] = prefix + sender
    if delivery.template is not None:
        told["content_sid"] = delivery.template.key
        if delivery.template.variables:
            told["content_variables"] = json.dumps(dict(delivery.template.variables), ensure_ascii=False)
    else:
        if delivery.text:
            told["body"] = delivery.text
        if delivery.links:
            told["media_url"] = list(delivery.links)
    if callback := callback_url(delivery):
        told["status_callback"] = callback
    return told


def callback_url(delivery: Delivery) -> str:
    """Where Twilio says what became of this very attempt. Empty where its host is none that Twilio calls: it takes no
    name with an underscore (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status)."""
    host = urlsplit(delivery.callback).hostname
    if not host or "_" in host:
        return ""
    return f"{delivery.callback}?{urlencode({ATTEMPT: delivery.id})}"


def _refused(why: TwilioException) -> ParleyError:
    # A code that speaks of this message says more than a 403: nobody else's stops for it.
    if not isinstance(why, TwilioRestException) or (why.status in (401, 403) and str(why.code) not in CODES):
        return meaning(why)
    if why.code in QUEUE_FULL:
        return TemporaryError(f"twilio: {why.code}")
    code, log = str(why.code), words_of(why)
    reason, then = refusal(code)
    match then:
        case NextStep.WINDOW:
            return WindowClosed(code, for_agent=reason, log=log)
        case NextStep.OPTED_OUT:
            return OptedOut(code, for_agent=reason, log=log)
    return PermanentError(code, for_agent=reason, log=log, then=then.value)
