"""Nothing of a note, a tag, an attribute or of who works on it is ever in a shared thread. Pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.egress import outside
from gateway.events import SYSTEM, ConversationId, Event, Kind, agent
from gateway.sandbox.slack.kit import check_message
from inbox.slack.blocks import BLOCKS, Drawing, Say, escape, moment, pieces

HIDDEN = "HIDDEN"
LANGUAGES = ("en", "ko")
words = st.text(alphabet="ab <>&*_~`@!#|\n가나🙂", max_size=60)


def drawing(language: str) -> Drawing:
    return Drawing(
        Say(language), {"web": "Website"}, lambda number: f"https://x/c/{number}", lambda kept: None
    )


def row(**more: Any) -> dict[str, Any]:
    return {
        "id": "m1",
        "visibility": "public",
        "author_kind": "agent",
        "agent_name": "Ann",
        "customer_name": None,
        "agent_picture": None,
        "text": "words",
        "content": None,
        "at": 1,
        "late": 0,
        "edited_at": None,
        "erased_at": None,
        "leg_account_id": "web",
        "delivery": None,
        "position": 5,
        **more,
    }


def view(**more: Any) -> Any:
    return {
        "id": "c1",
        "number": 7,
        "status": "open",
        "subject": f"{HIDDEN} subject",
        "priority": 4,
        "team": "t1",
        "assignee": "a1",
        "tags": ["g1"],
        "contact": {"id": "k", "name": "Kim", "blocked": False, "erased": False},
        "leg": "l1",
        "legs": [{"id": "l1", "account": "web"}],
        "waiting_since": 1_000,
        "snoozed_until": None,
        "attributes": {"secret": HIDDEN},
        "erased": False,
        **more,
    }


NAMES: dict[str, Any] = {
    "agents": {"a1": f"{HIDDEN} Ann"},
    "teams": {"t1": f"{HIDDEN} team"},
    "tags": {"g1": f"{HIDDEN} tag"},
}


@given(words, st.sampled_from(LANGUAGES), st.booleans(), st.booleans())
def test_no_note_is_in_a_shared_thread(text: str, language: str, erased: bool, edited: bool) -> None:
    note = row(
        visibility="note",
        text=f"{HIDDEN}{text}",
        erased_at=1 if erased else None,
        edited_at=1 if edited else None,
    )
    files = [{"id": "f", "name": HIDDEN, "mime": "text/plain", "size": 3}]
    assert outside.message(note, files, shared=True) is None
    shown = outside.message(note, files, shared=False)
    assert shown is not None
    drawn = drawing(language).message(shown)
    assert erased == (HIDDEN not in str(drawn))


@given(
    st.sampled_from(["public", "note", "unknown", ""]),
    st.sampled_from(["agent", "customer", "system", "automation"]),
)
def test_only_what_is_public_is_for_everybody(visibility: str, author: str) -> None:
    shown = outside.message(row(visibility=visibility, author_kind=author), (), shared=True)
    assert (shown is not None) == (visibility == "public")


changes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([["open", "closed"], ["closed", "open"], ["open", "snoozed"]]),
        "assignee": st.sampled_from([[None, "a1"], ["a1", None], ["a1", "gone"]]),
        "team": st.sampled_from([[None, "t1"], ["t1", None]]),
        "priority": st.just([0, 4]),
        "tags_added": st.just(["g1"]),
        "tags_removed": st.just(["g1", "gone"]),
        "fields": st.just(["subject"]),
        "pulled": st.just(HIDDEN),
    },
)


@given(changes, st.sampled_from(LANGUAGES), st.sampled_from(["open", "closed", "snoozed", "spam"]))
def test_nothing_of_the_teams_is_in_a_shared_thread(said: dict[str, Any], language: str, status: str) -> None:
    for actor in (agent("a1"), SYSTEM):
        event = Event(Kind.CONVERSATION_CHANGED, actor, 1, ConversationId("c1"), changes=said)
        line = outside.line(event, shared=True, **NAMES)
        assert (line is not None) == ("status" in said)
        if line is not None:
            assert HIDDEN not in str(drawing(language).line(line))
        told = outside.line(event, shared=False, **NAMES)
        if told is not None:
            drawing(language).line(told)
    header = outside.header(view(status=status), shared=True, **NAMES)
    for closed in (False, True):
        drawn = drawing(language).header(header, "p1", shared=True, closed=closed)
        assert HIDDEN not in str(drawn)
    ours = str(
        drawing(language).header(
            outside.header(view(), shared=False, **NAMES), "p1", shared=False, closed=False
        )
    )
    assert ours.count(HIDDEN) == 4, "subject, assignee, team and tag; never an attribute"


@settings(max_examples=60)
@given(st.text(max_size=200), words, st.sampled_from(LANGUAGES))
def test_what_people_write_rings_nobody(text: str, name: str, language: str) -> None:
    """Every text of theirs is plain, or escaped; Slack takes each post."""
    shown = outside.message(row(text=text, agent_name=name, author_kind="customer"), (), shared=False)
    assert shown is not None
    header = outside.header(view(contact={"name": name}), shared=False, **NAMES)
    for drawn in (
        drawing(language).message(shown),
        drawing(language).story([shown] * 3, more=True, number=7),
        drawing(language).header(header, "p1", shared=False, closed=False),
    ):
        check_message(list(drawn.blocks))
        assert "<" not in drawn.text
        for one in _marked(drawn.blocks):
            assert "<" not in one.replace("<!date^", ""), one


def _marked(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if node.get("type") == "mrkdwn" else []
        return own + [one for value in node.values() for one in _marked(value)]
    return [one for value in node for one in _marked(value)] if isinstance(node, (list, tuple)) else []


@given(st.text(alphabet="a 가🙂\n", max_size=400), st.integers(min_value=4, max_value=90))
def test_pieces_are_the_whole_and_fit(text: str, most: int) -> None:
    parts = pieces(text, most)
    assert "".join(parts) == text
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= most for part in parts)


@pytest.mark.parametrize(("language", "called"), [("en", "Unnamed visitor"), ("ko", "이름 없는 방문자")])
def test_who_said_no_name_is_called_as_in_the_inbox(language: str, called: str) -> None:
    contact = {**view()["contact"], "name": ""}
    header = outside.header(view(contact=contact), shared=False, **NAMES)
    assert called in str(drawing(language).header(header, "p1", shared=False, closed=False).blocks[0])
    shown = outside.message(row(author_kind="customer", agent_name=None), (), shared=False)
    assert shown is not None and drawing(language).message(shown).username == called


def test_a_very_long_message_fits_and_says_that_it_is_not_all() -> None:
    shown = outside.message(row(text="가나다 " * 10_000), (), shared=False)
    assert shown is not None
    drawn = drawing("ko").message(shown)
    check_message(list(drawn.blocks))
    assert len(drawn.blocks) <= BLOCKS and "나머지는 인박스에" in str(drawn)
    check_message(list(drawing("ko").story([shown] * 40, more=False, number=1).blocks))


def test_escaping() -> None:
    assert escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"


def test_how_far_she_has_come() -> None:
    def delivery(**leg: int) -> str | None:
        shown = outside.message(row(), (), shared=True, leg={"read_to": 0, "delivered_to": 0, **leg})
        assert shown is not None
        return shown.delivery

    assert [delivery(), delivery(delivered_to=5), delivery(read_to=5)] == ["sent", "delivered", "read"]
    failed = outside.message(row(delivery="failed"), (), shared=True, leg={"read_to": 9, "delivered_to": 9})
    assert failed is not None and failed.delivery == "failed"


def test_a_time_that_slack_cannot_show_is_one_that_people_can_read() -> None:
    assert moment(1_795_003_200_999) == ("<!date^1795003200^{date_short_pretty} {time}|2026-11-18 12:00 UTC>")
    drawn = drawing("ko").header(outside.header(view(), shared=True, **NAMES), "p", shared=True, closed=False)
    assert "|1970-01-01 00:00 UTC>" in str(drawn)
