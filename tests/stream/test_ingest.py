"""Taking in: found or made, once, in few statements; late, blocked, reopened, by thread."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.channels.registry import Channels
from gateway.events import AccountId, Address, Attachment, InboundMessage, Kind
from gateway.store import Row, Statement, Store, Tx
from gateway.stream import status
from gateway.stream.contacts import block
from gateway.stream.describe import tag
from gateway.stream.ingest import Intake, ingest
from gateway.stream.post import Post, post_with, write_post
from gateway.stream.release import release
from gateway.stream.start import open_and_post
from tests.checks import check
from tests.databases import Database
from tests.world import WEB, World

MOST = 6
"""PERFORMANCE.md: statements for each message, besides savepoints and what a whole batch shares."""


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


class Clock:
    """UTC ms, moved by hand."""

    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


class Counting:
    """A transaction that counts what its unit says to the database."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.said: list[str] = []

    async def one(self, sql: str, *args: Any) -> Row | None:
        self.said.append(sql)
        return await self._tx.one(sql, *args)

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        self.said.append(sql)
        return await self._tx.all(sql, *args)

    async def value(self, sql: str, *args: Any) -> Any:
        self.said.append(sql)
        return await self._tx.value(sql, *args)

    async def run(self, sql: str, *args: Any) -> int:
        self.said.append(sql)
        return await self._tx.run(sql, *args)

    async def run_apart(self, *statements: Statement) -> int:
        self.said.append(" and ".join(sql for sql, *_ in statements))
        return await self._tx.run_apart(*statements)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


async def test_a_message_costs_four_statements_and_a_reply_six(world: World) -> None:
    first = await world.says("+1", "hello")
    await world.do(tag, first.conversation, ["vip"], [])
    for number in range(50):
        await world.says(f"+{number}", "others")
    fact = InboundMessage("counted", Address("tel", "+1"), text="words")

    async def inbound(tx: Tx) -> list[str]:
        counting: Any = Counting(tx)
        await ingest(counting, WEB, fact)
        return list(counting.said)

    async def reply(tx: Tx) -> list[str]:
        counting: Any = Counting(tx)
        await write_post(counting, Post(first.conversation, world.by, "counted", "words"))
        return list(counting.said)

    said = await world.store.write(inbound)
    assert len(said) <= MOST - 2 + 1, said  # one more: this conversation has a tag
    assert not [sql for sql in said if "count(" in sql]
    said = await world.store.write(reply)
    assert len(said) <= MOST + 1, said
    await check(world.store)


async def test_a_repeat_is_one_message(world: World) -> None:
    first = await world.says("+1", "hello", provider_id="same")
    again = await asyncio.gather(*(world.says("+1", "hello", provider_id="same") for _ in range(5)))
    assert {one.message for one in again} == {first.message}
    assert all(one.repeat and one.position == first.position for one in again)
    # Another's message under the same client id of the same person is a repeat too, whatever its provider id.
    mine = await world.says("+1", "mine", client_id="c1", provider_id="x1")
    assert (await world.says("+1", "mine", client_id="c1", provider_id="x2")).message == mine.message
    assert (await world.says("+2", "hers", client_id="c1", provider_id="x3")).message != mine.message
    elsewhere = Intake(AccountId("elsewhere"))
    assert (await world.says("+1", "mine", client_id="c1", intake=elsewhere)).message == mine.message
    await check(world.store)


async def test_an_answer_repeated_is_one_answer(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    first = await world.answers(key, "answer", client_id="once")
    await world.says("+1", "and then")
    again = await asyncio.gather(*(world.answers(key, "answer", client_id="once") for _ in range(5)))
    assert {one.message for one in again} == {first.message}
    await check(world.store)


async def test_what_arrived_late_is_read_in_its_own_place(world: World) -> None:
    first = await world.says("+1", "first")
    row = await world.conversation(first.conversation)
    late = await world.says("+1", "from before", at=row["last_at"] - 60_000, late=True)
    assert await world.texts(first.conversation) == ["from before", "first"]
    after = await world.conversation(first.conversation)
    assert (after["last_message_id"], after["last_at"]) == (first.message, row["last_at"])
    assert after["last_customer_position"] == late.position
    await check(world.store)


async def test_a_clock_that_was_set_back_puts_nothing_above_what_was_said(database: Database) -> None:
    """By hours, as when a machine learns the time after it was started: new words stand below the old ones, and are
    the conversation's newest; also those that are written as a set, and a reply that was held."""
    clock = Clock()
    world = await World.made(await database.open(clock))
    key = (await world.says("+1", "first")).conversation
    await world.says("+2", "elsewhere")
    before = await world.conversation(key)
    clock.now -= 9 * 3_600_000
    await asyncio.gather(*(world.says("+1", text) for text in ("second", "third")), world.says("+2", "more"))
    await world.answers(key, "fourth", anyway=True)
    await world.notes(key, "fifth")
    held = await world.answers(key, "sixth", hold=5_000, anyway=True)
    await world.store.write(lambda tx: release(tx, held.message, Channels()))
    assert await world.texts(key) == ["first", "second", "third", "fourth", "fifth", "sixth"]
    row = await world.conversation(key)
    assert (row["last_message_id"], row["last_at"]) == (held.message, before["last_at"])
    clock.now += 10 * 3_600_000
    await world.says("+1", "seventh")
    assert (await world.texts(key))[-1] == "seventh"
    assert (await world.conversation(key))["last_at"] == clock.now
    await check(world.store)


@pytest.mark.parametrize("verb", [status.close, status.snooze])
async def test_a_customer_opens_what_was_put_away(world: World, verb: Any) -> None:
    key = (await world.says("+1", "hello")).conversation
    await world.do(verb, key, *([2**41] if verb is status.snooze else []))
    assert (await world.says("+1", "again")).conversation == key
    row = await world.conversation(key)
    assert (row["status"], row["snoozed_until"], row["closed_at"]) == ("open", None, None)
    await check(world.store)


async def test_closed_long_ago_begins_anew(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    await world.do(status.close, key)
    await world.store.write(lambda tx: tx.run("update conversations set closed_at = 1 where id = $1", key))
    assert (await world.says("+1", "after years")).conversation != key
    await check(world.store)


async def test_a_blocked_person_writes_into_spam(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    await world.do(status.close, key)
    await world.do(block, await world.contact_of("+1"))
    assert (await world.says("+1", "to the closed one")).conversation == key
    assert (await world.conversation(key))["status"] == "spam"
    await check(world.store)


async def test_a_new_thread_joins_what_runs_and_keeps_its_leg(world: World) -> None:
    key = (await world.says("mailto:a@example.com", "one", thread_key="<1>")).conversation
    other = await world.says("mailto:a@example.com", "two", thread_key="<2>")
    assert other.conversation == key
    assert await world.value("select count(*) from legs where conversation_id = $1", key) == 2
    assert (await world.says("mailto:a@example.com", "three", thread_key="<1>")).conversation == key
    assert await world.value("select count(*) from legs where conversation_id = $1", key) == 2
    await check(world.store)


async def test_starting_is_one_act_and_repeats_find_it(world: World) -> None:
    await world.says("+1", "hello")
    contact = await world.contact_of("+1")
    post = Post("", world.by, "started", "good news")
    done = await asyncio.gather(
        *(
            post_with(world.store, post, lambda tx: open_and_post(tx, "web", None, contact, post, "News"))
            for _ in range(4)
        )
    )
    assert len({one.message for one in done}) == 1
    assert await world.value("select count(*) from conversations") == 2
    assert await world.texts(done[0].conversation) == ["good news"]
    events = await check(world.store)
    assert [event.kind for event in events[2:]] == [Kind.CONVERSATION_CREATED, Kind.MESSAGE_CREATED]


async def test_files_are_kept_in_order(world: World) -> None:
    files = tuple(Attachment(f"{n:064x}", f"{n}.png", "image/png", n) for n in range(4))
    taken = await world.says("+1", "", attachments=files)
    rows = await world.rows(
        "select name from attachments where message_id = $1 order by place", taken.message
    )
    assert [row["name"] for row in rows] == ["0.png", "1.png", "2.png", "3.png"]


@pytest.mark.parametrize("text", ["wörtchen%d " * 9000, "배송" * 50_000, "x" * 100_000, "a " * 50_000])
async def test_the_longest_texts_are_taken(world: World, text: str) -> None:
    text = (text % tuple(range(9000)))[:100_000] if "%d" in text else text
    taken = await world.says("+1", text)
    assert await world.texts(taken.conversation) == [text]
    await check(world.store)
