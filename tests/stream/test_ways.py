"""The ways of a conversation in the database: found, opened once, and joined by what she answers there."""

import pytest

from gateway.errors import NotFound, Refused
from gateway.events import SYSTEM, AccountId, Address, Proof, agent
from gateway.store import Store
from gateway.stream.ingest import Intake
from gateway.stream.merge import merge_contacts
from gateway.stream.people import find_or_make
from gateway.stream.ways import IDENTITIES, open_way, possible_ways, reached
from tests.checks import check
from tests.phones import with_phones
from tests.world import World

WEB = Intake(AccountId("web"))


def reaches(account: str, address: Address) -> bool:
    return account == "sms" and address.space == "tel"


async def with_both(store: Store) -> tuple[World, str, str]:
    """A conversation in the web chat with somebody whose number is known, and the number's identity."""
    world = await with_phones(store)
    chat = await world.says("visitor:mina", "hello", intake=WEB)
    number = await store.write(lambda tx: find_or_make(tx, Address("tel", "+1"), Proof.CHANNEL))
    visitor = await world.contact_of("visitor:mina")
    await store.write(lambda tx: merge_contacts(tx, number.contact, visitor, SYSTEM))
    return world, chat.conversation, number.identity


async def test_every_identity_on_every_account_that_reaches_it(store: Store) -> None:
    world, conversation, number = await with_both(store)
    contact = await world.contact_of("visitor:mina")
    found = await store.scan(lambda look: possible_ways(look, conversation, contact, reaches))
    assert [(one.account, one.identity["space"], one.leg is not None) for one in found] == [
        ("sms", "tel", False),
        ("web", "visitor", True),
    ]
    assert all((one.is_proven and one.heard_at is None) or one.account == "web" for one in found)
    identities = await world.rows(IDENTITIES, contact)
    assert reached(identities, "sms", reaches) == number
    assert reached(identities, "web", reaches) is None


async def test_a_way_is_opened_once_whoever_asks_and_her_answer_joins(store: Store) -> None:
    world, conversation, number = await with_both(store)

    async def opened(by: str) -> str:
        return await store.write(lambda tx: open_way(tx, conversation, "sms", number, reaches, agent(by)))

    leg = await opened("anna")
    assert await opened("bo") == leg
    assert (await world.conversation(conversation))["leg_id"] == leg
    posted = await world.answers(conversation, "by text")
    assert await world.value("select leg_id from messages where id = $1", posted.message) == leg
    assert (await world.says("+1", "on the bus")).conversation == conversation
    switches = [one.changes for one in await check(store) if "leg" in one.changes]
    assert len(switches) == 1 and switches[0]["leg"][1] == leg


async def test_what_is_not_hers_not_reached_or_not_proven_is_no_way(store: Store) -> None:
    world, conversation, number = await with_both(store)
    other = await world.says("+2", "hello")
    visitor = await world.identity_of("visitor:mina")

    async def refused(where: str, account: str, identity: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            await world.do(open_way, where, account, identity, reaches)

    await refused(other.conversation, "sms", number, NotFound)
    await refused(conversation, "sms", visitor, NotFound)
    await refused(conversation, "sms", "01nobody", NotFound)
    await store.write(lambda tx: tx.run("update identities set proof = 0 where id = $1", number))
    await refused(conversation, "sms", number, Refused)
    assert await world.value("select count(*) from legs where conversation_id = $1", conversation) == 1
    await check(store)
