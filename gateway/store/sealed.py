"""Which secrets stand in the database, and that none of them stands open (`gateway.seals`).

What is kept as a hash only (passwords, sessions, tokens, links, recovery codes) needs no seal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.errors import ConfigError
from gateway.events import SYSTEM, Event, Kind
from gateway.seals import SEALED
from gateway.store.tx import Reader, Tx

DEPLOYMENT = "meta.value secret"
TOTP = "agents.totp_secret"
HOOK = "hooks.secrets"
PUSH = "push_subscriptions.auth"

KEPT = """select 'meta.value' as place, key as id, value as kept from meta where key = 'secret'
    union all select 'agents.totp_secret', id, totp_secret from agents where totp_secret is not null
    union all select 'hooks.secrets', id, cast(secrets as text) from hooks where removed_at is null
    union all select 'push_subscriptions.auth', session_id, auth from push_subscriptions"""
OWN = "select value from meta where key = 'secret'"
ALONE = f"{OWN} {{lock}}"
DROP_FACTOR = "update agents set totp_secret = null, totp_last = 0 where id = $1"
DROP_CODES = "delete from recovery_codes where agent_id = $1"
DROP_HOOK = "update hooks set state = 'paused', reason = null, secrets = '[]' where id = $1"
DROP_PUSH = "delete from push_subscriptions where session_id = $1"


@dataclass(frozen=True, slots=True)
class _Place:
    open: re.Pattern[str]
    """The secret within the column where it stands open."""
    write: str


PLACES = {
    "meta.value": _Place(
        re.compile("^[0-9a-f]+$"), "update meta set value = $2 where key = $1 and value = $3"
    ),
    TOTP: _Place(
        re.compile("(?:^|(?<=^pending:))[A-Z2-7]+=*$"),
        "update agents set totp_secret = $2 where id = $1 and totp_secret = $3",
    ),
    HOOK: _Place(
        re.compile('(?<=")whsec_[^"]+'),
        "update hooks set secrets = $2 where id = $1 and cast(secrets as text) = $3",
    ),
    PUSH: _Place(
        re.compile("^[A-Za-z0-9_=-]+$"),
        "update push_subscriptions set auth = $2 where session_id = $1 and auth = $3",
    ),
}


def names_in(kept: str) -> list[str]:
    """The ids of the keys that this text is sealed with."""
    return sorted({found[1] for found in SEALED.finditer(kept)})


async def deployment_secret(look: Reader) -> bytes:
    """The deployment's own key: signs links, visitors' tokens, one-time codes. Raises ConfigError."""
    return bytes.fromhex(look.seals.open(await look.value(OWN), DEPLOYMENT))


async def seal_all(tx: Tx) -> bytes:
    """At every start: seal what stands open (of an older Parley's database everything does); returns the deployment's
    own secret. Raises ConfigError where a key is not here: before anything is changed, also under two who start."""
    await tx.value(ALONE)
    rows = await tx.all(KEPT)
    names = {name for row in rows for name in names_in(row["kept"])}
    missing = sorted(name for name in names if not tx.seals.knows(name))
    if missing:
        raise ConfigError(tx.seals.missing(missing))
    for row in rows:
        await _write(tx, row, PLACES[row["place"]].open.sub(_sealing(tx, row), row["kept"]))
    return await deployment_secret(tx)


async def reseal(tx: Tx) -> tuple[int, int]:
    """Seal with the first key what former ones sealed: (how many rows were, how many are left to a later look because
    somebody changed them meanwhile). Raises ConfigError."""
    done = left = 0
    for row in await tx.all(KEPT):
        if set(names_in(row["kept"])) <= set(tx.seals.ids[:1]):
            continue
        again = SEALED.sub(_sealing(tx, row), row["kept"])
        wrote = await _write(tx, row, again)
        done, left = done + wrote, left + (not wrote)
    return done, left


async def forget(tx: Tx) -> list[str]:
    """The key is lost for good: what it sealed is given up, and said in words. A fresh deployment secret (links and
    visitors' sessions end), second factors off, endpoints of webhooks paused without a secret, no push to browsers."""
    said = []
    for row in await tx.all(KEPT):
        if all(tx.seals.knows(name) for name in names_in(row["kept"])):
            continue
        said.append(f"{row['place']} {row['id']}")
        if row["place"] == TOTP:
            await tx.run(DROP_FACTOR, row["id"])
            await tx.run(DROP_CODES, row["id"])
            off = {"ended": [], "second_factor": "off"}
            tx.record(
                Event(Kind.ACCESS_CHANGED, SYSTEM, tx.now, subject=row["id"], changes=off, audited=True)
            )
        elif row["place"] == HOOK:
            await tx.run(DROP_HOOK, row["id"])
        elif row["place"] == PUSH:
            await tx.run(DROP_PUSH, row["id"])
        else:
            await _write(tx, row, tx.seals.seal(os.urandom(32).hex(), DEPLOYMENT))
    return said


def _sealing(tx: Tx, row: Any) -> Callable[[re.Match[str]], str]:
    """Seals, with the first key, what stands open or was sealed with another."""
    place = f"{row['place']} {row['id']}"

    def seal(found: re.Match[str]) -> str:
        kept = found[0]
        return tx.seals.seal(tx.seals.open(kept, place) if SEALED.fullmatch(kept) else kept, place)

    return seal


async def _write(tx: Tx, row: Any, kept: str) -> int:
    if kept == row["kept"]:
        return 0
    return await tx.run(PLACES[row["place"]].write, row["id"], kept, row["kept"])
