"""Saved views: made, shared, listed with what stands in them, and counted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from gateway.egress.house import SavedView
from gateway.store import Reader, Tx, from_json
from gateway.stream import saved as views
from gateway.stream.sharing import PERSONAL
from inbox.commands.private import tell_own
from inbox.fitting import Id, Query, Sent
from inbox.rest.conversations import PageQuery, StandsOrAny, Urgency, asked, page_size
from inbox.rest.route import Call, route
from inbox.saved import access_view, load_filters, load_views, show_view
from inbox.sharing import ChangeShared, MakeShared, check_may_share
from inbox.sorting import Filter, count_all, list_sorted
from inbox.views import ConversationsPage

Sort = Literal["activity", "waiting"]
LONGEST_WAIT = 366 * 86_400_000
"""ms"""


class FilterSent(Sent):
    """What is left out does not count."""

    status: StandsOrAny = "open"
    team: Id | None = None
    """A team's id or `none`."""
    assignee: Id | None = None
    """An agent's id, `me` (whoever reads it) or `none`."""
    tags: Annotated[list[Id], Field(max_length=10)] = Field(default_factory=list)
    """All of them."""
    account: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    unread: bool = False
    waiting_over: Annotated[int, Field(ge=0, le=LONGEST_WAIT)] | None = None
    """ms for which the customer has waited at least."""
    priority: Urgency | None = None


class MakeView(MakeShared):
    filter: FilterSent
    sort: Sort = "activity"


class ChangeView(ChangeShared):
    filter: FilterSent | None = None
    """All of it anew."""
    sort: Sort | None = None


class ViewsQuery(Query):
    retired: bool = False
    """Those that are no longer in use, too."""


class ViewsList(TypedDict):
    views: list[SavedView]
    position: int


class ViewAnswer(TypedDict):
    view: SavedView


class ViewCounts(TypedDict):
    counts: dict[str, int]
    """By view; 100 means more than 99."""
    position: int


@route("GET", "/views")
async def list_views(call: Call, query: ViewsQuery) -> ViewsList:
    """All that the caller may use, by name."""
    viewer = call.caller.viewer

    async def look_up(look: Reader) -> ViewsList:
        return {"views": await load_views(look, viewer, retired=query.retired), "position": look.position}

    return await call.desk.store.scan(look_up)


@route("GET", "/views/counts")
async def count_views(call: Call) -> ViewCounts:
    """How many conversations stand in each, up to a bound; not kept, so ask when they are shown, and seldom."""
    viewer, now = call.caller.viewer, call.desk.clock()

    async def look_up(look: Reader) -> ViewCounts:
        counts = await count_all(look, viewer, await load_filters(look, viewer), now)
        return {"counts": counts, "position": look.position}

    return await call.desk.store.scan(look_up)


@route("GET", "/views/{id}/conversations")
async def view_conversations(call: Call, query: PageQuery) -> ConversationsPage:
    """A page of what stands in it, in its order."""
    viewer, now, limit = call.caller.viewer, call.desk.clock(), page_size(call, query.limit)

    async def look_up(look: Reader) -> ConversationsPage:
        row = await access_view(look, viewer, call.id)
        wanted = Filter.of(from_json(row["filter"]))
        return await list_sorted(look, viewer, wanted, row["sort"], query.before, limit, now)

    return await call.desk.store.scan(look_up)


@route("POST", "/views", status=201)
async def make_view(call: Call, body: MakeView) -> ViewAnswer:
    """A new view: one's own, or as a supervisor one for teams or for all."""
    check_may_share(call.caller.viewer, body.scope)
    said = body.filter.model_dump()
    key = await call.desk.store.write(
        lambda tx: views.make_view(tx, body.name, body.scope, body.teams, said, body.sort, call.caller.actor)
    )
    _tell(call, body.scope)
    return {"view": await call.desk.store.read(lambda look: show_view(look, call.caller.viewer, key))}


@route("PATCH", "/views/{id}")
async def change_view(call: Call, body: ChangeView) -> ViewAnswer:
    """Change, share, retire or take back a view."""
    viewer = call.caller.viewer
    said: dict[str, Any] = body.model_dump(include={"name", "scope", "teams", "sort", "retired"})

    async def verb(tx: Tx) -> str:
        row = await access_view(tx, viewer, call.id)
        check_may_share(viewer, row["scope"], body.scope or row["scope"])
        fresh = None if body.filter is None else body.filter.model_dump()
        await views.change_view(tx, row["id"], call.caller.actor, filter_=fresh, **said)
        return str(row["scope"])

    _tell(call, await call.desk.store.write(verb))
    return {"view": await call.desk.store.read(lambda look: show_view(look, viewer, call.id))}


def _tell(call: Call, scope: str) -> None:
    if scope == PERSONAL:
        tell_own(asked(call), {"changed": ["views"]})
