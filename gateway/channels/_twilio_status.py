"""What Twilio says became of a message of ours, and what its error codes mean to an agent.

https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks: the states. Callbacks come in
any order and more than once; each says one state and is a fact by itself, so the order does not matter here.
https://www.twilio.com/docs/api/errors: the codes, and for those of WhatsApp
https://www.twilio.com/docs/whatsapp/api/error-code-mapping. What is not in the table below is shown by its number.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.events import DeliveryReport, DeliveryState, NextStep

STATES = {
    "accepted": DeliveryState.SENT,
    "scheduled": DeliveryState.SENT,
    "queued": DeliveryState.SENT,
    "sending": DeliveryState.SENT,
    "sent": DeliveryState.SENT,
    "partially_delivered": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
"""Whatever Twilio has taken is sent, as far as we are concerned. `partially_delivered`: some of several recipients have
it; their own messages say which."""
INBOUND = {"", "receiving", "received"}
"""States of a message that came in: no callback, the message itself."""

UNKNOWN = ("delivery.failed", NextStep.AGAIN)
CODES = {
    "21211": ("delivery.no_such_number", NextStep.NEVER),
    "21408": ("delivery.region", NextStep.ACCOUNT),
    "21606": ("delivery.account", NextStep.ACCOUNT),
    "21610": ("errors.opted_out", NextStep.OPTED_OUT),
    "21612": ("delivery.blocked", NextStep.NEVER),
    "21614": ("delivery.no_text_messages", NextStep.NEVER),
    "21617": ("errors.text_too_long", NextStep.NEVER),
    "21620": ("delivery.files", NextStep.AGAIN),
    "21655": ("delivery.template", NextStep.NEVER),
    "21656": ("delivery.template", NextStep.NEVER),
    "21701": ("delivery.account", NextStep.ACCOUNT),
    "11200": ("delivery.files", NextStep.AGAIN),
    "30001": ("delivery.too_many", NextStep.AGAIN),
    "30002": ("delivery.account", NextStep.ACCOUNT),
    "30003": ("delivery.unreachable", NextStep.AGAIN),
    "30004": ("delivery.blocked", NextStep.NEVER),
    "30005": ("delivery.no_such_number", NextStep.NEVER),
    "30006": ("delivery.no_text_messages", NextStep.NEVER),
    "30007": ("delivery.filtered", NextStep.NEVER),
    "30008": UNKNOWN,
    "30010": ("delivery.price", NextStep.ACCOUNT),
    "30032": ("delivery.sender", NextStep.ACCOUNT),
    "30034": ("delivery.sender", NextStep.ACCOUNT),
    "30410": ("delivery.provider", NextStep.AGAIN),
    "63001": ("delivery.account", NextStep.ACCOUNT),
    "63003": ("delivery.no_whatsapp", NextStep.NEVER),
    "63007": ("delivery.account", NextStep.ACCOUNT),
    "63010": ("delivery.provider", NextStep.AGAIN),
    "63012": ("delivery.provider", NextStep.AGAIN),
    "63016": ("errors.window_closed", NextStep.WINDOW),
    "63018": ("delivery.too_many", NextStep.AGAIN),
    "63019": ("delivery.files", NextStep.AGAIN),
    "63020": ("delivery.account", NextStep.ACCOUNT),
    "63024": ("delivery.no_whatsapp", NextStep.NEVER),
    "63027": ("delivery.template", NextStep.NEVER),
    "63028": ("delivery.template", NextStep.NEVER),
    "63029": ("delivery.unreachable", NextStep.AGAIN),
    "63032": ("delivery.not_now", NextStep.NEVER),
    "63049": ("delivery.not_now", NextStep.NEVER),
}
"""Twilio's code -> the key of its words for agents, and what it means for the next message."""


def is_status(fields: Mapping[str, str]) -> bool:
    """Does a webhook speak of a message of ours, not of one that came in?"""
    return _state(fields) not in INBOUND


def _state(fields: Mapping[str, str]) -> str:
    return (fields.get("MessageStatus") or fields.get("SmsStatus") or "").strip().lower()


def refusal(code: str) -> tuple[str, NextStep]:
    """The key of a code's words, and what it means for what comes after."""
    return CODES.get(code, UNKNOWN)


def report(sid: str, fields: Mapping[str, str], attempt: str | None) -> DeliveryReport:
    """Raises ValueError for a state that is not known here."""
    state = STATES.get(_state(fields))
    if state is None:
        raise ValueError(f"a message in the state {_state(fields)[:40]!r}, which is not known here")
    if state is not DeliveryState.FAILED:
        return DeliveryReport(sid, state, attempt)
    code = fields.get("ErrorCode") or None
    if code is None and _state(fields) == "canceled":
        return DeliveryReport(sid, state, attempt, reason="delivery.canceled", then=NextStep.AGAIN)
    reason, then = refusal(code or "")
    return DeliveryReport(sid, state, attempt, code, reason, then)
