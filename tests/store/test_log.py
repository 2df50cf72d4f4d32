"""The log: gapless, in commit order over all processes; each process' publisher is told it once and in order."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unavailable
from gateway.events import Address, Event, Kind, SeenReport, agent
from gateway.health import Readiness
from gateway.store import Cursor, Reader, Store, Tx, events_after, trimmed_to
from gateway.store.log import _say_once
from gateway.stream.assign import assign
from gateway.stream.private import mark_read
from gateway.stream.seen import customer_has_seen
from gateway.stream.trim import trim_log
from tests.checks import check
from tests.databases import Database
from tests.servers.programs import Program
from tests.store.writer import CUSTOMERS
from tests.world import WEB, World, until

MESSAGES = 80


async def note_fact(tx: Tx) -> int:
    return tx.record(Event(Kind.DIRECTORY_CHANGED, agent("anna"), tx.now, changes={"what": "test"}))


async def head(store: Store) -> int:
    async def look(reader: Reader) -> int:
        return reader.position

    return await store.read(look)


async def writer(database: Database, name: str) -> Program:
    arguments = (database.url, str(database.folder), name, str(MESSAGES))
    return await Program.begin("tests.store.writer", *arguments)


async def test_four_processes_writing_at_once_make_one_gapless_log(database: Database) -> None:
    store = await database.open()
    await World.made(store)
    processes = [await writer(database, name) for name in "abcd"]
    for process in processes:
        assert process.stdout
        begun = await process.stdout.readline()
        assert begun == b"written\n", (await process.communicate())[1].decode()
    final = await head(store)
    for process in processes:
        out, _ = await process.communicate(f"{final}\n".encode())
        told = orjson.loads(out)
        # Each process began somewhere and was told everything from there, once, in order.
        assert told == list(range(told[0], final + 1))
        assert process.returncode == 0
    events = await check(store)
    assert sum(event.kind is Kind.MESSAGE_CREATED for event in events) >= MESSAGES
    inbound = await store.read(
        lambda look: look.value("select count(*) from messages where provider_id is not null")
    )
    assert inbound == MESSAGES
    people = await store.read(lambda look: look.value("select count(*) from contacts"))
    assert people == CUSTOMERS


async def test_two_processes_take_in_the_same_stranger_at_once(database: Database) -> None:
    one, two = await database.open(), await database.open()
    world = await World.made(one)
    twin = World(two)
    for number in range(10):
        who = f"+{number}"
        await asyncio.gather(
            *(place.says(who, f"{who} {turn}") for turn in range(3) for place in (world, twin))
        )
    assert await world.value("select count(*) from identities") == 10
    assert await world.value("select count(*) from contacts") == 10
    assert await world.value("select count(*) from conversations") == 10
    assert await world.value("select count(*) from messages") == 60
    await check(one)


async def test_the_publisher_is_told_what_other_processes_wrote_in_order(database: Database) -> None:
    one, two = await database.open(), await database.open()
    told: dict[str, list[int]] = {"one": [], "two": []}
    one.publish_to(lambda events: told["one"].extend(event.position for event in events))
    two.publish_to(lambda events: told["two"].extend(event.position for event in events))
    for _ in range(5):
        await asyncio.gather(*(store.write(note_fact) for store in (one, two, two, one)))
    for store in (one, two):
        await store.look_at_head()
        await until(lambda store=store: store.published == 20)  # type: ignore[misc]
    assert told == {"one": list(range(1, 21)), "two": list(range(1, 21))}


async def test_a_gap_longer_than_one_read_heals(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.base.HEAL", 7)
    quiet, busy = await database.open(), await database.open()
    told: list[int] = []
    quiet.publish_to(lambda events: told.extend(event.position for event in events))
    await asyncio.gather(*(busy.write(note_fact) for _ in range(50)))
    await quiet.write(note_fact)
    await until(lambda: quiet.published == 51)
    assert told == list(range(1, 52))


async def renamed(store: Store, kind: str, to: str) -> None:
    """As if a newer version had written that fact."""
    await store.write(lambda tx: tx.run("update events set kind = $2 where kind = $1", kind, to))


async def test_a_newer_versions_fact_is_told_by_its_conversation(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _say_once.cache_clear()
    quiet, busy = await database.open(), await database.open()
    told: list[Event] = []
    quiet.publish_to(told.extend)
    world = await World.made(busy)
    message = await world.says("+1", "hello")
    await renamed(busy, "message.created", "message.sung")
    await quiet.look_at_head()
    await until(lambda: quiet.published == busy.published)
    (sung,) = (event for event in told if event.message == message.message)
    assert (sung.kind, sung.changes, sung.conversation) == (
        Kind.CONVERSATION_CHANGED,
        {},
        message.conversation,
    )
    assert sung.now is not None and quiet.unknown == ""
    assert "'message.sung' is of a newer version and is told as conversation.changed" in caplog.text


async def test_a_newer_versions_fact_on_which_access_could_hang_is_not_passed_over(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    quiet, busy = await database.open(), await database.open()
    told: list[int] = []
    quiet.publish_to(lambda events: told.extend(event.position for event in events))
    world = await World.made(busy)
    before = busy.published
    await busy.write(note_fact)
    await renamed(busy, "directory.changed", "roof.raised")
    await world.says("+1", "hello")
    for _ in range(3):
        await quiet.look_at_head()
        await until(lambda: quiet._healing is not None and quiet._healing.done())
    assert told[-1:] == [before] or quiet.published == before
    assert "'roof.raised'" in quiet.unknown and "upgrade this process" in quiet.unknown
    assert caplog.text.count("cannot be passed over") == 1, "once, however often one looks"
    assert await Readiness(quiet).trouble() == "too old"
    with pytest.raises(Unavailable):
        await quiet.read(lambda look: events_after(look, before, 10))


NEWER = [
    ("kind = 'roof.raised', conversation_id = null", "roof.raised"),
    ("actor_kind = 'machine'", "machine"),
    ("now = '[\"parked\", null, null, []]'", "parked"),
    ("was = '[\"parked\", null, null, []]'", "parked"),
]
"""A kind of fact, of actor, of status, that this version does not have."""


@pytest.mark.parametrize(("change", "unknown"), NEWER)
async def test_who_tells_no_further_gathers_nothing_and_says_so(
    database: Database, change: str, unknown: str, caplog: pytest.LogCaptureFixture
) -> None:
    quiet, busy = await database.open(), await database.open()
    world, calls, carried = await World.made(busy), list[str](), list[int]()
    await world.says("+1", "hello")
    await quiet.look_at_head()
    await until(lambda: quiet.published == busy.published)
    quiet.when_unknown(lambda: calls.append(quiet.unknown))
    quiet.carry_to(lambda events: carried.extend(event.position for event in events))
    newer = (await world.says("+1", "again")).position
    await busy.write(lambda tx: tx.run(f"update events set {change} where position = $1", newer))
    await quiet.look_at_head()
    await until(lambda: bool(calls))
    assert f"{unknown!r} is of a newer version" in calls[0]
    for _ in range(3):
        assert await quiet.write(note_fact)
        await quiet.look_at_head()
        quiet.hear([Event(Kind.DIRECTORY_CHANGED, agent("anna"), 0, position=newer + 9)])
    assert (quiet.published, quiet._batches, quiet._committed_at) == (newer - 1, {}, {})
    assert quiet._healing is not None and quiet._healing.done()
    assert carried == [newer + 1, newer + 2, newer + 3], "what it commits reaches the others"
    assert len(calls) == 1 and caplog.text.count("cannot be passed over") == 1
    assert (await Readiness(quiet).trouble(), quiet.refused) == ("too old", "")
    quiet.when_unknown(lambda: calls.append("late"))
    assert calls[1:] == ["late"], "whoever asks afterwards hears it at once"
    again = await database.open()
    assert (again.unknown, again.published) == ("", newer + 3), "in its place one begins at the head"


async def test_what_is_committed_while_a_gap_is_read_needs_no_further_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, busy = await database.open(), await database.open()
    await busy.write(note_fact)
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(look: Reader, position: int, limit: int) -> list[Event]:
        found = await events_after(look, position, limit)
        looked.set()
        await go_on.wait()
        return found

    monkeypatch.setattr("gateway.store.base.events_after", slowly)
    await quiet.look_at_head()
    await looked.wait()
    await busy.write(note_fact)
    await quiet.look_at_head()
    go_on.set()
    await until(lambda: quiet.published == 2)


async def test_a_publisher_that_fails_does_not_fail_the_writers(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []

    def publish(events: Sequence[Event]) -> None:
        told.extend(event.position for event in events)
        raise RuntimeError("a bug in the publisher")

    store.publish_to(publish)
    for _ in range(3):
        await store.write(note_fact)
    assert told == [1, 2, 3]
    assert "publishing failed" in caplog.text


async def test_the_publisher_is_told_before_the_caller(store: Store) -> None:
    order: list[str] = []
    store.publish_to(lambda events: order.append("published"))
    await store.write(note_fact)
    order.append("answered")
    assert order == ["published", "answered"]


async def test_provisional_positions_never_leak(store: Store) -> None:
    """Everything that copies a position, in the very batch in which that position is made."""
    world = await World.made(store)
    first = await world.says("+1", "hello")
    far = 2**62 + 2**61
    report = SeenReport(Address("tel", "+1"), delivered=far, read=far)
    await asyncio.gather(
        world.answers(first.conversation, "answer"),
        world.says("+1", "again"),
        store.write(lambda tx: customer_has_seen(tx, WEB.account, report)),
        store.write(lambda tx: mark_read(tx, "anna", first.conversation, far)),
        world.says("+2", "another"),
    )
    await check(store)
    await store.write(lambda tx: customer_has_seen(tx, WEB.account, report))
    await store.write(lambda tx: mark_read(tx, "anna", first.conversation, far))
    events = await check(store)
    marks = [event.changes for event in events if event.kind is Kind.LEG_SEEN]
    assert marks
    assert max(value for mark in marks for value in mark.values()) <= len(events)


async def test_trimming_takes_the_old_end_in_steps_and_moves_the_first_cursor(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stream.trim.STEP", 10)
    now = 1_000
    store = await database.open(clock=lambda: now)
    world = await World.made(store)
    conversation = (await world.says("+1", "old")).conversation
    for turn in range(24):
        await store.write(lambda tx, to=("anna", "bo")[turn % 2]: assign(tx, conversation, to, agent("bo")))  # type: ignore[misc]
    now = 5_000
    await world.says("+2", "new")
    assert await store.read(trimmed_to) == 0
    assert await trim_log(store, 5_000) == 26
    assert await store.read(trimmed_to) == 26
    assert [event.position for event in await store.read(lambda look: events_after(look, 26, 99))] == [27, 28]
    # The audit stays, and so does everything the tables say.
    assert await world.value("select count(*) from audit where conversation_id = $1", conversation) == 25
    assert await world.texts(conversation) == ["old"]
    assert await trim_log(store, 9_000) == 2
    assert await store.read(trimmed_to) == 28
    assert await trim_log(store, 9_000) == 0
    await world.says("+2", "newer")
    assert await store.read(trimmed_to) == 28


async def test_numbering_goes_on_after_a_restart(database: Database) -> None:
    store = await database.open()
    world = await World.made(store)
    await world.says("+1", "before")
    epoch = store.epoch
    await store.close()
    store = await database.open()
    assert (store.epoch, store.published, str(store.cursor)) == (epoch, 2, f"{epoch}.2")
    assert (await World(store).says("+1", "after")).position == 3
    await check(store)


@given(st.text())
def test_a_cursor_is_read_or_refused_never_an_error(text: str) -> None:
    cursor = Cursor.parse(text)
    assert cursor is None or cursor.position >= 0


@given(st.from_regex(r"[0-9a-z]{26}", fullmatch=True), st.integers(0, 10**17))
def test_a_cursor_survives_the_way_out_and_back(epoch: str, position: int) -> None:
    assert Cursor.parse(str(Cursor(epoch, position))) == Cursor(epoch, position)


async def test_the_log_cannot_be_read_for_a_while(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """`watch_head` outlives a database that is gone."""
    caplog.set_level("INFO")

    look = store._head

    async def gone() -> int:
        raise Unavailable("gone")

    store._head = gone  # type: ignore[method-assign]
    watching = asyncio.create_task(store.watch_head(0.01))
    await until(lambda: "cannot be read" in caplog.text)
    await asyncio.sleep(0.1)
    store._head = look  # type: ignore[method-assign]
    await store.write(note_fact)
    await until(lambda: "is read again" in caplog.text)
    assert caplog.text.count("cannot be read") == 1, "an outage is two lines, not one a second"
    assert not watching.done()
    watching.cancel()
