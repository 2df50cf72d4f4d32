"""Calls of providers that could not be taken in: kept whole, shown to admins, played again, discarded, swept.

Each is kept once, however often its provider repeats it. It holds a customer's words: erasing her erases it, where it
can be known that it is about her.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from gateway.channels.base import ProviderRequest
from gateway.errors import NotFound, ParleyError
from gateway.events import SYSTEM, Actor, Address, Event, Kind, new_id
from gateway.store import Tx, as_json, plain

DETAIL = 500
"""Characters that are kept of what an error said."""
UNDO_FOR = 86_400_000
"""ms after which what was discarded is gone."""
TELLING = 6
"""Letters that an address needs at the least to be looked for in calls that nobody could read."""

KNOWN = "select id from parked where account_id = $1 and digest = $2"
WAITING = "select count(*) from parked where account_id = $1 and discarded_at is null"
NEW = """insert into parked (id, account_id, method, url, headers, body, size, digest, reason, detail, at, tried_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict do nothing"""
NEW_PERSON = (
    """insert into parked_people (parked_id, space, address) values ($1, $2, $3) on conflict do nothing"""
)
FORGET_PEOPLE = "delete from parked_people where parked_id = $1"
TRIED = "update parked set reason = $2, detail = $3, tries = tries + 1, tried_at = $4 where id = $1"
DONE = "delete from parked where id = $1"
DISCARD = "update parked set discarded_at = $2 where id = $1 and discarded_at is null"
RESTORE = "update parked set discarded_at = null where id = $1 and discarded_at is not null"
IS_THERE = "select 1 from parked where id = $1"
FORGET_OLD = "delete from parked where at < $1 and discarded_at is null"
FORGET_DISCARDED = "delete from parked where discarded_at < $1"
WAS_ERASED = "select 1 from erased_calls where account_id = $1 and digest = $2"
FORGET_ERASED = "delete from erased_calls where at < $1"
NAMED = "select id from parked where id in (select parked_id from parked_people where space = $1 and address = $2)"
# The one search through bytes has no form that both databases share.
SAYS_SQLITE = "select id from parked where instr(body, $1) > 0 or instr(url, $2) > 0"
SAYS_POSTGRES = "select id from parked where position($1::bytea in body) > 0 or position($2::text in url) > 0"
REMEMBER = """insert into erased_calls (account_id, digest, at)
    select account_id, digest, $2 from parked where id in {ids_1} on conflict do nothing"""
DROP = "delete from parked where id in {ids_1}"


class Reason(StrEnum):
    """Why a call could not be taken in."""

    UNREADABLE = "unreadable"
    """It is not what this channel's provider sends, as far as we know."""
    REFUSED = "refused"
    """It was read, and something in it cannot be stored."""
    FAULT = "fault"
    """Our own fault; the log says more."""


@dataclass(frozen=True, slots=True)
class Trouble:
    reason: Reason
    detail: str
    """For whoever mends it. It may repeat words of the call, so it goes where the call goes and nowhere else."""
    people: tuple[Address, ...] = ()
    """Who is named in the call, as far as it could be read."""


class Full(ParleyError):
    """So many calls of this account wait that no further one is kept."""


async def park(tx: Tx, account: str, request: ProviderRequest, trouble: Trouble, *, most: int) -> str | None:
    """Keep a call; returns the id it has, or had already; None for one that was erased with whom it names: its provider
    still has it. `request` has the headers that are to be kept and no others.

    Raises Full.
    """
    digest = _digest(request)
    known = await tx.value(KNOWN, account, digest)
    if known is not None:
        return str(known)
    if await tx.one(WAS_ERASED, account, digest) is not None:
        return None
    if await tx.value(WAITING, account) >= most:
        raise Full(f"{most} calls of account {account} are parked: mend why, or discard some")
    key = new_id()
    told = (_text(request.url), as_json({_text(k): _text(v) for k, v in request.headers.items()}))
    why = (trouble.reason, _text(trouble.detail)[:DETAIL])
    made = await tx.run(
        NEW, key, account, request.method, *told, request.body, len(request.body), digest, *why, tx.now
    )
    if not made:  # another process was told the same at this moment
        return str(await tx.value(KNOWN, account, digest))
    await _name(tx, key, trouble)
    _tell(tx, key, SYSTEM, "parked")
    return key


async def still_parked(tx: Tx, key: str, trouble: Trouble, by: Actor) -> None:
    """It was played again, and there is trouble still, or another one."""
    await tx.run(TRIED, key, trouble.reason, _text(trouble.detail)[:DETAIL], tx.now)
    if await tx.one(IS_THERE, key) is not None:
        await tx.run(FORGET_PEOPLE, key)
        await _name(tx, key, trouble)
    _tell(tx, key, by, "tried")


async def unpark(tx: Tx, key: str, by: Actor) -> None:
    """It was played again, and all of it has been taken in."""
    if await tx.run(DONE, key):
        _tell(tx, key, by, "replayed")


async def discard(tx: Tx, key: str, by: Actor) -> None:
    """Out of the list; for a day it can be put back. Again it changes nothing. Raises NotFound."""
    await _turn(tx, key, by, "discarded", await tx.run(DISCARD, key, tx.now))


async def restore(tx: Tx, key: str, by: Actor) -> None:
    """Undo of `discard`. Again it changes nothing. Raises NotFound."""
    await _turn(tx, key, by, "restored", await tx.run(RESTORE, key))


async def forget_parked(tx: Tx, older_than: int) -> int:
    """Sweep what is older than that (UTC ms), and what was discarded a day ago; returns how many of the former."""
    await tx.run(FORGET_DISCARDED, tx.now - UNDO_FOR)
    await tx.run(FORGET_ERASED, older_than)
    return await tx.run(FORGET_OLD, older_than)


async def erase_parked(tx: Tx, space: str, address: str) -> None:
    """Everything that names this address: by what could be read of it, and by its very letters. None of it is kept
    again."""
    found = {row["id"] for row in await tx.all(NAMED, space, address)}
    for form in _forms(address):
        says = SAYS_POSTGRES if tx.postgres else SAYS_SQLITE
        found.update(row["id"] for row in await tx.all(says, form.encode(), form))
    if found:
        ids = as_json(sorted(found))
        await tx.run(REMEMBER, ids, tx.now)
        await tx.run(DROP, ids)


def _forms(address: str) -> Iterator[str]:
    """As it may stand in a call: as it is, in a form's body, in JSON, and a number without its plus."""
    forms = {address, quote(address, safe=""), quote(address, safe="@"), json.dumps(address)[1:-1]}
    if address.startswith("+") and address[1:].isdigit():
        forms.add(address[1:])
    yield from sorted(form for form in forms if len(form) >= TELLING)


async def _turn(tx: Tx, key: str, by: Actor, did: str, turned: int) -> None:
    if turned:
        _tell(tx, key, by, did)
    elif await tx.one(IS_THERE, key) is None:
        raise NotFound("errors.parked_not_found", f"nothing is parked as {key}")


async def _name(tx: Tx, key: str, trouble: Trouble) -> None:
    for one in trouble.people:
        await tx.run(NEW_PERSON, key, _text(one.space), _text(one.address))


def _tell(tx: Tx, key: str, by: Actor, did: str) -> None:
    changes = {"what": "parked", "did": did}
    tx.record(Event(Kind.SETTING_CHANGED, by, tx.now, subject=key, changes=changes, audited=by is not SYSTEM))


def _digest(request: ProviderRequest) -> str:
    """The same for a call that is repeated; what its headers say of the moment is not in it."""
    head = f"{request.method}\n{_text(request.url)}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()


def _text(told: str) -> str:
    """What any database holds: stray bytes of a head come as halves of letters."""
    return plain(told.encode("utf-8", "replace").decode())
