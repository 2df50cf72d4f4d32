"""Slack's payloads, understood without a word of Slack's being able to break it. Pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.slack.understand import (
    Ask,
    Commanded,
    Moved,
    Nothing,
    Pressed,
    Removed,
    Revoked,
    Reworded,
    Said,
    Submitted,
    catching_up,
    mentioned,
    plain_words,
    understand,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KINDS = ("events_api", "interactive", "slash_commands", "other")
NAMES = [
    *(
        "type",
        "event",
        "event_id",
        "user",
        "channel",
        "ts",
        "text",
        "thread_ts",
        "subtype",
        "message",
        "actions",
    ),
    *(
        "view",
        "container",
        "state",
        "values",
        "previous_message",
        "edited",
        "private_metadata",
        "files",
        "bot_id",
    ),
]
fields = st.dictionaries(
    st.sampled_from(NAMES),
    anything,
)


def message(text: str = "hello", **more: Any) -> dict[str, Any]:
    event = {"type": "message", "channel": "C1", "user": "U1", "text": text, "ts": "2.0", "thread_ts": "1.0"}
    return {"event_id": "Ev1", "event": {**event, **more}}


@given(st.sampled_from(KINDS), fields | anything)
def test_nothing_breaks_it(kind: str, payload: Any) -> None:
    assert isinstance(understand(kind, payload, prefix="!r ", us="U0"), Ask)
    if isinstance(payload, dict):
        for kind_of in ("message", "block_actions", "view_submission", "user_change"):
            told = {"event": {**payload, "type": kind_of}, **payload, "type": kind_of, "event_id": 1}
            assert isinstance(understand(kind, told), Ask)
        assert list(catching_up("C1", "1.0", payload, "", "")) is not None


@given(st.text(max_size=40))
def test_without_a_prefix_nothing_is_for_the_customer(text: str) -> None:
    for prefix in ("", " ", "\t"):
        ask = understand("events_api", message(text), prefix=prefix)
        assert isinstance(ask, Said) and not ask.public and ask.text == text.replace("\0", "\ufffd")


def test_a_longer_word_than_the_prefix_is_for_the_team() -> None:
    for text, public in (("!remember this", False), ("!r2", False), ("!r hello", True), ("!r: hello", True)):
        ask = understand("events_api", message(text), prefix="!r")
        assert isinstance(ask, Said) and ask.public is public


def test_the_prefix_is_cut_off_and_stands_at_the_very_beginning() -> None:
    ask = understand("events_api", message("!r hello"), prefix="!r ")
    assert isinstance(ask, Said) and (ask.public, ask.text) == (True, "hello")
    for other in (" !r hello", "!rhello", "say !r hello", "!R hello"):
        ask = understand("events_api", message(other), prefix="!r ")
        assert isinstance(ask, Said) and not ask.public, other
    ask = understand("events_api", message("&gt;&gt; hi"), prefix=">>")
    assert isinstance(ask, Said) and (ask.public, ask.text) == (True, "hi"), "as Slack escapes it"


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": "U0"},
        {"subtype": "channel_join"},
        {"thread_ts": "2.0"},
        {"thread_ts": None},
        {"user": ""},
        {"subtype": "bot_message", "user": None},
    ],
)
def test_what_is_no_persons_word_in_a_thread_is_nothing(more: dict[str, Any]) -> None:
    assert isinstance(understand("events_api", message(**more), us="U0"), Nothing)


def test_edits_and_deletions() -> None:
    now = {"user": "U1", "text": "b", "ts": "2.0", "thread_ts": "1.0", "edited": {"user": "U1", "ts": "3.0"}}
    told = message(subtype="message_changed", message=now, previous_message={**now, "text": "a"})
    ask = understand("events_api", told)
    assert isinstance(ask, Reworded) and (ask.text, ask.ts, ask.at) == ("b", "2.0", "3.0")
    unfurled = message(subtype="message_changed", message=now, previous_message=now)
    assert isinstance(understand("events_api", unfurled), Nothing)
    gone = message(subtype="message_deleted", deleted_ts="2.0", previous_message=now)
    ask = understand("events_api", gone)
    assert isinstance(ask, Removed) and (ask.user, ask.ts, ask.thread) == ("U1", "2.0", "1.0")
    stone = {"subtype": "tombstone", "user": "USLACKBOT", "ts": "2.0", "thread_ts": "1.0"}
    buried = message(subtype="message_changed", message=stone, previous_message=now)
    assert isinstance(understand("events_api", buried), Removed)


def test_a_repeat_has_the_same_key_whichever_way_it_comes() -> None:
    live = understand("events_api", message())
    again = understand("events_api", {**message(), "event_id": "Ev2"})
    [caught] = catching_up("C1", "1.0", {"user": "U1", "text": "hello", "ts": "2.0"}, "", "")
    assert live.key == again.key == caught.key


def test_the_rest_of_what_slack_tells() -> None:
    moved = understand(
        "events_api",
        {"event_id": "E", "event": {"type": "member_joined_channel", "user": "U1", "channel": "C1"}},
    )
    assert isinstance(moved, Moved) and (moved.user, moved.channel) == ("U1", "C1")
    changed = understand(
        "events_api", {"event_id": "E", "event": {"type": "user_change", "user": {"id": "U1"}}}
    )
    assert isinstance(changed, Moved) and changed.user == "U1"
    assert isinstance(
        understand("events_api", {"event_id": "E", "event": {"type": "tokens_revoked"}}), Revoked
    )
    said = understand(
        "slash_commands", {"text": " Link  AB-CD ", "user_id": "U1", "channel_id": "C1", "trigger_id": "t"}
    )
    assert isinstance(said, Commanded) and (said.verb, said.rest) == ("link", "AB-CD")
    pressed = understand(
        "interactive",
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "channel": {"id": "C1"},
            "container": {"message_ts": "1.0"},
            "trigger_id": "t",
            "actions": [
                {"action_id": "parley:more", "action_ts": "5", "selected_option": {"value": "urgent:p"}}
            ],
        },
    )
    assert isinstance(pressed, Pressed) and (pressed.value, pressed.thread) == ("urgent:p", ""), (
        "said in the channel"
    )
    submitted = understand(
        "interactive",
        {
            "type": "view_submission",
            "user": {"id": "U1"},
            "view": {
                "id": "V2",
                "root_view_id": "V1",
                "private_metadata": "not json",
                "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": "hi"}}}},
            },
        },
    )
    assert isinstance(submitted, Submitted)
    assert (submitted.view, dict(submitted.values), dict(submitted.private)) == ("V1", {"text": "hi"}, {})


def test_words_as_people_read_them() -> None:
    text = "<@U1> in <#C1|sales>, <!here> &amp; <!subteam^S1|@team>:"
    text += " <https://a.b> <https://a.b|a.b> <mailto:x@y.z|x@y.z> 1 &lt; 2"
    assert mentioned(text) == {"U1"}
    assert plain_words(text, {"U1": "Mina"}) == (
        "@Mina in #sales, @here & @team: https://a.b https://a.b x@y.z 1 < 2"
    )


def test_emoji_are_letters_to_the_customer_as_far_as_slack_tells_them() -> None:
    """As Slack's page of the element has it, and the text beside it. A workspace's own emoji has no letter."""
    elements: list[object] = [
        {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fc", "skin_tone": 3},
        {"type": "text", "text": " 10:30:00 "},
        {"type": "emoji", "name": "wave", "unicode": "1f44b"},
        {"type": "emoji", "name": "parley"},
        {"type": "emoji", "name": "odd", "unicode": "110000"},
        {"type": "emoji", "name": "cut", "unicode": "d83d"},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    text = "!r :wave::skin-tone-3: 10:30:00 :wave::parley: :odd: :cut:"
    ask = understand("events_api", message(text, blocks=blocks), prefix="!r ")
    assert isinstance(ask, Said)
    assert ask.public
    assert ask.text == "👋🏼 10:30:00 👋:parley: :odd: ?"
    deep: object = elements
    for _ in range(500):
        deep = [{"type": "rich_text_quote", "elements": deep}]
    ask = understand("events_api", message(":wave:", blocks=deep))
    assert isinstance(ask, Said)
    assert ask.text == ":wave:"
