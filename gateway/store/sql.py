"""One SQL text, two databases: what little differs is filled in here.

Statements are written with `$1` parameters and, where the two must differ, one of the words below in braces.
`{ids_1}` is the list of texts that parameter 1 holds as JSON, mostly after `in` or `not in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

import orjson

SQLITE = {
    "json": "text",
    "bytes": "blob",
    "lock": "",
    "lock_l_free": "",
    "lock_i": "",
    "lock_ic": "",
    "lock_c": "",
    "lock_cl": "",
    "ids_1": "(select value from json_each($1))",
    "ids_2": "(select value from json_each($2))",
    "next_conversation": "(select coalesce(max(number), 0) + 1 from conversations)",
    "next_contact": "(select coalesce(max(seq), 0) + 1 from contacts)",
}
# No key ever changes, so our locks leave others' foreign keys to the locked row alone.
POSTGRES = {
    "json": "jsonb",
    "bytes": "bytea",
    "lock": "for no key update",
    "lock_l_free": "for no key update of l skip locked",
    "lock_i": "for no key update of i",
    "lock_ic": "for no key update of i, c",
    "lock_c": "for no key update of c",
    "lock_cl": "for no key update of c, l",
    "ids_1": "(select jsonb_array_elements_text($1::jsonb))",
    "ids_2": "(select jsonb_array_elements_text($2::jsonb))",
    "next_conversation": "nextval('conversation_numbers')",
    "next_contact": "nextval('contact_numbers')",
}
_WORD = re.compile(r"\{(\w+)\}")  # an empty JSON object {} is none
_AMONG = re.compile(r"\b(not )?in \{(ids_\d)\}")
_PARAMETER = re.compile(r"\$(\d+)")


class Row(Protocol):
    """A row of either database: by column name or place."""

    def __getitem__(self, key: str | int, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


@lru_cache(maxsize=2048)
def for_sqlite(sql: str) -> str:
    return _PARAMETER.sub(r"?\1", _WORD.sub(lambda word: SQLITE[word[1]], sql))


@lru_cache(maxsize=2048)
def for_postgres(sql: str) -> str:
    return _WORD.sub(lambda word: POSTGRES[word[1]], _AMONG.sub(_among, sql))


def _among(found: re.Match[str]) -> str:
    """An array, so that the rows are found by their index. Beside a select PostgreSQL would join the list, and behind
    eight other joins it does that last (`join_collapse_limit`): it would read the whole table for one row."""
    return f"{'<> all' if found[1] else '= any'} (array {{{found[2]}}})"


def plain(text: str) -> str:
    """The text without NUL, the one character that PostgreSQL cannot hold. For every word that comes from outside."""
    return text.replace("\0", "") if "\0" in text else text


def as_json(value: Any) -> str:
    """The text a JSON column holds, on both databases (without NUL, see `plain`)."""
    text = orjson.dumps(value).decode()
    return orjson.dumps(_plain(orjson.loads(text))).decode() if "\\u0000" in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {plain(key): _plain(one) for key, one in value.items()}
    return value


def from_json(text: str | None) -> Any:
    """What a JSON column says; None for a null."""
    return None if text is None else orjson.loads(text)


def script(text: str, *, postgres: bool) -> list[str]:
    """The statements of a migration for one database: the common ones and its own."""
    keep, lines = True, []
    for line in text.splitlines():
        mark = line.strip()
        if mark in ("-- both", "-- sqlite", "-- postgresql"):
            keep = mark == "-- both" or (mark == "-- postgresql") == postgres
        elif keep and not mark.startswith("--"):
            lines.append(line)
    fill = for_postgres if postgres else for_sqlite
    return [fill(part) for part in "\n".join(lines).split(";") if part.strip()]
