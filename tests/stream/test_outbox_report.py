"""A provider's callback: named by our attempt or by its own id, early, late, of another account, or of nobody's."""

from itertools import permutations
from typing import Any

from gateway.delivery import State
from gateway.events import SYSTEM, Address, Consent, DeliveryReport, NextStep
from gateway.store import Store
from gateway.stream.consent import heed
from gateway.stream.edit import erase_message
from gateway.stream.erase import erase_contact
from gateway.stream.outbox_lease import lease
from gateway.stream.outbox_report import hear, hear_if_ours
from gateway.stream.outbox_settle import News, send_again, settle, unclaimed
from gateway.stream.status import close, reopen
from tests.checks import check
from tests.phones import with_phones
from tests.stream.test_outbox import PACE
from tests.world import World


async def begun(world: World, who: str = "+1") -> tuple[str, str]:
    """A message that is being sent: its id and its attempt's."""
    taken = await world.says(who, "hello")
    posted = await world.answers(taken.conversation, "a1")
    (one,) = (await world.store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    return posted.message, one.delivery.id


async def hears(world: World, state: State, name: str = "SM1", account: str = "sms", **more: object) -> bool:
    told = DeliveryReport(name, state, **more)  # type: ignore[arg-type]
    return await world.store.write(lambda tx: hear(tx, account, told, PACE))


async def shows(world: World, message: str) -> object:
    return await world.value("select delivery from messages where id = $1", message)


async def test_it_names_the_attempt_though_our_answer_was_lost(store: Store) -> None:
    world = await with_phones(store, "sms", "other")
    message, attempt = await begun(world)
    await hears(world, State.SENT, attempt=attempt, account="other")
    assert await shows(world, message) == "queued", "another account's word is none"
    await hears(world, State.SENT, attempt=attempt)
    assert await shows(world, message) == "sent"
    assert await world.value("select provider_id from deliveries") == "SM1"
    await hears(world, State.DELIVERED)
    assert await shows(world, message) == "delivered"
    await store.write(lambda tx: settle(tx, attempt, News(State.UNKNOWN), PACE))
    assert await shows(world, message) == "delivered"
    await check(store)


async def test_in_any_order_named_either_way_it_ends_the_same(store: Store) -> None:
    world = await with_phones(store)
    for number, order in enumerate(permutations([State.SENT, State.DELIVERED, State.READ, None])):
        message, attempt = await begun(world, f"+{number}")
        name = f"SM{number}"
        for place, state in enumerate(order):
            if state is None:
                await store.write(
                    lambda tx, attempt=attempt, name=name: settle(tx, attempt, News(State.SENT, name), PACE)  # type: ignore[misc]
                )
            else:
                await hears(world, state, name, attempt=attempt if place % 2 else None)
        assert await shows(world, message) == "read", order
    assert await world.value("select count(*) from early_news") == 0
    await check(store)


async def test_a_failure_says_why_and_what_it_means(store: Store) -> None:
    world = await with_phones(store)
    message, attempt = await begun(world)
    why = {"code": "21610", "reason": "errors.opted_out", "then": NextStep.OPTED_OUT}
    await hears(world, State.FAILED, attempt=attempt, **why)
    row = await world.row("select code, problem, next_step from deliveries")
    assert tuple(row) == ("21610", "errors.opted_out", "opted_out")
    assert await world.value("select opted_out_at from endpoints where account_id = 'sms'") is not None
    assert await shows(world, message) == "failed"


async def test_early_news_keep_what_they_mean(store: Store) -> None:
    world = await with_phones(store)
    message, attempt = await begun(world)
    await hears(world, State.FAILED, code="63016", reason="errors.window_closed", then=NextStep.WINDOW)
    await store.write(lambda tx: settle(tx, attempt, News(State.SENT, "SM1"), PACE))
    assert await shows(world, message) == "failed"
    assert await world.value("select next_step from deliveries") == "window"


async def test_a_list_tells_nothing_of_others_messages(store: Store) -> None:
    world = await with_phones(store)
    _, attempt = await begun(world)
    foreign = DeliveryReport("SM-others", State.DELIVERED)
    await store.write(lambda tx: hear_if_ours(tx, "sms", foreign, PACE))
    assert await world.value("select count(*) from early_news") == 0
    await store.write(lambda tx: settle(tx, attempt, News(State.SENT, "SM1"), PACE))
    await store.write(lambda tx: hear_if_ours(tx, "sms", DeliveryReport("SM1", State.READ), PACE))
    assert await world.value("select delivery from messages where delivery is not null") == "read"


async def test_a_refusal_of_before_does_not_undo_what_she_has_said_since(store: Store) -> None:
    world = await with_phones(store)
    _, attempt = await begun(world)
    why = {"code": "21610", "reason": "errors.opted_out", "then": NextStep.OPTED_OUT}
    await hears(world, State.FAILED, attempt=attempt, **why)
    assert await opted_out(world)
    began = await world.value("select began_at from deliveries")
    identity = await world.identity_of("+1")
    await store.write(lambda tx: heed(tx, "sms", identity, Consent.START, began + 1, SYSTEM))
    again = DeliveryReport("SM1", State.FAILED, **why)  # type: ignore[arg-type]
    await store.write(lambda tx: hear_if_ours(tx, "sms", again, PACE))
    await hears(world, State.FAILED, **why)
    await hears(world, State.FAILED, name="SM2", attempt=attempt, **why)
    assert not await opted_out(world), "the list is looked through every few minutes"


async def opted_out(world: World) -> bool:
    return await world.value("select opted_out_at from endpoints where account_id = 'sms'") is not None


async def test_an_erasure_takes_the_providers_name_of_what_was_sent(store: Store) -> None:
    """Its id leads to the person at the provider; what is told of it afterwards is still known to be of ours."""
    world = await with_phones(store)
    message, attempt = await begun(world)
    await hears(world, State.SENT, attempt=attempt)
    early = await world.says("+2", "hello")
    late = await world.answers(early.conversation, "still on its way")
    (sending,) = (await store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    for one in (message, late.message):
        await world.do(erase_message, one)
    await store.write(lambda tx: settle(tx, sending.delivery.id, News(State.SENT, "SM2"), PACE))
    for table, column in (("deliveries", "provider_id"), ("early_news", "provider_id")):
        kept = [row[column] for row in await world.rows(f"select {column} from {table}")]
        assert not [one for one in kept if one.startswith("SM")], table
    assert await store.read(lambda look: unclaimed(look, "sms", ["SM1", "SM2", "SM3"])) == ["SM3"]
    await hears(world, State.DELIVERED)
    await store.write(lambda tx: hear_if_ours(tx, "sms", DeliveryReport("SM2", State.DELIVERED), PACE))
    assert [await shows(world, one) for one in (message, late.message)] == ["delivered", "delivered"]
    assert await world.value("select count(*) from early_news") == 0
    await check(store)


async def test_a_reply_that_never_arrived_is_no_answer(store: Store) -> None:
    world = await with_phones(store)
    message, attempt = await begun(world)
    talk = await world.value("select conversation_id from messages where id = $1", message)
    asked = await world.value("select min(at) from messages")

    async def waits() -> object:
        return (await world.conversation(talk))["waiting_since"]

    assert await waits() is None
    await hears(world, State.FAILED, attempt=attempt, code="30008")
    assert await waits() == asked, "she has heard nothing"
    await world.do(send_again, message)
    assert await waits() is None, "it is on its way again"
    (one,) = (await store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    await hears(world, State.FAILED, "SM2", attempt=one.delivery.id)
    await world.says("+1", "hello?")
    assert await waits() == asked
    # What was put away with it comes back with it.
    await world.do(close, talk)
    assert await waits() is None
    await world.do(reopen, talk)
    assert await waits() == asked
    await world.answers(talk, "here we are")
    assert await waits() is None
    # And what fails where nobody waits starts no clock.
    (two,) = (await store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    await world.do(close, talk)
    await hears(world, State.FAILED, "SM3", attempt=two.delivery.id)
    assert await waits() is None
    await check(store)


async def test_who_refused_it_all_while_our_reply_was_on_its_way_does_not_wait(store: Store) -> None:
    """In whichever order her own word and her provider's are heard."""
    world = await with_phones(store)
    why = {"code": "21610", "reason": "errors.opted_out", "then": NextStep.OPTED_OUT}
    for who, name in (("+1", "SM1"), ("+2", "SM2")):
        message, attempt = await begun(world, who)
        talk = await world.value("select conversation_id from messages where id = $1", message)
        if who == "+1":
            identity, now = await world.identity_of(who), await world.value("select max(at) from messages")
            await store.write(
                lambda tx, identity=identity, now=now: heed(tx, "sms", identity, Consent.STOP, now, SYSTEM)  # type: ignore[misc]
            )
        await hears(world, State.FAILED, name, attempt=attempt, **why)
        assert await shows(world, message) == "failed"
        assert (await world.conversation(talk))["waiting_since"] is None, who
    await check(store)


async def test_it_names_our_own_message_and_to_whom(store: Store) -> None:
    world = await with_phones(store)
    message, attempt = await begun(world, "+1")
    told: dict[str, Any] = {"message": message, "recipient": Address("tel", "+1")}
    await hears(world, State.FAILED, account="other", **told)
    await hears(world, State.FAILED, message="nobody's", recipient=Address("tel", "+1"))
    assert await shows(world, message) == "queued"
    # Her server may know her by another address, and our own call may never have been answered.
    await hears(world, State.FAILED, code="5.1.1", message=message, recipient=Address("tel", "+9"))
    assert await shows(world, message) == "failed"
    assert await world.value("select code from deliveries where id = $1", attempt) == "5.1.1"
    await check(store)


async def test_of_several_only_the_one_that_it_names(store: Store) -> None:
    world = await with_phones(store)
    message, attempt = await begun(world, "+1")
    await world.says("+2", "hello")
    copy = """insert into deliveries select 'second', message_id, account_id, $1, part, attempt, position, state,
        due_at, asked, tries, since, text_from, text_to, files, provider_id, code, problem, next_step, began_at, at
        from deliveries where id = $2"""
    other = await world.identity_of("+2")
    await store.write(lambda tx: tx.run(copy, other, attempt))
    stray: dict[str, Any] = {"message": message, "recipient": Address("tel", "+9")}
    assert not await hears(world, State.FAILED, **stray), "somebody must see it"
    assert await shows(world, message) == "queued", "nobody knows which of them"
    assert await hears(world, State.FAILED, message=message, recipient=Address("tel", "+2"))
    states = {row["id"]: row["state"] for row in await world.rows("select id, state from deliveries")}
    assert states == {attempt: "sending", "second": "failed"}
    assert await hears(world, State.FAILED, message="gone", recipient=Address("tel", "+9")), (
        "nothing is known of it"
    )
    await world.do(erase_contact, await world.contact_of("+2"))
    assert await hears(world, State.FAILED, **stray), "it may name who was erased"
