"""From a messaging webhook to facts: messages that came in, and what became of those that went out.

https://www.twilio.com/docs/messaging/guides/webhook-request names the parameters of a message,
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status those of a status callback. Twilio adds
parameters without notice: what is not known here is passed over, a kind of message that is not known is shown as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.channels._twilio_consent import consent_of
from gateway.channels._twilio_form import Pairs, is_form, read_body, read_query
from gateway.channels._twilio_numbers import e164
from gateway.channels._twilio_status import is_status, report
from gateway.channels.base import ProviderRequest
from gateway.errors import Malformed
from gateway.events import AccountId, Address, DeliveryReport, Fact, InboundMessage, RemoteFile

ATTEMPT = "attempt"
"""The parameter of a StatusCallback URL by which we know our own attempt again."""
MOST_FILES = 10
"""https://www.twilio.com/docs/messaging/api/media-resource: at most ten files to a message."""

PLAIN_KINDS = {"", "text", "image", "audio", "video", "document", "sticker", "location", "contacts"}
ANSWERS = {"button", "interactive"}
"""WhatsApp's MessageType of a template's button, and of a list, a button or a form."""

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One account's end of the line: what its messages are addressed to."""

    account: AccountId
    prefix: str
    """What stands before every address of the channel: `whatsapp:`, or nothing for SMS."""
    senders: frozenset[str]
    """Our own numbers, without the prefix."""
    service: str = ""
    """The messaging service's SID, whatever number of it was written to."""


def read_facts(request: ProviderRequest, line: Line) -> Sequence[Fact]:
    """Raises `Malformed` for what is no messaging webhook, or was sent to somebody else."""
    fields = _fields(request)
    if is_status(fields):
        return (_report(request, fields),)
    return (_message(fields, line),)


def account_of(request: ProviderRequest) -> str:
    """The SID of the Twilio account that a payload speaks for; empty where it names none."""
    return _fields(request).get("AccountSid", "")


def _fields(request: ProviderRequest) -> Fields:
    return dict(_read(request))


def _read(request: ProviderRequest) -> Pairs:
    try:
        if request.method.upper() == "GET":
            return read_query(request)
        if is_form(request):
            return read_body(request)
    except ValueError as why:
        raise _malformed("the parameters cannot be read") from why
    raise _malformed("not a form: this account reads the webhooks of Programmable Messaging")


def _malformed(why: str) -> Malformed:
    return Malformed("errors.malformed", f"twilio: {why}", at="webhook", why=why)


def _report(request: ProviderRequest, fields: Fields) -> DeliveryReport:
    if not _sid(fields):
        raise _malformed("a status callback without MessageSid")
    try:
        attempt = dict(read_query(request)).get(ATTEMPT)
        return report(_sid(fields), fields, attempt or None)
    except ValueError as why:
        raise _malformed(str(why)) from why


def _sid(fields: Fields) -> str:
    return fields.get("MessageSid") or fields.get("SmsSid") or ""


def _message(fields: Fields, line: Line) -> InboundMessage:
    if not _sid(fields):
        raise _malformed("a message without MessageSid")
    if not _is_ours(fields, line):
        raise _malformed("a message to a number, or by a way, that is none of this account's")
    files, lost = _files(fields)
    text = fields.get("Body", "")
    content = _content(fields, text, bool(files), lost)
    if not text and content is not None and content["type"] in ("button", "list"):
        text = content.get("title", "")
    return InboundMessage(
        _sid(fields),
        sender_of(fields["From"], line),
        text=text,
        thread_key=thread_of(fields.get("To", ""), line),
        name=fields.get("ProfileName") or None,
        content=content,
        files=files,
        answers=fields.get("OriginalRepliedMessageSid") or None,
        segments=_number(fields, "NumSegments"),
        consent=consent_of(text if _is_typed(fields) else "", fields.get("OptOutType", "")),
    )


def _is_ours(fields: Fields, line: Line) -> bool:
    sender, to = fields.get("From", ""), fields.get("To", "")
    if not sender or prefix_of(sender) != line.prefix:
        return False
    if line.service and fields.get("MessagingServiceSid") == line.service:
        return True
    written = to.removeprefix(line.prefix)
    return prefix_of(to) == line.prefix and (e164(written) or written) in line.senders


def prefix_of(address: str) -> str:
    """What tells the channel: `whatsapp:`, or nothing."""
    head, colon, _ = address.partition(":")
    return head + colon if colon else ""


def sender_of(address: str, line: Line) -> Address:
    """A telephone number, the same on every channel; else what only this account knows her by.

    That is a short code, or the business-scoped user id of somebody who hides her number on WhatsApp: where a number is
    told From has it and ExternalUserId the id, otherwise both have the id.
    """
    written = address.removeprefix(line.prefix).strip()
    number = e164(written)
    if number is None:
        return Address(f"app:{line.account}", written)
    return Address("tel", number)


def thread_of(to: str, line: Line) -> str:
    """Where an account has several numbers, the one that was written to: it is answered from that one. A service
    chooses by itself, and keeps to its choice."""
    if line.service or len(line.senders) < 2:
        return ""
    written = to.removeprefix(line.prefix)
    number = e164(written) or written
    return number if number in line.senders else ""


def _files(fields: Fields) -> tuple[tuple[RemoteFile, ...], bool]:
    """The files to be fetched, and whether Twilio counts more than it names."""
    count = _number(fields, "NumMedia") or 0
    named = range(min(count, MOST_FILES))
    files = tuple(
        RemoteFile(fields[f"MediaUrl{place}"], fields.get(f"MediaContentType{place}", ""))
        for place in named
        if fields.get(f"MediaUrl{place}")
    )
    return files, count > len(files)


def _number(fields: Fields, name: str) -> int | None:
    told = fields.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else None


def _content(fields: Fields, text: str, has_files: bool, lost: bool) -> dict[str, Any] | None:
    kind = fields.get("MessageType", "")
    found = _location(fields) or _choice(fields)
    if found is None and lost:
        found = _unsupported("media")
    if found is None and fields.get("InteractiveData"):
        found = _form(fields["InteractiveData"])
    if found is None and kind not in PLAIN_KINDS | ANSWERS:
        found = _unsupported(kind)
    if found is None and not text and not has_files:
        found = _unsupported(kind or "empty")
    extras = _extras(fields)
    if found is None and extras:
        found = {"type": "text"}
    return None if found is None else {**found, **extras}


def _is_typed(fields: Fields) -> bool:
    """Has she written the words herself? A button's title is ours: who presses "Cancel" speaks of the order."""
    return fields.get("MessageType", "") not in ANSWERS and _choice(fields) is None


def _unsupported(what: str) -> dict[str, Any]:
    return {"type": "unsupported", "what": what[:80]}


def _location(fields: Fields) -> dict[str, Any] | None:
    """WhatsApp: Latitude and Longitude in degrees, Label a place's name, Address its words."""
    if not fields.get("Latitude") and not fields.get("Longitude"):
        return None
    try:
        latitude, longitude = float(fields.get("Latitude", "")), float(fields.get("Longitude", ""))
    except ValueError:
        return _unsupported("location")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return _unsupported("location")
    told = {"name": fields.get("Label", ""), "address": fields.get("Address", "")}
    return {
        "type": "location",
        "latitude": latitude,
        "longitude": longitude,
        **{key: value for key, value in told.items() if value},
    }


def _choice(fields: Fields) -> dict[str, Any] | None:
    """What she pressed: a button (ButtonText, ButtonPayload) or a row of a list (ListTitle, ListId).

    https://www.twilio.com/docs/content/twilio-quick-reply and https://www.twilio.com/docs/content/twilio-list-picker
    """
    for kind, title, key in (("list", "ListTitle", "ListId"), ("button", "ButtonText", "ButtonPayload")):
        told = {"title": fields.get(title, ""), "id": fields.get(key, "")}
        if any(told.values()):
            return {"type": kind, **{name: value for name, value in told.items() if value}}
    return None


def _form(told: str) -> dict[str, Any]:
    """A WhatsApp Flow that she filled in: InteractiveData is JSON of its own making, read as far as it is a table."""
    try:
        read = json.loads(told)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        return _unsupported("form")
    plain = {_whole(key): _kept(value) for key, value in read.items() if isinstance(value, str | int | float)}
    return {"type": "form", "fields": plain} if plain else _unsupported("form")


def _kept(value: str | float) -> str | float:
    """What a JSON column holds: no half letters, and longer numbers by their digits."""
    if isinstance(value, str):
        return _whole(value)
    return str(value) if isinstance(value, int) and abs(value) >= 2**53 else value


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


REFERRAL = {
    "source": "ReferralSourceUrl",
    "source_type": "ReferralSourceType",
    "source_id": "ReferralSourceId",
    "headline": "ReferralHeadline",
    "body": "ReferralBody",
    "click": "ReferralCtwaClid",
    "media_type": "ReferralMediaContentType",
    "media": "ReferralMediaUrl",
}
"""The advertisement or post that brought her to WhatsApp; our word -> Twilio's parameter."""


def _extras(fields: Fields) -> dict[str, Any]:
    """What may stand beside any kind of message."""
    extras: dict[str, Any] = {}
    referral = {ours: fields[theirs] for ours, theirs in REFERRAL.items() if fields.get(theirs)}
    if referral:
        extras["referral"] = referral
    if fields.get("FrequentlyForwarded") == "true":
        extras["forwarded"] = "often"
    elif fields.get("Forwarded") == "true":
        extras["forwarded"] = "once"
    return extras
