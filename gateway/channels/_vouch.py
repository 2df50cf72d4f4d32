"""A site's signed word for its signed-in user: an HS256 JWT that any JWT library makes, read strictly.

RFC 7519 claims `sub name email plan since exp`; RFC 8725 is why the algorithm is pinned and every claim is named.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from typing import Any

from gateway.channels.base import VouchedUser
from gateway.errors import SignatureError

LIFETIME = 24 * 3600
"""Seconds a vouch may be good for, counted from now; the site renews it."""
SKEW = 60
"""Seconds the site's clock may be off."""
LONGEST = 4096
"""Characters of a whole token."""

_PART = re.compile(r"[A-Za-z0-9_-]+\Z")
_HEADER = {"alg", "typ", "kid"}
_CLAIMS = {"sub", "name", "email", "plan", "since", "exp", "iat", "nbf", "iss", "jti"}
_TEXTS = {"sub": 200, "name": 200, "email": 254, "plan": 100}
"""Claims that are text, and how long each may be."""


def read_vouch(token: str, secrets: Iterable[bytes], now: int) -> VouchedUser:
    """The user a token signs for, at `now` (ms). Raises `SignatureError`, saying why to the log only."""
    header, payload, signature = _parts(token)
    if _json(header).get("alg") != "HS256" or _json(header).keys() - _HEADER:
        raise SignatureError("vouch: only plain HS256 is accepted")
    _check_signature(f"{header}.{payload}".encode(), _bytes(signature), secrets)
    return _user(_json(payload), now // 1000)


def _parts(token: str) -> tuple[str, str, str]:
    parts = token.split(".") if len(token) <= LONGEST else []
    if len(parts) != 3 or not all(_PART.match(part) for part in parts):
        raise SignatureError("vouch: not a signed token")
    return parts[0], parts[1], parts[2]


def _bytes(part: str) -> bytes:
    try:
        whole = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        raise SignatureError("vouch: broken base64") from None
    # A second spelling of the same bytes would be a second token: only the canonical one counts.
    if base64.urlsafe_b64encode(whole).rstrip(b"=").decode() != part:
        raise SignatureError("vouch: broken base64")
    return whole


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part).decode(), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise SignatureError("vouch: broken JSON") from None
    if not isinstance(value, dict):
        raise SignatureError("vouch: not an object")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _check_signature(signed: bytes, signature: bytes, secrets: Iterable[bytes]) -> None:
    """Every secret is tried, so that the time tells nothing; none configured means nobody is vouched for."""
    good = [hmac.compare_digest(hmac.digest(secret, signed, hashlib.sha256), signature) for secret in secrets]
    if not any(good):
        raise SignatureError("vouch: the signature does not fit")


def _user(claims: dict[str, Any], now: int) -> VouchedUser:
    unknown = claims.keys() - _CLAIMS
    if unknown:
        raise SignatureError(f"vouch: unknown claim {sorted(unknown)[0]!r}")
    expires = _seconds(claims, "exp")
    if expires is None or not now < expires <= now + LIFETIME + SKEW:
        raise SignatureError("vouch: exp is missing, past, or more than 24 hours ahead")
    if (_seconds(claims, "nbf") or 0) > now + SKEW or (_seconds(claims, "iat") or 0) > now + SKEW:
        raise SignatureError("vouch: not valid yet")
    texts = {key: _text(claims, key, longest) for key, longest in _TEXTS.items()}
    if not texts["sub"]:
        raise SignatureError("vouch: sub is missing")
    if texts["sub"] != claims["sub"]:
        # To the site "kim" and "kim " may be two people: taking the blank off would make them one.
        raise SignatureError("vouch: sub begins or ends with a blank")
    since = _seconds(claims, "since")
    return VouchedUser(
        user_id=texts["sub"],
        name=texts["name"],
        email=texts["email"],
        plan=texts["plan"],
        since=None if since is None else since * 1000,
        expires_at=expires * 1000,
    )


def _text(claims: dict[str, Any], key: str, longest: int) -> str | None:
    value = claims.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise SignatureError(f"vouch: {key} is not a text of at most {longest} characters")
    return value.strip() or None


def _seconds(claims: dict[str, Any], key: str) -> int | None:
    """A NumericDate; libraries write whole numbers, some write them as floats."""
    value = claims.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise SignatureError(f"vouch: {key} is not a time in seconds")
    return int(value)
