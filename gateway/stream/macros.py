"""Macros: texts with places to fill, and acts."""

from __future__ import annotations

from collections.abc import Collection

from gateway.errors import NotFound, Refused
from gateway.events import Actor, new_id
from gateway.store import Tx, as_json, from_json, plain
from gateway.stream.acts import ME, NOBODY, Acts
from gateway.stream.assign import check_agent, check_team
from gateway.stream.describe import check_tag
from gateway.stream.directory import name_of
from gateway.stream.sharing import Shelf

MOST_SHARED, MOST_OWN = 500, 200
"""So a list of them is never paged."""
SHELF = Shelf(
    kind="macro",
    table="macros",
    links="macro_teams",
    link="macro_id",
    most_shared=MOST_SHARED,
    most_own=MOST_OWN,
    wrong_teams="errors.macro_teams",
    too_many="errors.macro_many",
)

INSERT = """insert into macros (id, name, text, scope, owner_id, actions, changed_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)"""
HOLD = "select * from macros where id = $1 {lock}"
UPDATE = """update macros set name = $2, text = $3, scope = $4, actions = $5, retired_at = $6, changed_at = $7
    where id = $1"""
USED = """insert into macro_uses (macro_id, agent_id, n, last_at) values ($1, $2, 1, $3)
    on conflict (macro_id, agent_id) do update set n = macro_uses.n + 1, last_at = excluded.last_at"""


async def make_macro(
    tx: Tx, name: str, text: str, scope: str, teams: Collection[str], acts: Acts, by: Actor
) -> str:
    """A new macro of `by`. Returns its id. Raises Refused: no name, nothing in it, too many, or for nobody."""
    await SHELF.check_room(tx, scope, by.id)
    _check_not_empty(text, acts)
    await _check_acts(tx, acts)
    key = new_id()
    await tx.run(INSERT, key, name_of(name), plain(text), scope, by.id, as_json(acts.as_dict()), tx.now)
    await SHELF.put(tx, key, scope, teams, by)
    return key


async def change_macro(
    tx: Tx,
    macro: str,
    by: Actor,
    *,
    name: str | None = None,
    text: str | None = None,
    scope: str | None = None,
    teams: Collection[str] | None = None,
    acts: Acts | None = None,
    retired: bool | None = None,
) -> None:
    """Change what is given; retire it or take it back. Raises NotFound, Refused."""
    row = await tx.one(HOLD, macro)
    if row is None:
        raise NotFound("errors.macro_not_found", f"no macro {macro}")
    scope, retired_at = await SHELF.move(tx, row, by, scope, teams, retired)
    name = row["name"] if name is None else name_of(name)
    text = row["text"] if text is None else plain(text)
    if acts is not None:
        await _check_acts(tx, acts)
    acts = Acts.of(from_json(row["actions"])) if acts is None else acts
    _check_not_empty(text, acts)
    await tx.run(UPDATE, macro, name, text, scope, as_json(acts.as_dict()), retired_at, tx.now)


async def used(tx: Tx, macro: str, agent: str) -> None:
    """An agent has sent it or done what it does: it moves up in that agent's list."""
    await tx.run(USED, macro, agent, tx.now)


def _check_not_empty(text: str, acts: Acts) -> None:
    if not text.strip() and not acts:
        raise Refused("errors.macro_empty", "neither a text nor an act")


async def _check_acts(tx: Tx, acts: Acts) -> None:
    """Can it be done today? What has gone since is said when the macro is used."""
    if acts.team not in (None, NOBODY):
        await check_team(tx, acts.team)
    for tag in (*acts.tags_add, *acts.tags_remove):
        await check_tag(tx, tag)
    if acts.assignee not in (None, ME, NOBODY):
        await check_agent(tx, acts.assignee)
