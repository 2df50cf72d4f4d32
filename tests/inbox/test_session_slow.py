"""Agents whose browsers read too slowly: their access ends at once, and what the log does not tell is told again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.bus import CustomerHere, PrivateChanged
from gateway.events import SYSTEM, agent
from gateway.frames import encode
from gateway.live import CLOSE_SIGNED_OUT
from gateway.stream.agents import deactivate, set_teams
from inbox.auth.sessions import end_session
from inbox.hub import AgentSession
from inbox.session import AgentDoor
from inbox.signals import TICK, Signals
from inbox.wire import CLOSE_ACCESS
from tests.gateway.test_live import become
from tests.inbox.conftest import House
from tests.inbox.tabs import Tab, opened, tabs
from tests.inbox.test_returning import person_of
from tests.inbox.test_session import last_signals, sessions_of


async def stalls(house: House, tab: Tab, who: str) -> AgentSession:
    """Its browser takes nothing more, and what all are told has just passed it by."""
    (session,) = [one for one in house.desk.hub.sessions if one.caller.agent_id == house.agents[who]]
    tab.connection.transport.pause_reading()
    session.write(encode({"kind": "filler", "text": "x" * 3_000_000}))
    house.desk.hub.lag(session)
    await become(lambda: session not in house.desk.hub.sessions)
    return session


@pytest.mark.parametrize("ends", ["teams", "session", "agent"])
async def test_access_ends_at_once_for_who_reads_nothing(both: House, ends: str) -> None:
    """However slowly its browser comes to the fact: nothing more is done for it, and nothing more is told."""
    key = both.agents["ann"]
    talk = (await both.customer_writes("hello", name="Kim", team="sales")).conversation
    (key_of_session,) = await sessions_of(both, "ann")
    verbs: dict[str, Any] = {
        "teams": lambda tx: set_teams(tx, key, [], SYSTEM),
        "session": lambda tx: end_session(tx, key, key_of_session, agent(key)),
        "agent": lambda tx: deactivate(tx, key, SYSTEM),
    }
    ann = await opened(both, "ann")
    session = await stalls(both, ann, "ann")
    await both.store.write(verbs[ends])
    args = {"conversation": talk, "text": "!", "client_id": "n"}
    await ann.say(kind="command", id="c1", name="note", args=args)
    last = await both.customer_writes("not for her", name="Kim", team="sales")
    code = CLOSE_ACCESS if ends == "teams" else CLOSE_SIGNED_OUT
    await become(lambda: session.closing)
    assert session.cut_with == code
    ann.connection.transport.resume_reading()
    await ann.ended()
    assert "not for her" not in repr(ann.frames)
    rows = await both.store.read(lambda look: look.all("select text from messages order by position"))
    assert [row["text"] for row in rows] == ["hello", "not for her"]
    assert last.position == both.store.published
    assert not both.desk.hub.behind


async def test_a_socket_that_reads_nothing_does_not_outlive_its_session_either(house: House) -> None:
    door = AgentDoor(
        house.desk, Signals(house.desk.bus, house.desk.limits, house.clock, set(), house.desk.onsite)
    )
    ann = await opened(house, "ann")
    session = await stalls(house, ann, "ann")
    house.clock.ahead += house.desk.limits.session_idle * 86_400_000 + 60_000
    await door.end_expired_now()
    assert session.cut_with == CLOSE_SIGNED_OUT
    await ann.cut()


async def test_who_reads_too_slowly_is_told_afterwards_what_the_log_does_not_tell(both: House) -> None:
    """It hears no signals and no private state meanwhile; all of it stands right once it has caught up."""
    taken = await both.customer_writes("hello", team="sales")
    talk = taken.conversation
    async with tabs(both, "ann", "ann") as (slow, other):
        await slow.until(lambda tab: tab.of("private"), "its own state")
        await slow.say(kind="look", conversation=talk)
        await slow.until(lambda tab: any("conversation" in one for one in tab.of("signals")), "what it shows")
        (session,) = [one for one in both.desk.hub.sessions if one.looks_at == talk]
        before = len(slow.frames)
        both.desk.hub.lag(session)
        await other.command("save_draft", conversation=talk, mode="public", text="Dear Kim")
        later = await both.customer_writes("are you there?", team="sales")
        await slow.reaches(later.position)
        await slow.until(lambda tab: any("private" in one for one in tab.frames[before:]), "its own state")
        assert [one["private"]["drafts"] for one in slow.frames[before:] if one["kind"] == "private"][-1] == {
            talk: {"public": "Dear Kim"}
        }
        await slow.until(
            lambda tab: any(
                one.get("conversation") for one in tab.frames[before:] if one["kind"] == "signals"
            ),
            "what it shows",
        )
        assert any(one.get("agents") for one in slow.frames[before:] if one["kind"] == "signals")
        assert session in both.desk.hub.sessions
        assert slow.closed is None


async def test_who_reads_too_slowly_still_looks_where_it_looked(both: House) -> None:
    """At what was merged away meanwhile: where it lives now; and it hears whether the customer is there."""
    source = (await both.customer_writes("hello", name="Kim")).conversation
    target = (await both.customer_writes("it is me", name="Lee")).conversation
    kim = await person_of(both, source)
    async with tabs(both, "ann", "sue") as (ann, sue):
        await ann.look(source)
        session = await stalls(both, ann, "ann")
        await sue.does("merge", conversation=source, into=target)
        await sue.look(target)
        ann.connection.transport.resume_reading()
        both_look = sorted([both.agents["ann"], both.agents["sue"]])
        await ann.until(
            lambda one: (last_signals(target)(one) or {}).get("looking") == both_look, "where it lives now"
        )
        both.desk.bus.signal(CustomerHere(kim, "tab", here=True))
        await ann.until(lambda one: last_signals(target)(one)["customer_here"], "she is there")
        assert session.looks_at == target


async def test_who_reads_too_slowly_still_hears_whose_customer_is_there(both: House) -> None:
    """Which persons are behind what is looked at is forgotten once nobody who is told looks there."""
    talk = (await both.customer_writes("hello", name="Kim")).conversation
    kim = await person_of(both, talk)
    async with tabs(both, "ann", "sue") as (ann, sue):
        await ann.look(talk)
        await stalls(both, ann, "ann")
        await sue.look(talk)
        await sue.look(None)
        await sue.nothing_more()
        await asyncio.sleep(2 * TICK)
        ann.connection.transport.resume_reading()
        await ann.until(lambda one: one.of("filler"), "what it had not read")
        await become(lambda: not both.desk.hub.behind)
        both.desk.bus.signal(CustomerHere(kim, "tab", here=True))
        await ann.until(lambda one: last_signals(talk)(one)["customer_here"], "she is there")


@pytest.mark.parametrize("said", ["private", "rows"])
async def test_what_others_say_is_not_kept_for_who_has_no_room(both: House, said: str) -> None:
    """Neither of another tab nor of a customer: it hears how things stand as soon as it has read what it asked for."""
    talk = (await both.customer_writes("hello", name="Kim")).conversation
    kim = await person_of(both, talk)
    async with tabs(both, "ann") as (ann,):
        await ann.command("show_rows", conversations=[talk])
        (session,) = both.desk.hub.sessions
        session.write(encode({"kind": "filler", "text": "x" * 3_000_000}))
        waits = session._waiting
        if said == "private":
            both.desk.bus.signal(PrivateChanged(both.agents["ann"], "", {"preferences": {}}))
        else:
            both.desk.bus.signal(CustomerHere(kim, "tab", here=True))
            both.desk.onsite._tell()
        assert session.lags
        assert session._waiting == waits
        told = await ann.until(lambda one: said_after_filler(one, said), "how things stand")
        assert told.get("rows", {talk: True}) == {talk: True}
        assert session.cut_with is None


def said_after_filler(tab: Tab, said: str) -> dict[str, Any] | None:
    kinds = [frame["kind"] for frame in tab.frames]
    rest = tab.frames[kinds.index("filler") :] if "filler" in kinds else []
    return next((frame for frame in rest if said in frame), None)
