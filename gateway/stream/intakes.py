"""How far a channel that goes and gets has come, line by line. What stands in its way: `gateway.stream.roads`."""

from __future__ import annotations

from gateway.events import SYSTEM, Event, Kind
from gateway.store import Reader, Tx

CURSORS = "select line, cursor from intakes where account_id = $1 and cursor is not null"
KNOW = """insert into intakes (account_id, line, cursor, waiting) values ($1, $2, $3, $4)
    on conflict (account_id, line) do update set cursor = excluded.cursor, waiting = excluded.waiting"""
ALL = "select account_id, cast(sum(waiting) as bigint) as waiting from intakes group by account_id"
BORN = "select created_at from accounts where id = $1"


async def cursors_of(look: Reader, account: str) -> dict[str, str]:
    return {row["line"]: row["cursor"] for row in await look.all(CURSORS, account)}


async def know(tx: Tx, account: str, line: str, cursor: str, waiting: int) -> None:
    """All up to there is stored; `waiting` more lie behind it."""
    await tx.run(KNOW, account, line, cursor, waiting)


def tell_intake(tx: Tx, account: str) -> None:
    """Agents are told how it stands with what comes in: what is in its way, how much still lies there."""
    changes = {"what": "account"}
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, subject=account, changes=changes))


async def load_intakes(look: Reader) -> dict[str, int]:
    """How many still lie there, by account."""
    return {row["account_id"]: row["waiting"] for row in await look.all(ALL)}


async def born(look: Reader, account: str) -> int:
    """When the account was first configured, UTC ms; 0 where it is not."""
    return int(await look.value(BORN, account) or 0)
