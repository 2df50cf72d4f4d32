"""A room's time is counted where its tests stand, and what exceeds its budget is named."""

import pytest

from tests import budgets


@pytest.mark.parametrize(
    ("nodeid", "room"),
    [
        ("tests/store/test_log.py::test_x[sqlite]", "store"),
        ("tests/channels/webchat/test_parse.py::test_x", "channels"),
        ("tests/test_wheel.py::test_x", "wheel"),
    ],
)
def test_rooms(nodeid: str, room: str) -> None:
    assert budgets.room_of(nodeid) == room


def test_only_what_is_over_is_named() -> None:
    spent = {"store": budgets.BUDGETS["store"] + 1.0, "house": 0.5, "attic": budgets.DEFAULT + 1.0}
    assert [line.split(":")[0] for line in budgets.exceeded(spent)] == ["attic", "store"]


def test_a_slower_machine_has_as_much_more_and_a_faster_one_no_less() -> None:
    spent = {"store": budgets.BUDGETS["store"] * 2.5}
    assert budgets.exceeded(spent, 2.0) and not budgets.exceeded(spent, 3.0)
    assert budgets.slowness([budgets.REFERENCE * 3] * 5 + [budgets.REFERENCE * 90]) == 3.0, (
        "one hiccup is no pace"
    )
    assert budgets.slowness([budgets.REFERENCE / 3]) == budgets.slowness([]) == 1.0
    assert budgets.pace() > 0


def test_few_tests_may_need_a_second_try():
    names = [f"tests/e2e/test_x.py::test_{number}" for number in range(budgets.SECOND_TRIES + 1)]
    assert budgets.too_many(names[1:]) == []
    assert budgets.too_many(names) == names
