"""Arguments, whichever way they came."""

from typing import Any

import pytest

from gateway.sandbox.slack.calls import Call
from gateway.sandbox.slack.refusal import Refusal
from gateway.sandbox.slack.town import Slack


def call(**given: Any) -> Call:
    slack = Slack()
    return Call(slack.workspace, slack.installation, slack.rates, slack.tickets, slack.sockets, given)


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), ("1", True), ("true", True), ("0", False), (False, False), (None, False)],
)
def test_yes_and_no(value: Any, flag: bool) -> None:
    assert call(x=value).flag("x") is flag


def test_json_may_be_a_string() -> None:
    assert call(x='{"a":1}').json("x", "e") == call(x={"a": 1}).json("x", "e") == {"a": 1}
    with pytest.raises(Refusal, match="invalid_blocks_format"):
        call(x="{").json("x", "invalid_blocks_format")


def test_numbers_and_what_is_missing() -> None:
    assert (call().number("x", 7), call(x="3").number("x", 7)) == (7, 3)
    for refused in (lambda: call(x="many").number("x", 7), lambda: call().need("x")):
        with pytest.raises(Refusal, match="invalid_arguments"):
            refused()


def test_every_page_has_a_cursor_but_the_last() -> None:
    things = list(range(5))
    first, cursor = call(limit="2").page(things, 10, 100)
    second, again = call(limit="2", cursor=cursor).page(things, 10, 100)
    last, end = call(limit="2", cursor=again).page(things, 10, 100)
    assert (first, second, last, end) == ([0, 1], [2, 3], [4], "")
    for given in ({"cursor": "@"}, {"cursor": "cGxhY2U6eA=="}, {"cursor": "b3RoZXI6MQ=="}):
        with pytest.raises(Refusal, match="invalid_cursor"):
            call(**given).page(things, 10, 100)
    with pytest.raises(Refusal, match="invalid_limit"):
        call(limit="101").page(things, 10, 100)
