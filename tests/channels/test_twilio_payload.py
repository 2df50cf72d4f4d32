"""Every documented kind of webhook, and what is made of it; what is not known is shown, never dropped."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._twilio_payload import Line, account_of, read_facts
from gateway.errors import Malformed
from gateway.events import AccountId, Address, Consent, InboundMessage
from gateway.store import as_json, from_json
from tests.channels.twilio_requests import (
    ACCOUNT_SID,
    FIXTURES,
    URL,
    adapter,
    as_request,
    post,
    post_json,
    sms,
    whatsapp,
)

LINE = Line(AccountId("line"), "", frozenset({"+821000000001"}))


def said(fact):
    """A fact as the fixtures write it: what is not as it is when left out."""
    told = {"kind": type(fact).__name__}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if value == field.default or (field.name == "text" and not value):
            continue
        if isinstance(value, Address):
            value = {"space": value.space, "address": value.address}
        if field.name == "files":
            value = [{"ref": file.ref, "mime": file.mime} for file in value]
        told[field.name] = value
    return told


@pytest.mark.parametrize("name", FIXTURES)
def test_a_recorded_webhook_is_read_the_same_every_time(name):
    fixture = FIXTURES[name]
    channel, request = adapter(fixture), as_request(fixture)
    channel.verify(request)
    (fact,) = channel.parse(request)
    assert said(fact) == fixture["fact"]
    assert list(channel.parse(request)) == [fact]
    assert fixture["page"].startswith("https://www.twilio.com/docs/")


@pytest.mark.parametrize("title", ["Cancel", "END", "Quit", "stop", "수신거부", "start"])
@pytest.mark.parametrize("name", ["whatsapp_button", "whatsapp_button_no_body", "whatsapp_list"])
def test_a_button_opts_nobody_out_whatever_its_title(name, title):
    form = FIXTURES[name]["form"]
    titles = {key: title for key in ("Body", "ButtonText", "ListTitle") if key in form}
    (pressed,) = whatsapp().parse(post(URL, {**form, **titles}))
    assert (pressed.text, pressed.consent) == (title, None)
    (typed,) = whatsapp().parse(post(URL, {**FIXTURES["whatsapp_text"]["form"], "Body": title}))
    assert typed.consent is not None
    (told,) = whatsapp().parse(post(URL, {**form, **titles, "OptOutType": "STOP"}))
    assert told.consent is Consent.STOP, "what Twilio has understood counts"


def test_a_button_without_a_name_was_not_typed_either():
    form = {**FIXTURES["whatsapp_text"]["form"], "MessageType": "interactive", "Body": "Cancel"}
    (pressed,) = whatsapp().parse(post(URL, form))
    assert pressed.consent is None


def a_message(**changed):
    return post(URL, {**FIXTURES["sms_text"]["form"], **changed})


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (post(URL, {}), "MessageSid"),
        (post(URL, {"MessageStatus": "sent"}), "MessageSid"),
        (post(URL, {"MessageStatus": "teleported", "MessageSid": "SM1"}), "teleported"),
        (a_message(To="+821000000002"), "none of this account's"),
        (a_message(From="whatsapp:+821012345678"), "none of this account's"),
        (a_message(From=""), "none of this account's"),
        (
            a_message(MessagingServiceSid="MG00000000000000000000000000000009", To="+821000000002"),
            "none of this",
        ),
        (post_json(URL, b"{}"), "not a form"),
        (replace(a_message(), body=b"\xff"), "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why(request_, reason):
    with pytest.raises(Malformed) as caught:
        sms().parse(request_)
    assert reason in str(caught.value)


def test_whatever_stands_in_a_form_can_be_kept():
    told = (
        r'{"half": "a\ud83d", "long": 123456789012345678901234567890, "yes": true, "none": NaN, "\ud83d": -5}'
    )
    form = {
        "MessageSid": "SM1",
        "From": "whatsapp:+821012345678",
        "To": "whatsapp:+14155238886",
        "InteractiveData": told,
    }
    (fact,) = whatsapp().parse(post(URL, form))
    assert from_json(as_json(fact.content))["fields"] == {
        "half": "a?",
        "long": "123456789012345678901234567890",
        "yes": True,
        "none": None,
        "?": -5,
    }


def test_one_accounts_messages_do_not_enter_by_anothers_door():
    with pytest.raises(Malformed):
        whatsapp().parse(as_request(FIXTURES["sms_text"]))
    with pytest.raises(Malformed):
        sms().parse(as_request(FIXTURES["whatsapp_text"]))


def test_a_number_of_ours_is_known_in_either_spelling():
    channel = whatsapp(**{"from": ["+551181234567"]})
    (fact,) = channel.parse(post(URL, {**FIXTURES["whatsapp_text"]["form"], "To": "whatsapp:+5511981234567"}))
    assert fact.text


def test_a_short_code_of_ours():
    (fact,) = sms(**{"from": ["15445678"]}).parse(a_message(To="15445678"))
    assert fact.sender == Address("tel", "+821012345678")


def test_the_same_person_on_both_channels_is_one_address():
    (text,) = sms().parse(as_request(FIXTURES["sms_text"]))
    (chat,) = whatsapp().parse(as_request(FIXTURES["whatsapp_text"]))
    assert text.sender == chat.sender


def test_the_account_is_the_one_the_payload_names():
    assert account_of(as_request(FIXTURES["sms_text"])) == ACCOUNT_SID
    assert account_of(post(URL, {"A": "1"})) == ""


KNOWN = sorted(
    {name for fixture in FIXTURES.values() for name in fixture["form"]} - {"MessageStatus", "SmsStatus"}
)


@given(
    st.dictionaries(st.sampled_from(KNOWN), st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
)
def test_no_payload_breaks_the_reading(changed):
    """Whatever its parameters hold: a message that shows something, or a reason to keep it for a person to look at."""
    request = a_message(**changed)
    try:
        (fact,) = read_facts(request, LINE)
    except Malformed:
        return
    assert isinstance(fact, InboundMessage)
    assert fact.text or fact.files or fact.content
