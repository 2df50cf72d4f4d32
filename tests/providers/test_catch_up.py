"""What a provider could not tell us: everything arrives once, in order, at its own time, however long we were away."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from gateway.catch_up import CatchUp
from gateway.delivery import State
from gateway.duties import Duties
from gateway.events import AccountId, Fact
from gateway.limits import Limits
from gateway.sandbox.phones.records import File
from gateway.stream import ingest, provided
from gateway.stream.caught_up import know_up_to, known_since
from inbox.desk import wall_clock
from tests.providers.town import HURRY, MINA, SMS, TOM, WHATSAPP, House, eventually

DAY, HOUR = 86_400_000, 3_600_000


class Watched(CatchUp):
    """The product's own rounds; one can wait until the first is over."""

    over: ClassVar[asyncio.Event]

    async def look(self) -> None:
        await super().look()
        Watched.over.set()


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    Watched.over = asyncio.Event()
    monkeypatch.setattr("gateway.app.CatchUp", Watched)


async def started(house: House) -> None:
    """The product's round at its start is over, and the next is a minute away: only the test looks now."""
    await house.start()
    async with asyncio.timeout(20):
        await Watched.over.wait()


async def look(house: House) -> None:
    """A round that leaves nothing to come by itself."""
    assert house.parley is not None
    await CatchUp(house.store, house.parley.channels, Limits(), wall_clock, under_way=-1_000).look()


def back(house: House, ms: int) -> None:
    """What the network has so far happened so long ago."""
    for message in house.network.messages.values():
        message.created -= ms
        message.updated -= ms
        if message.sent is not None:
            message.sent -= ms


async def old(house: House, ms: int) -> None:
    """We have had the accounts for so long, and heard nothing since."""
    await house.store.write(lambda tx: tx.run("update accounts set created_at = created_at - $1", ms))
    await house.store.write(lambda tx: tx.run("update caught_up set at = at - $1", ms))


async def test_a_day_long_outage_is_caught_up_once_and_in_order(town_of: Callable[..., Any]) -> None:
    async with town_of(replace(HURRY, lost=1.0)) as house:
        await started(house)
        await old(house, 3 * DAY)
        for number in range(5):
            house.says(f"n{number}", to=WHATSAPP if number % 2 else SMS)
            back(house, 3 * HOUR)
        house.says("hello", number=TOM)
        await asyncio.sleep(0.05)
        assert await house.texts() == []
        await look(house)
        assert await house.texts() == ["n0", "n1", "n2", "n3", "n4", "hello"]
        await look(house)
        rows = await house.rows("select * from messages order by at, position")
        assert len(rows) == 6 and all(row["late"] for row in rows)
        assert wall_clock() - rows[0]["at"] >= 15 * HOUR - 5_000
        assert len(await house.rows("select id from contacts")) == 2
        # The window counts from her words, not from when we heard them.
        heard = await house.value("select max(last_inbound_at) from endpoints where account_id = 'whatsapp'")
        assert wall_clock() - heard >= 6 * HOUR - 5_000


async def test_what_comes_by_itself_meanwhile_is_one_message(house: House) -> None:
    house.says("hello")
    await house.hears("hello")
    await look(house)
    await look(house)
    assert await house.texts() == ["hello"]
    assert await house.value("select late from messages") == 0


async def test_files_and_a_stop_are_caught_up_too(town_of: Callable[..., Any]) -> None:
    async with town_of(replace(HURRY, lost=1.0)) as house:
        await started(house)
        house.says("look", files=(File("text/plain", b"a note"),))
        house.says("STOP", number=TOM)
        await look(house)
        row = await house.hears("look")

        async def fetched() -> bool:
            sql = "select count(*) from attachments where message_id = $1"
            return bool(await house.value(sql, row["id"]))

        await eventually(fetched)
        out = await house.rows(
            "select i.address from endpoints e join identities i on i.id = e.identity_id"
            " where e.opted_out_at is not null"
        )
        assert [one["address"] for one in out] == [TOM]


async def test_an_older_word_does_not_undo_a_newer_one(town_of: Callable[..., Any]) -> None:
    """Her START came by itself; her STOP of an hour before is found in the list."""
    async with town_of() as house:
        await started(house)
        await old(house, DAY)
        house.network.weather = replace(HURRY, lost=1.0)
        house.says("STOP")
        back(house, HOUR // 2)
        house.network.weather = HURRY
        house.says("START")
        await house.hears("START")
        await look(house)
        assert await house.texts() == ["STOP", "START"]
        assert await house.value("select opted_out_at from endpoints") is None


async def test_callbacks_that_were_lost_are_found_in_the_list(town_of: Callable[..., Any]) -> None:
    async with town_of() as house:
        await started(house)
        house.says("hello", to=WHATSAPP)
        asked = await house.hears("hello")
        house.network.weather = replace(HURRY, lost=1.0)
        house.network.open_chat(MINA, WHATSAPP)
        posted = await house.answers(asked, "read already")
        await house.shows(posted, "sent")

        async def read() -> bool:
            return any(one.status == "read" for one in house.network.messages.values())

        await eventually(read)
        await look(house)
        await house.shows(posted, State.READ)
        assert await house.value("select count(*) from early_news") == 0, (
            "nothing is kept of others' messages"
        )


async def test_a_provider_that_is_away_is_asked_from_the_same_place_again(
    town_of: Callable[..., Any],
) -> None:
    async with town_of(replace(HURRY, lost=1.0)) as house:
        await started(house)
        await look(house)
        known = await house.rows("select * from caught_up order by account_id")
        assert [(row["account_id"], row["line"]) for row in known] == [("sms", SMS), ("whatsapp", WHATSAPP)]
        house.says("while it was away")
        house.network.weather = replace(HURRY, lost=1.0, broken=1.0)
        await look(house)
        assert [row["at"] for row in await house.rows("select at from caught_up order by account_id")] == [
            row["at"] for row in known
        ]
        house.network.weather = replace(HURRY, lost=1.0)
        await look(house)
        assert await house.texts() == ["while it was away"]


async def test_what_can_never_be_stored_is_parked_and_holds_up_nothing(
    town_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_of(replace(HURRY, lost=1.0)) as house:
        await started(house)
        await old(house, DAY)
        for text in ("before", "poison", "after"):
            house.says(text)
        storing = ingest.take_in

        async def choose(store: Any, intake: Any, fact: Any) -> object:
            if fact.text == "poison":
                raise ValueError("never")
            return await storing(store, intake, fact)

        monkeypatch.setattr(provided, "take_in", choose)
        mark = f"select at from caught_up where account_id = 'sms' and line = '{SMS}'"
        was = await house.value(mark) or 0
        await look(house)
        assert await house.value(mark) > was
        await look(house)
        assert await house.texts() == ["before", "after"]
        assert [row["url"] for row in await house.rows("select url from parked")] == [
            one.sid for one in house.network.messages.values() if one.body == "poison"
        ]


async def test_a_round_looks_back_an_hour_and_never_before_the_account_was_ours(house: House) -> None:
    made = await house.value("select created_at from accounts where id = 'sms'")

    async def since(least: int) -> int:
        found: int = await house.store.scan(
            lambda reader: known_since(reader, AccountId("sms"), "new", least)
        )
        return found

    assert await since(made + 5) == made, "everything since we have it"
    assert await since(made - 5) == made, "nothing of before"
    while wall_clock() <= made + 100:  # noqa: ASYNC110 (a mark ahead of the clock is none)
        await asyncio.sleep(0.01)
    await house.store.write(lambda tx: know_up_to(tx, "sms", "new", made + 100))
    assert await since(made + 50) == made + 50
    assert await since(made + 500) == made + 100
    await house.store.write(lambda tx: know_up_to(tx, "sms", "new", made + 10))
    assert await since(made + 500) == made + 100, "what is known is not forgotten"


async def test_a_mark_of_a_clock_that_was_set_back_is_none(house: House) -> None:
    day = 86_400_000
    ahead = wall_clock() + day
    mark = "select at from caught_up where account_id = 'sms' and line = 'new'"
    await house.store.write(lambda tx: know_up_to(tx, "sms", "new", ahead))
    assert await house.value(mark) == ahead
    now = wall_clock()
    await house.store.write(lambda tx: know_up_to(tx, "sms", "new", now - 5))
    assert await house.value(mark) == now - 5


async def test_one_process_asks_for_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers begin together: each account is asked for once; where the one that asks ends, the next one asks anew."""
    assert house.parley is not None
    channels = house.parley.channels
    asked: list[str] = []

    async def missed(line: str, since: int) -> AsyncGenerator[Fact, None]:
        asked.append(line)
        await asyncio.sleep(0.05)
        for _ in ():
            yield _

    async with asyncio.timeout(20):
        await Watched.over.wait()
    for channel in channels:
        monkeypatch.setattr(channel, "missed", missed)
    works = [lambda store: CatchUp(store, channels, Limits(), wall_clock).run()]
    duties = [Duties(house.store, {"test": works}, alone=False) for _ in range(3)]
    running = [asyncio.create_task(one.run()) for one in duties]

    async def round_is_over(times: int) -> bool:
        return len(asked) >= 2 * times

    await eventually(lambda: round_is_over(1))
    (asker,) = [number for number, one in enumerate(duties) if one.held]
    assert sorted(asked) == sorted([SMS, WHATSAPP])
    running[asker].cancel()
    await eventually(lambda: round_is_over(2))
    assert sorted(asked) == sorted([SMS, SMS, WHATSAPP, WHATSAPP])
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
