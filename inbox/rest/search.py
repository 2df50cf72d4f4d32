"""Full-text search."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inbox import search as finding
from inbox.fitting import Query
from inbox.rest.conversations import Limit, Place, page_size
from inbox.rest.route import Call, route


class SearchQuery(Query):
    q: Annotated[str, Field(max_length=300)]
    before: Place | None = None
    limit: Limit | None = None


@route("GET", "/search")
async def search(call: Call, query: SearchQuery) -> finding.HitsPage:
    """Messages, subjects, attributes and contacts with these words, newest first."""
    limit = page_size(call, query.limit)
    return await call.desk.store.scan(
        lambda look: finding.search(
            look, call.caller.viewer, query.q, call.desk.link, before=query.before, limit=limit
        )
    )
