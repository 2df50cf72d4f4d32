"""What did not arrive is found: a list with its exact count, and a notice to whoever wrote it."""

from __future__ import annotations

from typing import Any

from gateway.delivery import State
from gateway.events import SYSTEM, Actor, ActorKind, ConversationId, Event, Kind, Scope, Status, agent
from gateway.stream import assign, merge, status
from gateway.stream.edit import erase_message
from gateway.stream.troubles import weigh_troubles
from gateway.stream.undo import undo_merge
from inbox.notices import count_followed
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs
from tests.inbox.test_delivering import answered, becomes, hers, shown, with_phones
from tests.inbox.test_notices import beginning, told


async def listed(house: House, who: str, **query: Any) -> list[int]:
    rest = await house.client(who)
    page = await rest.get("/conversations", view="undelivered", **query)
    return [one["number"] for one in page["conversations"]]


async def counted(house: House, who: str) -> int:
    key = house.agents[who]
    return (await house.store.read(lambda look: count_followed(look, [key])))[key]["undelivered"]


async def test_it_stands_in_the_list_whatever_arrives_after_it(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    taken = await hers(both)
    message = await answered(both, taken)
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0), "it is on its way"
    await becomes(both, State.FAILED, problem="delivery.unreachable")
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1)
    assert (await listed(both, "bob"), await counted(both, "bob")) == ([], 0), "it is another team's"
    assert (await listed(both, "sue"), await counted(both, "sue")) == ([1], 1)
    await does(both, "ann", "send_again", message=message["id"])
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0)
    await becomes(both, State.UNKNOWN)
    await noticing.catch_up()
    assert await listed(both, "ann") == [1], "nobody knows: that is looked after, too"
    await does(both, "ann", "let_be", message=message["id"])
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0), "she let it be"
    other = await answered(both, taken, "once more")
    await becomes(both, State.FAILED)
    await noticing.catch_up()
    await answered(both, taken, "this one arrives")
    await becomes(both, State.SENT, provider_id="SM7")
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1), "that one did not"
    assert (await shown(both, other["id"]))["trouble"] and "trouble" not in await shown(both, message["id"])
    await does(both, "ann", "let_be", message=other["id"])
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0)
    assert (await shown(both, other["id"]))["delivery"] == "failed"


async def test_what_is_erased_is_no_trouble(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    message = await answered(both, await hers(both))
    await becomes(both, State.FAILED)
    await noticing.catch_up()
    assert await listed(both, "ann") == [1]
    sue = agent(both.agents["sue"])
    await both.store.write(lambda tx: erase_message(tx, message["id"], sue))
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0)


async def test_closing_lets_be_what_its_agent_has_seen(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    taken = await hers(both)
    sue = agent(both.agents["sue"])
    await answered(both, taken)
    await becomes(both, State.FAILED)
    await both.store.write(lambda tx: status.snooze(tx, taken.conversation, both.clock() + 60_000, sue))
    await noticing.catch_up()
    assert (await listed(both, "ann", status="snoozed"), await counted(both, "ann")) == ([1], 1)
    await does(both, "sue", "close", conversation=taken.conversation)
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1), "she never looked into it"
    await both.store.write(lambda tx: status.mark_spam(tx, taken.conversation, sue))
    assert await listed(both, "ann") == [], "also before the list has heard of it"
    await noticing.catch_up()
    assert await counted(both, "ann") == 0
    await both.store.write(lambda tx: status.unmark_spam(tx, taken.conversation, sue))
    await both.store.write(lambda tx: status.reopen(tx, taken.conversation, sue))
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1)
    position = both.store.published
    await does(both, "sue", "mark_read", conversation=taken.conversation, position=position)
    await both.store.write(lambda tx: status.close(tx, taken.conversation, SYSTEM))
    await noticing.catch_up()
    assert await listed(both, "ann") == [1], "nobody has seen it then"
    await both.store.write(lambda tx: status.reopen(tx, taken.conversation, sue))
    await does(both, "sue", "close", conversation=taken.conversation)
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([], 0)
    left = "select (select count(*) from troubles) + (select count(*) from undelivered)"
    assert await both.store.read(lambda look: look.value(left)) == 0


async def test_what_fails_after_reply_and_close_is_found(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    taken = await hers(both)
    await answered(both, taken)
    await does(both, "ann", "close", conversation=taken.conversation)
    await becomes(both, State.FAILED)
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1)


async def test_it_goes_where_a_merge_takes_it_and_comes_back(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    taken, web = await hers(both), await both.customer_writes("hello", team="sales")
    sue = agent(both.agents["sue"])
    await answered(both, taken)
    await becomes(both, State.FAILED)
    await noticing.catch_up()
    assert await listed(both, "ann") == [1]
    done = await both.store.write(lambda tx: merge.merge(tx, taken.conversation, web.conversation, sue))
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([2], 1)
    await both.store.write(lambda tx: undo_merge(tx, done, sue))
    await noticing.catch_up()
    assert (await listed(both, "ann"), await counted(both, "ann")) == ([1], 1)


async def test_who_wrote_it_and_whose_it_is_are_told_once(both: House) -> None:
    await with_phones(both)
    noticing = await beginning(both)
    taken = await hers(both)
    sue = agent(both.agents["sue"])
    message = await answered(both, taken)
    await both.store.write(lambda tx: assign.assign(tx, taken.conversation, both.agents["sue"], sue))
    await noticing.catch_up()
    await becomes(both, State.FAILED, problem="delivery.blocked")
    await noticing.catch_up()
    for who in ("ann", "sue"):
        assert (await told(both, who))[0] == ("failed", 1, False), who
    for who in ("bob", "ada"):
        assert ("failed", 1, False) not in await told(both, who), who
    page = await (await both.client("ann")).get("/notices")
    one = page["notices"][0]
    assert (one["message"], one["text"], one["number"]) == (message["id"], "Soon", 1)
    await noticing.catch_up()
    assert [kind for kind, *_ in await told(both, "ann")].count("failed") == 1


async def test_tabs_hear_the_count_at_once(house: House) -> None:
    await with_phones(house)
    noticing = await beginning(house)
    taken = await hers(house)
    async with tabs(house, "ann", "bob") as (ann, bob):
        await answered(house, taken)
        await becomes(house, State.FAILED)
        await noticing.catch_up()
        counts = await ann.until(
            lambda tab: [
                one["private"]["followed"] for one in tab.of("private") if "followed" in one["private"]
            ][1:],
            "the count",
        )
        assert counts[-1] == {"mentions": 0, "watched": 0, "undelivered": 1}
        others = await bob.until(
            lambda tab: [
                one["private"]["followed"] for one in tab.of("private") if "followed" in one["private"]
            ][1:],
            "the count",
        )
        assert others[-1]["undelivered"] == 0, "it is another team's"


async def test_what_customers_write_asks_nothing() -> None:
    class Nothing:
        """Whatever is asked of it fails."""

    open_ = Scope(Status.OPEN, None, None, ())
    she = Actor(ActorKind.CUSTOMER, "i1")
    event = Event(
        Kind.MESSAGE_CREATED,
        she,
        1,
        conversation=ConversationId("c1"),
        was=open_,
        now=open_,
        changes={"visibility": "public"},
    )
    assert not await weigh_troubles(Nothing(), [event])  # type: ignore[arg-type]
