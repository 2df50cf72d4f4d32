"""Commands on a held reply: taking it back, letting it go at once, or at another time. Its author's affair alone; where
it waits for a time, supervisors may do so, too: its author may be away."""

from __future__ import annotations

from typing import cast

from gateway.egress.house import ActsView
from gateway.egress.types import MessageView
from gateway.errors import Forbidden, NotFound
from gateway.events import Event
from gateway.store import Tx, from_json
from gateway.store.load import load_held
from gateway.stream import held as holding
from gateway.stream.post import Posted
from gateway.stream.release import release
from inbox.auth.access import access_held, access_message
from inbox.commands.table import Asked, Done, command
from inbox.commands.writing import OnMessage, Written, check_time, written
from inbox.fitting import Moment


class Undone(Done):
    """What the composer needs to go on where it was."""

    message: MessageView
    """As it was; its attachments are the agent's uploads again."""
    macro: str | None
    actions: ActsView | None
    """What would have been done with it."""


@command()
async def undo_send(asked: Asked, args: OnMessage) -> Undone:
    """Take a held reply back before it goes. 409 `reply_sent` when it has gone, `reply_undone` when it is back."""

    async def verb(tx: Tx) -> tuple[MessageView, str | None, ActsView | None]:
        await _check_own(asked, tx, args.message)
        _, row = await holding.take_held(tx, args.message)
        content = (await load_held(tx, [args.message]))[args.message]
        await holding.undo(tx, args.message, asked.by, others=asked.viewer.sees_all)
        acts = None if row["acts"] is None else cast(ActsView, from_json(row["acts"]))
        return content.for_agents(asked.desk.link), row["macro_id"], acts

    (message, macro, acts), position = await asked.write(verb)
    return {"message": message, "macro": macro, "actions": acts, "position": position}


@command()
async def send_now(asked: Asked, args: OnMessage) -> Written:
    """Let a held reply go at once. 409 as `undo_send`; what cannot be sent any more is refused and stays held."""

    async def verb(tx: Tx) -> Event:
        await _check_own(asked, tx, args.message)
        return await release(tx, args.message, asked.desk.channels)

    event, _ = await asked.write(verb)
    assert event.message is not None
    assert event.conversation is not None
    return await written(asked, Posted(event.message, event.conversation, event.position))


class SendLater(OnMessage):
    at: Moment
    """When it is to go, at most a year ahead; a time that has come already means at once."""


@command()
async def send_later(asked: Asked, args: SendLater) -> Done:
    """Let a held reply go at another time. 409 as `undo_send`."""
    check_time(asked, args.at)

    async def verb(tx: Tx) -> None:
        await _check_own(asked, tx, args.message)
        await holding.put_off(tx, args.message, args.at, asked.by, others=asked.viewer.sees_all)

    _, position = await asked.write(verb)
    return {"position": position}


async def _check_own(asked: Asked, tx: Tx, message: str) -> None:
    """Raises NotFound for what the agent may not see, Forbidden for another's; what has gone is said by the verb."""
    waits = False
    try:
        row = await access_held(tx, asked.viewer, message)
        waits = bool(row["chosen"])
    except NotFound:
        row = await access_message(tx, asked.viewer, message)
    if row["author_id"] != asked.caller.agent_id and not (waits and asked.viewer.sees_all):
        raise Forbidden("errors.not_your_message", f"{asked.caller.agent_id} did not write {message}")
