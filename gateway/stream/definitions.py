"""What contacts and conversations may be described by: attribute definitions, and organisations to belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Tx, as_json, from_json, plain
from gateway.stream.attributes import check_attributes, is_hostname
from gateway.stream.directory import name_of, retired_at

TARGETS = ("contact", "conversation", "organisation")
TYPES = ("text", "number", "date", "boolean", "choice", "url")
KEY = re.compile(r"[a-z][a-z0-9_]{0,49}")
LANGUAGES = ("en", "ko")
NEW_DEFINITION = """insert into attribute_definitions (id, target, key, label, type, choices, labels, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (target, key) do nothing"""
DEFINITION = "select * from attribute_definitions where id = $1 {lock}"
SET_DEFINITION = """update attribute_definitions set label = $2, choices = $3, retired_at = $4, labels = $5
    where id = $1"""
NEW_ORGANISATION = """insert into organisations (id, name, domain, attributes, created_at)
    values ($1, $2, $3, '{}', $4) on conflict do nothing"""
ORGANISATION = "select * from organisations where id = $1 {lock}"
SET_ORGANISATION = "update organisations set name = $2, domain = $3, attributes = $4 where id = $1"
DOMAIN_TAKEN = "select 1 from organisations where domain = $1 and id <> $2"


async def make_attribute(
    tx: Tx,
    target: str,
    key: str,
    label: str,
    kind: str,
    choices: Sequence[str],
    by: Actor,
    *,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Define an attribute; key and type stay for ever. `labels` say what it is called in a language, where that is not
    `label`. Returns its id. Raises Refused for a key that is taken or ill
    formed, an unknown target or kind, or a choice of nothing."""
    if target not in TARGETS or kind not in TYPES or not KEY.fullmatch(key):
        raise Refused("errors.attribute_definition", f"{target} {key!r} {kind}")
    _check_choices(kind, choices)
    definition = new_id()
    stored = await tx.run(
        NEW_DEFINITION,
        definition,
        target,
        key,
        name_of(label),
        kind,
        as_json(list(choices)),
        as_json(_labels(labels)),
        tx.now,
    )
    if not stored:
        raise Refused("errors.attribute_taken", f"{target} has {key} already", key=key)
    _told(tx, definition, "attribute", by)
    return definition


async def change_attribute(
    tx: Tx,
    definition: str,
    by: Actor,
    *,
    label: str | None = None,
    labels: Mapping[str, str] | None = None,
    choices: Sequence[str] | None = None,
    retired: bool | None = None,
) -> None:
    """Change what is given; `labels` are all there are from now on. A retired attribute keeps its values and takes no
    new ones. Raises NotFound, Refused."""
    row = await tx.one(DEFINITION, definition)
    if row is None:
        raise NotFound("errors.attribute_not_found", f"no attribute {definition}")
    kept = from_json(row["choices"]) if choices is None else list(choices)
    _check_choices(row["type"], kept)
    name = row["label"] if label is None else name_of(label)
    words = from_json(row["labels"]) if labels is None else _labels(labels)
    await tx.run(
        SET_DEFINITION, definition, name, as_json(kept), retired_at(tx, row, retired), as_json(words)
    )
    _told(tx, definition, "attribute", by)


async def make_organisation(tx: Tx, name: str, domain: str | None, by: Actor) -> str:
    """Returns its id. Raises Refused without a name, for a domain that is none, or when another has it."""
    key = new_id()
    if not await tx.run(NEW_ORGANISATION, key, name_of(name), _domain(domain), tx.now):
        raise Refused("errors.organisation_taken", f"another has {domain}")
    _told(tx, key, "organisation", by)
    return key


async def update_organisation(
    tx: Tx,
    organisation: str,
    by: Actor,
    *,
    name: str | None = None,
    domain: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Change what is given; an empty domain takes it away. Raises NotFound, Refused."""
    row = await tx.one(ORGANISATION, organisation)
    if row is None:
        raise NotFound("errors.organisation_not_found", f"no organisation {organisation}")
    values = from_json(row["attributes"])
    if attributes is not None:
        values = await check_attributes(tx, "organisation", values, attributes)
    at = row["domain"] if domain is None else _domain(domain)
    if at is not None and await tx.one(DOMAIN_TAKEN, at, organisation) is not None:
        raise Refused("errors.organisation_taken", f"another has {at}")
    called = row["name"] if name is None else name_of(name)
    await tx.run(SET_ORGANISATION, organisation, called, at, as_json(values))
    _told(tx, organisation, "organisation", by)


def _labels(said: Mapping[str, str]) -> dict[str, str]:
    """Those that say something, plain. Raises Refused for a language that nobody reads here in."""
    if unknown := said.keys() - set(LANGUAGES):
        raise Refused("errors.attribute_definition", f"labels in {sorted(unknown)}")
    return {language: label for language in LANGUAGES if (label := plain(said.get(language, "")).strip())}


def _check_choices(kind: str, choices: Sequence[str]) -> None:
    if (kind == "choice") != bool(choices) or len(set(choices)) != len(choices):
        raise Refused("errors.attribute_choices", f"{kind} with choices {choices!r}")


def _domain(domain: str | None) -> str | None:
    """A host's name, or None. Raises Refused for what is none."""
    name = plain(domain or "").strip().lower()
    if name and not is_hostname(name):
        raise Refused("errors.domain_unfit", "no host's name")
    return name or None


def _told(tx: Tx, subject: str, what: str, by: Actor) -> None:
    tx.record(
        Event(Kind.DIRECTORY_CHANGED, by, tx.now, subject=subject, changes={"what": what}, audited=True)
    )
