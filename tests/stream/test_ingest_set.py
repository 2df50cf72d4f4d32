"""Many messages written by a handful of statements: the same tables and the same log as by the verb, one by one."""

import asyncio
import itertools
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from gateway.errors import Conflict, NotFound, Refused, Unavailable
from gateway.events import (
    AccountId,
    Address,
    Consent,
    InboundMessage,
    Kind,
    Proof,
    RemoteFile,
    SeenReport,
    TeamId,
    agent,
)
from gateway.store import Store
from gateway.store.postgres import PostgresStore
from gateway.stream import ingest, ingest_set, status
from gateway.stream.assign import assign
from gateway.stream.contacts import block, unblock
from gateway.stream.describe import tag
from gateway.stream.ingest import DAY, Intake, Taken, take_in
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.seen import customer_has_seen
from gateway.stream.split import split
from tests.checks import check
from tests.databases import Database, prepare
from tests.servers.postgres import Postgres
from tests.world import TAGS, WEB, World, until

ACCOUNTS = (WEB, Intake(AccountId("shop"), TeamId("sales"), reopen_within=1000))
SEED = int(os.environ.get("PARLEY_SEED", "1"))
STORIES = 5
STEPS = 14
NOW = 1_700_000_000_000


@pytest.fixture
async def here(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(postgres.copy_of("schema", prepare), tmp_path)
    yield database
    await database.close()
    postgres.drop(database.url)


@pytest.fixture
async def world(here: Database) -> World:
    return await World.made(await here.open())


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For each set how many of its messages were written or known as repeats by it."""
    sets: list[int] = []
    real = ingest_set.ingest_together

    async def watched(tx: Any, verbs: Sequence[Any]) -> Sequence[Any]:
        results = await real(tx, verbs)
        sets.append(sum(result is not None for result in results))
        return results

    monkeypatch.setattr(ingest_set, "ingest_together", watched)
    return sets


async def known(world: World, count: int) -> list[Taken]:
    return list(await asyncio.gather(*(world.says(f"+{n}", "hello") for n in range(count))))


async def together(world: World, *messages: tuple[str, str], **more: Any) -> list[Any]:
    return await asyncio.gather(
        *(world.says(who, text, **more) for who, text in messages), return_exceptions=True
    )


# --- the same as the verb --------------------------------------------------------------------------------------------


def any_message(chance: random.Random, number: int, told: list[InboundMessage]) -> tuple[Any, ...]:
    """A message of one of a few people, here and there with something that is not plain, or told before."""
    if told and chance.random() < 0.1:
        return chance.choice(ACCOUNTS), chance.choice(told), None
    late = chance.random() < 0.15
    fact = InboundMessage(
        f"p{number}",
        Address("tel", f"+{chance.randrange(7)}"),
        text=chance.choice(("", f"words {number}", "배송 문의", "a\nb 'c' \\ \"d\"")),
        at=NOW - chance.randrange(100_000) if late else None,
        late=late,
        proof=Proof.VOUCHED if chance.random() < 0.03 else Proof.CHANNEL,
        name=f"Name {number}" if chance.random() < 0.05 else None,
        thread_key=f"t{chance.randrange(3)}" if chance.random() < 0.05 else "",
        content={"type": "location", "n": number} if chance.random() < 0.1 else None,
        segments=chance.choice((None, 1, 3)),
        consent=chance.choice(tuple(Consent)) if chance.random() < 0.04 else None,
        answers=f"p{chance.randrange(number + 1)}" if chance.random() < 0.05 else None,
    )
    told.append(fact)
    intake = chance.choices(ACCOUNTS, (5, 1))[0]
    client = f"{intake.account}-{chance.randrange(number + 1)}" if chance.random() < 0.4 else None
    return intake, fact, client


def any_story(seed: int) -> list[Any]:
    """Crowds of messages, and between them what agents do."""
    chance = random.Random(seed)
    told: list[InboundMessage] = []
    story: list[Any] = []
    for step in range(STEPS):
        crowd = [any_message(chance, step * 100 + n, told) for n in range(chance.choice((2, 8, 25)))]
        acts = [
            (chance.randrange(10), chance.randrange(50), chance.randrange(50))
            for _ in range(chance.randrange(5))
        ]
        story.append((crowd, acts))
    return story


async def act(world: World, what: int, one: int, other: int) -> None:
    """Something an agent does; things are picked by what both databases know them by."""

    async def pick(column: str, table: str, order: str, place: int) -> str:
        rows = await world.rows(f"select {column} from {table} order by {order}")
        return str(rows[place % len(rows)][0])

    conversation = await pick("id", "conversations", "number", one)
    contact = await pick("id", "contacts", "seq", one)
    if what == 0:
        await world.do(
            (status.close, status.reopen, status.mark_spam, status.unmark_spam)[other % 4], conversation
        )
    elif what == 1:
        await world.do(status.snooze, conversation, 2**41)
    elif what == 2:
        await world.do(tag, conversation, [TAGS[other % 3]], [])
    elif what == 3:
        await world.do(block if other % 2 else unblock, contact)
    elif what == 4:
        await world.do(merge, conversation, await pick("id", "conversations", "number", other))
    elif what == 5:
        await world.do(merge_contacts, contact, await pick("id", "contacts", "seq", other))
    elif what == 6:
        await world.do(assign, conversation, ("anna", None)[other % 2])
    elif what == 7:
        message = await pick("id", "messages", "provider_id, client_id, account_id", other)
        row = await world.row("select conversation_id from messages where id = $1", message)
        await world.do(split, row["conversation_id"], [message])
    else:
        await world.answers(conversation, f"answer {one} {other}", client_id=f"a{one}-{other}")


async def told(database: Database, story: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """What the database holds after a story, and the story with each crowd in the order in which it came to stand."""
    now = NOW

    def clock() -> int:
        return now

    store = await database.open(clock)
    try:
        world = await World.made(store)
        answers: dict[str, Any] = {}
        in_order = []
        for crowd, acts in story:
            now += 700
            taken = await asyncio.gather(
                *(take_in(store, intake, fact, client_id=client) for intake, fact, client in crowd)
            )
            answers |= {f"{one.message} {one.repeat}": (one.position, one.at) for one in taken}
            keep_their_order(crowd, taken)
            stood = sorted(range(len(crowd)), key=lambda place: (taken[place].position, taken[place].repeat))
            in_order.append(([crowd[place] for place in stood], acts))
            for one in acts:
                now += 100
                with suppress(Refused, Conflict, NotFound):
                    await act(world, *one)
        await check(store)
        return await everything(world, answers), in_order
    finally:
        await store.close()


def keep_their_order(crowd: Sequence[tuple[Any, ...]], taken: Sequence[Taken]) -> None:
    """Within a conversation, and of a sender, messages stand as they came."""
    lanes: dict[Any, list[int]] = defaultdict(list)
    for (_, fact, _), one in zip(crowd, taken, strict=True):
        if not one.repeat:
            lanes[one.conversation].append(one.position)
            lanes[fact.sender].append(one.position)
    for positions in lanes.values():
        assert positions == sorted(positions)


async def everything(world: World, answers: dict[str, Any]) -> dict[str, Any]:
    """Ids become what both databases know a thing by; everything else stands as it is, positions too."""
    names: dict[Any, Any] = {None: None}
    for row in await world.rows("select id, number from conversations"):
        names[row["id"]] = f"conversation {row['number']}"
    for row in await world.rows("select id, seq from contacts"):
        names[row["id"]] = f"contact {row['seq']}"
    for row in await world.rows("select id, space, address from identities"):
        names[row["id"]] = f"{row['space']}:{row['address']}"
    for row in await world.rows("select id, position from messages"):
        names[row["id"]] = f"message {row['position']}"
    for table in ("legs", "merges"):
        for place, row in enumerate(await world.rows(f"select id from {table} order by id")):
            names[row["id"]] = f"{table} {place}"
    tables: dict[str, Any] = {
        "answers": {names[key[:26]] + key[26:]: value for key, value in answers.items()}
    }
    for table in (
        *("events", "audit", "contacts", "identities", "endpoints", "conversations", "conversation_tags"),
        *("participants", "legs", "messages", "counts", "merges", "merge_items"),
        *("message_search", "conversation_search", "contact_search"),
    ):
        rows = await world.rows(f"select * from {table}")
        written = [[named(value, names) for value in row] for row in rows if table != "counts" or row["n"]]
        tables[table] = sorted(written, key=repr)
    return tables


def difference(one: Any, other: Any) -> str:
    """The first place where two differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next((f"{key}: {found}" for key in one if (found := difference(one[key], other[key]))), "")
    if isinstance(one, list) and isinstance(other, list):
        pairs = enumerate(itertools.zip_longest(one, other))
        return next((f"{place}: {found}" for place, pair in pairs if (found := difference(*pair))), "")
    return "" if one == other else f"{one!r} is not {other!r}"


def named(value: Any, names: dict[Any, Any]) -> Any:
    """Ids replaced, in JSON too."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        return repr(replaced(orjson.loads(value), names))
    return names.get(value, value)


def replaced(value: Any, names: dict[Any, Any]) -> Any:
    if isinstance(value, list):
        return [replaced(one, names) for one in value]
    if isinstance(value, dict):
        return {
            names.get(key, key): replaced(one, names) for key, one in value.items() if "position" not in key
        }
    return names.get(value, value)


@asynccontextmanager
async def fresh(postgres: Postgres) -> AsyncIterator[Database]:
    database = Database(postgres.copy_of("schema", prepare), Path())
    try:
        yield database
    finally:
        await database.close()
        postgres.drop(database.url)


@pytest.mark.may_block("many stories, each told to two databases")
async def test_any_story_ends_alike_in_sets_and_one_by_one(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, written: list[int]
) -> None:
    for seed in range(SEED, SEED + STORIES):
        story = any_story(seed)
        async with fresh(postgres) as one, fresh(postgres) as other:
            monkeypatch.setattr("gateway.store.postgres.SET_LEAST", 3)
            in_sets, in_order = await told(one, story)
            monkeypatch.setattr("gateway.store.postgres.SET_LEAST", 10**9)
            singly, _ = await told(other, in_order)
        for part in singly:
            assert difference(in_sets[part], singly[part]) == "", (seed, part)
    assert sum(written) > STORIES * STEPS  # most of it went that way


# --- in few statements -----------------------------------------------------------------------------------------------


async def test_a_set_costs_the_same_statements_however_many_it_holds(
    world: World, written: list[int]
) -> None:
    first = await known(world, 300)
    await world.do(tag, first[0].conversation, ["vip"], [])
    said: list[str] = []
    assert isinstance(world.store, PostgresStore)
    await together(world, *((f"+{n}", "prepared") for n in range(5)))
    async with world.store._writers.connection(10) as connection:
        connection.add_query_logger(lambda query: said.append(query.query))
    counts = []
    for many in (5, 50, 300):
        said.clear()
        written.clear()
        await together(world, *((f"+{n}", "words") for n in range(many)))
        assert written == [many]
        counts.append(len(said))
    assert counts[0] == counts[1] == counts[2] <= 14, said
    assert not [sql for sql in said if sql.startswith("delete") or "savepoint" in sql]
    await check(world.store)


async def test_what_is_new_or_changes_somebody_is_left_to_the_verb_and_nothing_overtakes_it(
    world: World, written: list[int]
) -> None:
    first = await known(world, 4)
    written.clear()
    done = await together(world, ("+0", "a"), ("+9", "new"), ("+9", "new too"), ("+1", "b"), ("+0", "c"))
    assert written == [3]
    assert done[1].conversation == done[2].conversation
    assert await world.texts(done[1].conversation) == ["new", "new too"]
    assert await world.texts(first[0].conversation) == ["hello", "a", "c"]
    # A name for the nameless changes a contact: that message, and what follows from her, goes one by one.
    await asyncio.gather(
        world.says("+0", "d"),
        world.says("+0", "e", name="Zero"),
        world.says("+0", "f"),
        world.says("+1", "g"),
    )
    assert written[-1] == 2
    assert await world.texts(first[0].conversation) == ["hello", "a", "c", "d", "e", "f"]
    assert await world.value("select name from contacts where name <> ''") == "Zero"
    events = await check(world.store)
    assert [event.kind for event in events].count(Kind.CONTACT_CHANGED) == 1


async def test_two_people_in_one_conversation_keep_its_order(world: World, written: list[int]) -> None:
    first = await known(world, 3)
    await world.do(merge, first[1].conversation, first[0].conversation)
    written.clear()
    texts = [(f"+{n % 2}", f"line {n}") for n in range(12)]
    await together(world, *texts)
    assert written == [12]
    assert (await world.texts(first[0].conversation))[2:] == [text for _, text in texts]
    await check(world.store)


async def test_repeats_within_a_set_and_of_before_return_what_stands(
    world: World, written: list[int]
) -> None:
    await known(world, 5)
    old = await world.says("+1", "before", provider_id="old", client_id="c-old")
    written.clear()
    done = await asyncio.gather(
        world.says("+0", "x", provider_id="twice"),
        world.says("+1", "before", provider_id="old"),
        world.says("+0", "x", provider_id="twice"),
        world.says("+2", "y", provider_id="y1", client_id="same"),
        world.says("+2", "y", provider_id="y2", client_id="same"),
        world.says("+3", "y", provider_id="y3", client_id="same"),
        world.says("+1", "before", provider_id="other", client_id="c-old"),
    )
    assert written == [7]
    assert [one.repeat for one in done] == [False, True, True, False, True, False, True]
    assert done[1].message == done[6].message == old.message
    assert done[2].message == done[0].message and done[4].message == done[3].message
    await check(world.store)


# --- faults ----------------------------------------------------------------------------------------------------------


async def test_a_message_that_cannot_be_written_harms_no_neighbour(world: World, written: list[int]) -> None:
    first = await known(world, 4)
    written.clear()
    done = await together(world, ("+0", "a"), ("+1", "broken \ud800"), ("+2", "b"), ("+0", "c"))
    assert [isinstance(one, Exception) for one in done] == [False, True, False, False]
    assert await world.texts(first[0].conversation) == ["hello", "a", "c"]
    assert await world.texts(first[1].conversation) == ["hello"]
    assert await world.texts(first[2].conversation) == ["hello", "b"]
    await together(world, ("+0", "d"), ("+1", "e"), ("+2", "f"))
    assert written[-1] == 3
    await check(world.store)


async def test_a_repeat_that_only_the_index_sees_is_a_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch, written: list[int]
) -> None:
    """As when another process stored it between our look and our insert."""

    async def nothing(*_: Any) -> set[Any]:
        return set()

    await known(world, 4)
    old = await world.says("+1", "before", provider_id="old")
    written.clear()
    monkeypatch.setattr(ingest_set, "_known", nothing)
    done = await asyncio.gather(
        world.says("+0", "a"), world.says("+1", "before", provider_id="old"), world.says("+2", "b")
    )
    assert written == []
    assert [one.repeat for one in done] == [False, True, False]
    assert done[1].message == old.message
    await check(world.store)


async def test_a_row_held_elsewhere_is_not_waited_for(
    here: Database, world: World, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await known(world, 6)
    written.clear()
    other = await asyncpg.connect(here.url)
    try:
        held = other.transaction()
        await held.start()
        identity = await world.identity_of("+0")
        await other.execute("select 1 from identities where id = $1 for no key update", identity)
        await other.execute(
            "select 1 from conversations where id = $1 for no key update", first[1].conversation
        )
        waiting = [asyncio.create_task(world.says(f"+{n}", "now")) for n in range(6)]
        await until(lambda: all(task.done() for task in waiting[2:]), 5)
        assert written == [4]
        assert not waiting[0].done() and not waiting[1].done()
        await held.rollback()
        await asyncio.gather(*waiting)
    finally:
        await other.close()
    assert await world.value("select count(*) from messages where text = 'now'") == 6
    await check(world.store)


async def test_a_server_that_goes_away_in_the_middle_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await known(world, 4)

    async def cut(tx: Any, *_: Any) -> Any:
        await tx.value("select pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patched:
        patched.setattr(ingest_set, "_known", cut)
        done = await together(world, ("+0", "a"), ("+1", "b"), ("+2", "c"))
    assert all(isinstance(one, Unavailable) for one in done), done
    assert "not written" in caplog.text
    assert not any(
        isinstance(one, Exception) for one in await together(world, ("+0", "a"), ("+1", "b"), ("+2", "c"))
    )
    await check(world.store)


# --- with everything else --------------------------------------------------------------------------------------------


async def test_other_verbs_keep_their_place_between_sets(world: World, written: list[int]) -> None:
    first = await known(world, 5)
    key = first[0].conversation
    written.clear()
    await asyncio.gather(
        *(world.says(f"+{n}", "before") for n in range(5)),
        world.answers(key, "answer"),
        world.do(status.close, key),
        *(world.says(f"+{n}", "after") for n in range(5)),
    )
    assert written == [5, 5]
    assert await world.texts(key) == ["hello", "before", "answer", "after"]
    assert (await world.conversation(key))["status"] == "open"
    await check(world.store)


async def test_what_stands_aside_parts_no_set(world: World, written: list[int]) -> None:
    first = await known(world, 6)
    sent = await world.answers(first[0].conversation, "answer")
    written.clear()
    report = SeenReport(Address("tel", "+0"), delivered=sent.position, read=sent.position)
    done = await asyncio.gather(
        *(world.says(f"+{n}", "one") for n in range(3)),
        world.store.write(lambda tx: customer_has_seen(tx, WEB.account, report), aside=True),
        *(world.says(f"+{n}", "two") for n in range(6)),
    )
    assert written == [9]
    events = await check(world.store)
    assert events[-10].kind is Kind.LEG_SEEN
    assert [one.position for one in done if isinstance(one, Taken)] == [
        event.position for event in events[-9:]
    ]


@pytest.mark.may_block("asks for much on the loop")
async def test_two_processes_in_the_same_conversations_tell_one_gapless_log(
    here: Database, world: World, written: list[int]
) -> None:
    await known(world, 30)
    store = await here.open()
    twin = World(store)
    heard: list[int] = []
    store.publish_to(lambda events: heard.extend(event.position for event in events))
    start = store.published
    for turn in range(8):
        order = list(range(30))
        random.Random(turn).shuffle(order)
        await asyncio.gather(
            *(world.says(f"+{n}", f"one {turn}") for n in order),
            *(twin.says(f"+{n}", f"two {turn}") for n in reversed(order)),
        )
    await store.look_at_head()
    events = await check(store)
    await until(lambda: store.published == len(events))
    assert heard == list(range(start + 1, len(events) + 1))
    assert await world.value("select count(*) from messages where text <> 'hello'") == 480
    assert sum(written) > 100


async def test_a_message_long_after_closing_begins_anew(here: Database) -> None:
    now = NOW
    store: Store = await here.open(lambda: now)
    assert isinstance(store, PostgresStore)
    world = await World.made(store)
    first = await known(world, 3)
    await world.do(status.close, first[0].conversation)
    now += 6 * DAY
    await world.do(status.close, first[1].conversation)
    now += 2 * DAY
    done = await together(world, ("+0", "again"), ("+1", "again"), ("+2", "again"))
    assert done[0].conversation != first[0].conversation
    assert [done[n].conversation for n in (1, 2)] == [first[n].conversation for n in (1, 2)]
    assert (await world.conversation(done[1].conversation))["status"] == "open"
    await store.write(lambda tx: assign(tx, done[0].conversation, "bo", agent("bo")))
    await check(store)


@pytest.mark.parametrize(
    ("told", "is_plain"),
    [
        ({}, True),
        ({"segments": 2}, True),
        ({"consent": Consent.STOP}, False),
        ({"answers": "p0"}, False),
        ({"files": (RemoteFile("https://x.example/1"),)}, False),
        ({"late": True, "at": NOW}, False),
    ],
)
def test_what_is_plain_is_written_with_others(told: dict[str, Any], is_plain: bool) -> None:
    fact = InboundMessage("p1", Address("tel", "+1"), text="hello", **told)
    assert (ingest.TakeIn(ACCOUNTS[0], fact).together is not None) == is_plain
