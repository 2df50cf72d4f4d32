"""What an order to Twilio says, and what each of its refusals means for the next step."""

from dataclasses import replace

import pytest
from twilio.base.exceptions import TwilioRestException

from gateway.channels._twilio_send import _refused, callback_url, parameters
from gateway.channels.base import ChosenTemplate
from gateway.errors import (
    AuthFailed,
    OptedOut,
    PermanentError,
    TemporaryError,
    UncertainError,
)
from gateway.events import Address, Attachment, DeliveryState
from gateway.sandbox.phones.weather import Fault
from tests.channels.twilio_lines import DOOR, chatting, delivery, texting
from tests.sandbox.phones.town import GREETING, MINA, POOLED, SERVICE, SMS, TOM, WHATSAPP, Town


async def test_a_text_is_taken_and_names_its_attempt() -> None:
    town = Town()
    async with texting(town) as channel:
        sent = await channel.send(delivery("Hello"))
    assert sent.state is DeliveryState.SENT
    order = town.network.messages[sent.provider_id]
    assert (order.to, order.sender, order.body, order.callback) == (MINA, SMS, "Hello", f"{DOOR}?attempt=a1")


async def test_whatsapp_has_its_prefix_and_a_service_chooses_its_sender() -> None:
    town = Town()
    town.says("hi", to=WHATSAPP)
    async with chatting(town) as channel:
        sent = await channel.send(delivery())
    assert town.network.messages[sent.provider_id].sender == WHATSAPP
    async with texting(town, **{"from": [], "messaging_service_sid": SERVICE}) as channel:
        sent = await channel.send(delivery())
    assert town.network.messages[sent.provider_id].sender == POOLED


def test_an_order_says_no_more_than_it_must() -> None:
    assert parameters(delivery("Hi"), "", SMS, "") == {
        "to": MINA,
        "from_": SMS,
        "body": "Hi",
        "status_callback": f"{DOOR}?attempt=a1",
    }
    file = Attachment("0" * 64, "a.png", "image/png", 3)
    told = parameters(delivery("", attachments=(file,), links=("https://x.example/a",)), "", SMS, SERVICE)
    assert told["media_url"] == ["https://x.example/a"] and told["messaging_service_sid"] == SERVICE
    assert "body" not in told and "from_" not in told
    template = parameters(
        delivery("as it reads", template=ChosenTemplate("HX1", {"1": "민아"})), "whatsapp:", SMS, ""
    )
    assert (template["content_sid"], template["content_variables"]) == ("HX1", '{"1": "민아"}')
    assert "body" not in template


def test_a_host_that_twilio_does_not_call_is_not_named() -> None:
    assert callback_url(delivery(callback="https://my_host.example/webhooks/x")) == ""
    assert callback_url(delivery(callback="")) == ""


async def test_a_template_is_sent_by_its_sid() -> None:
    town = Town()
    async with chatting(town) as channel:
        chosen = ChosenTemplate(GREETING.sid, {"1": "Mina", "2": "7"})
        sent = await channel.send(delivery("Hello Mina, ...", template=chosen))
    order = town.network.messages[sent.provider_id]
    assert order.template == GREETING.sid and order.body == "Hello Mina, your order 7 is on its way."


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Fault.BUSY, TemporaryError),
        (Fault.BROKEN, UncertainError),
        (Fault.BROKEN_AFTER, UncertainError),
        (Fault.CUT, UncertainError),
        (Fault.CUT_AFTER, UncertainError),
    ],
)
async def test_what_goes_wrong_on_the_way(faults: Fault, error: type[Exception]) -> None:
    town = Town()
    town.network.plan(faults)
    async with texting(town) as channel:
        with pytest.raises(error):
            await channel.send(delivery())
    assert len(town.network.messages) == int(faults.is_done)


async def test_the_wait_that_is_asked_for_is_told() -> None:
    town = Town()
    town.network.weather = replace(town.network.weather, retry_after=7)
    town.network.plan(Fault.BUSY)
    async with texting(town) as channel:
        with pytest.raises(TemporaryError) as caught:
            await channel.send(delivery())
    assert caught.value.retry_after == 7


async def test_nobody_there_means_not_taken() -> None:
    town = Town()
    async with texting(town) as channel:
        pass
    await channel.open()
    with pytest.raises(TemporaryError):
        await channel.send(delivery())
    await channel.close()
    with pytest.raises(TemporaryError, match="not open"):
        await channel.send(delivery())


async def test_refusals_say_what_happens_next() -> None:
    town = Town()
    town.says("STOP")
    async with texting(town) as channel:
        with pytest.raises(OptedOut) as stopped:
            await channel.send(delivery())
        with pytest.raises(PermanentError) as nobody:
            await channel.send(delivery(to="+1"))
    assert (stopped.value.code, stopped.value.for_agent) == ("21610", "errors.opted_out")
    assert (nobody.value.code, nobody.value.for_agent, nobody.value.then) == (
        "21211",
        "delivery.no_such_number",
        "never",
    )
    async with texting(town, **{"from": "+14155550999"}) as channel:
        with pytest.raises(PermanentError) as foreign:
            await channel.send(delivery(to=TOM))
    assert (foreign.value.for_agent, foreign.value.then) == ("delivery.account", "account")
    async with texting(town, auth_token="another") as channel:
        with pytest.raises(AuthFailed):
            await channel.send(delivery())


@pytest.mark.parametrize(
    ("code", "error"), [(21408, PermanentError), (20003, AuthFailed), (99999, AuthFailed)]
)
def test_one_message_that_is_forbidden_stops_no_others(code: int, error: type[Exception]) -> None:
    assert type(_refused(TwilioRestException(403, "/x", "forbidden", code))) is error


async def test_she_is_shown_that_somebody_writes_and_that_hers_was_read() -> None:
    town = Town()
    asked = town.says("hi", to=WHATSAPP)
    assert asked is not None
    async with chatting(town) as channel:
        await channel.show_typing(Address("tel", MINA), asked.sid)
        assert town.network.is_typing(MINA, WHATSAPP) and asked.seen
        with pytest.raises(PermanentError):
            await channel.show_typing(Address("tel", MINA), "SM" + "0" * 32)
