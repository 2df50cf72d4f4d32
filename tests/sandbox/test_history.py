"""The invented history: the same every time, in order, and every kind of ending in it."""

from collections import Counter
from itertools import pairwise

import pytest

from gateway.sandbox.guests import guests, personas
from gateway.sandbox.history import AT_MOST, AWAY, DAY, FOLKS, LANGUAGES, Book, Case, Teller
from gateway.sandbox.papers import PAPERS
from gateway.sandbox.pictures import PICTURES
from gateway.sandbox.team import COLLEAGUES, TAGS, TEAMS

NOW = 1_795_000_000_000
COUNT = 400


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return Teller(NOW).tell(COUNT)


def test_the_same_seed_tells_the_same(cases: list[Case]) -> None:
    assert Teller(NOW).tell(COUNT) == cases
    assert Teller(NOW, seed=2).tell(COUNT) != cases


def test_it_all_happened_in_order_and_before_now(cases: list[Case]) -> None:
    for case in cases:
        times = [act.at for act in case.acts]
        assert times == sorted(times), case
        assert times[-1] < NOW


def test_every_ending_is_shown_even_in_a_short_history() -> None:
    assert {case.fate for case in Teller(NOW).tell(6)} == {
        "new",
        "waiting",
        "answered",
        "snoozed",
        "spam",
        "closed",
    }


@pytest.mark.parametrize(("fate", "last"), [("new", "says"), ("waiting", "says"), ("closed", "closes")])
def test_an_ending_is_what_it_says(cases: list[Case], fate: str, last: str) -> None:
    assert {case.acts[-1].what for case in cases if case.fate == fate} == {last}


def test_who_comes_back_comes_back_after_a_while(cases: list[Case]) -> None:
    """Otherwise her words would join the former conversation, and the case would not be one."""
    visits: dict[str, list[tuple[int, int]]] = {}
    for case in cases:
        visits.setdefault(case.customer.key, []).append((case.acts[0].at, case.acts[-1].at))
    assert max(len(each) for each in visits.values()) > 1
    for each in visits.values():
        for (_, left), (came, _) in pairwise(each):
            assert came - left > AWAY - 86_400_000


def test_a_long_history_leaves_no_more_open_than_a_team_can_have_in_hand() -> None:
    fates = Counter(case.fate for case in Teller(NOW).tell(3_000))
    assert all(fates[fate] == most for fate, most in AT_MOST.items()), fates


def test_it_reaches_back_for_months(cases: list[Case]) -> None:
    assert NOW - min(case.acts[0].at for case in cases) > 150 * DAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_hundreds_of_customers_and_none_twice(language: str) -> None:
    people = Book.read(language).people()
    assert len(people) == len(set(people)) == FOLKS


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_of_the_past_is_called_as_one_who_comes_while_one_watches(language: str) -> None:
    others = {one.name for one in guests()} | {one.name for one in personas().values()}
    assert not set(Book.read(language).people()) & others


def test_spam_comes_from_nobody_the_shop_knows(cases: list[Case]) -> None:
    assert not [case for case in cases if case.fate == "spam" and case.customer.name]


def test_both_languages_and_people_without_a_name(cases: list[Case]) -> None:
    languages = Counter(case.customer.language for case in cases)
    assert set(languages) == set(LANGUAGES)
    assert min(languages.values()) > COUNT // 4
    assert any(not case.customer.name for case in cases)


def test_some_of_it_came_by_mail_with_others_in_copy_and_notes_of_absence(cases: list[Case]) -> None:
    letters = [case for case in cases if case.mail]
    assert COUNT // 20 < len(letters) < COUNT // 5
    assert {case.customer.language for case in letters} == set(LANGUAGES)
    assert all(case.customer.name and case.subject for case in letters)
    assert any(case.cc for case in letters) and not any(case.cc for case in cases if not case.mail)
    away = [case for case in cases for act in case.acts if act.automatic]
    assert away and all(case.mail for case in away)
    assert not any(act.what == "reads" for case in letters for act in case.acts)


def test_no_hole_is_left_open(cases: list[Case]) -> None:
    words = [act.words for case in cases for act in case.acts]
    assert not [said for said in words if "{" in said or "THANKS" in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_book_names_only_what_there_is(language: str) -> None:
    words = Book.read(language).words
    for story in (*words["story"], *words["mail"]):
        assert story["team"] in {*TEAMS, ""}
        assert set(story["tags"]) <= set(TAGS)
        kinds = [line[0] for line in story["say"]]
        assert kinds[0] == "c"
        assert "a" in kinds
        # A conversation can stop waiting at a customer's word after the first answer.
        assert "c" in kinds[kinds.index("a") :]
        known = {*(f"p:{name}" for name in PICTURES), *(f"a:{name}" for name in PAPERS)}
        assert set(kinds) <= {"c", "a", "n", "o", *known}
        assert ("o" not in kinds and "cc" not in story) or story in words["mail"]
    assert len(COLLEAGUES) == 3
