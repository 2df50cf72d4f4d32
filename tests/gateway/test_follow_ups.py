"""When what was left unread follows: not while she is there, a pause after she has left, once, whoever runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from gateway.bus import Bus, CustomerHere, Missed
from gateway.errors import Unavailable
from gateway.events import AccountId, Address, InboundMessage, Proof
from gateway.follow_ups import AGAIN, FollowUps
from gateway.store import Store
from gateway.store.sqlite import SqliteStore, wall_clock
from gateway.stream.automatic import is_signed
from gateway.stream.contacts import set_claims
from gateway.stream.follow_up import FOLLOWS
from gateway.stream.ingest import Intake, take_in
from tests.channels.test_mail_carrier import MINA, living
from tests.left import SOON, accounts, left, with_leavers
from tests.letters import opened, words
from tests.world import World

UNHEARD = 5_000


class Site:
    """Who is there, said by hand."""

    def __init__(self) -> None:
        self.here = False
        self.moved: Callable[[str, bool], None] = lambda person, here: None

    def is_here(self, persons: Iterable[str]) -> bool:
        assert list(persons)
        return self.here

    def follow(self, moved: Callable[[str, bool], None]) -> Callable[[], None]:
        self.moved = moved
        return lambda: None


class Town:
    def __init__(self, world: World, clock: list[int]) -> None:
        self.world, self.clock, self.site, self.bus = world, clock, Site(), Bus()
        self.follow_ups = FollowUps(accounts(), self.site, self.bus, lambda: clock[0], UNHEARD)

    async def person(self) -> str:
        found: str = await self.world.value("select person_id from identities where space = 'visitor'")
        return found

    async def looks(self) -> int:
        """One look; how many mails there are then."""
        await self.follow_ups.look(self.world.store)
        found: int = await self.world.value("select count(*) from messages where author_id = 'follow_up'")
        return found


@pytest.fixture
async def town(tmp_path: Path) -> Any:
    clock = [wall_clock()]
    store = await SqliteStore.open(tmp_path / "parley.db", lambda: clock[0])
    yield Town(await with_leavers(store), clock)
    await store.close()


async def test_it_goes_once_the_pause_is_over_and_she_is_not_there(town: Town) -> None:
    await left(town.world)
    assert await town.looks() == 0
    town.clock[0] += SOON - 1
    assert await town.looks() == 0
    town.clock[0] += 1
    assert await town.looks() == 1
    town.clock[0] += SOON
    assert await town.looks() == 1


async def test_while_she_is_there_it_waits_and_the_pause_begins_when_she_leaves(town: Town) -> None:
    await left(town.world)
    town.site.here = True
    town.clock[0] += SOON
    assert await town.looks() == 0
    town.clock[0] += SOON // 2
    town.site.here = False
    town.site.moved(await town.person(), False)
    town.clock[0] += SOON // 2
    assert await town.looks() == 0, "half a pause is none"
    town.clock[0] += SOON // 2
    assert await town.looks() == 1


async def test_who_comes_back_for_a_moment_is_waited_for_anew(town: Town) -> None:
    await left(town.world)
    person = await town.person()
    town.site.moved(person, True)
    town.clock[0] += SOON - 1
    town.site.moved(person, False)
    town.clock[0] += 1
    assert await town.looks() == 0
    town.clock[0] += SOON
    assert await town.looks() == 1


async def test_a_process_that_has_just_begun_has_not_heard_of_everybody(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.follow_ups.LOOK_EVERY", 0.01)
    looked = asyncio.Semaphore(0)
    real = town.follow_ups.look

    async def look(store: Store) -> None:
        await real(store)
        looked.release()

    monkeypatch.setattr(town.follow_ups, "look", look)
    running = asyncio.create_task(town.follow_ups.run(town.world.store))
    try:
        await left(town.world)
        await asyncio.sleep(0.05)
        assert looked.locked()
        town.clock[0] += UNHEARD
        async with asyncio.timeout(20):
            await looked.acquire()
        town.bus.hear(Missed(back=True))
        while not looked.locked():
            await looked.acquire()
        town.clock[0] += UNHEARD - 1
        await asyncio.sleep(0.05)
        assert looked.locked(), "others' people are heard of anew"
        town.clock[0] += 1
        async with asyncio.timeout(20):
            await looked.acquire()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_one_that_fails_hinders_no_other_and_is_looked_at_again(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await left(town.world)
    await town.world.says("visitor:june", "hello")
    june = await town.world.value("select id from conversations order by id desc limit 1")
    await town.world.answers(june, "Hi June!")
    tried: list[str] = []

    async def fails(tx: Any, leg: str, channels: Any) -> None:
        tried.append(leg)
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("gateway.follow_ups.follow_up", fails)
    town.clock[0] += SOON
    assert await town.looks() == 0
    assert len(set(tried)) == 2 and "could not follow" in caplog.text
    tried.clear()
    assert await town.looks() == 0 and tried == []
    monkeypatch.undo()
    town.clock[0] += AGAIN
    assert await town.looks() == 1


async def test_a_database_that_is_away_is_asked_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.follow_ups.LOOK_EVERY", 0.01)
    await left(town.world)
    town.clock[0] += SOON + UNHEARD
    read, away = town.world.store.read, [3]

    async def reading(look: Any) -> Any:
        if away[0]:
            away[0] -= 1
            raise Unavailable("away")
        return await read(look)

    heard = asyncio.Event()
    town.world.store.publish_to(lambda events: heard.set())
    monkeypatch.setattr(town.world.store, "read", reading)
    running = asyncio.create_task(town.follow_ups.run(town.world.store))
    try:
        async with asyncio.timeout(20):
            await heard.wait()
        assert away == [0]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_leg_that_is_gone_or_an_account_that_follows_no_more_is_let_go(town: Town) -> None:
    await left(town.world)
    store = town.world.store
    await store.write(lambda tx: tx.run("insert into follow_ups (leg_id, due_at) values ('gone', 1)"))
    await store.write(lambda tx: tx.run("update legs set account_id = 'other'"))
    town.clock[0] += SOON
    assert await town.looks() == 0
    assert await town.world.value("select count(*) from follow_ups") == 0


async def test_in_the_running_house_it_follows_by_mail_and_her_answer_comes_back_to_the_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.channels.webchat.MINUTE", 1)
    monkeypatch.setattr("gateway.follow_ups.LOOK_EVERY", 0.02)
    ahead = [0]
    keys = {"follow_up_by": "mail", "follow_up_after": 1}
    async with living(tmp_path, keys, lambda: wall_clock() + ahead[0]) as house:
        store, bus = house.parley.store, house.parley.bus
        fact = InboundMessage("m1", Address("visitor", "v1"), "어디까지 왔나요?", locale="ko")
        chat = await take_in(store, Intake(AccountId("web")), fact)
        her = await house.until("select i.* from identities i where address = 'v1'")
        await store.write(lambda tx: set_claims(tx, her["contact_id"], {"email": MINA}))
        bus.signal(CustomerHere(her["person_id"], "tab", here=True))
        await house.answers(chat.conversation, "내일 도착해요.")
        first = (await house.until("select due_at from follow_ups"))["due_at"]
        ahead[0] = 120_000
        await house.until("select 1 from follow_ups where due_at > $1", first)
        assert house.world.taken == [], "she is there"
        bus.signal(CustomerHere(her["person_id"], "tab", here=False))
        raw = (await house.taken(1))[MINA]
        mail = opened(raw)
        assert "내일 도착해요." in words(raw) and FOLLOWS.ko in words(raw)
        assert (mail["Subject"], mail["From"]) == ("가게 상담 내용이에요", "가게 <help@shop.example>")
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        place = mail["List-Unsubscribe"].strip("<>").removeprefix("https://chat.example/unsubscribe/")
        assert is_signed(store.secret, *place.split("/"))
        back = await house.says("네, 감사합니다", to=mail["Reply-To"].addresses[0].addr_spec)
        assert back["conversation_id"] == chat.conversation
        hers = await house.until("select * from identities where address = $1", MINA)
        assert (hers["contact_id"], hers["proof"]) == (her["contact_id"], Proof.VERIFIED)
        await house.answers(chat.conversation, "또 문의해 주세요.")
        assert "또 문의해 주세요." in words((await house.taken(2))[MINA]), "by mail from then on"
