"""When a visit begins: by hand, then any order of comings and goings against the plainest account of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from presence.site import Site
from presence.visits import ENDS, Visits

KIM = "kim"


class Days:
    """Visits as they are begun by her browsers' comings and goings."""

    def __init__(self, known_from: int) -> None:
        self.site, self.visits = Site(), Visits(known_from)

    def comes(self, person: str, tab: str, now: int) -> bool:
        return self.site.moves(person, tab, here=True) and self.visits.comes(person, now)

    def goes(self, person: str, tab: str, now: int) -> None:
        if self.site.moves(person, tab, here=False):
            self.visits.goes(person, now)


def test_a_visit_is_told_once_however_many_pages_she_opens() -> None:
    visits = Days(known_from=0)
    assert visits.comes(KIM, "a", 1)
    assert not visits.comes(KIM, "a", 2)
    assert not visits.comes(KIM, "b", 3)
    visits.goes(KIM, "a", 4)
    visits.goes(KIM, "b", 5)
    visits.goes(KIM, "b", 6)
    assert not visits.comes(KIM, "c", 5 + ENDS - 1)


def test_who_was_away_for_long_is_back() -> None:
    visits = Days(known_from=0)
    assert visits.comes(KIM, "a", 1)
    visits.goes(KIM, "a", 10)
    assert visits.comes(KIM, "b", 10 + ENDS)


def test_a_fresh_process_takes_all_who_come_for_having_been_there() -> None:
    visits = Days(known_from=100)
    assert not visits.comes(KIM, "a", 99)
    visits.goes(KIM, "a", 100)
    assert not visits.comes(KIM, "b", 200)
    assert visits.comes("lee", "c", 200)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["comes", "goes"]),
            st.sampled_from(["kim", "lee"]),
            st.sampled_from("ab"),
            st.integers(0, ENDS),
        ),
        max_size=40,
    )
)
def test_any_order(acts: list[tuple[str, str, str, int]]) -> None:
    visits, now = Days(known_from=0), 0
    tabs: dict[str, set[str]] = {"kim": set(), "lee": set()}
    left: dict[str, int] = {}
    for act, person, tab, later in acts:
        now += later
        if act == "comes":
            wanted = not tabs[person] and (person not in left or now - left[person] >= ENDS)
            assert visits.comes(person, tab, now) == wanted
            tabs[person].add(tab)
        else:
            visits.goes(person, tab, now)
            if tab in tabs[person]:
                tabs[person].remove(tab)
                if not tabs[person]:
                    left[person] = now


def test_after_a_time_of_hearing_nothing_whoever_comes_has_been_there() -> None:
    visits = Visits(known_from=0)
    assert visits.comes("kim", 10)
    visits.forget(known_from=100)
    assert not visits.comes("lee", 99)
    assert visits.comes("jo", 100)
