"""Invitations: a link is for whom the reply with it goes to, and stands nowhere but in what that person is sent."""

import asyncio
from typing import Any

import pytest

from gateway.delivery import Pace
from gateway.errors import Refused
from gateway.events import Address
from gateway.outbox import Outbox
from gateway.store import Store, Tx
from gateway.stream.erase import erase_contact
from gateway.stream.invitations import filled, make_invitation
from gateway.stream.merge import merge
from gateway.stream.outbox_lease import lease
from gateway.stream.proofs import KEPT, LIFE, MASK, Brings, follow_link
from gateway.visitors.story import find_person, read_page
from tests.phones import SMS, Phones, channels, with_phones
from tests.world import World, sent_link, until

HER, PHONE, HIS = "visitor:hana", "+821055501001", "+821055509999"
ONCE = "o" * 26


@pytest.fixture
async def world(store: Store) -> World:
    await with_phones(store, most=200)
    return World(store)


async def offered(world: World, conversation: str, kind: Brings = "link", account: str = "web") -> str:
    """What the button puts into the field, but for the words around it."""

    async def verb(tx: Tx) -> str:
        row = await tx.one("select identity_id from legs where conversation_id = $1", conversation)
        assert row is not None
        return await make_invitation(tx, kind, conversation, row["identity_id"], account)

    return f"chat#go={MASK}{await world.store.write(verb)}"


async def follows(world: World, secret: str, once: str = ONCE) -> Address | None:
    return await world.store.write(lambda tx: follow_link(tx, "web", secret, once))


async def reads(world: World, who: Address) -> list[str]:
    async def look(r: Any) -> list[str]:
        known = await find_person(r, who)
        assert known is not None
        return [one["text"] for one in (await read_page(r, known.person, lambda *_: "")).messages]

    return await world.store.read(look)


async def test_a_link_leads_to_whom_the_reply_with_it_goes(world: World):
    talk = await world.says(PHONE, "my address is 1 Secret Road", intake=SMS)
    text = await offered(world, talk.conversation)
    his = await world.says(HIS, "I write for her", intake=SMS)
    await world.do(merge, his.conversation, talk.conversation)
    leg = await world.value(
        "select l.id from legs l join identities i on i.id = l.identity_id where i.address = $1", HIS
    )
    posted = await world.answers(talk.conversation, text, leg=leg)
    secret = filled(text, world.store.secret, posted.message).rpartition("=")[2]
    him = await follows(world, secret)
    assert him is not None
    assert (await reads(world, him))[0] == "I write for her"
    assert "my address is 1 Secret Road" not in await reads(world, him)


async def test_the_link_stands_nowhere_and_goes_out_once(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    text = await offered(world, talk.conversation)
    posted = await world.answers(talk.conversation, text)
    phones = Phones()
    running = asyncio.create_task(Outbox(world.store, channels(phones)).run())
    await until(lambda: bool(phones.received))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    secret = filled(text, world.store.secret, posted.message).rpartition("=")[2]
    assert phones.texts == [f"chat#go={secret}"] and MASK not in secret and len(secret) == 24
    for table in ("messages", "proofs", "deliveries", "events", "audit", "drafts", "message_search"):
        for row in await world.rows(f"select * from {table}"):
            assert secret not in str(dict(row)), table
    browser = await follows(world, secret)
    assert browser is not None
    # Her telephone's message is told to a browser that may be another's with its mask.
    assert (await reads(world, browser)) == ["hello", text]


async def test_nobody_follows_what_was_never_sent_or_was_copied(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    text = await offered(world, talk.conversation)
    proof = text.partition(MASK)[2]
    assert await follows(world, f"{MASK}{proof}") is None and await follows(world, proof) is None
    await world.answers(talk.conversation, text)
    other = await world.says(HER, "I am somebody else")
    with pytest.raises(Refused) as refused:
        await world.answers(other.conversation, text)
    assert refused.value.text == "errors.invitation_over"
    await world.says(HER, text)
    assert (await reads(world, Address("visitor", "hana")))[-1] == text, "her own words stay hers"
    await world.notes(talk.conversation, text)


async def test_a_word_in_the_chat_is_told_to_her_alone(world: World):
    chat = await world.says(HER, "hello")
    text = await offered(world, chat.conversation, "word", "sms")
    await world.answers(chat.conversation, text)
    assert (await world.texts(chat.conversation))[-1] == text
    word = (await reads(world, Address("visitor", "hana")))[-1].rpartition("=")[2]
    came = await world.says(PHONE, f"hi #{word}", intake=SMS)
    assert came.conversation == chat.conversation
    assert await world.contact_of(PHONE) == await world.contact_of(HER)


async def test_its_half_hour_begins_when_it_is_sent_and_one_forgotten_is_refused(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    first, second = await offered(world, talk.conversation), await offered(world, talk.conversation)
    await world.store.write(
        lambda tx: tx.run("update proofs set expires_at = created_at, created_at = created_at - $1", LIFE)
    )
    posted = await world.answers(talk.conversation, first)
    assert await follows(world, filled(first, world.store.secret, posted.message).rpartition("=")[2])
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = expires_at - $1", KEPT + LIFE))
    await offered(world, talk.conversation)
    with pytest.raises(Refused) as refused:
        await world.answers(talk.conversation, second)
    assert refused.value.text == "errors.invitation_over"


async def test_one_that_is_over_before_it_could_leave_is_not_sent(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    await sent_link(world.store, talk.conversation)
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    await offered(world, talk.conversation)
    taken = await world.store.write(lambda tx: lease(tx, "sms", 5, 100, 5, Pace()))
    assert [one.refused and one.refused.text for one in taken.leased] == ["errors.invitation_over"]


async def test_two_links_in_one_reply_go_out_as_one_message(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    text = f"{await offered(world, talk.conversation)} {await offered(world, talk.conversation)}"
    await world.answers(talk.conversation, text)
    taken = await world.store.write(lambda tx: lease(tx, "sms", 5, 100, 5, Pace()))
    assert [one.delivery.text for one in taken.leased] == [text]


async def test_erasing_her_takes_what_was_sent_to_her(world: World):
    talk = await world.says(PHONE, "hello", intake=SMS)
    secret = await sent_link(world.store, talk.conversation)
    await world.do(erase_contact, await world.contact_of(PHONE))
    assert await follows(world, secret) is None
    assert await world.value("select count(*) from proofs") == 0
