"""What falls due: snoozes, forgotten uploads, the log's old end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.channels.base import ProviderRequest
from gateway.channels.registry import Channels
from gateway.errors import Unavailable
from gateway.events import Address, Attachment, InboundMessage, Status, agent
from gateway.limits import Limits
from gateway.media import open_media
from gateway.store import Store
from gateway.store.sqlite import SqliteStore, wall_clock
from gateway.stream.along import Along, save_along
from gateway.stream.attach import keep_upload
from gateway.stream.edit import give_up
from gateway.stream.hook_queue import follow
from gateway.stream.hooks import Wish, make_hook, skip
from gateway.stream.ingest import take_in
from gateway.stream.parked import Reason, Trouble, park
from gateway.stream.post import Post, post
from gateway.stream.status import snooze
from gateway.timers import DAY, HOUR, clean_once, forget_files, release_held, wake_snoozed
from tests.world import WEB, seed

LIMITS = Limits()


class Clock:
    """UTC ms, moved by hand."""

    def __init__(self) -> None:
        self.now = wall_clock()

    def __call__(self) -> int:
        return self.now


async def opened(tmp_path: Path, clock: Clock) -> Store:
    store = await SqliteStore.open(tmp_path / "parley.db", clock)
    await store.write(seed)
    return store


async def status_of(store: Store, conversation: str) -> str:
    found: str = await store.read(
        lambda look: look.value("select status from conversations where id = $1", conversation)
    )
    return found


async def test_a_snooze_ends_in_its_time_and_not_before(tmp_path: Path) -> None:
    clock = Clock()
    store = await opened(tmp_path, clock)
    taken = await take_in(store, WEB, InboundMessage("m1", Address("visitor", "v1"), "later please"))
    await store.write(lambda tx: snooze(tx, taken.conversation, clock.now + HOUR, agent("anna")))
    waking = asyncio.create_task(wake_snoozed(store, clock))
    try:
        await asyncio.sleep(0.05)
        assert await status_of(store, taken.conversation) == Status.SNOOZED
        clock.now += HOUR
        told = asyncio.Event()
        store.publish_to(lambda events: told.set())
        async with asyncio.timeout(20):
            await told.wait()
        assert await status_of(store, taken.conversation) == Status.OPEN
    finally:
        waking.cancel()
        await asyncio.gather(waking, return_exceptions=True)
        await store.close()


async def test_a_held_reply_goes_in_its_time_and_at_once_when_nobody_ran(tmp_path: Path) -> None:
    clock = Clock()
    store = await opened(tmp_path, clock)
    taken = await take_in(store, WEB, InboundMessage("m1", Address("visitor", "v1"), "hello"))

    async def sent() -> int:
        found: int = await store.read(
            lambda look: look.value("select count(*) from messages where author_kind = 'agent'")
        )
        return found

    async def told() -> None:
        heard = asyncio.Event()
        store.publish_to(lambda events: heard.set())
        async with asyncio.timeout(20):
            await heard.wait()

    await post(store, Post(taken.conversation, agent("anna"), "c1", "soon", hold=5_000))
    releasing = asyncio.create_task(release_held(store, Channels(), clock))
    try:
        await asyncio.sleep(0.1)
        assert await sent() == 0
        clock.now += 5_000
        await told()
        assert await sent() == 1
        releasing.cancel()
        await asyncio.gather(releasing, return_exceptions=True)
        # The process dies with a reply held; whoever comes up later sends it at once.
        await post(store, Post(taken.conversation, agent("anna"), "c2", "late", hold=5_000))
        clock.now += HOUR
        releasing = asyncio.create_task(release_held(store, Channels(), clock))
        await told()
        assert await sent() == 2
        # The clock is set back by hours while one waits: it goes all the same, not hours later.
        await post(store, Post(taken.conversation, agent("anna"), "c3", "not for hours", hold=5_000))
        clock.now -= 9 * HOUR
        await told()
        assert await sent() == 3
    finally:
        releasing.cancel()
        await asyncio.gather(releasing, return_exceptions=True)
        await store.close()


async def test_what_waits_for_a_far_time_is_looked_at_without_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    store = await opened(tmp_path, clock)
    taken = await take_in(store, WEB, InboundMessage("m1", Address("visitor", "v1"), "hello"))
    at = clock.now + 3 * HOUR
    await post(store, Post(taken.conversation, agent("anna"), "c1", "then", at=at))
    looked, written = asyncio.Semaphore(0), 0
    read, write = store.read, store.write

    async def reading(verb: object) -> object:
        looked.release()
        return await read(verb)  # type: ignore[arg-type]

    async def writing(verb: object, **more: object) -> object:
        nonlocal written
        written += 1
        return await write(verb, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("gateway.timers.LOOK_EVERY", 0.01)
    monkeypatch.setattr(store, "read", reading)
    monkeypatch.setattr(store, "write", writing)
    heard = asyncio.Event()
    store.publish_to(lambda events: heard.set())
    releasing = asyncio.create_task(release_held(store, Channels(), clock))
    try:
        async with asyncio.timeout(20):
            for _ in range(5):
                await looked.acquire()
            assert written == 0 and not heard.is_set()
            clock.now = at
            await heard.wait()
        assert (
            await read(lambda look: look.value("select text from messages where author_kind = 'agent'"))
            == "then"
        )
    finally:
        releasing.cancel()
        await asyncio.gather(releasing, return_exceptions=True)
        await store.close()


async def test_cleaning_forgets_what_nobody_used_and_keeps_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    store = await opened(tmp_path, clock)
    media = open_media("disk:media", tmp_path)
    used = await media.put(b"a picture that was sent", limit=None)
    forgotten = await media.put(b"an upload that was not", limit=None)
    sent = Attachment(used.hash, "a.txt", "text/plain", used.size)
    left = Attachment(forgotten.hash, "b.txt", "text/plain", forgotten.size)
    says = InboundMessage("m1", Address("visitor", "v1"), "here", attachments=(sent,))
    taken = await take_in(store, WEB, says)
    await store.write(lambda tx: keep_upload(tx, "agent:anna", left))
    drafted = await media.put(b"on its way", limit=None)
    waits = Attachment(drafted.hash, "later.txt", "text/plain", drafted.size)
    upload = await store.write(lambda tx: keep_upload(tx, "agent:anna", waits))
    along = Along(files=[upload])
    await store.write(lambda tx: save_along(tx, "anna", "agent:anna", taken.conversation, "note", along))
    waiting = await media.put(b"for another year", limit=None)
    kept = Attachment(waiting.hash, "year.txt", "text/plain", waiting.size)
    file = await store.write(lambda tx: keep_upload(tx, "agent:anna", kept))
    later = clock.now + 365 * DAY
    await post(store, Post(taken.conversation, agent("anna"), "c9", "then", uploads=(file,), at=later))
    why = Trouble(Reason.UNREADABLE, "no form")
    call = ProviderRequest("POST", "https://x.example/", {}, b"of long ago")
    await store.write(lambda tx: park(tx, "web", call, why, most=9))
    events = store.published
    clock.now += LIMITS.parked_kept * DAY
    await clean_once(store, media, LIMITS)
    assert await store.read(lambda look: look.value("select count(*) from parked")) == 1
    clock.now += (LIMITS.log_kept + 1) * DAY
    await clean_once(store, media, LIMITS)
    assert await store.read(lambda look: look.value("select count(*) from parked")) == 0
    assert "1 parked calls of providers are swept" in caplog.text
    assert await media.exists(used.hash)
    assert not await media.exists(forgotten.hash)
    assert await media.exists(drafted.hash), "what waits in a draft waits on"
    assert await media.exists(waiting.hash), "so does what waits with a reply"
    assert await store.read(lambda look: look.value("select count(*) from attachments")) == 3
    assert await store.read(lambda look: look.value("select count(*) from events")) == 0
    assert store.published == events
    assert await store.read(lambda look: look.value("select count(*) from audit")) > 0
    await store.close()
    await media.close()


async def test_files_of_the_erased_are_deleted_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after a round that failed, and from the first second of a process."""
    monkeypatch.setattr("gateway.timers.FORGET_EVERY", 0.01)
    monkeypatch.setattr("gateway.stream.erase.SETTLES", 0.01)
    store = await opened(tmp_path, Clock())
    media = open_media("disk:media", tmp_path)
    stored = await media.put(b"of somebody who is forgotten", limit=None)
    delete, tries = media.delete, 0

    async def fails_at_first(digest: str, *, older_than: int | None = None) -> bool:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable("away") if tries == 1 else RuntimeError("nobody foresaw this")
        return await delete(digest, older_than=older_than)

    monkeypatch.setattr(media, "delete", fails_at_first)
    await store.write(lambda tx: give_up(tx, [stored.hash]))
    forgetting = asyncio.create_task(forget_files(store, media))
    try:
        async with asyncio.timeout(20):
            while await media.exists(stored.hash):  # noqa: ASYNC110 - what we wait for is on a disk
                await asyncio.sleep(0.01)
        assert tries == 3
    finally:
        forgetting.cancel()
        await asyncio.gather(forgetting, return_exceptions=True)
        await store.close()
        await media.close()


async def test_webhooks_that_are_done_with_are_swept_in_their_time(tmp_path: Path) -> None:
    clock = Clock()
    store = await opened(tmp_path, clock)
    media = open_media("disk:media", tmp_path)
    wish = Wish("https://example.com/", ("message.created",))
    hook = (await store.write(lambda tx: make_hook(tx, wish, agent("anna"), most=9))).id
    await take_in(store, WEB, InboundMessage("m1", Address("visitor", "v1"), "hello"))
    await store.write(lambda tx: follow(tx, hook, most=9))
    await store.write(lambda tx: skip(tx, hook, agent("anna")))

    async def left() -> int:
        found: int = await store.read(lambda look: look.value("select count(*) from hook_deliveries"))
        return found

    clock.now += LIMITS.webhook_kept * DAY
    await clean_once(store, media, LIMITS)
    assert await left() == 1
    clock.now += 1
    await clean_once(store, media, LIMITS)
    assert await left() == 0
    await media.close()
    await store.close()
