"""When a team answers: weekly ranges in a time zone, holidays, and days that are otherwise. Pure; moments are UTC ms.

A range is on the clock of its place: 09:00 stays 09:00 when the clocks are changed. A time that the clocks jump over is
the moment of the jump; of a time that comes twice, a range takes in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1440
"""Minutes."""
LOOK_AHEAD = 400
"""Days after which a team that has not opened is said to stay closed."""

Range = tuple[int, int]
"""Minutes from midnight: from, up to (not with). 1440 is the next midnight."""


@dataclass(frozen=True)
class Hours:
    """One team's. `week`: by day, 0 is Monday. A holiday is closed whole; an override says what counts on its day
    instead of the week, and of a holiday too."""

    zone: str
    week: Mapping[int, tuple[Range, ...]]
    holidays: frozenset[date] = frozenset()
    overrides: Mapping[date, tuple[Range, ...]] = field(default_factory=dict)

    def ranges(self, day: date) -> tuple[Range, ...]:
        """What counts on this day."""
        if day in self.overrides:
            return self.overrides[day]
        return () if day in self.holidays else self.week.get(day.weekday(), ())


@dataclass(frozen=True, slots=True)
class Standing:
    """How a team stands at a moment."""

    open: bool
    until: int | None
    """When that changes; None: not within sight. For a closed team this is when it is back."""

    @property
    def back_at(self) -> int | None:
        return None if self.open else self.until


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The IANA names that this machine knows."""
    return frozenset(available_timezones())


def fits(ranges: tuple[Range, ...]) -> bool:
    """Are these ranges of one day: in order, none empty, none into another?"""
    edges = [edge for one in ranges for edge in one]
    return (
        all(0 <= edge <= DAY for edge in edges) and all(a < b for a, b in ranges) and edges == sorted(edges)
    )


def open_at(hours: Hours, at: int) -> bool:
    """Does the team answer at this moment?"""
    return any(start <= at < end for start, end in _spans(hours, at, days=1))


def next_opening(hours: Hours, at: int) -> int | None:
    """The first moment from `at` on at which the team answers; None: not within sight."""
    for start, end in _spans(hours, at):
        if end > at:
            return max(start, at)
    return None


def standing(hours: Hours, at: int) -> Standing:
    """Open or not, and until when."""
    until = None
    for start, end in _spans(hours, at):
        if end <= at:
            continue
        if until is None:
            if start > at:
                return Standing(open=False, until=start)
            until = end
        elif start > until:
            break
        else:
            until = max(until, end)  # open over midnight
        if until - at > 8 * 86_400_000:
            return Standing(open=True, until=None)  # never closed, as far as anybody plans
    return Standing(open=until is not None, until=until)


def _spans(hours: Hours, at: int, days: int = LOOK_AHEAD) -> Iterator[tuple[int, int]]:
    """The spans in which the team answers, in order, from the day before `at` on."""
    zone = ZoneInfo(hours.zone)
    today = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        for start, end in hours.ranges(day):
            span = _moment(zone, day, start, last=False), _moment(zone, day, end, last=True)
            if span[0] < span[1]:  # a range that the clocks jump over is none
                yield span


def _moment(zone: ZoneInfo, day: date, minute: int, *, last: bool) -> int:
    """The moment at which the clocks of a place show this; `last`: the second time, where they show it twice."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - what a clock shows
    early, late = (_utc(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if early <= late:
        return (late if last else early) * 1000
    return _jump(zone, late, early) * 1000


def _utc(wall: datetime) -> int:
    return int(wall.timestamp())


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The second at which the clocks jump, between two that it lies between."""
    was = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == was:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, second: int) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()


# --- quiet hours ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quiet:
    """When an agent wants no sound: from a minute of the day to another (over midnight when it is not after it), on
    the days (0 is Monday) on which it begins."""

    zone: str
    start: int
    end: int
    days: frozenset[int] = frozenset(range(7))


def is_quiet(quiet: Quiet, at: int) -> bool:
    """Does the agent want no sound at this moment?"""
    week = dict.fromkeys(quiet.days, ((quiet.start, DAY if quiet.end <= quiet.start else quiet.end),))
    hours = Hours(quiet.zone, {**week})
    if quiet.end > quiet.start or not quiet.end:
        return open_at(hours, at)
    after = {(day + 1) % 7: ((0, quiet.end),) for day in quiet.days}
    return open_at(hours, at) or open_at(Hours(quiet.zone, after), at)
