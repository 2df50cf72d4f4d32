"""The same act on many conversations, and taking it back."""

from __future__ import annotations

from inbox.commands.bulk import Bulk, Bulked, Unbulked, UndoBulk, undo_bulk
from inbox.commands.bulk import bulk as act
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route


@route("POST", "/bulk")
async def act_in_bulk(call: Call, body: Bulk) -> Bulked:
    """Up to 200 conversations, each with its own outcome."""
    return await act(asked(call), body)


@route("POST", "/bulk/{id}/undo")
async def undo_in_bulk(call: Call) -> Unbulked:
    """By the `undo` of its answer, for ten minutes, once."""
    return await undo_bulk(asked(call), UndoBulk(undo=call.id))
