"""Signing as Standard Webhooks 1.0.0 has it (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.

The few lines are our own: the library signs texts, and a body is bytes. Its verifier is what the tests hold us against.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from gateway.stream.hooks import PREFIX


def headers(secrets: Iterable[str], key: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers; `at` in seconds is the time of this try. Every valid secret signs, the newest first."""
    signed = f"{key}.{at}.".encode() + body
    signatures = [f"v1,{_signature(secret, signed)}" for secret in secrets]
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
