"""How doors are, over time and in several processes; and what belongs to nobody when it comes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway import receiving
from gateway.channels._mail_read import signer_of
from gateway.channels.roads import Way
from gateway.errors import Away
from gateway.events import AccountId, agent
from gateway.limits import Limits
from gateway.receiving import OTHERS_LISTEN, Office, Receiving
from gateway.store import Store
from gateway.stream.envelope import answering
from gateway.stream.erase import erase_contact
from gateway.stream.outbox_letter import letters
from gateway.stream.roads import load_roads, tell_trouble, tell_well
from tests.checks import check
from tests.post_house import HANA, HELP, PostHouse, post_house, written

RECEIVED = tuple(
    f"Received: from {host}.example by next.example; Mon, 2 Nov 2026 10:00:00 +0900" for host in "ab"
)
CHANGED = "select count(*) from events where kind = 'directory.changed'"


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[PostHouse]:
    async with post_house(store, tmp_path) as opened:
        yield opened


async def road(house: PostHouse, way: Way = "door", account: str = "help") -> Any:
    return (await house.store.read(load_roads)).get(account, {}).get(way)


async def until(true: Any) -> None:
    for _ in range(2000):
        if await true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


async def test_the_same_trouble_in_other_words_is_written_and_announced_to_nobody(house: PostHouse) -> None:
    async def troubled(problem: str, why: str, detail: str) -> int:
        await house.store.write(lambda tx: tell_trouble(tx, "help", "out", problem, why, detail))
        return int(await house.world.value(CHANGED))

    first = await troubled("away", "busy", "451 try later, id 1")
    assert await troubled("away", "busy", "451 try later, id 2") == first
    row = await road(house, "out")
    assert row["detail"] == "451 try later, id 2"
    assert await troubled("away", "refused", "connection refused") == first + 1
    await house.store.write(lambda tx: tell_well(tx, "help", "out"))
    await house.store.write(lambda tx: tell_well(tx, "help", "out"))
    assert await house.world.value(CHANGED) == first + 2


async def test_a_door_says_now_and_then_that_it_listens(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "LISTEN_AGAIN", 0.01)
    monkeypatch.setattr(receiving, "WELL_AGAIN", 0.0)
    await house.receiving.listen()
    first = (await road(house))["well_at"]
    keeping = asyncio.create_task(house.receiving.keep_listening())

    async def later() -> bool:
        return bool((await road(house))["well_at"] > first)

    try:
        await until(later)
        # What had ceased to listen listens again.
        assert house.email._listener is not None and house.email._listener._server is not None
        house.email._listener._server.close()
        await until(lambda: _listens(house))
        await asyncio.to_thread(house.deliver, written("one", "m1"))
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert await house.texts() == ["one"]


async def _listens(house: PostHouse) -> bool:
    listener = house.email._listener
    return listener is not None and listener.listens


async def test_where_one_process_listens_another_s_word_that_it_cannot_counts_for_less(
    house: PostHouse,
) -> None:
    now = 1000.0
    one, other = (
        Receiving(house.store, house.channels, house.media, Limits(), clock=lambda: now, alone=False)
        for _ in range(2)
    )
    there, here = (Office(each, house.store, AccountId("help")) for each in (one, other))
    deaf = Away("mail: cannot listen on 10.0.0.5 port 25", why="not_here")
    await here.told(deaf, "door")
    assert (await road(house))["problem"] == "deaf", "nobody has said that he listens"
    await there.told(None, "door")
    assert (await road(house))["problem"] is None
    before = await house.world.value(CHANGED)
    for _ in range(3):
        await here.told(deaf, "door")
    assert (await road(house))["problem"] is None and await house.world.value(CHANGED) == before
    await house.store.write(
        lambda tx: tx.run("update roads set well_at = $1 where way = 'door'", tx.now - OTHERS_LISTEN - 1)
    )
    await here.told(deaf, "door")
    assert (await road(house))["problem"] == "deaf", "he has said nothing for long"


async def test_a_fault_of_ours_at_one_door_stops_no_other_and_is_tried_again(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiving, "LISTEN_AGAIN", 0.01)
    right, tries = house.email.listen, 0

    async def listen(office: Any) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ZeroDivisionError("a fault")
        await right(office)

    monkeypatch.setattr(house.email, "listen", listen)
    await house.receiving.listen()
    assert (await road(house))["problem"] == "deaf"
    keeping = asyncio.create_task(house.receiving.keep_listening())
    try:
        await until(lambda: _listens(house))
        await asyncio.to_thread(house.deliver, written("one", "m1"))
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
    assert caplog.text.count("by a fault of ours") == 1


async def came_back(house: PostHouse, talk: str, key: str) -> bytes:
    """Our own mail, as her mailbox sends it on to us."""
    name = signer_of(house.store.secret).message_id(talk, key, "haru.example")
    return written("It comes tomorrow.", "x", *RECEIVED, who=f"Shop <{HELP}>", to=f"Hana <{HANA}>").replace(
        b"<x@client.example>", f"<{name}>".encode()
    )


async def test_our_own_mail_that_comes_back_is_nobody_s_words_and_nobody_s_conversation(
    house: PostHouse,
) -> None:
    await house.brings(written("Where is my parcel?", "m1"))
    (hers,) = await house.messages()
    talk = hers["conversation_id"]
    await house.brings(await came_back(house, talk, "abc1"))
    back = (await house.messages())[1]
    assert back["conversation_id"] == talk and back["author_kind"] == "customer"
    found = await house.store.read(lambda look: answering(look, talk, "help", hers["author_id"]))
    assert found.message == hers["id"], "she is answered to what she wrote"
    leg = hers["leg_id"]
    posted = await house.world.answers(talk, "It is on its way.", leg=leg, reply_to=back["id"])
    told = await house.store.read(lambda look: letters(look, [posted.message]))
    assert all(one.quote is None or one.quote.text != "Delivery" for one in told.values())
    contact = await house.world.value("select contact_id from conversations where id = $1", talk)
    await house.store.write(lambda tx: erase_contact(tx, contact, agent("anna")))
    before = await house.world.value("select count(*) from conversations")
    await house.brings(await came_back(house, talk, "abc2"))
    assert await house.world.value("select count(*) from conversations") == before
    assert await house.world.value("select count(*) from parked") == 0
    assert await house.world.value("select count(*) from identities where address = $1", HANA) == 0
    await check(house.store)
