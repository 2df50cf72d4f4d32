"""Files that still lie with a provider: noted with their message, fetched one by one, shown when they do not come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.errors import Conflict
from gateway.events import SYSTEM, Actor, Attachment, Kind, RemoteFile, new_id
from gateway.store import Reader, Row, Tx, as_json
from gateway.stream.attach import put_in_place
from gateway.stream.edit import take_message
from gateway.stream.hold import Held, about_message

LEASE = 600_000
"""ms after which a file that somebody was fetching is asked for again; must exceed what a fetch may take."""
GIVE_UP = 86_400_000
"""ms for which it is tried."""

PLACES = "place:"
"""Before the name of a place outside, in the stead of an account: files that lie there (`inbox.slack`)."""

NEW = """insert into remote_files (id, message_id, account_id, place, ref, mime, tries, due_at, since)
    values ($1, $2, $3, $4, $5, $6, 0, $7, $7)"""
DUE = "select id from remote_files where account_id = $3 and due_at <= $1 order by due_at, id limit $2"
TAKE = """update remote_files set due_at = $2, tries = tries + 1 where id in {ids_1} and due_at <= $3
    returning id, account_id, ref, mime, tries, since"""
NEXT_DUE = (
    "select account_id, min(due_at) as due_at from remote_files where due_at is not null group by account_id"
)
WHOSE = "select message_id from remote_files where id = $1"
ONE = "select * from remote_files where id = $1 {lock}"
DONE = "delete from remote_files where id = $1"
LATER = "update remote_files set due_at = $2 where id = $1"
FAILED = "update remote_files set due_at = null, problem = $2 where id = $1"
AGAIN = """update remote_files set due_at = $2, since = $2, tries = 0, problem = null
    where message_id = $1 and due_at is null"""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Files of a message of ours that still lie with `account`, or with a place outside."""

    account: str
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that its taker, and nobody else, is to fetch now."""

    id: str
    account: str
    file: RemoteFile
    tries: int
    """With this one."""


async def wait_for_files(tx: Tx, message: str, account: str, files: Sequence[RemoteFile]) -> None:
    """Note the files of a new message: they are due at once."""
    for place, file in enumerate(files):
        await tx.run(NEW, new_id(), message, account, place, file.ref, file.mime, tx.now)


async def take_due(tx: Tx, account: str, most: int) -> list[Waiting]:
    """Up to `most` files of an account that are due by the database's clock, each for its taker alone."""
    due = [row["id"] for row in await tx.all(DUE, tx.now, most, account)]
    if not due:
        return []
    rows = await tx.all(TAKE, as_json(due), tx.now + LEASE, tx.now)
    return [
        Waiting(row["id"], row["account_id"], RemoteFile(row["ref"], row["mime"]), row["tries"])
        for row in rows
    ]


async def next_due(look: Reader) -> dict[str, int]:
    """When the next file of each account is to be asked for (UTC ms); of whom none waits is not named."""
    return {row["account_id"]: row["due_at"] for row in await look.all(NEXT_DUE)}


async def has_come(tx: Tx, key: str, file: Attachment) -> bool:
    """The bytes are stored: the file takes its place. False: its message was erased meanwhile."""
    found = await _take(tx, key)
    if found is None:
        return False
    held, message, row = found
    await tx.run(DONE, key)
    await put_in_place(tx, key, message["id"], row["place"], file)
    _tell(tx, held, message, SYSTEM, {"fetched": key})
    return True


async def comes_later(tx: Tx, key: str, wait: int, problem: str) -> None:
    """It was not to be had just now: asked for again in so many ms, for a day."""
    row = await tx.one(ONE, key)
    if row is None:
        return
    if tx.now + wait - row["since"] > GIVE_UP:
        await does_not_come(tx, key, problem)
    else:
        await tx.run(LATER, key, tx.now + wait)


async def does_not_come(tx: Tx, key: str, problem: str) -> None:
    """It cannot be had; an agent may still ask for it again. `problem` is the key of its words."""
    found = await _take(tx, key)
    if found is not None:
        held, message, _ = found
        await tx.run(FAILED, key, problem)
        _tell(tx, held, message, SYSTEM, {"failed": key})


async def ask_again(tx: Tx, message: str, by: Actor) -> None:
    """An agent wants the files of a message that did not come. Raises NotFound, Conflict when none is missing."""
    held, row = await take_message(tx, message)
    if not await tx.run(AGAIN, message, tx.now):
        raise Conflict("errors.files_there", f"no file of {message} is missing", code="files_there")
    _tell(tx, held, row, by, {"asked": True})


async def _take(tx: Tx, key: str) -> tuple[Held, Row, Row] | None:
    """Lock the conversation, its message and the file; None when it is not there any more."""
    message = await tx.value(WHOSE, key)
    if message is None:
        return None
    held, whole = await take_message(tx, message)
    row = await tx.one(ONE, key)
    return None if row is None else (held, whole, row)


def _tell(tx: Tx, held: Held, message: Row, by: Actor, changes: dict[str, Any]) -> None:
    tx.record(about_message(tx, Kind.MESSAGE_FILES, held, message["id"], message["leg_id"], by, changes))
