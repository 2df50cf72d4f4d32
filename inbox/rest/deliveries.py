"""What became of webhooks: deliveries with their tries, and sending one again. For admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.egress.hook import event_id
from gateway.errors import NotFound
from gateway.followers.hooks import payloads
from gateway.store import Reader, Row, from_json
from gateway.stream import hooks
from gateway.stream.hook_queue import GAP, Endpoint, Leased, Outcome
from inbox.fitting import Query
from inbox.places import Place as At
from inbox.places import read_place
from inbox.rest.conversations import Limit, Place, page_size
from inbox.rest.route import Call, route

END = At(2**62, "z")
"""Before the newest."""

HOOK = "select 1 from hooks where id = $1 and removed_at is null"
STATES = {
    "all": "'waiting', 'sending', 'delivered', 'failed', 'dropped'",
    "open": "'waiting', 'sending'",
    "failed": "'failed'",
    "delivered": "'delivered'",
}
PAGE = {
    which: f"""select d.*, c.number from hook_deliveries d left join conversations c on c.id = d.lane
    where d.hook_id = $1 and d.position < $2 and d.state in ({states}) order by d.position desc limit $3"""
    for which, states in STATES.items()
}
DELIVERY = """select d.*, h.url, h.kinds, h.words, h.notes, c.number from hook_deliveries d
    join hooks h on h.id = d.hook_id left join conversations c on c.id = d.lane
    where d.id = $1 and h.removed_at is null"""
ATTEMPTS = "select * from hook_attempts where delivery_id = $1 order by number desc limit 50"
DeliveryState = Literal["waiting", "sending", "delivered", "failed", "dropped"]


class DeliveriesQuery(Query):
    state: Literal["all", "open", "failed", "delivered"] = "all"
    before: Place | None = None
    limit: Limit | None = None


class DeliveryView(TypedDict):
    id: str
    webhook: str
    webhook_id: str
    """The header of that name; the same in every try."""
    position: int
    kind: str
    at: int
    """When it happened, UTC ms."""
    conversation: str | None
    number: int | None
    """The conversation's, by which it is found (`/c/NUMBER`)."""
    state: DeliveryState
    attempts: int
    due_at: int | None
    """When it is tried next; null: behind an earlier one of its conversation, or done with."""
    status: int | None
    ms: int | None
    problem: str | None
    """Of the last try: `timeout`, `connection`, `name`, `tls`, `private`, `redirect`, `status`, `interrupted`,
    `trimmed`, `unwanted`; null: it was taken."""
    done_at: int | None


class DeliveriesPage(TypedDict):
    deliveries: list[DeliveryView]
    before: str | None


class AttemptView(TypedDict):
    number: int
    at: int
    status: int | None
    ms: int | None
    problem: str | None
    excerpt: str
    """The beginning of the answer, where it was not taken."""


class DeliveryAnswer(TypedDict):
    delivery: DeliveryView
    attempts: list[AttemptView]
    """The newest first."""
    payload: dict[str, Any] | None
    """As it would be sent now; null: it is not told any more."""


@route("GET", "/webhooks/{id}/deliveries", role=Role.ADMIN)
async def list_deliveries(call: Call, query: DeliveriesQuery) -> DeliveriesPage:
    """The newest first: what waits, what was taken, and what was given up."""
    limit = page_size(call, query.limit)
    below = read_place(query.before) if query.before else END

    async def look_up(look: Reader) -> Sequence[Row]:
        if await look.one(HOOK, call.id) is None:
            raise NotFound("errors.webhook_not_found", f"no endpoint {call.id}")
        return await look.all(PAGE[query.state], call.id, below.first, limit + 1)

    rows = await call.desk.store.scan(look_up)
    more = str(At(rows[limit - 1]["position"], "0")) if len(rows) > limit else None
    return {"deliveries": [_delivery(call, row) for row in rows[:limit]], "before": more}


@route("GET", "/webhooks/deliveries/{id}", role=Role.ADMIN)
async def show_delivery(call: Call) -> DeliveryAnswer:
    """One of them: its tries, and what it says, with the words as they stand now."""
    desk = call.desk

    async def look_up(look: Reader) -> tuple[Row, Sequence[Row], Any]:
        row = await look.one(DELIVERY, call.id)
        if row is None:
            raise NotFound("errors.webhook_delivery_not_found", f"no delivery {call.id}")
        kinds = frozenset(from_json(row["kinds"]))
        endpoint = Endpoint(row["hook_id"], "", (), kinds, bool(row["words"]), bool(row["notes"]))
        leased = Leased(row["id"], "", row["position"], row["kind"], row["event_at"], row["gap_from"])
        told = await payloads(look, desk.store.epoch, endpoint, [leased])
        return row, await look.all(ATTEMPTS, call.id), told[row["id"]]

    row, attempts, told = await desk.store.scan(look_up)
    return {
        "delivery": _delivery(call, row),
        "attempts": [_attempt(one) for one in attempts],
        "payload": None if isinstance(told, Outcome) else told,
    }


@route("POST", "/webhooks/deliveries/{id}/redeliver", role=Role.ADMIN)
async def redeliver(call: Call) -> None:
    """Send it again, under the id it had (409 while it is on its way, or its endpoint is not active)."""
    await call.desk.store.write(lambda tx: hooks.redeliver(tx, call.id, call.caller.actor))


def _delivery(call: Call, row: Row) -> DeliveryView:
    lane = row["lane"]
    return {
        "id": row["id"],
        "webhook": row["hook_id"],
        "webhook_id": event_id(call.desk.store.secret, row["position"], row["event_at"], row["kind"]),
        "position": row["position"],
        "kind": row["kind"],
        "at": row["event_at"],
        "conversation": None if not lane or ":" in lane or row["kind"] == GAP else lane,
        "number": row["number"],
        "state": row["state"],
        "attempts": row["attempts"],
        "due_at": row["due_at"] if row["state"] == "waiting" else None,
        "status": row["status"],
        "ms": row["ms"],
        "problem": row["problem"],
        "done_at": row["done_at"],
    }


def _attempt(row: Row) -> AttemptView:
    return {
        "number": row["number"],
        "at": row["at"],
        "status": row["status"],
        "ms": row["ms"],
        "problem": row["problem"],
        "excerpt": row["excerpt"],
    }
