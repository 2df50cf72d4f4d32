"""How long one waits, and for how long one goes on trying."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.stream.hook_pace import (
    AGAIN_AFTER,
    DAY,
    HOUR,
    JITTER,
    LONGEST_ASKED,
    RESTS,
    SECOND,
    TROUBLE,
    Pace,
    jittered,
)


def test_it_is_tried_for_three_days_and_then_given_up() -> None:
    assert 3 * DAY < sum(AGAIN_AFTER) < 4 * DAY
    assert list(AGAIN_AFTER) == sorted(AGAIN_AFTER) and AGAIN_AFTER[0] == 5 * SECOND
    assert Pace().again(len(AGAIN_AFTER)) is not None
    assert Pace().again(len(AGAIN_AFTER) + 1) is None


@given(st.integers(1, len(AGAIN_AFTER)), st.integers(0, 9 * DAY))
def test_what_was_asked_for_is_obeyed_within_a_day(tries: int, asked: int) -> None:
    wait = Pace().again(tries, asked)
    assert wait is not None and wait >= min(asked, LONGEST_ASKED)
    assert wait <= max(LONGEST_ASKED, AGAIN_AFTER[tries - 1] * (1 + JITTER))


@given(st.integers(1, 10**9))
def test_waits_differ_but_not_by_much(wait: int) -> None:
    assert wait * (1 - JITTER) - 1 <= jittered(wait) <= wait * (1 + JITTER) + 1


def test_an_endpoint_rests_only_in_trouble_or_when_it_asks() -> None:
    pace = Pace()
    assert [pace.rest(fails) for fails in range(TROUBLE)] == [0] * TROUBLE
    assert pace.rest(1, asked=HOUR) == HOUR
    assert RESTS[0] * (1 - JITTER) <= pace.rest(TROUBLE) <= RESTS[0] * (1 + JITTER)
    assert pace.rest(10_000) <= RESTS[-1] * (1 + JITTER)
