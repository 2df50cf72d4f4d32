"""One-time codes: they stand nowhere, go out once, and prove a number only within their tries and their time."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.base import ChosenTemplate, Delivery
from gateway.delivery import Pace
from gateway.errors import NotFound, Refused
from gateway.events import Actor, Address, Consent, Kind, Proof, agent, new_id
from gateway.outbox import Outbox, with_secrets
from gateway.store import Store
from gateway.store.log import events_after
from gateway.stream.codes import (
    CODE_LETTER,
    CODE_SUBJECT,
    CODE_TEXT,
    DIGITS,
    TRIES,
    Proven,
    code_of,
    send_code,
    try_code,
)
from gateway.stream.contacts import block
from gateway.stream.erase import erase_contact
from gateway.stream.merge import merge_contacts
from gateway.stream.outbox_lease import Leased, lease
from gateway.stream.people import find_or_make
from gateway.stream.post import Post
from gateway.stream.proofs import MASK, make_word
from gateway.stream.status import close
from gateway.stream.undo import undo_merge
from tests.phones import SMS, Phones, channels, with_phones
from tests.world import World, until

HER, PHONE = "visitor:hana", "+821055501001"
TO = Address("tel", PHONE)
BY = agent("anna")


@pytest.fixture
async def world(store: Store) -> World:
    await with_phones(store, most=200)
    return World(store)


async def sent(world: World, conversation: str, by: Actor = BY) -> str:
    what = Post("", by, new_id(), CODE_TEXT.ko.format(code=MASK))
    secret = world.store.secret
    return await world.store.write(lambda tx: send_code(tx, secret, conversation, "sms", TO, what))


async def tried(world: World, proof: str, code: str) -> Proven:
    return await world.store.write(lambda tx: try_code(tx, world.store.secret, proof, code, BY))


def right(world: World, proof: str) -> str:
    return code_of(world.store.secret, proof)


def wrong(world: World, proof: str) -> str:
    return f"{(int(right(world, proof)) + 1) % 10**DIGITS:06}"


async def goes_out(world: World) -> Phones:
    phones = Phones()
    outbox = Outbox(world.store, channels(phones))
    running = asyncio.create_task(outbox.run())
    await until(lambda: bool(phones.received))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return phones


async def test_a_number_that_nobody_has_joins_her_and_can_be_taken_back(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    assert await world.contact_of(PHONE) != await world.contact_of(HER), "nothing is proven yet"
    assert await tried(world, proof, wrong(world, proof)) == Proven(TRIES - 1)
    told = await tried(world, proof, right(world, proof))
    assert told.left is None and told.other is None and told.merge
    assert await world.contact_of(PHONE) == await world.contact_of(HER)
    row = await world.row("select proof, person_id from identities where address = $1", PHONE)
    assert row["proof"] == Proof.VERIFIED
    await world.do(undo_merge, told.merge)
    assert await world.contact_of(PHONE) != await world.contact_of(HER)


async def test_the_code_stands_nowhere_and_goes_out_once(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    code = right(world, proof)
    phones = await goes_out(world)
    assert phones.texts == [CODE_TEXT.ko.format(code=code)]
    for table in ("messages", "proofs", "deliveries", "events", "audit", "conversations"):
        for row in await world.rows(f"select * from {table}"):
            assert code not in str(dict(row)), table
    texts = [row["text"] for row in await world.rows("select text from messages order by position")]
    assert texts == ["hello", CODE_TEXT.ko.format(code=MASK)]


async def test_five_tries_and_no_more_also_at_once(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    guesses = (tried(world, proof, wrong(world, proof)) for _ in range(20))
    came = await asyncio.gather(*guesses, return_exceptions=True)
    counted = sorted(one.left for one in came if isinstance(one, Proven) and one.left is not None)
    assert counted == list(range(TRIES))
    refused = [one for one in came if isinstance(one, Refused)]
    assert {one.text for one in refused} == {"errors.code_tries"} and len(refused) == 20 - TRIES
    with pytest.raises(Refused, match="tried"):
        await tried(world, proof, right(world, proof))


async def test_a_code_proves_once_and_in_its_time(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    await tried(world, proof, right(world, proof))
    with pytest.raises(Refused, match="used"):
        await tried(world, proof, right(world, proof))
    with pytest.raises(NotFound):
        await tried(world, "nothing", "000000")
    with pytest.raises(Refused) as caught:
        await sent(world, chat.conversation)
    assert caught.value.text == "errors.already_proven"


async def test_a_code_that_is_over_neither_goes_out_nor_proves(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    with pytest.raises(Refused) as caught:
        await tried(world, proof, right(world, proof))
    assert caught.value.text == "errors.code_over"
    phones = Phones()
    outbox = Outbox(world.store, channels(phones))
    running = asyncio.create_task(outbox.run())
    for _ in range(1000):
        if await world.value("select state from deliveries") == "failed":
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("it still waits")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert phones.received == []


async def test_a_number_of_a_known_contact_is_the_agents_to_merge(world: World):
    chat = await world.says(HER, "hello")
    before = await world.says(PHONE, "I wait for an answer", intake=SMS)
    proof = await sent(world, chat.conversation)
    waits = await world.conversation(before.conversation)
    assert waits["waiting_since"] is not None, "a code is no answer"
    head = world.store.published
    told = await tried(world, proof, right(world, proof))
    assert told == Proven(None, other=await world.contact_of(PHONE))
    assert await world.value("select count(*) from merges") == 0
    events = await world.store.read(lambda look: events_after(look, head, 20))
    told_of = {
        one.contact
        for one in events
        if one.kind is Kind.CONTACT_CHANGED and "claimed" in one.changes["fields"]
    }
    assert told_of == {await world.contact_of(PHONE), await world.contact_of(HER)}


async def test_a_code_proves_nothing_of_another_contacts_number(world: World):
    """A number that nobody has proven was merged into Olga; whoever has it is not she."""
    await world.says("visitor:olga", "my secret order")
    olga = await world.contact_of("visitor:olga")
    made = await world.store.write(lambda tx: find_or_make(tx, TO, Proof.CLAIMED))
    await world.do(merge_contacts, made.contact, olga)
    chat = await world.says(HER, "I have that number")
    proof = await sent(world, chat.conversation)
    assert await tried(world, proof, right(world, proof)) == Proven(None, other=olga)
    row = await world.row("select contact_id, proof from identities where id = $1", made.identity)
    assert (row["contact_id"], row["proof"]) == (olga, Proof.CLAIMED)
    # Merged by an agent, the number can be proven where it is now.
    await world.do(merge_contacts, olga, await world.contact_of(HER))
    again = await sent(world, chat.conversation)
    assert await tried(world, again, right(world, again)) == Proven(None)
    assert await world.value("select proof from identities where id = $1", made.identity) == Proof.VERIFIED


KNOWN_BY = {
    "attributes": """update contacts set attributes = '{"customer_no": "4711"}' where id = $1""",
    "claims": """update contacts set claims = '{"email": "o@example.com"}' where id = $1""",
    "language": "update contacts set locale = 'ko' where id = $1",
    "tags": """insert into conversation_tags (conversation_id, tag_id, status, last_at)
        select id, 'vip', status, last_at from conversations where contact_id = $1""",
    "subject": "update conversations set subject = 'her order' where contact_id = $1",
}


@pytest.mark.parametrize("what", KNOWN_BY)
async def test_whoever_anything_is_known_of_is_never_merged_silently(world: World, what: str):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    theirs = await world.contact_of(PHONE)
    await world.store.write(lambda tx: tx.run(KNOWN_BY[what], theirs))
    assert await tried(world, proof, right(world, proof)) == Proven(None, other=theirs)
    assert await world.value("select count(*) from merges") == 0


async def test_whom_we_have_written_to_is_never_merged_silently(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    theirs = await world.value("select id from conversations where id <> $1", chat.conversation)
    await world.notes(theirs, "she is to be called back")
    assert (await tried(world, proof, right(world, proof))).other == await world.contact_of(PHONE)


async def test_who_wants_nothing_or_is_blocked_is_sent_no_code(world: World):
    chat = await world.says(HER, "hello")
    await world.says(PHONE, "STOP", intake=SMS, consent=Consent.STOP)
    with pytest.raises(Refused) as caught:
        await sent(world, chat.conversation)
    assert caught.value.text == "errors.opted_out"
    await world.says(PHONE, "START", intake=SMS, consent=Consent.START)
    await world.do(block, await world.contact_of(PHONE))
    with pytest.raises(Refused) as caught:
        await sent(world, chat.conversation)
    assert caught.value.text == "errors.contact_blocked"
    assert await world.value("select count(*) from deliveries") == 0


async def test_a_second_code_goes_to_the_same_place(world: World):
    chat = await world.says(HER, "hello")
    first, second = await sent(world, chat.conversation), await sent(world, chat.conversation)
    assert right(world, first) != right(world, second)
    assert await world.value("select count(*) from conversations") == 2
    row = await world.row("select * from conversations where id <> $1", chat.conversation)
    assert row["status"] == "closed"
    # Who answers the code is heard.
    answer = await world.says(PHONE, "What is this?", intake=SMS)
    assert answer.conversation == row["id"] and (await world.conversation(row["id"]))["status"] == "open"


async def test_a_code_stands_in_nobodys_conversation(world: World):
    """Not in a closed one with the number's own words, nor in one that others are reached by."""
    chat = await world.says(HER, "hello")
    theirs = await world.says(PHONE, "I had a question", intake=SMS)
    await world.answers(theirs.conversation, "Here is the answer")
    await world.do(close, theirs.conversation)
    before = dict(await world.conversation(theirs.conversation))
    await sent(world, chat.conversation)
    assert dict(await world.conversation(theirs.conversation)) == before
    row = await world.row(
        "select c.status, c.contact_id from messages m join conversations c on c.id = m.conversation_id"
        " order by m.position desc limit 1"
    )
    assert (row["status"], row["contact_id"]) == ("closed", await world.contact_of(PHONE))


def test_a_template_carries_it_in_its_place():
    delivery = Delivery("d", 1, TO, "", f"Code {MASK}", template=ChosenTemplate("HX1", {"1": MASK}))
    leased: Any = Leased("sms", delivery, None, 0, 0, "i", "m", proof="p")
    out = with_secrets(leased, b"secret").delivery
    code = code_of(b"secret", "p")
    assert out.text == f"Code {code}" and out.template == ChosenTemplate("HX1", {"1": code})
    assert with_secrets(Leased("sms", delivery, None, 0, 0, "i", "m"), b"secret").delivery == delivery


@given(st.binary(min_size=1, max_size=40), st.text(max_size=30))
def test_a_code_is_six_digits_and_always_the_same(secret: bytes, proof: str):
    code = code_of(secret, proof)
    assert len(code) == DIGITS and code.isascii() and code.isdigit()
    assert code == code_of(secret, proof)


async def refusals(world: World) -> list[str | None]:
    taken = await world.store.write(lambda tx: lease(tx, "sms", 5, 100, 5, Pace()))
    return [one.refused and one.refused.text for one in taken.leased]


async def test_a_code_that_waited_for_days_fails_with_words(world: World):
    """Its account had no credentials meanwhile, and others made codes and words."""
    chat = await world.says(HER, "hello")
    await sent(world, chat.conversation)
    await world.store.write(
        lambda tx: tx.run("update proofs set created_at = $1, expires_at = $2", 0, 600_000)
    )
    identity = await world.identity_of(HER)
    await world.store.write(lambda tx: make_word(tx, chat.conversation, identity, "sms"))
    assert await refusals(world) == ["errors.code_over"]


async def test_a_used_code_sent_again_fails_with_words_also_when_who_had_it_asked_is_erased(world: World):
    chat = await world.says(HER, "hello")
    proof = await sent(world, chat.conversation)
    told = await tried(world, proof, right(world, proof))
    assert told.merge is not None
    await world.do(undo_merge, told.merge)
    await world.do(erase_contact, await world.contact_of(HER))
    await world.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    assert await refusals(world) == ["errors.code_over"]
    assert await world.value("select met_id from proofs") is None


def test_a_locked_phone_shows_no_code_of_a_mail() -> None:
    # It shows the subject and about so many letters of the words; those of Korean are twice as wide.
    assert CODE_LETTER.en.index("{code}") > 200 and CODE_LETTER.ko.index("{code}") > 100
    assert "{" not in CODE_SUBJECT.en + CODE_SUBJECT.ko
