"""What a modal says of what the customer will get."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.base import Capabilities, Segments
from inbox.slack.blocks import Say
from inbox.slack.modals import WayOut, reply
from inbox.slack.preview import preview, segments
from tests.slack.town import read_in

RULES = Segments()
SMS = Capabilities(text_length=4_000, part_length=320, segments=RULES)
SAY = Say("en")


def way(problem: str | None = None, until: int | None = None) -> WayOut:
    return WayOut("l1", "WhatsApp", problem, True, until)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("가" * 70, 1),
        ("가" * 71, 2),
        ("가" * 66 + "😀" + "가" * 5, 2),
    ],
)
def test_segments_are_counted_as_in_the_inbox(text: str, parts: int) -> None:
    assert segments(text, RULES) == parts


def test_it_shows_the_messages_and_what_they_cost() -> None:
    shown = read_in(preview(SAY, "가" * 400, 4_000, SMS, None))
    assert "Characters: 400 of 4000" in shown and "Messages: 2" in shown and "SMS segments: 7" in shown
    shown = read_in(preview(SAY, "hello", 4_000, replace(SMS, segments=None, part_length=None), None))
    assert "hello" in shown and "Messages" not in shown and "segments" not in shown


def test_it_says_why_nothing_would_go() -> None:
    assert "Too long by 3" in read_in(preview(SAY, "x" * 13, 10, SMS, None))
    assert "the window is closed" in read_in(preview(SAY, "x", 10, SMS, way(problem="the window is closed")))
    assert "while you write" in read_in(preview(SAY, " ", 10, None, None))


def test_it_says_how_long_one_may_write() -> None:
    shown = read_in(preview(SAY, "x", 10, SMS, way(until=1_790_000_000_000)))
    assert "until <!date^1790000000^" in shown and "2026-09-21" in shown
    assert "until" not in read_in(preview(SAY, "x", 10, SMS, way()))


def test_of_each_way_that_cannot_go_it_is_said_why() -> None:
    shut = WayOut("l2", "Text messages · +82 10", "She does not want messages there. " * 4, False)
    view = reply(SAY, "#1 · Kim", [way(), shut], {})
    field, why, *_ = view["blocks"][1:]
    assert field["element"]["initial_option"]["value"] == "l1"
    assert why["elements"][0]["text"] == f"{shut.words}: {shut.problem}"
    described = field["element"]["options"][1]["description"]["text"]
    assert described.startswith("She does not") and len(described) <= 75
    other = reply(SAY, "#1 · Kim", [way(), shut], {}, leg="l2")
    assert other["blocks"][1]["element"]["initial_option"]["value"] == "l2"
    assert other["blocks"][2]["block_id"] == "text", "why stands in the preview"


@given(st.text(max_size=5_000), st.integers(1, 4_000))
def test_whatever_is_written_slack_can_show_it(text: str, most: int) -> None:
    blocks = preview(SAY, text, most, SMS, None)
    assert len(blocks) <= 12
    for block in blocks:
        words = block.get("text") or (block.get("elements") or [{"text": "x"}])[0]
        told = words["text"] if isinstance(words, dict) else words
        assert told is None or 0 < len(told) <= 3_000
