"""The outbox on both databases: stored with its message, in order, once each, and what becomes of it in any order."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from gateway.channels.registry import Channels
from gateway.delivery import Pace, State
from gateway.errors import Conflict, Refused
from gateway.events import AccountId, Attachment, Kind, agent
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.attach import keep_upload
from gateway.stream.edit import erase_message
from gateway.stream.ingest import Intake
from gateway.stream.outbox import Sending
from gateway.stream.outbox_lease import Leased, Taken, lease, next_due, pause, rest, resume
from gateway.stream.outbox_settle import (
    News,
    forget_deferred,
    forget_early,
    let_be,
    report,
    send_again,
    settle,
)
from gateway.stream.release import release
from tests.checks import check
from tests.databases import Database, prepare
from tests.phones import with_phones
from tests.servers.postgres import Postgres
from tests.servers.programs import Program
from tests.world import World

PACE = Pace()
START = 1_700_000_000_000


class Clock:
    """The database's."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(database: Database, clock: Clock) -> World:
    return await with_phones(await database.open(clock), "sms", "other")


async def taken(
    world: World, most: int = 50, account: str = "sms", rate: float = 1e6, burst: int = 99
) -> Taken:
    return await world.store.write(lambda tx: lease(tx, account, most, rate, burst, PACE))


async def leased(world: World) -> list[str]:
    return [one.delivery.text for one in (await taken(world)).leased]


async def one(world: World) -> Leased:
    (only,) = (await taken(world)).leased
    return only


async def tell(world: World, which: Leased | str, state: State, **more: object) -> State | None:
    delivery = which if isinstance(which, str) else which.delivery.id
    return await world.store.write(lambda tx: settle(tx, delivery, News(state, **more), PACE))  # type: ignore[arg-type]


async def told(world: World) -> list[str]:
    events = await check(world.store)
    return [event.changes["delivery"] for event in events if event.changes.get("delivery")]


async def states(world: World) -> list[tuple[str, int, str]]:
    rows = await world.rows(
        "select m.text, d.attempt, d.state from deliveries d join messages m on m.id = d.message_id"
        " order by d.position, d.part, d.attempt"
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def due(world: World, account: str = "sms") -> int | None:
    return (await world.store.glance(lambda look: next_due(look, [account]))).get(account)


# --- stored with its message ----------------------------------------------------------------------------------------


async def test_a_reply_is_stored_with_its_parts_and_the_web_chat_has_none(world: World) -> None:
    first = await world.says("+1", "hello", thread_key="t1")
    upload = await world.store.write(
        lambda tx: keep_upload(tx, "agent:anna", Attachment("ab" * 32, "a.png", "image/png", 1))
    )
    await world.answers(
        first.conversation, "It is on its way. It comes tomorrow.", uploads=(upload,), reply_to=first.message
    )
    await world.notes(first.conversation, "nobody is sent this")
    web = await world.says("+9", "hello", intake=Intake(AccountId("web")))
    await world.answers(web.conversation, "stored is sent")
    parts: list[Leased] = []
    while batch := (await taken(world)).leased:
        parts += batch
        await tell(world, batch[0], State.SENT)
    assert [part.delivery.text for part in parts] == ["It is on its way.", "It comes tomorrow.", ""]
    assert [len(part.delivery.attachments) for part in parts] == [0, 0, 1]
    assert {part.delivery.to.address for part in parts} == {"+1"}
    assert {(part.delivery.attempt, part.delivery.thread_key) for part in parts} == {(1, "t1")}
    quoted = await world.value("select provider_id from messages where id = $1", first.message)
    assert {part.delivery.reply_to for part in parts} == {quoted}
    assert parts[0].heard_at == START
    assert await told(world) == ["sent"]


async def test_a_refused_reply_leaves_nothing_to_send(world: World) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "one", client_id="same")
    again = await world.answers(first.conversation, "one", client_id="same")
    assert again.repeat
    assert await states(world) == [("one", 1, "queued")]


async def test_ours_that_is_quoted_is_named_as_the_provider_knows_it(world: World) -> None:
    first = await world.says("+1", "hello")
    mine = await world.answers(first.conversation, "one")
    await tell(world, await one(world), State.SENT, provider_id="SM1")
    await world.answers(first.conversation, "two", reply_to=mine.message)
    assert (await one(world)).delivery.reply_to == "SM1"


# --- order and leases -----------------------------------------------------------------------------------------------


async def test_a_lane_goes_one_after_the_other_and_others_beside_it(world: World) -> None:
    first, other = await world.says("+1", "hello"), await world.says("+2", "hello")
    for text in ("a1", "a2", "a3"):
        await world.answers(first.conversation, text)
    await world.answers(other.conversation, "b1")
    batch = (await taken(world)).leased
    assert sorted(one.delivery.text for one in batch) == ["a1", "b1"]
    assert await leased(world) == []
    for sent in batch:
        await tell(world, sent, State.SENT)
    assert await leased(world) == ["a2"]


async def test_a_held_reply_takes_its_place_when_it_is_released(world: World) -> None:
    first = await world.says("+1", "hello")
    held = await world.answers(first.conversation, "written first", hold=30_000)
    await world.answers(first.conversation, "goes first")
    await world.store.write(lambda tx: release(tx, held.message, Channels()))
    order = []
    while batch := (await taken(world)).leased:
        order += [part.delivery.text for part in batch]
        await tell(world, batch[0], State.SENT)
    assert order == ["goes first", "written first"]


async def test_a_lane_waits_for_what_was_deferred_and_not_for_what_failed(world: World, clock: Clock) -> None:
    first = await world.says("+1", "hello")
    for text in ("a1", "a2", "a3"):
        await world.answers(first.conversation, text)
    assert await tell(world, await one(world), State.DEFERRED, wait=5_000) is State.QUEUED
    clock.now += 4_999
    assert await leased(world) == []
    clock.now += 1
    again = await one(world)
    assert (again.delivery.text, again.delivery.attempt, again.tries) == ("a1", 2, 1)
    assert await tell(world, again, State.FAILED, code="30003", problem="errors.unexpected") is State.FAILED
    assert await leased(world) == ["a2"]
    assert await told(world) == ["failed"]


async def test_what_was_not_taken_is_forgotten_once_something_followed(world: World, clock: Clock) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "a1")
    for _ in range(3):
        await tell(world, await one(world), State.DEFERRED, wait=1_000)
        clock.now += 1_000
    await world.store.write(lambda tx: forget_deferred(tx, clock.now - 2_500))
    assert [state for *_, state in await states(world)] == ["deferred", "queued"]
    await world.store.write(lambda tx: forget_deferred(tx, clock.now + 1))
    assert [state for *_, state in await states(world)] == ["queued"]
    await tell(world, await one(world), State.SENT, provider_id="SM1")
    await check(world.store)


async def test_it_is_not_tried_for_ever_but_a_paused_account_waits(world: World, clock: Clock) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "a1")
    clock.now += PACE.give_up
    await tell(world, await one(world), State.DEFERRED)
    assert await tell(world, await one(world), State.DEFERRED, wait=2_000) is State.FAILED
    problem = await world.value("select problem from deliveries where state = 'failed'")
    assert problem == "errors.delivery_expired"


async def test_what_is_unknown_holds_its_lane_for_a_while(world: World, clock: Clock) -> None:
    first = await world.says("+1", "hello")
    for text in ("a1", "a2"):
        await world.answers(first.conversation, text)
    assert await tell(world, await one(world), State.UNKNOWN) is State.UNKNOWN
    clock.now += PACE.lane_wait - 1
    assert await leased(world) == []
    clock.now += 1
    noticed = await taken(world)
    assert (noticed.leased, noticed.more) == ((), True)
    assert await leased(world) == ["a2"]
    assert await told(world) == ["unknown"]


async def test_a_lease_that_ran_out_is_unknown_and_never_sent_again_by_itself(
    world: World, clock: Clock
) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "a1")
    mine = await one(world)
    clock.now += PACE.lease - 1
    assert not (await taken(world)).lapsed
    clock.now += 1
    assert [one.delivery.id for one in (await taken(world)).lapsed] == [mine.delivery.id]
    assert not (await taken(world)).lapsed, "it is one taker's to find out"
    await tell(world, mine, State.UNKNOWN)
    for _ in range(3):
        clock.now += PACE.lane_wait
        assert not (await taken(world)).leased
    assert await due(world) is None
    # Its taker was only slow.
    assert await tell(world, mine, State.SENT, provider_id="SM1") is State.SENT
    assert await told(world) == ["unknown", "sent"]


async def test_a_slow_takers_word_changes_nothing_that_was_decided(world: World) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "a1")
    mine = await one(world)
    await tell(world, mine, State.DEFERRED, wait=1_000)
    await tell(world, mine, State.UNKNOWN)
    assert await states(world) == [("a1", 1, "deferred"), ("a1", 2, "queued")]


# --- an agent's choice ----------------------------------------------------------------------------------------------


async def test_an_agent_sends_again_and_it_keeps_its_place(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "a1")
    await world.answers(first.conversation, "a2")
    with pytest.raises(Conflict):
        await world.do(send_again, posted.message)
    mine = await one(world)
    await tell(world, mine, State.UNKNOWN)
    await world.do(send_again, posted.message, by="bo")
    with pytest.raises(Conflict):
        await world.do(send_again, posted.message)
    again = await one(world)
    assert (again.delivery.text, again.delivery.attempt) == ("a1", 2)
    await tell(world, again, State.SENT)
    assert await leased(world) == ["a2"]
    trace = await world.row("select * from audit where kind = 'message.delivery'")
    choice = {"choice": "again", "message": posted.message}
    assert (trace["actor_id"], orjson.loads(trace["changes"])) == ("bo", choice)
    assert await told(world) == ["unknown", "queued", "sent"]


async def test_what_was_asked_for_is_dropped_when_the_first_one_arrived_after_all(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "a1")
    mine = await one(world)
    await tell(world, mine, State.UNKNOWN)
    await world.do(send_again, posted.message)
    assert await tell(world, mine, State.DELIVERED) is State.DELIVERED
    assert await leased(world) == []
    assert await due(world) is None


async def test_what_has_failed_is_sent_again_although_the_provider_repeats_that(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "a1")
    mine = await one(world)
    await tell(world, mine, State.FAILED)
    await world.do(send_again, posted.message)
    await tell(world, mine, State.FAILED)
    await tell(world, mine, State.SENT)
    assert await leased(world) == ["a1"]


async def test_an_agent_lets_it_be_and_the_lane_goes_on(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "a1")
    await world.answers(first.conversation, "a2")
    await tell(world, await one(world), State.UNKNOWN)
    assert await leased(world) == []
    await world.do(let_be, posted.message)
    assert await leased(world) == ["a2"]
    assert (await states(world))[0] == ("a1", 1, "unknown")


async def test_a_part_that_is_lost_after_another_was_let_be_is_noted_again(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "It is on its way. It comes tomorrow.")
    parts = (await taken(world)).leased
    if len(parts) == 1:  # parts go one after the other
        await tell(world, parts[0], State.FAILED)
        parts = [parts[0], *(await taken(world)).leased]
    else:
        await tell(world, parts[0], State.FAILED)
    assert len(parts) == 2
    await world.do(let_be, posted.message)
    noted = "select count(*) from undelivered"
    assert await world.value(noted) == 0
    before = len(await told(world))
    await tell(world, parts[0], State.FAILED)
    assert await world.value(noted) == 0, "that is known"
    await tell(world, parts[1], State.FAILED)
    assert await world.value(noted) == 1
    assert len(await told(world)) == before + 1, "the list hears of it"
    await check(world.store)


async def test_what_waits_for_an_account_that_is_gone_has_failed_and_may_be_sent_when_it_is_back(
    world: World,
) -> None:
    first, other = await world.says("+1", "hello"), await world.says("+2", "hello")
    await world.answers(first.conversation, "under way")
    await one(world)
    posted = await world.answers(other.conversation, "waits")
    configured = {"web": Configured("test", "Web"), "sms": Configured("phones", "sms", Sending(20, False))}
    await world.store.write(lambda tx: sync_accounts(tx, {"web": configured["web"]}))
    assert [state for *_, state in await states(world)] == ["unknown", "failed"]
    row = await world.row("select problem, next_step from deliveries where state = 'failed'")
    assert tuple(row) == ("errors.account_not_active", "account")
    with pytest.raises(Refused) as refused:
        await world.do(send_again, posted.message)
    assert refused.value.text == "errors.account_not_active"
    await world.store.write(lambda tx: sync_accounts(tx, configured))
    assert await leased(world) == []
    await world.do(send_again, posted.message)
    assert await leased(world) == ["waits"]


# --- what became true meanwhile --------------------------------------------------------------------------------------


async def test_what_was_erased_or_opted_out_of_is_not_sent(world: World) -> None:
    first, other = await world.says("+1", "hello"), await world.says("+2", "hello")
    posted = await world.answers(first.conversation, "a1")
    await world.answers(other.conversation, "b1")
    await world.store.write(lambda tx: erase_message(tx, posted.message, agent("anna")))
    identity = await world.identity_of("+2")
    await world.store.write(
        lambda tx: tx.run("update endpoints set opted_out_at = 1 where identity_id = $1", identity)
    )
    refused = {
        one.delivery.to.address: (one.delivery.text, one.refused and one.refused.text)
        for one in (await taken(world)).leased
    }
    assert refused == {"+1": ("", "errors.message_erased"), "+2": ("b1", "errors.opted_out")}


# --- accounts -------------------------------------------------------------------------------------------------------


async def test_an_accounts_rate_is_kept_whoever_asks(world: World, clock: Clock) -> None:
    for number in range(8):
        talk = await world.says(f"+{number}", "hello")
        await world.answers(talk.conversation, f"to {number}")
    rounds = []
    for _ in range(6):
        rounds.append(len((await taken(world, rate=4, burst=3)).leased))
        clock.now += 250
    assert rounds == [3, 1, 1, 1, 1, 1]


async def test_when_to_look_again_says_the_rate_and_the_rest(world: World, clock: Clock) -> None:
    for number in range(3):
        talk = await world.says(f"+{number}", "hello")
        await world.answers(talk.conversation, "one")
    assert await due(world, "other") is None
    assert await due(world) == START
    await taken(world, most=1, rate=4, burst=1)
    assert await due(world) == START + 250
    await world.store.write(lambda tx: rest(tx, "sms", START + 9_000))
    await world.store.write(lambda tx: rest(tx, "sms", START + 8_000))
    assert await due(world) == START + 9_000
    clock.now += 8_999
    assert await leased(world) == []
    clock.now += 1
    assert len(await leased(world)) == 2


async def test_a_clock_that_is_set_back_stops_nobody(world: World, clock: Clock) -> None:
    for number in range(3):
        talk = await world.says(f"+{number}", "hello")
        await world.answers(talk.conversation, f"to {number}")
    (first,) = (await taken(world, most=1, rate=4, burst=1)).leased
    await tell(world, first, State.DEFERRED, wait=PACE.most)
    await world.store.write(lambda tx: rest(tx, "sms", clock.now + PACE.rest))
    clock.now -= 86_400_000
    assert len((await taken(world, rate=4, burst=1)).leased) == 1
    clock.now += 250
    assert len((await taken(world, rate=4, burst=1)).leased) == 1
    clock.now += 250
    assert len((await taken(world, rate=4, burst=1)).leased) == 1
    assert len(await leased(world)) == 0
    clock.now += 250
    late = await world.says("+9", "hello")
    await world.answers(late.conversation, "to 9")
    assert await leased(world) == ["to 9"]


async def test_a_lease_of_a_clock_that_was_set_back_has_run_out(world: World, clock: Clock) -> None:
    talk = await world.says("+1", "hello")
    await world.answers(talk.conversation, "a1")
    await one(world)
    clock.now -= 86_400_000
    found = await taken(world)
    assert not found.leased and [one.delivery.text for one in found.lapsed] == ["a1"]


async def test_a_paused_account_is_tried_with_one_and_resumes(world: World, clock: Clock) -> None:
    for number in range(3):
        talk = await world.says(f"+{number}", "hello")
        await world.answers(talk.conversation, f"to {number}")
    beside = await world.says("+7", "hello", intake=Intake(AccountId("other")))
    await world.answers(beside.conversation, "another account's")
    for _ in range(2):
        await world.store.write(lambda tx: pause(tx, "sms", PACE))
    assert await leased(world) == []
    assert [one.delivery.text for one in (await taken(world, account="other")).leased] == [
        "another account's"
    ]
    assert await world.value("select reason from accounts where id = 'sms'") == "auth_failed"
    clock.now += PACE.probe
    probe = await taken(world)
    assert (len(probe.leased), probe.probe) == (1, True)
    assert await leased(world) == []
    for _ in range(2):
        await world.store.write(lambda tx: resume(tx, "sms"))
    assert len(await leased(world)) == 2
    assert await world.value("select reason from accounts where id = 'sms'") is None
    events = await check(world.store)
    assert [event.subject for event in events if event.kind is Kind.DIRECTORY_CHANGED][-2:] == ["sms", "sms"]


# --- news in any order ----------------------------------------------------------------------------------------------


async def test_news_ahead_of_their_message_wait_for_it(world: World) -> None:
    first = await world.says("+1", "hello")
    await world.answers(first.conversation, "a1")
    mine = await one(world)

    def heard(state: State) -> object:
        return world.store.write(lambda tx: report(tx, "sms", "SM1", News(state), PACE))

    assert await heard(State.DELIVERED) is False  # type: ignore[misc]
    assert await heard(State.SENT) is False  # type: ignore[misc]
    assert await tell(world, mine, State.SENT, provider_id="SM1") is State.DELIVERED
    assert await heard(State.READ) is True  # type: ignore[misc]
    assert await told(world) == ["delivered", "read"]
    assert await world.value("select count(*) from early_news") == 0
    await world.store.write(lambda tx: report(tx, "sms", "nobody's", News(State.SENT), PACE))
    await world.store.write(lambda tx: forget_early(tx, START + 1))
    assert await world.value("select count(*) from early_news") == 0


async def test_news_of_nothing_are_no_fault(world: World) -> None:
    assert await tell(world, "01nothing", State.SENT) is None


async def ended(
    database: Database, news: list[tuple[str, State]]
) -> tuple[State | None, list[tuple[int, str]]]:
    """What a message shows, and its attempts, after our own word and the provider's in this order."""
    async with database.opened() as store:
        number = await store.scan(lambda look: look.value("select count(*) from messages"))
        world = World(store, Intake(AccountId("sms")))
        talk = await world.says(f"+{number}", "hello")
        posted = await world.answers(talk.conversation, "words")
        mine = await one(world)
        shown = None
        for whose, state in news:
            by_us = whose == "ours"
            shown = await tell(
                world,
                mine,
                state,
                wait=60_000 if by_us else 0,
                provider_id="SM1" if state is State.SENT else None,
            )
        rows = await world.rows(
            "select attempt, state from deliveries where message_id = $1 order by attempt", posted.message
        )
        for row in await world.rows("select id from deliveries where state = 'queued'"):
            await tell(world, row["id"], State.FAILED)
        return shown, [(row["attempt"], row["state"]) for row in rows]


async def test_any_order_of_ours_and_theirs_ends_alike(database: Database) -> None:
    """Our own word and the callbacks, repeated and permuted: the same state, and the same left to send."""
    async with database.opened() as store:
        await with_phones(store)
    chance = random.Random(1)
    for _ in range(12 if database.postgres else 40):
        ours = ("ours", chance.choice([State.SENT, State.DEFERRED, State.UNKNOWN, State.FAILED]))
        theirs = [
            ("theirs", state)
            for state in chance.choices(
                [State.SENT, State.DELIVERED, State.READ, State.FAILED], k=chance.randrange(4)
            )
        ]
        news = [ours, *theirs]
        again = [*news, *chance.choices(theirs or [ours], k=2)]
        chance.shuffle(again)
        assert await ended(database, again) == await ended(database, news), (news, again)
    async with database.opened() as store:
        await check(store)


# --- several processes ----------------------------------------------------------------------------------------------


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    made = postgres.copy_of("schema", prepare)
    yield made
    postgres.drop(made)


async def test_four_processes_lease_each_delivery_once(url: str, tmp_path: Path) -> None:
    database = Database(url, tmp_path)
    lanes, each = 40, 5
    async with database.opened() as store:
        world = await with_phones(store)
        talks = await asyncio.gather(*(world.says(f"+{lane}", "hello") for lane in range(lanes)))
        for number in range(each):
            await asyncio.gather(*(world.answers(talk.conversation, f"n{number}") for talk in talks))
    processes = [await Program.begin("tests.stream.leaser", url, str(tmp_path)) for _ in range(4)]
    done = [orjson.loads((await process.communicate())[0]) for process in processes]
    every = [tuple(one) for process in done for one in process]
    assert len(every) == len({key for key, *_ in every}) == lanes * each
    orders: dict[str, list[tuple[float, str]]] = {}
    for _, to, text, at in every:
        orders.setdefault(to, []).append((at, text))
    for order in orders.values():
        assert [text for _, text in sorted(order)] == [f"n{number}" for number in range(each)]
    assert sum(bool(process) for process in done) >= 2, "they shared the work"
    async with database.opened() as store:
        assert (
            await store.scan(lambda look: look.value("select count(*) from deliveries where state = 'sent'"))
            == 200
        )
        await check(store)
    await database.close()
