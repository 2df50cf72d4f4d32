"""The table of accounts, fed by config.toml: what leaves the file is retired, readable and not writable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.events import SYSTEM, Event, Kind
from gateway.store import Tx

ALL = "select id, type, label, state from accounts"
PUT = """insert into accounts (id, type, label, state, settings, created_at) values ($1, $2, $3, 'active', '{}', $4)
    on conflict (id) do update set type = excluded.type, label = excluded.label, state = excluded.state,
    reason = null"""
RETIRE = "update accounts set state = 'retired' where id = $1"


@dataclass(frozen=True, slots=True)
class Configured:
    type: str
    label: str


async def sync_accounts(tx: Tx, configured: Mapping[str, Configured]) -> None:
    """Bring the table to what the configuration says; called at start and at reload."""
    known = {row["id"]: row for row in await tx.all(ALL)}
    for name, account in configured.items():
        row = known.get(name)
        if row is None or (row["type"], row["label"], row["state"]) != (
            account.type,
            account.label,
            "active",
        ):
            await tx.run(PUT, name, account.type, account.label, tx.now)
            _tell(tx, name)
    for name, row in known.items():
        if name not in configured and row["state"] != "retired":
            await tx.run(RETIRE, name)
            _tell(tx, name)


def _tell(tx: Tx, account: str) -> None:
    changes = {"what": "account"}
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, subject=account, changes=changes, audited=True))
