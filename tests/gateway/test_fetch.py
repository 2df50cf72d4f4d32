"""Files that still lie with a provider: fetched once, asked for again, shown when they stay away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway import fetch
from gateway.channels.base import FetchedFile
from gateway.channels.registry import Channels
from gateway.errors import AuthFailed, PermanentError, TemporaryError, TooLarge, Unavailable
from gateway.events import RemoteFile, agent
from gateway.fetch import Fetcher
from gateway.limits import Limits
from gateway.media import DiskStore, MediaStore, open_media
from gateway.store import Reader, Store
from gateway.stream.edit import erase_message
from gateway.stream.files import GIVE_UP, LEASE, ask_again, comes_later, next_due, take_due
from gateway.stream.ingest import Intake
from inbox.desk import wall_clock
from tests.checks import check
from tests.phones import Phones, with_phones
from tests.world import World


class Lockers(Phones):
    """A provider that keeps files; `errors` are raised one after the other before it hands anything out."""

    def __init__(self, account: str = "sms") -> None:
        super().__init__(account)
        self.errors: list[BaseException] = []
        self.asked: list[str] = []
        self.slow = asyncio.Event()
        self.slow.set()

    @contextlib.asynccontextmanager
    async def fetch(self, file: RemoteFile, *, limit: int) -> AsyncIterator[FetchedFile]:
        self.asked.append(file.ref)
        await self.slow.wait()
        if self.errors:
            raise self.errors.pop(0)

        async def chunks() -> AsyncIterator[bytes]:
            yield b"words, "
            yield file.ref.encode()

        yield FetchedFile(chunks(), file.mime)


@pytest.fixture
async def world(store: Store) -> World:
    return await with_phones(store)


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    made = open_media("disk:media", tmp_path)
    assert isinstance(made, DiskStore)
    return made


@contextlib.asynccontextmanager
async def fetching(
    world: World, media: MediaStore, *lockers: Lockers, limits: Limits | None = None
) -> AsyncIterator[Fetcher]:
    channels = Channels({one.account: one for one in lockers})
    made = Fetcher(world.store, channels, media, limits or Limits(), wall_clock)
    world.store.publish_to(made.hear)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await check(world.store)


async def says(world: World, *refs: str) -> str:
    taken = await world.says("+1", "look", files=tuple(RemoteFile(ref, "text/plain") for ref in refs))
    return taken.message


async def files(world: World, message: str) -> list[tuple[int, str]]:
    rows = await world.rows(
        "select place, mime from attachments where message_id = $1 order by place", message
    )
    return [(row["place"], row["mime"]) for row in rows]


async def waits(world: World) -> list[tuple[bool, int, str | None]]:
    rows = await world.rows("select due_at, tries, problem from remote_files order by place")
    return [(row["due_at"] is not None, row["tries"], row["problem"]) for row in rows]


async def eventually(true: Any) -> None:
    for _ in range(1000):
        if await true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


async def test_they_take_their_places_each_once_whoever_fetches(world: World, media: MediaStore) -> None:
    lockers = Lockers()
    async with fetching(world, media, lockers), fetching(world, media, lockers):
        message = await says(world, "one", "two", "three")

        async def all_there() -> bool:
            return len(await files(world, message)) == 3

        await eventually(all_there)
    assert await files(world, message) == [(place, "text/plain") for place in range(3)]
    assert sorted(lockers.asked) == ["one", "three", "two"]
    assert await waits(world) == []


async def test_what_is_not_to_be_had_just_now_is_asked_for_again(
    world: World, media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "FIRST", 10)
    lockers = Lockers()
    lockers.errors = [TemporaryError("429"), TimeoutError(), Unavailable("the disk is full")]
    async with fetching(world, media, lockers):
        message = await says(world, "one")

        async def there() -> bool:
            return bool(await files(world, message))

        await eventually(there)
    assert len(lockers.asked) == 4


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (PermanentError("gone", for_agent="attachment.missing"), "attachment.missing"),
        (AuthFailed("401"), "attachment.refused"),
        (TooLarge("errors.too_large"), "errors.too_large"),
        (ValueError("a fault of ours"), "attachment.refused"),
    ],
)
async def test_what_cannot_be_had_is_shown_until_an_agent_asks(
    world: World, media: MediaStore, error: Exception, problem: str
) -> None:
    lockers = Lockers()
    lockers.errors = [error]
    async with fetching(world, media, lockers):
        message = await says(world, "one")

        async def given_up() -> bool:
            return await waits(world) == [(False, 1, problem)]

        await eventually(given_up)
        await world.store.write(lambda tx: ask_again(tx, message, agent("anna")))

        async def there() -> bool:
            return bool(await files(world, message))

        await eventually(there)
    assert len(lockers.asked) == 2


async def test_it_is_tried_for_a_day(world: World) -> None:
    await says(world, "one")
    (waiting,) = await world.store.write(lambda tx: take_due(tx, "sms", 9))
    await world.store.write(lambda tx: comes_later(tx, waiting.id, 1_000, "attachment.refused"))
    assert await waits(world) == [(True, 1, None)]
    await world.store.write(lambda tx: tx.run("update remote_files set since = since - $1", GIVE_UP))
    await world.store.write(lambda tx: comes_later(tx, waiting.id, 1_000, "attachment.refused"))
    assert await waits(world) == [(False, 1, "attachment.refused")]


async def test_who_dies_while_fetching_leaves_it_to_the_next(world: World) -> None:
    await says(world, "one")
    assert len(await world.store.write(lambda tx: take_due(tx, "sms", 9))) == 1
    assert await world.store.write(lambda tx: take_due(tx, "sms", 9)) == []
    await world.store.write(lambda tx: tx.run("update remote_files set due_at = due_at - $1", LEASE))
    assert len(await world.store.write(lambda tx: take_due(tx, "sms", 9))) == 1
    assert fetch.LONGEST * 1000 < LEASE


async def test_a_message_that_is_erased_meanwhile_gets_no_file(world: World, media: MediaStore) -> None:
    lockers = Lockers()
    lockers.slow.clear()
    async with fetching(world, media, lockers):
        message = await says(world, "one")

        async def asked() -> bool:
            return bool(lockers.asked)

        await eventually(asked)
        await world.store.write(lambda tx: erase_message(tx, message, agent("anna")))
        lockers.slow.set()
        await asyncio.sleep(0.1)
    assert await files(world, message) == [] and await waits(world) == []


async def test_an_account_that_is_not_configured_just_now_is_waited_for(
    world: World, media: MediaStore
) -> None:
    async with fetching(world, media):
        await says(world, "one")

        async def tried() -> bool:
            return [one[1] for one in await waits(world)] == [1]

        await eventually(tried)
        await asyncio.sleep(0.05)
    assert await waits(world) == [(True, 1, None)]


async def test_where_nobody_keeps_files_a_message_costs_no_look(
    world: World, media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    async def counted(look: Reader) -> dict[str, int]:
        looks.append(1)
        return await next_due(look)

    monkeypatch.setattr("gateway.fetch.next_due", counted)
    async with fetching(world, media):
        for number in range(5):
            await world.says("+1", f"hello {number}")
            await asyncio.sleep(0.05)
    assert len(looks) == 1


async def test_a_slow_account_leaves_places_for_the_others(
    world: World, media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three slow ones would fill every place there is; whoever comes then is served all the same."""
    monkeypatch.setattr(fetch, "AT_ONCE", 4)
    monkeypatch.setattr(fetch, "AT_ONCE_EACH", 2)
    slow = [Lockers(f"slow{number}") for number in range(3)]
    quick = Lockers("quick")
    for one in slow:
        one.slow.clear()
        files_of = tuple(RemoteFile(f"{one.account}/{number}", "text/plain") for number in range(9))
        await world.says("+1", "look", intake=Intake(one.account), files=files_of)
    async with fetching(world, media, *slow, quick):

        async def all_busy() -> bool:
            return all(one.asked for one in slow)

        await eventually(all_busy)
        assert sum(len(one.asked) for one in slow) <= 5
        last = tuple(RemoteFile(f"quick/{number}", "text/plain") for number in range(5))
        message = (await world.says("+2", "look", intake=Intake(quick.account), files=last)).message

        async def served() -> bool:
            return len(await files(world, message)) == 5

        await eventually(served)
        assert max(len(one.asked) for one in slow) <= 2, "each has its own bound"
        for one in slow:
            one.slow.set()

        async def all_there() -> bool:
            return await waits(world) == []

        await eventually(all_there)
