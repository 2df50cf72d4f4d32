"""Whether somebody wants messages: said in whatever order it reaches us, told wherever agents may write to her."""

from itertools import permutations

import pytest

from gateway.errors import Refused
from gateway.events import SYSTEM, AccountId, Consent
from gateway.store import Store
from gateway.stream.consent import heed
from gateway.stream.ingest import Intake
from gateway.stream.outbox_lease import lease
from tests.checks import check
from tests.phones import with_phones
from tests.stream.test_outbox import PACE
from tests.world import World


async def says(world: World, consent: Consent, at: int) -> None:
    identity = await world.identity_of("+1")
    await world.store.write(lambda tx: heed(tx, "sms", identity, consent, at, SYSTEM))


async def opted_out_at(world: World) -> object:
    return await world.value("select opted_out_at from endpoints where account_id = 'sms'")


async def test_stop_and_start_are_heeded_with_the_message_that_says_them(store: Store) -> None:
    world = await with_phones(store)
    taken = await world.says("+1", "hello")
    await world.says("+1", "STOP", consent=Consent.STOP)
    with pytest.raises(Refused) as refused:
        await world.answers(taken.conversation, "but")
    assert refused.value.text == "errors.opted_out"
    await world.says("+1", "HELP", consent=Consent.HELP)
    assert await opted_out_at(world) is not None
    await world.says("+1", "START", consent=Consent.START)
    await world.answers(taken.conversation, "welcome back")
    events = [one for one in await check(store) if one.kind == "leg.consent"]
    assert [one.changes for one in events] == [{"opted_out": True}, {"opted_out": False}]
    assert all(one.audited is False or one.actor.kind == "customer" for one in events)


async def test_the_newest_word_counts_in_whatever_order_they_come(store: Store) -> None:
    world = await with_phones(store)
    await world.says("+1", "hello")
    words = [(Consent.STOP, 10), (Consent.START, 20), (Consent.STOP, 30)]
    for number, order in enumerate(permutations(words)):
        for consent, at in order:
            await says(world, consent, at + number * 100)
        assert await opted_out_at(world) is not None, order
        await says(world, Consent.START, number * 100 + 50)
        assert await opted_out_at(world) is None, order
    await check(store)


async def test_every_conversation_of_hers_is_told_and_only_when_it_changes(store: Store) -> None:
    world = await with_phones(store)
    first = await world.says("+1", "hello")
    await store.write(lambda tx: tx.run("update conversations set closed_at = 1, status = 'closed'"))
    await store.write(lambda tx: tx.run("update counts set status = 'closed'"))
    second = await world.says("+1", "hello again")
    assert first.conversation != second.conversation
    await says(world, Consent.STOP, 10**15)
    await says(world, Consent.STOP, 10**15 + 1)
    told = await world.rows("select conversation_id from events where kind = 'leg.consent'")
    assert {row[0] for row in told} == {first.conversation, second.conversation} and len(told) == 2


async def test_what_waited_when_she_said_so_does_not_go(store: Store) -> None:
    world = await with_phones(store)
    taken = await world.says("+1", "hello")
    await world.answers(taken.conversation, "waits")
    await world.says("+1", "STOP", consent=Consent.STOP)
    (one,) = (await store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    assert one.refused is not None and one.refused.text == "errors.opted_out"


async def test_who_only_says_stop_waits_for_nothing(store: Store) -> None:
    world = await with_phones(store)
    stop = await world.says("+1", "STOP", consent=Consent.STOP)
    held = await world.conversation(stop.conversation)
    assert (held["status"], held["waiting_since"]) == ("closed", None) and held["closed_at"] is not None
    # Said once more, it opens nothing; what is no such word does.
    assert (await world.says("+1", "stop", consent=Consent.STOP)).conversation == stop.conversation
    assert (await world.conversation(stop.conversation))["status"] == "closed"
    await world.says("+1", "START", consent=Consent.START)
    held = await world.conversation(stop.conversation)
    assert held["status"] == "open" and held["waiting_since"] is not None
    await check(store)


async def test_who_waited_waits_no_more_where_every_way_to_her_is_shut(store: Store) -> None:
    world = await with_phones(store, "sms", "whatsapp")
    taken = await world.says("+1", "hello")
    whatsapp = Intake(AccountId("whatsapp"))
    assert (await world.says("+1", "here, too", intake=whatsapp)).conversation == taken.conversation
    waiting = (await world.conversation(taken.conversation))["waiting_since"]
    assert waiting is not None
    leg = (await world.conversation(taken.conversation))["leg_id"]
    await world.says("+1", "STOP", consent=Consent.STOP)
    held = await world.conversation(taken.conversation)
    assert held["waiting_since"] == waiting, "by WhatsApp she can be answered"
    assert held["leg_id"] == leg, "and not by the way that she has just shut"
    await world.says("+1", "STOP", consent=Consent.STOP, intake=whatsapp)
    held = await world.conversation(taken.conversation)
    assert (held["status"], held["waiting_since"]) == ("open", None)
    await check(store)


async def test_a_stop_by_another_channel_stands_in_the_conversation_that_runs(store: Store) -> None:
    world = await with_phones(store, "sms", "whatsapp")
    taken = await world.says("+1", "hello")
    leg = (await world.conversation(taken.conversation))["leg_id"]
    whatsapp = Intake(AccountId("whatsapp"))
    stop = await world.says("+1", "STOP", consent=Consent.STOP, intake=whatsapp)
    assert stop.conversation == taken.conversation
    held = await world.conversation(taken.conversation)
    assert held["leg_id"] == leg and held["waiting_since"] is not None
    await world.answers(taken.conversation, "by the other")
    await check(store)
