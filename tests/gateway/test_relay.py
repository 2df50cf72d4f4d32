"""That somebody writes, passed on to a provider: for public replies alone, in measure, and seen as what it tells."""

import asyncio
from dataclasses import replace

import pytest

from gateway import relay
from gateway.bus import AgentTyping, Bus
from gateway.channels.base import Capabilities
from gateway.errors import TemporaryError
from gateway.events import Address, Consent
from gateway.relay import SHOWN_FOR, Relay
from gateway.store import Store
from gateway.stream.assign import assign
from gateway.stream.describe import switch_leg
from gateway.stream.merge import merge
from tests.phones import Phones, channels, with_phones
from tests.world import WEB, World, until


class Showing(Phones):
    def __init__(self) -> None:
        super().__init__()
        self.capabilities: Capabilities = replace(self.capabilities, typing_out=True, typing_reads=True)
        self.shown: list[tuple[str, str]] = []
        self.error: Exception | None = None

    async def show_typing(self, to: Address, newest: str) -> None:
        self.shown.append((to.address, newest))
        if self.error is not None:
            raise self.error


@pytest.fixture
async def world(store: Store) -> World:
    return await with_phones(store)


def typing(conversation: str, **more: object) -> AgentTyping:
    said = AgentTyping(conversation, "anna", "t1", "Anna", None, "public", True, ("p",))
    return replace(said, **more)  # type: ignore[arg-type]


async def settled(made: Relay) -> None:
    await asyncio.gather(*made._under_way)


async def test_it_is_shown_at_once_and_again_only_when_it_would_end(world: World) -> None:
    showing, bus, now = Showing(), Bus(), [100.0]
    made = Relay(world.store, channels(showing), bus, lambda: now[0])
    await world.says("+1", "hello", provider_id="SM1")
    taken = await world.says("+1", "anybody?", provider_id="SM2")
    for _ in range(5):
        bus.signal(typing(taken.conversation))
    await settled(made)
    assert showing.shown == [("+1", "SM2")], "of her newest message"
    now[0] += SHOWN_FOR
    bus.signal(typing(taken.conversation))
    await settled(made)
    assert len(showing.shown) == 2
    seen = await world.value("select seen_to from legs")
    assert seen == taken.position, "she is shown that hers was read, so are we"
    await made.close()
    now[0] += SHOWN_FOR
    bus.signal(typing(taken.conversation))
    assert not made._under_way


async def test_what_ended_is_shown_anew(world: World) -> None:
    """A message ends what a provider shows; and what was typed for one way says nothing of another."""
    showing, bus = Showing(), Bus()
    world.store.publish_to(bus.publish)
    made = Relay(world.store, channels(showing), bus)
    taken = await world.says("+1", "hello", provider_id="SM1")

    async def types() -> list[str]:
        bus.signal(typing(taken.conversation))
        await settled(made)
        return [newest for _, newest in showing.shown]

    assert await types() == await types() == ["SM1"]
    await world.do(assign, taken.conversation, "bo")
    await world.notes(taken.conversation, "between us")
    assert await types() == ["SM1"]
    await world.answers(taken.conversation, "an answer")
    assert await types() == ["SM1", "SM1"]
    await world.says("+1", "and?", provider_id="SM2")
    assert await types() == ["SM1", "SM1", "SM2"]

    # She wrote in the chat, too: what is typed there is not shown by the phone, whichever was first.
    by_chat = await world.says("visitor:v1", "here", intake=WEB)
    await world.do(merge, by_chat.conversation, taken.conversation)
    legs = {row["account_id"]: row["id"] for row in await world.rows("select id, account_id from legs")}
    await world.do(switch_leg, taken.conversation, legs["web"])
    assert await types() == ["SM1", "SM1", "SM2"]
    await world.do(switch_leg, taken.conversation, legs["sms"])
    assert await types() == ["SM1", "SM1", "SM2", "SM2"]
    await made.close()
    assert not bus._event_takers


async def test_notes_pauses_and_those_who_want_nothing_are_nobodys_business(world: World) -> None:
    showing, bus = Showing(), Bus()
    made = Relay(world.store, channels(showing), bus)
    taken = await world.says("+1", "hello")
    bus.signal(typing(taken.conversation, mode="note", persons=()))
    bus.signal(typing(taken.conversation, active=False))
    bus.signal(typing("01nothing"))
    await world.says("+2", "STOP", consent=Consent.STOP)
    other = await world.value("select conversation_id from messages where text = 'STOP'")
    bus.signal(typing(other))
    await settled(made)
    assert showing.shown == []
    await made.close()


async def test_a_channel_that_shows_nothing_and_one_that_fails_disturb_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await world.says("+1", "hello")
    bus = Bus()
    plain = Relay(world.store, channels(Phones()), bus)
    bus.signal(typing(taken.conversation))
    await settled(plain)
    await plain.close()
    failing = Showing()
    failing.error = TemporaryError("429")
    made = Relay(world.store, channels(failing), bus)
    bus.signal(typing(taken.conversation))
    await until(lambda: len(failing.shown) == 1)
    await settled(made)
    assert await world.value("select seen_to from legs") == 0
    monkeypatch.setattr(relay, "AT_ONCE", 0)
    made._told.clear()
    bus.signal(typing(taken.conversation))
    assert not made._under_way, "what is too much is left out"
    await made.close()
