"""The second factor: time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds), each accepted once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP = 30_000
"""Milliseconds one code lasts."""
DRIFT = 1
"""Steps a clock may be off, either way (RFC 6238 section 5.2)."""


def new_key() -> str:
    """A fresh shared key of 160 bits (RFC 4226 section 4), in base 32 as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(key: str, step: int) -> str:
    """The six digits of one time step (RFC 4226 section 5.3)."""
    mac = hmac.digest(base64.b32decode(key), step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 15
    return f"{(int.from_bytes(mac[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def matching_step(key: str, given: str, now: int, last: int) -> int | None:
    """The time step that `given` is the code of, None when it is none: wrong, too old, or not newer than `last`.

    `now` in UTC ms. The caller writes the step down as the new `last` before it believes the code.
    """
    given = given.replace(" ", "")
    if len(given) != 6 or not given.isascii():
        return None
    current = now // STEP
    try:
        for step in range(current - DRIFT, current + DRIFT + 1):
            if step > last and hmac.compare_digest(code(key, step), given):
                return step
    except binascii.Error:
        return None
    return None


def uri(key: str, account: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code (Google's Key Uri Format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={key}&issuer={quote(issuer, safe='')}"
