"""A team's hours: said whole, taken away whole. A fact, so that open widgets learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Event, Kind
from gateway.store import Reader, Row, Tx, as_json, from_json, plain
from presence.hours import DAYS, Hours, Range, fits, zones

KEEP = """insert into team_hours (team_id, zone, week, holidays, overrides, changed_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (team_id) do update set zone = excluded.zone, week = excluded.week, holidays = excluded.holidays,
    overrides = excluded.overrides, changed_at = excluded.changed_at"""
FORGET = "delete from team_hours where team_id = $1"
TEAM = "select id from teams where id = $1 {lock}"
OF_NAMED = """select h.* from team_hours h join teams t on t.id = h.team_id
    where t.name = $1 and t.retired_at is null"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not as its weekday: closed, or open at other times."""

    day: date
    name: str
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A team's hours as somebody wrote them, names included."""

    zone: str
    week: Mapping[str, tuple[Range, ...]]
    """By `mon` to `sun`; a day left out is closed."""
    holidays: Sequence[Day] = ()
    overrides: Sequence[Day] = ()


async def set_hours(tx: Tx, team: str, said: Said, by: Actor) -> None:
    """From now on these. Raises NotFound, Refused (no such zone, ranges in each other, a day said twice)."""
    await _hold(tx, team)
    check_hours(said)
    week = {day: list(map(list, said.week[day])) for day in DAYS if said.week.get(day)}
    holidays = [
        [one.day.isoformat(), plain(one.name)] for one in sorted(said.holidays, key=lambda one: one.day)
    ]
    overrides = [
        [one.day.isoformat(), plain(one.name), list(map(list, one.ranges))]
        for one in sorted(said.overrides, key=lambda one: one.day)
    ]
    await tx.run(KEEP, team, said.zone, as_json(week), as_json(holidays), as_json(overrides), tx.now)
    _tell(tx, team, by)


async def forget_hours(tx: Tx, team: str, by: Actor) -> None:
    """The team says nothing of when it answers. Raises NotFound."""
    await _hold(tx, team)
    if await tx.run(FORGET, team):
        _tell(tx, team, by)


async def load_hours_of(look: Reader, team_name: str) -> Hours | None:
    """The hours of the team an account names; None when it has none, or there is no such team."""
    row = await look.one(OF_NAMED, team_name)
    return None if row is None else as_hours(row)


def as_hours(row: Row) -> Hours:
    """A stored row as presence reads it."""
    week: dict[str, Any] = from_json(row["week"])
    return Hours(
        zone=row["zone"],
        week={DAYS.index(day): _ranges(ranges) for day, ranges in week.items()},
        holidays=frozenset(date.fromisoformat(day) for day, _ in from_json(row["holidays"])),
        overrides={
            date.fromisoformat(day): _ranges(ranges) for day, _, ranges in from_json(row["overrides"])
        },
    )


def said_hours(said: Said) -> Hours:
    """What was written, as presence reads it: how a team would stand that said so. Raises Refused."""
    check_hours(said)
    return Hours(
        zone=said.zone,
        week={DAYS.index(day): ranges for day, ranges in said.week.items()},
        holidays=frozenset(one.day for one in said.holidays),
        overrides={one.day: one.ranges for one in said.overrides},
    )


def _ranges(stored: Sequence[Sequence[int]]) -> tuple[Range, ...]:
    return tuple((start, end) for start, end in stored)


async def _hold(tx: Tx, team: str) -> None:
    if await tx.one(TEAM, team) is None:
        raise NotFound("errors.team_not_found", f"no team {team}")


def check_hours(said: Said) -> None:
    """Raises Refused: no such zone, ranges in each other, a day said twice."""
    if said.zone not in zones():
        raise Refused("errors.hours_zone", f"no zone {said.zone!r}", zone=said.zone)
    for ranges in (*said.week.values(), *(one.ranges for one in said.overrides)):
        if not fits(ranges):
            raise Refused("errors.hours_ranges", f"{ranges} do not follow one another")
    for days in (said.holidays, said.overrides):
        if len({one.day for one in days}) < len(days):
            raise Refused("errors.hours_twice", "a day is said twice")


def _tell(tx: Tx, team: str, by: Actor) -> None:
    tx.record(Event(Kind.SETTING_CHANGED, by, tx.now, subject=team, changes={"what": "hours"}, audited=True))
