"""What no person writes: her wish, and a bound; an address that says which wish is hers alone."""

import pytest

from gateway.errors import Refused
from gateway.events import Actor, ActorKind, Address, InboundMessage, Source
from gateway.store import Store
from gateway.store.load import load_conversations
from gateway.stream.automatic import (
    MOST,
    OFTEN,
    QUIET,
    check_automatic,
    is_signed,
    quiet_since,
    quieten,
    signed_place,
    speak_again,
)
from gateway.stream.hold import hold
from gateway.stream.ingest import take_in
from gateway.stream.post import Post, post
from tests.checks import check
from tests.letters import with_letters
from tests.world import World

MINA = "mina@example.net"
ROBOT = Actor(ActorKind.AUTOMATION, "greeter")


@pytest.fixture
async def world(store: Store) -> World:
    return await with_letters(store)


async def asks(world: World, talk: str, identity: str) -> None:
    async def verb(tx: object) -> None:
        await check_automatic(tx, await hold(tx, talk), "mail", identity)  # type: ignore[arg-type]

    await world.store.write(verb)


async def test_a_few_within_the_hour_and_no_more_to_one_person_in_one_conversation(world: World) -> None:
    talk = (await world.says(f"mailto:{MINA}", "hello")).conversation
    for number in range(MOST):
        await post(world.store, Post(talk, ROBOT, f"r{number}", "We are away."))
    with pytest.raises(Refused) as why:
        await post(world.store, Post(talk, ROBOT, "one more", "We are away."))
    assert why.value.text == OFTEN
    await world.answers(talk, "A person may always write.")
    await world.store.write(lambda tx: tx.run("update messages set at = at - 3600001"))
    await post(world.store, Post(talk, ROBOT, "an hour later", "We are away."))
    other = (await world.says("mailto:june@example.net", "hello")).conversation
    await post(world.store, Post(other, ROBOT, "somebody else", "We are away."))


async def test_her_wish_is_for_one_account_and_stops_no_person(world: World) -> None:
    talk = (await world.says(f"mailto:{MINA}", "hello")).conversation
    identity = await world.identity_of(f"mailto:{MINA}")
    assert await world.store.write(lambda tx: quieten(tx, "mail", identity))
    assert not await world.store.write(lambda tx: quieten(tx, "mail", identity))
    with pytest.raises(Refused) as why:
        await asks(world, talk, identity)
    assert why.value.text == QUIET
    assert await world.store.read(lambda look: quiet_since(look, "web", identity)) is None
    await world.answers(talk, "A person may always write.")
    shown = (await world.store.read(lambda look: load_conversations(look, [talk])))[talk]
    assert [(leg.get("quiet_since") is not None, leg["opted_out_at"]) for leg in shown["legs"]] == [
        (True, None)
    ]
    assert await world.store.write(lambda tx: speak_again(tx, "mail", identity))
    await asks(world, talk, identity)
    await check(world.store)


@pytest.mark.parametrize(("automatic", "still"), [(None, False), ("out_of_office", True)])
async def test_her_own_next_mail_takes_it_back_and_a_machines_does_not(
    world: World, automatic: str | None, still: bool
) -> None:
    await world.says(f"mailto:{MINA}", "hello")
    identity = await world.identity_of(f"mailto:{MINA}")
    await world.store.write(lambda tx: quieten(tx, "mail", identity))
    source = Source("m1@c", automatic=automatic)
    fact = InboundMessage("m1#1", Address("mailto", MINA), text="again", clues=(), source=source)
    await take_in(world.store, world.intake, fact)
    since = await world.store.read(lambda look: quiet_since(look, "mail", identity))
    assert (since is not None) is still


def test_a_signature_is_for_one_account_one_address_and_one_deployment() -> None:
    secret = b"a secret of thirty-two bytes....."
    account, identity, signature = signed_place(secret, "mail", "01abc").split("/")
    assert is_signed(secret, account, identity, signature)
    assert not is_signed(secret, "other", identity, signature)
    assert not is_signed(secret, account, "01abd", signature)
    assert not is_signed(b"another", account, identity, signature)
    assert not is_signed(secret, account, identity, "") and not is_signed(secret, account, identity, "\u00e9")
