"""What is carried over: every table of ours that holds more than the schema's own version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import ConfigError
from gateway.move.proof import Form, bytes_form, json_form, token_form, vector_form
from gateway.store.moving import KEY
from gateway.store.search import vector

Key = list[Any]
"""A row's primary key, its columns in their order."""

STAYS = {"schema_version"}
OWN = {"meta": ("epoch", KEY)}
"""Rows, by their first key column, that each database has for itself: a new epoch makes every client start over."""
TYPES = {"text", "bigint", "integer", "jsonb", "bytea", "tsvector"}
ARRAYS = {"jsonb": "text", "tsvector": "text"}
"""As what a column's values travel, where not as they are."""
HERE: Mapping[str, Form] = {"jsonb": json_form, "tsvector": token_form, "bytea": bytes_form}
THERE: Mapping[str, Form] = {"jsonb": json_form, "tsvector": vector_form, "bytea": bytes_form}


@dataclass(frozen=True, slots=True)
class Table:
    """`types` are PostgreSQL's, by column in its order there."""

    name: str
    types: Mapping[str, str]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        if odd := set(self.types.values()) - TYPES:
            raise ConfigError(f"{self.name}: a column's type cannot be moved: {', '.join(sorted(odd))}")

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.types)

    @property
    def is_search(self) -> bool:
        """An FTS5 table here; its rows stand in another, and are found by what they are named there."""
        return "tsvector" in self.types.values()

    @property
    def source(self) -> str:
        return f"{self.name}_content" if self.is_search else self.name

    @property
    def source_columns(self) -> tuple[str, ...]:
        return ("id", "c0") if self.is_search else self.columns

    @property
    def source_key(self) -> tuple[str, ...]:
        return ("id",) if self.is_search else self.key

    @property
    def own(self) -> tuple[str, ...]:
        return OWN.get(self.name, ())

    @property
    def where(self) -> str:
        """Which rows are carried over, the same on both sides."""
        names = ", ".join(f"'{one}'" for one in self.own)
        return f"{self.key[0]} not in ({names})" if names else "true"

    def array(self, column: str) -> str:
        kind = self.types[column]
        return f"{ARRAYS.get(kind, kind)}[]"

    def forms(self, sides: Mapping[str, Form]) -> dict[int, Form]:
        """How columns, by place, are compared that differ in spelling only: `sides` is HERE or THERE."""
        return {place: sides[kind] for place, kind in enumerate(self.types.values()) if kind in sides}

    def outward(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of SQLite's as PostgreSQL takes it."""
        return (row[0], vector(row[1])) if self.is_search else row
