"""Proofs: a word that comes back carries its bringer into the conversation, once; nothing else does anything."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events import AccountId, Address, InboundMessage, Proof
from gateway.store import Store
from gateway.stream.contacts import block
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Intake, TakeIn
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.proofs import (
    LETTERS,
    SEEN,
    WORD_LENGTH,
    follow_link,
    forget_used,
    has_word,
    hash_of,
    make_word,
)
from gateway.stream.status import close
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.world import World, sent_link

SMS = Intake(AccountId("sms"))
HER = "visitor:hana"
PHONE = "+821055501001"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def shown(world: World, conversation: str, who: str = HER, account: str = "sms") -> str:
    identity = await world.identity_of(who)
    return await world.store.write(lambda tx: make_word(tx, conversation, identity, account))


async def switches(world: World, conversation: str) -> list[Any]:
    rows = await world.rows(
        "select actor_kind, changes from audit where conversation_id = $1 and kind = 'conversation.changed'"
        " order by position",
        conversation,
    )
    return [row["actor_kind"] for row in rows if "leg" in json.loads(row["changes"])]


async def test_a_word_brings_a_number_into_the_conversation_it_was_shown_in(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    came = await world.says(PHONE, f"여기서 이어서 상담할게요. #{word}", intake=SMS, name="Hana")
    assert came.conversation == chat.conversation
    assert await world.texts(chat.conversation) == ["hello", f"여기서 이어서 상담할게요. {SEEN}"]
    assert await world.contact_of(PHONE) == await world.contact_of(HER)
    held = await world.conversation(chat.conversation)
    leg = await world.row("select * from legs where id = $1", held["leg_id"])
    assert (leg["account_id"], leg["identity_id"]) == ("sms", await world.identity_of(PHONE))
    assert await switches(world, chat.conversation) == ["customer"]
    identity = await world.row("select * from identities where address = $1", PHONE)
    assert identity["proof"] == Proof.VERIFIED
    # What comes next needs no word.
    assert (await world.says(PHONE, "and this", intake=SMS)).conversation == chat.conversation
    found = await world.rows("select id from contacts where merged_into is null")
    assert len(found) == 1


async def test_what_a_leg_shows_her_stays_that_legs(world: World):
    chat = await world.says(HER, "hello")
    await world.says(PHONE, f"#{await shown(world, chat.conversation)}", intake=SMS)
    rows = await world.rows("select person_id from identities")
    assert len({row["person_id"] for row in rows}) == 2


async def test_small_letters_do_as_well(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    assert (await world.says(PHONE, f"#{word.lower()}", intake=SMS)).conversation == chat.conversation
    assert (await world.texts(chat.conversation))[-1] == SEEN


async def ordinary(world: World, chat: str, word: str, **more: Any) -> None:
    """The message is one like any other: as it was written, in a conversation of its writer's own."""
    came = await world.says(PHONE, f"hi #{word}", **{"intake": SMS, **more})
    assert came.conversation != chat
    assert await world.texts(came.conversation) == [f"hi #{word}"]
    assert await world.contact_of(PHONE) != await world.contact_of(HER)
    assert await switches(world, chat) == []


async def test_a_wrong_word_does_nothing(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await ordinary(world, chat.conversation, word[:-1] + ("A" if word[-1] != "A" else "B"))


async def test_a_word_of_another_account_does_nothing_and_stays_good(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await ordinary(world, chat.conversation, word, intake=Intake(AccountId("whatsapp")))
    second = await world.says("+821055501002", f"#{word}", intake=SMS)
    assert second.conversation == chat.conversation


async def test_a_word_that_is_over_does_nothing(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = created_at"))
    await ordinary(world, chat.conversation, word)


async def test_what_waited_with_the_provider_was_sent_in_time(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    made = await world.value("select created_at from proofs")
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = created_at + 1000"))
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = expires_at - 5000000"))
    late = await world.says(PHONE, f"#{word}", intake=SMS, late=True, at=made - 5_000_000)
    assert late.conversation == chat.conversation


async def test_a_word_works_once(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.says("+821055501002", f"#{word}", intake=SMS)
    came = await world.says(PHONE, f"hi #{word}", intake=SMS)
    assert came.conversation != chat.conversation
    assert await world.contact_of(PHONE) != await world.contact_of(HER)


async def test_twenty_calls_alike_join_once(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    calls = (world.says(PHONE, f"#{word}", intake=SMS, provider_id="SM1") for _ in range(20))
    taken = await asyncio.gather(*calls)
    assert {one.conversation for one in taken} == {chat.conversation}
    assert sum(not one.repeat for one in taken) == 1
    assert await world.texts(chat.conversation) == ["hello", SEEN]
    assert await switches(world, chat.conversation) == ["customer"]
    assert await world.value("select count(*) from legs") == 2
    assert await world.value("select count(*) from contacts where merged_into is null") == 1
    assert await world.value("select count(*) from merges") == 1


async def test_twenty_numbers_with_one_word_are_one_who_joins(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    numbers = [f"+8210555020{n:02}" for n in range(20)]
    taken = await asyncio.gather(*(world.says(one, f"#{word}", intake=SMS) for one in numbers))
    assert sum(one.conversation == chat.conversation for one in taken) == 1


async def test_a_number_of_somebody_else_is_not_merged_silently(world: World):
    chat = await world.says(HER, "hello")
    before = await world.says(PHONE, "I have written before", intake=SMS)
    theirs = await world.contact_of(PHONE)
    word = await shown(world, chat.conversation)
    came = await world.says(PHONE, f"#{word}", intake=SMS)
    assert came.conversation == before.conversation
    assert await world.texts(came.conversation) == ["I have written before", SEEN]
    assert await world.contact_of(PHONE) == theirs != await world.contact_of(HER)
    assert await world.value("select count(*) from merges") == 0
    kept = await world.row("select * from proofs")
    assert kept["met_id"] == await world.identity_of(PHONE)


async def test_a_number_that_is_hers_already_moves_the_conversation(world: World):
    chat = await world.says(HER, "hello")
    await world.says(PHONE, "I have written before", intake=SMS)
    await world.do(merge_contacts, await world.contact_of(PHONE), await world.contact_of(HER))
    word = await shown(world, chat.conversation)
    assert (await world.says(PHONE, f"#{word}", intake=SMS)).conversation == chat.conversation
    assert (await world.says(PHONE, "more", intake=SMS)).conversation == chat.conversation


async def test_a_conversation_that_was_merged_is_found_where_it_is_now(world: World):
    chat, other = await world.says(HER, "hello"), await world.says("visitor:bora", "me too")
    word = await shown(world, chat.conversation)
    await world.do(merge_contacts, await world.contact_of(HER), await world.contact_of("visitor:bora"))
    await world.do(merge, chat.conversation, other.conversation)
    assert (await world.says(PHONE, f"#{word}", intake=SMS)).conversation == other.conversation


async def test_who_is_blocked_takes_nobodys_number_along(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.do(block, await world.contact_of(HER))
    await ordinary(world, chat.conversation, word)
    assert (await world.conversation(chat.conversation))["status"] == "spam"
    row = await world.row("select blocked_at from contacts where id = $1", await world.contact_of(PHONE))
    assert row["blocked_at"] is None
    talks = await world.rows("select status from conversations where id <> $1", chat.conversation)
    assert [row["status"] for row in talks] == ["open"]


async def test_a_closed_conversation_opens_again(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.do(close, chat.conversation)
    assert (await world.says(PHONE, f"#{word}", intake=SMS)).conversation == chat.conversation
    assert (await world.conversation(chat.conversation))["status"] == "open"


async def test_erasing_her_takes_her_proofs(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.do(erase_contact, await world.contact_of(HER))
    assert await world.value("select count(*) from proofs") == 0
    assert (await world.says(PHONE, f"#{word}", intake=SMS)).conversation != chat.conversation


async def test_what_nobody_brought_back_is_forgotten(world: World):
    chat = await world.says(HER, "hello")
    await shown(world, chat.conversation)
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    await shown(world, chat.conversation)
    assert await world.value("select count(*) from proofs") == 1


async def test_only_a_hash_of_the_word_is_kept(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    row = await world.row("select * from proofs")
    assert word not in "".join(str(value) for value in dict(row).values())


ONCE, OTHER = "o" * 26, "p" * 26


async def followed(world: World, secret: str, once: str = ONCE, account: str = "web") -> Address | None:
    return await world.store.write(lambda tx: follow_link(tx, account, secret, once))


async def linked(world: World) -> tuple[str, str]:
    """She writes by telephone and is sent a link to the chat: her conversation, and the link's secret."""
    chat = await world.says(PHONE, "hello", intake=SMS)
    return chat.conversation, await sent_link(world.store, chat.conversation)


async def test_a_link_makes_a_browser_of_whom_it_was_sent_to(world: World):
    conversation, secret = await linked(world)
    browser = await followed(world, secret)
    assert browser is not None and browser.space == "visitor"
    rows = await world.rows("select contact_id, person_id, proof, space from identities order by id")
    assert len({row["person_id"] for row in rows}) == len({row["contact_id"] for row in rows}) == 1
    assert {row["space"]: row["proof"] for row in rows}["visitor"] == Proof.VERIFIED
    assert await switches(world, conversation) == ["customer"]
    came = await world.says(f"visitor:{browser.address}", "I am here")
    assert came.conversation == conversation
    assert [(await world.texts(conversation))[at] for at in (0, -1)] == ["hello", "I am here"]


async def test_a_link_binds_to_the_first_browser_which_may_ask_again(world: World):
    conversation, secret = await linked(world)
    calls = [followed(world, secret, once) for once in (ONCE, OTHER) * 10]
    came = await asyncio.gather(*calls)
    assert len({one.address for one in came if one}) == 1 and sum(one is None for one in came) == 10
    assert await switches(world, conversation) == ["customer"]
    assert await world.value("select count(*) from identities") == 2


async def test_a_link_that_is_over_or_of_another_chat_leads_nowhere(world: World):
    conversation, secret = await linked(world)
    assert await followed(world, secret, account="other") is None
    assert await followed(world, secret[:-1] + ("_" if secret[-1] != "_" else "-")) is None
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    assert await followed(world, secret) is None
    assert await switches(world, conversation) == []
    assert await world.value("select count(*) from identities") == 1


async def test_a_link_shows_what_was_said_on_that_number_and_nothing_of_others_in_the_contact(world: World):
    await world.says(HER, "in another browser")
    _, secret = await linked(world)
    await world.do(merge_contacts, await world.contact_of(HER), await world.contact_of(PHONE))
    browser = await followed(world, secret)
    assert browser is not None
    person = {row["address"]: row["person_id"] for row in await world.rows("select * from identities")}
    assert person[browser.address] == person[PHONE] != person["hana"]


async def test_a_link_to_who_was_blocked_leads_nowhere(world: World):
    _, secret = await linked(world)
    await world.do(block, await world.contact_of(PHONE))
    assert await followed(world, secret) is None


async def test_a_link_to_who_was_erased_leads_nowhere(world: World):
    _, secret = await linked(world)
    await world.do(erase_contact, await world.contact_of(PHONE))
    assert await followed(world, secret) is None


def test_a_message_with_a_word_is_not_written_together_with_others():
    fact = InboundMessage("p", Address("tel", PHONE), text="#ABCDEFGHJK")
    assert TakeIn(SMS, fact).together is None


@given(st.text(alphabet=LETTERS + LETTERS.lower() + "# ,.가", max_size=60))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_word_is_what_stands_alone_behind_its_sign(text: str):
    found = has_word(text)
    runs = text.split("#")[1:]

    def heads(run: str) -> int:
        return next((n for n, letter in enumerate(run) if letter not in LETTERS + LETTERS.lower()), len(run))

    assert found == any(heads(run) == WORD_LENGTH for run in runs)


async def lines(world: World, conversation: str) -> list[Any]:
    rows = await world.rows(
        "select actor_id, changes from audit where conversation_id = $1 and kind = 'conversation.changed'"
        " order by position",
        conversation,
    )
    told = [(row["actor_id"], json.loads(row["changes"])) for row in rows]
    return [(actor, changes) for actor, changes in told if changes.get("fields") == ["word"]]


async def test_a_word_from_another_contacts_number_is_told_where_it_was_shown_and_where_it_landed(
    world: World,
):
    elsewhere = await world.says(PHONE, "about something else", intake=SMS)
    chat = await world.says(HER, "hello")
    came = await world.says(PHONE, f"I go on here #{await shown(world, chat.conversation)}", intake=SMS)
    assert came.conversation == elsewhere.conversation
    assert await world.contact_of(PHONE) != await world.contact_of(HER), "nobody is merged silently"
    shown_to, phone = await world.identity_of(HER), await world.identity_of(PHONE)
    assert await lines(world, chat.conversation) == [
        (shown_to, {"fields": ["word"], "into": came.conversation})
    ]
    assert await lines(world, came.conversation) == [(phone, {"fields": ["word"], "from": chat.conversation})]
    # And once for each word; a repeat of the message says nothing more.
    again = await shown(world, chat.conversation)
    for _ in range(2):
        await world.says(PHONE, f"again #{again}", intake=SMS, provider_id="SM-again")
    assert len(await lines(world, chat.conversation)) == 2
    await check(world.store)


async def test_a_word_that_joins_says_nothing_of_strangers(world: World):
    chat = await world.says(HER, "hello")
    await world.says(PHONE, f"here #{await shown(world, chat.conversation)}", intake=SMS)
    assert await lines(world, chat.conversation) == []


async def test_what_a_word_joined_is_undone_and_not_suggested_for_ever(world: World):
    """Somebody was talked into sending it."""
    chat = await world.says(HER, "hello")
    await world.says(PHONE, f"here #{await shown(world, chat.conversation)}", intake=SMS)
    merge_id = await world.value("select id from merges")
    await world.do(undo_merge, merge_id)
    assert await world.contact_of(PHONE) != await world.contact_of(HER)
    assert await world.value("select count(*) from proofs where met_id is not null") == 0
    assert (
        await world.says(PHONE, "who is this?", intake=Intake(AccountId("third")))
    ).conversation != chat.conversation
    # Who proves it once more is her after all.
    word = await shown(world, chat.conversation)
    await world.says(PHONE, f"me #{word}", intake=SMS)
    assert await world.value("select count(*) from proofs where met_id is not null") == 1
    await check(world.store)


async def test_a_word_opens_nothing_that_came_to_its_end_long_ago(world: World):
    chat = await world.says(HER, "hello")
    word, other = await shown(world, chat.conversation), await shown(world, chat.conversation)
    await world.do(close, chat.conversation)
    ended = Intake(SMS.account, reopen_within=-1)
    came = await world.says(PHONE, f"hello again #{word}", intake=ended)
    assert came.conversation != chat.conversation
    assert (await world.conversation(chat.conversation))["status"] == "closed"
    assert await world.contact_of(PHONE) == await world.contact_of(HER), "it is her all the same"
    await world.do(close, came.conversation)
    assert (await world.says(PHONE, f"once more #{other}", intake=SMS)).conversation == chat.conversation
    await check(world.store)


async def test_of_a_word_stands_a_hash_that_only_this_deployment_can_make(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    stored = await world.value("select hash from proofs")
    assert stored == hash_of(world.store.secret, word)
    assert stored != hash_of(b"of another deployment", word)


async def test_used_proofs_go_when_a_later_one_says_the_same(world: World):
    chat = await world.says(HER, "hello")
    for number in range(3):
        await world.says(PHONE, f"{number} #{await shown(world, chat.conversation)}", intake=SMS)
    open_word = await shown(world, chat.conversation)
    newest = await world.value("select max(id) from proofs where used_at is not null")
    await world.store.write(lambda tx: forget_used(tx, tx.now - 60_000))
    assert await world.value("select count(*) from proofs") == 4, "not at once"
    await world.store.write(lambda tx: forget_used(tx, tx.now + 60_000))
    assert await world.value("select count(*) from proofs where used_at is not null") == 1
    assert await world.value("select id from proofs where used_at is not null") == newest
    await world.says("+2", f"mine #{open_word}", intake=SMS)
    assert await world.contact_of("+2") == await world.contact_of(HER)
