"""A provider of the tests: a channel that the product does not have, whose provider signs its calls and sends JSON.

It stands in for every real one: what door, parking and replay do must hang on none of them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.channels import registry
from gateway.channels.base import Acknowledgement, Capabilities, ChannelConfig, ProviderRequest, Words
from gateway.errors import Malformed, SignatureError
from gateway.events import AccountId, Address, Fact, InboundMessage, SeenReport

NAME = "pigeon"
SECRET = "the pigeon's own secret"
SECTION = {"type": NAME, "label": "Pigeon post", "secret": SECRET}
PUBLIC = "https://chat.example.com"
SIGNED = "X-Pigeon-Signature"


class PigeonConfig(ChannelConfig):
    secret: SecretStr


@dataclass
class Pigeon:
    """One account of it. `mended` says that the form `news` is understood, as a later release would."""

    account: AccountId
    config: PigeonConfig

    name = NAME
    label = Words("Pigeon post", "비둘기 우편")
    icon = '<svg viewBox="0 0 24 24"><path d="M4 4h16"/></svg>'
    Config = PigeonConfig
    capabilities = Capabilities(text_length=1000)
    mended = False

    async def open(self) -> None:
        """It needs nothing."""

    async def close(self) -> None:
        """It holds nothing."""

    def verify(self, request: ProviderRequest) -> None:
        told = request.headers.get(SIGNED)
        if told is None:
            raise SignatureError(f"no header {SIGNED}")
        if told == "break":
            raise TypeError("an adapter with a fault")
        if told == "scribble":
            raise SignatureError("one line\r\nERROR gateway: and a forged one")
        right = signature(request.url, request.body, self.config.secret.get_secret_value())
        if not hmac.compare_digest(told, right):
            raise SignatureError("the signature is of another secret, address or body")

    def parse(self, request: ProviderRequest) -> Sequence[Fact]:
        assert SIGNED not in request.headers, "what signs a call is none of its words"
        if request.headers.get("content-type") != "application/json":
            raise Malformed("errors.malformed", "no JSON")
        try:
            told = json.loads(request.body)
        except ValueError as why:
            raise Malformed("errors.malformed", f"no JSON: {why}") from None
        if "news" in told and not self.mended:
            raise Malformed("errors.malformed", "a form of call that is not known")
        return [_fact(one) for one in [*told.get("messages", ()), *told.get("news", ())]]

    def acknowledge(self) -> Acknowledgement:
        return Acknowledgement(202, b"<Coo/>", "text/xml; charset=utf-8")


CHANNEL = Pigeon


def _fact(one: Mapping[str, Any]) -> Fact:
    sender = Address("tel", one["from"])
    if "read" in one:
        return SeenReport(sender, read=one["read"])
    return InboundMessage(one["id"], sender, text=one["text"], at=one.get("at"), name=one.get("name"))


def signature(url: str, body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), url.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def said(key: str, text: str, who: str = "+15550100", **more: Any) -> dict[str, Any]:
    """A message of a customer, as the provider tells it."""
    return {"id": key, "from": who, "text": text, **more}


def call(what: Any, account: str = "post") -> ProviderRequest:
    """As the door hands it on."""
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    url = f"{PUBLIC}/webhooks/{account}"
    return ProviderRequest("POST", url, {"Content-Type": "application/json"}, body)


def register(patch: pytest.MonkeyPatch) -> None:
    """The channel stands in the registry for the length of a test."""
    known = registry.known_types()
    patch.setattr(registry, "known_types", lambda: sorted({*known, NAME}))
    patch.setitem(sys.modules, f"gateway.channels.{NAME}", sys.modules[__name__])
