"""Parked calls: kept once, bounded, undone, swept, erased with whom they name; the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.channels.base import ProviderRequest
from gateway.errors import NotFound
from gateway.events import SYSTEM, Address, InboundMessage, Kind, agent
from gateway.store import Store, events_after
from gateway.stream.listed import as_call
from gateway.stream.parked import (
    DETAIL,
    UNDO_FOR,
    Full,
    Reason,
    Trouble,
    discard,
    erase_parked,
    forget_parked,
    park,
    restore,
    still_parked,
    unpark,
)
from tests.provider import call
from tests.world import World

ANNA = agent("anna")
BAD = Trouble(Reason.UNREADABLE, "no JSON")


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def keep(world: World, what: Any, trouble: Trouble = BAD, most: int = 100) -> Any:
    request = what if isinstance(what, ProviderRequest) else call(what)
    return await world.store.write(lambda tx: park(tx, "web", request, trouble, most=most))


async def left(world: World) -> list[str]:
    return [row["id"] for row in await world.rows("select id from parked order by at, id")]


async def test_it_is_kept_whole_and_told_to_who_shows_it(world: World) -> None:
    head = world.store.published
    body = bytes(range(256)) * 40
    request = ProviderRequest("POST", "https://x.example/a?b=\udce9\0", {"Content-Type": "a\0b"}, body)
    key = await keep(world, request, Trouble(Reason.FAULT, "why \ud800" + "y" * 999))
    row = await world.row("select * from parked")
    assert (row["id"], bytes(row["body"]), row["size"]) == (key, body, len(body))
    assert (row["url"], row["reason"], row["tries"]) == ("https://x.example/a?b=?", "fault", 1)
    assert len(row["detail"]) == DETAIL and "\0" not in row["headers"]
    events = await world.store.read(lambda look: events_after(look, head, 9))
    assert [(one.kind, one.subject, one.changes["what"], one.actor) for one in events] == [
        (Kind.SETTING_CHANGED, key, "parked", SYSTEM)
    ]


async def test_its_repeat_is_kept_no_second_time(world: World) -> None:
    key = await keep(world, b"bad")
    assert await keep(world, b"bad", most=1) == key
    assert await keep(world, b"worse") != key
    await world.do(discard, key)
    assert await keep(world, b"bad") == key, "nor does it come back"
    assert await world.value("select count(*) from parked where discarded_at is null") == 1


async def test_so_many_and_no_more(world: World) -> None:
    key = await keep(world, b"1", most=2)
    await keep(world, b"2", most=2)
    with pytest.raises(Full, match="2 calls of account web"):
        await keep(world, b"3", most=2)
    await world.do(discard, key)
    await keep(world, b"3", most=2)


async def test_discarding_can_be_undone_for_a_day(world: World) -> None:
    store = world.store
    first, second, third = [await keep(world, b"%d" % n) for n in range(3)]
    await world.do(discard, first)
    await world.do(discard, first)
    await world.do(discard, second)
    await world.do(restore, second)
    await world.do(restore, second)
    for verb in (discard, restore):
        with pytest.raises(NotFound):
            await world.do(verb, "nosuch")
    assert await store.write(lambda tx: forget_parked(tx, 0)) == 0
    assert await left(world) == [first, second, third]
    await store.write(lambda tx: tx.run("update parked set discarded_at = discarded_at - $1", UNDO_FOR + 1))
    assert await store.write(lambda tx: forget_parked(tx, 0)) == 0
    assert await left(world) == [second, third]
    acts = await world.rows("select changes from audit where subject_id = $1 order by position", first)
    assert len(acts) == 1, "and who did it is written down once"


async def test_what_is_too_old_is_swept(world: World) -> None:
    key = await keep(world, b"1")
    at = await world.value("select at from parked where id = $1", key)
    assert await world.store.write(lambda tx: forget_parked(tx, at)) == 0
    assert await world.store.write(lambda tx: forget_parked(tx, at + 1)) == 1
    assert await left(world) == []


async def test_playing_again_settles_it_or_says_what_is_wrong_now(world: World) -> None:
    key = await keep(world, b"1")
    worse = Trouble(Reason.REFUSED, "not so", (Address("tel", "+15550100"),))
    await world.do(lambda tx, by: still_parked(tx, key, worse, by))
    row = await world.row("select * from parked")
    assert (row["reason"], row["detail"], row["tries"]) == ("refused", "not so", 2)
    assert await world.value("select address from parked_people") == "+15550100"
    await world.do(unpark, key)
    await world.do(unpark, key)
    await world.do(lambda tx, by: still_parked(tx, key, worse, by))
    assert await left(world) == [] and await world.rows("select * from parked_people") == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"from": "+4915559999"}',
        b"From=%2B4915559999&Body=x",
        b'{"wa_id": "4915559999", "broken": ',
        "이름 +4915559999".encode(),
    ],
)
async def test_it_goes_with_whom_it_names(world: World, body: bytes) -> None:
    await keep(world, body)
    other = await keep(world, b'{"from": "+4915550000"}')
    await world.store.write(lambda tx: erase_parked(tx, "tel", "+4915559999"))
    assert await left(world) == [other]


async def test_it_goes_by_what_could_be_read_of_it_and_by_its_address(world: World) -> None:
    people = (Address("tel", "+5511987654321"),)
    await keep(world, b"11 8765-4321, written otherwise", Trouble(Reason.REFUSED, "", people))
    await keep(world, ProviderRequest("GET", "https://x.example/?from=%22kim%40example.com%22", {}, b""))
    await keep(world, b'{"from": "kim\\u00e9@example.com"}')
    short = await keep(world, b"a letter k")
    for space, address in (
        ("tel", "+5511987654321"),
        ("mailto", "kim@example.com"),
        ("mailto", "kimé@example.com"),
        ("app:web", "k"),
    ):
        await world.store.write(lambda tx, at=(space, address): erase_parked(tx, *at))  # type: ignore[misc]
    assert await left(world) == [short], "one letter says nothing of who it is"


async def test_what_was_erased_is_not_kept_again_when_its_provider_lists_it_still(world: World) -> None:
    told = Trouble(Reason.REFUSED, "no", (Address("tel", "+821055501001"),))
    fact = InboundMessage("SM1", Address("tel", "+821055501001"), text="half a letter \ud800")
    key = await keep(world, as_call(fact), told)
    await world.store.write(lambda tx: erase_parked(tx, "tel", "+821055501001"))
    assert await left(world) == []
    assert await keep(world, as_call(fact), told) is None and await left(world) == []
    rest = await world.row("select * from erased_calls")
    assert len(rest["digest"]) == 64 and "SM1" not in str(tuple(rest))
    # What she writes from now on is kept as anybody's is.
    fresh = await keep(world, as_call(replace(fact, provider_id="SM2")), told)
    assert fresh is not None and fresh != key
    await world.store.write(lambda tx: forget_parked(tx, tx.now + 60_000))
    assert await world.rows("select * from erased_calls") == []
