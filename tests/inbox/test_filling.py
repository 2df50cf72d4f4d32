"""Filling places: what is missing is named, what stands in is taken, and a value is never read as a template."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.filling import ATTRIBUTE, NAMES, PLACE, Filled, filled, first_name, unknown

TWICE = "{{agent.name}} {{contact.email}} {{agent.name}}"
VALUES = {"contact.name": "Kim", "contact.attributes.plan": "Pro", "agent.name": ""}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {{contact.name}}!", Filled("Hello Kim!")),
        ("{{ contact.name }} {{contact.attributes.plan|none}}", Filled("Kim Pro")),
        ("{{contact.email|your address}}", Filled("your address")),
        ("Dear {{contact.email|}}!", Filled("Dear !")),
        (TWICE, Filled(TWICE, ("agent.name", "contact.email"))),
        ("{{what}}", Filled("{{what}}", ("what",))),
        ("{{}} {one} }} {{", Filled("{{}} {one} }} {{", ("",))),
        ("no place", Filled("no place")),
    ],
)  # fmt: skip
def test_places(text: str, told: Filled) -> None:
    assert filled(text, VALUES) == told


@given(st.text("{}|ab .", max_size=40), st.text("{}a", max_size=20))
def test_a_value_is_never_a_template(text: str, value: str) -> None:
    """Filled once more, a text without missing places stays what it is, whatever the customer is called."""
    values = dict.fromkeys(("a", "b", "ab"), value + "{{secret}}")
    once = filled(text, values)
    assert "secret}}" not in text
    assert all(place[1].strip() != "secret" for place in PLACE.finditer(once.text))
    if not once.missing and "{{" not in text:
        assert filled(once.text, {"secret": "!"}).text == once.text


@pytest.mark.parametrize(
    "text", ["{{" + " " * 100_000, "{{ a" * 25_000, "{{ |" + " " * 100_000, "{" * 100_000]
)
def test_no_text_keeps_the_process_busy(text: str) -> None:
    """An unfinished place with many blanks was tried in all the ways to part them: minutes for two thousand."""
    began = time.process_time()
    assert unknown(text) == []
    assert filled(text, {}) == Filled(text)
    assert time.process_time() - began < 1


def test_what_nobody_has_a_value_for() -> None:
    assert unknown("".join(f"{{{{{name}}}}}" for name in NAMES)) == []
    assert unknown("{{contact.attributes.plan}} {{contact.phone}} {{x|y}} {{x}}") == ["contact.phone", "x"]
    assert ATTRIBUTE.fullmatch("conversation.attributes.order_no")


@pytest.mark.parametrize(
    ("name", "called"), [("Mary Ann Lee", "Mary"), ("김 민지", "김 민지"), ("김민지", "김민지"), ("", "")]
)
def test_first_names(name: str, called: str) -> None:
    assert first_name(name) == called
