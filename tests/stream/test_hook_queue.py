"""The queue of webhooks: what is taken from the log, in what order it is tried, and what becomes of it; on both."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.events import Kind
from gateway.store import Store
from gateway.stream.contacts import update_contact
from gateway.stream.edit import edit_message, erase_message
from gateway.stream.erase import erase_contact
from gateway.stream.hook_pace import AGAIN_AFTER, DAY, HOUR, TROUBLE, Pace
from gateway.stream.hook_queue import (
    DROPPED,
    GAP,
    LOOKED_AT,
    TRIMMED,
    Followed,
    Leased,
    Outcome,
    Turn,
    follow,
    forget_deliveries,
    lease,
    load_active,
    next_due,
    settle,
)
from gateway.stream.hooks import (
    KINDS,
    Wish,
    make_hook,
    pause,
    redeliver,
    remove_hook,
    replay,
    replay_failed,
    resume,
)
from gateway.stream.trim import trim_step
from tests.world import World

MESSAGES = (Kind.MESSAGE_CREATED.value,)
NOW = Pace(again_after=(0,) * 50, rests=(0,))
"""Whoever failed is due again at once."""
TAKEN = Outcome(status=200, ms=3)
NO = Outcome("status", status=500, ms=3, excerpt="no")
BEGAN = 1_800_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> int:
        return self.now


class Line:
    """An endpoint's queue, worked by hand."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock, self.hook = world, clock, ""

    async def made(self, kinds: Sequence[str] = MESSAGES, **more: Any) -> Line:
        wish = Wish("https://example.com/", tuple(kinds), **more)
        self.hook = (await self.world.do(make_hook, wish, most=9)).id
        return self

    async def follow(self, most: int = 10_000) -> None:
        while await self.world.store.write(lambda tx: follow(tx, self.hook, most=most)) is Followed.MORE:
            pass

    async def lease(self, most: int = 99, pace: Pace = NOW) -> Turn:
        return await self.world.store.write(lambda tx: lease(tx, self.hook, most, pace))

    async def settle(self, leased: Leased, outcome: Outcome, pace: Pace = NOW) -> None:
        await self.world.store.write(lambda tx: settle(tx, leased, self.hook, outcome, pace))

    async def fails(self, times: int, pace: Pace = NOW, outcome: Outcome = NO) -> None:
        for _ in range(times):
            (leased,) = (await self.lease(1, pace)).leased
            await self.settle(leased, outcome, pace)

    async def rows(self) -> list[Any]:
        return await self.world.rows(
            "select * from hook_deliveries where hook_id = $1 order by position", self.hook
        )

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows()]

    async def row(self) -> Any:
        return await self.world.row("select * from hooks where id = $1", self.hook)


@pytest.fixture
async def line(database: Any) -> Line:
    clock = Clock()
    store: Store = await database.open(clock)
    return Line(await World.made(store), clock)


async def test_it_takes_what_was_chosen_and_each_once(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    answered = await line.world.says("lee", "two")
    await line.world.answers(answered.conversation, "three")
    for _ in range(3):
        await line.follow()
    rows = await line.rows()
    assert [row["kind"] for row in rows] == ["message.created"] * 3
    assert rows[1]["lane"] == rows[2]["lane"] == answered.conversation != rows[0]["lane"]
    assert (await line.row())["position"] == await line.world.value("select position from log_head")
    assert await line.world.store.read(load_active) == [line.hook]


async def test_notes_are_told_only_where_they_are_wanted(line: Line) -> None:
    every = tuple(kind.value for kind in KINDS)
    await line.made(every)
    wants = await Line(line.world, line.clock).made(every, notes=True)
    talk = (await line.world.says("kim", "hello")).conversation
    note = (await line.world.notes(talk, "between us")).message
    await line.world.do(edit_message, note, "between us two")
    await line.world.do(erase_message, note)
    await line.follow()
    await wants.follow()
    about = await line.world.rows("select position from events where message_id = $1", note)
    secret = {row["position"] for row in about}
    assert len(secret) == 3
    assert not secret & {row["position"] for row in await line.rows()}
    assert secret <= {row["position"] for row in await wants.rows()}


async def test_only_the_first_of_each_conversation_is_tried(line: Line) -> None:
    await line.made()
    for text in ("a1", "a2", "a3"):
        await line.world.says("kim", text)
    await line.world.says("lee", "b1")
    await line.follow()
    first = await line.lease()
    assert [one.position for one in first.leased] == [row["position"] for row in await line.rows()][0::3]
    assert (await line.lease()).leased == (), "they are taken"
    await line.settle(first.leased[1], TAKEN)
    assert (await line.lease()).leased == (), "kim's others wait behind hers"
    await line.settle(first.leased[0], NO)
    again = (await line.lease()).leased
    assert [one.position for one in again] == [first.leased[0].position], (
        "a failed one is tried before what follows"
    )
    await line.settle(again[0], TAKEN)
    (second,) = (await line.lease()).leased
    await line.settle(second, TAKEN)
    (third,) = (await line.lease()).leased
    await line.settle(third, TAKEN)
    assert await line.states() == ["delivered"] * 4
    attempts = await line.world.rows("select number, problem, excerpt from hook_attempts where excerpt <> ''")
    assert [(row["number"], row["problem"], row["excerpt"]) for row in attempts] == [(1, "status", "no")]


async def test_a_failing_conversation_holds_back_no_other_however_long_its_tail(line: Line) -> None:
    await line.made()
    for n in range(LOOKED_AT + 50):
        await line.world.says("kim", str(n))
    await line.follow()
    pace = Pace()
    (head,) = (await line.lease(9, pace)).leased
    await line.settle(head, NO, pace)
    await line.world.says("lee", "me too")
    await line.follow()
    found: list[Leased] = []
    for _ in range(4):
        found += (await line.lease(9, pace)).leased
    assert [one.position for one in found] == [(await line.rows())[-1]["position"]]
    due = await line.world.value("select count(*) from hook_deliveries where due_at is not null")
    assert due == 2, "what waits behind the failing one is asleep, and costs no look"


async def test_it_is_tried_for_days_and_then_given_up_and_what_follows_goes(line: Line) -> None:
    pace = Pace()
    await line.made()
    await line.world.says("kim", "one")
    await line.world.says("kim", "two")
    await line.follow()
    for wait in (*AGAIN_AFTER, 0):
        (leased,) = (await line.lease(9, pace)).leased
        await line.settle(leased, NO, pace)
        await line.settle(leased, NO, pace)
        assert (await line.row())["state"] == "active"
        line.clock.now += round(wait * 1.25) + 400_000
    assert await line.states() == ["failed", "waiting"]
    (second,) = (await line.lease(9, pace)).leased
    await line.settle(second, TAKEN, pace)
    assert await line.states() == ["failed", "delivered"]
    row = (await line.rows())[0]
    assert (row["attempts"], row["status"], row["problem"], row["due_at"]) == (
        len(AGAIN_AFTER) + 1,
        500,
        "status",
        None,
    )


async def test_a_failed_one_is_sent_again_in_its_place(line: Line) -> None:
    await line.made()
    for text in ("1", "2", "3"):
        await line.world.says("kim", text)
    await line.follow()
    once = Pace(again_after=(), rests=(0,))
    await line.fails(2, once)
    assert await line.states() == ["failed", "failed", "waiting"]
    keys = [row["id"] for row in await line.rows()]
    await line.world.do(redeliver, keys[1])
    assert await line.world.do(replay_failed, line.hook, since=0) == 1
    order = []
    while leased := (await line.lease()).leased:
        order += [one.id for one in leased]
        await line.settle(leased[0], TAKEN)
    assert order == keys
    assert [row["attempts"] for row in await line.rows()] == [2, 2, 1]


async def test_a_lease_that_ends_is_another_s(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    await line.follow()
    (dead,) = (await line.lease()).leased
    due = await line.world.store.read(lambda look: next_due(look, line.hook))
    assert due == line.clock.now + NOW.lease
    line.clock.now += NOW.lease - 1
    assert (await line.lease()).leased == ()
    line.clock.now += 1
    (alive,) = (await line.lease()).leased
    assert alive.id == dead.id and alive.lease != dead.lease
    await line.settle(dead, NO)
    assert await line.states() == ["sending"], "the dead one's word comes too late"
    await line.settle(alive, TAKEN)
    assert await line.states() == ["delivered"]
    rows = await line.world.rows("select number, problem from hook_attempts order by number")
    assert [(row["number"], row["problem"]) for row in rows] == [(1, "interrupted"), (2, None)]


async def test_what_an_endpoint_asks_for_is_obeyed_by_all_that_goes_there(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    await line.world.says("lee", "two")
    await line.follow()
    (leased,) = (await line.lease(1)).leased
    await line.settle(leased, Outcome("status", status=429, asked=HOUR), Pace())
    line.clock.now += HOUR - 1
    assert await line.lease() == Turn()
    assert await line.world.store.read(lambda look: next_due(look, line.hook)) == line.clock.now + 1
    line.clock.now += 1
    assert len((await line.lease()).leased) == 2


async def test_in_trouble_it_is_only_probed_and_when_it_is_back_all_goes_at_once(line: Line) -> None:
    pace = Pace(again_after=(HOUR,) * 50)
    await line.made()
    for n in range(TROUBLE + 5):
        await line.world.says(f"kim{n}", "hello")
    await line.follow()
    for leased in (await line.lease(TROUBLE, pace)).leased:
        await line.settle(leased, NO, pace)
    assert (await line.lease(9, pace)).leased == (), "it rests"
    line.clock.now += DAY // 24 // 60
    probes = (await line.lease(9, pace)).leased
    assert len(probes) == 1
    assert (await line.lease(9, pace)).leased == (), "one at a time"
    await line.settle(probes[0], TAKEN, pace)
    assert len((await line.lease(99, pace)).leased) == TROUBLE + 4
    row = await line.row()
    assert (row["fails"], row["failing_since"], row["taken_at"]) == (0, None, line.clock.now)


async def test_after_days_of_failing_it_is_switched_off_and_the_audit_says_so(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    await line.follow()
    pace = Pace(again_after=(HOUR,) * 500, disable_after=2 * DAY)
    for _ in range(49):
        assert (await line.row())["state"] == "active"
        await line.fails(1, pace)
        line.clock.now += round(HOUR * 1.3)
        if (await line.row())["state"] != "active":
            break
    row = await line.row()
    assert (row["state"], row["reason"]) == ("disabled", "failing")
    assert await line.world.store.read(load_active) == []
    assert await line.lease() == Turn()
    assert await line.world.store.write(lambda tx: follow(tx, line.hook, most=9)) is Followed.ALL
    changes = await line.world.value("select changes from audit where actor_kind = 'system'")
    assert '"disabled"' in changes.replace(" ", "") and "failing" in changes
    await line.world.says("kim", "two")
    await line.world.do(resume, line.hook)
    await line.follow()
    while leased := (await line.lease()).leased:
        await line.settle(leased[0], TAKEN)
    assert await line.states() == ["delivered"] * 2, "it goes on where it stopped"


async def test_who_says_that_he_is_gone_is_not_called_again(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    await line.follow()
    await line.fails(1, Pace(), Outcome("status", status=410))
    row = await line.row()
    assert (row["state"], row["reason"]) == ("disabled", "gone")
    assert (await line.lease()).leased == ()
    await line.world.do(resume, line.hook)
    assert len((await line.lease()).leased) == 1, "and it is not lost either"


async def test_what_waits_while_paused_comes_afterwards_in_order(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "one")
    await line.follow()
    await line.world.do(pause, line.hook)
    await line.world.says("kim", "two")
    await line.follow()
    assert await line.lease() == Turn()
    assert await line.world.store.read(lambda look: next_due(look, line.hook)) is None
    await line.world.do(resume, line.hook)
    await line.follow()
    assert await line.states() == ["waiting"] * 2


async def test_a_full_queue_takes_no_more_until_there_is_room(line: Line) -> None:
    await line.made()
    for n in range(4):
        await line.world.says("kim", str(n))
    await line.follow(most=3)
    before = await line.row()
    assert len(await line.rows()) == 4, "a part of the log is taken whole"
    await line.world.says("kim", "5")
    assert await line.world.store.write(lambda tx: follow(tx, line.hook, most=3)) is Followed.FULL
    assert len(await line.rows()) == 4 and (await line.row())["position"] == before["position"]
    for _ in range(2):
        (leased,) = (await line.lease()).leased
        await line.settle(leased, TAKEN)
    await line.follow(most=3)
    assert len(await line.rows()) == 5


async def test_what_was_trimmed_unsent_is_said(line: Line) -> None:
    await line.made()
    began = (await line.row())["position"]
    await line.world.do(pause, line.hook)
    for n in range(5):
        await line.world.says("kim", str(n))
    line.clock.now += DAY
    await line.world.says("kim", "kept")
    await line.world.store.write(lambda tx: trim_step(tx, line.clock.now))
    first = await line.world.value("select min(position) from events")
    await line.world.do(resume, line.hook)
    await line.follow()
    rows = await line.rows()
    assert [row["kind"] for row in rows] == [GAP, "message.created"]
    assert (rows[0]["gap_from"], rows[0]["position"]) == (began + 1, first - 1)
    assert (await line.row())["lost"] == first - 1 - began


async def test_replaying_sends_all_of_it_again_in_order_and_what_is_new_after_it(line: Line) -> None:
    await line.made()
    start = (await line.row())["position"]
    for n in range(6):
        await line.world.says("kim", str(n))
    await line.follow()
    keys = [row["id"] for row in await line.rows()]
    for _ in range(4):
        (one,) = (await line.lease()).leased
        await line.settle(one, TAKEN)
    await line.world.do(replay, line.hook, position=start)
    assert (await line.lease()).leased == (), "nothing overtakes what is to be sent before it"
    await line.world.says("kim", "new")
    await line.follow()
    order = []
    while leased := (await line.lease()).leased:
        order += [each.id for each in leased]
        await line.settle(leased[0], TAKEN)
    assert order[:6] == keys and len(order) == 7


async def test_what_is_not_told_any_more_and_what_is_trimmed_end_without_a_try(line: Line) -> None:
    await line.made()
    await line.world.says("kim", "1")
    await line.world.says("lee", "2")
    await line.follow()
    for leased, outcome in zip((await line.lease()).leased, (DROPPED, TRIMMED), strict=True):
        await line.settle(leased, outcome)
    assert await line.states() == ["dropped", "failed"]
    assert await line.world.value("select count(*) from hook_attempts") == 0
    assert (await line.row())["fails"] == 0
    assert await line.world.do(replay_failed, line.hook, since=0) == 0, "what is trimmed cannot be sent again"


async def test_what_was_answered_about_the_erased_is_forgotten(line: Line) -> None:
    await line.made((*MESSAGES, "contact.changed"))
    await line.world.says("kim", "my number is 5")
    await line.world.says("lee", "hello")
    contact = await line.world.contact_of("kim")
    await line.world.do(update_contact, contact, name="Kim")
    await line.follow()
    said = Outcome("status", status=500, excerpt="cannot store: my number is 5")
    for leased in (await line.lease()).leased:
        await line.settle(leased, said)
    assert await line.world.value("select count(*) from hook_attempts where excerpt <> ''") == 3
    await line.world.do(erase_contact, contact)
    assert await line.world.value("select count(*) from hook_attempts where excerpt <> ''") == 1


async def test_what_is_done_with_goes_after_a_while_and_the_removed_with_all_they_had(line: Line) -> None:
    other = await Line(line.world, line.clock).made()
    await line.made()
    for n in range(3):
        await line.world.says(f"kim{n}", "hello")
    await line.follow()
    await other.follow()
    for leased in (await line.lease(2)).leased:
        await line.settle(leased, TAKEN)

    async def clean(older_than: int) -> None:
        while await line.world.store.write(lambda tx: forget_deliveries(tx, older_than)):
            pass

    await clean(line.clock.now)
    assert len(await line.rows()) == 3
    await clean(line.clock.now + 1)
    assert await line.states() == ["waiting"], "what waits is not old, however old it is"
    await line.world.do(remove_hook, other.hook)
    await clean(0)
    assert await other.rows() == []
    assert [row["id"] for row in await line.world.rows("select id from hooks")] == [line.hook]
    assert await line.world.value("select count(*) from hook_attempts") == 0


@pytest.mark.parametrize("seed", range(6))
async def test_in_every_story_each_conversation_keeps_its_order_and_nothing_is_lost(
    line: Line, seed: int
) -> None:
    """Random tries, failures, deaths, replays and pauses, by two workers: whatever was taken, was taken in order."""
    chance = random.Random(seed)
    pace = Pace(again_after=(0,) * 10_000, rests=(0,), lease=1_000)
    await line.made()
    start = (await line.row())["position"]
    taken: dict[str, list[int]] = defaultdict(list)
    held: list[Leased] = []
    replays = 0
    for step in range(160):
        line.clock.now += chance.choice((0, 1))
        act = chance.random()
        if act < 0.35 and step < 110:
            await line.world.says(f"kim{chance.randrange(4)}", str(step))
        elif act < 0.5:
            await line.world.store.write(lambda tx: follow(tx, line.hook, most=chance.choice((3, 99))))
        elif act < 0.7:
            held += (await line.lease(chance.randint(1, 3), pace)).leased
        elif act < 0.95 and held:
            one = held.pop(chance.randrange(len(held)))
            fate = chance.random()
            if fate < 0.6:
                await _take(line, one, taken, pace)
            elif fate < 0.8:
                await line.settle(one, NO, pace)
            else:
                line.clock.now += pace.lease  # it died: all leases of its process end
                held.clear()
        elif act < 0.97 and replays < 2 and not held:
            replays += 1
            await line.world.do(replay, line.hook, position=start)
            taken.clear()  # from here on all of it comes again
        else:
            await line.world.do(pause, line.hook)
            await line.world.do(resume, line.hook)
    line.clock.now += pace.lease
    await line.follow()
    while leased := (await line.lease(9, pace)).leased:
        for one in leased:
            await _take(line, one, taken, pace)
        await line.follow()
    expected: dict[str, list[int]] = defaultdict(list)
    for row in await line.world.rows(
        "select conversation_id, position from events where kind = 'message.created' and position > $1"
        " order by position",
        start,
    ):
        expected[row["conversation_id"]].append(row["position"])
    assert {lane: sorted(set(found)) for lane, found in taken.items()} == expected, "nothing is lost"
    for found in taken.values():
        assert found == sorted(found), "and what is repeated is repeated in its place"


async def _take(line: Line, one: Leased, taken: dict[str, list[int]], pace: Pace) -> None:
    """The receiver has it; we may still die before we know."""
    lane = await line.world.value("select lane from hook_deliveries where id = $1", one.id)
    taken[lane].append(one.position)
    await line.settle(one, TAKEN, pace)
