"""What a browser says of where it is told: checked when it subscribes, so that nobody has us call just anywhere."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, StringConstraints

from gateway.errors import Refused
from inbox.fitting import Sent

LONGEST = 2048
"""Characters of an endpoint."""
AUTH = 16
"""Bytes of a subscription's own secret (RFC 8291 section 3.2)."""


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        raise ValueError("no base64url") from None


def _point(text: str) -> str:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(text))
    except ValueError:
        raise ValueError("no point of P-256") from None
    return text


def _secret(text: str) -> str:
    if len(_bytes(text)) != AUTH:
        raise ValueError(f"not {AUTH} bytes")
    return text


BASE64URL = StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}={0,2}$")


class Keys(Sent):
    p256dh: Annotated[str, BASE64URL, AfterValidator(_point)]
    auth: Annotated[str, BASE64URL, AfterValidator(_secret)]


class Subscription(Sent):
    """A `PushSubscription` as the browser writes it down."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=r"^[!-~]+$")]
    keys: Keys


def check_endpoint(endpoint: str, services: Iterable[str]) -> None:
    """Raises Refused for what is none of the known push services."""
    if not is_known(endpoint, services):
        raise Refused("errors.push_service", "the endpoint is none of [push] services", code="push_service")


def is_known(endpoint: str, services: Iterable[str]) -> bool:
    """Does the endpoint stand at one of these services?"""
    return any(_belongs(endpoint, service) for service in services)


def _belongs(endpoint: str, service: str) -> bool:
    try:
        sent, known = urlsplit(endpoint), urlsplit(service)
        if sent.scheme != known.scheme or sent.port != known.port or "@" in sent.netloc or "\\" in endpoint:
            return False
    except ValueError:
        return False
    host, wanted = sent.hostname or "", known.hostname or ""
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted
