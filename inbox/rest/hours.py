"""When teams answer: their week, holidays and other days. Told to customers as open, or back at."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.egress.house import HolidayView, HoursView, OverrideView
from gateway.errors import NotFound
from gateway.store import Row, from_json
from gateway.stream import hours
from gateway.stream.hours import Day, Said, as_hours, said_hours
from inbox.fitting import Sent
from inbox.rest.route import Call, route
from presence import hours as clock

HOURS = "select * from team_hours order by team_id"
ONE = "select * from team_hours where team_id = $1"

Minute = Annotated[int, Field(ge=0, le=clock.DAY)]
"""From midnight, on the clock of the place; 1440 is the next midnight."""


def _pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Span = Annotated[tuple[Minute, Minute], BeforeValidator(_pair)]
Spans = Annotated[list[Span], Field(max_length=12)]


def _day(value: object) -> object:
    """JSON has no dates: YYYY-MM-DD is read, and nothing else."""
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("no date: write YYYY-MM-DD")
    return date.fromisoformat(value)


When = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]
Called = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class Holiday(Sent):
    date: When
    name: Called = ""


class Override(Holiday):
    ranges: Spans = Field(default_factory=list)
    """None: closed."""


class SetHours(Sent):
    zone: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """An IANA name, such as Asia/Seoul."""
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Spans]
    """A day left out is closed."""
    holidays: Annotated[list[Holiday], Field(max_length=400)] = Field(default_factory=list)
    """Closed, every year said anew."""
    overrides: Annotated[list[Override], Field(max_length=400)] = Field(default_factory=list)
    """Days on which these ranges count, whatever week and holidays say."""

    @property
    def said(self) -> Said:
        return Said(
            self.zone,
            {day: tuple(ranges) for day, ranges in self.week.items()},
            [Day(one.date, one.name) for one in self.holidays],
            [Day(one.date, one.name, tuple(one.ranges)) for one in self.overrides],
        )


class HoursList(TypedDict):
    hours: list[HoursView]


class HoursAnswer(TypedDict):
    hours: HoursView


class HoursTried(TypedDict):
    """How a team with these hours would stand at this moment."""

    open: bool
    until: int | None
    """When that changes, UTC ms; None: not within sight."""


@route("GET", "/hours")
async def list_hours(call: Call) -> HoursList:
    """Of all teams that have any, with how each stands now."""
    rows = await call.desk.store.glance(lambda look: look.all(HOURS))
    return {"hours": [_view(row, call.desk.clock()) for row in rows]}


@route("POST", "/hours/try", role=Role.ADMIN)
async def try_hours(call: Call, body: SetHours) -> HoursTried:
    """What customers would be told now; nothing is kept."""
    stands = clock.standing(said_hours(body.said), call.desk.clock())
    return {"open": stands.open, "until": stands.until}


@route("GET", "/teams/{id}/hours")
async def show_hours(call: Call) -> HoursAnswer:
    """Of one team; 404 when it has none."""
    row = await call.desk.store.glance(lambda look: look.one(ONE, call.id))
    if row is None:
        raise NotFound("errors.hours_not_found", f"no hours of {call.id}")
    return {"hours": _view(row, call.desk.clock())}


@route("PUT", "/teams/{id}/hours", role=Role.ADMIN)
async def set_hours(call: Call, body: SetHours) -> HoursAnswer:
    """From now on these; customers who have the chat open learn at once."""
    await call.desk.store.write(lambda tx: hours.set_hours(tx, call.id, body.said, call.caller.actor))
    return await show_hours(call)


@route("DELETE", "/teams/{id}/hours", role=Role.ADMIN)
async def forget_hours(call: Call) -> None:
    """Say nothing any more of when this team answers."""
    await call.desk.store.write(lambda tx: hours.forget_hours(tx, call.id, call.caller.actor))


def _view(row: Row, now: int) -> HoursView:
    stands = clock.standing(as_hours(row), now)
    holidays: list[HolidayView] = [{"date": day, "name": name} for day, name in from_json(row["holidays"])]
    overrides: list[OverrideView] = [
        {"date": day, "name": name, "ranges": ranges} for day, name, ranges in from_json(row["overrides"])
    ]
    return {
        "team": row["team_id"],
        "zone": row["zone"],
        "week": from_json(row["week"]),
        "holidays": holidays,
        "overrides": overrides,
        "open": stands.open,
        "until": stands.until,
    }
