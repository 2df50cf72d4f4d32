"""What was said goes to whoever took part, as far as she may see it anywhere, and to nobody else."""

import pytest

from gateway.channels.base import Correspondent
from gateway.channels.registry import Channels, make
from gateway.errors import Refused, Repeat
from gateway.events import AccountId, Address, Clue, ConversationId, Event, Proof, Source, agent
from gateway.store import Store
from gateway.stream.automatic import MOST, quieten
from gateway.stream.contacts import prove, set_claims
from gateway.stream.edit import erase_message
from gateway.stream.envelope import Wanted, answering
from gateway.stream.ingest import Intake
from gateway.stream.merge import merge_contacts
from gateway.stream.post import Post, Posted, post_with
from gateway.stream.proofs import make_word
from gateway.stream.split import split_contact
from gateway.stream.transcript import BY as OWN
from gateway.stream.transcript import TRANSCRIPT, proven_address, send_own, send_transcript
from tests.checks import check
from tests.left import HER, HERS, accounts, follows, goes_out, pause_is_over, with_leavers
from tests.world import World

BY = agent("anna")
BOSS = "boss@example.net"


@pytest.fixture
async def world(store: Store) -> World:
    return await with_leavers(store)


async def sends(world: World, talk: str, address: str, client_id: str = "t1") -> Posted:
    to = Address("mailto", address)

    async def verb(tx: object) -> Event:
        return await send_transcript(tx, talk, "mail", to, BY, client_id)  # type: ignore[arg-type]

    return await post_with(world.store, Post("", BY, client_id), verb)


async def told(world: World, address: str) -> str:
    """What goes to her, with all that is to go."""
    found = [one.delivery.text for one in await goes_out(world) if one.delivery.to.address == address]
    assert len(found) == 1
    return found[0]


async def chat(world: World, claims: str = HERS) -> str:
    taken = await world.says(HER, "Where is ![it](cid:x)?", locale="ko-KR", name="Hana")
    contact = await world.contact_of(HER)
    await world.store.write(lambda tx: set_claims(tx, contact, {"email": claims}))
    await world.answers(taken.conversation, "It comes **tomorrow**.")
    await world.notes(taken.conversation, "She is angry.")
    return taken.conversation


async def test_a_chat_goes_to_the_address_that_she_left_there(world: World) -> None:
    talk = await chat(world)
    before = await world.conversation(talk)
    posted = await sends(world, talk, HERS)
    text = await told(world, HERS)
    assert text.startswith(TRANSCRIPT.ko)
    assert "**Hana** · " in text and "**Anna** · " in text and " KST" in text
    assert "It comes **tomorrow**." in text and "angry" not in text
    assert "![it]" not in text, "her words draw nothing"
    after = await world.conversation(talk)
    assert (after["leg_id"], after["waiting_since"]) == (before["leg_id"], before["waiting_since"])
    event = await world.row("select * from events where kind = 'conversation.changed'")
    assert event["subject_id"] == posted.message and "transcript" in event["changes"]
    again = await sends(world, talk, HERS)
    assert again.repeat and again.message == posted.message
    await check(world.store)


async def test_one_transcript_is_no_part_of_the_next_and_what_was_erased_is_in_none(world: World) -> None:
    talk = await chat(world)
    await sends(world, talk, HERS)
    await told(world, HERS)
    gone = await world.answers(talk, "A slip of the tongue.")
    await sends(world, talk, HERS, "t2")
    await world.do(erase_message, gone.message)
    rows = await world.rows("select message_id from carried")
    assert len(rows) == 2 + 3
    await world.store.write(lambda tx: tx.run("update lanes set due_at = 0"))
    await world.store.write(
        lambda tx: tx.run("update deliveries set due_at = null, state = 'sent' where state <> 'queued'")
    )
    text = await told(world, HERS)
    assert text.count(TRANSCRIPT.ko) == 1 and "slip" not in text


async def test_somebody_who_takes_no_part_gets_nothing(world: World) -> None:
    talk = await chat(world)
    await world.says(f"mailto:{BOSS}", "about something else")
    for stranger in (BOSS, "nobody@example.net"):
        with pytest.raises(Refused) as why:
            await sends(world, talk, stranger, f"to {stranger}")
        assert why.value.text == "errors.transcript_stranger"
    assert await world.value("select count(*) from carried") == 0


async def test_whoever_stood_beside_her_gets_what_she_was_sent_and_nothing_else(world: World) -> None:
    talk = await chat(world)
    await sends(world, talk, HERS, "t0")
    leg = await world.value("select id from legs where account_id = 'mail'")
    boss = (Correspondent(Address("mailto", BOSS), "Boss"),)
    await world.answers(talk, "What do you think?", leg=leg, wanted=Wanted(to=boss, cc=()))
    await goes_out(world)
    await sends(world, talk, BOSS)
    text = await told(world, BOSS)
    assert "What do you think?" in text and "tomorrow" not in text and "Where is" not in text
    await sends(world, talk, HERS, "t2")
    assert "What do you think?" not in await told(world, HERS)
    await check(world.store)


async def test_merging_by_likeness_shows_nobody_the_others_words(world: World) -> None:
    """Two contacts that agents have merged are two people to their devices."""
    talk = await chat(world, claims="")
    await world.says(f"mailto:{HERS}", "a mail of mine")
    await world.do(merge_contacts, await world.contact_of(f"mailto:{HERS}"), await world.contact_of(HER))
    with pytest.raises(Refused) as why:
        await sends(world, talk, HERS)
    assert why.value.text == "errors.transcript_empty"


async def test_what_is_proven_to_be_hers_is_in_it(world: World) -> None:
    talk = await chat(world, claims="")
    visitor = await world.identity_of(HER)
    word = await world.store.write(lambda tx: make_word(tx, talk, visitor, "web"))
    await world.says(f"mailto:{HERS}", f"#{word}")
    address = await world.identity_of(f"mailto:{HERS}")
    assert await world.contact_of(f"mailto:{HERS}") == await world.contact_of(HER)
    await sends(world, talk, HERS)
    assert "tomorrow" in await told(world, HERS)
    await world.store.write(lambda tx: prove(tx, address, Proof.VERIFIED, same_as=visitor))
    await world.answers(talk, "And this.")
    assert (await sends(world, talk, HERS, "t2")).message


async def test_a_copy_for_one_leaves_nobody_out_of_the_next_answer(world: World) -> None:
    talk = await chat(world)
    await sends(world, talk, HERS)
    leg = await world.value("select id from legs where account_id = 'mail'")
    boss = (Correspondent(Address("mailto", BOSS), "Boss"),)
    await world.answers(talk, "To you both.", leg=leg, wanted=Wanted(cc=boss))
    copy = await sends(world, talk, HERS, "t2")
    hers, other = [await world.identity_of(f"mailto:{one}") for one in (HERS, BOSS)]
    told = await world.store.read(lambda look: answering(look, talk, "mail", hers))
    assert (told.message, told.hers, told.beside) == (copy.message, False, (other,))
    assert told.shared not in (None, copy.message)
    await check(world.store)


# --- what she asks for herself --------------------------------------------------------------------------------------


def mailing() -> Channels:
    return accounts()


async def asks(world: World, talk: str) -> Event:
    visitor = await world.identity_of(HER)
    channels = mailing()
    return await world.store.write(lambda tx: send_own(tx, talk, visitor, channels, "mail"))


async def proven(world: World) -> str:
    """She has brought a word from the chat by mail: the address is hers."""
    talk = await chat(world, claims="")
    visitor = await world.identity_of(HER)
    word = await world.store.write(lambda tx: make_word(tx, talk, visitor, "mail"))
    await world.says(f"mailto:{HERS}", f"It is me. #{word}", intake=Intake(AccountId("mail")))
    return talk


async def test_her_own_copy_goes_to_the_address_that_is_proven_to_be_hers(world: World) -> None:
    talk = await proven(world)
    before = await world.conversation(talk)
    event = await asks(world, talk)
    assert event.actor == OWN
    text = await told(world, HERS)
    assert text.startswith(TRANSCRIPT.ko) and "tomorrow" in text and "angry" not in text
    after = await world.conversation(talk)
    assert (after["leg_id"], after["waiting_since"]) == (before["leg_id"], before["waiting_since"])
    line = await world.row(
        "select * from events where kind = 'conversation.changed' and cast(changes as text) like '%transcript%'"
    )
    assert line["subject_id"] == event.message and line["actor_kind"] == "customer"
    with pytest.raises(Repeat):
        await asks(world, talk)
    await world.answers(talk, "And one more.")
    await asks(world, talk)
    # The answer itself went there, too: that is where she writes from now.
    answer, copy = sorted([one.delivery.text for one in await goes_out(world)], key=len)
    assert answer == "And one more." and copy.startswith(TRANSCRIPT.ko) and answer in copy
    await check(world.store)


async def test_an_address_that_was_only_left_or_merged_is_none_for_her_own_copy(world: World) -> None:
    talk = await chat(world)
    with pytest.raises(Refused) as why:
        await asks(world, talk)
    assert why.value.text == "errors.transcript_unproven"
    await world.says(f"mailto:{BOSS}", "a mail of mine")
    await world.do(merge_contacts, await world.contact_of(f"mailto:{BOSS}"), await world.contact_of(HER))
    with pytest.raises(Refused) as why:
        await asks(world, talk)
    assert why.value.text == "errors.transcript_unproven"
    assert await world.value("select count(*) from carried") == 0


async def test_what_came_late_and_stands_before_what_she_has_goes_in_the_next(world: World) -> None:
    talk = await proven(world)
    await asks(world, talk)
    await goes_out(world)
    await world.says(HER, "Written before all that.", at=1_000, late=True)
    await asks(world, talk)
    assert "Written before all that." in await told(world, HERS)
    with pytest.raises(Repeat):
        await asks(world, talk)


async def followed_to_boss(world: World) -> tuple[str, str]:
    """Agents have merged her with somebody who has proven his address one day, and what she left unread went there.
    Returns the conversation and his identity."""
    talk = await chat(world, claims="")
    await world.says(f"mailto:{BOSS}", "About something else", intake=Intake(AccountId("mail")))
    boss = await world.identity_of(f"mailto:{BOSS}")
    await world.store.write(lambda tx: prove(tx, boss, Proof.VERIFIED))
    await world.do(merge_contacts, await world.contact_of(f"mailto:{BOSS}"), await world.contact_of(HER))
    await pause_is_over(world)
    assert await follows(world) is not None
    assert [one.delivery.to.address for one in await goes_out(world)] == [BOSS]
    return talk, boss


async def mails(world: World, address: str, talk: str | None, source: Source | None = None) -> None:
    """`talk`: by the address that was signed for it."""
    clues = () if talk is None else (Clue(ConversationId(talk), lets_in=True),)
    await world.says(
        f"mailto:{address}", "A mail", clues=clues, source=source, intake=Intake(AccountId("mail"))
    )


async def refused_as_unproven(world: World, talk: str) -> None:
    with pytest.raises(Refused) as why:
        await asks(world, talk)
    assert why.value.text == "errors.transcript_unproven"


async def test_what_followed_to_whom_agents_merged_proves_nothing_until_he_answers_it(world: World) -> None:
    talk, boss = await followed_to_boss(world)
    await refused_as_unproven(world, talk)
    await mails(world, BOSS, talk, Source("away@c", automatic="away"))
    await refused_as_unproven(world, talk)
    await mails(world, BOSS, None)
    await refused_as_unproven(world, talk)
    await mails(world, BOSS, talk)
    assert (await asks(world, talk)).actor == OWN
    contact = await world.contact_of(HER)
    await world.do(split_contact, contact, [boss])
    await world.do(merge_contacts, await world.contact_of(f"mailto:{BOSS}"), await world.contact_of(HER))
    await refused_as_unproven(world, talk)
    await mails(world, BOSS, talk)
    await world.answers(talk, "So it is you.")
    assert (await asks(world, talk)).actor == OWN, "he has answered since"
    await check(world.store)


async def test_whose_conversation_another_address_had_too_is_proven_by_no_answer(world: World) -> None:
    """Who was sent anything of it has its signed address, and can write any From."""
    talk, _ = await followed_to_boss(world)
    aside = Wanted(to=(Correspondent(Address("mailto", HERS), ""),), cc=())
    leg = await world.value("select id from legs where account_id = 'mail' and conversation_id = $1", talk)
    await world.answers(talk, "Is this you, too?", leg=leg, wanted=aside)
    await goes_out(world)
    await mails(world, BOSS, talk)
    await refused_as_unproven(world, talk)


async def test_what_was_said_to_others_is_not_in_her_own_copy(world: World) -> None:
    talk = await proven(world)
    leg = await world.value("select id from legs where account_id = 'mail'")
    boss = (Correspondent(Address("mailto", BOSS), "Boss"),)
    await world.answers(talk, "What do you think of her?", leg=leg, wanted=Wanted(to=boss, cc=()))
    await asks(world, talk)
    assert "What do you think of her?" not in await told(world, HERS)


async def test_nothing_writes_there_nothing_goes(world: World) -> None:
    talk = await proven(world)
    visitor = await world.identity_of(HER)
    nobody = Channels({"web": make("web", {"type": "webchat"})})
    assert await world.store.read(lambda look: proven_address(look, visitor, nobody, "mail")) is None
    found = await world.store.read(lambda look: proven_address(look, visitor, mailing(), "mail"))
    assert found is not None and (found.account, found.to.address) == ("mail", HERS)
    mail = await world.identity_of(f"mailto:{HERS}")
    await world.store.write(lambda tx: quieten(tx, "mail", mail))
    with pytest.raises(Refused) as why:
        await asks(world, talk)
    assert why.value.text == "errors.transcript_unproven", "she wants none there"


async def test_no_more_than_a_few_within_the_hour(world: World) -> None:
    talk = await proven(world)
    for number in range(MOST):
        await asks(world, talk)
        await world.answers(talk, f"more {number}")
    with pytest.raises(Refused) as why:
        await asks(world, talk)
    assert why.value.text == "errors.automatic_often"
