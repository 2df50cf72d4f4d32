"""What rules have found and is said of it outside: once while it lasts, whichever process looks, whoever restarts.

A row holds as long as its rule does; what is said holds no words, these are joined when it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Reader, Row, Tx
from gateway.stream.hold import hold
from gateway.stream.pulls import Spot, find_open, know_channel, pull

NEW = """insert into watches (id, place, rule, subject, does, channel, began_at, upto_at, over_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing"""
OVER = """update watches set over_at = $2, next_at = 0, tries = 0,
    state = case when state = 'open' then 'skipped' else state end where id = $1 and over_at is null"""
LASTING = "select * from watches where place = $1 and does = $2 and over_at is null order by began_at, id"
DUE = """select * from watches where place = $1 and next_at <= $2
    and state in ('open', 'sending', 'unknown', 'posted') order by began_at, id limit 100"""
ACKNOWLEDGE = """update watches set acknowledged_by = $2, acknowledged_at = $3, next_at = 0
    where id = $1 and does = 'alert' and acknowledged_at is null and over_at is null"""
BEGIN = "update watches set state = 'sending', tries = tries + 1, next_at = $2 where id = $1"
# What has come of it while it was drawn is drawn at once.
STANDS = """update watches set state = $2, external = $3, digest = $4, tries = 0, error = $8, next_at = case
    when coalesce(acknowledged_at, 0) = $6 and coalesce(over_at, 0) = $7 then cast($5 as bigint) else 0 end
    where id = $1"""
WAITS = "update watches set state = $2, next_at = $3, error = $4, tries = tries + 1 where id = $1"
ENDED = "update watches set state = $2, error = $3 where id = $1"
TAKEN_AWAY = """update watches set state = case when over_at is null then 'open' else 'skipped' end, external = null,
    digest = '', tries = 0, next_at = 0, error = $2 where id = $1"""
# What was not said was not counted either: the next one counts it.
LAST_DIGEST = """select max(upto_at) as newest,
    max(case when external is not null or state in ('sending', 'unknown') then upto_at end) as said
    from watches where place = $1 and rule = $2 and does = 'digest'"""
OVERTAKEN = """update watches set state = 'skipped', error = 'overtaken'
    where place = $1 and rule = $2 and does = 'digest' and state = 'open' and subject <> $3"""
FORGET = "delete from watches where id in (select id from watches where over_at < $1 limit $2)"
KEPT = 100 * 24 * 3_600_000
"""ms for which it is known what was said: longer than anybody looks for it."""
STEP = 500
SHARED = "shared"
"""As its error: others read the channel, and that is why it is not said, or was the last that was."""
GONE = "message_not_found"
"""The same: somebody took it away there."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One of them."""

    id: str
    rule: str
    subject: str
    does: str
    channel: str
    began_at: int
    upto_at: int | None
    over_at: int | None
    acknowledged_by: str | None
    acknowledged_at: int | None
    state: str
    external: str | None
    digest: str
    tries: int
    error: str | None = None

    @property
    def is_kept_back(self) -> bool:
        """It holds and is said nowhere: others read its channel."""
        return self.state in ("open", "unknown") and self.error == SHARED

    @property
    def key(self) -> str:
        """What its post bears, by which it is known again."""
        return f"watch.{self.id}"

    @property
    def uncertain(self) -> bool:
        return self.state in ("sending", "unknown")


def as_watch(row: Row) -> Watch:
    return Watch(*(row[name] for name in Watch.__slots__))


async def raise_alert(tx: Tx, place: str, rule: str, subject: str, channel: str) -> bool:
    """It holds from now on. Returns whether that is new."""
    await know_channel(tx, place, channel)
    row = (new_id(), place, rule, subject, "alert", channel, tx.now, None, None, "open")
    return bool(await tx.run(NEW, *row))


async def pull_once(tx: Tx, place: str, rule: str, conversation: str, spot: Spot, by: Actor) -> bool:
    """Pull it where the rule says, unless the rule has while it holds. Returns whether it was. Raises NotFound."""
    held = await hold(tx, conversation)
    row = (new_id(), place, rule, conversation, "pull", spot.channel, tx.now, None, None, "none")
    if not await tx.run(NEW, *row) or await find_open(tx, held.id, place) is not None:
        return False
    await pull(tx, held.id, spot, by)
    return True


async def end(tx: Tx, key: str) -> bool:
    """It holds no more. Returns whether it did."""
    return bool(await tx.run(OVER, key, tx.now))


async def begin_digest(tx: Tx, place: str, rule: str, day: str, channel: str, since: int, upto: int) -> bool:
    """The digest of a day (`2026-11-23`) is to be said, once, and none of an earlier day. Returns whether it is new."""
    await know_channel(tx, place, channel)
    await tx.run(OVERTAKEN, place, rule, day)
    row = (new_id(), place, rule, day, "digest", channel, since, upto, upto, "open")
    return bool(await tx.run(NEW, *row))


async def last_digest(look: Reader, place: str, rule: str) -> tuple[int | None, int | None]:
    """Up to when the newest one counts (UTC ms), and the newest of those that were said."""
    found = await look.one(LAST_DIGEST, place, rule)
    return (None, None) if found is None else (found["newest"], found["said"])


async def acknowledge(tx: Tx, key: str, rule: str, by: Actor) -> bool:
    """Somebody has seen it, and says so. Returns whether they are the first; what is over wants nobody."""
    if not await tx.run(ACKNOWLEDGE, key, by.id, tx.now):
        return False
    changes = {"what": "alert", "rule": rule, "acknowledged": True}
    tx.record(Event(Kind.SETTING_CHANGED, by, tx.now, subject=key, changes=changes, audited=True))
    return True


async def load_lasting(look: Reader, place: str, does: str = "alert") -> list[Watch]:
    """Of rules that do that. Those that pull have one for each conversation of which they hold."""
    return [as_watch(row) for row in await look.all(LASTING, place, does)]


async def load_due(look: Reader, place: str, now: int) -> list[Watch]:
    """What may be posted or drawn anew at that time (UTC ms)."""
    return [as_watch(row) for row in await look.all(DUE, place, now)]


async def find(look: Reader, key: str) -> Watch | None:
    row = await look.one("select * from watches where id = $1", key)
    return None if row is None else as_watch(row)


async def begin(tx: Tx, one: Watch, until: int) -> None:
    """It is about to be posted: should nobody ever say what came of it, one looks after `until` (UTC ms)."""
    await tx.run(BEGIN, one.id, until)


async def stands(
    tx: Tx, one: Watch, external: str, digest: str, again: int, *, last: bool = False, shared: bool = False
) -> None:
    """It shows what is so, or (`shared`) nothing, and is looked at again at `again` (UTC ms), unless this was its
    last word."""
    state = "done" if last else "posted"
    seen = one.acknowledged_at or 0, one.over_at or 0
    await tx.run(STANDS, one.id, state, external, digest, again, *seen, SHARED if shared else None)


async def taken_away(tx: Tx, one: Watch, why: str) -> None:
    """It stands there no more; while it holds it may be said once more."""
    await tx.run(TAKEN_AWAY, one.id, why[:200])


async def waits(tx: Tx, one: Watch, until: int, why: str, *, uncertain: bool = False) -> None:
    state = "posted" if one.state == "posted" else "unknown" if uncertain else "open"
    await tx.run(WAITS, one.id, state, until, why[:200])


async def ended(tx: Tx, one: Watch, why: str, *, failed: bool = False) -> None:
    """Nothing more is said of it."""
    await tx.run(ENDED, one.id, "failed" if failed else "skipped", why[:200])


async def forget(tx: Tx) -> int:
    """One step of cleaning; returns how many went."""
    return await tx.run(FORGET, tx.now - KEPT, STEP)


def rules_of(found: Sequence[Watch], rule: str) -> dict[str, Watch]:
    """Those of a rule, by subject."""
    return {one.subject: one for one in found if one.rule == rule}
