"""Full-text search, narrowed by filters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inbox import search as finding
from inbox.filters import Misread, read_question
from inbox.rest.conversations import PageQuery, page_size
from inbox.rest.route import Call, route


class SearchQuery(PageQuery):
    q: Annotated[str, Field(max_length=300)]
    """Words, and filters: `from:` `tag:` `channel:` `has:` `status:` `assignee:` `after:` `before:`."""
    zone: Annotated[str, Field(max_length=64)] = ""
    """The IANA time zone at whose midnight the days of `after:` and `before:` begin."""
    explain: bool = False
    """A question that cannot be read is answered 400; with this, 200 with what could not be read as `misread`."""


@route("GET", "/search")
async def search(call: Call, query: SearchQuery) -> finding.HitsPage:
    """Conversations with these words in messages, subject, attributes or contact, each once with its found messages."""
    limit = page_size(call, query.limit)
    try:
        question = read_question(query.q, now=call.desk.clock(), zone=query.zone)
        return await call.desk.store.scan(
            lambda look: finding.search(
                look, call.caller.viewer, question, call.desk.link, before=query.before, limit=limit
            )
        )
    except Misread as misread:
        if not query.explain:
            raise
        return finding.explained(misread, query.q)
