"""The visitor's token: who is in front of one browser, signed by us and kept by that browser.

`base64url(JSON).base64url(HMAC-SHA256)`. It carries what a first message needs, because a visitor who has not written
is written nowhere: the identity, what the site vouched for, and what the page merely claims.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from gateway.errors import Unauthenticated
from gateway.events import Address, Proof
from gateway.store import plain

LONGEST = 2048
"""Characters of a token, as `wire.SessionAsk` takes it."""
CLAIMS_BYTES = 600
"""Bytes of JSON that claims may fill; what goes beyond is left out."""
CLAIM_KEY, CLAIM_VALUE = 40, 200
"""Characters of one claim."""

REMEMBERED = 4096
"""Tokens whose seal was checked lately and need not be checked again; nothing else is believed of them."""

VISITOR = "visitor"
"""The space of browsers nobody vouches for; its addresses are random."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a token stands for. `claims` are unproven words of the page, `vouched` is what the site signed."""

    account: str
    identity: Address
    subject: str
    proof: Proof = Proof.CHANNEL
    name: str | None = None
    vouched: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    locale: str | None = None
    expires_at: int | None = None
    """Milliseconds; a vouched visitor's token ends with the vouch, a nameless one's does not end."""


class Tokens:
    """Signs and reads visitors' tokens. `secret` is the deployment's and never leaves the server."""

    def __init__(self, secret: bytes) -> None:
        self._token_key = hmac.digest(secret, b"parley visitor token 1", hashlib.sha256)
        self._subject_key = hmac.digest(secret, b"parley visitor subject 1", hashlib.sha256)
        self._open = lru_cache(maxsize=REMEMBERED)(self._opened)

    def newcomer(self, account: str) -> Visitor:
        """A browser never seen before: a fresh random identity, written nowhere."""
        return self.visitor(account, Address(VISITOR, secrets.token_urlsafe(18)))

    def visitor(self, account: str, identity: Address, **known: Any) -> Visitor:
        return Visitor(account, identity, self._subject(account, identity), **known)

    def sign(self, visitor: Visitor) -> str:
        """The token; claims that do not fit are left out, then what the site vouched beyond the name."""
        for slimmer in (visitor, replace(visitor, claims={}), replace(visitor, claims={}, vouched={})):
            body = _encode(orjson.dumps(_packed(slimmer)))
            token = f"{body}.{_encode(self._seal(body))}"
            if len(token) <= LONGEST:
                return token
        raise ValueError("an identity too long for a token")

    def read(self, token: str, account: str, now: int) -> Visitor:
        """Who holds this token. Raises `Unauthenticated` when it is not ours, not this account's, or over."""
        visitor = self._open(token)
        if visitor.account != account:
            raise Unauthenticated("errors.visitor_token", "visitor token: another account's")
        if visitor.expires_at is not None and visitor.expires_at <= now:
            raise Unauthenticated("errors.visitor_expired", "visitor token: over", code="vouch_expired")
        return visitor

    def _opened(self, token: str) -> Visitor:
        body, _, seal = token.partition(".")
        if (
            len(token) > LONGEST
            or not token.isascii()
            or not hmac.compare_digest(_encode(self._seal(body)).encode(), seal.encode())
        ):
            raise Unauthenticated("errors.visitor_token", "visitor token: not ours")
        return _unpacked(_decode(body))

    def _seal(self, body: str) -> bytes:
        return hmac.digest(self._token_key, body.encode(), hashlib.sha256)

    def _subject(self, account: str, identity: Address) -> str:
        whole = f"{account}\0{identity.space}\0{identity.address}".encode()
        return _encode(hmac.digest(self._subject_key, whole, hashlib.sha256)[:16])


def fitting_claims(claims: dict[str, str]) -> dict[str, str]:
    """The claims that are kept: short keys and values, in order, as many as fit `CLAIMS_BYTES`."""
    kept: dict[str, str] = {}
    for key, value in claims.items():
        word, said = plain(key).strip(), plain(value).strip()
        tried = {**kept, word[:CLAIM_KEY]: said[:CLAIM_VALUE]}
        if not word or not said or len(orjson.dumps(tried)) > CLAIMS_BYTES:
            continue
        kept = tried
    return kept


def _packed(visitor: Visitor) -> dict[str, Any]:
    whole = {
        "a": visitor.account,
        "i": [visitor.identity.space, visitor.identity.address],
        "s": visitor.subject,
        "p": int(visitor.proof),
        "n": visitor.name,
        "v": visitor.vouched,
        "c": visitor.claims,
        "l": visitor.locale,
        "x": visitor.expires_at,
    }
    return {key: value for key, value in whole.items() if value}


def _unpacked(body: bytes) -> Visitor:
    """Trusts its input: the seal was checked, so we wrote it."""
    packed = orjson.loads(body)
    return Visitor(
        account=packed["a"],
        identity=Address(*packed["i"]),
        subject=packed["s"],
        proof=Proof(packed["p"]),
        name=packed.get("n"),
        vouched=packed.get("v", {}),
        claims=packed.get("c", {}),
        locale=packed.get("l"),
        expires_at=packed.get("x"),
    )


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Unauthenticated("errors.visitor_token", "visitor token: broken base64") from None
