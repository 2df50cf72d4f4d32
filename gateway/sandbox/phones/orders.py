"""Which orders to send a message Twilio accepts, and with which code it refuses the others.

Pages: messaging/api/message-resource#create-a-message-resource for the parameters, api/errors/CODE for each refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from gateway.sandbox.phones.records import WHATSAPP, Template

LONGEST = 1600
"""Characters of a body, as UTF-16 counts them: an emoji is two (api/errors/21617)."""
MOST_FILES = 10
E164 = re.compile(r"\+[1-9]\d{6,14}")
PLACE = re.compile(r"{{\s*(\w+)\s*}}")


class Refusal(Exception):
    """What the API answers instead: a status, a code of its dictionary and a sentence (usage/twilios-response)."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Order:
    """The parameters of a create request that this network knows."""

    to: str = ""
    sender: str = ""
    service: str = ""
    body: str = ""
    files: tuple[str, ...] = ()
    template: str = ""
    variables: str = ""
    callback: str = ""


def check_order(order: Order) -> None:
    """What can be refused without knowing any account. Raises Refusal."""
    faults: tuple[tuple[Callable[[Order], bool], int, str], ...] = (
        (lambda o: not o.to, 21604, "A 'To' phone number is required."),
        (lambda o: not (o.sender or o.service), 21603, "A 'From' phone number is required."),
        (
            lambda o: E164.fullmatch(o.to.removeprefix(WHATSAPP)) is None,
            21211,
            f"Invalid 'To' Phone Number: {order.to}",
        ),
        (lambda o: bool(o.variables and not o.template), 21654, "ContentSid Required"),
        (
            lambda o: not (o.body or o.files or o.template),
            21619,
            "A text message body or media urls must be specified.",
        ),
        (
            lambda o: len(o.body.encode("utf-16-le")) // 2 > LONGEST,
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ),
        (lambda o: len(o.files) > MOST_FILES, 21623, "Number of media files exceeds allowed limit"),
        (lambda o: not all(map(is_url, o.files)), 21620, "Invalid media URL(s)"),
        (
            lambda o: bool(o.callback and not is_url(o.callback)),
            21609,
            f"The 'StatusCallback' URL {order.callback} is not a valid URL.",
        ),
        (
            lambda o: bool(o.sender and o.sender.startswith(WHATSAPP) != o.to.startswith(WHATSAPP)),
            21910,
            "Invalid From and To pair. From and To should be of the same channel",
        ),
    )
    for is_fault, code, message in faults:
        if is_fault(order):
            raise Refusal(400, code, message)


def is_url(text: str) -> bool:
    """An absolute one, without underscores in the name of its host (messaging/guides/track-outbound-message-status)."""
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")


def filled(template: Template, variables: str) -> str:
    """A template's words with the order's values, or its own where there are none. Raises Refusal.

    Page: content/using-variables-with-content-api.
    """
    try:
        given = orjson.loads(variables) if variables else {}
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, Mapping) or not all(isinstance(v, str) and v for v in given.values()):
        raise Refusal(400, 21656, "The ContentVariables Parameter is invalid.")
    values = {**template.variables, **given}
    return PLACE.sub(lambda place: values.get(place[1], place[0]), template.body)
