"""Opening hours on the clock of a place: by hand where clocks jump, then any week and moment against a wall clock."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.hours import (
    DAY,
    Hours,
    Quiet,
    Range,
    Standing,
    fits,
    is_quiet,
    next_opening,
    open_at,
    standing,
    zones,
)

SEOUL, NEW_YORK, LORD_HOWE, CAIRO = "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"
NINE_TO_SIX = dict.fromkeys(range(5), ((540, 720), (780, 1080)))


def ms(text: str, zone: str = "UTC", fold: int = 0) -> int:
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(wall.timestamp()) * 1000


@pytest.mark.parametrize(
    ("at", "is_open", "until"),
    [
        ("2026-11-20 08:59", False, "2026-11-20 09:00"),
        ("2026-11-20 09:00", True, "2026-11-20 12:00"),
        ("2026-11-20 12:00", False, "2026-11-20 13:00"),
        ("2026-11-20 17:59", True, "2026-11-20 18:00"),
        ("2026-11-20 18:00", False, "2026-11-23 09:00"),
        ("2026-12-24 20:00", False, "2026-12-26 10:00"),
        ("2026-12-26 10:30", True, "2026-12-26 11:00"),
    ],
)
def test_a_week_in_seoul(at: str, is_open: bool, until: str) -> None:
    """Christmas is a holiday, the Saturday after it an exception, and the Monday after that begins late."""
    hours = Hours(
        SEOUL,
        NINE_TO_SIX,
        frozenset({date(2026, 12, 25)}),
        {date(2026, 12, 26): ((600, 660),), date(2026, 12, 28): ((600, 1080),)},
    )
    now = ms(at, SEOUL)
    assert open_at(hours, now) is is_open
    assert standing(hours, now) == Standing(is_open, ms(until, SEOUL))
    assert next_opening(hours, now) == (now if is_open else ms(until, SEOUL))


def test_what_counts_on_a_day() -> None:
    day = date(2026, 12, 25)
    holiday = frozenset({day})
    week = {day.weekday(): ((540, 600),)}
    assert Hours(SEOUL, week).ranges(day) == ((540, 600),)
    assert Hours(SEOUL, week, holiday).ranges(day) == ()
    assert Hours(SEOUL, week, holiday, {day: ((0, 60),)}).ranges(day) == ((0, 60),)
    assert Hours(SEOUL, week, overrides={day: ()}).ranges(day) == ()


def test_nine_stays_nine_when_the_clocks_change() -> None:
    hours = Hours(NEW_YORK, dict.fromkeys(range(7), ((540, 1020),)))
    friday, monday = next_opening(hours, ms("2026-03-06 20:00", NEW_YORK)), ms("2026-03-09 09:00", NEW_YORK)
    assert friday == ms("2026-03-07 14:00")
    assert next_opening(hours, ms("2026-03-08 20:00", NEW_YORK)) == monday == ms("2026-03-09 13:00")


@pytest.mark.parametrize(
    ("zone", "day", "ranges", "opens", "closes"),
    [
        # 2026-03-08 02:00 in New York becomes 03:00: what begins or ends in between does so at the jump.
        (NEW_YORK, date(2026, 3, 8), ((60, 150),), "2026-03-08 06:00", "2026-03-08 07:00"),
        (NEW_YORK, date(2026, 3, 8), ((150, 240),), "2026-03-08 07:00", "2026-03-08 08:00"),
        # 2026-11-01 02:00 becomes 01:00: both times count.
        (NEW_YORK, date(2026, 11, 1), ((90, 100),), "2026-11-01 05:30", "2026-11-01 06:40"),
        # Half an hour, on an island.
        (LORD_HOWE, date(2026, 10, 4), ((120, 180),), "2026-10-03 15:30", "2026-10-03 16:00"),
        # Midnight itself is jumped over.
        (CAIRO, date(2026, 4, 24), ((0, 120),), "2026-04-23 22:00", "2026-04-23 23:00"),
    ],
)
def test_where_clocks_jump(zone: str, day: date, ranges: tuple[Range, ...], opens: str, closes: str) -> None:
    hours = Hours(zone, {}, overrides={day: ranges})
    begins, ends = ms(opens), ms(closes)
    assert next_opening(hours, begins - 86_400_000) == begins
    assert standing(hours, begins) == Standing(open=True, until=ends)
    assert not open_at(hours, begins - 1) and open_at(hours, ends - 1) and not open_at(hours, ends)


def test_a_range_that_is_jumped_over_is_none() -> None:
    hours = Hours(NEW_YORK, {}, overrides={date(2026, 3, 8): ((125, 175),)})
    assert next_opening(hours, ms("2026-03-01 00:00")) is None
    assert standing(hours, ms("2026-03-08 07:00")) == Standing(open=False, until=None)


def test_always_and_never() -> None:
    now = ms("2026-11-20 12:00")
    always, never = Hours(SEOUL, dict.fromkeys(range(7), ((0, DAY),))), Hours(SEOUL, {})
    assert standing(always, now) == Standing(open=True, until=None)
    assert standing(never, now) == Standing(open=False, until=None)
    assert standing(never, now).back_at is None and standing(always, now).back_at is None
    over_midnight = Hours(SEOUL, {4: ((1320, DAY),), 5: ((0, 120),)})
    assert standing(over_midnight, ms("2026-11-20 23:00", SEOUL)) == Standing(
        open=True, until=ms("2026-11-21 02:00", SEOUL)
    )


def test_ranges_that_fit() -> None:
    assert fits(()) and fits(((0, DAY),)) and fits(((0, 60), (60, 120)))
    assert not fits(((60, 60),)) and not fits(((60, 120), (90, 180))) and not fits(((0, DAY + 1),))
    assert not fits(((120, 180), (0, 60))) and SEOUL in zones() and "Nowhere/Land" not in zones()


days = st.lists(st.integers(0, 48), max_size=6, unique=True).map(
    lambda edges: tuple(zip(*[iter(sorted(edges)[: len(edges) // 2 * 2])] * 2, strict=True))
)
weeks = st.dictionaries(
    st.integers(0, 6), days.map(lambda ranges: tuple((a * 30, b * 30) for a, b in ranges)), max_size=7
)
places = st.sampled_from([SEOUL, NEW_YORK, LORD_HOWE, CAIRO, "Europe/Berlin", "Pacific/Apia", "UTC"])
moments = st.integers(ms("2026-01-01 00:00") // 60_000, ms("2027-12-31 00:00") // 60_000).map(
    lambda m: m * 60_000
)


@settings(max_examples=150, deadline=None)
@given(places, weeks, moments)
def test_what_the_clock_on_the_wall_says(zone: str, week: dict[int, tuple[Range, ...]], at: int) -> None:
    opening = Hours(zone, week)
    wall = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    shown = any(start <= minute < end for start, end in opening.ranges(wall.date()))
    near = (datetime.fromtimestamp(at / 1000 + hours * 3600, ZoneInfo(zone)) for hours in (-2, 2))
    twice = any(one.utcoffset() != wall.utcoffset() for one in near)
    if not twice:
        assert open_at(opening, at) == shown
    elif shown:
        assert open_at(opening, at)


@settings(max_examples=100, deadline=None)
@given(places, weeks, moments)
def test_the_three_answers_agree(zone: str, week: dict[int, tuple[Range, ...]], at: int) -> None:
    hours = Hours(zone, week)
    stands, opens = standing(hours, at), next_opening(hours, at)
    assert stands.open == open_at(hours, at) == (opens == at)
    assert stands.back_at == (None if stands.open else opens)
    if stands.until is not None:
        assert stands.until > at and open_at(hours, stands.until) != stands.open
        step = max((stands.until - at) // 7, 1)
        assert all(open_at(hours, moment) == stands.open for moment in range(at, stands.until, step))


@pytest.mark.parametrize(
    ("quiet", "at", "told"),
    [
        (Quiet(SEOUL, 1320, 480), "2026-11-20 22:00", True),
        (Quiet(SEOUL, 1320, 480), "2026-11-20 07:59", True),
        (Quiet(SEOUL, 1320, 480), "2026-11-20 08:00", False),
        (Quiet(SEOUL, 1320, 480, frozenset({4})), "2026-11-21 07:59", True),
        (Quiet(SEOUL, 1320, 480, frozenset({4})), "2026-11-20 07:59", False),
        (Quiet(SEOUL, 720, 780), "2026-11-20 12:30", True),
        (Quiet(SEOUL, 720, 780), "2026-11-20 13:00", False),
        (Quiet(SEOUL, 1320, 0), "2026-11-20 23:59", True),
        (Quiet(SEOUL, 1320, 0), "2026-11-20 00:00", False),
        (Quiet(SEOUL, 600, 600), "2026-11-20 05:00", True),
    ],
)
def test_quiet_hours(quiet: Quiet, at: str, told: bool) -> None:
    assert is_quiet(quiet, ms(at, SEOUL)) is told
