"""Who has left when, for as long as anybody asks."""

from hypothesis import given
from hypothesis import strategies as st

from presence.leaving import Leavings

KEPT = 1_000


def test_who_left_is_known_until_she_comes_or_it_is_long_ago() -> None:
    leavings = Leavings(KEPT)
    leavings.goes("hana", 100)
    assert leavings.left_at("hana") == 100
    leavings.comes("hana")
    assert leavings.left_at("hana") is None
    leavings.goes("hana", 200)
    leavings.goes("june", 200 + KEPT)
    assert leavings.left_at("hana") is None and leavings.left_at("june") == 200 + KEPT


def test_nothing_is_kept_where_nothing_is_asked() -> None:
    leavings = Leavings(0)
    leavings.goes("hana", 1)
    assert len(leavings) == 0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 700), st.booleans()), max_size=60))
def test_as_a_list_of_all_that_happened_tells(moves: list[tuple[str, int, bool]]) -> None:
    leavings, now = Leavings(KEPT), 0
    happened: dict[str, int | None] = {}
    for person, wait, here in moves:
        now += wait
        happened[person] = None if here else now
        if here:
            leavings.comes(person)
        else:
            leavings.goes(person, now)
            alive = {who for who, at in happened.items() if at is not None and at + KEPT > now}
            assert len(leavings) == len(alive)
        at = happened[person]
        assert leavings.left_at(person) == at
