"""The agent's own lists: where colleagues named the agent, what the agent watches, and where messages failed."""

from __future__ import annotations

from typing import Any

from gateway.egress.access import Viewer, where_sees
from gateway.store import Reader
from inbox.places import Place, read_place
from inbox.views import ConversationsPage, in_order, read_marks

# By the newest mention; what is watched by its newest message: an agent watches hundreds, not all there is.
# What did not arrive is one list for all, each seeing what they may.
ORDER = {
    "mentions": ("mentions", "f.at", "f.conversation_id", "f.agent_id = $1"),
    "watched": ("watchers", "c.last_at", "c.id", "f.agent_id = $1"),
    "undelivered": ("troubles", "f.at", "f.conversation_id", "c.status <> 'spam'"),
}


async def list_followed(
    look: Reader, viewer: Viewer, view: str, status: str | None, before: str | None, limit: int
) -> ConversationsPage:
    """A page of `mentions`, `watched` or `undelivered`, the newest first. Raises Malformed."""
    table, first, tie, whose = ORDER[view]
    params: list[Any] = [viewer.agent_id] if "$1" in whose else []
    where = [whose, "c.merged_into is null", where_sees(viewer, "c", params)]
    if status is not None:
        params.append(status)
        where.append(f"c.status = ${len(params)}")
    if before is not None:
        place = read_place(before)
        params += [place.first, place.tie]
        where.append(f"({first}, {tie}) < (${len(params) - 1}, ${len(params)})")
    rows = await look.all(
        f"select c.id, {first} as first_ from {table} f join conversations c on c.id = f.conversation_id"
        f" where {' and '.join(where)} order by {first} desc, {tie} desc limit {limit + 1}",
        *params,
    )
    ids = [row["id"] for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "conversations": await in_order(look, ids),
        "before": str(Place(last["first_"], last["id"])) if last else None,
        "position": look.position,
        "read": await read_marks(look, viewer, ids),
    }
