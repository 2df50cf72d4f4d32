"""How far a channel that goes and gets has come, line by line, and what stands in its way."""

from __future__ import annotations

from gateway.events import SYSTEM, Event, Kind
from gateway.store import Reader, Row, Tx

CURSORS = "select line, cursor from intakes where account_id = $1 and cursor is not null"
KNOW = """insert into intakes (account_id, line, cursor, waiting) values ($1, $2, $3, $4)
    on conflict (account_id, line) do update set cursor = excluded.cursor, waiting = excluded.waiting"""
TROUBLE = """insert into intakes (account_id, line, problem, detail, since) values ($1, '', $2, $3, $4)
    on conflict (account_id, line) do update set problem = excluded.problem, detail = excluded.detail,
    since = case when intakes.problem = excluded.problem then intakes.since else excluded.since end
    where coalesce(intakes.problem, '') <> excluded.problem or intakes.detail <> excluded.detail"""
WELL = """update intakes set problem = null, detail = '', since = null
    where account_id = $1 and line = '' and problem is not null"""
ALL = """select account_id, cast(sum(waiting) as bigint) as waiting, max(problem) as problem, max(detail) as detail,
    max(since) as since from intakes group by account_id"""
BORN = "select created_at from accounts where id = $1"
DETAIL = 300
"""Characters of an error's words."""


async def cursors_of(look: Reader, account: str) -> dict[str, str]:
    return {row["line"]: row["cursor"] for row in await look.all(CURSORS, account)}


async def know(tx: Tx, account: str, line: str, cursor: str, waiting: int) -> None:
    """All up to there is stored; `waiting` more lie behind it."""
    await tx.run(KNOW, account, line, cursor, waiting)


def tell_intake(tx: Tx, account: str) -> None:
    """Agents are told how it stands with what comes in: what is in its way, how much still lies there."""
    changes = {"what": "account"}
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, subject=account, changes=changes))


async def tell_trouble(tx: Tx, account: str, problem: str | None, detail: str = "") -> None:
    """What stands in the way of what should come (`auth_failed`, `away`), or nothing any more: agents are told of what
    is new."""
    if problem is None:
        changed = await tx.run(WELL, account)
    else:
        changed = await tx.run(TROUBLE, account, problem, detail[:DETAIL], tx.now)
    if changed:
        tell_intake(tx, account)


async def load_intakes(look: Reader) -> dict[str, Row]:
    """By account."""
    return {row["account_id"]: row for row in await look.all(ALL)}


async def born(look: Reader, account: str) -> int:
    """When the account was first configured, UTC ms; 0 where it is not."""
    return int(await look.value(BORN, account) or 0)
