"""Links that work once: the first admin's, a password reset that an admin hands out, a demo's sign-in."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gateway.errors import NotFound
from gateway.store import Reader, Tx
from inbox.auth.secrets import digest, new_secret

Purpose = Literal["first_admin", "reset", "demo"]
HOUR = 3_600_000

INSERT = """insert into one_time_links (hash, purpose, agent_id, created_at, expires_at)
    values ($1, $2, $3, $4, $5)"""
FIND = (
    """select purpose, agent_id from one_time_links where hash = $1 and used_at is null and expires_at > $2"""
)
USE = "update one_time_links set used_at = $2 where hash = $1 and used_at is null and expires_at > $2"
FORGET = "delete from one_time_links where purpose = $1 and coalesce(agent_id, '') = $2 and used_at is null"
ANYBODY = "select 1 from agents where role = 'admin' and deactivated_at is null limit 1"


class Link(NamedTuple):
    purpose: Purpose
    agent_id: str | None


async def make_link(tx: Tx, purpose: Purpose, agent_id: str | None, hours: int) -> str:
    """A fresh link's secret; former unused ones of that kind no longer work. Goes behind `/link/`."""
    secret = new_secret()
    await tx.run(FORGET, purpose, agent_id or "")
    await tx.run(INSERT, digest(secret), purpose, agent_id, tx.now, tx.now + hours * HOUR)
    return secret


async def first_admin_link(tx: Tx, hours: int) -> str | None:
    """The link that makes the first admin, None when there is an admin. Called at every start."""
    if await tx.one(ANYBODY) is not None:
        return None
    return await make_link(tx, "first_admin", None, hours)


async def find_link(look: Reader, secret: str, now: int) -> Link:
    """What a link is for, without using it up. Raises NotFound."""
    row = await look.one(FIND, digest(secret), now)
    if row is None:
        raise NotFound("errors.link_gone", "no such link, or it was used, or its time is over")
    return Link(row["purpose"], row["agent_id"])


async def use_link(tx: Tx, secret: str) -> None:
    """Use it up: of two who try, one succeeds. Raises NotFound."""
    if not await tx.run(USE, digest(secret), tx.now):
        raise NotFound("errors.link_gone", "the link was used or its time is over")


async def forget_links(tx: Tx, agent_id: str) -> None:
    """None of an agent's unused links works any more."""
    await tx.run("delete from one_time_links where agent_id = $1 and used_at is null", agent_id)


def link_url(public_url: str, secret: str) -> str:
    """Where the browser takes the link."""
    return f"{public_url}/link/{secret}"
