"""Home tabs of people elsewhere: drawn when something happened, not more often, and nothing is missed meanwhile."""

from __future__ import annotations

from gateway.store import Store
from gateway.stream import outside_homes
from gateway.stream.outside_homes import Home

LATER = 9_000_000_000_000


async def due(store: Store, before: int = LATER) -> list[Home]:
    return await store.read(lambda look: outside_homes.load_due(look, "slack", before))


async def draws(store: Store, home: Home, digest: str) -> None:
    await store.write(lambda tx: outside_homes.shows(tx, "slack", home, digest))


async def touches(store: Store) -> None:
    await store.write(lambda tx: outside_homes.touch(tx, "slack"))


async def test_one_is_drawn_when_it_is_opened_and_when_something_happened(store: Store) -> None:
    await touches(store)
    assert await due(store) == []
    await store.write(lambda tx: outside_homes.opened(tx, "slack", "T1", "U1"))
    [home] = await due(store)
    await draws(store, home, "a")
    assert await due(store) == []
    await touches(store)
    [home] = await due(store)
    assert (home.user, home.digest) == ("U1", "a")
    assert await due(store, home.published_at - 1) == [], "it was drawn a moment ago"


async def test_what_happens_while_it_is_drawn_is_drawn_afterwards(store: Store) -> None:
    await store.write(lambda tx: outside_homes.opened(tx, "slack", "T1", "U1"))
    for happens in (touches, lambda one: one.write(lambda tx: outside_homes.opened(tx, "slack", "T1", "U1"))):
        [home] = await due(store)
        await happens(store)
        await draws(store, home, "a")
        [home] = await due(store)
        await draws(store, home, "a")
        assert await due(store) == []
        await touches(store)


async def test_one_that_shows_nothing_rests_until_it_is_opened(store: Store) -> None:
    await store.write(lambda tx: outside_homes.opened(tx, "slack", "T1", "U1"))
    [home] = await due(store)
    await draws(store, home, "")
    await touches(store)
    assert await due(store) == []
    await store.write(lambda tx: outside_homes.opened(tx, "slack", "T1", "U1"))
    [home] = await due(store)
    await store.write(lambda tx: outside_homes.forget(tx, "slack", home))
    assert await due(store) == []


async def test_one_that_shows_nothing_is_forgotten_after_a_day(store: Store) -> None:
    for user, shown in (("U1", ""), ("U2", "a"), ("U3", "")):
        await store.write(lambda tx, user=user: outside_homes.opened(tx, "slack", "T1", user))  # type: ignore[misc]
        [home] = await due(store)
        await draws(store, home, shown)
    long_ago = "update outside_homes set published_at = published_at - $1 where external_id <> 'U3'"
    await store.write(lambda tx: tx.run(long_ago, outside_homes.KEPT + 1))
    await store.write(outside_homes.forget_empty)
    left = await store.scan(
        lambda look: look.all("select external_id from outside_homes order by external_id")
    )
    assert [row["external_id"] for row in left] == ["U2", "U3"]
