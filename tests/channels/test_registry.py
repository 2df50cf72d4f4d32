"""From config sections to accounts, with errors that say what to write instead."""

import subprocess
import sys

import pytest

from gateway.channels import registry
from gateway.errors import ConfigError, NotFound


def test_every_type_is_found_and_names_itself():
    assert "webchat" in registry.known_types()
    for type_ in registry.known_types():
        assert registry.channel_class(type_).name == type_


def test_nothing_is_imported_before_it_is_used():
    program = (
        "import sys; from gateway.channels import registry; registry.known_types(); "
        "assert 'gateway.channels.webchat' not in sys.modules; registry.make('web', {'type': 'webchat'}); "
        "assert 'gateway.channels.webchat' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({}, ["[channels.web]", "type", "webchat"]),
        ({"type": "webcat"}, ["'webcat'", "did you mean 'webchat'"]),
        ({"type": "zzz"}, ["'zzz'", "there are:", "webchat"]),
        ({"type": "webchat", "color": "#000000"}, ["'color'", "did you mean 'colour'"]),
        ({"type": "webchat", "colour": "#00"}, ["colour"]),
        ({"type": "webchat", "vouch_secrets": ["hunter2"]}, ["vouch_secrets", "32 characters"]),
        ({"type": "webchat", "title": {"enn": "Hi"}}, ["title.enn"]),
        ({"type": "../os"}, ["'../os'"]),
        ({"type": 7}, ["type"]),
    ],
)
def test_a_fault_names_the_section_and_the_way_out(section, told):
    with pytest.raises(ConfigError) as caught:
        registry.validate("web", section)
    assert all(part in str(caught.value) for part in ["[channels.web]", *told])
    assert "hunter2" not in str(caught.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        registry.Channels.of(
            {"a": {"type": "x"}, "b": {"type": "webchat", "side": "top"}, "c": {"type": "webchat"}}
        )
    assert "[channels.a]" in str(caught.value) and "[channels.b]" in str(caught.value)


def test_accounts_are_found_by_name_and_replaced_whole():
    channels = registry.Channels.of({"web": {"type": "webchat"}})
    assert channels.access("web").account == "web" and channels.get("mail") is None
    stays = channels.access("web")
    channels.replace({"web": stays, "second": registry.make("second", {"type": "webchat"})})
    assert channels.access("web") is stays and len(channels) == 2
    assert {channel.account for channel in channels} == {"web", "second"}
    with pytest.raises(NotFound):
        channels.access("mail")


PHONE = {"type": "twilio_sms", "account_sid": "AC" + "0" * 32, "auth_token": "t"}


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ({}, "'sms' is no account that a link leads to"),
        ({"sms": {"type": "webchat"}}, "'sms' is no account that a link leads to"),
        (
            {"sms": {**PHONE, "messaging_service_sid": "MG" + "0" * 32}},
            "[channels.sms] needs its number in `from`",
        ),
    ],
)
def test_a_chat_sends_its_customers_only_where_a_link_leads(phone, told):
    with pytest.raises(ConfigError) as caught:
        registry.Channels.of({"web": {"type": "webchat", "continue_on": ["sms"]}, **phone})
    assert told in str(caught.value) and "[channels.web] continue_on" in str(caught.value)
    registry.Channels.of(
        {"web": {"type": "webchat", "continue_on": ["sms"]}, "sms": {**PHONE, "from": "+821000000001"}}
    )
