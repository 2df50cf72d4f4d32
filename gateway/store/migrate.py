"""Numbered migrations: each is one transaction, applied once, in order; a database newer than the code is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

from gateway.errors import ConfigError
from gateway.store.sql import script

VERSION_TABLE = """create table if not exists schema_version (
    version integer primary key, name text not null, applied_at bigint not null)"""
CURRENT = "select coalesce(max(version), 0), count(*) from schema_version"
APPLIED = "insert into schema_version (version, name, applied_at) values ($1, $2, $3)"
NEW_EPOCH = "insert into meta (key, value) values ('epoch', $1), ('secret', $2)"
AHEAD = 1
"""How many versions newer than the code a database may be (an upgrade without downtime)."""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    text: str

    def statements(self, *, postgres: bool) -> list[str]:
        return script(self.text, postgres=postgres)


def migrations() -> list[Migration]:
    """All migrations, in order. Raises ConfigError when a number is missing or doubled."""
    found = []
    for file in resources.files("gateway.store").joinpath("migrations").iterdir():
        name = re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name)
        if name:
            found.append(Migration(int(name[1]), name[2], file.read_text("utf-8")))
    found.sort(key=lambda one: one.version)
    if [one.version for one in found] != list(range(1, len(found) + 1)):
        raise ConfigError("the migrations are not numbered 1, 2, 3 ... without a gap")
    return found


def due(current: int | str, applied: int, up_to: int | None = None) -> list[Migration]:
    """What a database still needs whose newest migration is `current`, out of `applied` in all (a text: another
    program has a table of that name).

    Raises ConfigError when it is too new for this code, or when one in between is missing: then somebody else's tool
    has been at it, and going on would make it worse.
    """
    known = migrations()
    if not isinstance(current, int):
        raise ConfigError("the database is another program's: its schema_version says no number")
    if current > len(known) + AHEAD:
        raise ConfigError(
            f"the database has schema {current}, this Parley knows up to {len(known)}: install a newer Parley"
        )
    if applied != current:
        raise ConfigError(
            f"the database is half-way: schema {current}, but {applied} migrations are noted; restore a backup"
        )
    return known[current:up_to]
