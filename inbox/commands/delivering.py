"""Commands on what goes over a provider, and on what came over one: sent once more, left as it is, fetched again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import Field

from gateway.egress.access import Role
from gateway.errors import Conflict, NotFound
from gateway.events import Actor
from gateway.store import Tx
from gateway.stream import files as missing
from gateway.stream import outbox_lease, outbox_settle
from inbox.auth.access import access_message
from inbox.commands.table import Asked, Done, command
from inbox.commands.writing import OnMessage
from inbox.fitting import Sent

REASON = "select reason from accounts where id = $1"

AccountName = Annotated[str, Field(min_length=1, max_length=40)]


class OnAccount(Sent):
    account: AccountName


@command()
async def send_again(asked: Asked, args: OnMessage) -> Done:
    """Send what has failed, or of which nobody knows whether it arrived, once more: the agent's choice, never ours.
    409 `delivery_settled` when there is nothing (left) to choose."""
    return await _on(asked, args, outbox_settle.send_again)


@command()
async def let_be(asked: Asked, args: OnMessage) -> Done:
    """Leave what has failed, or what nobody knows about, as it is: it is no trouble any more, and what was
    written after it waits no more. 409 `delivery_settled`."""
    return await _on(asked, args, outbox_settle.let_be)


@command()
async def fetch_again(asked: Asked, args: OnMessage) -> Done:
    """Ask the provider once more for the files of a message that did not come. 409 `files_there`."""
    return await _on(asked, args, missing.ask_again)


@command(role=Role.ADMIN)
async def resume_account(asked: Asked, args: OnAccount) -> Done:
    """Its credentials are mended: what waits goes on at once. 409 `account_not_paused`."""

    async def verb(tx: Tx) -> None:
        reason = await tx.one(REASON, args.account)
        if reason is None:
            raise NotFound("errors.account_unknown", f"no account {args.account}")
        if reason["reason"] != outbox_lease.PAUSED:
            raise Conflict(
                "errors.account_not_paused", f"{args.account} is not paused", code="account_not_paused"
            )
        await outbox_lease.resume(tx, args.account)

    _, position = await asked.write(verb)
    return {"position": position}


async def _on(asked: Asked, args: OnMessage, verb: Callable[[Tx, str, Actor], Awaitable[None]]) -> Done:
    async def seen(tx: Tx) -> None:
        row = await access_message(tx, asked.viewer, args.message)
        await verb(tx, row["id"], asked.by)

    _, position = await asked.write(seen)
    return {"position": position}
