"""A message goes where its clues lead its sender, and nowhere else; without any it begins a conversation."""

import json
from typing import Any

import pytest

from gateway.events import (
    AccountId,
    Address,
    Clue,
    ConversationId,
    InboundMessage,
    Participant,
    Proof,
    Source,
)
from gateway.store import Store
from gateway.stream.contacts import block
from gateway.stream.edit import erase_message
from gateway.stream.envelope import Wanted
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.merge import merge
from gateway.stream.outbox_lease import lease
from gateway.stream.status import close, snooze
from tests.checks import check
from tests.letters import person, with_letters
from tests.stream.test_outbox import PACE
from tests.world import WEB, World

MAIL = Intake(AccountId("mail"))
HANA, BO, EVE = "hana@naver.com", "bo@corp.example", "eve@evil.example"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def mails(
    world: World, key: str, who: str, *clues: Clue, others: tuple[str, ...] = (), **more: Any
) -> Taken:
    by = more.pop("by", WEB)
    source = more.pop("source", None) or Source(name=f"{key}@client.example", subject="Delivery")
    fact = InboundMessage(
        f"{key}#1",
        Address("mailto", who),
        text=more.pop("text", key),
        proof=Proof.CLAIMED,
        clues=clues,
        others=tuple(Participant(Address("mailto", one)) for one in others),
        source=source,
        **more,
    )
    return await take_in(world.store, by, fact)


def by_token(conversation: str) -> Clue:
    return Clue(ConversationId(conversation), lets_in=True)


def by_id(conversation: str) -> Clue:
    return Clue(ConversationId(conversation))


async def doubts(world: World, message: str) -> list[str]:
    told = await world.value("select doubts from message_sources where message_id = $1", message)
    return list(json.loads(told))


async def test_without_a_clue_each_begins_its_own_conversation(world: World) -> None:
    first = await mails(world, "m1", HANA)
    second = await mails(world, "m2", HANA)
    assert first.conversation != second.conversation
    await check(world.store)


async def test_its_address_and_its_ids_lead_back_and_its_repeat_is_one(world: World) -> None:
    first = await mails(world, "m1", HANA)
    for key, clue in (("m2", by_token(first.conversation)), ("m3", by_id(first.conversation))):
        assert (await mails(world, key, HANA, clue)).conversation == first.conversation
    answers = await mails(world, "m4", HANA, Clue(answers="gone@x"), Clue(answers="m2@client.example"))
    assert answers.conversation == first.conversation
    assert (await mails(world, "m4", HANA)).repeat
    assert await world.texts(first.conversation) == ["m1", "m2", "m3", "m4"]
    await check(world.store)


async def test_who_only_knows_of_it_does_not_get_in(world: World) -> None:
    first = await mails(world, "m1", HANA)
    for key, clue in (
        ("e1", by_id(first.conversation)),
        ("e2", Clue(answers="m1@client.example")),
        ("e3", Clue(ConversationId("nowhere"), lets_in=True)),
    ):
        assert (await mails(world, key, EVE, clue)).conversation != first.conversation
    assert await world.texts(first.conversation) == ["m1"]


async def test_who_holds_its_address_is_let_in_as_a_stranger_and_takes_part_from_then_on(
    world: World,
) -> None:
    first = await mails(world, "m1", HANA)
    leg = (await world.conversation(first.conversation))["leg_id"]
    came = await mails(world, "e1", EVE, by_token(first.conversation))
    assert came.conversation == first.conversation
    assert await doubts(world, came.message) == ["stranger"]
    again = await mails(world, "e2", EVE, by_id(first.conversation))
    assert again.conversation == first.conversation and await doubts(world, again.message) == []
    assert (await world.conversation(first.conversation))["leg_id"] == leg, "answers go to whom they went"
    assert await world.value("select proof from identities where address = $1", EVE) == Proof.CLAIMED
    await check(world.store)


async def test_whoever_it_was_written_to_takes_part(world: World) -> None:
    first = await mails(world, "m1", HANA, others=(BO, HANA))
    assert (await mails(world, "b1", BO, by_id(first.conversation))).conversation == first.conversation
    rows = await world.rows(
        "select i.address, p.role from participants p left join identities i on i.id = p.identity_id"
        " where conversation_id = $1 order by role",
        first.conversation,
    )
    assert [tuple(row) for row in rows] == [(BO, "participant"), (None, "requester")]
    await check(world.store)


async def test_a_list_of_many_is_no_talk(world: World) -> None:
    await mails(world, "m1", HANA, others=tuple(f"p{n}@x.example" for n in range(51)))
    assert await world.value("select count(*) from contacts") == 1


async def test_answering_from_her_own_address_proves_it(world: World) -> None:
    first = await mails(world, "m1", HANA)
    await mails(world, "m2", HANA, by_id(first.conversation))
    assert await world.value("select proof from identities") == Proof.CLAIMED
    await mails(world, "m3", HANA, by_token(first.conversation))
    assert await world.value("select proof from identities") == Proof.VERIFIED


async def test_where_others_hold_the_same_address_it_proves_nothing(world: World) -> None:
    first = await mails(world, "m1", HANA, others=(BO,))
    await mails(world, "m2", HANA, by_token(first.conversation))
    assert await world.value("select max(proof) from identities") == Proof.CLAIMED


async def test_who_had_a_copy_unseen_holds_it_too_and_proves_nothing_for_her(store: Store) -> None:
    """She takes no part, and can write any From."""
    world = await with_letters(store)
    talk = (await mails(world, "m1", HANA, by=MAIL)).conversation
    posted = await world.answers(talk, "a1", wanted=Wanted(bcc=(person(EVE),)))
    await store.write(lambda tx: lease(tx, "mail", 9, 1e6, 9, PACE))
    hers = "select proof from identities where address = $1"
    await mails(world, "m2", HANA, by_token(talk), by=MAIL)
    assert await world.value(hers, HANA) == Proof.CLAIMED
    await world.do(erase_message, posted.message)
    await mails(world, "m3", HANA, by_token(talk), by=MAIL)
    assert await world.value(hers, HANA) == Proof.CLAIMED, "she was sent it all the same"
    other = (await mails(world, "b1", BO, by=MAIL)).conversation
    await world.answers(other, "a2")
    await mails(world, "b2", BO, by_token(other), by=MAIL)
    assert await world.value(hers, BO) == Proof.VERIFIED, "our answer to herself only"
    await check(store)


async def test_merged_closed_and_erased(world: World) -> None:
    first, second = await mails(world, "m1", HANA), await mails(world, "m2", HANA)
    await world.do(merge, first.conversation, second.conversation)
    await world.do(close, second.conversation)
    back = await mails(world, "m3", HANA, by_id(first.conversation))
    assert back.conversation == second.conversation
    assert (await world.conversation(second.conversation))["status"] == "open"
    assert (
        await mails(world, "m4", HANA, Clue(answers="m1@client.example"))
    ).conversation == back.conversation
    await world.do(erase_contact, await world.contact_of(f"mailto:{HANA}"))
    assert await world.value("select count(*) from message_sources") == 0
    assert (await mails(world, "m5", HANA, by_token(first.conversation))).conversation not in (
        first.conversation,
        second.conversation,
    )
    await check(world.store)


async def test_an_erased_message_leaves_no_words_and_stays_a_repeat(world: World) -> None:
    first = await mails(world, "m1", HANA, source=Source("m1@c", "Hi", "all of it", "<p>all</p>"))
    await world.do(erase_message, first.message)
    assert await world.value("select count(*) from message_sources") == 0
    assert (await mails(world, "m1", HANA)).repeat


async def test_what_no_person_wrote_opens_nothing_and_has_nobody_wait(world: World) -> None:
    first = await mails(world, "m1", HANA)
    await world.answers(first.conversation, "Tomorrow")
    away = Source("a@x", "Out of office", automatic="away")
    await mails(world, "a1", HANA, by_id(first.conversation), source=away)
    row = await world.conversation(first.conversation)
    assert (row["status"], row["waiting_since"]) == ("open", None)
    await world.do(snooze, first.conversation, row["last_at"] + 3_600_000)
    await mails(world, "a2", HANA, by_id(first.conversation), source=away)
    row = await world.conversation(first.conversation)
    assert row["status"] == "snoozed" and row["snoozed_until"] is not None
    await world.do(close, first.conversation)
    await mails(world, "a3", HANA, by_id(first.conversation), source=away)
    assert (await world.conversation(first.conversation))["status"] == "closed"
    alone = await mails(world, "a4", HANA, source=away)
    row = await world.conversation(alone.conversation)
    assert (row["status"], row["waiting_since"]) == ("open", None)
    await check(world.store)


async def test_who_is_blocked_closes_nobody_elses_conversation(world: World) -> None:
    first = await mails(world, "m1", HANA)
    await mails(world, "e1", EVE, by_token(first.conversation))
    await world.do(block, await world.contact_of(f"mailto:{EVE}"))
    for clue in (by_token(first.conversation), by_id(first.conversation)):
        came = await mails(world, f"e{clue.lets_in}", EVE, clue)
        assert came.conversation != first.conversation
        assert (await world.conversation(came.conversation))["status"] == "spam"
    assert (await world.conversation(first.conversation))["status"] == "open"
    await check(world.store)


async def test_answering_all_finds_who_saw_it(world: World) -> None:
    first = await mails(world, "m1", HANA, others=(BO,))
    told = json.loads(await world.value("select envelope from messages where id = $1", first.message))
    assert told == {"to": [await world.identity_of(f"mailto:{BO}")]}
