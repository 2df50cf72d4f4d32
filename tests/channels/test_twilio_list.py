"""What Twilio's list says: what came in, what became of ours, and which order was taken after all."""

import gc

import pytest
from aiohttp import web
from twilio.rest.api.v2010.account.message import MessageInstance

from gateway.channels import _twilio_list
from gateway.channels._twilio_list import PAGE
from gateway.channels.base import ChosenTemplate
from gateway.events import Consent, DeliveryReport, DeliveryState, InboundMessage
from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.records import Account, File, Line
from tests.channels.twilio_lines import chatting, delivery, texting
from tests.sandbox.phones.town import (
    ACCOUNT,
    CALLBACK,
    GREETING,
    MINA,
    NOON,
    POOLED,
    SERVICE,
    SMS,
    TOM,
    WEBHOOK,
    WHATSAPP,
    Town,
)

HOUR = 3_600_000


async def test_what_came_in_is_read_like_its_webhook_the_oldest_first() -> None:
    town = Town()
    town.says("first")
    town.clock.add(60)
    town.says("STOP", number=TOM)
    town.says("not here", to=WHATSAPP)
    town.says("nor here", to=POOLED)
    async with texting(town) as channel:
        assert channel.lines() == (SMS,)
        facts = [fact async for fact in channel.missed(SMS, NOON - HOUR)]
    assert [fact.text for fact in facts if isinstance(fact, InboundMessage)] == ["first", "STOP"]
    first, stop = facts
    assert isinstance(first, InboundMessage) and isinstance(stop, InboundMessage)
    assert (first.at, first.late, first.segments, first.sender.address) == (NOON, True, 1, MINA)
    assert stop.consent is Consent.STOP
    async with chatting(town) as chat:
        (only,) = [fact async for fact in chat.missed(WHATSAPP, NOON - HOUR)]
    assert isinstance(only, InboundMessage) and only.sender == first.sender


async def test_where_a_button_may_have_been_pressed_only_clear_words_are_a_wish() -> None:
    town = Town()
    for text in ("Cancel", "수신거부"):
        town.says(text, to=WHATSAPP)
        town.says(text)
    async with chatting(town) as chat, texting(town) as channel:
        pressed = [fact async for fact in chat.missed(WHATSAPP, NOON - HOUR)]
        typed = [fact async for fact in channel.missed(SMS, NOON - HOUR)]
    assert [fact.consent for fact in pressed if isinstance(fact, InboundMessage)] == [None, Consent.STOP]
    assert [fact.consent for fact in typed if isinstance(fact, InboundMessage)] == [
        Consent.STOP,
        Consent.STOP,
    ]


async def test_files_are_named_and_what_the_list_does_not_say_is_visible() -> None:
    town = Town()
    town.says("look", files=(File("image/png", b"x"), File("image/jpeg", b"y")))
    town.says("", extra={"Latitude": "1", "Longitude": "2"})
    async with texting(town) as channel:
        look, place = [fact async for fact in channel.missed(SMS, NOON - HOUR)]
        assert isinstance(look, InboundMessage) and isinstance(place, InboundMessage)
        assert [file.mime for file in look.files] == ["image/png", "image/jpeg"]
        async with channel.fetch(look.files[1], limit=10) as fetched:
            assert b"".join([piece async for piece in fetched.chunks]) == b"y"
    assert place.content == {"type": "unsupported", "what": "caught up"}


@pytest.mark.parametrize("answer", [web.HTTPNotFound, web.HTTPBadRequest])
async def test_files_that_were_deleted_since_hold_up_nothing_that_came_after(
    monkeypatch: pytest.MonkeyPatch, answer: type[web.HTTPException]
) -> None:
    town = Town()
    gone = town.says("look", files=(File("image/png", b"x"),))
    town.says("and then")
    assert gone is not None

    async def deleted(self: Door, request: web.Request, account: Account) -> web.Response:
        raise answer(text='{"code": 20404, "message": "not found", "status": 404}')

    monkeypatch.setattr(Door, "_list_media", deleted)
    async with texting(town) as channel:
        facts = [fact async for fact in channel.missed(SMS, NOON - HOUR)]
    assert [(fact.text, fact.files) for fact in facts if isinstance(fact, InboundMessage)] == [
        ("look", ()),
        ("and then", ()),
    ]
    assert isinstance(facts[0], InboundMessage) and facts[0].content == {
        "type": "unsupported",
        "what": "media",
    }


async def test_what_became_of_ours_stands_there_too() -> None:
    town = Town()
    town.sends("a")
    town.sends("b", to="+15005550009")
    town.passes()
    async with texting(town) as channel:
        told = [fact async for fact in channel.missed(SMS, NOON - HOUR)]
    assert [fact.state for fact in told if isinstance(fact, DeliveryReport)] == [
        DeliveryState.DELIVERED,
        DeliveryState.FAILED,
    ]
    assert isinstance(told[1], DeliveryReport) and told[1].reason == "delivery.unreachable"


async def test_only_what_is_newer_is_asked_for_however_many_pages() -> None:
    town = Town()
    town.says("old")
    town.clock.add(7200)
    for number in range(PAGE + 30):
        town.says(f"n{number}")
    async with texting(town) as channel:
        facts = [fact async for fact in channel.missed(SMS, NOON + HOUR)]
    assert [fact.text for fact in facts if isinstance(fact, InboundMessage)] == [
        f"n{number}" for number in range(PAGE + 30)
    ]


async def test_a_service_without_numbers_of_ours_is_one_line() -> None:
    town = Town()
    town.says("to the service", to=POOLED)
    town.says("to a number", to=SMS)
    async with texting(town, **{"from": [], "messaging_service_sid": SERVICE}) as channel:
        (line,) = channel.lines()
        facts = [fact async for fact in channel.missed(line, NOON - HOUR)]
    assert [fact.text for fact in facts if isinstance(fact, InboundMessage)] == ["to the service"]


async def test_a_service_has_other_numbers_beside_those_that_are_named() -> None:
    town = Town()
    town.network.add(Line(ACCOUNT.sid, "whatsapp:" + POOLED, WEBHOOK, SERVICE))
    town.says("to another number of the service", to=POOLED)
    town.says("of the other channel", to="whatsapp:" + POOLED)
    town.says("to a named number", to=SMS)
    town.sends("from a named number")
    town.sends("by the service", sender="", service=SERVICE)
    town.passes()
    async with texting(town, **{"from": [SMS], "messaging_service_sid": SERVICE}) as channel:
        assert channel.lines() == (SMS, "")
        named, others = [
            [fact async for fact in channel.missed(line, NOON - HOUR)] for line in channel.lines()
        ]
    assert [fact.text for fact in named if isinstance(fact, InboundMessage)] == ["to a named number"]
    assert [fact.text for fact in others if isinstance(fact, InboundMessage)] == [
        "to another number of the service"
    ]
    told = [[fact.provider_id for fact in one if isinstance(fact, DeliveryReport)] for one in (named, others)]
    bodies = {one.sid: one.body for one in town.network.messages.values()}
    assert [[bodies[sid] for sid in one] for one in told] == [["from a named number"], ["by the service"]]


async def test_of_a_long_list_two_pages_are_held_and_what_comes_meanwhile_moves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_twilio_list, "PAGE", 10)
    town = Town()
    for number in range(95):
        town.says(f"n{number}")
    told, most = [], 0
    async with texting(town) as channel:
        async for fact in channel.missed(SMS, NOON - HOUR):
            assert isinstance(fact, InboundMessage)
            told.append(fact.text)
            if len(told) % 20 == 1:
                town.says(f"came meanwhile {len(told)}")
                gc.collect()
                alive = sum(isinstance(one, MessageInstance) for one in gc.get_objects())
                most = max(most, alive)
    assert told == [f"n{number}" for number in range(95)]
    assert most <= 20, "however long the list is"


async def test_an_order_is_found_by_its_words_its_address_and_its_minutes() -> None:
    town = Town()
    wanted = town.sends("the very words")
    town.sends("other words")
    town.sends("the very words", to=TOM)
    town.says("the very words")
    town.clock.add(3600)
    town.sends("the very words")
    async with texting(town) as channel:
        found = await channel.candidates(delivery("the very words"), NOON - 1_000, NOON + 180_000)
        assert list(found) == [wanted.sid]
        assert not await channel.candidates(delivery("never sent"), NOON - 1_000, NOON + 180_000)
        later = await channel.candidates(delivery("the very words"), NOON, NOON + 2 * HOUR)
        assert len(later) == 2


async def test_what_another_number_or_service_of_the_same_customer_of_twilios_sent_is_not_ours() -> None:
    town = Town()
    town.sends("the very words")
    minutes = NOON - 1_000, NOON + 180_000
    async with texting(town, **{"from": [POOLED]}) as channel:
        assert not await channel.candidates(delivery("the very words"), *minutes)
    async with texting(town, **{"from": [], "messaging_service_sid": SERVICE}) as channel:
        assert not await channel.candidates(delivery("the very words"), *minutes)
        sent = await channel.send(delivery("by the service"))
        assert list(await channel.candidates(delivery("by the service"), *minutes)) == [sent.provider_id]
    async with texting(town, **{"from": [POOLED, SMS]}) as channel:
        assert await channel.candidates(delivery("the very words", thread_key=SMS), *minutes)


async def test_a_template_is_found_by_how_it_reads() -> None:
    town = Town()
    text = "Hello Mina, your order 7 is on its way."
    sent = town.whatsapps("", template=GREETING.sid, variables='{"1": "Mina", "2": "7"}', callback=CALLBACK)
    async with chatting(town) as channel:
        chosen = ChosenTemplate(GREETING.sid, {"1": "Mina", "2": "7"})
        found = await channel.candidates(delivery(text, template=chosen), NOON, NOON + 1_000)
    assert list(found) == [sent.sid]
