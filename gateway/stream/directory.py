"""What conversations are filed by: teams, tags, attribute definitions, organisations. Retired, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import Conflict, NotFound
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Row, Tx, as_json, from_json
from gateway.stream.attributes import check_attributes

NEW_TEAM = "insert into teams (id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing"
NEW_ATTRIBUTE = """insert into attribute_definitions (id, target, key, label, type, choices, created_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (target, key) do nothing"""
NEW_ORGANISATION = """insert into organisations (id, name, domain, attributes, created_at)
    values ($1, $2, $3, $4, $5) on conflict do nothing"""
NAMED = "select 1 from {table} where name = $1 and id <> $2"


async def make_team(tx: Tx, name: str, by: Actor) -> str:
    """A new team. Returns its id. Raises Conflict when the name is taken."""
    key = new_id()
    if not await tx.run(NEW_TEAM, key, name, tx.now):
        raise Conflict("errors.name_taken", f"a team has the name of {key}")
    _tell(tx, "team", key, by)
    return key


async def change_team(
    tx: Tx, team: str, by: Actor, *, name: str | None = None, retired: bool | None = None
) -> None:
    """Rename, retire or take back a team. Raises NotFound, Conflict."""
    row = await _held(tx, "teams", team)
    await _check_name(tx, "teams", team, name, row)
    await tx.run(
        "update teams set name = $2, retired_at = $3 where id = $1",
        team,
        row["name"] if name is None else name,
        _retired_at(tx, row, retired),
    )
    _tell(tx, "team", team, by)


async def change_tag(
    tx: Tx,
    tag: str,
    by: Actor,
    *,
    name: str | None = None,
    colour: str | None = None,
    retired: bool | None = None,
) -> None:
    """Rename, recolour, retire or take back a tag. Raises NotFound, Conflict."""
    row = await _held(tx, "tags", tag)
    await _check_name(tx, "tags", tag, name, row)
    await tx.run(
        "update tags set name = $2, colour = $3, retired_at = $4 where id = $1",
        tag,
        row["name"] if name is None else name,
        row["colour"] if colour is None else colour,
        _retired_at(tx, row, retired),
    )
    _tell(tx, "tag", tag, by)


async def make_attribute(
    tx: Tx, target: str, key: str, label: str, type_: str, choices: Sequence[str], by: Actor
) -> str:
    """Define a custom attribute once. Returns its id. Raises Conflict when the target has one of that key."""
    made = new_id()
    if not await tx.run(NEW_ATTRIBUTE, made, target, key, label, type_, as_json(list(choices)), tx.now):
        raise Conflict("errors.name_taken", f"{target} has an attribute of the key of {made}")
    _tell(tx, "attribute", made, by)
    return made


async def change_attribute(
    tx: Tx,
    attribute: str,
    by: Actor,
    *,
    label: str | None = None,
    choices: Sequence[str] | None = None,
    retired: bool | None = None,
) -> None:
    """Change what an attribute is called or offers; its key and type stay, values were checked by them."""
    row = await _held(tx, "attribute_definitions", attribute)
    await tx.run(
        "update attribute_definitions set label = $2, choices = $3, retired_at = $4 where id = $1",
        attribute,
        row["label"] if label is None else label,
        row["choices"] if choices is None else as_json(list(choices)),
        _retired_at(tx, row, retired),
    )
    _tell(tx, "attribute", attribute, by)


async def make_organisation(
    tx: Tx, name: str, domain: str | None, attributes: Mapping[str, Any], by: Actor
) -> str:
    """A new organisation. Returns its id. Raises Conflict when another has the domain."""
    key = new_id()
    checked = await check_attributes(tx, "organisation", {}, attributes)
    if not await tx.run(NEW_ORGANISATION, key, name, domain, as_json(checked), tx.now):
        raise Conflict("errors.domain_taken", f"an organisation has the domain of {key}")
    _tell(tx, "organisation", key, by)
    return key


async def change_organisation(tx: Tx, organisation: str, by: Actor, **changes: Any) -> None:
    """Change name, domain or attributes (a value of None clears). Raises NotFound, Conflict, Refused."""
    row = await _held(tx, "organisations", organisation)
    domain = changes.get("domain", row["domain"])
    if domain is not None and domain != row["domain"] and await _has_domain(tx, domain):
        raise Conflict("errors.domain_taken", f"another organisation has the domain for {organisation}")
    attributes = await check_attributes(
        tx, "organisation", from_json(row["attributes"]), changes.get("attributes", {})
    )
    await tx.run(
        "update organisations set name = $2, domain = $3, attributes = $4 where id = $1",
        organisation,
        changes.get("name", row["name"]),
        domain,
        as_json(attributes),
    )
    _tell(tx, "organisation", organisation, by)


async def _has_domain(tx: Tx, domain: str) -> bool:
    return await tx.one("select 1 from organisations where domain = $1", domain) is not None


async def _held(tx: Tx, table: str, key: str) -> Row:
    row = await tx.one(f"select * from {table} where id = $1 {{lock}}", key)
    if row is None:
        raise NotFound("errors.not_found", f"{table} has no {key}")
    return row


async def _check_name(tx: Tx, table: str, key: str, name: str | None, row: Row) -> None:
    if name is None or name == row["name"]:
        return
    if await tx.one(NAMED.replace("{table}", table), name, key) is not None:
        raise Conflict("errors.name_taken", f"another of {table} has the name for {key}")


def _retired_at(tx: Tx, row: Row, retired: bool | None) -> int | None:
    if retired is None or retired == (row["retired_at"] is not None):
        held: int | None = row["retired_at"]
        return held
    return tx.now if retired else None


def _tell(tx: Tx, what: str, key: str, by: Actor) -> None:
    event = Event(Kind.DIRECTORY_CHANGED, by, tx.now, subject=key, changes={"what": what}, audited=True)
    tx.record(event)
