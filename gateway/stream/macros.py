"""Macros: texts with places to fill, and acts. Retired, never deleted; shared ones are facts, one's own are not."""

from __future__ import annotations

from collections.abc import Collection

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Row, Tx, as_json, from_json, plain
from gateway.stream.acts import ME, NOBODY, Acts

PERSONAL, TEAMS, ALL = "personal", "teams", "all"
MOST_SHARED, MOST_OWN = 500, 200
"""Macros in use: those of the house, and those of one agent. So a list of them is never paged."""

INSERT = """insert into macros (id, name, text, scope, owner_id, actions, changed_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)"""
HOLD = "select * from macros where id = $1 {lock}"
UPDATE = """update macros set name = $2, text = $3, scope = $4, actions = $5, retired_at = $6, changed_at = $7
    where id = $1"""
OF_TEAMS = "select team_id from macro_teams where macro_id = $1 order by team_id"
LIVE_TEAM = "select 1 from teams where id = $1 and retired_at is null"
LIVE_TAG = "select 1 from tags where id = $1 and retired_at is null"
LIVE_AGENT = "select 1 from agents where id = $1 and deactivated_at is null"
NEW_TEAM = "insert into macro_teams (macro_id, team_id) values ($1, $2)"
COUNT_SHARED = "select count(*) from macros where scope <> 'personal' and retired_at is null"
COUNT_OWN = "select count(*) from macros where scope = 'personal' and owner_id = $1 and retired_at is null"
USED = """insert into macro_uses (macro_id, agent_id, n, last_at) values ($1, $2, 1, $3)
    on conflict (macro_id, agent_id) do update set n = macro_uses.n + 1, last_at = excluded.last_at"""


async def make_macro(
    tx: Tx, name: str, text: str, scope: str, teams: Collection[str], acts: Acts, by: Actor
) -> str:
    """A new macro of `by`. Returns its id. Raises Refused: no name, nothing in it, too many, or for nobody."""
    await _check_room(tx, scope, by.id)
    _check_words(name, text, acts)
    await _check_teams(tx, scope, teams)
    await _check_acts(tx, acts)
    key = new_id()
    await tx.run(INSERT, key, plain(name).strip(), plain(text), scope, by.id, as_json(acts.as_dict()), tx.now)
    for team in sorted(set(teams)):
        await tx.run(NEW_TEAM, key, team)
    _tell(tx, key, scope, by)
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
    was = [one["team_id"] for one in await tx.all(OF_TEAMS, macro)]
    fresh = (
        row["name"] if name is None else name,
        row["text"] if text is None else text,
        row["scope"] if scope is None else scope,
    )
    wanted = was if teams is None else sorted(set(teams))
    if fresh[2] != TEAMS and teams is None:
        wanted = []
    if acts is not None:
        await _check_acts(tx, acts)
    if teams is not None or fresh[2] != row["scope"]:
        await _check_teams(tx, fresh[2], wanted)
    acts = Acts.of(from_json(row["actions"])) if acts is None else acts
    _check_words(fresh[0], fresh[1], acts)
    retired_at = _retired_at(row, retired, tx.now)
    if retired_at is None and (row["retired_at"] is not None or fresh[2] != row["scope"]):
        await _check_room(tx, fresh[2], row["owner_id"])
    kept = as_json(acts.as_dict())
    await tx.run(UPDATE, macro, plain(fresh[0]).strip(), plain(fresh[1]), fresh[2], kept, retired_at, tx.now)
    if wanted != was:
        await tx.run("delete from macro_teams where macro_id = $1", macro)
        for team in wanted:
            await tx.run(NEW_TEAM, macro, team)
    _tell(tx, macro, PERSONAL if row["scope"] == fresh[2] == PERSONAL else ALL, by)


async def used(tx: Tx, macro: str, agent: str) -> None:
    """An agent has sent it or done what it does: it moves up in that agent's list."""
    await tx.run(USED, macro, agent, tx.now)


def _check_words(name: str, text: str, acts: Acts) -> None:
    if not plain(name).strip():
        raise Refused("errors.name_missing")
    if not text.strip() and not acts:
        raise Refused("errors.macro_empty", "neither a text nor an act")


async def _check_teams(tx: Tx, scope: str, teams: Collection[str]) -> None:
    if (scope == TEAMS) != bool(teams):
        raise Refused("errors.macro_teams", f"scope {scope} with {len(teams)} teams")
    for team in teams:
        if await tx.one(LIVE_TEAM, team) is None:
            raise Refused("errors.team_not_active", f"no active team {team}")


async def _check_acts(tx: Tx, acts: Acts) -> None:
    """Can it be done today? What has gone since is said when the macro is used."""
    if acts.team not in (None, NOBODY) and await tx.one(LIVE_TEAM, acts.team) is None:
        raise Refused("errors.team_not_active", f"no active team {acts.team}")
    for tag in (*acts.tags_add, *acts.tags_remove):
        if await tx.one(LIVE_TAG, tag) is None:
            raise NotFound("errors.tag_not_found", f"no tag {tag}")
    if acts.assignee not in (None, ME, NOBODY) and await tx.one(LIVE_AGENT, acts.assignee) is None:
        raise Refused("errors.agent_not_active", f"no active agent {acts.assignee}")


async def _check_room(tx: Tx, scope: str, owner: str) -> None:
    own = scope == PERSONAL
    there, most = (
        (await tx.value(COUNT_OWN, owner), MOST_OWN) if own else (await tx.value(COUNT_SHARED), MOST_SHARED)
    )
    if there >= most:
        raise Refused("errors.macro_many", f"{there} macros in use", limit=most)


def _retired_at(row: Row, retired: bool | None, now: int) -> int | None:
    held: int | None = row["retired_at"]
    if retired is None:
        return held
    return (held or now) if retired else None


def _tell(tx: Tx, macro: str, scope: str, by: Actor) -> None:
    """One's own are private state: told to one's own tabs by the door."""
    if scope != PERSONAL:
        tx.record(
            Event(Kind.SETTING_CHANGED, by, tx.now, subject=macro, changes={"what": "macro"}, audited=True)
        )
