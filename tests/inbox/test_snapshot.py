"""What a session starts from."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.limits import Limits
from gateway.store import Reader
from gateway.stream.private import save_draft
from inbox import snapshot as starting
from inbox.auth.caller import by_session
from inbox.notices import NOTICES
from inbox.snapshot import load_snapshot, told_limits
from tests.inbox.conftest import House, does
from tests.inbox.test_notices import beginning


async def snapshot(house: House, who: str) -> dict[str, Any]:
    caller = await house.store.read(lambda look: by_session(look, house.cookies[who], house.clock()))
    return await house.store.read(
        lambda look: load_snapshot(look, caller.viewer, house.desk.channels, house.clock(), house.desk.link)
    )


def total(frame: dict[str, Any]) -> int:
    return sum(count["n"] for count in frame["counts"] if count["tag"] is None)


async def test_counts_only_what_its_agent_may_see(both: House) -> None:
    await both.customer_writes("for sales", name="Kim", team="sales")
    await both.customer_writes("for support", name="Lee", team="support")
    await both.customer_writes("for everybody", name="Park")
    assert total(await snapshot(both, "ann")) == 2
    assert total(await snapshot(both, "bob")) == 2
    assert total(await snapshot(both, "sue")) == 3


async def test_holds_the_position_of_the_log_it_was_read_at(both: House) -> None:
    taken = await both.customer_writes("hello")
    assert (await snapshot(both, "ann"))["position"] == taken.position


async def test_drafts_are_the_agents_own(both: House) -> None:
    taken = await both.customer_writes("hello")
    await both.store.write(
        lambda tx: save_draft(tx, both.agents["ann"], taken.conversation, "note", "unfinished")
    )
    mine, other = await snapshot(both, "ann"), await snapshot(both, "bob")
    assert mine["private"]["drafts"] == {taken.conversation: {"note": "unfinished"}}
    assert other["private"]["drafts"] == {}


async def test_names_the_team_and_the_accounts_with_what_they_can(both: House) -> None:
    frame = await snapshot(both, "ann")
    assert frame["me"]["id"] == both.agents["ann"]
    assert frame["me"]["teams"] == [both.teams["sales"]]
    assert {agent["name"] for agent in frame["directory"]["agents"]} == {"Ann", "Bob", "Sue", "Ada"}
    (account,) = frame["directory"]["accounts"]
    assert account["label"]["en"] == "Website"
    assert account["capabilities"]["text_length"] > 0


def test_the_browser_is_told_every_timing_it_keeps_to() -> None:
    limits = Limits()
    told = told_limits(limits, [{"name": "there", "label": "There"}])
    assert told["places"] == [{"name": "there", "label": "There"}]
    timings = told.keys() - {"places"}
    assert all(told[key] == getattr(limits, key) for key in timings)  # type: ignore[literal-required]


async def test_which_read_marks_are_not_told(both: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what comes into view later is known to be unread or not, though only some marks are told."""
    monkeypatch.setattr(starting, "MARKS_TOLD", 2)
    taken = [await both.customer_writes("hello", name=name) for name in ("Kim", "Lee", "Ann")]
    ann = both.agents["ann"]

    async def told() -> tuple[dict[str, int], int]:
        missed = await both.store.read(
            lambda look: starting.load_missed(look, [ann], both.clock(), both.desk.link)
        )
        return missed[ann]["read"], missed[ann]["read_above"]

    assert await told() == ({}, 0), "none is not told"
    await does(both, "ann", "mark_read", conversation=taken[0].conversation, position=taken[0].position)
    assert await told() == ({taken[0].conversation: taken[0].position}, 0)
    for one in taken[1:]:
        await does(both, "ann", "mark_read", conversation=one.conversation, position=one.position)
    read, above = await told()
    assert read == {one.conversation: one.position for one in taken[1:]}
    assert taken[0].position < above == taken[1].position, "every mark above it is told"


async def test_what_several_agents_missed_is_each_ones_own(both: House) -> None:
    """Read in one look: drafts, gone ones, notices and counts fall to nobody else."""
    noticing = await beginning(both)
    ann, bob, sue = (both.agents[name] for name in ("ann", "bob", "sue"))
    taken = await both.customer_writes("hello", team="sales")
    talk = taken.conversation
    await does(both, "sue", "note", conversation=talk, text="@[Ann]", client_id="n1", mentions=[ann])
    await does(both, "sue", "watch", conversation=talk)
    await both.store.write(lambda tx: save_draft(tx, ann, talk, "public", "Dear Kim"))
    await both.store.write(lambda tx: save_draft(tx, sue, talk, "note", ""))
    await noticing.catch_up()

    missed = await both.store.read(
        lambda look: starting.load_missed(look, [ann, bob, sue], both.clock(), both.desk.link)
    )
    assert missed[ann]["drafts"] == {talk: {"public": "Dear Kim"}}
    assert missed[bob]["drafts"] == {}
    assert missed[sue]["drafts"] in ({}, {talk: {"note": ""}})
    assert [missed[one]["notices"]["unread"] for one in (ann, bob, sue)] == [1, 0, 0]
    assert [missed[one]["followed"]["mentions"] for one in (ann, bob, sue)] == [1, 0, 0]
    assert [missed[one]["followed"]["watched"] for one in (ann, bob, sue)][1:] == [0, 1]
    alone = await both.store.read(
        lambda look: starting.load_missed(look, [ann], both.clock(), both.desk.link)
    )
    assert alone == {ann: missed[ann]}


async def test_what_many_agents_missed_is_asked_together_but_for_their_latest_notices(both: House) -> None:
    """Those come by the index, an agent's some; together all that they ever had would be read."""
    asked: list[str] = []

    async def counted(look: Reader, agents: list[str]) -> int:
        asked.clear()
        told = type(look).all

        async def all_(self: Any, sql: str, *more: Any) -> Any:
            asked.append(sql)
            return await told(self, sql, *more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(look), "all", all_)
            await starting.load_missed(look, agents, both.clock(), both.desk.link)
        return len([sql for sql in asked if not sql.startswith(NOTICES)])

    everybody = [both.agents[name] for name in ("ann", "bob", "sue")]
    one = await both.store.read(lambda look: counted(look, everybody[:1]))
    assert 0 < await both.store.read(lambda look: counted(look, everybody)) == one
