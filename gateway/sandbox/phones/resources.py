"""The JSON of Twilio's resources.

Pages: messaging/api/message-resource, messaging/api/media-resource, content/content-api-resources,
usage/twilios-response.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from gateway.sandbox.phones.forms import API_VERSION, message_uri
from gateway.sandbox.phones.orders import Refusal
from gateway.sandbox.phones.records import Media, Message, Status, Template
from gateway.sandbox.phones.segments import segments

CONTENT = "https://content.twilio.com"
REASONS = {
    11200: "HTTP retrieval failure",
    30003: "Unreachable destination handset",
    30008: "Unknown error",
    63003: "Channel could not find To address",
    63016: "Outside messaging window. For WhatsApp, use a Message Template instead",
    63019: "Media failed to download",
    63023: "Channel generic error",
}
Json = dict[str, Any]


def message_json(message: Message) -> Json:
    uri, waits = message_uri(message), message.status is Status.ACCEPTED
    parts = 1 if message.is_whatsapp else segments(message.body)
    return {
        "account_sid": message.account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created),
        "date_sent": None if message.sent is None else rfc2822(message.sent),
        "date_updated": rfc2822(message.updated),
        "direction": "inbound" if message.inbound else "outbound-api",
        "error_code": message.error,
        "error_message": None if message.error is None else REASONS[message.error],
        # A service has not chosen its sender yet.
        "from": None if waits else message.sender,
        "messaging_service_sid": message.service or None,
        "num_media": str(len(message.media)),
        "num_segments": "0" if waits else str(parts),
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def media_json(message: Message, media: Media) -> Json:
    return {
        "account_sid": message.account,
        "content_type": media.content_type,
        "date_created": rfc2822(media.created),
        "date_updated": rfc2822(media.created),
        "parent_sid": message.sid,
        "sid": media.sid,
        "uri": f"{message_uri(message)}/Media/{media.sid}.json",
    }


def content_json(template: Template) -> Json:
    url = f"{CONTENT}/v1/Content/{template.sid}"
    return _described(template) | {
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }


def content_and_approval_json(template: Template) -> Json:
    return _described(template) | {"approval_requests": _approval(template)}


def approval_json(template: Template) -> Json:
    return {
        "sid": template.sid,
        "account_sid": template.account,
        "whatsapp": {"type": "whatsapp", **_approval(template)},
        "url": f"{CONTENT}/v1/Content/{template.sid}/ApprovalRequests",
    }


def refusal_json(refusal: Refusal) -> Json:
    return {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }


def rfc2822(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))


def _described(template: Template) -> Json:
    created = datetime.fromtimestamp(template.created // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "sid": template.sid,
        "account_sid": template.account,
        "friendly_name": template.name,
        "language": template.language,
        "variables": dict(template.variables),
        "types": {kind: dict(what) for kind, what in template.types.items()},
        "date_created": created,
        "date_updated": created,
    }


def _approval(template: Template) -> Json:
    return {
        "name": template.name,
        "category": template.category,
        "content_type": next(iter(template.types), ""),
        "status": template.approval,
        "rejection_reason": template.rejection,
        "allow_category_change": True,
    }
