"""Endpoints as admins make and change them, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import Conflict, Gone, NotFound, Refused
from gateway.events import Kind
from gateway.store import Store, from_json
from gateway.stream.hook_pace import Pace
from gateway.stream.hook_queue import Followed, follow, lease
from gateway.stream.hooks import (
    KINDS,
    Wish,
    change_hook,
    make_hook,
    pause,
    redeliver,
    remove_hook,
    replay,
    replay_failed,
    replay_since,
    resume,
    rotate,
    skip,
    valid_secrets,
)
from tests.world import World

URL = "https://example.com/hook?key=hidden"
ALL = tuple(kind.value for kind in KINDS)


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def make(world: World, **more: Any) -> tuple[str, str]:
    wish = Wish(**({"url": URL, "kinds": ALL} | more))
    made = await world.do(make_hook, wish, most=9)
    return made.id, made.secret


async def hook(world: World, key: str) -> Any:
    return await world.row("select * from hooks where id = $1", key)


async def lines(world: World) -> list[dict[str, Any]]:
    rows = await world.rows("select changes from audit where kind = 'setting.changed' order by position")
    return [from_json(row["changes"]) for row in rows]


async def test_it_hears_of_what_comes_after_it(world: World) -> None:
    await world.says("kim", "before")
    key, secret = await make(world, kinds=("message.created", "contact.erased"), label=" CRM ")
    row = await hook(world, key)
    head = await world.value("select position from log_head")
    assert (row["state"], row["label"], row["words"], row["notes"]) == ("active", "CRM", 1, 0)
    assert row["position"] == head - 1, "its own making is the first fact after it"
    assert from_json(row["kinds"]) == ["message.created", "contact.erased"]
    assert valid_secrets(row, world.store.seals, 0) == [secret]
    await world.store.write(lambda tx: follow(tx, key, most=99))
    assert await world.value("select count(*) from hook_deliveries") == 0


async def test_the_audit_says_who_and_what_but_neither_where_nor_with_which_secret(world: World) -> None:
    key, secret = await make(world)
    await world.do(change_hook, key, label="B", notes=True)
    await world.do(change_hook, key, label="B")
    for verb in (pause, pause, resume, resume):
        await world.do(verb, key)
    await world.do(rotate, key, overlap=0)
    await world.do(skip, key)
    await world.do(remove_hook, key)
    said = await lines(world)
    assert [one["did"] for one in said] == [
        *("made", "changed", "paused", "resumed", "rotated", "skipped", "removed"),
    ]
    assert all(one["what"] == "webhook" for one in said)
    assert said[1]["fields"] == ["label", "notes"]
    assert "hidden" not in str(said) and secret not in str(said)
    log = await world.rows("select subject_id, actor_id from events where kind = 'setting.changed'")
    assert {(row["subject_id"], row["actor_id"]) for row in log} == {(key, "anna")}


@pytest.mark.parametrize("kinds", [(), ("message.held",), ("access.changed",), ("no.such",), (*ALL, "x")])
async def test_only_what_is_told_can_be_subscribed_to(world: World, kinds: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        await make(world, kinds=kinds)
    key, _ = await make(world)
    with pytest.raises(Refused):
        await world.do(change_hook, key, kinds=list(kinds))


async def test_so_many_and_no_more(world: World) -> None:
    for _ in range(9):
        key, _ = await make(world)
    with pytest.raises(Refused) as caught:
        await make(world)
    assert caught.value.params == {"most": 9}
    await world.do(remove_hook, key)
    await make(world)


async def test_the_former_secret_signs_for_a_while(world: World) -> None:
    key, first = await make(world)
    second = await world.do(rotate, key, overlap=60_000)
    kept, now = await hook(world, key), await world.store.write(lambda tx: _now(tx))
    assert valid_secrets(kept, world.store.seals, now) == [second, first]
    assert valid_secrets(kept, world.store.seals, now + 60_001) == [second]
    with pytest.raises(Conflict):
        await world.do(rotate, key, overlap=60_000)
    third = await world.do(rotate, key, overlap=0)
    kept = await hook(world, key)
    assert valid_secrets(kept, world.store.seals, now) == [third] and len(from_json(kept["secrets"])) == 1


async def _now(tx: Any) -> int:
    return int(tx.now)


async def test_a_removed_one_is_nobodys(world: World) -> None:
    key, _ = await make(world)
    await world.says("kim", "hello")
    await world.store.write(lambda tx: follow(tx, key, most=99))
    delivery = await world.value("select min(id) from hook_deliveries")
    await world.do(remove_hook, key)
    row = await hook(world, key)
    assert (row["url"], row["secrets"]) == ("", "[]")
    plain: tuple[Any, ...] = (pause, resume, skip, remove_hook, change_hook)
    for verb in plain:
        with pytest.raises(NotFound):
            await world.do(verb, key)
    others: tuple[tuple[Any, dict[str, Any]], ...] = (
        (rotate, {"overlap": 0}),
        (replay, {"position": 0}),
        (replay_since, {"since": 0}),
    )
    for verb, more in others:
        with pytest.raises(NotFound):
            await world.do(verb, key, **more)
    with pytest.raises(NotFound):
        await world.do(redeliver, delivery)
    assert await world.store.write(lambda tx: follow(tx, key, most=99)) is Followed.ALL
    assert (await world.store.write(lambda tx: lease(tx, key, 9, Pace()))).endpoint is None


async def test_the_place_goes_back_but_neither_ahead_nor_behind_the_log(world: World) -> None:
    key, _ = await make(world)
    start = (await hook(world, key))["position"]
    for n in range(3):
        await world.says("kim", str(n))
    await world.store.write(lambda tx: follow(tx, key, most=99))
    head = (await hook(world, key))["position"]
    with pytest.raises(Refused, match="ahead"):
        await world.do(replay, key, position=head + 5)
    await world.do(replay, key, position=start + 1)
    assert (await hook(world, key))["position"] == start + 1
    at = await world.value("select at from events where position = $1", start + 1)
    await world.do(replay_since, key, since=at)
    assert (await hook(world, key))["position"] <= start
    await world.store.write(lambda tx: tx.run("delete from events where position <= $1", start + 2))
    with pytest.raises(Gone) as caught:
        await world.do(replay, key, position=start)
    assert caught.value.code == "cursor_gone"
    with pytest.raises(Gone):
        await world.do(replay_since, key, since=1)
    await world.do(replay_since, key, since=2**50)
    assert (await hook(world, key))["position"] <= start, (
        "nothing has happened since then: it stays where it is"
    )


async def test_skipping_gives_up_what_waits(world: World) -> None:
    key, _ = await make(world, kinds=(Kind.MESSAGE_CREATED.value,))
    for n in range(3):
        await world.says("kim", str(n))
    await world.store.write(lambda tx: follow(tx, key, most=99))
    await world.says("kim", "3")
    assert await world.do(skip, key) == 3
    rows = await world.rows("select state, due_at from hook_deliveries")
    assert [(row["state"], row["due_at"]) for row in rows] == [("dropped", None)] * 3
    await world.store.write(lambda tx: follow(tx, key, most=99))
    assert await world.value("select count(*) from hook_deliveries where state = 'waiting'") == 0
    assert await world.do(replay_failed, key, since=0) == 0


async def test_redelivery_is_for_what_is_done_with_and_an_endpoint_that_is_active(world: World) -> None:
    key, _ = await make(world, kinds=(Kind.MESSAGE_CREATED.value,))
    await world.says("kim", "hello")
    await world.store.write(lambda tx: follow(tx, key, most=99))
    delivery = await world.value("select id from hook_deliveries")
    with pytest.raises(Conflict):
        await world.do(redeliver, delivery)
    await world.do(skip, key)
    await world.do(pause, key)
    with pytest.raises(Conflict):
        await world.do(redeliver, delivery)
    await world.do(resume, key)
    await world.do(redeliver, delivery)
    assert await world.value("select state from hook_deliveries") == "waiting"
    with pytest.raises(NotFound):
        await world.do(redeliver, "nosuch")
