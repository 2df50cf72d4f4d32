"""Answers that nobody read follow once, all of them, to an address that she left; whatever happened before."""

import asyncio

import pytest

from gateway.events import Actor, ActorKind, Consent, agent
from gateway.store import Store, Tx
from gateway.store.sqlite import wall_clock
from gateway.stream.automatic import MOST, quieten
from gateway.stream.consent import heed
from gateway.stream.contacts import block, set_claims, update_contact
from gateway.stream.definitions import make_attribute
from gateway.stream.edit import erase_message
from gateway.stream.envelope import Envelope
from gateway.stream.erase import erase_contact
from gateway.stream.follow_up import BY, FOLLOWS, due_follow_ups, follow_up, put_off
from gateway.stream.post import Post, post
from gateway.stream.release import release
from gateway.stream.status import close, mark_spam
from tests.checks import check
from tests.left import (
    HER,
    HERS,
    SOON,
    accounts,
    follows,
    goes_out,
    has_read,
    left,
    pause_is_over,
    with_leavers,
)
from tests.world import World


@pytest.fixture
async def world(store: Store) -> World:
    return await with_leavers(store)


async def sent(world: World) -> list[str]:
    """What goes out by mail, as it is handed to the channel."""
    return [one.delivery.text for one in await goes_out(world) if one.refused is None]


async def refused(world: World) -> list[str]:
    return [one.refused.text for one in await goes_out(world) if one.refused is not None]


async def mails(world: World) -> list[dict[str, object]]:
    rows = await world.rows("select * from messages where author_id = 'follow_up' order by position")
    return [dict(row) for row in rows]


async def stopped(world: World) -> list[str]:
    rows = await world.rows(
        "select changes from events where kind = 'conversation.changed' order by position"
    )
    return [row["changes"] for row in rows if '"automatic"' in row["changes"]]


async def test_all_that_she_left_unread_follows_in_one_mail_after_the_pause(world: World) -> None:
    talk = await left(world, "It comes tomorrow.", "Before noon.")
    before = await world.conversation(talk)
    assert await follows(world) is None, "it waits for her first"
    assert await world.store.read(lambda look: due_follow_ups(look, wall_clock())) == []
    await pause_is_over(world)
    event = await follows(world)
    assert event is not None and event.actor == BY
    (message,) = await mails(world)
    assert message["text"] == FOLLOWS.ko and message["visibility"] == "public"
    address = await world.row("select * from identities where address = $1", HERS)
    envelope = Envelope.of(str(message["envelope"]))
    assert envelope.to == (address["id"],) and address["proof"] == 0
    assert envelope.aside and envelope.answers_her, "what answered her, once more"
    assert address["contact_id"] != await world.contact_of(HER), "nobody is joined by what was only said"
    (text,) = await sent(world)
    assert text.startswith(FOLLOWS.ko)
    assert 0 < text.index("It comes tomorrow.") < text.index("Before noon.")
    assert text.count("**Anna** · ") == 2 and " KST" in text
    after = await world.conversation(talk)
    assert (after["leg_id"], after["waiting_since"]) == (before["leg_id"], before["waiting_since"])
    assert await follows(world) is None and len(await mails(world)) == 1
    await check(world.store)


async def test_nothing_more_follows_until_she_has_read_or_written(world: World) -> None:
    talk = await left(world)
    await pause_is_over(world)
    await follows(world)
    await world.answers(talk, "One more thing.")
    await pause_is_over(world)
    assert await follows(world) is None and len(await mails(world)) == 1
    first = await world.value("select max(position) from messages where text = 'It comes tomorrow.'")
    await has_read(world, first)
    await world.answers(talk, "And another.")
    await pause_is_over(world)
    assert await follows(world) is not None
    assert [text.count("**Anna**") for text in await sent(world)][-1:] == [2]
    await world.says(HER, "Thanks!")
    await world.answers(talk, "You are welcome.")
    await pause_is_over(world)
    assert await follows(world) is not None
    assert len(await mails(world)) == 3
    await check(world.store)


async def test_what_was_read_meanwhile_does_not_follow(world: World) -> None:
    await left(world)
    await has_read(world, await world.value("select max(position) from messages"))
    await pause_is_over(world)
    assert await follows(world) is None and await mails(world) == []
    assert await world.value("select count(*) from follow_ups") == 0


async def test_nor_does_it_where_she_has_written_since(world: World) -> None:
    await left(world)
    await world.says(HER, "Never mind.")
    await pause_is_over(world)
    assert await follows(world) is None and await mails(world) == []


async def test_what_is_put_off_waits_on_and_an_answer_goes_along_with_those_before(world: World) -> None:
    talk = await left(world)
    await pause_is_over(world)
    leg = await world.value("select leg_id from follow_ups")
    await world.store.write(lambda tx: put_off(tx, leg, SOON))
    assert await follows(world) is None
    await world.answers(talk, "Still there?")
    assert await world.value("select count(*) from follow_ups") == 1
    await pause_is_over(world)
    assert await follows(world) is not None
    assert [text.count("**Anna**") for text in await sent(world)] == [2]


async def test_a_closed_conversations_last_answer_still_follows_and_it_stays_closed(world: World) -> None:
    talk = await left(world)
    await world.do(close, talk)
    await pause_is_over(world)
    assert await follows(world) is not None
    assert (await world.conversation(talk))["status"] == "closed"
    await check(world.store)


async def test_a_reply_that_was_held_follows_from_when_it_went(world: World) -> None:
    chat = await world.says(HER, "Where is it?")
    contact = await world.contact_of(HER)
    await world.store.write(lambda tx: set_claims(tx, contact, {"email": HERS}))
    held = await world.answers(chat.conversation, "Soon.", hold=60_000)
    assert await world.value("select count(*) from follow_ups") == 0
    await world.store.write(lambda tx: release(tx, held.message, accounts()))
    await pause_is_over(world)
    assert await follows(world) is not None


async def test_what_no_person_wrote_follows_only_along(world: World) -> None:
    chat = await world.says(HER, "Hello?")
    robot = Actor(ActorKind.AUTOMATION, "greeter")
    await post(world.store, Post(chat.conversation, robot, "r1", "We are away."))
    assert await world.value("select count(*) from follow_ups") == 0
    contact = await world.contact_of(HER)
    await world.store.write(lambda tx: set_claims(tx, contact, {"email": HERS}))
    await world.answers(chat.conversation, "Here I am.")
    await pause_is_over(world)
    assert await follows(world) is not None
    (text,) = await sent(world)
    assert "We are away." in text and "Here I am." in text


async def test_notes_and_what_goes_elsewhere_never_do(world: World) -> None:
    talk = await left(world)
    await world.notes(talk, "She is angry.")
    await pause_is_over(world)
    await follows(world)
    (text,) = await sent(world)
    assert "angry" not in text and "Where is it?" not in text


@pytest.mark.parametrize("claims", ["", "no address", "+821012345678", "help@shop.example"])
async def test_without_an_address_it_waits_for_her(world: World, claims: str) -> None:
    """The last one is our own."""
    await left(world, claims=claims)
    await pause_is_over(world)
    assert await follows(world) is None and await mails(world) == []
    assert await world.value("select count(*) from follow_ups") == 0


async def test_what_her_site_signed_goes_before_what_she_said(world: World) -> None:
    await left(world, claims="other@naver.com")
    contact = await world.contact_of(HER)
    await world.do(make_attribute, "contact", "email", "Email", "text", [])
    await world.do(update_contact, contact, attributes={"email": HERS})
    await pause_is_over(world)
    await follows(world)
    assert await world.rows("select 1 from identities where address = $1", HERS)
    assert not await world.rows("select 1 from identities where address = 'other@naver.com'")


async def test_a_blocked_or_spam_customer_is_followed_by_nothing(world: World) -> None:
    talk = await left(world)
    await world.do(mark_spam, talk)
    await pause_is_over(world)
    assert await follows(world) is None
    await world.says("visitor:june", "hello")
    contact = await world.contact_of("visitor:june")
    await world.store.write(lambda tx: set_claims(tx, contact, {"email": "june@naver.com"}))
    june = await world.value("select id from conversations where contact_id = $1", contact)
    await world.answers(june, "Hi!")
    await world.do(block, contact)
    await pause_is_over(world)
    leg = await world.value("select leg_id from follow_ups")
    assert await world.store.write(lambda tx: follow_up(tx, leg, accounts())) is None
    assert await mails(world) == []


async def test_an_address_whose_owner_is_blocked_or_wants_nothing_more_gets_nothing(world: World) -> None:
    await world.says(f"mailto:{HERS}", "about something else")
    identity = await world.identity_of(f"mailto:{HERS}")
    await world.store.write(lambda tx: heed(tx, "mail", identity, Consent.STOP, tx.now, agent("anna")))
    await left(world)
    await pause_is_over(world)
    assert await follows(world) is None and await mails(world) == []
    assert len(await stopped(world)) == 1 and "opted_out" in (await stopped(world))[0]


async def test_who_wants_no_automatic_messages_gets_none_and_agents_see_why(world: World) -> None:
    await world.says(f"mailto:{HERS}", "about something else")
    identity = await world.identity_of(f"mailto:{HERS}")
    await world.store.write(lambda tx: quieten(tx, "mail", identity))
    await left(world)
    await pause_is_over(world)
    assert await follows(world) is None and await mails(world) == []
    assert "automatic_quiet" in (await stopped(world))[0]
    await check(world.store)


async def test_her_word_while_it_waits_in_the_outbox_counts(world: World) -> None:
    await left(world)
    await pause_is_over(world)
    await follows(world)
    identity = await world.identity_of(f"mailto:{HERS}")
    await world.store.write(lambda tx: quieten(tx, "mail", identity))
    assert await refused(world) == ["errors.automatic_quiet"]


async def test_what_was_erased_before_it_went_is_not_told(world: World) -> None:
    await left(world, "A secret.", "No secret.")
    await pause_is_over(world)
    await follows(world)
    secret = await world.value("select id from messages where text = 'A secret.'")
    await world.do(erase_message, secret)
    (text,) = await sent(world)
    assert "A secret." not in text and "No secret." in text


async def test_nothing_goes_where_all_of_it_was_erased(world: World) -> None:
    await left(world)
    await pause_is_over(world)
    await follows(world)
    message = await world.value("select id from messages where text = 'It comes tomorrow.'")
    await world.do(erase_message, message)
    assert await refused(world) == ["errors.message_erased"]


async def test_erasing_her_takes_the_address_that_she_left_along(world: World) -> None:
    await left(world)
    await pause_is_over(world)
    await follows(world)
    await world.do(erase_contact, await world.contact_of(HER))
    assert not await world.rows("select 1 from identities where address = $1", HERS)
    assert await refused(world) == ["errors.message_erased"]
    await check(world.store)


async def test_but_not_one_of_somebody_who_has_written_herself(world: World) -> None:
    await world.says(f"mailto:{HERS}", "about something else")
    await left(world)
    await pause_is_over(world)
    await follows(world)
    await world.do(erase_contact, await world.contact_of(HER))
    assert await world.rows("select 1 from identities where address = $1", HERS)


async def test_two_machines_end_after_a_few(world: World) -> None:
    talk = await left(world)
    for _ in range(MOST + 2):
        await pause_is_over(world)
        await follows(world)
        await has_read(world, await world.value("select max(position) from messages"))
        await world.answers(talk, "Again.")
    assert len(await mails(world)) == MOST
    assert len(await stopped(world)) == 2 and "automatic_often" in (await stopped(world))[0]
    await check(world.store)


async def test_words_of_strangers_are_drawn_as_they_stand(world: World) -> None:
    await left(world, "See [this](https://shop.example).")
    await pause_is_over(world)
    await follows(world)
    (text,) = await sent(world)
    assert "[this](https://shop.example)" in text, "an agent's marks are drawn"


async def test_several_processes_that_look_at_once_send_one(world: World) -> None:
    """As when one was stalled and another has taken over."""
    await left(world)
    await pause_is_over(world)
    leg = await world.value("select leg_id from follow_ups")
    channels = accounts()
    told = await asyncio.gather(
        *(world.store.write(lambda tx: follow_up(tx, leg, channels)) for _ in range(8))
    )
    assert sum(event is not None for event in told) == 1
    assert len(await sent(world)) == 1
    await check(world.store)


async def test_a_process_that_was_killed_before_its_commit_has_sent_nothing_and_the_next_sends_it(
    world: World,
) -> None:
    """What goes out stands in the transaction that says that it has gone: all of it, or none."""
    await left(world)
    await pause_is_over(world)
    leg = await world.value("select leg_id from follow_ups")
    channels = accounts()

    async def killed(tx: Tx) -> None:
        assert await follow_up(tx, leg, channels) is not None
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await world.store.write(killed)
    assert await mails(world) == [] and await sent(world) == []
    assert await follows(world) is not None
    assert len(await sent(world)) == 1
    await check(world.store)
