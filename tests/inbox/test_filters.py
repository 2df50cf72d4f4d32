"""Reading what somebody types into the search field."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Malformed
from inbox.filters import NAMES, Misread, Question, nearest, read_question

NOW = int(datetime.datetime(2026, 3, 10, 1, 30, tzinfo=datetime.UTC).timestamp() * 1000)


def read(text: str, zone: str = "") -> Question:
    return read_question(text, now=NOW, zone=zone)


def day(year: int, month: int, number: int, hour: int = 0) -> int:
    return int(datetime.datetime(year, month, number, hour, tzinfo=datetime.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("late parcel", "late parcel"),
        ("Re: parcel", "Re parcel"),
        ("at 10:30", "at 10:30"),
        ("https://a.example/b", "https://a.example/b"),
        ('"status:closed" please', "status:closed please"),
        ("from:", ""),
        ("", ""),
    ],
)
def test_words_stay_words(text: str, words: str) -> None:
    assert read(text) == Question(words=words)
    assert not read(text).is_narrowed


def test_filters_in_both_languages() -> None:
    asked = read(
        'from:kim 보낸사람:박서연 tag:"late delivery" 채널:web has:파일 포함:note 상태:종료 우선순위:긴급 담당:나 주문'
    )
    assert asked == Question(
        words="주문",
        people=("kim", "박서연"),
        tags=("late delivery",),
        channels=("web",),
        has=("file", "note"),
        status="closed",
        priority=4,
        assignee="me",
    )
    assert asked.is_narrowed
    assert read("FROM:kim").people == ("kim",)
    assert [read(f"priority:{said}").priority for said in ("none", "LOW", "normal", "높음")] == [0, 1, 2, 3]
    assert read("priority:none").is_narrowed
    assert read("assignee:none").assignee == read("담당:없음").assignee == "none"


def test_days_begin_at_the_askers_midnight() -> None:
    assert read("after:2026-01-05 before:2026.2.1.") == Question(
        after=day(2026, 1, 5), before=day(2026, 2, 1)
    )
    assert read("after:2026-01").after == day(2026, 1, 1)
    # In Seoul it is the tenth already at ten in the morning; a day there begins at 15:00 UTC of the day before.
    assert read("after:today", "Asia/Seoul").after == day(2026, 3, 9, 15)
    assert read("이후:어제", "Asia/Seoul").after == day(2026, 3, 8, 15)
    assert read("after:today", "America/New_York").after == day(2026, 3, 9, 4)
    assert read("after:today", "No/Where").after == day(2026, 3, 10)
    assert read("after:2026-01-01 after:2026-02-01").after == day(2026, 2, 1), "both must be true"


@pytest.mark.parametrize(
    ("text", "key", "params"),
    [
        ("form:kim", "errors.search_filter_near", {"name": "form", "near": "from"}),
        ("xyzzy:kim", "errors.search_filter", {"name": "xyzzy", "near": ""}),
        ("status:done", "errors.search_status", {"value": "done"}),
        ("priority:5", "errors.search_priority", {"value": "5"}),
        ("has:wings", "errors.search_has", {"value": "wings"}),
        ("after:soon", "errors.search_date", {"name": "after", "value": "soon"}),
        ("before:2026-02-30", "errors.search_date", {"name": "before", "value": "2026-02-30"}),
        ("has:file " * 13, "errors.search_too_many", {"n": 12}),
    ],
)
def test_what_is_no_filter_is_named(text: str, key: str, params: dict[str, object]) -> None:
    with pytest.raises(Malformed) as refused:
        read(text)
    assert (refused.value.text, refused.value.params) == (key, params)


@pytest.mark.parametrize(
    ("said", "known", "first"),
    [
        ("refnud", ["billing", "late", "refund"], "refund"),
        ("REFUND", ["billing", "refund"], "refund"),
        ("delivery", ["billing", "Late delivery", "delta"], "Late delivery"),
        ("환볼", ["배송", "환불", "교환"], "환불"),
    ],
)
def test_the_nearest_are_named(said: str, known: list[str], first: str) -> None:
    assert nearest(said, known)[0] == first
    assert sorted(nearest(said, known)) == sorted(known)
    assert nearest("xyz", []) == []


@pytest.mark.parametrize(
    ("text", "found", "instead"),
    [
        ("late tag:refnud after:today", ("tag", "refnud", "refund"), "late tag:refund after:today"),
        ('태그:"no such" 배송', ("tag", "no such", "Late delivery"), '태그:"Late delivery" 배송'),
        ("tag:vip tag:vpi", ("tag", "vpi", "vip"), "tag:vip tag:vip"),
        ("from:vpi tag:vpi vpi", ("tag", "vpi", "vip"), "from:vpi tag:vip vpi"),
    ],
)
def test_a_misread_question_can_be_asked_otherwise(
    text: str, found: tuple[str, str, str], instead: str
) -> None:
    name, said, near = found
    misread = Misread("errors.search_tag", "no tag", filter=name, said=said, nearest=[near], value=said)
    assert misread.instead(text) == [instead]


def test_an_unknown_filter_can_be_asked_otherwise() -> None:
    with pytest.raises(Misread) as refused:
        read('late Form:"Kim Minji" form')
    assert refused.value.instead('late Form:"Kim Minji" form') == ['late from:"Kim Minji" form']


@given(st.text(max_size=300), st.sampled_from(["", "Asia/Seoul", "../etc/passwd", "\x00"]))
def test_any_text_is_read_or_refused(text: str, zone: str) -> None:
    with contextlib.suppress(Malformed):
        assert len(read(text, zone).words) <= len(text) * 3


@given(st.sampled_from(sorted(NAMES)), st.text(st.characters(categories=["L"]), min_size=1, max_size=12))
def test_quotes_take_a_filter_back(name: str, value: str) -> None:
    assert not read(f'"{name}:{value}"').is_narrowed
