"""The table of accounts, fed by config.toml: what leaves the file is retired, readable and not writable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.delivery import Pace
from gateway.events import SYSTEM, DeliveryState, Event, Kind, NextStep
from gateway.store import Tx, as_json, from_json
from gateway.stream.outbox import Sending
from gateway.stream.outbox_settle import News, settle

ALL = "select id, type, label, state, settings from accounts"
PUT = """insert into accounts (id, type, label, state, settings, created_at) values ($1, $2, $3, 'active', $4, $5)
    on conflict (id) do update set type = excluded.type, label = excluded.label, state = excluded.state,
    reason = null, settings = excluded.settings"""
RETIRE = "update accounts set state = 'retired' where id = $1"
UNDER_WAY = """select id, state from deliveries where account_id = $1 and due_at is not null
    and state in ('queued', 'sending') order by position, part"""


@dataclass(frozen=True, slots=True)
class Configured:
    type: str
    label: str
    sending: Sending | None = None
    """None: its customers follow our log."""
    says_continued: bool = False
    """`gateway.stream.continuing`"""
    label_ko: str = ""
    """What Korean agents call it; empty: the same."""
    follows_after: int | None = None
    """ms after which what is left unread follows by another way; None: it does not."""

    @property
    def settings(self) -> str:
        told: dict[str, Any] = {"says_continued": True} if self.says_continued else {}
        if self.label_ko not in ("", self.label):
            told["label_ko"] = self.label_ko
        if self.follows_after is not None:
            told["follows_after"] = self.follows_after
        return as_json({**(self.sending.told() if self.sending else {}), **told})


async def sync_accounts(tx: Tx, configured: Mapping[str, Configured]) -> None:
    """Bring the table to what the configuration says; called at start and at reload."""
    known = {row["id"]: row for row in await tx.all(ALL)}
    for name, account in configured.items():
        row = known.get(name)
        wanted = (account.type, account.label, "active", from_json(account.settings))
        if row is None or (row["type"], row["label"], row["state"], from_json(row["settings"])) != wanted:
            await tx.run(PUT, name, account.type, account.label, account.settings, tx.now)
            _tell(tx, name)
    for name, row in known.items():
        if name not in configured and row["state"] != "retired":
            await tx.run(RETIRE, name)
            await _give_up(tx, name)
            _tell(tx, name)


async def _give_up(tx: Tx, account: str) -> None:
    """What waits to go out by an account that is gone has failed, and is not sent when it comes back after weeks: an
    agent may send it again. Of what was being sent nobody will know."""
    for row in await tx.all(UNDER_WAY, account):
        if row["state"] == DeliveryState.QUEUED:
            text = "errors.account_not_active"
            news = News(DeliveryState.FAILED, code="retired", problem=text, then=NextStep.ACCOUNT)
        else:
            news = News(DeliveryState.UNKNOWN, code="retired")
        await settle(tx, row["id"], news, Pace())


def _tell(tx: Tx, account: str) -> None:
    changes = {"what": "account"}
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, subject=account, changes=changes, audited=True))
