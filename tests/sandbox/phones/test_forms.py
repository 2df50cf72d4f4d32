"""What Twilio posts, field by field."""

import pytest

from gateway.sandbox.phones.forms import incoming_form, status_form
from gateway.sandbox.phones.records import File, Message, Phone, Saying, Status
from tests.sandbox.phones.town import ACCOUNT, MINA, NOON, SERVICE, SMS, WHATSAPP, Town

PLACE = {"Latitude": "37.5", "Longitude": "127.0", "Label": "Seoul"}
BUTTON = {"ButtonText": "Yes", "ButtonPayload": "yes"}


def outgoing(status: Status, *, whatsapp: bool = False, **more: object) -> dict[str, str]:
    sender, to = (WHATSAPP, f"whatsapp:{MINA}") if whatsapp else (SMS, MINA)
    message = Message("SM1", ACCOUNT.sid, sender, to, "Hello", status, NOON, NOON)
    for name, value in more.items():
        setattr(message, name, value)
    return dict(status_form(message))


def test_the_callback_of_an_sms_is_the_one_of_the_guide() -> None:
    assert outgoing(Status.SENT) == {
        "AccountSid": ACCOUNT.sid,
        "ApiVersion": "2010-04-01",
        "From": SMS,
        "MessageSid": "SM1",
        "MessageStatus": "sent",
        "SmsSid": "SM1",
        "SmsStatus": "sent",
        "To": MINA,
    }


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.UNDELIVERED])
def test_only_the_carriers_last_word_has_its_date(status: Status) -> None:
    assert outgoing(status)["RawDlrDoneDate"] == "2611181200"
    assert "RawDlrDoneDate" not in outgoing(Status.FAILED)
    assert "RawDlrDoneDate" not in outgoing(status, whatsapp=True)


def test_whatsapp_names_its_channel_and_its_event() -> None:
    form = outgoing(Status.READ, whatsapp=True)
    assert (form["ChannelPrefix"], form["ChannelToAddress"], form["EventType"]) == ("whatsapp", MINA, "READ")
    assert form["ChannelInstallSid"].startswith("XE") and len(form["ChannelInstallSid"]) == 34
    assert "EventType" not in outgoing(Status.SENT, whatsapp=True)


def test_a_failure_has_its_code_and_a_service_its_sid() -> None:
    form = outgoing(Status.FAILED, error=30003, service=SERVICE)
    assert (form["ErrorCode"], form["MessagingServiceSid"]) == ("30003", SERVICE)


def test_what_comes_in_by_whatsapp_says_who_it_is_what_it_is_and_what_it_answers() -> None:
    town = Town()
    for saying in (
        Saying("Yes", quotes="SM1"),
        Saying("", files=(File("text/vcard", b"BEGIN:VCARD"),)),
        Saying("Look", files=(File("image/png", b"one"), File("video/mp4", b"two"))),
        Saying("", files=(File("application/pdf", b"%PDF"),)),
        Saying("", extra=PLACE),
        Saying("Yes", extra=BUTTON),
        Saying("", extra={"ListId": "1"}),
    ):
        town.network.say(MINA, WHATSAPP, saying)
        town.clock.add(1)
    forms = town.passes()
    kinds = ["text", "contacts", "image", "document", "location", "button", "interactive"]
    assert [form["MessageType"] for form in forms] == kinds
    assert {(form["From"], form["ProfileName"], form["WaId"]) for form in forms} == {
        (f"whatsapp:{MINA}", "Mina", MINA[1:])
    }
    quote = (forms[0]["OriginalRepliedMessageSid"], forms[0]["OriginalRepliedMessageSender"])
    assert quote == ("SM1", WHATSAPP)
    assert (forms[2]["NumMedia"], forms[2]["MediaContentType1"]) == ("2", "video/mp4")
    assert forms[2]["MessageSid"].startswith("MM") and "/Media/ME" in forms[2]["MediaUrl1"]
    assert forms[4].items() >= PLACE.items() and forms[5].items() >= BUTTON.items()


def test_what_comes_in_by_sms_says_nothing_of_whatsapp_and_counts_its_segments() -> None:
    message = Message("SM1", ACCOUNT.sid, MINA, SMS, "가" * 71, Status.RECEIVED, NOON, NOON, inbound=True)
    form = dict(incoming_form(message, Saying(), Phone(MINA, "Mina"), "https://x", "STOP"))
    assert (form["NumSegments"], form["OptOutType"], form["SmsStatus"]) == ("2", "STOP", "received")
    assert not form.keys() & {"ProfileName", "WaId", "MessageType", "MessagingServiceSid"}
