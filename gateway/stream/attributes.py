"""Typed custom attributes: defined once, checked on every write, searchable by their values."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.errors import Refused
from gateway.store import Row, Tx, from_json, plain

DEFINED = "select key, type, choices from attribute_definitions where target = $1 and retired_at is null"
LONGEST = 2000
"""Characters of one text value."""
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
UNSEEN = re.compile(r"[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\\]")
"""What no URL holds: spaces, controls, marks that turn the direction of reading, and what browsers read as a slash."""
LONGEST_HOST = 253
"""Characters (RFC 1035 section 2.3.4)."""
HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


async def check_attributes(
    tx: Tx, target: str, before: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The attributes after setting `values` (None clears). Raises Refused for an undefined key or a value that does
    not fit its type."""
    defined = {row["key"]: row for row in await tx.all(DEFINED, target)}
    fresh = dict(before)
    for key, value in values.items():
        if key not in defined:
            raise Refused("errors.attribute_unknown", f"{target} has no attribute {key!r}", key=key)
        if value is None:
            fresh.pop(key, None)
        elif not _fits(defined[key], value):
            raise Refused("errors.attribute_value", f"{key!r} takes {defined[key]['type']}", key=key)
        else:
            fresh[key] = plain(value) if isinstance(value, str) else value
    return fresh


def _fits(definition: Row, value: Any) -> bool:
    match definition["type"]:
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool) and _is_bounded(value)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return value in from_json(definition["choices"])
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "url":
            return isinstance(value, str) and len(value) <= LONGEST and _is_url(value)
        case _:
            return isinstance(value, str) and len(value) <= LONGEST


def _is_bounded(value: float) -> bool:
    """A whole number of 64 bits, or a fraction that has an end: what JSON's writers take."""
    return abs(value) < 2**63 if isinstance(value, int) else math.isfinite(value)


def _is_date(value: str) -> bool:
    """ISO 8601 calendar date, `2026-11-22`."""
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return DATE.fullmatch(value) is not None  # fromisoformat takes weeks and short forms as well


def _is_url(value: str) -> bool:
    """A link that leads to some host by http or https and nowhere else: agents will press it."""
    if UNSEEN.search(value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    fits = is_hostname(host) or (parts.netloc.startswith("[") and ":" in host)
    return parts.scheme in ("http", "https") and fits and parts.username is None


def is_hostname(value: str) -> bool:
    """RFC 1123 section 2.1, international names (RFC 5890) by their ASCII form."""
    if len(value) > LONGEST_HOST:  # before it is translated, which takes its time with each letter
        return False
    try:
        ascii_form = value if value.isascii() else value.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return HOST.fullmatch(ascii_form.lower()) is not None
