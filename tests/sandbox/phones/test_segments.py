"""The figures of glossary/what-is-gsm-7-character-encoding."""

import pytest

from gateway.sandbox.phones.segments import segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # The 153rd place is no room for a character of two: it goes into the next segment.
        ("a" * 152 + "€" + "a" * 153, 3),
        ("가" * 70, 1),
        ("가" * 71, 2),
        ("가" * 135, 3),
        ("a" * 159 + "’", 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_becomes_so_many(text: str, count: int) -> None:
    assert segments(text) == count
