"""Files for agents: a link signed for their audience, and behind it still the question who asks and what they see."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import NotFound
from gateway.events import Attachment
from gateway.media import Claim
from gateway.store import Reader, Row
from gateway.stream.sources import ORIGINALS
from inbox.auth.access import access_held, access_message
from inbox.auth.caller import Caller
from inbox.auth.door import recognise
from inbox.desk import DESK

FILE = "select * from attachments where id = $1"


async def agents_file(request: web.Request, claim: Claim) -> Attachment | None:
    """The attachment behind an agents' link, None when the caller may not see its conversation."""
    desk = request.app[DESK]
    if desk.config.server.media_url:
        # Files have an origin of their own, where no cookie goes: the signed, expiring link is the key.
        row = await desk.store.glance(lambda look: look.one(FILE, claim.attachment))
    else:
        caller = await recognise(request, desk)
        row = None if caller is None else await desk.store.read(lambda look: _find(look, caller, claim))
    if row is None:
        return None
    return Attachment(
        row["hash"], row["name"], row["mime"], row["size"], row["width"], row["height"], bool(row["inline"])
    )


async def _find(look: Reader, caller: Caller, claim: Claim) -> Row | None:
    row = await look.one(FILE, claim.attachment)
    if row is None:
        return None
    if row["message_id"] is None and row["owner"] == f"agent:{caller.agent_id}":
        return row
    of, _, held = row["owner"].partition(":")
    try:
        if row["message_id"] is not None:
            await access_message(look, caller.viewer, row["message_id"])
        elif f"{of}:" == ORIGINALS:
            await access_message(look, caller.viewer, held)
        elif of == "held":
            await access_held(look, caller.viewer, held)
        else:
            return None
    except NotFound:
        return None
    return row
