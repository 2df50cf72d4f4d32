"""The forms that Twilio posts to our doors.

Pages: messaging/guides/webhook-request for what comes in, messaging/guides/track-outbound-message-status for callbacks.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.sandbox.phones.records import WHATSAPP, Message, Phone, Saying, Status
from gateway.sandbox.phones.segments import segments

API_VERSION = "2010-04-01"
INSTALLED = "XE" + 32 * "0"
"""The installed channel by which WhatsApp messages go."""
EVENTS = {Status.DELIVERED: "DELIVERED", Status.UNDELIVERED: "UNDELIVERED", Status.READ: "READ"}
KINDS = ("image", "audio", "video")

Form = tuple[tuple[str, str], ...]


def status_form(message: Message) -> Form:
    """As the message stands now."""
    fields = {
        "AccountSid": message.account,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
    }
    if message.service:
        fields["MessagingServiceSid"] = message.service
    if message.error is not None:
        fields["ErrorCode"] = str(message.error)
    fields |= _of_whatsapp(message) if message.is_whatsapp else _of_carrier(message)
    return tuple(fields.items())


def _of_whatsapp(message: Message) -> dict[str, str]:
    fields = {
        "ChannelInstallSid": INSTALLED,
        "ChannelPrefix": WHATSAPP.rstrip(":"),
        "ChannelToAddress": message.number,
    }
    if message.status in EVENTS:
        fields["EventType"] = EVENTS[message.status]
    return fields


def _of_carrier(message: Message) -> dict[str, str]:
    if message.status not in (Status.DELIVERED, Status.UNDELIVERED):
        return {}
    return {"RawDlrDoneDate": datetime.fromtimestamp(message.updated / 1000, UTC).strftime("%y%m%d%H%M")}


def incoming_form(message: Message, saying: Saying, phone: Phone, base: str, opt_out: str) -> Form:
    """`base`: where this network's API answers, for the addresses of media; `opt_out`: STOP, START, HELP or nothing."""
    fields = {
        "AccountSid": message.account,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(1 if message.is_whatsapp else segments(message.body)),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
    }
    for index, media in enumerate(message.media):
        fields[f"MediaContentType{index}"] = media.content_type
        fields[f"MediaUrl{index}"] = f"{base}{message_uri(message)}/Media/{media.sid}"
    if message.service:
        fields["MessagingServiceSid"] = message.service
    if opt_out:
        fields["OptOutType"] = opt_out
    if saying.quotes:
        fields["OriginalRepliedMessageSid"] = saying.quotes
        fields["OriginalRepliedMessageSender"] = message.to
    if message.is_whatsapp:
        fields |= {
            "ProfileName": phone.name,
            "WaId": phone.number.removeprefix("+"),
            "MessageType": _kind(message, saying),
            "ReferralNumMedia": "0",
        }
    return tuple((fields | dict(saying.extra)).items())


def message_uri(message: Message) -> str:
    """Of the resource, without an extension."""
    return f"/{API_VERSION}/Accounts/{message.account}/Messages/{message.sid}"


def _kind(message: Message, saying: Saying) -> str:
    if "Latitude" in saying.extra:
        return "location"
    if "ButtonPayload" in saying.extra:
        return "button"
    if "ListId" in saying.extra:
        return "interactive"
    if not message.media:
        return "text"
    family, _, kind = message.media[0].content_type.partition("/")
    return "contacts" if kind == "vcard" else family if family in KINDS else "document"
