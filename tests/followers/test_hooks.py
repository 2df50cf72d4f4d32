"""The follower at work, with a real receiver at the other end, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from gateway.bus import Bus
from gateway.events import Address, InboundMessage
from gateway.followers import hooks as followers
from gateway.followers import sending
from gateway.followers.hooks import AT_ONCE, AT_ONCE_EACH, Hooks, try_out
from gateway.limits import Limits
from gateway.store import Store
from gateway.stream import hook_queue
from gateway.stream.erase import erase_contact
from gateway.stream.hook_pace import Pace
from gateway.stream.hook_queue import follow
from gateway.stream.hooks import (
    KINDS,
    Wish,
    change_hook,
    make_hook,
    pause,
    replay,
    resume,
    rotate,
)
from gateway.stream.ingest import ingest
from tests.databases import Database
from tests.fixtures import database
from tests.servers.hook_receiver import Call, Receiver, hook_receiver, slowly
from tests.world import WEB, World, until

__all__ = ["database"]

HERE = ("127.0.0.1",)
QUICK = Pace(again_after=(20,) * 200, rests=(20,), lease=2_000)
EVERY = tuple(kind.value for kind in KINDS)
MESSAGES = ("message.created",)
OPEN = "select count(*) from hook_deliveries where state in ('waiting', 'sending')"
BEHIND = """select count(*) from hooks where state = 'active'
    and position < (select position from log_head)"""


@dataclass
class Post:
    """A house whose log is followed, and who is told of it."""

    world: World
    receiver: Receiver
    limits: Limits = field(default_factory=lambda: Limits(webhook_timeout=1_000))
    bus: Bus = field(default_factory=Bus)
    hook: str = ""

    @property
    def store(self) -> Store:
        return self.world.store

    async def subscribes(self, *kinds: str, url: str = "", **more: Any) -> str:
        wish = Wish(url or self.receiver.url, kinds or MESSAGES, **more)
        made = await self.world.do(make_hook, wish, most=99)
        if not url:
            self.hook = made.id
            self.receiver.secrets = [made.secret]
        return made.id

    @contextlib.asynccontextmanager
    async def running(self, processes: int = 1, pace: Pace = QUICK) -> AsyncIterator[None]:
        self.store.publish_to(self.bus.publish)
        clock: Callable[[], int] = lambda: int(time.time() * 1000)  # noqa: E731
        tasks = [
            asyncio.create_task(Hooks(self.store, self.bus, self.limits, HERE, clock, pace).run())
            for _ in range(processes)
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def all_settled(self) -> None:
        """Everything that has happened was told, or given up."""
        for _ in range(1500):
            if not await self.world.value(BEHIND) and not await self.world.value(OPEN):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("webhooks wait still")


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    world = await World.made(await database.open())
    async with hook_receiver() as receiver:
        yield Post(world, receiver)


async def test_it_tells_what_happens_in_words_and_signed(post: Post) -> None:
    await post.subscribes(*EVERY)
    async with post.running():
        talk = (await post.world.says("kim", "배송 언제 와요?", name="김지수")).conversation
        await post.world.answers(talk, "내일 도착해요.")
        await post.world.notes(talk, "between us")
        await post.all_settled()
    assert not post.receiver.forged
    assert post.receiver.texts() == ["배송 언제 와요?", "내일 도착해요."]
    first = next(call for call in post.receiver.taken if call.type == "message.created")
    assert first.data["message"]["author"] == {
        "kind": "customer",
        "id": await post.world.identity_of("kim"),
        "name": "김지수",
    }
    assert first.data["conversation"]["contact"] == await post.world.contact_of("kim")
    assert first.data["cursor"] == f"{post.store.epoch}.{first.position}"
    assert first.id.startswith("evt_") and "." not in first.id
    assert "between us" not in str([call.body for call in post.receiver.calls])
    positions = [call.position for call in post.receiver.taken if call.conversation == talk]
    assert positions == sorted(positions)


async def test_without_words_it_says_ids_only(post: Post) -> None:
    await post.subscribes(*EVERY, words=False)
    async with post.running():
        talk = (await post.world.says("kim", "my secret words", name="Kim Jisu")).conversation
        await post.world.answers(talk, "an answer")
        await post.all_settled()
    said = b"".join(call.body for call in post.receiver.taken)
    for word in (b"secret words", b"Jisu", b"an answer"):
        assert word not in said
    assert len(post.receiver.taken) >= 2


async def test_what_was_erased_while_it_waited_is_not_told(post: Post) -> None:
    await post.subscribes(*EVERY)
    await post.world.says("kim", "my card is 4711", name="Kim Jisu")
    contact = await post.world.contact_of("kim")
    await post.world.do(erase_contact, contact)
    async with post.running():
        await post.all_settled()
    said = b"".join(call.body for call in post.receiver.taken)
    assert b"4711" not in said and b"Jisu" not in said
    erased = [call for call in post.receiver.taken if call.type == "contact.erased"]
    assert [call.data["contact"]["id"] for call in erased] == [contact]
    assert erased[0].data["contact"]["erased"] is True


async def test_nobody_else_waits_for_a_conversation_that_is_not_taken(post: Post) -> None:
    await post.subscribes()
    stuck = (await post.world.says("stuck", "no")).conversation
    post.receiver.answer = lambda call: 500 if call.conversation == stuck and not enough() else 200
    others: list[str] = []

    def enough() -> bool:
        return len([call for call in post.receiver.taken if call.conversation != stuck]) >= 30

    async with post.running(pace=Pace(again_after=(50,) * 500, rests=(0,))):
        for n in range(10):
            for who in ("a", "b", "c"):
                others.append((await post.world.says(who, str(n))).conversation)
            await post.world.says("stuck", str(n))
        await post.all_settled()
    for found in post.receiver.by_conversation().values():
        assert found == sorted(set(found))
    assert len(post.receiver.taken) == 41


async def test_an_endpoint_that_hangs_keeps_no_other_waiting_and_is_bounded(post: Post) -> None:
    await post.subscribes()
    async with hook_receiver() as slow:
        slow.answer = lambda call: slowly(30)
        await post.subscribes(*MESSAGES, url=slow.url)
        async with post.running():
            for n in range(40):
                await post.world.says(f"kim{n}", "hello")
            await until(lambda: len(post.receiver.taken) == 40)
            await until(lambda: slow.most_at_once == AT_ONCE_EACH)
        assert slow.most_at_once <= AT_ONCE_EACH and slow.taken == []
    assert post.receiver.most_at_once <= AT_ONCE_EACH


async def test_so_many_that_hang_starve_nobody(post: Post) -> None:
    """More of them than tries may be under way."""
    async with hook_receiver() as slow:
        slow.answer = lambda call: slowly(30)
        for n in range(AT_ONCE // AT_ONCE_EACH + 2):
            await post.subscribes(*MESSAGES, url=f"{slow.url}/{n}")
        await post.subscribes()
        post.limits = Limits(webhook_timeout=20_000)
        async with post.running(pace=Pace(lease=30_000)):
            for n in range(20):
                await post.world.says(f"kim{n}", "hello")
            await until(lambda: len(post.receiver.taken) == 20)
            assert slow.most_at_once <= AT_ONCE + AT_ONCE // AT_ONCE_EACH + 2


async def test_what_had_no_room_in_the_queue_comes_when_there_is_though_nothing_else_happens(
    post: Post,
) -> None:
    await post.subscribes()
    post.limits = Limits(webhook_waiting=100)
    for n in range(620):
        await post.world.says(f"kim{n % 20}", str(n))
    async with post.running():
        await post.all_settled()
    assert len(post.receiver.taken) == 620
    for found in post.receiver.by_conversation().values():
        assert found == sorted(found)


async def test_after_trouble_all_of_it_comes_once_and_in_order(post: Post) -> None:
    await post.subscribes()
    state = {"down": True}
    post.receiver.answer = lambda call: 503 if state["down"] else 200
    async with post.running():
        for n in range(30):
            await post.world.says(f"kim{n % 5}", str(n))
        await until(lambda: len(post.receiver.calls) > 12)
        state["down"] = False
        await post.all_settled()
    assert len({call.id for call in post.receiver.taken}) == len(post.receiver.taken) == 30
    for found in post.receiver.by_conversation().values():
        assert found == sorted(found)
    tries = [call for call in post.receiver.calls if call.id == post.receiver.taken[0].id]
    assert len({call.headers["webhook-signature"] for call in tries}) >= 1 and len(tries) > 1


async def test_two_processes_do_not_tell_it_twice(post: Post) -> None:
    await post.subscribes()
    async with post.running(processes=3):
        for n in range(40):
            await post.world.says(f"kim{n % 7}", str(n))
        await post.all_settled()
    assert len(post.receiver.calls) == 40
    for found in post.receiver.by_conversation().values():
        assert found == sorted(found)


async def test_processes_of_their_own_do_not_either(post: Post, database: Database) -> None:
    """On PostgreSQL each has connections of its own; on SQLite there is one writer."""
    await post.subscribes()
    other = await database.open() if database.postgres else post.store
    there = Post(World(other), post.receiver)
    async with post.running(), there.running():
        looking = asyncio.create_task(other.watch_head(0.05))
        for n in range(60):
            await (post, there)[n % 2].world.says(f"kim{n % 7}", str(n))
        await post.all_settled()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    assert len(post.receiver.calls) == 60
    for found in post.receiver.by_conversation().values():
        assert found == sorted(found)


async def test_it_goes_on_after_a_stop_where_it_was(post: Post) -> None:
    await post.subscribes()
    async with post.running():
        await post.world.says("kim", "one")
        await post.all_settled()
    await post.world.says("kim", "two")
    async with post.running():
        await post.all_settled()
        await post.world.says("kim", "three")
        await post.all_settled()
    assert post.receiver.texts() == ["one", "two", "three"]
    assert len(post.receiver.calls) == 3


async def test_a_change_counts_at_once(post: Post) -> None:
    hook = await post.subscribes()
    async with post.running(), hook_receiver() as other:
        await post.world.says("kim", "one")
        await post.all_settled()
        await post.world.do(pause, hook)
        await post.world.says("kim", "two")
        await asyncio.sleep(0.2)
        assert post.receiver.texts() == ["one"]
        secret = await post.world.do(rotate, hook, overlap=60_000)
        await post.world.do(resume, hook)
        await post.all_settled()
        assert post.receiver.texts() == ["one", "two"], "the former secret signs, too"
        post.receiver.secrets = [secret]
        await post.world.says("kim", "three")
        await post.all_settled()
        assert post.receiver.texts() == ["one", "two", "three"]
        await post.world.do(change_hook, hook, url=other.url, kinds=["conversation.created"])
        await post.world.says("kim", "four")
        await post.world.says("lee", "five")
        await post.all_settled()
        assert [call.type for call in other.taken] == ["conversation.created"]
        assert len(post.receiver.taken) == 3


async def test_replayed_it_comes_again_under_the_same_ids(post: Post) -> None:
    hook = await post.subscribes()
    start = await post.world.value("select position from hooks")
    async with post.running():
        for n in range(8):
            await post.world.says(f"kim{n % 2}", str(n))
        await post.all_settled()
        first = [call.id for call in post.receiver.taken]
        await post.world.do(replay, hook, position=start)
        await post.all_settled()
    again = post.receiver.taken[8:]
    assert sorted(call.id for call in again) == sorted(first)
    for lane in {call.conversation for call in again}:
        found = [call.position for call in again if call.conversation == lane]
        assert found == sorted(found)


async def test_gone_stops_it_and_too_many_makes_it_wait(post: Post) -> None:
    await post.subscribes()
    wait = web.Response(status=429, headers={"Retry-After": "1"})
    answers: list[Any] = [wait, 200, 410]
    post.receiver.answer = lambda call: answers.pop(0) if answers else 200
    async with post.running():
        await post.world.says("kim", "one")
        began = time.monotonic()
        await until(lambda: len(post.receiver.taken) == 1)
        assert time.monotonic() - began > 0.9
        await post.world.says("kim", "two")
        await until(lambda: len(post.receiver.calls) == 3)
        await post.world.says("kim", "three")
        await asyncio.sleep(0.3)
        assert len(post.receiver.calls) == 3
    row = await post.world.row("select state, reason from hooks")
    assert (row["state"], row["reason"]) == ("disabled", "gone")


async def test_the_trimmed_part_of_the_log_is_told_as_a_gap(post: Post) -> None:
    hook = await post.subscribes()
    start = await post.world.value("select position from hooks")
    for n in range(4):
        await post.world.says("kim", str(n))
    await post.store.write(lambda tx: tx.run("delete from events where position <= $1", start + 3))
    async with post.running():
        await post.all_settled()
    gap = post.receiver.taken[0]
    assert gap.type == "log.gap" and hook
    epoch = post.store.epoch
    assert (gap.data["after"], gap.data["cursor"]) == (f"{epoch}.{start}", f"{epoch}.{start + 3}")
    assert post.receiver.taken[1:] and all(call.type == "message.created" for call in post.receiver.taken[1:])


async def test_an_erased_events_row_fails_alone(post: Post) -> None:
    """Trimmed after it was queued: it is said to have failed, and what follows goes."""
    await post.subscribes()
    async with post.running():
        await post.world.says("kim", "one")
        await post.all_settled()
    await post.world.says("kim", "two")
    await post.world.says("kim", "three")
    await post.store.write(lambda tx: follow(tx, post.hook, most=99))
    two = await post.world.value("select max(position) from hook_deliveries")
    await post.store.write(lambda tx: tx.run("delete from events where position < $1", two))
    async with post.running():
        await post.all_settled()
    assert post.receiver.texts() == ["one", "three"]
    row = await post.world.row("select problem, state from hook_deliveries where state = 'failed'")
    assert row["problem"] == "trimmed"


async def test_without_an_endpoint_it_asks_the_database_for_nothing(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    async with post.running():
        await asyncio.sleep(0.2)
        for name in ("follow", "lease", "next_due", "load_active", "settle"):
            kept = getattr(hook_queue, name)

            def counted(*args: Any, kept: Any = kept, name: str = name, **more: Any) -> Any:
                asked.append(name)
                return kept(*args, **more)

            monkeypatch.setattr(hook_queue, name, counted)
        for n in range(20):
            await post.world.says("kim", str(n))
        await asyncio.sleep(0.2)
        assert asked == []
        await post.subscribes()
        await post.world.says("kim", "now")
        await post.all_settled()
    assert post.receiver.texts() == ["now"] and asked


async def test_a_fault_of_ours_harms_only_the_one_it_is_about(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.subscribes()
    kept = sending.send
    broken = {"once": True}

    async def send(*args: Any, **more: Any) -> Any:
        if broken.pop("once", False):
            raise RuntimeError("a fault")
        return await kept(*args, **more)

    monkeypatch.setattr(followers, "send", send)
    async with post.running(pace=Pace(again_after=(20,) * 9, rests=(0,), lease=300)):
        await post.world.says("kim", "one")
        await post.world.says("lee", "two")
        await post.all_settled()
    assert sorted(post.receiver.texts()) == ["one", "two"]


async def test_the_ping(post: Post) -> None:
    hook = await post.subscribes()
    now = int(time.time() * 1000)
    outcome = await try_out(post.store, post.limits, HERE, hook, now)
    assert outcome is not None and outcome.problem is None and outcome.status == 200
    assert [call.type for call in post.receiver.taken] == ["webhook.ping"]
    post.receiver.answer = lambda call: 500
    outcome = await try_out(post.store, post.limits, HERE, hook, now)
    assert outcome is not None and (outcome.problem, outcome.status) == ("status", 500)
    outcome = await try_out(post.store, post.limits, (), hook, now)
    assert outcome is not None and outcome.problem == "private"
    assert await try_out(post.store, post.limits, HERE, "nosuch", now) is None
    assert await post.world.value("select count(*) from hook_deliveries") == 0


async def test_a_call_says_how_it_was_made(post: Post) -> None:
    seen: list[Call] = []

    def answer(call: Call) -> int:
        seen.append(call)
        return 200

    post.receiver.answer = answer
    await post.subscribes()
    async with post.running():
        fact = InboundMessage("late1", Address("tel", "kim"), text="late", late=True, at=1_700_000_000_000)
        await post.store.write(lambda tx: ingest(tx, WEB, fact))
        await post.all_settled()
    assert seen[0].data["message"]["late"] is True
    assert abs(int(seen[0].headers["webhook-timestamp"]) - time.time()) < 30
