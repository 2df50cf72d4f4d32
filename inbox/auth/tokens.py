"""API tokens: a program acts for an agent, with the agent's own rights, until the token is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.errors import NotFound, Refused
from gateway.events import SYSTEM, Actor, new_id
from gateway.store import Reader, Row, Tx
from inbox.auth.secrets import digest, new_secret
from inbox.auth.sessions import tell_ended

PREFIX = "parley_"
"""Stands before every token, so that one found in a repository is known for what it is."""

MOST = 100
"""Tokens an agent may have at the same time."""

INSERT = """insert into tokens (hash, id, agent_id, name, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)"""
OF_AGENT = """select id, agent_id, name, created_at, seen_at, expires_at from tokens
    where agent_id = $1 and revoked_at is null order by id desc"""
TOUCH = "update tokens set seen_at = $2 where id = $1"
REVOKE = "update tokens set revoked_at = $3 where id = $1 and agent_id = $2 and revoked_at is null"
COUNT = """select count(*) from tokens
    where agent_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)"""
LIVE_IDS = "select id from tokens where agent_id = $1 and revoked_at is null"


class Made(NamedTuple):
    """A fresh token: the secret is shown once."""

    id: str
    secret: str


async def make_token(tx: Tx, agent_id: str, name: str, expires_at: int | None = None) -> Made:
    """Also called by `parley token create`. `expires_at` in UTC ms; None: until it is taken back.

    Raises Refused when the agent has `MOST`.
    """
    if await tx.value(COUNT, agent_id, tx.now) >= MOST:
        raise Refused("errors.tokens_full", f"{agent_id} has {MOST} tokens", most=MOST)
    made = Made(new_id(), new_secret(PREFIX))
    await tx.run(INSERT, digest(made.secret), made.id, agent_id, name, tx.now, expires_at)
    return made


async def tokens_of(look: Reader, agent_id: str) -> Sequence[Row]:
    """The agent's tokens that were not taken back, newest first."""
    return await look.all(OF_AGENT, agent_id)


async def touch_token(tx: Tx, token: str) -> None:
    """Write down that it is in use."""
    await tx.run(TOUCH, token, tx.now)


async def end_token(tx: Tx, agent_id: str, token: str, by: Actor) -> None:
    """Take a token back. Raises NotFound for another agent's, or one that was taken back."""
    if not await tx.run(REVOKE, token, agent_id, tx.now):
        raise NotFound("errors.token_not_found", f"agent {agent_id} has no token {token}")
    tell_ended(tx, agent_id, [token], by)


async def end_tokens(tx: Tx, agent_id: str, by: Actor = SYSTEM) -> None:
    """Take back all of an agent's tokens."""
    for row in await tx.all(LIVE_IDS, agent_id):
        await end_token(tx, agent_id, row["id"], by)
