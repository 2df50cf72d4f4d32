"""Snippets show the find in the text's own letters, whatever the scripts and accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import snippets
from inbox.snippets import FOLDED, LENGTH, READ, snippet


def marked(text: str, query: str) -> list[str]:
    return [part["text"] for part in snippet(text, query) if part["found"]]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("The café opens", "cafe", ["café"]),
        ("The CAFÉ opens", "café opens", ["CAFÉ", "opens"]),
        ("cafe\u0301 now", "café", ["cafe\u0301"]),
        ("배송이 늦어요", "배송", ["배송"]),
        ("注文はいつ届きますか", "届き", ["届き"]),
        ("ＡＢＣ wide", "abc", ["ＡＢＣ"]),
        ("Straße", "strasse", ["Straße"]),
        ("nothing here", "elsewhere", []),
        ("", "x", []),
        ("x", "", []),
    ],
)
def test_finds(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


def test_long_texts_are_cut_around_the_find() -> None:
    text = "a " * 300 + "needle" + " b" * 300
    parts = snippet(text, "needle")
    whole = "".join(part["text"] for part in parts)
    assert marked(text, "needle") == ["needle"]
    assert whole.startswith("…") and whole.endswith("…")
    assert len(whole) <= LENGTH + 2


def test_a_find_far_into_a_long_text_is_shown() -> None:
    for word in ("needle", "Café", "배송"):
        assert marked("é " * 4_000 + word + " b" * 300, word) == [word]


@pytest.mark.parametrize("letter", ["\ufdfa", "\u0301", "é", "a\u0301", "\u0130"])
@pytest.mark.parametrize("query", ["zzz", "a", "\ufdfa", "e i", "\u0130"])
def test_a_hostile_text_costs_a_bounded_number_of_letters(
    letter: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    made: list[str] = []
    plain = snippets._plain

    def counted(one: str) -> str:
        read.append(one)
        made.append(plain(one))
        return made[-1]

    monkeypatch.setattr(snippets, "_plain", counted)
    snippet(letter * 10_000, query)
    assert len(read) <= READ + 2 * LENGTH
    assert len("".join(made)) <= 2 * (FOLDED + 18)


@given(st.text(max_size=300), st.text(max_size=20))
def test_a_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    whole = "".join(part["text"] for part in snippet(text, query))
    assert whole.removeprefix("…").removesuffix("…") in text or whole in text
