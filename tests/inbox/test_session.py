"""One live agent, on real sockets: hello, what is no frame, signals, private state, order, and every way to be cut."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from gateway.bus import AgentHere
from gateway.events import SYSTEM, agent
from gateway.limits import Limits
from gateway.live import CLOSE_PROTOCOL, CLOSE_SIGNED_OUT
from gateway.stream.agents import deactivate, set_teams
from gateway.stream.assign import assign, set_team
from inbox.auth.sessions import end_session, end_sessions, live_sessions
from inbox.session import AgentDoor
from inbox.signals import Signals
from inbox.wire import CLOSE_ACCESS, PROTOCOL
from tests.inbox.conftest import House, Open
from tests.inbox.tabs import Tab, connected, opened, tabs


async def cursor_of(house: House) -> str:
    return str(house.store.cursor)


# --- hello ----------------------------------------------------------------------------------------------------------


async def test_hello_is_answered_with_a_snapshot(both: House) -> None:
    await both.customer_writes("hello", name="Kim", team="sales")
    async with tabs(both, "ann", "bob") as (ann, bob):
        assert ann.kinds[:2] == ["hello", "snapshot"]
        await ann.until(lambda tab: {"private", "signals"} <= set(tab.kinds), "what the log does not tell")
        hello, snapshot = ann.frames[0], ann.frames[1]
        assert hello["protocol"] == PROTOCOL and hello["resumed"] is False
        assert hello["limits"]["typing_repeat"] == both.desk.limits.typing_repeat
        assert snapshot["cursor"] == await cursor_of(both)
        assert snapshot["me"]["name"] == "Ann" and snapshot["me"]["teams"] == [both.teams["sales"]]
        assert [(count["team"], count["n"]) for count in snapshot["counts"]] == [(both.teams["sales"], 1)]
        assert bob.of("snapshot")[0]["counts"] == [], "foreign teams do not even count"


async def test_the_story_goes_on_where_it_was_cut(both: House) -> None:
    ann = await opened(both, "ann")
    await both.customer_writes("one", name="Kim", team="sales")
    await ann.reaches(both.store.published)
    cursor = ann.cursor
    await ann.cut()
    await both.customer_writes("two", name="Kim", team="sales")
    again = await opened(both, "ann", cursor)
    await again.reaches(both.store.published)
    assert again.frames[0]["resumed"] is True
    assert again.of("snapshot") == []
    assert [event["message"]["text"] for event in again.events if "message" in event] == ["two"]
    await both.customer_writes("three", name="Kim", team="sales")
    await again.reaches(both.store.published)
    assert [event["position"] for event in ann.events + again.events] == sorted(
        {event["position"] for event in ann.events + again.events}
    )
    await again.close()


@pytest.mark.parametrize("cursor", ["nonsense", "a.b", "x" * 100, "."])
async def test_what_is_no_cursor_starts_afresh(house: House, cursor: str) -> None:
    ann = await opened(house, "ann", cursor)
    assert ann.kinds[:2] == ["hello", "snapshot"]
    await ann.close()


@pytest.mark.parametrize(
    "hello",
    [
        '{"kind":"hello","protocol":2}',
        '{"kind":"hello","protocol":"1"}',
        '{"kind":"hello"}',
        '{"kind":"look","conversation":null}',
        '{"kind":"hello","protocol":1,"more":true}',
        '{"kind":"hello","protocol":1,"cursor":"' + "x" * 101 + '"}',
        "no json",
        "",
        "[" * 10_000,
    ],
)
async def test_another_protocol_is_sent_away(house: House, hello: str) -> None:
    tab = await connected(house, "ann")
    await tab.connection.send(hello)
    assert await tab.ended() == CLOSE_PROTOCOL
    assert tab.frames == []


async def test_a_binary_hello_is_sent_away(house: House) -> None:
    tab = await connected(house, "ann")
    await tab.connection.send(b'{"kind":"hello","protocol":1}')
    assert await tab.ended() == CLOSE_PROTOCOL


async def test_who_never_says_hello_is_sent_away(open_with: Open) -> None:
    house = await open_with(Limits(hello_wait=1_000))
    tab = await connected(house, "ann")
    assert await tab.ended() == CLOSE_PROTOCOL
    assert house.desk.hub.sessions == set()


async def test_nobody_and_other_sites_get_no_socket(house: House) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connected(house, None)
    assert refused.value.response.status_code == 401
    house.cookies["ghost"] = "x" * 40
    with pytest.raises(InvalidStatus) as refused:
        await connected(house, "ghost")
    assert refused.value.response.status_code == 401


# --- signals between agents -----------------------------------------------------------------------------------------


def last_signals(conversation: str) -> Any:
    def find(tab: Tab) -> Any:
        told = [one["conversation"] for one in tab.of("signals") if one.get("conversation")]
        return next((one for one in reversed(told) if one["conversation"] == conversation), None)

    return find


def typists(conversation: str, *expected: tuple[str, str]) -> Any:
    def find(tab: Tab) -> bool:
        found = last_signals(conversation)(tab)
        return found is not None and [(one["name"], one["mode"]) for one in found["typing"]] == list(expected)

    return find


async def test_typing_and_looking_between_two_agents_and_two_tabs(house: House) -> None:
    talk = (await house.customer_writes("hello")).conversation
    async with tabs(house, "ann", "ann", "bob", "sue") as (ann, ann_too, bob, sue):
        for tab in (ann, ann_too, bob):
            await tab.look(talk)
        looking = sorted([house.agents["ann"], house.agents["bob"]])
        await ann.until(
            lambda tab: (last_signals(talk)(tab) or {}).get("looking") == looking, "both look, each once"
        )
        await ann.say(kind="typing", conversation=talk, mode="public")
        await bob.until(typists(talk, ("Ann", "public")), "Ann types")
        await ann.say(kind="typing", conversation=talk, mode="note")
        await bob.until(typists(talk, ("Ann", "note")), "Ann types a note")
        await ann.say(kind="typing", conversation=talk, mode="note", active=False)
        await bob.until(typists(talk), "Ann stopped")
        await ann.say(kind="look", conversation=None)
        await ann_too.cut()
        await bob.until(
            lambda tab: (last_signals(talk)(tab) or {}).get("looking") == [house.agents["bob"]],
            "Ann looks away",
        )
        assert last_signals(talk)(sue) is None, "who does not look is not told"


async def test_typing_only_where_one_looks(house: House) -> None:
    talk = (await house.customer_writes("hello")).conversation
    foreign = (await house.customer_writes("hello", name="Lee", team="support")).conversation
    async with tabs(house, "ann") as (ann,):
        for where in (talk, foreign, "0nowhere"):
            await ann.say(kind="typing", conversation=where, mode="note")
        await ann.hears("problem", 3)
        await ann.say(kind="look", conversation=foreign)
        answer = await ann.hears("problem", 4)
        assert {one["problem"]["type"] for one in ann.of("problem")} == {"not_found"}, answer
        assert next(iter(house.desk.hub.sessions)).looks_at is None


async def test_looking_by_number_is_looking_at_the_conversation(house: House) -> None:
    talk = (await house.customer_writes("hello")).conversation
    async with tabs(house, "ann", "bob") as (ann, bob):
        await ann.look("1")
        await bob.look(talk)
        assert last_signals(talk)(ann), "told under its own id"
        await bob.say(kind="typing", conversation=talk, mode="public")
        await ann.until(typists(talk, ("Bob", "public")), "Bob types")


async def test_what_has_left_the_view_is_not_looked_at(both: House) -> None:
    talk = (await both.customer_writes("hello", team="sales")).conversation
    async with tabs(both, "ann", "sue") as (ann, sue):
        await ann.look(talk)
        await sue.look(talk)
        await sue.until(
            lambda tab: both.agents["ann"] in (last_signals(talk)(tab) or {"looking": ()})["looking"],
            "Ann looks",
        )
        await both.store.write(lambda tx: set_team(tx, talk, both.teams["support"], SYSTEM))
        await ann.until(lambda tab: any(event["kind"] == "left" for event in tab.events), "it left")
        await sue.until(
            lambda tab: both.agents["ann"] not in last_signals(talk)(tab)["looking"], "Ann looks no more"
        )
        before = await ann.nothing_more()
        await sue.say(kind="typing", conversation=talk, mode="note")
        await sue.until(typists(talk, ("Sue", "note")), "Sue types")
        await ann.nothing_more()
        assert not [one for one in ann.frames[before:] if one["kind"] == "signals" and "conversation" in one]
        await ann.say(kind="typing", conversation=talk, mode="note")
        assert (await ann.hears("problem", 3))["problem"]["type"] == "not_found"


async def test_presence_of_two_tabs(house: House) -> None:
    ann_id = house.agents["ann"]

    def presence(state: str | None) -> Any:
        return lambda tab: tab.of("signals") and _presence(tab).get(ann_id) == state

    async with tabs(house, "bob") as (bob,):
        first = await opened(house, "ann")
        await bob.until(presence("online"), "Ann is online")
        second = await opened(house, "ann")
        await second.until(presence("online"), "and sees herself")
        await first.cut()
        await second.say(kind="here", visible=True)
        await bob.nothing_more()
        assert _presence(bob)[ann_id] == "online"
        await second.close()


def _presence(tab: Tab) -> dict[str, str]:
    told: list[dict[str, str]] = [one["agents"] for one in tab.of("signals") if "agents" in one]
    return told[-1]


async def test_who_resumes_is_told_who_is_here(house: House) -> None:
    async with tabs(house, "bob") as (bob,):
        cursor = bob.cursor
        await bob.cut()
        async with tabs(house, "ann") as (ann,):
            await ann.until(lambda tab: house.agents["ann"] in _presence(tab), "Ann is here")
            again = await opened(house, "bob", cursor)
            await again.until(
                lambda tab: tab.of("signals") and house.agents["ann"] in _presence(tab), "Ann is here"
            )
            await again.close()


async def test_a_sleeping_tab_that_wakes_looks_again(house: House) -> None:
    """Its lease has run out and is forgotten; the next `here` brings back where it looks."""
    talk = (await house.customer_writes("hello")).conversation
    async with tabs(house, "ann", "bob") as (ann, bob):
        await ann.look(talk)
        await bob.look(talk)
        session = next(one for one in house.desk.hub.sessions if one.caller.name == "Ann")
        house.desk.bus.signal(AgentHere(house.agents["ann"], session.tab, gone=True))
        await bob.until(
            lambda tab: last_signals(talk)(tab)["looking"] == [house.agents["bob"]], "Ann is gone"
        )
        await ann.say(kind="here", visible=True)
        await bob.until(lambda tab: len(last_signals(talk)(tab)["looking"]) == 2, "Ann looks again")


# --- private state --------------------------------------------------------------------------------------------------


async def test_private_state_reaches_only_ones_own_other_tabs(both: House) -> None:
    taken = await both.customer_writes("hello")
    async with tabs(both, "ann", "ann", "bob", "sue") as (ann, other, bob, sue):
        await ann.does("save_draft", conversation=taken.conversation, mode="note", text="half a thought")
        await ann.does("mark_read", conversation=taken.conversation, position=taken.position)
        await ann.does("set_preferences", values={"theme": "dark"})
        await other.hears("private", 4)
        assert [one["private"] for one in other.of("private")[1:]] == [
            {"drafts": {taken.conversation: {"note": "half a thought"}}},
            {"read": {taken.conversation: taken.position}},
            {"preferences": {"theme": "dark"}},
        ]
        for tab in (ann, bob, sue):
            await tab.nothing_more()
            assert len(tab.of("private")) == 1, "the one that every session begins with"
            assert "half a thought" not in repr(tab.frames)


async def test_nobody_has_read_what_is_not_there_yet(both: House) -> None:
    taken = await both.customer_writes("hello")
    async with tabs(both, "ann", "ann") as (ann, other):
        await ann.does("mark_read", conversation=taken.conversation, position=2**53)
        marked = (await other.hears("private", 2))["private"]["read"][taken.conversation]
        assert taken.position <= marked <= both.store.published
        await ann.does("mark_read", conversation=taken.conversation, position=1)
        await other.nothing_more()
        assert len(other.of("private")) == 2, "a mark never steps back"


async def test_what_changed_in_the_cut_is_told_on_return(both: House) -> None:
    taken = await both.customer_writes("hello")
    ann = await opened(both, "ann")
    cursor = ann.cursor
    await ann.cut()
    async with tabs(both, "ann") as (other,):
        await other.does("save_draft", conversation=taken.conversation, mode="public", text="dear")
        await other.does("mark_read", conversation=taken.conversation, position=taken.position)
        again = await opened(both, "ann", cursor)
        assert again.frames[0]["resumed"] is True
        private = again.of("private")[0]["private"]
        assert private["drafts"] == {taken.conversation: {"public": "dear"}}
        assert private["read"] == {taken.conversation: taken.position}
        await again.close()


async def test_a_draft_that_was_sent_elsewhere_is_gone_on_return(both: House) -> None:
    """Or its words would be sent a second time."""
    talk = (await both.customer_writes("hello")).conversation
    ann = await opened(both, "ann")
    await ann.does("save_draft", conversation=talk, mode="public", text="dear")
    cursor = ann.cursor
    await ann.cut()
    async with tabs(both, "ann") as (other,):
        assert other.of("snapshot")[0]["private"]["drafts"] == {talk: {"public": "dear"}}
        await other.does("save_draft", conversation=talk, mode="public", text="")
        again = await opened(both, "ann", cursor)
        assert again.of("private")[0]["private"]["drafts"] == {talk: {"public": ""}}
        await again.close()
        fresh = await opened(both, "ann")
        assert fresh.of("snapshot")[0]["private"]["drafts"] == {}
        await fresh.close()


# --- commands -------------------------------------------------------------------------------------------------------


async def test_commands_are_done_and_answered_in_order(both: House) -> None:
    talk = (await both.customer_writes("hello", team="sales")).conversation
    async with tabs(both, "ann") as (ann,):
        for number in range(40):
            args = {"conversation": talk, "text": f"note {number}", "client_id": f"n{number}"}
            await ann.say(kind="command", id=str(number), name="note", args=args)
        await ann.hears("result", 40)
        assert [one["id"] for one in ann.of("result")] == [str(number) for number in range(40)]
        await ann.reaches(both.store.published)
        told = [event["message"]["text"] for event in ann.events if "message" in event]
        assert told == [f"note {number}" for number in range(40)]


async def test_a_command_said_again_is_done_once(both: House) -> None:
    talk = (await both.customer_writes("hello", team="sales")).conversation
    async with tabs(both, "ann") as (ann,):
        first = await ann.does("reply", conversation=talk, text="hi", client_id="r1")
        again = await opened(both, "ann", ann.cursor)
        second = await again.does("reply", conversation=talk, text="hi", client_id="r1")
        assert first["message"]["id"] == second["message"]["id"]
        await ann.reaches(both.store.published)
        assert len([event for event in ann.events if "message" in event]) == 1
        await again.close()


# --- being cut ------------------------------------------------------------------------------------------------------


async def sessions_of(house: House, who: str) -> list[str]:
    agent_id = house.agents[who]
    rows = await house.store.read(lambda look: live_sessions(look, agent_id, house.clock()))
    return [row["id"] for row in rows]


async def test_signing_out_cuts_that_session_only(both: House) -> None:
    key = both.agents["ann"]
    async with tabs(both, "ann", "ann", "bob") as (ann, other, bob):
        (session,) = await sessions_of(both, "ann")
        await both.store.write(lambda tx: end_session(tx, key, session, agent(key)))
        assert await ann.ended() == await other.ended() == CLOSE_SIGNED_OUT
        await bob.reaches(both.store.published)
        assert bob.closed is None


@pytest.mark.parametrize("sessions_first", [True, False])
async def test_letting_an_agent_go_signs_out(both: House, sessions_first: bool) -> None:
    key = both.agents["ann"]

    async def verb(tx: Any) -> None:
        if sessions_first:
            await end_sessions(tx, key)
        await deactivate(tx, key, SYSTEM)
        if not sessions_first:
            await end_sessions(tx, key)

    async with tabs(both, "ann") as (ann,):
        await both.store.write(verb)
        assert await ann.ended() == CLOSE_SIGNED_OUT


async def test_changed_access_starts_over(both: House) -> None:
    key = both.agents["ann"]
    talk = (await both.customer_writes("hello", team="support")).conversation
    async with tabs(both, "ann", "bob") as (ann, bob):
        cursor = ann.cursor
        await both.store.write(lambda tx: set_teams(tx, key, [both.teams["support"]], SYSTEM))
        assert await ann.ended() == CLOSE_ACCESS
        await bob.reaches(both.store.published)
        assert bob.closed is None
        stubborn = await opened(both, "ann", cursor)
        assert stubborn.kinds[:3] == ["hello", "reset", "snapshot"], "a cursor from before cannot go on"
        assert stubborn.of("reset")[0]["reason"] == "access"
        assert stubborn.of("snapshot")[0]["me"]["teams"] == [both.teams["support"]]
        await stubborn.close()
        fresh = await opened(both, "ann")
        await fresh.does("note", conversation=talk, text="mine now", client_id="n1")
        await fresh.close()


async def test_access_that_ends_before_hello(both: House) -> None:
    """The cookie was good when the socket opened; what counts is the moment in which the story begins."""
    key = both.agents["ann"]
    before = await cursor_of(both)
    afresh, resuming = await connected(both, "ann"), await connected(both, "ann")
    await both.store.write(lambda tx: deactivate(tx, key, SYSTEM))
    await both.customer_writes("not for her", team="sales")
    await afresh.say(kind="hello", protocol=PROTOCOL)
    await resuming.say(kind="hello", protocol=PROTOCOL, cursor=await cursor_of(both))
    assert await afresh.ended() == await resuming.ended() == CLOSE_SIGNED_OUT
    assert "not for her" not in repr([afresh.frames, resuming.frames])
    assert before != await cursor_of(both)


async def test_teams_that_change_before_hello(both: House) -> None:
    key = both.agents["ann"]
    await both.customer_writes("old team", name="Kim", team="sales")
    ann, resuming = await connected(both, "ann"), await connected(both, "ann")
    await both.store.write(lambda tx: set_teams(tx, key, [both.teams["support"]], SYSTEM))
    cursor = await cursor_of(both)
    await ann.say(kind="hello", protocol=PROTOCOL)
    await resuming.say(kind="hello", protocol=PROTOCOL, cursor=cursor)
    for tab in (ann, resuming):
        await tab.hears("private")
    assert ann.of("snapshot")[0]["counts"] == []
    talk = (await both.customer_writes("for her", name="Lee", team="support")).conversation
    await both.customer_writes("not any more", name="Kim", team="sales")
    for tab in (ann, resuming):
        await tab.reaches(both.store.published)
        assert {event["conversation"] for event in tab.events} == {talk}
        await tab.close()


async def test_no_socket_outlives_its_session(house: House) -> None:
    door = AgentDoor(
        house.desk, Signals(house.desk.bus, house.desk.limits, house.clock, set(), house.desk.onsite)
    )
    async with tabs(house, "ann", "bob") as (ann, bob):
        await door.end_expired_now()
        house.clock.ahead += house.desk.limits.session_idle * 86_400_000 - 60_000
        prolonged = house.clock() + 3_600_000
        sql = "update sessions set expires_at = $1 where agent_id = $2"
        await house.store.write(lambda tx: tx.run(sql, prolonged, house.agents["bob"]))
        house.clock.ahead += 120_000
        await door.end_expired_now()
        assert await ann.ended() == CLOSE_SIGNED_OUT
        await bob.nothing_more()
        assert bob.closed is None, "its browser had prolonged the session"


async def test_a_conversation_moves_in_and_out_of_the_view(both: House) -> None:
    talk = (await both.customer_writes("words of support", name="Lee", team="support")).conversation
    async with tabs(both, "ann", "bob") as (ann, bob):
        await both.store.write(lambda tx: assign(tx, talk, both.agents["ann"], SYSTEM))
        await ann.reaches(both.store.published)
        entered = ann.events[-1]
        assert entered["entered"] and entered["was"] is None and entered["summary"]["id"] == talk
        await both.store.write(lambda tx: assign(tx, talk, None, SYSTEM))
        await ann.reaches(both.store.published)
        left = ann.events[-1]
        assert left.keys() == {"position", "at", "kind", "conversation", "was"}
        assert left["kind"] == "left" and left["was"]["assignee"] == both.agents["ann"]
        before = len(ann.events)
        await both.customer_writes("more", name="Lee", team="support")
        await bob.reaches(both.store.published)
        await ann.reaches(both.store.published)
        assert ann.events[before:] == [], "the cursor moves, nothing is told"


async def test_who_looks_at_what_is_merged_away_looks_at_where_it_lives_now(both: House) -> None:
    """Without asking: typing, who looks, whether the customer is here; and what one types there is heard."""
    source = (await both.customer_writes("hello", name="Kim")).conversation
    target = (await both.customer_writes("it is me", name="Lee")).conversation
    async with tabs(both, "ann", "bob", "sue") as (ann, bob, sue):
        await ann.look(source)
        await bob.look(target)
        await sue.does("merge", conversation=source, into=target)

        def looking(tab: Tab) -> Any:
            told = [frame["conversation"] for frame in tab.of("signals") if frame.get("conversation")]
            return told[-1] if told and told[-1]["conversation"] == target else None

        both_look = {both.agents["ann"], both.agents["bob"]}
        for tab in (ann, bob):
            await tab.until(lambda one: (looking(one) or {}).get("looking") == sorted(both_look), "who looks")
        await bob.say(kind="typing", conversation=target, mode="note")
        await ann.until(lambda one: (looking(one) or {}).get("typing"), "what bob types")
        await ann.say(kind="typing", conversation=source, mode="public")
        await bob.until(
            lambda one: [who for who in looking(one)["typing"] if who["id"] == both.agents["ann"]],
            "what ann types by the old name",
        )
        assert not ann.of("problem")


async def test_what_is_merged_out_of_sight_is_not_followed(both: House) -> None:
    source = (await both.customer_writes("hello", name="Kim")).conversation
    target = (await both.customer_writes("it is me", name="Lee", team="support")).conversation
    async with tabs(both, "ann", "bob", "sue") as (ann, bob, sue):
        await ann.look(source)
        await bob.look(target)
        await sue.does("merge", conversation=source, into=target)
        await ann.reaches(both.store.published)
        await bob.say(kind="typing", conversation=target, mode="note")
        await bob.until(lambda one: one.of("signals")[-1].get("conversation", {}).get("typing"), "own typing")
        await ann.nothing_more()
        assert target not in repr(ann.of("signals"))
