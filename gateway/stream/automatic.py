"""What no person writes: how much of it may go to somebody, and whether she wants it. The one home of both, for every
channel with an outbox; answers of agents are never asked about here."""

from __future__ import annotations

import hashlib
import hmac

from gateway.errors import Refused
from gateway.events import SYSTEM, Actor
from gateway.store import Reader, Tx
from gateway.stream.hold import Held, changed, contact_changed

MOST = 3
"""Automatic messages to one person in one conversation within an HOUR: whatever two machines make of each other, it
ends there."""
HOUR = 3_600_000
"""Milliseconds."""
QUIET, OFTEN = "errors.automatic_quiet", "errors.automatic_often"

SIGNATURE = 32
"""Letters of a signed place's signature: 128 bits."""

RECENT = """select count(*) from messages m join legs l on l.id = m.leg_id where m.conversation_id = $1
    and l.identity_id = $2 and m.author_kind = 'automation' and m.at > $3"""
IS_QUIET = "select quiet_since from endpoints where account_id = $1 and identity_id = $2"
MAKE = """insert into endpoints (account_id, identity_id) values ($1, $2)
    on conflict (account_id, identity_id) do nothing"""
SET_QUIET = """update endpoints set quiet_since = $3 where account_id = $1 and identity_id = $2
    and quiet_since is null"""
UNSET_QUIET = """update endpoints set quiet_since = null where account_id = $1 and identity_id = $2
    and quiet_since is not null"""
OWNER = "select contact_id from identities where id = $1"


async def check_automatic(tx: Tx, held: Held, account: str, identity: str) -> None:
    """May one more go there? Raises Refused: she wants none, or has had enough for this hour."""
    if await quiet_since(tx, account, identity) is not None:
        raise Refused(QUIET, f"{identity} wants no automatic messages by {account}")
    if int(await tx.value(RECENT, held.id, identity, tx.now - HOUR)) >= MOST:
        raise Refused(OFTEN, f"{identity} had {MOST} automatic messages within the hour in {held.id}")


def tell_stopped(tx: Tx, held: Held, by: Actor, why: str) -> None:
    """An automatic message did not go: agents see it in the conversation, with the reason."""
    changed(tx, held, by, {"fields": ["automatic"], "why": why.rpartition(".")[2]})


def signed_place(secret: bytes, account: str, identity: str) -> str:
    """What stands in the address by which she says so: for this account and this address of hers, and nothing else."""
    return f"{account}/{identity}/{_signature(secret, account, identity)}"


def is_signed(secret: bytes, account: str, identity: str, signature: str) -> bool:
    return hmac.compare_digest(signature.encode(), _signature(secret, account, identity).encode())


def _signature(secret: bytes, account: str, identity: str) -> str:
    signed = f"parley no automatic messages\0{account}\0{identity}".encode()
    return hmac.digest(secret, signed, hashlib.sha256).hex()[:SIGNATURE]


async def quieten(tx: Tx, account: str, identity: str, by: Actor = SYSTEM) -> bool:
    """From now on nothing by that account that no person wrote. Returns whether it was otherwise."""
    await tx.run(MAKE, account, identity)
    return await _tell(tx, bool(await tx.run(SET_QUIET, account, identity, tx.now)), identity, by)


async def speak_again(tx: Tx, account: str, identity: str, by: Actor = SYSTEM) -> bool:
    """She has written herself, or said that she wants them again. Returns whether it was otherwise."""
    return await _tell(tx, bool(await tx.run(UNSET_QUIET, account, identity)), identity, by)


async def quiet_since(look: Reader, account: str, identity: str) -> int | None:
    """UTC ms; None: she has said nothing of it."""
    found: int | None = await look.value(IS_QUIET, account, identity)
    return found


async def _tell(tx: Tx, moved: bool, identity: str, by: Actor) -> bool:
    if moved:
        contact_changed(tx, await tx.value(OWNER, identity), by, ["automatic"], identity)
    return moved
