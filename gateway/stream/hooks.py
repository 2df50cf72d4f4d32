"""Endpoints of webhooks: made, changed, paused, resumed, given another secret, played again from somewhere, removed.

What is told to them is in `hook_queue`. Every act of a person stands in the audit, by id: no address and no secret.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.errors import Conflict, Gone, NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.seals import Seals
from gateway.store import Row, Tx, as_json, from_json, plain
from gateway.store.log import trimmed_to
from gateway.store.sealed import HOOK

KINDS = (
    Kind.MESSAGE_CREATED,
    Kind.MESSAGE_EDITED,
    Kind.MESSAGE_ERASED,
    Kind.MESSAGE_DELIVERY,
    Kind.CONVERSATION_CREATED,
    Kind.CONVERSATION_CHANGED,
    Kind.CONVERSATION_MERGED,
    Kind.CONVERSATION_SPLIT,
    Kind.MERGE_UNDONE,
    Kind.LEG_SEEN,
    Kind.LEG_CONSENT,
    Kind.CONTACT_CHANGED,
    Kind.CONTACT_MERGED,
    Kind.CONTACT_SPLIT,
    Kind.CONTACT_ERASED,
)
"""What may be subscribed to. Held replies are nobody's outside, and how the team is set up is not told by webhooks."""
SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""
PREFIX = "whsec_"

COUNT = "select count(*) from hooks where removed_at is null"
NEW = """insert into hooks (id, label, url, kinds, words, notes, secrets, state, position, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9)"""
ONE = "select * from hooks where id = $1 and removed_at is null {lock}"
CHANGE = "update hooks set label = $2, url = $3, kinds = $4, words = $5, notes = $6 where id = $1"
ANOTHER_PLACE = "update hooks set rest_until = 0, fails = 0, failing_since = null where id = $1"
PAUSE = "update hooks set state = 'paused', reason = null where id = $1"
RESUME = """update hooks set state = 'active', reason = null, fails = 0, failing_since = null, rest_until = 0
    where id = $1"""
DISABLE = "update hooks set state = 'disabled', reason = $2 where id = $1"
SECRETS = "update hooks set secrets = $2 where id = $1"
REMOVE = "update hooks set removed_at = $2, secrets = '[]', url = '', state = 'disabled' where id = $1"
MOVE = "update hooks set position = $2 where id = $1"
FROM = "select min(position) from events where at >= $1"
FIRST_AT = "select at from events order by position limit 1"
DUE_NOW = """update hook_deliveries set due_at = $2 where hook_id = $1 and state = 'waiting'
    and due_at is not null and due_at > $2"""
FAILED_AGAIN = """update hook_deliveries set state = 'waiting', tries = 0, due_at = $3, done_at = null
    where hook_id = $1 and state = 'failed' and event_at >= $2 and problem <> 'trimmed'"""
DROP = """update hook_deliveries set state = 'dropped', due_at = null, lease = null, done_at = $2
    where hook_id = $1 and state = 'waiting'"""
DELIVERY = "select * from hook_deliveries where id = $1"
AGAIN = """update hook_deliveries set state = 'waiting', tries = 0, due_at = $2, done_at = null where id = $1
    and state in ('delivered', 'failed', 'dropped')"""


@dataclass(frozen=True, slots=True)
class Wish:
    """An endpoint as an admin wants it; the address is checked before (`followers.addresses`)."""

    url: str
    kinds: tuple[str, ...]
    label: str = ""
    words: bool = True
    """Are the words of messages, names and subjects sent, or ids only?"""
    notes: bool = False
    """Are the team's internal notes sent, too?"""


class Made(NamedTuple):
    id: str
    secret: str
    """Shown once."""


async def make_hook(tx: Tx, wish: Wish, by: Actor, *, most: int) -> Made:
    """From now on: what happens after this. Raises Refused when there are `most`, or for no kind that is told."""
    kinds = _kinds(wish.kinds)
    if await tx.value(COUNT) >= most:
        raise Refused("errors.webhooks_full", f"{most} endpoints are there", most=most)
    key, secret = new_id(), new_secret()
    said = (plain(wish.label).strip(), wish.url, as_json(kinds), int(wish.words), int(wish.notes))
    await tx.run(NEW, key, *said, as_json([[_sealed(tx, key, secret), None]]), tx.position, tx.now)
    _tell(tx, key, by, "made")
    return Made(key, secret)


async def change_hook(
    tx: Tx,
    hook: str,
    by: Actor,
    *,
    label: str | None = None,
    url: str | None = None,
    kinds: Sequence[str] | None = None,
    words: bool | None = None,
    notes: bool | None = None,
) -> None:
    """Change what is given; what waits goes to the new address, and tells no more than is wanted from now on.

    Raises NotFound, Refused.
    """
    row = await held_hook(tx, hook)
    before = (row["label"], row["url"], from_json(row["kinds"]), bool(row["words"]), bool(row["notes"]))
    after = (
        row["label"] if label is None else plain(label).strip(),
        row["url"] if url is None else url,
        before[2] if kinds is None else _kinds(kinds),
        before[3] if words is None else words,
        before[4] if notes is None else notes,
    )
    if after == before:
        return
    await tx.run(CHANGE, hook, *after[:2], as_json(after[2]), int(after[3]), int(after[4]))
    if after[1] != before[1]:
        await tx.run(ANOTHER_PLACE, hook)
        await tx.run(DUE_NOW, hook, tx.now)
    names = ("label", "url", "kinds", "words", "notes")
    fields = [name for name, old, new in zip(names, before, after, strict=True) if old != new]
    _tell(tx, hook, by, "changed", fields=fields)


async def pause(tx: Tx, hook: str, by: Actor) -> None:
    """Nothing is sent, and the place in the log stays. Raises NotFound."""
    row = await held_hook(tx, hook)
    if row["state"] != "paused":
        await tx.run(PAUSE, hook)
        _tell(tx, hook, by, "paused")


async def resume(tx: Tx, hook: str, by: Actor) -> None:
    """Go on where it stopped, at once and as if nothing had failed. Raises NotFound."""
    row = await held_hook(tx, hook)
    if row["state"] != "active":
        await tx.run(RESUME, hook)
        await tx.run(DUE_NOW, hook, tx.now)
        _tell(tx, hook, by, "resumed")


async def disable(tx: Tx, hook: str, by: Actor, reason: str) -> None:
    """Switched off by us: it has failed for too long (`failing`), or says that it is gone (`gone`)."""
    await tx.run(DISABLE, hook, reason)
    _tell(tx, hook, by, "disabled", reason=reason)


async def rotate(tx: Tx, hook: str, by: Actor, *, overlap: int) -> str:
    """Another secret; for `overlap` ms the former signs, too. Returns the new one, shown once.

    Raises NotFound, and Conflict while the overlap of the last time lasts (unless this one wants none).
    """
    row = await held_hook(tx, hook)
    valid = valid_secrets(row, tx.seals, tx.now)
    if overlap and len(valid) > 1:
        raise Conflict("errors.webhook_rotating", f"the former secret of {hook} is still in use")
    secret = new_secret()
    former = [[_sealed(tx, hook, valid[0]), tx.now + overlap]] if overlap and valid else []
    await tx.run(SECRETS, hook, as_json([[_sealed(tx, hook, secret), None], *former]))
    _tell(tx, hook, by, "rotated")
    return secret


async def remove_hook(tx: Tx, hook: str, by: Actor) -> None:
    """For good: address and secrets go at once, its deliveries with the next cleaning. Raises NotFound."""
    await held_hook(tx, hook)
    await tx.run(REMOVE, hook, tx.now)
    _tell(tx, hook, by, "removed")


async def replay(tx: Tx, hook: str, by: Actor, position: int) -> None:
    """Everything after this position is sent again, in order, and then what is new, under the ids it had.

    Raises NotFound, Refused for a place ahead of where it is, Gone where the log does not reach back.
    """
    row = await held_hook(tx, hook)
    if position < await trimmed_to(tx):
        raise Gone("errors.webhook_trimmed", f"trimmed beyond {position}", code="cursor_gone")
    if position > row["position"]:
        raise Refused("errors.webhook_ahead", f"{position} lies ahead of {row['position']}")
    await tx.run(MOVE, hook, position)
    _tell(tx, hook, by, "replayed", after=position)


async def replay_since(tx: Tx, hook: str, by: Actor, since: int) -> None:
    """The same from a time on (UTC ms). Raises NotFound, Gone where the log does not reach back."""
    row = await held_hook(tx, hook)
    began = await tx.value(FIRST_AT)
    if await trimmed_to(tx) and (began is None or since < began):
        raise Gone("errors.webhook_trimmed", f"trimmed beyond {since}", code="cursor_gone")
    first = await tx.value(FROM, since)
    if first is not None and first <= row["position"]:
        await replay(tx, hook, by, first - 1)


async def replay_failed(tx: Tx, hook: str, by: Actor, since: int) -> int:
    """Only what failed since then (UTC ms) is tried again; returns how many. Raises NotFound."""
    await held_hook(tx, hook)
    again = await tx.run(FAILED_AGAIN, hook, since, tx.now)
    _tell(tx, hook, by, "replayed", failed=again)
    return again


async def skip(tx: Tx, hook: str, by: Actor) -> int:
    """What waits is given up, and the log goes on from here. Returns how many were in the queue. Raises NotFound."""
    await held_hook(tx, hook)
    await tx.run(MOVE, hook, tx.position)
    dropped = await tx.run(DROP, hook, tx.now)
    _tell(tx, hook, by, "skipped")
    return dropped


async def redeliver(tx: Tx, delivery: str, by: Actor) -> None:
    """Send one again, under the id it had, in its place among those of its conversation that wait.

    Raises NotFound, and Conflict while it is on its way already or its endpoint is not active.
    """
    row = await tx.one(DELIVERY, delivery)
    if row is None:
        raise NotFound("errors.webhook_delivery_not_found", f"no delivery {delivery}")
    hook = await held_hook(tx, row["hook_id"])
    if hook["state"] != "active":
        raise Conflict("errors.webhook_not_active", f"{hook['id']} is {hook['state']}")
    if not await tx.run(AGAIN, delivery, tx.now):
        raise Conflict("errors.webhook_on_its_way", f"{delivery} is on its way")
    _tell(tx, hook["id"], by, "redelivered", position=row["position"])


async def held_hook(tx: Tx, hook: str) -> Row:
    """The endpoint's row, locked. Raises NotFound."""
    row = await tx.one(ONE, hook)
    if row is None:
        raise NotFound("errors.webhook_not_found", f"no endpoint {hook}")
    return row


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def valid_secrets(hook: Row, seals: Seals, now: int) -> list[str]:
    """Those of an endpoint's row that sign at this moment, the newest first."""
    kept = [sealed for sealed, until in from_json(hook["secrets"]) if until is None or until > now]
    return [seals.open(sealed, f"{HOOK} {hook['id']}") for sealed in kept]


def _sealed(tx: Tx, hook: str, secret: str) -> str:
    return tx.seals.seal(secret, f"{HOOK} {hook}")


def _kinds(said: Iterable[str]) -> list[str]:
    wanted = set(said)
    if not wanted or wanted - set(KINDS):
        raise Refused("errors.webhook_kinds", f"kinds {sorted(wanted)}")
    return [kind.value for kind in KINDS if kind in wanted]


def _tell(tx: Tx, hook: str, by: Actor, did: str, **more: Any) -> None:
    changes = {"what": "webhook", "did": did, **more}
    tx.record(Event(Kind.SETTING_CHANGED, by, tx.now, subject=hook, changes=changes, audited=True))
