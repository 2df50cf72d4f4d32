"""Conversations by any filter, sorted by activity, by who waits longest or what wakes first, and counted up to a bound.

A filter names one status, or `any`: each order is then one walk along an index for each status, never a sort of all
there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
ANY = ("open", "snoozed", "closed")
"""What the status `any` means: everything but spam."""
FOUND = "select c.id, c.last_at, c.waiting_since, c.snoozed_until from conversations c"
UNREAD = """c.last_customer_position > coalesce((select r.position from read_marks r
    where r.agent_id = {agent} and r.conversation_id = c.id), 0)"""
ON_ACCOUNT = "exists (select 1 from legs l where l.conversation_id = c.id and l.account_id = {account})"
TAGGED = "exists (select 1 from conversation_tags t where t.conversation_id = c.id and t.tag_id = {tag})"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None or empty does not count."""

    status: str = "open"
    """Or `any`."""
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
    priority: int | None = None
    """0 (none) to 4 (urgent)."""

    @property
    def statuses(self) -> tuple[str, ...]:
        return ANY if self.status == "any" else (self.status,)

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
    """A page: the newest message first, (`waiting`) who waits longest and then the others, or (`wakes`) what wakes
    first."""
    place = None if before is None else read_place(before)
    rows: list[Row] = []
    waits, wakes = sort == "waiting", sort == "wakes"
    if wakes:
        rows += await _waking(look, viewer, wanted, place, limit + 1, now)
    if waits and (place is None or place.first < NOT_WAITING):
        rows += await _waiting(look, viewer, wanted, place, limit + 1, now)
        place = None
    elif waits and place is not None:
        place = Place(place.first - NOT_WAITING, place.tie)
    if len(rows) <= limit and not wakes and not (waits and wanted.waiting_over is not None):
        rows += await _by_activity(look, viewer, wanted, place, limit + 1 - len(rows), now, calm=waits)
    ids = [row["id"] for row in rows[:limit]]
    return {
        "conversations": await in_order(look, ids),
        "before": _place_of(rows[limit - 1], sort) if len(rows) > limit else None,
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
        f" where {_where(viewer, wanted, wanted.statuses, params, now)} limit {COUNTED}) as counted) as n"
        for key, wanted in filters.items()
    ]
    rows = await look.all(" union all ".join(parts), *params)
    return {row["id"]: row["n"] for row in rows}


async def _waiting(
    look: Reader, viewer: Viewer, wanted: Filter, place: Place | None, limit: int, now: int
) -> Sequence[Row]:
    rest = " and c.waiting_since is not null"

    def below(params: Params) -> str:
        if place is None:
            return rest
        return (
            f"{rest} and (c.waiting_since, c.id) > ({params.place(place.first)}, {params.place(place.tie)})"
        )

    rows = await _walk(look, viewer, wanted, below, f"c.waiting_since, c.id limit {limit}", now)
    return sorted(rows, key=lambda row: (row["waiting_since"], row["id"]))[:limit]


async def _waking(
    look: Reader, viewer: Viewer, wanted: Filter, place: Place | None, limit: int, now: int
) -> Sequence[Row]:
    rest = " and c.snoozed_until is not null"

    def below(params: Params) -> str:
        if place is None:
            return rest
        return (
            f"{rest} and (c.snoozed_until, c.id) > ({params.place(place.first)}, {params.place(place.tie)})"
        )

    return await _walk(look, viewer, wanted, below, f"c.snoozed_until, c.id limit {limit}", now)


async def _by_activity(
    look: Reader, viewer: Viewer, wanted: Filter, place: Place | None, limit: int, now: int, *, calm: bool
) -> Sequence[Row]:
    """`calm`: only those of which nobody waits."""
    rest = " and c.waiting_since is null" if calm else ""

    def below(params: Params) -> str:
        if place is None:
            return rest
        return f"{rest} and (c.last_at, c.id) < ({params.place(place.first)}, {params.place(place.tie)})"

    rows = await _walk(look, viewer, wanted, below, f"c.last_at desc, c.id desc limit {limit}", now)
    return sorted(rows, key=lambda row: (row["last_at"], row["id"]), reverse=True)[:limit]


async def _walk(
    look: Reader, viewer: Viewer, wanted: Filter, below: Callable[[Params], str], order: str, now: int
) -> list[Row]:
    """The first of each status in this order, `below` a place: each an index's own."""
    rows: list[Row] = []
    for status in wanted.statuses:
        params = Params()
        where = _where(viewer, wanted, (status,), params, now) + below(params)
        rows += await look.all(f"{FOUND} where {where} order by {order}", *params)
    return rows


def _place_of(row: Row, sort: str) -> str:
    if sort == "wakes":
        return str(Place(row["snoozed_until"], row["id"]))
    if sort != "waiting":
        return str(Place(row["last_at"], row["id"]))
    if row["waiting_since"] is not None:
        return str(Place(row["waiting_since"], row["id"]))
    return str(Place(row["last_at"] + NOT_WAITING, row["id"]))


def _where(viewer: Viewer, wanted: Filter, statuses: Sequence[str], params: Params, now: int) -> str:
    said = ", ".join(params.place(status) for status in statuses)
    where = ["c.merged_into is null", f"c.status in ({said})"]
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
    if wanted.priority is not None:
        where.append(f"c.priority = {params.place(wanted.priority)}")
    where.append(where_sees(viewer, "c", params))
    return " and ".join(where)
