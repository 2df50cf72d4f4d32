"""Who somebody of a place outside is here: an explicit link by a one-time code, never a likeness. And what a place has
told us already.

An agent is shown a code here and says it there: so the same person holds both accounts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from gateway.errors import Refused
from gateway.events import Event, Kind
from gateway.events import agent as the_agent
from gateway.store import Reader, Row, Tx

CODE_LIFE = 10 * 60_000
"""Milliseconds in which a code may be said."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Those that nobody takes for another."""
LENGTH = 10
"""50 bits: with the bound on tries nobody finds one in its ten minutes."""
KEPT = 3 * 24 * 3_600_000
"""Milliseconds for which it is remembered what a place has told us: longer than any repeats itself."""
STEP = 500

FORGET_CODES = "delete from outside_codes where (agent_id = $1 and place = $2) or expires_at < $3"
NEW_CODE = "insert into outside_codes (hash, place, agent_id, expires_at) values ($1, $2, $3, $4)"
USE = """update outside_codes set used_at = $3 where hash = $1 and place = $2 and used_at is null
    and expires_at > $3"""
WHOSE = """select c.agent_id from outside_codes c join agents a on a.id = c.agent_id
    where c.hash = $1 and a.deactivated_at is null"""
UNLINK = (
    "delete from outside_people where place = $1 and workspace = $2 and (external_id = $3 or agent_id = $4)"
)
UNLINK_AGENT = "delete from outside_people where place = $1 and agent_id = $2"
LINK = """insert into outside_people (place, workspace, external_id, agent_id, linked_at)
    values ($1, $2, $3, $4, $5)"""
LINKED = """select p.external_id, p.workspace, p.linked_at from outside_people p
    where p.place = $1 and p.agent_id = $2"""
AGENT = "select agent_id from outside_people where place = $1 and workspace = $2 and external_id = $3"
SEEN = "select 1 from outside_seen where place = $1 and event_id = $2"
SEE = "insert into outside_seen (place, event_id, at) values ($1, $2, $3) on conflict do nothing"
FORGET_SEEN = """delete from outside_seen where (place, event_id) in
    (select place, event_id from outside_seen where at < $1 limit $2)"""


async def make_code(tx: Tx, secret: bytes, place: str, agent: str) -> tuple[str, int]:
    """A fresh code, shown once, and until when it may be said (UTC ms). The agent's former ones are over."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    await tx.run(FORGET_CODES, agent, place, tx.now)
    await tx.run(NEW_CODE, _hash(secret, code), place, agent, tx.now + CODE_LIFE)
    return f"{code[:5]}-{code[5:]}", tx.now + CODE_LIFE


async def link(tx: Tx, secret: bytes, place: str, workspace: str, external: str, code: str) -> str:
    """Somebody there has said a code: they are that agent from now on, and nobody else is. Returns the agent.

    Raises Refused for a code that is unknown, used or over: the three look the same.
    """
    told = _hash(secret, code)
    if not await tx.run(USE, told, place, tx.now) or (agent := await tx.value(WHOSE, told)) is None:
        raise Refused("errors.link_code", "no such code, or it is used or over", code="link_code")
    await tx.run(UNLINK, place, workspace, external, agent)
    await tx.run(LINK, place, workspace, external, agent, tx.now)
    _tell(tx, agent, linked=True)
    return str(agent)


async def unlink(tx: Tx, place: str, agent: str) -> bool:
    """Whoever was this agent there is nobody from now on."""
    if not await tx.run(UNLINK_AGENT, place, agent):
        return False
    _tell(tx, agent, linked=False)
    return True


def _tell(tx: Tx, agent: str, *, linked: bool) -> None:
    changes = {"what": "outside", "linked": linked}
    tx.record(
        Event(Kind.SETTING_CHANGED, the_agent(agent), tx.now, subject=agent, changes=changes, audited=True)
    )


async def linked_agent(look: Reader, place: str, workspace: str, external: str) -> str | None:
    found = await look.value(AGENT, place, workspace, external)
    return None if found is None else str(found)


async def link_of(look: Reader, place: str, agent: str) -> Row | None:
    return await look.one(LINKED, place, agent)


async def was_seen(look: Reader, place: str, event_id: str) -> bool:
    return await look.one(SEEN, place, event_id) is not None


async def see(tx: Tx, place: str, event_id: str) -> bool:
    """Returns whether it is new."""
    return bool(await tx.run(SEE, place, event_id, tx.now))


async def forget_seen(tx: Tx) -> int:
    """One step of cleaning; returns how many went."""
    return await tx.run(FORGET_SEEN, tx.now - KEPT, STEP)


def _hash(secret: bytes, code: str) -> str:
    plain = "".join(one for one in code.upper() if one.isalnum())
    return hmac.digest(secret, f"parley link code {plain}".encode(), hashlib.sha256).hex()
