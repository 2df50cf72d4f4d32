"""How each of the ways of an account is (`gateway.channels.roads`): what stands there, and when it last worked."""

from __future__ import annotations

from collections.abc import Collection

from gateway.channels.roads import Way
from gateway.store import Reader, Row, Tx, as_json
from gateway.stream.intakes import tell_intake

TROUBLE = """insert into roads (account_id, way, problem, why, detail, since) values ($1, $2, $3, $4, $5, $6)
    on conflict (account_id, way) do update set problem = excluded.problem, why = excluded.why,
    detail = excluded.detail, since = coalesce(roads.since, excluded.since)
    where coalesce(roads.problem, '') <> excluded.problem or roads.why <> excluded.why
        or roads.detail <> excluded.detail"""
WAS = "select problem, why, well_at from roads where account_id = $1 and way = $2"
WELL = """insert into roads (account_id, way, well_at, carried_at) values ($1, $2, $3, $4)
    on conflict (account_id, way) do update set problem = null, why = '', detail = '', since = null,
    well_at = excluded.well_at, carried_at = coalesce(excluded.carried_at, roads.carried_at)"""
FORGET = "delete from roads where account_id = $1 and way not in {ids_2}"
ALL = "select * from roads"
DETAIL = 300
"""Characters of an error's words."""


async def tell_trouble(
    tx: Tx, account: str, way: Way, problem: str, why: str = "", detail: str = "", *, others: int = 0
) -> None:
    """What stands in the way (`auth_failed`, `away`, `deaf`): agents are told of what is new, and not of the same in
    other words: a server may say another number each time. `others`: ms for which another process's word that it works
    there counts for more."""
    was = await tx.one(WAS, account, way)
    if was is not None and was["problem"] is None and tx.now - (was["well_at"] or 0) < others:
        return
    written = await tx.run(TROUBLE, account, way, problem, why, detail[:DETAIL], tx.now)
    if written and (was is None or (was["problem"], was["why"]) != (problem, why)):
        tell_intake(tx, account)


async def tell_well(tx: Tx, account: str, way: Way, *, carried: bool = False) -> None:
    """It works at this moment. Agents are told where it did not."""
    was = await tx.one(WAS, account, way)
    await tx.run(WELL, account, way, tx.now, tx.now if carried else None)
    if was is not None and was["problem"] is not None:
        tell_intake(tx, account)


async def keep_roads(tx: Tx, account: str, ways: Collection[Way]) -> None:
    """The others it has no more: what was in the way there is nobody's trouble."""
    if await tx.run(FORGET, account, as_json(sorted(ways))):
        tell_intake(tx, account)


async def load_roads(look: Reader) -> dict[str, dict[str, Row]]:
    """By account and way."""
    found: dict[str, dict[str, Row]] = {}
    for row in await look.all(ALL):
        found.setdefault(row["account_id"], {})[row["way"]] = row
    return found
