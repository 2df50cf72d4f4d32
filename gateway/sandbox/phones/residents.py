"""Who lives in the demo's phone network: the shop's numbers and templates, and the people who write to it."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.guests import personas
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import WHATSAPP, Account, Line, Phone, Template

SID = "AC" + "5a" * 16
SMS_NUMBER, WHATSAPP_NUMBER = "+827055550100", "+827055550101"
"""Of the shop. All numbers are of ranges that are kept for stories, or that nobody was given."""
NUMBERS = {
    "haneul": "+821055550111",
    "olivia": "+447700900222",
    "cross": "+14155550133",
    "busy": "+821055550144",
}
"""The people of the sandbox page -> their phones."""
PLAIN = frozenset({"busy"})
"""Whose phone is too old for WhatsApp."""


def settle(network: Network, token: str, webhooks: dict[str, str]) -> None:
    """`token` signs the webhooks and opens the API; `webhooks`: the shop's number, with its channel -> our door."""
    network.add(Account(SID, token), *(Line(SID, address, url) for address, url in webhooks.items()))
    network.add(
        *(
            Phone(NUMBERS[key], one.name, on_whatsapp=key not in PLAIN)
            for key, one in personas().items()
            if key in NUMBERS
        )
    )
    network.add(*TEMPLATES)


def numbers() -> tuple[str, str]:
    """The shop's addresses on the network: for text messages, for WhatsApp."""
    return SMS_NUMBER, WHATSAPP + WHATSAPP_NUMBER


def channels(base: str, token: str, page: str) -> dict[str, dict[str, Any]]:
    """The accounts that write to these phones, as a configuration has them. `base`: where the network answers;
    `page`: that of the phones, to which the links lead: the numbers are nobody's, or a stranger's."""
    theirs = {"account_sid": SID, "auth_token": token, "api_base": base}
    link = f"{page}#/{{line}}/{{{{text}}}}"
    return {
        "sms": {
            "type": "twilio_sms",
            "label": {"en": "Haru Coffee SMS", "ko": "하루커피 문자"},
            "from": SMS_NUMBER,
            "mms": True,
            "link": link.format(line="{number}"),
            **theirs,
        },
        "whatsapp": {
            "type": "twilio_whatsapp",
            "label": {"en": "Haru Coffee WhatsApp", "ko": "하루커피 WhatsApp"},
            "from": WHATSAPP_NUMBER,
            "link": link.format(line=WHATSAPP + "{number}"),
            **theirs,
        },
    }


def _template(
    number: int,
    name: str,
    language: str,
    types: dict[str, dict[str, object]],
    *,
    category: str = "UTILITY",
    approval: str = "approved",
    rejection: str = "",
) -> Template:
    variables = {"1": "Mina"} if "{{1}}" in str(types) else {}
    sid = f"HX{number:032x}"
    return Template(sid, SID, name, language, types, variables, category, approval, rejection)


def _reply(title: str, key: str) -> dict[str, str]:
    return {"type": "QUICK_REPLY", "title": title, "id": key}


def _row(item: str, key: str, description: str) -> dict[str, str]:
    return {"item": item, "id": key, "description": description}


TEMPLATES = (
    _template(
        1,
        "order_sent",
        "ko",
        {
            "twilio/quick-reply": {
                "body": "{{1}} 님, 주문하신 원두가 오늘 출발했어요. 내일 받아 보실 수 있나요?",
                "actions": [_reply("네, 받을 수 있어요", "home"), _reply("다른 날이 좋아요", "another_day")],
            }
        },
    ),
    _template(
        2,
        "order_sent",
        "en",
        {
            "twilio/quick-reply": {
                "body": "Hello {{1}}, your beans left today. Will you be at home tomorrow?",
                "actions": [_reply("Yes, I will", "home"), _reply("Another day, please", "another_day")],
            }
        },
    ),
    _template(
        3,
        "delivery_time",
        "ko",
        {
            "twilio/list-picker": {
                "body": "언제 배송해 드릴까요?",
                "button": "시간 고르기",
                "items": [
                    _row("오전", "morning", "9시에서 12시 사이"),
                    _row("오후", "afternoon", "1시에서 6시 사이"),
                    _row("저녁", "evening", "6시에서 9시 사이"),
                ],
            }
        },
    ),
    _template(
        4,
        "delivery_time",
        "en",
        {
            "twilio/list-picker": {
                "body": "When shall we deliver?",
                "button": "Choose a time",
                "items": [
                    _row("Morning", "morning", "9 to 12"),
                    _row("Afternoon", "afternoon", "1 to 6"),
                    _row("Evening", "evening", "6 to 9"),
                ],
            }
        },
    ),
    _template(
        5,
        "are_you_there",
        "en",
        {"twilio/text": {"body": "Hello {{1}}, we have an answer for you. May we send it here?"}},
    ),
    _template(
        6,
        "spring_sale",
        "en",
        {"twilio/text": {"body": "All beans at half the price this week!"}},
        category="MARKETING",
        approval="rejected",
        rejection="The category does not fit the words.",
    ),
    _template(
        7,
        "new_roast",
        "ko",
        {"twilio/text": {"body": "{{1}} 님, 새 원두가 나왔어요."}},
        category="MARKETING",
        approval="pending",
    ),
)
