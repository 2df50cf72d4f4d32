"""A proven customer's message on another channel goes on with the conversation that runs; nobody else's does."""

import asyncio
import json

import pytest

from gateway.events import AccountId, Address, Proof, TeamId, agent, new_id
from gateway.store import Store
from gateway.stream.codes import code_of, send_code, try_code
from gateway.stream.contacts import block
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Intake
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.post import Post
from gateway.stream.proofs import MASK, follow_link, make_word
from gateway.stream.split import split_contact
from gateway.stream.status import close, mark_spam, snooze
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.databases import Database
from tests.world import WEB, World, sent_link

SMS = Intake(AccountId("sms"), TeamId("support"))
WHATSAPP = Intake(AccountId("whatsapp"))
HER, PHONE = "visitor:hana", "+821055501001"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def confirmed(world: World, conversation: str, phone: str = PHONE) -> str | None:
    """The phone is proven by a code that was told in that conversation; by what is returned that is undone."""
    secret, by = world.store.secret, agent("anna")
    what, to = Post("", by, new_id(), f"code {MASK}"), Address("tel", phone)
    proof = await world.store.write(lambda tx: send_code(tx, secret, conversation, "sms", to, what))
    told = await world.store.write(lambda tx: try_code(tx, secret, proof, code_of(secret, proof), by))
    assert told.left is None
    return told.merge


async def running(world: World) -> list[str]:
    rows = await world.rows(
        "select id from conversations where status in ('open', 'snoozed') and merged_into is null order by id"
    )
    return [row["id"] for row in rows]


async def test_a_number_that_was_confirmed_goes_on_with_the_chat(world: World):
    chat = await world.says(HER, "hello", intake=Intake(AccountId("web"), TeamId("sales")))
    await confirmed(world, chat.conversation)
    came = await world.says(PHONE, "on the bus", intake=SMS)
    assert came.conversation == chat.conversation and await running(world) == [chat.conversation]
    assert await world.texts(chat.conversation) == ["hello", "on the bus"]
    held = await world.conversation(chat.conversation)
    assert held["team_id"] == "sales", "the conversation stays where it is"
    leg = await world.row("select * from legs where id = $1", held["leg_id"])
    assert (leg["account_id"], leg["identity_id"]) == ("sms", await world.identity_of(PHONE))
    told = await world.rows(
        "select actor_kind, actor_id, changes from audit where conversation_id = $1 and kind = 'conversation.changed'",
        chat.conversation,
    )
    switches = [row for row in told if "leg" in json.loads(row["changes"])]
    assert [(row["actor_kind"], row["actor_id"]) for row in switches] == [("customer", leg["identity_id"])]
    # And back in the chat, and once more: the same legs, no third one.
    for who, intake in ((HER, WEB), (PHONE, SMS), (PHONE, SMS)):
        assert (await world.says(who, "again", intake=intake)).conversation == chat.conversation
    assert await world.value("select count(*) from legs where conversation_id = $1", chat.conversation) == 2
    # Whose eyes see what did not change.
    persons = await world.rows("select person_id from identities where contact_id = $1", held["contact_id"])
    assert len({row["person_id"] for row in persons}) == 2
    await check(world.store)


async def test_one_number_is_one_human_on_whatever_account(world: World):
    first = await world.says(PHONE, "by text", intake=SMS)
    assert (await world.says(PHONE, "by WhatsApp", intake=WHATSAPP)).conversation == first.conversation
    # An account of its own, but what has been running there longest stays there.
    other = await world.says("+2", "me", intake=SMS)
    assert other.conversation != first.conversation
    await check(world.store)


async def test_what_one_proof_after_the_other_says_holds_together(world: World):
    chat = await world.says(HER, "hello")
    word = await shown(world, chat.conversation)
    await world.says(PHONE, f"go on #{word}", intake=SMS)
    await confirmed(world, chat.conversation, "+2")
    came = await world.says("+2", "my other phone", intake=WHATSAPP)
    assert came.conversation == chat.conversation
    link = await sent_link(world.store, chat.conversation, "web", await leg_of(world, "+2"))
    browser = await world.store.write(lambda tx: follow_link(tx, "web", link, "once"))
    assert browser is not None
    await world.do(close, chat.conversation)
    again = await world.says(PHONE, "one more thing", intake=WHATSAPP)
    assert again.conversation != chat.conversation, "it had none of its own that could reopen"
    came = await world.says(f"visitor:{browser.address}", "here I am")
    assert came.conversation == again.conversation, "what runs comes before what may be reopened"
    await check(world.store)


async def shown(world: World, conversation: str) -> str:
    identity = await world.identity_of(HER)
    return await world.store.write(lambda tx: make_word(tx, conversation, identity, "sms"))


async def leg_of(world: World, who: str) -> str:
    identity = await world.identity_of(who)
    found: str = await world.value("select id from legs where identity_id = $1 order by id desc", identity)
    return found


async def test_likeness_joins_no_conversation(world: World):
    chat = await world.says(HER, "hello")
    await world.says(PHONE, "hello, too", intake=SMS)
    await world.do(merge_contacts, await world.contact_of(PHONE), await world.contact_of(HER))
    chats = await running(world)
    assert len(chats) == 2
    assert (await world.says(PHONE, "me again", intake=SMS)).conversation != chat.conversation
    # By the number's other account it goes on with the number's, not with the browser's.
    came = await world.says(PHONE, "by WhatsApp", intake=WHATSAPP)
    assert came.conversation in chats and came.conversation != chat.conversation
    await world.do(close, came.conversation)
    assert (await world.says(PHONE, "new", intake=WHATSAPP)).conversation == came.conversation
    await check(world.store)


async def test_what_was_separated_or_taken_back_is_joined_no_more(world: World):
    chat = await world.says(HER, "hello")
    merge = await confirmed(world, chat.conversation)
    assert merge
    await world.do(undo_merge, merge)
    assert (await world.says(PHONE, "who?", intake=WHATSAPP)).conversation != chat.conversation
    other = await world.says("visitor:olga", "hello")
    await confirmed(world, other.conversation, "+2")
    await world.do(split_contact, await world.contact_of("+2"), [await world.identity_of("+2")])
    assert (await world.says("+2", "who?", intake=WHATSAPP)).conversation != other.conversation
    await check(world.store)


async def test_what_is_put_away_stays_put_away(world: World):
    chat = await world.says(HER, "hello")
    await confirmed(world, chat.conversation)
    await world.do(mark_spam, chat.conversation)
    fresh = await world.says(PHONE, "hello", intake=WHATSAPP)
    assert fresh.conversation != chat.conversation
    await world.do(snooze, fresh.conversation, 2**41)
    assert (await world.says(PHONE, "still here", intake=SMS)).conversation == fresh.conversation
    assert (await world.conversation(fresh.conversation))["status"] == "open"
    await world.do(close, fresh.conversation)
    await world.do(block, await world.contact_of(HER))
    blocked = await world.says(PHONE, "let me in", intake=Intake(AccountId("third")))
    assert blocked.conversation not in (chat.conversation, fresh.conversation)
    assert (await world.conversation(blocked.conversation))["status"] == "spam"
    await check(world.store)


async def test_who_only_claims_an_address_and_who_begins_a_thread_begin_something_new(world: World):
    first = await world.says("mailto:hana@example.com", "hello", intake=SMS)
    mail = Intake(AccountId("mail"))
    claimed = await world.says("mailto:hana@example.com", "trust me", intake=mail, proof=Proof.CLAIMED)
    assert claimed.conversation != first.conversation
    other = Intake(AccountId("second"))
    thread = await world.says("mailto:hana@example.com", "invoice", intake=other, thread_key="t1")
    assert thread.conversation not in (first.conversation, claimed.conversation)
    again = await world.says("mailto:hana@example.com", "and?", intake=other, thread_key="t1")
    assert again.conversation == thread.conversation
    await check(world.store)


async def test_who_was_erased_is_somebody_new(world: World):
    chat = await world.says(HER, "hello")
    await confirmed(world, chat.conversation)
    await world.do(erase_contact, await world.contact_of(HER))
    assert (await world.says(PHONE, "hello", intake=SMS)).conversation != chat.conversation
    await check(world.store)


async def test_who_has_nothing_running_is_joined_to_nothing(world: World):
    first = await world.says(PHONE, "hello", intake=SMS)
    await world.do(close, first.conversation)
    again = await world.says(PHONE, "and now", intake=SMS)
    assert again.conversation == first.conversation
    await world.do(close, first.conversation)
    old = Intake(AccountId("sms"), reopen_within=-1)
    fresh = await world.says(PHONE, "much later", intake=old)
    assert fresh.conversation != first.conversation
    # In a crowd too, where PostgreSQL writes messages together.
    await world.do(close, fresh.conversation)
    await asyncio.gather(*(world.says(f"+{n}", "hi") for n in range(5)))
    taken = await asyncio.gather(
        *(world.says(f"+{n}", "hi") for n in range(5)),
        *(world.says(PHONE, "web", intake=SMS) for n in range(3)),
    )
    assert len({one.conversation for one in taken[5:]}) == 1
    await check(world.store)


async def test_many_at_once_by_two_ways_are_one_conversation(database: Database):
    """Two processes are told at the same moment what she says by telephone and in the chat."""
    worlds = [await World.made(await database.open()), World(await database.open())]
    chat = await worlds[0].says(HER, "hello")
    await confirmed(worlds[0], chat.conversation)
    await worlds[0].do(close, chat.conversation)
    late = [Intake(AccountId(name), reopen_within=-1) for name in ("web", "sms", "whatsapp")]
    ways = [(HER, late[0]), (PHONE, late[1]), (PHONE, late[2])]
    taken = await asyncio.gather(
        *(
            worlds[n % 2].says(who, f"at once {n}", intake=intake)
            for n in range(20)
            for who, intake in [ways[n % 3]]
        )
    )
    assert len({one.conversation for one in taken}) == 1
    assert taken[0].conversation != chat.conversation
    assert len(await worlds[0].texts(taken[0].conversation)) == 20
    assert (
        await worlds[0].value("select count(*) from legs where conversation_id = $1", taken[0].conversation)
        == 3
    )
    await check(worlds[0].store)


async def test_sets_and_verbs_go_on_with_the_same(database: Database):
    """What PostgreSQL writes together ends where it would by itself: a closed chat is not reopened beside a running
    one, nor two closed ones at once."""
    world = await World.made(await database.open())
    chat = await world.says(HER, "hello")
    text = await world.says(PHONE, "hello", intake=SMS)
    proof = await shown(world, chat.conversation)
    await world.says(PHONE, f"go on #{proof}", intake=SMS)
    await world.do(merge_contacts, await world.contact_of(PHONE), await world.contact_of(HER))
    await world.do(close, text.conversation)
    crowd = [world.says(f"+{n}", "crowd") for n in range(4)]
    taken = await asyncio.gather(*crowd, world.says(PHONE, "which?", intake=SMS))
    assert taken[-1].conversation == chat.conversation
    await world.do(close, chat.conversation)
    crowd = [world.says(f"+{n}", "crowd") for n in range(4)]
    both = [world.says(HER, "one"), world.says(PHONE, "two", intake=SMS), world.says(HER, "three")]
    taken = await asyncio.gather(*crowd, *both)
    assert len({one.conversation for one in taken[4:]}) == 1
    await check(world.store)


async def test_no_conversation_of_another_contact_is_joined(world: World):
    """She takes part in a conversation of somebody else's: that is no reason to go on there."""
    first, second = await world.says("+1", "ours"), await world.says("+2", "mine")
    await world.do(merge, second.conversation, first.conversation)
    came = await world.says("+2", "by another way", intake=SMS)
    assert came.conversation != first.conversation
    assert (await world.says("+1", "and me", intake=SMS)).conversation == first.conversation
    await check(world.store)


async def followed(world: World, link: str, by: str) -> Address | None:
    return await world.store.write(lambda tx: follow_link(tx, "web", link, by))


async def test_a_browser_that_was_parted_comes_into_nothing_of_hers(world: World):
    """Somebody else followed her first link; her second one parted him, and the first counts for nothing."""
    first = await world.says(PHONE, "hello by text", intake=SMS)
    browsers = []
    for name in ("stranger", "hana"):
        link = await sent_link(world.store, first.conversation, "web", await leg_of(world, PHONE))
        address = await followed(world, link, name)
        assert address is not None
        browsers.append(f"visitor:{address.address}")
        await world.says(browsers[-1], f"I follow, says {name}", intake=WEB)
    stranger, hers = browsers
    await world.do(close, first.conversation)
    await world.store.write(
        lambda tx: tx.run("update conversations set closed_at = 1 where id = $1", first.conversation)
    )
    private = await world.says(PHONE, "a private matter", intake=WHATSAPP)
    assert private.conversation != first.conversation
    again = await world.says(stranger, "again", intake=WEB)
    assert again.conversation != private.conversation
    assert (await world.says(hers, "and from my browser", intake=WEB)).conversation == private.conversation
    await check(world.store)
