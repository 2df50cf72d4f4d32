"""Sessions of signed-in agents: a random cookie, its hash here, listed and ended by their owner.

Their life slides on with use, written down at most every `session_touch`, and ends for good after `session_longest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import NotFound
from gateway.events import SYSTEM, Actor, Event, Kind, new_id
from gateway.limits import Limits
from gateway.store import Reader, Row, Tx
from inbox.auth.caller import Caller
from inbox.auth.secrets import digest, new_secret

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
AGENT_TEXT = 300
"""Characters kept of a browser's name for itself."""

INSERT = """insert into sessions (hash, id, agent_id, created_at, seen_at, expires_at, ip, user_agent)
    values ($1, $2, $3, $4, $4, $5, $6, $7)"""
TOUCH = """update sessions set seen_at = $2, expires_at = $3, ip = $4
    where id = $1 and revoked_at is null and seen_at < $2"""
LIVE = """select id, created_at, seen_at, expires_at, ip, user_agent from sessions
    where agent_id = $1 and revoked_at is null and expires_at > $2 order by seen_at desc, id desc"""
LIVE_IDS = "select id from sessions where agent_id = $1 and revoked_at is null and id <> $2"
REVOKE = "update sessions set revoked_at = $3 where id = $1 and agent_id = $2 and revoked_at is null"


@dataclass(frozen=True, slots=True)
class Started:
    """A fresh session: `secret` goes into the cookie and nowhere else."""

    id: str
    secret: str
    expires_at: int


async def start_session(tx: Tx, agent_id: str, ip: str, user_agent: str, limits: Limits) -> Started:
    """Called when somebody has proved to be this agent."""
    started = Started(new_id(), new_secret(), _until(limits, tx.now, tx.now))
    # A header's stray bytes come as lone surrogates, which no database takes.
    about = user_agent.replace("\0", "").encode(errors="replace").decode()[:AGENT_TEXT]
    await tx.run(INSERT, digest(started.secret), started.id, agent_id, tx.now, started.expires_at, ip, about)
    return started


def needs_touch(caller: Caller, now: int, limits: Limits) -> bool:
    """Was its last written use long enough ago?"""
    return caller.session is not None and now - caller.seen_at >= limits.session_touch * MINUTE


async def touch_session(tx: Tx, caller: Caller, ip: str, limits: Limits) -> int:
    """Write down that the session is in use; returns until when it now lives."""
    until = _until(limits, tx.now, caller.created_at)
    await tx.run(TOUCH, caller.session, tx.now, until, ip)
    return until


def _until(limits: Limits, now: int, created_at: int) -> int:
    return min(now + limits.session_idle * DAY, created_at + limits.session_longest * DAY)


async def end_session(tx: Tx, agent_id: str, session: str, by: Actor) -> None:
    """Sign out one session of this agent. Raises NotFound for another's, or one that has ended."""
    if not await tx.run(REVOKE, session, agent_id, tx.now):
        raise NotFound("errors.session_not_found", f"agent {agent_id} has no session {session}")
    tell_ended(tx, agent_id, [session], by)


async def end_sessions(tx: Tx, agent_id: str, by: Actor = SYSTEM, *, but: str = "") -> list[str]:
    """Sign out every session of this agent, except `but`. Returns which ended."""
    ended = [row["id"] for row in await tx.all(LIVE_IDS, agent_id, but)]
    for session in ended:
        await tx.run(REVOKE, session, agent_id, tx.now)
    if ended:
        tell_ended(tx, agent_id, ended, by)
    return ended


def tell_ended(tx: Tx, agent_id: str, sessions: Sequence[str], by: Actor) -> None:
    """A fact, so that every process closes the sockets of these sessions."""
    changes = {"ended": list(sessions)}
    tx.record(Event(Kind.ACCESS_CHANGED, by, tx.now, subject=agent_id, changes=changes, audited=True))


async def live_sessions(look: Reader, agent_id: str, now: int) -> Sequence[Row]:
    """The agent's sessions that have not ended, the last used first."""
    return await look.all(LIVE, agent_id, now)
