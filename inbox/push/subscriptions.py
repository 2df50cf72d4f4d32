"""Which sessions are told by push, and what they have not been told yet. Private state: no facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.store import Reader, Row, Tx
from gateway.store.sealed import PUSH
from inbox.push.endpoints import Subscription

FRESH = 3_600_000
"""ms; what is older when somebody comes to it is in the list and rings no more."""

# The same browser, signed in anew: the endpoint is the browser's, and goes where it is now.
GIVE_UP = "delete from push_subscriptions where endpoint = $1 and session_id <> $2"
SUBSCRIBE = """insert into push_subscriptions (session_id, agent_id, endpoint, p256dh, auth, at)
    values ($1, $2, $3, $4, $5, $6) on conflict (session_id) do update set agent_id = excluded.agent_id,
    endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, at = excluded.at"""
UNSUBSCRIBE = "delete from push_subscriptions where session_id = $1"
EXPIRED = "delete from push_subscriptions where session_id = $1 and endpoint = $2"
ONE = """select session_id, agent_id, endpoint, p256dh, auth from push_subscriptions where session_id = $1"""

MARK = "select value from meta where key = 'pushed' {lock}"
NOTICED = "select value from meta where key = 'noticed'"
BEGIN = """insert into meta (key, value) select 'pushed', cast(position as text) from log_head where id = 1
    on conflict (key) do nothing"""
SET_MARK = "update meta set value = $1 where key = 'pushed'"
DUE = """select n.id, p.session_id, p.agent_id, p.endpoint, p.p256dh, p.auth from push_subscriptions p
    join sessions s on s.id = p.session_id join agents a on a.id = p.agent_id
    join notices n on n.agent_id = p.agent_id
    where n.position > $1 and n.position <= $2 and n.read_at is null and n.at > $3
    and s.revoked_at is null and s.expires_at > $4 and a.deactivated_at is null order by n.at, n.id"""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is told. Its endpoint is a secret: never log it."""

    session: str
    agent: str
    endpoint: str
    p256dh: str
    auth: str

    def __repr__(self) -> str:
        return f"Device(session={self.session!r}, agent={self.agent!r})"


@dataclass(frozen=True, slots=True)
class Due:
    device: Device
    notice: str


async def subscribe(tx: Tx, agent: str, session: str, sent: Subscription) -> None:
    """From now on this session's browser is told; what it said before is forgotten."""
    await tx.run(GIVE_UP, sent.endpoint, session)
    auth = tx.seals.seal(sent.keys.auth, f"{PUSH} {session}")
    await tx.run(SUBSCRIBE, session, agent, sent.endpoint, sent.keys.p256dh, auth, tx.now)


async def unsubscribe(tx: Tx, session: str) -> None:
    await tx.run(UNSUBSCRIBE, session)


async def forget_expired(tx: Tx, device: Device) -> None:
    """The push service knows this endpoint no more; a newer one of the same session stays."""
    await tx.run(EXPIRED, device.session, device.endpoint)


async def device_of(look: Reader, session: str) -> Device | None:
    row = await look.one(ONE, session)
    return None if row is None else _device(look, row)


async def begin_pushing(tx: Tx) -> None:
    """Once in the life of a database: what was before is told nobody."""
    await tx.run(BEGIN)


async def take_due(tx: Tx) -> Sequence[Due]:
    """What has been noticed since the last time, for every browser it may concern. The mark moves in the same
    transaction: whoever takes it tells it, nobody twice."""
    mark, noticed = int(await tx.value(MARK) or 0), int(await tx.value(NOTICED) or 0)
    if noticed <= mark:
        return []
    rows = await tx.all(DUE, mark, noticed, tx.now - FRESH, tx.now)
    await tx.run(SET_MARK, str(noticed))
    return [Due(_device(tx, row), row["id"]) for row in rows]


def _device(look: Reader, row: Row) -> Device:
    auth = look.seals.open(row["auth"], f"{PUSH} {row['session_id']}")
    return Device(row["session_id"], row["agent_id"], row["endpoint"], row["p256dh"], auth)
