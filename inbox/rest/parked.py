"""Calls of providers that could not be taken in: looked at, played again, discarded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aiohttp import web
from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.errors import NotFound
from gateway.limits import KIB
from gateway.media import content_disposition
from gateway.store import Reader, Row, from_json
from gateway.stream import parked, provided
from inbox.places import Place as At
from inbox.places import read_place
from inbox.rest.conversations import PageQuery, page_size
from inbox.rest.route import Call, route

PARKED_SHOWN = 64 * KIB
"""Bytes of a call's body that are told as text; the whole of it comes as a file."""
END = At(2**62, "z" * 26)
"""Before the newest."""

HEAD = """select id, account_id, at, method, url, size, reason, detail, tries, tried_at, discarded_at from parked"""
PAGE = {
    "waiting": f"{HEAD} where discarded_at is null and (at, id) < ($1, $2) order by at desc, id desc limit $3",
    "discarded": f"{HEAD} where discarded_at is not null and (at, id) < ($1, $2) order by at desc, id desc limit $3",
}
WAITING = "select count(*) from parked where discarded_at is null"
ONE = "select * from parked where id = $1"


class ParkedQuery(PageQuery):
    state: Literal["waiting", "discarded"] = "waiting"


class ParkedView(TypedDict):
    id: str
    account: str
    at: int
    """When it came, UTC ms."""
    method: str
    url: str
    size: int
    """Bytes of its body."""
    reason: Literal["unreadable", "refused", "fault"]
    detail: str
    """What the error said, in the words of the program."""
    tries: int
    tried_at: int
    discarded_at: int | None


class ParkedBody(ParkedView):
    headers: dict[str, str]
    text: str
    """The body as text, or its beginning; what is none is shown by replacement characters."""
    whole: bool
    """Is that all of it?"""


class ParkedPage(TypedDict):
    parked: list[ParkedView]
    before: str | None
    waiting: int
    """How many wait in all."""
    kept: int
    """Days after which what waits is swept."""


class ParkedAnswer(TypedDict):
    parked: ParkedBody


class ReplayAnswer(TypedDict):
    parked: ParkedView | None
    """As it is parked still; None: all of it has been taken in."""


class ReplayedAll(TypedDict):
    taken: int
    failed: int
    left: int
    """Not tried for want of time: ask again."""


@route("GET", "/parked", role=Role.ADMIN)
async def list_parked(call: Call, query: ParkedQuery) -> ParkedPage:
    """The newest first."""
    limit = page_size(call, query.limit)
    below = read_place(query.before) if query.before else END

    async def look_up(look: Reader) -> tuple[Sequence[Row], int]:
        rows = await look.all(PAGE[query.state], below.first, below.tie, limit + 1)
        return rows, await look.value(WAITING)

    rows, waiting = await call.desk.store.scan(look_up)
    more = str(At(rows[limit - 1]["at"], rows[limit - 1]["id"])) if len(rows) > limit else None
    return {
        "parked": [_view(row) for row in rows[:limit]],
        "before": more,
        "waiting": waiting,
        "kept": call.desk.limits.parked_kept,
    }


@route("GET", "/parked/{id}", role=Role.ADMIN)
async def show_parked(call: Call) -> ParkedAnswer:
    """One call as it came, without what signed it."""
    row = await _one(call)
    body = bytes(row["body"])
    text = body[:PARKED_SHOWN].decode("utf-8", "replace")
    return {
        "parked": {
            **_view(row),
            "headers": from_json(row["headers"]),
            "text": text,
            "whole": len(body) <= PARKED_SHOWN,
        }
    }


@route("GET", "/parked/{id}/body", role=Role.ADMIN, gives="application/octet-stream")
async def download_parked(call: Call) -> web.Response:
    """Its body, byte by byte."""
    row = await _one(call)
    headers = {
        "Content-Disposition": content_disposition(f"parked-{row['id']}.bin", inline=False),
        "Cache-Control": "no-store",
    }
    return web.Response(body=bytes(row["body"]), content_type="application/octet-stream", headers=headers)


@route("POST", "/parked/replay", role=Role.ADMIN)
async def replay_all(call: Call) -> ReplayedAll:
    """Play all that wait again, those first that were tried longest ago."""
    desk = call.desk
    done = await provided.replay_all(desk.store, desk.channels, desk.limits, call.caller.actor, desk.media)
    return {"taken": done.taken, "failed": done.failed, "left": done.left}


@route("POST", "/parked/{id}/replay", role=Role.ADMIN)
async def replay_one(call: Call) -> ReplayAnswer:
    """Take it in as if it came now; its messages arrive late. What was stored of it before changes nothing."""
    desk = call.desk
    trouble = await provided.replay(
        desk.store, desk.channels, call.id, desk.limits, call.caller.actor, desk.media
    )
    return {"parked": None if trouble is None else _view(await _one(call))}


@route("POST", "/parked/{id}/discard", role=Role.ADMIN)
async def discard_parked(call: Call) -> None:
    """Out of the list; for a day it can be put back."""
    await call.desk.store.write(lambda tx: parked.discard(tx, call.id, call.caller.actor))


@route("POST", "/parked/{id}/restore", role=Role.ADMIN)
async def restore_parked(call: Call) -> None:
    """Put back what was discarded."""
    await call.desk.store.write(lambda tx: parked.restore(tx, call.id, call.caller.actor))


async def _one(call: Call) -> Row:
    row = await call.desk.store.scan(lambda look: look.one(ONE, call.id))
    if row is None:
        raise NotFound("errors.parked_not_found", f"nothing is parked as {call.id}")
    return row


def _view(row: Row) -> ParkedView:
    return {
        "id": row["id"],
        "account": row["account_id"],
        "at": row["at"],
        "method": row["method"],
        "url": row["url"],
        "size": row["size"],
        "reason": row["reason"],
        "detail": row["detail"],
        "tries": row["tries"],
        "tried_at": row["tried_at"],
        "discarded_at": row["discarded_at"],
    }
