"""The second factor: an authenticator's codes, recovery codes that work once, and how long wrong ones have to wait.

Only who knows the password gets to try a code, so wrong ones are counted by agent, in the database, for all addresses
and processes: after `factor_tries` of them the next one waits, twice as long each time, up to `factor_wait`. Addresses
the agent has signed in from are counted apart from all others, so a thief of the password elsewhere does not make her
wait; a recovery code never waits, open sessions go on, and a new password chosen in one of them ends the thief's tries.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import secrets
from dataclasses import dataclass

from gateway.door import neighbourhood
from gateway.errors import Refused, TooMany, Unauthenticated
from gateway.events import SYSTEM, Actor, Event, Kind, agent
from gateway.store import Reader, Row, Tx
from gateway.store.sealed import TOTP
from gateway.stream.agents import hold_agent, tell_directory
from inbox.auth import totp
from inbox.auth.caller import Caller
from inbox.auth.sessions import end_sessions
from inbox.desk import Desk

PENDING = "pending:"
"""Stands before a second factor's key until its first code has been shown."""
CODES = 10
"""Recovery codes made at a time."""
CODE_BYTES = 10
"""Random bytes of a recovery code: 80 bits, 16 letters of base 32 in four groups."""
FIRST_WAIT = 30.0
"""Seconds that the first wrong code beyond `factor_tries` makes wait; the next twice as long."""
PLACES_LOOKED_AT = 500
"""Addresses of former sessions that make an address a known one."""
RECOVERY = re.compile(r"[a-z2-7]{16}")

SET_TOTP = "update agents set totp_secret = $2, totp_last = $3 where id = $1"
USE_STEP = "update agents set totp_last = $2 where id = $1 and totp_last < $2"
BY_ID = "select * from agents where id = $1"
PLACES = f"select distinct ip from sessions where agent_id = $1 limit {PLACES_LOOKED_AT}"
FAILED = "select * from factor_failures where agent_id = $1 and place = $2"
FAIL = """insert into factor_failures (agent_id, place, failed, failed_at, address, unseen, unseen_since)
    values ($1, $2, 1, $3, $4, 1, $3) on conflict (agent_id, place) do update set
    failed = factor_failures.failed + 1, failed_at = excluded.failed_at, address = excluded.address,
    unseen = factor_failures.unseen + 1, unseen_since = case when factor_failures.unseen = 0
        then excluded.unseen_since else factor_failures.unseen_since end"""
SET_BACK = "update factor_failures set failed_at = $3 where agent_id = $1 and place = $2 and failed_at > $3"
FORGIVE = "update factor_failures set failed = 0 where agent_id = $1 and place = $2"
FORGIVE_ALL = "update factor_failures set failed = 0 where agent_id = $1"
UNSEEN = "select * from factor_failures where agent_id = $1 and unseen > 0 order by failed_at desc"
SEEN = "update factor_failures set unseen = 0 where agent_id = $1 and unseen > 0"
NEW_CODE = "insert into recovery_codes (hash, agent_id, created_at) values ($1, $2, $3)"
USE_CODE = "update recovery_codes set used_at = $3 where hash = $1 and agent_id = $2 and used_at is null"
DROP_CODES = "delete from recovery_codes where agent_id = $1"
CODES_LEFT = "select count(*) from recovery_codes where agent_id = $1 and used_at is null"


def factor_of(row: Row) -> str | None:
    """The agent's confirmed key, sealed; None without a second factor."""
    key: str | None = row["totp_secret"]
    return None if key is None or key.startswith(PENDING) else key


def _opened(tx: Tx, agent_id: str, kept: str | None) -> str:
    return tx.seals.open(kept, f"{TOTP} {agent_id}") if kept else ""


# --- showing a code -------------------------------------------------------------------------------------------------


async def check_second_factor(desk: Desk, row: Row, code: str | None, address: str) -> None:
    """Nothing to check without a second factor. Raises Unauthenticated (`totp_needed`, `totp_wrong`), TooMany."""
    if factor_of(row) is None:
        return
    if not code:
        raise Unauthenticated("errors.totp_needed", code="totp_needed")
    await _use(desk, row["id"], code, address)


@dataclass(frozen=True, slots=True)
class _Tried:
    right: bool
    wait: float = 0.0
    """Seconds until a code is looked at again."""


async def _use(desk: Desk, agent_id: str, code: str, address: str) -> None:
    """An authenticator's code or a recovery code, each accepted once. Raises Unauthenticated, TooMany."""
    tried = await desk.store.write(lambda tx: _try(tx, desk, agent_id, code, address))
    if tried.wait > 0:
        minutes = math.ceil(tried.wait / 60)
        raise TooMany("errors.totp_wait", f"{agent_id} waits", retry_after=tried.wait, minutes=minutes)
    if not tried.right:
        raise Unauthenticated("errors.totp_wrong", code="totp_wrong")


async def _try(tx: Tx, desk: Desk, agent_id: str, code: str, address: str) -> _Tried:
    """Under the agent's lock, so that of many who try at once each is counted, and a code lets in one."""
    row = await hold_agent(tx, agent_id)
    now, place = desk.clock(), await _place(tx, agent_id, address)
    # A clock that was set back by hours makes nobody wait for hours: what is left of the pause counts from now.
    await tx.run(SET_BACK, agent_id, place, now)
    wait = _wait(desk, await tx.one(FAILED, agent_id, place), now)
    recovery = _recovery(code)
    if recovery:
        right = bool(await tx.run(USE_CODE, _digest(agent_id, recovery), agent_id, now))
    elif wait > 0:
        return _Tried(right=False, wait=wait)
    else:
        step = totp.matching_step(_opened(tx, agent_id, factor_of(row)), code, now, row["totp_last"])
        right = step is not None and bool(await tx.run(USE_STEP, agent_id, step))
    if right:
        await tx.run(FORGIVE, agent_id, place)
        if recovery:
            _tell(tx, agent_id, "recovery_code_used", agent(agent_id))
        return _Tried(right=True)
    if wait > 0:  # a wrong recovery code while others wait: not worth a line each
        return _Tried(right=False, wait=wait)
    await tx.run(FAIL, agent_id, place, now, address)
    _tell(tx, agent_id, "wrong_code", SYSTEM)
    return _Tried(right=False)


async def _place(look: Reader | Tx, agent_id: str, address: str) -> str:
    here = neighbourhood(address)
    before = {neighbourhood(row["ip"]) for row in await look.all(PLACES, agent_id)}
    return "known" if here in before else "strange"


def _wait(desk: Desk, failures: Row | None, now: int) -> float:
    """Seconds that the next code still has to wait."""
    over = 0 if failures is None else failures["failed"] - desk.limits.factor_tries
    if failures is None or over < 0:
        return 0.0
    pause = float(min(FIRST_WAIT * 2.0 ** min(over, 20), desk.limits.factor_wait * 60))
    passed: int = max(0, now - failures["failed_at"])
    return max(0.0, pause - passed / 1000)


def _tell(tx: Tx, agent_id: str, what: str, by: Actor) -> None:
    """For the audit: no session ends, nobody sees more or less."""
    changes = {"ended": [], "second_factor": what}
    tx.record(Event(Kind.ACCESS_CHANGED, by, tx.now, subject=agent_id, changes=changes, audited=True))


# --- recovery codes -------------------------------------------------------------------------------------------------


def _recovery(code: str) -> str | None:
    """The letters of a recovery code, however it was typed; None for what is none."""
    plain = re.sub(r"[\s-]", "", code).lower()
    return plain if RECOVERY.fullmatch(plain) else None


def _digest(agent_id: str, code: str) -> str:
    return hashlib.sha256(f"{agent_id}:{code}".encode()).hexdigest()


async def _fresh_codes(tx: Tx, agent_id: str, now: int) -> list[str]:
    """Ten new ones; the former no longer work."""
    await tx.run(DROP_CODES, agent_id)
    codes = []
    for _ in range(CODES):
        plain = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
        await tx.run(NEW_CODE, _digest(agent_id, plain), agent_id, now)
        codes.append("-".join(plain[start : start + 4] for start in range(0, len(plain), 4)))
    return codes


async def codes_left(look: Reader, agent_id: str) -> int:
    """Recovery codes that still work."""
    return int(await look.value(CODES_LEFT, agent_id))


async def renew_codes(desk: Desk, caller: Caller, code: str, address: str) -> list[str]:
    """Ten new recovery codes in place of the former; a code must allow it. Raises Refused, TooMany."""
    await _allow(desk, caller, code, address)

    async def verb(tx: Tx) -> list[str]:
        if factor_of(await hold_agent(tx, caller.agent_id)) is None:
            raise Refused("errors.totp_is_off", f"{caller.agent_id} has no second factor")
        _tell(tx, caller.agent_id, "recovery_codes_made", caller.actor)
        return await _fresh_codes(tx, caller.agent_id, desk.clock())

    return await desk.store.write(verb)


async def _allow(desk: Desk, caller: Caller, code: str, address: str) -> None:
    """A signed-in agent shows a code. Raises Refused (off, wrong), TooMany."""
    row = await desk.store.glance(lambda look: look.one(BY_ID, caller.agent_id))
    if row is None or factor_of(row) is None:
        raise Refused("errors.totp_is_off", f"{caller.agent_id} has no second factor")
    try:
        await _use(desk, caller.agent_id, code, address)
    except Unauthenticated:
        raise Refused("errors.totp_wrong", code="totp_wrong") from None


# --- on and off -----------------------------------------------------------------------------------------------------


async def begin_factor(desk: Desk, caller: Caller) -> tuple[str, str]:
    """A fresh key that counts once its first code is shown: (key, URI for the QR code). Raises Refused."""
    key = totp.new_key()

    async def verb(tx: Tx) -> None:
        row = await hold_agent(tx, caller.agent_id)
        if factor_of(row) is not None:
            raise Refused("errors.totp_is_on", f"{caller.agent_id} has a second factor")
        sealed = tx.seals.seal(key, f"{TOTP} {caller.agent_id}")
        await tx.run(SET_TOTP, caller.agent_id, PENDING + sealed, 0)

    await desk.store.write(verb)
    return key, totp.uri(key, caller.email, "Parley")


async def confirm_factor(desk: Desk, caller: Caller, code: str) -> list[str]:
    """The app shows the right codes: from now on they are asked for. Returns the recovery codes, shown this once.

    Raises Refused, TooMany.
    """
    await desk.rates.sign_in.admit(("totp", caller.agent_id), text="errors.sign_in_often")

    async def verb(tx: Tx) -> list[str]:
        row = await hold_agent(tx, caller.agent_id)
        kept: str = row["totp_secret"] or ""
        if not kept.startswith(PENDING):
            raise Refused("errors.totp_not_begun", f"{caller.agent_id} confirms nothing")
        key = kept.removeprefix(PENDING)
        step = totp.matching_step(_opened(tx, caller.agent_id, key), code, desk.clock(), 0)
        if step is None:
            raise Refused("errors.totp_wrong", code="totp_wrong")
        await tx.run(SET_TOTP, caller.agent_id, key, step)
        await tx.run(FORGIVE_ALL, caller.agent_id)
        _tell(tx, caller.agent_id, "on", caller.actor)
        return await _fresh_codes(tx, caller.agent_id, desk.clock())

    return await desk.store.write(verb)


async def drop_factor(desk: Desk, caller: Caller, code: str, address: str) -> None:
    """Do without the second factor, which a last code must allow. Raises Refused, TooMany."""
    await _allow(desk, caller, code, address)

    async def verb(tx: Tx) -> None:
        await _drop(tx, caller.agent_id)
        _tell(tx, caller.agent_id, "off", caller.actor)

    await desk.store.write(verb)


async def forget_factor(tx: Tx, agent_id: str, by: Actor) -> bool:
    """Turn off the second factor of somebody who has lost it; their sessions end. False: there was none.

    Whoever holds the lost telephone may be signed in on it. Raises NotFound.
    """
    if factor_of(await hold_agent(tx, agent_id)) is None:
        return False
    await _drop(tx, agent_id)
    tell_directory(tx, agent_id, by, {"what": "agent", "fields": ["second_factor"]})
    await end_sessions(tx, agent_id, by)
    return True


async def _drop(tx: Tx, agent_id: str) -> None:
    await tx.run(SET_TOTP, agent_id, None, 0)
    await tx.run(DROP_CODES, agent_id)
    await tx.run(FORGIVE_ALL, agent_id)


async def forgive_wrong_codes(tx: Tx, agent_id: str) -> None:
    """The password is another one: whoever tried codes behind the old one is out, nobody waits for them."""
    await tx.run(FORGIVE_ALL, agent_id)


# --- telling the agent ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong codes after the right password that the agent has not taken note of. Times in UTC ms."""

    count: int
    since: int
    last_at: int
    address: str
    """Where the last one came from."""


async def unseen_failures(look: Reader, agent_id: str) -> Failures | None:
    rows = await look.all(UNSEEN, agent_id)
    if not rows:
        return None
    return Failures(
        sum(row["unseen"] for row in rows),
        min(row["unseen_since"] for row in rows),
        rows[0]["failed_at"],
        rows[0]["address"],
    )


async def note_failures(tx: Tx, agent_id: str) -> None:
    """The agent has taken note."""
    await tx.run(SEEN, agent_id)
