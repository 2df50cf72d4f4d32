"""A chat that goes on by mail says so where it was, of nobody's address but hers."""

import pytest

from gateway.channels.base import Correspondent
from gateway.egress import customer
from gateway.events import Address, Proof, agent
from gateway.store import Store, Tx
from gateway.store.load import MESSAGES
from gateway.stream.contacts import prove, set_claims
from gateway.stream.envelope import Wanted
from gateway.stream.gone_on import GONE_ON, masked
from gateway.stream.hold import hold
from gateway.stream.merge import merge_contacts
from gateway.stream.moved import wait_again
from gateway.stream.people import find_or_make
from gateway.stream.proofs import leg_for
from tests.checks import check
from tests.left import HER, HERS, follows, left, pause_is_over, with_leavers
from tests.world import World

BY_MAIL = "select id from legs where account_id = 'mail'"
LINE = GONE_ON.ko.format(address="h***@naver.com")


@pytest.fixture
async def world(store: Store) -> World:
    return await with_leavers(store)


async def told(world: World) -> list[str]:
    """What her browser is shown, in its order."""
    person = await world.value("select person_id from identities where space = 'visitor'")
    rows = await world.rows(f"{MESSAGES} order by m.at, m.position")
    return [row["text"] for row in rows if customer.may_see(row, person)]


async def way_by_mail(world: World, talk: str, address: str = HERS) -> str:
    """The leg by which she is written to there."""

    async def verb(tx: Tx) -> str:
        person = await find_or_make(tx, Address("mailto", address), Proof.CLAIMED)
        return await leg_for(tx, await hold(tx, talk), "mail", person.identity, "")

    return await world.store.write(verb)


async def test_it_is_told_once_until_she_writes_in_the_chat_again(world: World) -> None:
    talk = await left(world, "Soon.")
    leg = await way_by_mail(world, talk)
    posted = await world.answers(talk, "By mail from here.", leg=leg)
    assert await told(world) == ["Where is it?", "Soon.", LINE]
    row = await world.conversation(talk)
    assert row["last_message_id"] == posted.message and row["leg_id"] == leg
    await world.answers(talk, "And one thing more.", leg=leg)
    assert len(await told(world)) == 3
    await world.says(HER, "Hello?")
    await world.answers(talk, "We wrote to you.", leg=leg)
    assert await told(world) == ["Where is it?", "Soon.", LINE, "Hello?", LINE]
    await check(world.store)


async def test_where_what_went_by_mail_comes_back_she_waits_again(world: World) -> None:
    talk = await left(world, "Soon.")
    await world.says(HER, "Where is it now?")
    posted = await world.answers(talk, "On its way.", leg=await way_by_mail(world, talk))
    assert LINE in await told(world) and (await world.conversation(talk))["waiting_since"] is None

    async def comes_back(tx: Tx) -> None:
        await tx.run("update messages set delivery = 'failed' where id = $1", posted.message)
        await wait_again(tx, await hold(tx, talk), failed=True)

    await world.store.write(comes_back)
    assert (await world.conversation(talk))["waiting_since"] is not None


async def test_what_followed_her_is_told_too(world: World) -> None:
    await left(world, "Soon.")
    await pause_is_over(world)
    assert await follows(world) is not None
    assert await told(world) == ["Where is it?", "Soon.", LINE]
    await check(world.store)


async def test_that_it_was_answered_by_mail_does_not_follow_her_by_mail(world: World) -> None:
    talk = await left(world, "Soon.")
    await world.answers(talk, "By mail from here.", leg=await way_by_mail(world, talk))
    await pause_is_over(world)
    assert await follows(world) is not None
    rows = await world.rows("select m.text from carried k join messages m on m.id = k.carried_id")
    assert [row["text"] for row in rows] == ["Soon."]


async def test_of_an_address_that_is_not_proven_to_be_hers_nothing_is_told(world: World) -> None:
    talk = await left(world, "Soon.", claims="")
    leg = await way_by_mail(world, talk, "other@example.net")
    await world.answers(talk, "Hm.", leg=leg)
    mine, theirs = await world.contact_of(HER), await world.contact_of("mailto:other@example.net")
    await world.store.write(lambda tx: merge_contacts(tx, theirs, mine, agent("anna")))
    await world.answers(talk, "Hm.", leg=leg)
    assert await told(world) == ["Where is it?", "Soon."], "an agent's merge proves nothing"


async def test_nor_of_one_that_agents_merged_and_what_she_left_unread_goes_to(world: World) -> None:
    await world.says("mailto:other@example.net", "About something else")
    talk = await left(world, "Soon.", claims="")
    mine, theirs = await world.contact_of(HER), await world.contact_of("mailto:other@example.net")
    other = await world.identity_of("mailto:other@example.net")
    await world.store.write(lambda tx: prove(tx, other, Proof.VERIFIED))
    await world.store.write(lambda tx: merge_contacts(tx, theirs, mine, agent("anna")))
    await pause_is_over(world)
    assert await follows(world) is not None
    await world.answers(talk, "And more.", leg=await world.value(BY_MAIL))
    assert await told(world) == ["Where is it?", "Soon."]


async def test_what_another_browser_has_said_is_not_her_word(world: World) -> None:
    talk = await left(world, "Soon.", claims="")
    await world.says("visitor:eve", "I am her")
    mine, theirs = await world.contact_of(HER), await world.contact_of("visitor:eve")
    await world.store.write(lambda tx: merge_contacts(tx, theirs, mine, agent("anna")))
    await world.store.write(lambda tx: set_claims(tx, mine, {"email": HERS}))
    await world.answers(talk, "Hm.", leg=await way_by_mail(world, talk))
    person = await world.value(
        "select person_id from identities where address = 'hana' and space = 'visitor'"
    )
    rows = await world.rows(f"{MESSAGES} order by m.position")
    assert [row["text"] for row in rows if customer.may_see(row, person)] == ["Where is it?", "Soon."]


async def test_of_what_goes_aside_or_after_her_own_mail_nothing_is_told(world: World) -> None:
    talk = await left(world, "Soon.")
    aside = Wanted(to=(Correspondent(Address("mailto", "shop@post.example"), ""),))
    leg = await way_by_mail(world, talk)
    await world.answers(talk, "Where is her parcel?", leg=leg, wanted=aside)
    assert LINE not in await told(world)
    await world.store.write(
        lambda tx: tx.run("update legs set last_inbound_at = $2 where id = $1", leg, 1 << 50)
    )
    await world.answers(talk, "By mail.", leg=leg)
    assert LINE not in await told(world), "she has written from there"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("kim@example.com", "k***@example.com"),
        ("k@example.com", "k***@example.com"),
        ("김@예.한국", "김***@예.한국"),
    ],
)
def test_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
