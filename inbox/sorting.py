"""Conversations by any filter, sorted by activity or by who waits longest, and counted up to a bound.

A filter always names one status: each order is then one walk along an index, never a sort of all there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.egress.access import Viewer, where_sees
from gateway.store import Reader, Row
from inbox.places import Place, read_place
from inbox.views import ConversationsPage, in_order, read_marks

COUNTED = 100
"""What is counted ends here: the browser says 99+."""
NOT_WAITING = 1 << 50
"""Added to a place's time behind those who wait: first all who wait, then the others by activity."""
FOUND = "select c.id, c.last_at, c.waiting_since from conversations c"
UNREAD = """c.last_customer_position > coalesce((select r.position from read_marks r
    where r.agent_id = {agent} and r.conversation_id = c.id), 0)"""
ON_ACCOUNT = "exists (select 1 from legs l where l.conversation_id = c.id and l.account_id = {account})"
TAGGED = "exists (select 1 from conversation_tags t where t.conversation_id = c.id and t.tag_id = {tag})"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None or empty does not count."""

    status: str = "open"
    team: str | None = None
    """A team's id or `none`."""
    assignee: str | None = None
    """An agent's id, `me` or `none`."""
    tags: tuple[str, ...] = ()
    """All of them."""
    account: str | None = None
    unread: bool = False
    """By the reader's own marks."""
    waiting_over: int | None = None
    """ms."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Filter:
        return cls(**{**said, "tags": tuple(said.get("tags") or ())})


class Params(list[Any]):
    """The values of a statement; `place` adds one and says where it stands."""

    def place(self, value: Any) -> str:
        self.append(value)
        return f"${len(self)}"


async def list_sorted(
    look: Reader, viewer: Viewer, wanted: Filter, sort: str, before: str | None, limit: int, now: int
) -> ConversationsPage:
    """A page: the newest message first, or (`waiting`) who waits longest first and then the others."""
    place = None if before is None else read_place(before)
    rows: list[Row] = []
    waits = sort == "waiting"
    if waits and (place is None or place.first < NOT_WAITING):
        rows += await _waiting(look, viewer, wanted, place, limit + 1, now)
        place = None
    elif waits and place is not None:
        place = Place(place.first - NOT_WAITING, place.tie)
    if len(rows) <= limit and not (waits and wanted.waiting_over is not None):
        rows += await _by_activity(look, viewer, wanted, place, limit + 1 - len(rows), now, calm=waits)
    ids = [row["id"] for row in rows[:limit]]
    return {
        "conversations": await in_order(look, ids),
        "before": _place_of(rows[limit - 1], waits=waits) if len(rows) > limit else None,
        "position": look.position,
        "read": await read_marks(look, viewer, ids),
    }


async def count_all(look: Reader, viewer: Viewer, filters: Mapping[str, Filter], now: int) -> dict[str, int]:
    """How many conversations each has, 100 at most; one statement for all of them."""
    if not filters:
        return {}
    params = Params()
    parts = [
        f"select {params.place(key)} as id, (select count(*) from (select 1 from conversations c"
        f" where {_where(viewer, wanted, params, now)} limit {COUNTED}) as counted) as n"
        for key, wanted in filters.items()
    ]
    rows = await look.all(" union all ".join(parts), *params)
    return {row["id"]: row["n"] for row in rows}


async def _waiting(
    look: Reader, viewer: Viewer, wanted: Filter, place: Place | None, limit: int, now: int
) -> Sequence[Row]:
    params = Params()
    where = _where(viewer, wanted, params, now) + " and c.waiting_since is not null"
    if place is not None:
        where += f" and (c.waiting_since, c.id) > ({params.place(place.first)}, {params.place(place.tie)})"
    order = f"order by c.waiting_since, c.id limit {limit}"
    return await look.all(
        f"select c.id, c.last_at, c.waiting_since from conversations c where {where} {order}", *params
    )


async def _by_activity(
    look: Reader, viewer: Viewer, wanted: Filter, place: Place | None, limit: int, now: int, *, calm: bool
) -> Sequence[Row]:
    """`calm`: only those of which nobody waits."""
    params = Params()
    where = _where(viewer, wanted, params, now) + (" and c.waiting_since is null" if calm else "")
    if place is not None:
        where += f" and (c.last_at, c.id) < ({params.place(place.first)}, {params.place(place.tie)})"
    order = f"order by c.last_at desc, c.id desc limit {limit}"
    return await look.all(
        f"select c.id, c.last_at, c.waiting_since from conversations c where {where} {order}", *params
    )


def _place_of(row: Row, *, waits: bool) -> str:
    if not waits:
        return str(Place(row["last_at"], row["id"]))
    if row["waiting_since"] is not None:
        return str(Place(row["waiting_since"], row["id"]))
    return str(Place(row["last_at"] + NOT_WAITING, row["id"]))


def _where(viewer: Viewer, wanted: Filter, params: Params, now: int) -> str:
    where = ["c.merged_into is null", f"c.status = {params.place(wanted.status)}"]
    assignee = str(viewer.agent_id) if wanted.assignee == "me" else wanted.assignee
    for column, value in (("assignee_id", assignee), ("team_id", wanted.team)):
        if value is not None:
            where.append(f"c.{column} is null" if value == "none" else f"c.{column} = {params.place(value)}")
    where += [TAGGED.replace("{tag}", params.place(tag)) for tag in wanted.tags]
    if wanted.account is not None:
        where.append(ON_ACCOUNT.replace("{account}", params.place(wanted.account)))
    if wanted.unread:
        where.append(UNREAD.replace("{agent}", params.place(viewer.agent_id)))
    if wanted.waiting_over is not None:
        where.append(f"c.waiting_since < {params.place(now - wanted.waiting_over)}")
    where.append(where_sees(viewer, "c", params))
    return " and ".join(where)
