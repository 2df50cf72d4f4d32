"""The resources as the reference shows them."""

import re

from gateway.sandbox.phones.orders import Refusal
from gateway.sandbox.phones.records import Fetch, File, Message, Saying
from gateway.sandbox.phones.resources import (
    REASONS,
    approval_json,
    content_and_approval_json,
    content_json,
    media_json,
    message_json,
    refusal_json,
)
from gateway.sandbox.phones.weather import FAIR, Weather
from tests.sandbox.phones.town import ACCOUNT, GREETING, MINA, SERVICE, SMS, TOM, WHATSAPP, Town


def test_a_message_is_the_one_of_the_reference() -> None:
    town = Town()
    message = town.sends("a" * 161)
    town.passes()
    uri = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages/{message.sid}"
    shown = message_json(message)
    assert re.fullmatch(r"Wed, 18 Nov 2026 12:00:0\d \+0000", shown.pop("date_sent"))
    assert re.fullmatch(r"Wed, 18 Nov 2026 12:00:0\d \+0000", shown.pop("date_updated"))
    assert shown == {
        "account_sid": ACCOUNT.sid,
        "api_version": "2010-04-01",
        "body": "a" * 161,
        "date_created": "Wed, 18 Nov 2026 12:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SMS,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "2",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": "delivered",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": MINA,
        "uri": f"{uri}.json",
    }


def test_a_message_of_a_service_has_no_sender_until_one_is_chosen() -> None:
    town = Town()
    message = town.sends(sender="", service=SERVICE)
    assert (message_json(message)["from"], message_json(message)["num_segments"]) == (None, "0")
    town.passes()
    assert message_json(message)["from"] is not None


def ends(*, weather: Weather = FAIR, file: str = "", whatsapp: bool = False, to: str = MINA) -> Message:
    """How a message ends; a customer who wrote before is asked again at once."""
    town = Town(weather=weather)
    if whatsapp and weather is not FAIR:
        town.says("Hi", WHATSAPP)
    files = (file,) if file else ()
    message = (town.whatsapps if whatsapp else town.sends)(to=to, files=files)
    for errand in town.network.advance():
        if isinstance(errand, Fetch):
            town.network.fetched(errand, None)
    town.passes()
    return message


def test_every_error_that_a_message_can_end_with_has_its_sentence() -> None:
    gone, lossy = "https://parley.example/gone", Weather(undelivered=1)
    ended = [
        ends(file=gone),
        ends(file=gone, whatsapp=True),
        ends(to=TOM, whatsapp=True),
        ends(whatsapp=True),
        ends(weather=lossy),
        ends(weather=lossy, whatsapp=True),
        ends(to="+14155559999"),
    ]
    assert {message.error for message in ended} == set(REASONS)
    assert [message_json(message)["error_message"] for message in ended] == [
        REASONS[message.error or 0] for message in ended
    ]


def test_media_know_their_message() -> None:
    town = Town()
    message = town.network.say(MINA, SMS, Saying("Look", files=(File("image/png", b"one"),)))
    assert message is not None
    shown = media_json(message, message.media[0])
    assert (shown["parent_sid"], shown["content_type"]) == (message.sid, "image/png")
    assert shown["uri"].endswith(f"/Messages/{message.sid}/Media/{message.media[0].sid}.json")


def test_a_template_has_its_approval_in_both_places() -> None:
    approval = approval_json(GREETING)["whatsapp"]
    assert approval.pop("type") == "whatsapp"
    assert content_and_approval_json(GREETING)["approval_requests"] == approval
    assert (approval["content_type"], approval["status"], approval["category"]) == (
        "twilio/text",
        "approved",
        "UTILITY",
    )
    assert content_json(GREETING)["links"]["approval_fetch"] == approval_json(GREETING)["url"]


def test_a_refusal_leads_to_the_dictionary() -> None:
    assert refusal_json(Refusal(400, 21211, "Invalid 'To' Phone Number")) == {
        "code": 21211,
        "message": "Invalid 'To' Phone Number",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }
