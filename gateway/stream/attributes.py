"""Typed custom attributes: defined once, checked on every write, searchable by their values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from gateway.errors import Refused
from gateway.store import Row, Tx, from_json, plain

DEFINED = "select key, type, choices from attribute_definitions where target = $1 and retired_at is null"
LONGEST = 2000
"""Characters of one text value."""


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
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return value in from_json(definition["choices"])
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "url":
            return (
                isinstance(value, str) and len(value) <= LONGEST and value.startswith(("https://", "http://"))
            )
        case _:
            return isinstance(value, str) and len(value) <= LONGEST


def _is_date(value: str) -> bool:
    """ISO 8601 calendar date, `2026-11-22`."""
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10
