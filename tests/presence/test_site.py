"""Whose customers are on the site: by hand, then any order of comings and goings against a model."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from presence.site import Site


def test_a_customer_with_two_tabs_comes_and_goes_once() -> None:
    site = Site()
    assert site.moves("p", "1", here=True)
    assert not site.moves("p", "2", here=True)
    assert site.is_here(("q", "p"))
    assert not site.moves("p", "1", here=False)
    assert not site.moves("p", "1", here=False)
    assert site.moves("p", "2", here=False)
    assert not site.is_here(("q", "p"))
    assert not site.moves("never", "seen", here=False)
    assert not site._tabs, "what is forgotten costs no memory"


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("pq"), st.sampled_from("123")), max_size=30))
@settings(max_examples=50)
def test_in_any_order(acts: list[tuple[bool, str, str]]) -> None:
    site, present = Site(), set[tuple[str, str]]()
    for comes, person, tab in acts:
        was = any(one == person for one, _ in present)
        (present.add if comes else present.discard)((person, tab))
        is_ = any(one == person for one, _ in present)
        assert site.moves(person, tab, here=comes) == (was != is_)
        assert site.is_here((person,)) == is_
    for person, tab in tuple(present):
        site.moves(person, tab, here=False)
    assert not site._tabs
