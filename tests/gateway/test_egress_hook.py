"""What a program is told: nothing beyond what was chosen, and nothing at all of what it may not hear."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.egress import hook
from gateway.egress.hook import Told
from gateway.events import Actor, ActorKind, ContactId, ConversationId, Event, Kind, MessageId, customer

SECRET = "do-not-tell"
WORDS = "said-by-her"


def message(**changes: Any) -> dict[str, Any]:
    return {
        "id": "m1",
        "conversation_id": "c1",
        "visibility": "public",
        "author_kind": "customer",
        "author_id": "i1",
        "text": WORDS,
        "content": orjson.dumps({"type": "location", "name": WORDS}).decode(),
        "reply_to": None,
        "at": 5,
        "late": 0,
        "edited_at": None,
        "erased_at": None,
        "client_id": SECRET,
        "provider_id": SECRET,
        "account_id": SECRET,
        "mentions": SECRET,
    } | changes


FILE = {"id": "f1", "name": WORDS, "mime": "image/png", "size": 3, "hash": SECRET, "owner": SECRET}
CONVERSATION: Any = {
    "id": "c1",
    "number": 7,
    "status": "open",
    "priority": 0,
    "team": None,
    "assignee": "a1",
    "tags": ["t1"],
    "contact": {"id": "k1", "name": WORDS},
    "legs": [{"account": "web", "identity": {"address": SECRET}}],
    "preview": {"text": SECRET},
    "waiting_since": None,
    "snoozed_until": None,
    "closed_at": None,
    "merged_into": None,
    "erased": False,
    "created_at": 1,
    "subject": WORDS,
    "attributes": {"order": WORDS},
}
CONTACT: Any = {
    "id": "k1",
    "name": WORDS,
    "locale": "ko",
    "organisation": None,
    "attributes": {"plan": WORDS},
    "claims": [SECRET],
    "identities": [{"address": SECRET}],
    "erased_at": None,
    "merged_into": None,
}
TOLD = Told({"c1": CONVERSATION}, {"m1": (message(), [FILE])}, {"k1": CONTACT}, {"i1": WORDS, "a1": "Ann"})


def event(kind: Kind = Kind.MESSAGE_CREATED, by: Actor = customer("i1"), **more: Any) -> Event:  # noqa: B008
    about = {"conversation": ConversationId("c1"), "message": MessageId("m1"), "contact": ContactId("k1")}
    return Event(kind, by, 1_700_000_000_123, **(about | more), changes={"fields": ["subject"]}, position=42)


def said(event: Event, told: Told = TOLD, *, words: bool = True, notes: bool = False) -> Any:
    return hook.payload(event, told, "epoch", words=words, notes=notes)


def test_the_form_of_standard_webhooks() -> None:
    told = said(event())
    assert set(told) == {"type", "timestamp", "data"}
    assert (told["type"], told["timestamp"]) == ("message.created", "2023-11-14T22:13:20.123Z")
    data = told["data"]
    assert (data["position"], data["cursor"]) == (42, "epoch.42")
    assert data["message"]["text"] == WORDS and data["message"]["attachments"][0]["name"] == WORDS
    assert data["conversation"]["contact"] == "k1" and data["conversation"]["accounts"] == ["web"]
    assert data["changes"] == {"fields": ["subject"]}


def test_addresses_and_keys_of_ours_are_told_to_nobody() -> None:
    assert SECRET not in orjson.dumps(said(event(), notes=True)).decode()


def test_without_words_no_word_of_a_customer() -> None:
    text = orjson.dumps(said(event(), words=False, notes=True)).decode()
    assert WORDS not in text
    for key in ('"id":"m1"', '"id":"f1"', '"id":"c1"', '"id":"k1"', '"id":"i1"'):
        assert key in text


def test_our_people_have_their_names() -> None:
    by = Actor(ActorKind.AGENT, "a1")
    assert said(event(by=by), words=False)["data"]["actor"] == {"kind": "agent", "id": "a1", "name": "Ann"}
    assert "name" not in said(event(), words=False)["data"]["actor"]


@pytest.mark.parametrize("kind", [Kind.MESSAGE_CREATED, Kind.MESSAGE_EDITED, Kind.MESSAGE_ERASED])
@given(visibility=st.sampled_from(["note", "draft", "", "NOTE", "agents"]))
def test_what_is_not_public_is_told_only_as_a_note_to_who_wants_notes(kind: Kind, visibility: str) -> None:
    told = Told({"c1": CONVERSATION}, {"m1": (message(visibility=visibility), [])})
    assert said(event(kind), told) is None
    assert (said(event(kind), told, notes=True) is not None) == (visibility == "note")


def test_what_is_about_a_message_that_is_not_there_is_not_told() -> None:
    assert said(event(), Told({"c1": CONVERSATION})) is None


def test_the_erased_are_empty() -> None:
    gone = message(text="", content=None, erased_at=9)
    contact: Any = {**CONTACT, "name": "", "attributes": {}, "erased_at": 9}
    told = said(event(), Told({}, {"m1": (gone, [])}, {"k1": contact}))
    assert told["data"]["message"]["text"] == "" and told["data"]["message"]["erased_at"] == 9
    assert told["data"]["contact"]["erased"] is True
    assert WORDS not in orjson.dumps(told).decode()


def test_the_gap_and_the_ping() -> None:
    gap = hook.gap(10, 20, 0, "e")
    assert (gap["type"], gap["data"]["after"], gap["data"]["cursor"]) == ("log.gap", "e.10", "e.20")
    assert hook.ping(20, 0, "e")["type"] == "webhook.ping"


@given(st.integers(1, 2**50), st.integers(0, 2**50))
def test_an_id_is_the_facts_own_for_ever(position: int, at: int) -> None:
    one = hook.event_id(b"secret", position, at, "message.created")
    assert one == hook.event_id(b"secret", position, at, "message.created")
    assert one.startswith("evt_") and one[4:].isalnum() and len(one) == 30
    others = {
        hook.event_id(b"secret", position + 1, at, "message.created"),
        hook.event_id(b"secret", position, at + 1, "message.created"),
        hook.event_id(b"secret", position, at, "message.edited"),
        hook.event_id(b"another", position, at, "message.created"),
    }
    assert one not in others and len(others) == 4
