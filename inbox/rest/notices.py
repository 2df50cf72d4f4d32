"""What the caller is told of: the list, and taking things off the count."""

from __future__ import annotations

from inbox.commands.following import ReadNotices
from inbox.commands.following import read_notices as read
from inbox.notices import NoticesPage, list_notices
from inbox.rest.conversations import PageQuery, asked, page_size
from inbox.rest.route import Call, route


@route("GET", "/notices")
async def notices(call: Call, query: PageQuery) -> NoticesPage:
    """A page of the caller's own, the newest first."""
    limit, agent = page_size(call, query.limit), call.caller.agent_id
    return await call.desk.store.scan(lambda look: list_notices(look, agent, query.before, limit))


@route("POST", "/notices/read")
async def read_notices(call: Call, body: ReadNotices) -> None:
    """Some by id, or all up to a position."""
    await read(asked(call), body)
