"""Both adapters of Twilio: what their sections may say, and what they declare."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from gateway.channels import registry
from gateway.channels._twilio import TwilioConfig
from gateway.channels.base import Channel, FetchesMedia, Invites, TakesWebhooks
from gateway.channels.registry import make
from gateway.errors import ConfigError, SignatureError
from tests.channels.twilio_requests import (
    ACCOUNT_SID,
    FIXTURES,
    KEY,
    KEY_ID,
    SERVICE_SID,
    TOKEN,
    URL,
    as_request,
    post,
    sign,
    sms,
    whatsapp,
)

WRITTEN = "%EC%9D%B4%EC%96%B4%EC%84%9C%20%23AB%26C"
WHOLE = {"type": "twilio_sms", "account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": "+821000000001"}


@pytest.mark.parametrize("type_", ["twilio_sms", "twilio_whatsapp"])
def test_the_registry_makes_it_and_it_has_the_abilities(type_):
    channel: Channel = make("line", {**WHOLE, "type": type_})
    assert isinstance(channel, TakesWebhooks) and isinstance(channel, FetchesMedia)
    assert channel.label.en and channel.label.ko
    drawing = ElementTree.fromstring(channel.icon)
    assert drawing.get("viewBox") == "0 0 24 24" and "currentColor" in channel.icon


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"from": ""}, "country"),
        ({"from": "010-1234-5678"}, "+821012345678"),
        ({"from": "AMAZON"}, "country"),
        ({"from": []}, "messaging_service_sid"),
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": ""}, "let anybody in"),
        ({"other_auth_tokens": [""]}, "let anybody in"),
        ({"webhook_keys": {KEY_ID: ""}}, "let anybody in"),
        ({"messaging_service_sid": "SM1"}, "messaging_service_sid"),
        ({"api_key": "SK00000000000000000000000000000001"}, "come together"),
        ({"api_base": "api.twilio.com"}, "https://api.twilio.com"),
        ({"api_base": "https://x:y@api.twilio.com"}, "https://api.twilio.com"),
        ({"form": "+821000000001"}, "did you mean 'from'"),
        ({"senders": "+821000000001"}, "does not know"),
    ],
)
def test_a_section_that_would_not_work_is_refused(changed, told):
    with pytest.raises(ConfigError) as caught:
        registry.validate("line", {**WHOLE, **changed})
    assert told in str(caught.value) and TOKEN not in str(caught.value)


def test_numbers_may_stand_alone_in_a_list_or_behind_a_service():
    assert sms().config.senders == ("+821000000001",)
    assert sms(**{"from": ["+82 10-0000-0001", "15445678"]}).config.senders == ("+821000000001", "15445678")
    only_service = {key: value for key, value in WHOLE.items() if key != "from"}
    assert registry.validate("line", {**only_service, "messaging_service_sid": SERVICE_SID})


def test_secrets_never_print():
    config = sms(webhook_keys={KEY_ID: KEY}, other_auth_tokens=["an older token"]).config
    assert isinstance(config, TwilioConfig)
    for secret in (TOKEN, KEY, "an older token"):
        assert secret not in repr(config) + str(config.model_dump()) + config.model_dump_json()


def test_a_webhook_of_another_account_is_refused_though_it_is_signed():
    form = {**FIXTURES["sms_text"]["form"], "AccountSid": "AC00000000000000000000000000000002"}
    with pytest.raises(SignatureError, match="another account"):
        sms().verify(post(URL, form))


def test_an_account_takes_its_own_keys():
    form = FIXTURES["sms_text"]["form"]
    by_key = post(
        URL,
        form,
        **{
            "X-Twilio-Signature": sign(URL, form, secret=KEY, algorithm="HMAC_SHA256"),
            "X-Twilio-Webhooks-Signature-Settings": f"key={KEY_ID},algorithm=HMAC_SHA256",
        },
    )
    sms(webhook_keys={KEY_ID: KEY}).verify(by_key)
    with pytest.raises(SignatureError):
        sms().verify(by_key)
    sms(auth_token="the newer token", other_auth_tokens=[TOKEN]).verify(post(URL, form))
    with pytest.raises(SignatureError):
        sms(auth_token="the newer token").verify(post(URL, form))


def test_a_webhook_that_cannot_be_read_is_still_checked():
    request = as_request(FIXTURES["sms_text"])
    with pytest.raises(SignatureError):
        sms().verify(replace(request, headers={}))


def test_the_answer_sends_nothing_to_the_customer():
    answer = sms().acknowledge()
    assert (answer.status, answer.content_type) == (200, "text/xml")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == "Response" and len(root) == 0 and not root.text


@pytest.mark.parametrize(
    ("changed", "link", "address"),
    [
        ({}, f"sms:+821000000001?&body={WRITTEN}", "+82 10-0000-0001"),
        ({"from": "15880000"}, f"sms:15880000?&body={WRITTEN}", "15880000"),
        ({"type": "twilio_whatsapp"}, f"https://wa.me/821000000001?text={WRITTEN}", "+82 10-0000-0001"),
        (
            {"link": "https://go.example/{number}#{text}"},
            f"https://go.example/+821000000001#{WRITTEN}",
            "+82 10-0000-0001",
        ),
    ],
)
def test_a_link_begins_a_message_to_us_on_her_phone(changed, link, address):
    channel: object = make("line", {**WHOLE, **changed})
    assert isinstance(channel, Invites)
    assert channel.invitation("이어서 #AB&C") == (link, address)
    assert channel.by.en.startswith("by ") and channel.by.ko.endswith("로")


def test_no_link_leads_to_a_number_that_only_the_provider_knows():
    channel: object = make("line", {**WHOLE, "from": [], "messaging_service_sid": SERVICE_SID})
    assert isinstance(channel, Invites) and channel.invitation("hello") is None


@pytest.mark.parametrize(
    "link",
    [
        "https://go.example/{text}",
        "https://go.example/{number}",
        "sms:{number}{text}",
        "https://a/{number}{0}{text}",
    ],
)
def test_a_link_of_our_own_has_a_place_for_the_number_and_for_the_words(link):
    with pytest.raises(ConfigError):
        registry.validate("line", {**WHOLE, "link": link})


def test_what_each_can_do():
    assert not sms().capabilities.attachments.accepts("image/png", 1)
    assert sms(mms=True).capabilities.attachments.accepts("image/png", 1)
    assert sms().capabilities.segments is not None and sms().capabilities.reply_window is None
    chat = whatsapp().capabilities
    assert chat.reply_window == 86_400_000 and chat.read_in and chat.attachments.count == 1
    assert chat.may_start and chat.templates and chat.typing_out and chat.typing_reads
    for can in (chat, sms().capabilities):
        assert can.part_length == 1600 and can.text_length == 16_000, "what is longer goes in several"


async def test_it_opens_and_closes_and_may_be_closed_twice():
    channel = sms()
    await channel.open()
    await channel.close()
    await channel.close()
