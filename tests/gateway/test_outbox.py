"""The sender: what a channel says decides what happens next; nothing is sent twice, nothing is lost in silence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from gateway import outbox as sender
from gateway.channels.base import Delivery
from gateway.delivery import Pace
from gateway.errors import (
    AuthFailed,
    PermanentError,
    TemporaryError,
    Unavailable,
    UncertainError,
    WindowClosed,
)
from gateway.outbox import Outbox
from gateway.store import Store
from gateway.stream import outbox_settle
from gateway.stream.outbox_settle import let_be
from gateway.stream.post import Posted
from tests.checks import check
from tests.phones import Phones, channels, with_phones
from tests.world import World, until

PACE = Pace(lease=2_000, answer=300, doubt=400, lane_wait=100, first=20, most=40, probe=60)


@pytest.fixture
async def world(store: Store) -> World:
    return await with_phones(store, "sms", "other")


@contextlib.asynccontextmanager
async def sending(world: World, *phones: Phones, pace: Pace = PACE) -> AsyncIterator[Outbox]:
    made = Outbox(world.store, channels(*phones), pace)
    world.store.publish_to(made.hear)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await check(world.store)


async def shown(world: World, posted: Posted) -> list[str]:
    rows = await world.rows(
        "select state from deliveries where message_id = $1 order by part, attempt", posted.message
    )
    return [row["state"] for row in rows]


async def become(world: World, posted: Posted, *states: str) -> None:
    for _ in range(1000):
        if await shown(world, posted) == list(states):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(await shown(world, posted))


async def until_last(world: World, posted: Posted, state: str) -> None:
    """Whatever was tried before."""
    for _ in range(1000):
        if (states := await shown(world, posted)) and states[-1] == state:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(await shown(world, posted))


def raising(*errors: BaseException) -> Callable[[Delivery], Awaitable[None]]:
    """Before anything is received: these one after the other, then nothing."""
    left = list(errors)

    async def refuse(delivery: Delivery) -> None:
        if left:
            raise left.pop(0)

    return refuse


async def test_what_is_written_is_sent_in_order_and_at_once(world: World) -> None:
    phones = Phones()
    async with sending(world, phones):
        talk = await world.says("+1", "hello")
        for number in range(5):
            last = await world.answers(talk.conversation, f"n{number}")
        await become(world, last, "sent")
    assert phones.texts == [f"n{number}" for number in range(5)]


async def test_what_waited_while_nobody_ran_goes_when_somebody_does(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "waiting")
    phones = Phones()
    async with sending(world, phones):
        await become(world, posted, "sent")
    assert phones.texts == ["waiting"]


async def test_a_temporary_failure_is_tried_again_with_growing_pauses(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    after = await world.answers(talk.conversation, "a2")
    phones = Phones()
    phones.before = raising(TemporaryError("busy"), TemporaryError("busy"))
    async with sending(world, phones):
        await become(world, posted, "deferred", "deferred", "sent")
        await become(world, after, "sent")
    assert phones.texts == ["a1", "a2"]
    assert [one.attempt for one in phones.called] == [1, 2, 3, 1]
    assert len({one.id for one in phones.called}) == 4


async def test_while_nothing_is_due_a_look_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    phones = Phones()
    phones.before = raising(TemporaryError("busy", retry_after=0.6))
    made = Outbox(world.store, channels(phones), replace(PACE, first=400, most=400))
    await made.look()
    await become(world, posted, "deferred", "queued")
    await made.look()
    writes, writing = 0, world.store.write

    async def counted(*args: object, **more: object) -> object:
        nonlocal writes
        writes += 1
        return await writing(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "write", counted)
        waits = [await made.look() for _ in range(5)]
        assert writes == 0
        assert all(0 < wait <= sender.LOOK_EVERY for wait in waits)
        patch.setattr(sender, "TRUSTED", 0.0)
        await made.look()
        assert writes == 1, "the database is asked for its clock now and then"
    for _ in range(100):
        await asyncio.sleep(await made.look())
        if phones.texts:
            break
    await become(world, posted, "deferred", "sent")
    await check(world.store)


async def test_the_account_rests_as_long_as_its_provider_asks(world: World) -> None:
    talks = [await world.says(name, "hello") for name in ("+1", "+2")]
    both = [await world.answers(talk.conversation, f"to {n}") for n, talk in enumerate(talks)]
    phones = Phones()
    phones.burst = 1
    phones.rate = 100.0
    phones.before = raising(TemporaryError("429", retry_after=0.4))
    loop = asyncio.get_running_loop()
    async with sending(world, phones):
        await until(lambda: bool(phones.called))
        asked = loop.time()
        await become(world, both[1], "sent")
        assert loop.time() - asked >= 0.35
        await become(world, both[0], "deferred", "sent")
    assert sorted(phones.texts) == ["to 0", "to 1"]


async def test_no_provider_stops_an_account_for_days(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    phones = Phones()
    phones.before = raising(TemporaryError("429", retry_after=999_999))
    async with sending(world, phones, pace=replace(PACE, rest=150)):
        await become(world, posted, "deferred", "sent")
    assert phones.texts == ["a1"]


async def test_a_permanent_failure_says_why_and_holds_nobody_up(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    closed = await world.answers(talk.conversation, "a2")
    after = await world.answers(talk.conversation, "a3")
    phones = Phones()
    phones.before = raising(
        PermanentError("30003", for_agent="errors.unexpected"),
        WindowClosed("63016", for_agent="errors.window_closed"),
    )
    async with sending(world, phones):
        await become(world, after, "sent")
        assert (await shown(world, posted), await shown(world, closed)) == (["failed"], ["failed"])
    assert phones.texts == ["a3"]
    rows = await world.rows("select code, problem from deliveries where state = 'failed' order by position")
    assert [tuple(row) for row in rows] == [
        ("30003", "errors.unexpected"),
        ("63016", "errors.window_closed"),
    ]


async def test_a_closed_window_is_asked_before_the_provider(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "too late")
    await world.store.write(lambda tx: tx.run("update endpoints set last_inbound_at = 1"))
    phones = Phones(window=86_400_000)
    async with sending(world, phones):
        await become(world, posted, "failed")
    assert phones.called == []
    assert await world.value("select problem from deliveries") == "errors.window_closed"


@pytest.mark.parametrize("error", [UncertainError("cut off"), ValueError("a fault of ours")])
async def test_what_nobody_knows_is_unknown_and_never_sent_again(world: World, error: Exception) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    after = await world.answers(talk.conversation, "a2")
    phones = Phones()
    phones.after = raising(error)
    async with sending(world, phones):
        await become(world, posted, "unknown")
        await become(world, after, "sent")
    assert phones.texts == ["a1", "a2"]


async def test_a_provider_that_does_not_answer_is_waited_for_so_long_only(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    phones = Phones()
    never = asyncio.Event()

    async def silent(delivery: Delivery) -> None:
        await never.wait()

    phones.after = silent
    async with sending(world, phones):
        await become(world, posted, "unknown")
    assert phones.texts == ["a1"]


async def test_credentials_that_are_not_accepted_pause_the_account_alone(world: World) -> None:
    phones, others = Phones(), Phones("other")
    phones.before = raising(AuthFailed("401"), AuthFailed("401"))
    talks = [await world.says(f"+{number}", "hello") for number in range(3)]
    async with sending(world, phones, others):
        first = await world.answers(talks[0].conversation, "to 0")
        await until(lambda: len(phones.called) >= 1)
        rest = [await world.answers(talk.conversation, "more") for talk in talks[1:]]
        for posted in [first, *rest]:
            await until_last(world, posted, "sent")
        # Two refusals in all; whose the second is depends on whether "more" was taken before the pause was written.
        states = [state for posted in [first, *rest] for state in await shown(world, posted)]
        assert sorted(states) == ["deferred", "deferred", "sent", "sent", "sent"]
        assert await world.value("select reason from accounts where id = 'sms'") is None
    assert sorted(phones.texts) == ["more", "more", "to 0"]


async def test_whoever_starts_us_may_have_mended_it(world: World) -> None:
    pace = Pace(probe=600_000)
    phones = Phones()
    phones.before = raising(AuthFailed("401"))
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    async with sending(world, phones, pace=pace):
        await become(world, posted, "deferred", "queued")
    assert await world.value("select reason from accounts where id = 'sms'") == "auth_failed"
    async with sending(world, phones, pace=pace):
        await become(world, posted, "deferred", "sent")


async def test_letting_be_wakes_the_lane(world: World) -> None:
    talk = await world.says("+1", "hello")
    posted = await world.answers(talk.conversation, "a1")
    after = await world.answers(talk.conversation, "a2")
    phones = Phones()
    phones.after = raising(UncertainError("cut off"))
    async with sending(world, phones, pace=Pace()):
        await become(world, posted, "unknown")
        await world.do(let_be, posted.message)
        await become(world, after, "sent")


async def test_several_senders_share_the_work_and_double_nothing(world: World) -> None:
    phones = Phones()
    async with sending(world, phones), sending(world, phones), sending(world, phones):
        talks = [await world.says(f"+{number}", "hello") for number in range(12)]
        for number in range(4):
            for talk in talks:
                last = await world.answers(talk.conversation, f"{number} to {talk.conversation[-6:]}")
        await become(world, last, "sent")
        await until(lambda: len(phones.received) == 48)
    assert set(phones.counted.values()) == {1}


async def test_what_became_of_it_is_written_when_the_database_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "WRITE_AGAIN", 0.01)
    away = [True] * 3

    async def settle(*args: object) -> object:
        if away:
            away.pop()
            raise Unavailable("gone")
        return await outbox_settle.settle(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("gateway.outbox.settle", settle)
    phones = Phones()
    async with sending(world, phones):
        talk = await world.says("+1", "hello")
        await become(world, await world.answers(talk.conversation, "once"), "sent")
    assert phones.texts == ["once"]
    assert not away


async def test_a_process_that_ends_waits_for_what_it_sends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, other = await world.says("+1", "hello"), await world.says("+2", "hello")
    quick = await world.answers(talk.conversation, "quick")
    slow = await world.answers(other.conversation, "slow")
    phones = Phones()

    async def answer(delivery: Delivery) -> None:
        await asyncio.sleep(0.1 if delivery.text == "quick" else 100)

    phones.after = answer
    monkeypatch.setattr(sender, "FAREWELL", 0.3)
    async with sending(world, phones, pace=Pace()):
        await until(lambda: len(phones.received) == 2)
    assert (await shown(world, quick), await shown(world, slow)) == (["sent"], ["unknown"])


async def test_who_stalls_with_a_message_in_hand_does_not_send_it_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between taking it and calling the provider so much time passed that the answer would come after the lease, by
    when another process may have judged it. It was certainly not sent: it goes again, and the lane keeps its order."""
    first = await world.says("+1", "hello")
    posted = [await world.answers(first.conversation, text) for text in ("one", "two")]
    phones, asked = Phones(), [0.0, 1.8]  # when it is taken, and right before the call
    monkeypatch.setattr(sender, "elapsed", lambda: asked.pop(0) if asked else 2.0)
    async with sending(world, phones):
        await become(world, posted[1], "sent")
    assert phones.texts == ["one", "two"]
    assert await shown(world, posted[0]) == ["deferred", "sent"]
