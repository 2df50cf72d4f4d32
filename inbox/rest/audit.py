"""Who did what: filtered, by pages, and taken along as CSV. Ids, numbers and field names; never words or addresses."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import StringConstraints
from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Role
from gateway.egress.types import Line
from gateway.media import content_disposition
from gateway.store import Reader, Row
from gateway.store.load import LINES
from inbox.fitting import Id, Moment, Query
from inbox.places import Place as At
from inbox.places import read_place
from inbox.rest.conversations import PageQuery, page_size
from inbox.rest.route import Call, route

KindName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}\.[a-z]{1,20}$")]
END = At(2**62, str(2**53))
"""After every line."""
CHUNK = 1000
"""Lines of a CSV file read at a time."""
COLUMNS = (
    "position",
    "time",
    "kind",
    "actor_kind",
    "actor",
    "actor_id",
    "conversation",
    "conversation_id",
    "message_id",
    "contact_id",
    "subject_id",
    "changes",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Where a spreadsheet begins to calculate; in East Asian settings also at the same signs in full width (OWASP, CSV
Injection)."""


class AuditFilter(Query):
    agent: Id | None = None
    """Who did it."""
    kind: KindName | None = None
    """Of docs/log.md; one that never happens finds nothing."""
    conversation: Id | None = None
    """Its id or its number."""
    after: Moment | None = None
    """From this moment on."""
    until: Moment | None = None
    """Before this moment."""


class AuditQuery(AuditFilter, PageQuery):
    """A page of what the filter leaves."""


class AuditLine(Line):
    conversation: str | None
    number: int | None
    """The conversation's."""
    message: str | None
    contact: str | None


class AuditPage(TypedDict):
    lines: list[AuditLine]
    before: str | None


@route("GET", "/audit", role=Role.SUPERVISOR)
async def audit(call: Call, query: AuditQuery) -> AuditPage:
    """Who did what, the newest first."""
    limit = page_size(call, query.limit)
    below = read_place(query.before) if query.before else END
    rows = await call.desk.store.scan(lambda look: look_up(look, query, below, limit + 1))
    lines: list[AuditLine] = [
        {
            **project.line(row),
            "conversation": row["conversation_id"],
            "number": row["number"],
            "message": row["message_id"],
            "contact": row["contact_id"],
        }
        for row in rows[:limit]
    ]
    return {"lines": lines, "before": str(_place(rows[limit - 1])) if len(rows) > limit else None}


@route("GET", "/audit/export", role=Role.SUPERVISOR, gives="text/csv")
async def export_audit(call: Call, query: AuditFilter) -> web.StreamResponse:
    """The same as a CSV file (RFC 4180), the newest first."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": content_disposition("audit.csv", inline=False),
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(call.request)
    try:
        async for piece in _sheet(call, query):
            await response.write(piece.encode())
    except Exception:
        if call.request.transport is not None:
            call.request.transport.abort()  # so that no half is taken for whole
        raise
    await response.write_eof()
    return response


async def look_up(look: Reader, asked: AuditFilter, below: At, limit: int) -> Sequence[Row]:
    """The lines after that place that are asked for, the newest first."""
    params: list[Any] = [below.first, below.number]
    where = ["(l.at, l.position) < ($1, $2)"]
    conditions = (
        ("l.actor_id = $", asked.agent),
        ("l.kind = $", asked.kind),
        ("l.conversation_id = $", await _conversation(look, asked.conversation)),
        ("l.at >= $", asked.after),
        ("l.at < $", asked.until),
    )
    for condition, value in conditions:
        if value is not None:
            params.append(value)
            where.append(f"{condition}{len(params)}")
    return await look.all(
        f"{LINES} where {' and '.join(where)} order by l.at desc, l.position desc limit {limit}", *params
    )


async def _conversation(look: Reader, asked: str | None) -> str | None:
    """The id of the conversation that people know by its number."""
    if asked is None or not asked.isdigit() or len(asked) > 15:
        return asked
    row = await look.one("select id from conversations where number = $1", int(asked))
    return row["id"] if row else asked


async def _sheet(call: Call, asked: AuditFilter) -> AsyncIterator[str]:
    # The mark without which Excel takes Korean names for another charset.
    yield "\ufeff" + _row(COLUMNS)
    place = END
    while rows := await call.desk.store.scan(lambda look, below=place: look_up(look, asked, below, CHUNK)):  # type: ignore[misc]
        yield "".join(_row(_cells(row)) for row in rows)
        place = _place(rows[-1])


def _place(row: Row) -> At:
    return At(row["at"], str(row["position"]))


def _cells(row: Row) -> tuple[Any, ...]:
    return (
        row["position"],
        datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat(timespec="milliseconds"),
        row["kind"],
        row["actor_kind"],
        row["agent_name"] or row["customer_name"] or "",
        row["actor_id"],
        row["number"],
        row["conversation_id"],
        row["message_id"],
        row["contact_id"],
        row["subject_id"],
        row["changes"],
    )


def _row(cells: tuple[Any, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: Any) -> Any:
    """A customer may call herself `=HYPERLINK(...)`: a spreadsheet must not do as she says."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
