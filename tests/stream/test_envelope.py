"""Whom a message goes to: answering all never tells one person of another whom she has not seen."""

import random
from collections.abc import Sequence

import pytest

from gateway.channels.base import Correspondent
from gateway.channels.registry import Channels
from gateway.errors import Refused
from gateway.events import SYSTEM, Address, Clue, Consent, ConversationId, InboundMessage, Participant
from gateway.store import Store, Tx, as_json
from gateway.stream.consent import heed
from gateway.stream.envelope import Answering, Envelope, Wanted, answering
from gateway.stream.merge import merge_contacts
from gateway.stream.moved import recount
from gateway.stream.participants import OF_A_STRANGER, set_apart
from gateway.stream.post import Posted
from gateway.stream.release import release
from gateway.stream.status import close, reopen
from tests.checks import check
from tests.letters import MOST, person, with_letters
from tests.world import WEB, World

MINA, JUNE, BOSS, SPY = (f"{name}@example.net" for name in ("mina", "june", "boss", "spy"))


@pytest.fixture
async def world(store: Store) -> World:
    return await with_letters(store)


async def wrote(world: World, text: str = "hello", cc: Sequence[str] = (), who: str = MINA) -> str:
    """A mail of hers, with others in copy; returns its conversation."""
    taken = await world.says(f"mailto:{who}", text)
    people = [await met(world, one) for one in cc]
    envelope = as_json({"to": [], "cc": people})
    await world.store.write(
        lambda tx: tx.run("update messages set envelope = $2 where id = $1", taken.message, envelope)
    )
    return taken.conversation


async def met(world: World, address: str) -> str:
    """Her identity, made by a mail of hers in a conversation of her own."""
    if not await world.rows("select 1 from identities where address = $1", address):
        await world.says(f"mailto:{address}", "about something else")
    return await world.identity_of(f"mailto:{address}")


async def went(world: World, posted: Posted) -> dict[str, list[str]]:
    """Who stands where in its envelope."""
    envelope = Envelope.of(await world.value("select envelope from messages where id = $1", posted.message))
    rows = await world.rows("select id, address from identities")
    address = {row["id"]: row["address"] for row in rows}
    return {
        role: [address[one] for one in people]
        for role, people in (("to", envelope.to), ("cc", envelope.cc), ("bcc", envelope.bcc))
        if people
    }


async def deliveries(world: World, posted: Posted) -> list[tuple[str, int, int]]:
    rows = await world.rows(
        """select i.address, d.part, d.files from deliveries d join identities i on i.id = d.identity_id
        where d.message_id = $1 order by i.address, d.part""",
        posted.message,
    )
    return [(row["address"], row["part"], row["files"]) for row in rows]


def named(*addresses: str) -> tuple[Correspondent, ...]:
    return tuple(person(one) for one in addresses)


async def test_who_only_had_a_copy_of_ours_is_no_stranger(world: World) -> None:
    many = tuple(Participant(Address("mailto", f"p{n}@far.example"), "") for n in range(OF_A_STRANGER + 1))
    fact = InboundMessage("m1", Address("mailto", JUNE), text="To all of you", clues=(), others=many)
    talk = await wrote(world)
    _, apart = await world.store.write(lambda tx: set_apart(tx, fact))
    assert apart == many
    await world.answers(talk, "Hello", wanted=Wanted(cc=named(JUNE)))
    assert await world.store.write(lambda tx: set_apart(tx, fact)) == (fact, ())


async def test_an_answer_goes_to_everybody_who_stood_in_her_mail_each_by_a_delivery(world: World) -> None:
    talk = await wrote(world, cc=[JUNE, BOSS])
    posted = await world.answers(talk, "a long answer " * 400)
    assert await went(world, posted) == {"to": [MINA], "cc": [JUNE, BOSS]}
    assert await deliveries(world, posted) == [(BOSS, 0, 0), (JUNE, 0, 0), (MINA, 0, 0)]
    assert await world.value("select delivery from messages where id = $1", posted.message) == "queued"
    await check(world.store)


@pytest.mark.parametrize("seed", range(6))
async def test_answering_all_tells_nobody_of_whom_she_has_not_seen(world: World, seed: int) -> None:
    """Whatever was written before, and to whom: those who see each other in it have stood in one mail before."""
    chance, everybody = random.Random(seed), [MINA, JUNE, BOSS, SPY]
    talk = await wrote(world, cc=chance.sample([JUNE, BOSS], chance.randrange(3)))
    named_in = {address: named(address) for address in everybody}

    def some(most: int) -> tuple[Correspondent, ...]:
        return tuple(named_in[one][0] for one in chance.sample(everybody, chance.randrange(most)))

    for step in range(12):
        seen = await seen_together(world)
        legs = await world.rows("select id from legs where conversation_id = $1 order by id", talk)
        by = chance.choice(legs)["id"]
        match chance.randrange(4):
            case 0:
                others = chance.sample([JUNE, BOSS], chance.randrange(3))
                await wrote(world, f"hers {step}", cc=others)
            case 1:
                to = (named_in[chance.choice(everybody)][0],)
                await world.answers(talk, f"to {step}", leg=by, wanted=Wanted(to=to, cc=some(3), bcc=some(2)))
            case _:
                posted = await world.answers(talk, f"all {step}", leg=by, wanted=Wanted(bcc=some(2)))
                told = await went(world, posted)
                shown = {*told["to"], *told.get("cc", ())}
                assert len(shown) == 1 or any(shown <= before for before in seen), (told, seen)
    await check(world.store)


async def seen_together(world: World) -> list[set[str]]:
    """Who saw each other in each message so far."""
    found = []
    rows = await world.rows(
        """select m.envelope, m.author_kind, i.address from messages m join legs l on l.id = m.leg_id
        join identities i on i.id = l.identity_id"""
    )
    address = {row["id"]: row["address"] for row in await world.rows("select id, address from identities")}
    for row in rows:
        hers = {row["address"]} if row["author_kind"] == "customer" or row["envelope"] is None else set[str]()
        envelope = Envelope((), ()) if row["envelope"] is None else Envelope.of(row["envelope"])
        found.append(hers | {address[one] for one in (*envelope.to, *envelope.cc)})
    return found


async def test_who_was_left_out_once_stays_out(world: World) -> None:
    talk = await wrote(world, cc=[JUNE])
    await world.answers(talk, "only to you", wanted=Wanted(cc=()))
    posted = await world.answers(talk, "and again")
    assert await went(world, posted) == {"to": [MINA]}
    await check(world.store)


async def test_a_copy_unseen_is_never_told_of(world: World) -> None:
    talk = await wrote(world, cc=[JUNE])
    first = await world.answers(talk, "a1", wanted=Wanted(bcc=named(SPY)))
    assert await went(world, first) == {"to": [MINA], "cc": [JUNE], "bcc": [SPY]}
    second = await world.answers(talk, "a2")
    assert await went(world, second) == {"to": [MINA], "cc": [JUNE]}
    took_part = await world.rows(
        """select i.address from participants p join identities i on i.contact_id = p.contact_id
        where p.conversation_id = $1 order by i.address""",
        talk,
    )
    assert [row["address"] for row in took_part] == [JUNE, MINA]
    await check(world.store)


async def test_who_stood_in_a_mail_with_others_only_is_nobody_to_her(world: World) -> None:
    talk = await wrote(world)
    aside = await world.answers(talk, "what shall I say?", wanted=Wanted(to=named(BOSS), cc=named(SPY)))
    assert await went(world, aside) == {"to": [BOSS], "cc": [SPY]}
    posted = await world.answers(talk, "thank you")
    assert await went(world, posted) == {"to": [MINA]}
    again = await world.answers(talk, "done", wanted=Wanted(to=named(BOSS)))
    assert await went(world, again) == {"to": [BOSS], "cc": [SPY]}
    await check(world.store)


async def test_a_mail_to_her_second_address_is_an_answer_and_answers_go_on_where_they_went(
    world: World,
) -> None:
    talk = await wrote(world)
    await met(world, JUNE)
    await world.do(
        merge_contacts, await world.contact_of(f"mailto:{JUNE}"), await world.contact_of(f"mailto:{MINA}")
    )
    before = await world.conversation(talk)
    assert before["waiting_since"] is not None
    await world.answers(talk, "what shall I say?", wanted=Wanted(to=named(BOSS)))
    assert (await world.conversation(talk))["waiting_since"] == before["waiting_since"], (
        "a colleague was asked"
    )
    posted = await world.answers(talk, "It comes.", wanted=Wanted(to=named(JUNE)))
    after = await world.conversation(talk)
    assert (after["waiting_since"], after["leg_id"]) == (None, before["leg_id"])
    stored = Envelope.of(await world.value("select envelope from messages where id = $1", posted.message))
    assert stored.aside and stored.hers and stored.answers_her
    again = await world.answers(talk, "and more")
    assert await went(world, again) == {"to": [MINA]}
    await check(world.store)


async def test_what_went_to_others_is_no_answer_wherever_that_is_asked(world: World) -> None:
    talk = await wrote(world)
    since = (await world.conversation(talk))["waiting_since"]
    words = 'say "hers":true or "aside":true'
    await world.answers(talk, "what shall I say?", wanted=Wanted(to=named(BOSS), subject=words))
    await world.do(close, talk)
    await world.do(reopen, talk)
    assert (await world.conversation(talk))["waiting_since"] == since
    marks = await world.store.write(lambda tx: recount(tx, talk))
    assert marks.answered == 0 < marks.customer
    posted = await world.answers(talk, "It comes.", wanted=Wanted(subject=words))
    marks = await world.store.write(lambda tx: recount(tx, talk))
    assert marks.answered == posted.position
    await check(world.store)


async def test_who_only_says_to_have_written_to_her_is_not_told_what_she_is_answered(world: World) -> None:
    talk = await wrote(world)
    await world.answers(talk, "It comes.")
    token = (Clue(ConversationId(talk), lets_in=True),)
    to_her = (Participant(Address("mailto", MINA), "", True),)
    for number in (1, 2):
        taken = await world.says(f"mailto:{SPY}", f"me, too {number}", clues=token, others=to_her)
        assert taken.conversation == talk
    hers = await world.value("select leg_id from conversations where id = $1", talk)
    assert await went(world, await world.answers(talk, "Tomorrow.", leg=hers)) == {"to": [MINA]}
    # Whom she has in copy herself, she knows.
    taken = await world.says(
        f"mailto:{MINA}",
        "Spy is my lawyer",
        others=(Participant(Address("mailto", SPY), "", True),),
        clues=token,
    )
    assert taken.conversation == talk
    assert await went(world, await world.answers(talk, "I see.", leg=hers)) == {"to": [MINA], "cc": [SPY]}
    await world.says(f"mailto:{SPY}", "my client is right", clues=token, others=to_her)
    assert await went(world, await world.answers(talk, "Yes.", leg=hers)) == {"to": [MINA], "cc": [SPY]}
    await check(world.store)


async def test_what_goes_to_others_only_is_on_their_leg_and_she_waits_on(world: World) -> None:
    talk = await wrote(world)
    before = await world.conversation(talk)
    posted = await world.answers(talk, "a question", wanted=Wanted(to=named(BOSS)))
    leg = await world.row(
        "select l.* from legs l join messages m on m.leg_id = l.id where m.id = $1", posted.message
    )
    after = await world.conversation(talk)
    assert leg["identity_id"] == await world.identity_of(f"mailto:{BOSS}") and leg["id"] != before["leg_id"]
    assert (after["leg_id"], after["waiting_since"]) == (before["leg_id"], before["waiting_since"])
    assert after["waiting_since"] is not None
    assert after["last_public_position"] == posted.position
    await world.answers(talk, "the answer")
    assert (await world.conversation(talk))["waiting_since"] is None
    await check(world.store)


async def test_she_in_copy_keeps_her_leg(world: World) -> None:
    talk = await wrote(world)
    before = await world.conversation(talk)
    posted = await world.answers(talk, "please help", wanted=Wanted(to=named(BOSS), cc=named(MINA)))
    assert await went(world, posted) == {"to": [BOSS], "cc": [MINA]}
    leg = await world.value("select leg_id from messages where id = $1", posted.message)
    assert leg == before["leg_id"] == (await world.conversation(talk))["leg_id"]
    await check(world.store)


async def test_nobody_stands_there_twice(world: World) -> None:
    talk = await wrote(world)
    wanted = Wanted(to=named(MINA, MINA, JUNE), cc=named(JUNE, BOSS), bcc=named(BOSS, MINA, SPY))
    posted = await world.answers(talk, "hello", wanted=wanted)
    assert await went(world, posted) == {"to": [MINA, JUNE], "cc": [BOSS], "bcc": [SPY]}
    assert len(await deliveries(world, posted)) == 4
    await check(world.store)


async def test_who_wants_nothing_more_or_was_erased_or_is_of_elsewhere_is_left_out(world: World) -> None:
    talk = await wrote(world, cc=[JUNE, BOSS, SPY])
    june, boss, spy = [await met(world, one) for one in (JUNE, BOSS, SPY)]
    await world.store.write(lambda tx: _stops(tx, june))
    await world.store.write(
        lambda tx: tx.run("update identities set address = 'erased:1' where id = $1", boss)
    )
    await world.store.write(lambda tx: tx.run("update identities set space = 'tel' where id = $1", spy))
    posted = await world.answers(talk, "hello")
    assert await went(world, posted) == {"to": [MINA]}


async def _stops(tx: Tx, identity: str) -> None:
    await heed(tx, "mail", identity, Consent.STOP, tx.now, SYSTEM)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(to=()), "errors.no_recipient"),
        (
            Wanted(cc=named(*(f"p{number}@example.net" for number in range(MOST)))),
            "errors.too_many_recipients",
        ),
    ],
)
async def test_nobody_and_too_many(world: World, wanted: Wanted, why: str) -> None:
    talk = await wrote(world)
    with pytest.raises(Refused) as refused:
        await world.answers(talk, "hello", wanted=wanted)
    assert refused.value.text == why
    await check(world.store)


async def test_a_new_address_is_made_with_its_name_and_claimed_only(world: World) -> None:
    talk = await wrote(world)
    who = (person(BOSS, "Bora Kim"),)
    await world.answers(talk, "hello", wanted=Wanted(cc=who))
    row = await world.row(
        "select i.proof, c.name from identities i join contacts c on c.id = i.contact_id where i.address = $1",
        BOSS,
    )
    assert (row["proof"], row["name"]) == (0, "Bora Kim")


async def test_it_answers_the_newest_that_she_has_and_quotes_her_words_only(world: World) -> None:
    talk = await wrote(world, "my question")
    identity = await world.identity_of(f"mailto:{MINA}")

    async def now() -> Answering:
        return await world.store.read(lambda look: answering(look, talk, "mail", identity))

    hers = await world.value("select id from messages where text = 'my question'")
    assert await now() == Answering(hers, hers=True, shared=hers)
    first = await world.answers(talk, "a1")
    assert await now() == Answering(first.message, shared=first.message)
    stored = [
        Envelope.of(row["envelope"])
        for row in await world.rows(
            "select envelope from messages where author_kind = 'agent' order by position"
        )
    ]
    assert [(one.answers, one.quote) for one in stored] == [(hers, True)]
    second = await world.answers(talk, "a2", wanted=Wanted(quote=True, subject=" About it "))
    envelope = Envelope.of(await world.value("select envelope from messages where id = $1", second.message))
    assert (envelope.answers, envelope.quote, envelope.subject) == (first.message, True, "About it")


async def test_what_its_author_chose_to_answer_is_answered(world: World) -> None:
    talk = await wrote(world, "the first", cc=[JUNE])
    first = await world.value("select id from messages where text = 'the first'")
    await wrote(world, "the second")
    mine = await world.answers(talk, "to the second")
    for chosen, quote in ((first, True), (mine.message, False)):
        posted = await world.answers(talk, "to that", reply_to=chosen)
        envelope = Envelope.of(
            await world.value("select envelope from messages where id = $1", posted.message)
        )
        assert (envelope.answers, envelope.quote) == (chosen, quote)
        assert await went(world, posted) == {"to": [MINA]}, "to whom hangs on the newest that she has"


async def test_a_held_reply_keeps_its_envelope_until_it_goes(world: World) -> None:
    talk = await wrote(world, cc=[JUNE])
    posted = await world.answers(talk, "soon", hold=30_000, wanted=Wanted(bcc=named(SPY), subject="S"))
    await wrote(world, "one more", cc=[BOSS])
    await world.store.write(lambda tx: release(tx, posted.message, Channels()))
    assert await went(world, posted) == {"to": [MINA], "cc": [JUNE], "bcc": [SPY]}
    assert await deliveries(world, posted) == [(JUNE, 0, 0), (MINA, 0, 0), (SPY, 0, 0)]
    await check(world.store)


async def test_an_account_of_one_recipient_has_no_envelope(world: World) -> None:
    talk = await world.says("visitor:v1", "hello", intake=WEB)
    posted = await world.answers(talk.conversation, "hi", wanted=Wanted(cc=named(BOSS)))
    assert await world.value("select envelope from messages where id = $1", posted.message) is None
    assert await deliveries(world, posted) == []


def test_an_envelope_is_told_and_read_alike() -> None:
    whole = Envelope(("a",), ("b",), ("c",), "about", "m", quote=True, aside=True, hers=True)
    assert Envelope.of(whole.json) == whole and whole.everybody == ("a", "b", "c")
    assert Envelope.of('{"cc":["x"]}') == Envelope((), ("x",)) == Envelope.of(Envelope((), ("x",)).json)
