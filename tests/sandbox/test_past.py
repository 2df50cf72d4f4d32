"""The real verbs, told of weeks ago: only the clock is ours."""

from gateway.events import Address, Proof, agent
from gateway.sandbox.past import Past
from gateway.store import Tx
from gateway.stream.assign import assign
from gateway.stream.people import find_or_make
from tests.checks import check
from tests.databases import Database
from tests.world import World

WEEKS_AGO = 1_700_000_000_000


async def test_what_happened_then_is_dated_then_and_numbered_now(database: Database) -> None:
    store = await database.open()
    world = await World.made(store)
    talk = (await world.says("+1", "hello")).conversation

    async def then(tx: Tx) -> tuple[int, int]:
        past = Past(tx, WEEKS_AGO)
        await assign(past, talk, "bo", agent("anna"))
        past.now += 1_000
        await find_or_make(past, Address("tel", "+2"), Proof.CHANNEL, name="Kim")
        assert (past.position, past.postgres, list(past.events)) == (
            tx.position,
            tx.postgres,
            list(tx.events),
        )
        return len(past.events), tx.now

    recorded, real_now = await store.write(then)
    assert recorded == 1 and real_now > WEEKS_AGO + 1_000
    events = await check(store)
    assert [event.at for event in events][-1] == WEEKS_AGO
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert await world.value("select created_at from contacts where name = 'Kim'") == WEEKS_AGO + 1_000
    assert (await world.conversation(talk))["assignee_id"] == "bo"


async def test_what_the_past_recorded_is_found_and_joined_by_the_present(database: Database) -> None:
    """Tokens and stamps go through it too: `check` compares them with the rows they stand for."""
    store = await database.open()
    world = await World.made(store)
    await store.write(
        lambda tx: find_or_make(Past(tx, WEEKS_AGO), Address("tel", "+2"), Proof.CHANNEL, name="Kim")
    )
    taken = await world.says("+2", "again", name="Kim")
    assert await world.contact_of("+2") == (await world.conversation(taken.conversation))["contact_id"]
    await check(store)
