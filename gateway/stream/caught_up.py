"""Up to when we know what a provider has told us, for each line of an account."""

from __future__ import annotations

from gateway.store import Reader, Tx

SINCE = """select a.created_at, c.at from accounts a
    left join caught_up c on c.account_id = a.id and c.line = $2 where a.id = $1"""
# A mark that lies ahead of us was set by a clock that has been set back: it says nothing.
SET = """insert into caught_up (account_id, line, at) values ($1, $2, $3)
    on conflict (account_id, line) do update set at = excluded.at
    where caught_up.at < excluded.at or caught_up.at > $4"""


async def known_since(look: Reader, account: str, line: str, least: int) -> int:
    """From when (UTC ms) a provider is to be asked: from what we know, from `least` at the latest, and never from
    before we had the account."""
    row = await look.one(SINCE, account, line)
    if row is None:
        return least
    made: int = row["created_at"]
    known: int = made if row["at"] is None else row["at"]
    return max(min(known, least), made)


async def know_up_to(tx: Tx, account: str, line: str, at: int) -> None:
    """All that was told there up to then is stored."""
    await tx.run(SET, account, line, at, tx.now)
