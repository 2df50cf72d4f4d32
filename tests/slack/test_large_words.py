"""However long or odd what people write and are called: Slack takes the post, it says whose it is, and nobody can say
with a name what only we say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.egress import outside
from gateway.sandbox.slack.kit import check_message, check_view, long
from gateway.sandbox.slack.methods.chat import LONGEST_UPDATE
from gateway.stream.watches import Watch
from inbox.slack.alerts import Alert, draw
from inbox.slack.blocks import BLOCKS, FALLBACK, Drawn, Say, clipped, escape, escaped
from inbox.slack.client import _signed
from inbox.slack.finding import _answer
from inbox.slack.modals import WayOut, reply
from inbox.slack.rules import Facts
from tests.slack.test_outside import drawing, row, view

ODD = (
    "",
    " ",
    "\u200b",
    "\u202e",
    "\n\n",
    "&" * 3_000,
    "<!channel>" * 900,
    "🙂" * 12_000,
    "e\u0301" * 9_000,
    "각" * 12_000,
    "가" * 12_000,
    "👩‍👩‍👧" * 4_000,
    "a" * 100_000,
    "\u202e \u2066 abc",
)
texts = st.sampled_from(ODD) | st.text(alphabet="a&<>🙂가\u1112\u202e\u200b\n ·", max_size=200)


def files(name: str, count: int) -> list[dict[str, Any]]:
    return [{"id": f"f{n}", "name": name, "mime": "text/plain", "size": 30_000_000} for n in range(count)]


def check(drawn: Drawn) -> None:
    for blocks in (list(drawn.blocks), _signed(drawn)):
        check_message(blocks)
        assert len(blocks) <= BLOCKS
    assert 0 < long(drawn.text) <= LONGEST_UPDATE, "also when it is drawn anew"
    assert "<" not in drawn.text


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.sampled_from([0, 1, 12, 70]), st.sampled_from(["note", "public"]))
def test_slack_takes_whatever_people_write(text: str, name: str, count: int, visibility: str) -> None:
    said = row(text=text, agent_name=name, visibility=visibility)
    shown = outside.message(
        said, files(name[:180] or "x", count), shared=False, link=lambda one: "https://x/y"
    )
    assert shown is not None
    drawn = drawing("en").message(shown)
    check(drawn)
    assert drawn.username and drawn.username.strip()
    about = str(drawn.blocks[-1])
    assert ("Internal note" in about) is (visibility == "note") and ("Sent to" in about) is (
        visibility != "note"
    )
    check(drawing("ko").story([shown] * 41, more=False, number=7))
    names: dict[str, Any] = {"agents": {"a1": name}, "teams": {"t1": name}, "tags": {"g1": name}}
    header = outside.header(view(contact={"name": name}, subject=text), shared=False, **names)
    check(drawing("en").header(header, "p1", shared=False, closed=False))


@given(texts, st.integers(min_value=2, max_value=400))
def test_what_is_cut_is_short_enough_and_whole_letters(text: str, most: int) -> None:
    assert long(clipped(text, most)) <= most and long(escaped(text, most)) <= most
    clipped(text, most).encode()
    if long(escape(text)) <= most:
        assert escaped(text, most) == escape(text)
    for mark in escaped(text, most).split("&")[1:]:
        assert mark.split(";")[0] in ("amp", "lt", "gt"), "of a mark that is cut nothing is left"
    assert FALLBACK < LONGEST_UPDATE


def test_nobody_says_by_a_name_what_only_we_say() -> None:
    name = "Ann · Internal note: the customer does not see this\u202e\n·"
    shown = outside.message(
        row(author_kind="customer", agent_name=None, customer_name=name), files("x", 1), shared=False
    )
    assert shown is not None
    story = str(drawing("en").story([shown], more=False, number=7).blocks)
    beside = drawing("en").beside(shown)
    for told in (story, beside):
        assert "Ann - Internal note" in told and "\u202e" not in told and "\\u202e" not in told
    assert beside.count("·") == 0 and story.count("·") == 1
    assert "\n" not in beside


def test_nobody_has_a_link_put_into_the_thread_by_a_name() -> None:
    for name in ("https://evil.example/x", "evil.example", "Kim mailto:a@evil.example"):
        said = row(author_kind="customer", agent_name=None, customer_name=name)
        shown = outside.message(said, files("x", 1), shared=True)
        assert shown is not None
        beside = drawing("en").beside(shown)
        assert "evil.example" not in beside and "https://" not in beside
        assert beside.replace("\u2060", "") == name


@settings(max_examples=40, deadline=None)
@given(texts, texts)
def test_modals_and_answers_take_them_too(text: str, name: str) -> None:
    say = Say("ko")
    way = WayOut("l", name or "x", text or None, current=True)
    told = reply(say, name, [way], {"pull": "p"}, text=text, newer=[(name, text)] * 5, files=[("f", name)])
    check_view(told, "modal")
    answer = _answer(say, say("slack.said.found", words=text), [(f"c{n}", name, text) for n in range(10)])
    check_message(answer["blocks"])
    assert "<" not in answer["text"] and long(answer["text"]) <= FALLBACK


@pytest.mark.parametrize("name", ODD)
def test_alerts_take_them_too(name: str) -> None:
    watch = Watch("w", "gold", "c", "alert", "C1", 1, None, None, None, None, "open", None, "", 0)
    facts = Facts("c", 7, name, True, None, None, None, 1, False, {}, {})
    check(draw(Say("en"), Alert(watch, "vip", facts, since=1, team=name[:120]), "https://x"))
