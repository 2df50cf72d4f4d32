"""What Twilio's published API description says of the calls that we make, in our own words.

Read in Twilio's OpenAPI description (repository twilio/twilio-oai on GitHub, folder spec/json) on 22 November 2026:
`twilio_api_v2010.json` (CreateMessage, ListMessage, ListMedia), `twilio_content_v1.json` (ListContentAndApprovals) and
`twilio_messaging_v2.json` (the schema `messaging.v2.whatsapp.typing.indicator`). Where a limit stands in the
description of a parameter only, or on a page of the reference, the page is named beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

FORM = "application/x-www-form-urlencoded"
Pairs = tuple[tuple[str, str], ...]
Is = Callable[[str], bool]


def sid(prefix: str) -> Is:
    pattern = re.compile(rf"({prefix})[0-9a-fA-F]{{32}}")
    return lambda value: pattern.fullmatch(value) is not None


def like(pattern: str) -> Is:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def upto(most: int) -> Is:
    """Characters in UTF-16: an emoji is two (https://www.twilio.com/docs/api/errors/21617)."""
    return lambda value: 0 < len(value.encode("utf-16-le")) // 2 <= most


def is_strings(value: str) -> bool:
    """The places of a template and what stands there (https://www.twilio.com/docs/content/using-variables-with-content-api);
    none over 1,600 characters (https://www.twilio.com/docs/api/errors/21658)."""
    read = json.loads(value)
    return isinstance(read, dict) and all(isinstance(one, str) and upto(1600)(one) for one in read.values())


NUMBER = r"\+[1-9]\d{6,14}"
PHONE = like(rf"(whatsapp:)?{NUMBER}|\d{{3,8}}")
"""E.164, a channel's address, or a short code."""
URL = like(r"https?://[^/_\s]+(/\S*)?")
"""`StatusCallback`: a valid hostname, no underscores in it."""
WHOLE = like(r"\d+")
MOMENT = like(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
ANY: Is = lambda value: True  # noqa: E731 - a rule like the others
PAGES: Mapping[str, Is] = {
    "PageSize": lambda value: WHOLE(value) and 1 <= int(value) <= 1000,
    "Page": WHOLE,
    "PageToken": ANY,
}
ACCOUNT = r"/2010-04-01/Accounts/AC[0-9a-fA-F]{32}"
MESSAGE = r"/Messages/(SM|MM)[0-9a-fA-F]{32}"


@dataclass(frozen=True)
class Operation:
    """One of a path's methods. Every name that stands here may be sent, others may not."""

    name: str
    method: str
    host: str
    path: str
    query: Mapping[str, Is] = field(default_factory=dict)
    form: Mapping[str, Is] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    one_of: tuple[frozenset[str], ...] = ()
    several: Mapping[str, int] = field(default_factory=dict)
    """Names that may stand more than once, and how often."""


OPERATIONS = (
    Operation(
        "CreateMessage",
        "POST",
        "api.twilio.com",
        rf"{ACCOUNT}/Messages\.json",
        form={
            "To": PHONE,
            "From": PHONE,
            "MessagingServiceSid": sid("MG"),
            "Body": upto(1600),
            "MediaUrl": URL,
            "ContentSid": sid("HX"),
            "ContentVariables": is_strings,
            "StatusCallback": URL,
            "ApplicationSid": sid("AP"),
            "ValidityPeriod": lambda value: WHOLE(value) and 1 <= int(value) <= 36_000,
            "ScheduleType": like("fixed"),
            "SendAt": MOMENT,
        },
        required=frozenset({"To"}),
        one_of=(
            frozenset({"From", "MessagingServiceSid"}),
            frozenset({"Body", "MediaUrl", "ContentSid"}),
        ),
        several={"MediaUrl": 10},
    ),
    Operation(
        "ListMessage",
        "GET",
        "api.twilio.com",
        rf"{ACCOUNT}/Messages\.json",
        query={
            "To": PHONE,
            "From": PHONE,
            "DateSent": MOMENT,
            "DateSent<": MOMENT,
            "DateSent>": MOMENT,
            **PAGES,
        },
    ),
    Operation(
        "ListMedia",
        "GET",
        "api.twilio.com",
        rf"{ACCOUNT}{MESSAGE}/Media\.json",
        query={"DateCreated": MOMENT, "DateCreated<": MOMENT, "DateCreated>": MOMENT, **PAGES},
    ),
    # Without its extension the address answers with the file itself
    # (https://www.twilio.com/docs/messaging/api/media-resource#fetch-a-media-resource).
    Operation("FetchMedia", "GET", "api.twilio.com", rf"{ACCOUNT}{MESSAGE}/Media/ME[0-9a-fA-F]{{32}}"),
    Operation("ListContentAndApprovals", "GET", "content.twilio.com", "/v1/ContentAndApprovals", query=PAGES),
    Operation(
        "CreateTypingIndicator",
        "POST",
        "messaging.twilio.com",
        r"/v2/Indicators/Typing\.json",
        form={"channel": like("whatsapp"), "messageId": sid("SM|MM")},
        required=frozenset({"channel", "messageId"}),
    ),
)


@dataclass(frozen=True)
class Heard:
    """A request as it came over the line."""

    method: str
    path: str
    query: Pairs
    form: Pairs
    content_type: str
    authorization: str


def operation(heard: Heard) -> Operation:
    """Raises LookupError for what Twilio does not describe."""
    for one in OPERATIONS:
        if one.method == heard.method and re.fullmatch(one.path, heard.path):
            return one
    raise LookupError(f"{heard.method} {heard.path} is not described")


def faults(heard: Heard) -> Iterator[str]:
    """What Twilio's description does not allow."""
    one = operation(heard)
    if not heard.authorization.startswith("Basic "):
        yield f"{one.name}: no HTTP Basic authentication"
    if one.method == "POST" and heard.content_type != FORM:
        yield f"{one.name}: content type {heard.content_type!r}"
    yield from (f"{one.name}: {fault}" for fault in _of_pairs(one.query, heard.query, one.several))
    yield from (f"{one.name}: {fault}" for fault in _of_pairs(one.form, heard.form, one.several))
    names = {name for name, _ in heard.form}
    yield from (f"{one.name}: {name} is missing" for name in sorted(one.required - names))
    yield from (f"{one.name}: none of {sorted(some)}" for some in one.one_of if not some & names)


def _of_pairs(rules: Mapping[str, Is], pairs: Pairs, several: Mapping[str, int]) -> Iterator[str]:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > several.get(name, 1):
            yield f"{name} stands {times} times"
    for name, value in pairs:
        if name not in rules:
            yield f"{name} is not described"
        elif not rules[name](value):
            yield f"{name} may not be {value[:60]!r}"
