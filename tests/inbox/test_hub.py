"""How a fact is told to whom: every role, team and assignee against every scope before, after and now."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from gateway.bus import Bus
from gateway.channels.registry import Channels
from gateway.egress.access import Role, Viewer, sees
from gateway.events import (
    SYSTEM,
    AgentId,
    ContactId,
    ConversationId,
    Event,
    Kind,
    MessageId,
    Scope,
    Status,
    TeamId,
    agent,
    customer,
)
from gateway.limits import Limits
from gateway.store import open_store
from gateway.stream.assign import set_team
from gateway.stream.contacts import set_claims
from inbox.hub import BARE, ENTERED, LEFT, PASSED, WHOLE, AgentHub, AgentSession, Facts, form
from tests.inbox.conftest import House
from tests.inbox.tabs import opened, tabs

ME, OTHER = AgentId("me"), AgentId("other")
MINE, FOREIGN = TeamId("mine"), TeamId("foreign")
VIEWERS = [
    Viewer(ME, Role.AGENT),
    Viewer(ME, Role.AGENT, frozenset({MINE})),
    Viewer(ME, Role.SUPERVISOR),
    Viewer(ME, Role.ADMIN, frozenset({FOREIGN})),
]
SCOPES = [None] + [
    Scope(Status.OPEN, team, who) for team in (None, MINE, FOREIGN) for who in (None, ME, OTHER)
]
TALK, ELSEWHERE = ConversationId("talk"), ConversationId("elsewhere")


def view(key: str, scope: Scope | None, merged_into: str | None = None) -> dict[str, Any]:
    assert scope is not None
    return {
        "id": key,
        "status": scope.status.value,
        "team": scope.team,
        "assignee": scope.assignee,
        "merged_into": merged_into,
        "contact": {"name": "Kim"},
    }


def facts(conversations: Mapping[str, Any], **more: Any) -> Facts:
    parts: dict[str, Any] = {
        "messages": {},
        "contacts": {},
        "contact_scopes": {},
        "names": {},
        "directory": None,
    }
    return Facts(conversations=cast("Any", conversations), **(parts | more))


def changed(was: Scope | None, now: Scope | None, **more: Any) -> Event:
    return Event(
        Kind.CONVERSATION_CHANGED, SYSTEM, 1, conversation=TALK, was=was, now=now, position=7, **more
    )


def every() -> Iterator[tuple[Viewer, Scope | None, Scope | None, Scope | None]]:
    return itertools.product(VIEWERS, SCOPES, SCOPES, SCOPES)


def test_every_viewer_and_every_scope_before_after_and_today() -> None:
    met: set[str | None] = set()
    for viewer, was, now, today in every():
        content = facts({} if today is None else {TALK: view(TALK, today)})
        how = form(viewer, changed(was, now), content)
        met.add(how)
        before, after, still = sees(viewer, was), sees(viewer, now), sees(viewer, today)
        case = (viewer, was, now, today)
        if not before and not after:
            assert how is None, case
        elif before and not after and now is not None:
            assert how == LEFT, case
        elif not still:
            # Nothing is shown; whoever saw it go sees a leaving, or the counts alone.
            assert how == (LEFT if not after else PASSED if not before and was is not None else BARE), case
        else:
            assert how == (ENTERED if after and not before and was is not None else WHOLE), case
    assert met == {None, WHOLE, ENTERED, BARE, PASSED, LEFT}


def test_nothing_of_a_foreign_place_is_ever_in_a_frame(hub: AgentHub) -> None:
    """Cells, names and content alike: only of what the viewer may see, before, after or today."""
    for viewer, was, now, today in every():
        content = facts({} if today is None else {TALK: view(TALK, today)}, names={"kim": "Kim"})
        event = changed(was, now)
        event.actor = customer(cast("Any", "kim"))
        how = form(viewer, event, content)
        if how is None:
            continue
        told = hub.told(event, how, content)
        for cell, scope in (("was", was), ("now", now)):
            if told.get(cell) is not None:
                assert sees(viewer, scope), (viewer, was, now, today, told)
        if not sees(viewer, today):
            assert "Kim" not in repr(told), told
            assert "summary" not in told


def test_counts_add_up_over_any_path(hub: AgentHub) -> None:
    """Whatever way a conversation goes, what the cells say ends where it stands: nobody's counts drift."""
    for viewer in VIEWERS:
        for path in itertools.product([None, *SCOPES[1::2]], repeat=3):
            seen = 0
            for today in (path[-1], path[1]):
                seen = 0
                steps = [None, *path]
                for was, now in itertools.pairwise(steps):
                    content = facts({} if today is None else {TALK: view(TALK, today)})
                    how = form(viewer, changed(was, now), content)
                    if how is None:
                        continue
                    told = hub.told(changed(was, now), how, content)
                    seen += (told.get("now") is not None) - (told.get("was") is not None)
                assert seen == int(sees(viewer, path[-1])), (viewer, path)


def test_a_message_that_moved_away_is_shown_where_it_stands_now() -> None:
    viewer = VIEWERS[1]
    here, gone = Scope(Status.OPEN, MINE), Scope(Status.OPEN, FOREIGN)
    event = changed(here, here, message=MessageId("m"))
    event.kind = Kind.MESSAGE_CREATED

    @dataclass
    class Row:
        row: dict[str, str] = field(default_factory=lambda: {"conversation_id": ELSEWHERE})

    for today, expected in ((here, WHOLE), (gone, BARE)):
        content = facts({TALK: view(TALK, here), ELSEWHERE: view(ELSEWHERE, today)}, messages={"m": Row()})
        assert form(viewer, event, content) == expected


def test_a_merged_conversation_is_seen_by_who_sees_where_it_leads() -> None:
    viewer = VIEWERS[1]
    mine, foreign = Scope(Status.OPEN, MINE), Scope(Status.OPEN, FOREIGN)
    merged = changed(mine, None)
    earlier = changed(mine, mine)
    for target, told, replayed in ((mine, WHOLE, WHOLE), (foreign, LEFT, BARE)):
        content = facts({TALK: view(TALK, mine, ELSEWHERE), ELSEWHERE: view(ELSEWHERE, target)})
        assert form(viewer, merged, content) == told
        assert form(viewer, earlier, content) == replayed


def test_contacts_are_told_to_who_sees_one_of_their_conversations() -> None:
    event = Event(Kind.CONTACT_CHANGED, SYSTEM, 1, contact=ContactId("kim"), position=7)
    for viewer, scope in itertools.product(VIEWERS, SCOPES[1:]):
        content = facts({}, contact_scopes={"kim": [scope]})
        assert form(viewer, event, content) == (WHOLE if sees(viewer, scope) else None)
    assert form(VIEWERS[0], event, facts({})) is None
    assert form(VIEWERS[2], event, facts({})) == WHOLE


def test_access_is_nobodys_news_and_the_directory_everybodys() -> None:
    for viewer in VIEWERS:
        assert form(viewer, Event(Kind.ACCESS_CHANGED, SYSTEM, 1, subject=ME, position=7), facts({})) is None
        assert form(viewer, Event(Kind.DIRECTORY_CHANGED, SYSTEM, 1, position=7), facts({})) == WHOLE


# --- encoding -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def hub(tmp_path: Any) -> Any:
    store = await open_store(f"sqlite:///{tmp_path}/hub.db")
    yield AgentHub(store, Bus(), Limits(), Channels(), lambda file: "")
    await store.close()


class Counting(AgentHub):
    """Counts how often a fact is put into words."""

    made = 0

    def told(self, event: Event, how: str, content: Facts) -> dict[str, Any]:
        self.made += 1
        return super().told(event, how, content)


class Ears(AgentSession):
    """A session whose socket keeps what it hears."""

    def __init__(self, viewer: Viewer) -> None:
        self.heard: list[bytes] = []
        self.looks_at = self.cut_with = None
        self.lags = False
        self.ws = cast(Any, SimpleNamespace(closed=False))
        caller = SimpleNamespace(viewer=viewer, agent_id=viewer.agent_id, session="s", token=None)
        self.caller = cast(Any, caller)
        self._limit, self._behind, self._watched = 1 << 20, deque(), True
        transport = SimpleNamespace(
            write=self.heard.append, is_closing=lambda: False, get_write_buffer_size=lambda: 0
        )
        self._transport = cast(Any, transport)


async def test_a_fact_is_encoded_once_for_all_who_are_told_alike(hub: AgentHub) -> None:
    hub.__class__ = Counting
    counting = cast("Counting", hub)
    scope = Scope(Status.OPEN, MINE)
    events = [changed(scope, scope), changed(scope, scope)]
    events[1].position = 8
    content = facts({TALK: view(TALK, scope)})
    sees_it = [Ears(Viewer(AgentId(f"a{n}"), Role.AGENT, frozenset({MINE}))) for n in range(20)]
    sees_nothing = [Ears(Viewer(AgentId(f"b{n}"), Role.AGENT)) for n in range(20)]
    counting.deliver(events, content, cast("list[AgentSession]", [*sees_it, *sees_nothing]))
    assert counting.made == 2, "one for each fact"
    assert len({id(ears.heard[0]) for ears in sees_it}) == 1, "one frame, written twenty times"
    assert all(len(ears.heard) == 1 for ears in (*sees_it, *sees_nothing))
    (empty,) = {ears.heard[0] for ears in sees_nothing}
    assert orjson.loads(empty[empty.index(b"{") :])["events"] == []
    assert orjson.loads(empty[empty.index(b"{") :])["position"] == 8


async def test_a_run_of_directory_changes_carries_the_directory_once(house: House) -> None:
    async with tabs(house, "ann") as (ann,):
        cursor = ann.cursor
        await ann.cut()
        for number in range(5):
            async with tabs(house, "sue") as (sue,):
                await sue.does("make_tag", name=f"tag {number}", colour="#123456")

        again = await opened(house, "ann", cursor)
        told = [event for event in again.events if event["kind"] == "directory.changed"]
        assert len(told) == 5
        assert ["directory" in event for event in told] == [False] * 4 + [True]
        assert [tag["name"] for tag in told[-1]["directory"]["tags"]] == [
            f"tag {number}" for number in range(5)
        ]
        await again.close()


async def test_a_run_of_changes_of_a_contact_carries_the_contact_once(both: House) -> None:
    async with tabs(both, "ann") as (ann,):
        taken = await both.customer_writes("hello", name="Kim")
        row = await both.store.read(
            lambda look: look.one("select contact_id from conversations where id = $1", taken.conversation)
        )
        assert row is not None
        cursor = both.store.cursor
        await ann.cut()
        for number in range(5):
            claims = {"name": str(number)}
            await both.store.write(partial(set_claims, contact=row["contact_id"], claims=claims))

        again = await opened(both, "ann", str(cursor))
        await again.reaches(both.store.published)
        told = [event for event in again.events if event["kind"] == "contact.changed"]
        assert ["contact" in event for event in told] == [False] * 4 + [True]
        assert told[-1]["contact"]["claims"] == {"name": "4"}
        await again.close()


async def test_content_lost_sight_of_is_not_shown(both: House) -> None:
    """Told from the log after the conversation has gone to another team: what happened, not what was said."""
    async with tabs(both, "ann") as (ann,):
        cursor = ann.cursor
        await ann.cut()
        taken = await both.customer_writes("a secret of sales", name="Kim", team="sales")
        await both.store.write(lambda tx: set_team(tx, taken.conversation, both.teams["support"], agent("x")))

        again = await opened(both, "ann", cursor)
        assert [event["kind"] for event in again.events] == [
            "conversation.created",
            "message.created",
            "left",
        ]
        assert "secret" not in repr(again.frames) and "Kim" not in repr(again.frames)
        await again.close()
