"""Equality of two databases, told by numbers: of each table how many rows, and a checksum of them.

A row has one form, whichever database it was read from; a table's checksum is the sum of its rows' digests. So it does
not hang on an order, which the two databases see differently, and a row that changes is taken out and put in again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

WIDTH = 16
"""Bytes of a row's digest: two rows that differ have the same with a chance of 2^-128."""
PLACES = 256
"""PostgreSQL keeps so many places of a token in a text at the most (its manual, 12.11 "Limitations")."""
EXACT = 2**53
"""Whole numbers up to here are the same as integers and as floats (IEEE 754)."""
_ODD_NUMBER = re.compile(r"\d[.eE]|\d{16}")
_PLACED = re.compile(r"'([^']*)':([\d,]+)")

Form = Callable[[Any], Any]


@dataclass(slots=True)
class Tally:
    """One table on one side."""

    rows: int = 0
    sum: int = 0

    @property
    def checksum(self) -> str:
        return f"{self.sum % (1 << (8 * WIDTH)):0{2 * WIDTH}x}"

    def add(self, digests: Sequence[int]) -> None:
        self.rows += len(digests)
        self.sum += sum(digests)

    def remove(self, digests: Sequence[int]) -> None:
        self.rows -= len(digests)
        self.sum -= sum(digests)

    def __str__(self) -> str:
        return f"{self.rows} rows, {self.checksum}"


@dataclass(slots=True)
class Sides:
    """Both sides' tallies, by table; each from the rows that were read there."""

    here: dict[str, Tally] = field(default_factory=dict)
    there: dict[str, Tally] = field(default_factory=dict)

    def differences(self) -> list[str]:
        return [
            f"{table}: {self.here[table]} here, {self.there[table]} there"
            for table in sorted(self.here)
            if (self.here[table].rows, self.here[table].checksum)
            != (self.there[table].rows, self.there[table].checksum)
        ]


def digests(rows: Iterable[Sequence[Any]], forms: Mapping[int, Form]) -> list[int]:
    """Each row's digest; `forms` says which of its columns, by place, are not compared as they stand."""
    found = []
    for row in rows:
        values = list(row)
        for place, form in forms.items():
            if values[place] is not None:
                values[place] = form(values[place])
        told = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
        found.append(int.from_bytes(hashlib.blake2b(told, digest_size=WIDTH).digest(), "big"))
    return found


def json_form(text: str) -> Any:
    """What a JSON column says, however it is spelled: `jsonb` keeps neither blanks, nor order, nor 1e2."""
    value = orjson.loads(text)
    return _plain_numbers(value) if _ODD_NUMBER.search(text) else value


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    if isinstance(value, int) and abs(value) > EXACT:
        return float(value)
    if isinstance(value, list):
        return [_plain_numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain_numbers(one) for key, one in value.items()}
    return value


def token_form(text: str) -> Any:
    """The tokens of a document as SQLite keeps them, one after the other: token -> its places."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(text.split(), 1):
        kept = places.setdefault(token, [])
        if len(kept) < PLACES:
            kept.append(place)
    return places


def vector_form(text: str) -> Any:
    """The same of a `tsvector`'s text."""
    return {token: [int(place) for place in places.split(",")] for token, places in _PLACED.findall(text)}


def bytes_form(value: bytes) -> str:
    return value.hex()
