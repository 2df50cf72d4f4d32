"""What the caller is told of: the list, and taking things off the count."""

from __future__ import annotations

from inbox.commands.following import ReadNotices
from inbox.commands.following import read_notices as read
from inbox.fitting import Query
from inbox.notices import NoticesPage, list_notices
from inbox.rest.conversations import Limit, Place, asked, page_size
from inbox.rest.route import Call, route


class NoticesQuery(Query):
    before: Place | None = None
    limit: Limit | None = None


@route("GET", "/notices")
async def notices(call: Call, query: NoticesQuery) -> NoticesPage:
    """A page of the caller's own, the newest first."""
    limit, agent = page_size(call, query.limit), call.caller.agent_id
    return await call.desk.store.scan(lambda look: list_notices(look, agent, query.before, limit))


@route("POST", "/notices/read")
async def read_notices(call: Call, body: ReadNotices) -> None:
    """Some by id, or all up to a position."""
    await read(asked(call), body)
