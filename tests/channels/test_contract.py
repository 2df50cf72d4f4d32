"""What every adapter promises, whatever it is: a new one is held to it by standing in the registry."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels import registry
from gateway.channels.base import (
    CatchesUp,
    Channel,
    FetchesMedia,
    ProviderRequest,
    Reconciles,
    Runs,
    Sends,
    SendsTemplates,
    SendsTyping,
    ServesVisitors,
    TakesWebhooks,
)
from gateway.errors import Malformed, SignatureError
from tests.channels.twilio_requests import FIXTURES, adapter, as_request, sms, whatsapp

TWILIO = {"twilio_sms": sms, "twilio_whatsapp": whatsapp}
LEAST = {"email": {"address": "help@shop.example", "imap_url": "imaps://mail.shop.example"}}
"""What a section needs besides its type."""


def one_of(type_: str) -> Channel:
    """An account of it, made by the example that its own folder gives."""
    if type_ in TWILIO:
        made: Channel = TWILIO[type_]()
        return made
    return registry.make("account", {"type": type_, **LEAST.get(type_, {})})


TYPES = registry.known_types()


@pytest.mark.parametrize("type_", TYPES)
def test_it_is_named_as_its_module_and_drawn_and_worded(type_: str) -> None:
    channel = one_of(type_)
    assert channel.name == type_ == importlib.import_module(f"gateway.channels.{type_}").CHANNEL.name
    assert channel.label.en and channel.label.ko and channel.icon.startswith("<svg")


@pytest.mark.parametrize("type_", TYPES)
def test_what_it_says_it_can_it_can(type_: str) -> None:
    channel, can = one_of(type_), one_of(type_).capabilities
    assert isinstance(channel, SendsTemplates) == can.templates
    if isinstance(channel, Sends):
        assert isinstance(channel, SendsTyping) == can.typing_out
    assert isinstance(channel, Sends) != isinstance(channel, ServesVisitors), "one way out"
    if can.reply_window is not None and isinstance(channel, Sends):
        assert can.templates, "what may be said when the window has closed"
    if isinstance(channel, Sends):
        assert channel.rate > 0 and channel.burst >= 1
        assert can.part_length is None or can.part_length <= can.text_length
    if can.delivery_states and isinstance(channel, Sends):
        assert isinstance(channel, Runs) or (
            isinstance(channel, TakesWebhooks) and isinstance(channel, Reconciles)
        ), "somebody tells what became of it"
    if isinstance(channel, Runs):
        assert list(channel.addresses()) and not isinstance(channel, TakesWebhooks), "one way in"
    if isinstance(channel, CatchesUp):
        assert list(channel.lines()), "there is something to ask for"


@pytest.mark.parametrize("type_", TYPES)
async def test_it_opens_without_a_network_and_closes_twice(type_: str) -> None:
    channel = one_of(type_)
    await channel.open()
    await channel.close()
    await channel.close()


@pytest.mark.parametrize("type_", [one for one in TYPES if isinstance(one_of(one), TakesWebhooks)])
def test_it_has_fixtures_with_files_where_it_fetches_any(type_: str) -> None:
    mine = [fixture for fixture in FIXTURES.values() if fixture["channel"] == type_]
    assert mine
    if isinstance(one_of(type_), FetchesMedia):
        assert any(fixture["fact"].get("files") for fixture in mine)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_changed_byte_is_not_signed(name: str) -> None:
    fixture = FIXTURES[name]
    channel: Any = adapter(fixture)
    request = as_request(fixture)
    channel.verify(request)
    for changed in _changed(request):
        with pytest.raises(SignatureError):
            channel.verify(changed)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_payload_says_the_same_twice_and_each_fact_has_its_name(name: str) -> None:
    fixture = FIXTURES[name]
    channel: Any = adapter(fixture)
    request = as_request(fixture)
    facts = list(channel.parse(request))
    assert facts == list(channel.parse(request)) and facts
    assert all(fact.provider_id for fact in facts)


@pytest.mark.parametrize("type_", [one for one in TYPES if isinstance(one_of(one), TakesWebhooks)])
def test_nonsense_is_kept_and_breaks_nothing(type_: str) -> None:
    channel: Any = one_of(type_)
    for body in (b"", b"\xff\xfe", b"{}", json.dumps({"a": 1}).encode(), b"a=" + b"x" * 10_000):
        request = ProviderRequest("POST", "https://x.example/webhooks/a", {}, body)
        with pytest.raises(SignatureError):
            channel.verify(request)
        with pytest.raises(Malformed):
            channel.parse(request)


def _changed(request: ProviderRequest) -> list[ProviderRequest]:
    """Its address, its body, its signature, or all of that left out."""
    found = [
        replace(request, url=request.url.replace("parley.example", "parley.exampla")),
        replace(request, headers={**request.headers, "X-Twilio-Signature": "x"}),
        replace(request, headers={}),
    ]
    if request.body:
        found.append(replace(request, body=request.body.replace(b"AccountSid", b"AccountSie", 1)))
    return found
