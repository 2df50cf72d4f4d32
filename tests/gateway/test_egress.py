"""The projections: what each audience is told of the same rows, and what it is never told."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.egress import agent, customer
from gateway.events import Scope, Status, TeamId

SECRET = "do-not-tell"
WORDS = st.text(alphabet=string.ascii_letters + "가나다라", max_size=40)


@pytest.mark.parametrize(
    ("space", "address", "shown"),
    [
        ("tel", "+821055550111", "+82 10-5555-0111"),
        ("tel", "+447700900222", "+44 7700 900222"),
        ("tel", "+15", None),
        ("tel", "12345", None),
        ("mailto", "mina@mail.example", None),
        ("visitor", "+821055550111", None),
    ],
)
def test_a_number_is_shown_as_people_write_it(space: str, address: str, shown: str | None) -> None:
    told = agent.identity({"identity_id": "i", "space": space, "address": address, "proof": 1})
    assert (told["address"], told.get("shown")) == (address, shown)


def message_row(**changes: Any) -> dict[str, Any]:
    return {
        "id": "m1",
        "position": 7,
        "conversation_id": f"conversation-{SECRET}",
        "birth_conversation_id": f"birth-{SECRET}",
        "leg_id": "leg",
        "leg_person_id": "kim",
        "leg_account_id": SECRET,
        "visibility": "public",
        "author_kind": "agent",
        "author_id": f"agent-{SECRET}",
        "agent_name": "Ann",
        "agent_picture": None,
        "customer_name": None,
        "client_id": f"client-{SECRET}",
        "account_id": None,
        "provider_id": f"provider-{SECRET}",
        "text": "hello",
        "content": None,
        "reply_to": None,
        "mentions": None,
        "at": 1,
        "late": 0,
        "edited_at": None,
        "erased_at": None,
        "delivery": None,
        "segments": None,
        "envelope": f'{{"to":["i-{SECRET}"],"bcc":["b-{SECRET}"],"subject":"{SECRET}"}}',
        "source_id": None,
    } | changes


def file_row(**changes: Any) -> dict[str, Any]:
    return {
        "id": "f1",
        "owner": f"agent:{SECRET}",
        "hash": SECRET,
        "name": "사진.png",
        "mime": "image/png",
        "size": 3,
        "width": 1,
        "height": 1,
        "inline": 1,
        "cid": None,
    } | changes


def link(file: Any) -> str:
    return f"/media/signed/{file['id']}"


def test_a_customer_is_told_neither_ids_of_ours_nor_addresses() -> None:
    told = customer.message(message_row(), [file_row()], link)
    assert SECRET not in str(told)
    assert told["author"] == {"kind": "agent", "name": "Ann", "picture": None}
    assert told["attachments"][0]["url"] == "/media/signed/f1"


def test_her_own_message_carries_the_id_of_the_row_it_replaces() -> None:
    told = customer.message(message_row(author_kind="customer", client_id="c1"), [], link)
    assert told["author"]["kind"] == "me"
    assert told["client_id"] == "c1"


def test_what_runs_by_itself_speaks_without_a_name() -> None:
    told = customer.message(message_row(author_kind="automation", agent_name=None), [], link)
    assert told["author"] == {"kind": "automation", "name": "", "picture": None}


@given(visibility=st.sampled_from(["public", "note"]), leg=st.sampled_from([None, "leg"]), person=WORDS)
def test_a_customer_sees_only_what_is_public_and_travelled_to_her(
    visibility: str, leg: str | None, person: str
) -> None:
    row = message_row(visibility=visibility, leg_id=leg, leg_person_id=None if leg is None else "kim")
    seen = customer.may_see(row, person)
    assert seen == (visibility == "public" and leg is not None and person == "kim")


def test_an_agent_is_told_the_whole_message() -> None:
    told = agent.message(message_row(visibility="note", content='{"type": "location"}'), [file_row()], link)
    assert told["visibility"] == "note"
    assert told["content"] == {"type": "location"}
    assert told["attachments"][0]["name"] == "사진.png"
    assert told["author"]["name"] == "Ann"


def test_an_agent_is_told_of_each_recipient_and_what_became_of_it_for_her() -> None:
    told = '{"to":["i1"],"cc":["i2","gone"],"bcc":["i3"],"subject":"S","quote":true,"aside":true}'
    names = {"i1": "mina@x.kr", "i2": "june@x.kr", "i3": "erased:1"}
    people = {key: {"id": key, "address": address, "name": key} for key, address in names.items()}
    failed = {"state": "failed", "problem": "delivery.mailbox_full", "code": "5.2.2", "next_step": "again"}
    became = {"i1": {"state": "sending"}, "i2": failed}
    view = agent.message(message_row(envelope=told), [], link, people=people, became=became)["envelope"]
    assert (view["subject"], view["quote"], view["aside"]) == ("S", True, True)
    assert [(one["role"], one["address"], one.get("delivery")) for one in view["recipients"]] == [
        ("to", "mina@x.kr", "queued"),
        ("cc", "june@x.kr", "failed"),
        ("bcc", "", None),
    ]
    assert view["recipients"][1]["failure"]["text"] == "delivery.mailbox_full"
    assert "envelope" not in agent.message(message_row(envelope=None), [], link)


def test_a_preview_is_short_and_missing_where_there_are_no_words() -> None:
    row = {
        "last_message_id": "m1",
        "m_text": "가" * 1000,
        "m_visibility": "public",
        "m_author_kind": "customer",
        "m_author_id": "i1",
        "m_agent_name": None,
        "m_customer_name": "Kim",
        "m_files": 2,
        "m_pictures": 1,
        "m_at": 5,
        "m_erased_at": None,
    }
    shown = agent.preview(row)
    assert shown is not None
    assert len(shown["text"]) == agent.PREVIEW
    assert shown["author"]["name"] == "Kim"
    assert shown["erased"] is False
    assert (shown["attachments"], shown["pictures"]) == (2, 1)
    gone = agent.preview(row | {"m_text": "", "m_files": 0, "m_pictures": 0, "m_erased_at": 6})
    assert gone is not None
    assert gone["erased"] is True
    assert agent.preview(row | {"last_message_id": None}) is None


def test_a_cell_says_where_a_conversation_counts() -> None:
    tags = tuple(random.Random(1).sample(["a", "b", "c"], 2))
    assert agent.cell(Scope(Status.OPEN, TeamId("t"), None, tags)) == {
        "status": "open",
        "team": "t",
        "assignee": None,
        "tags": list(tags),
    }
    assert agent.cell(None) is None
