"""Links to attachments, signed for one audience and a time: whoever holds the link is that audience until then."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gateway.errors import NotFound, Refused
from gateway.media.store import check_digest

LINK_LIFE = 6 * 3600 * 1000
"""Milliseconds a link lives at least."""
LINK_PERIOD = 3600 * 1000
"""Milliseconds; an expiry is rounded up to a multiple, so that within a period a link is the same, and cached."""
SECRET_BYTES = 32
"""The shortest secret."""
LINK_LENGTH = 1024
"""Characters; a longer signed part is not looked at."""

_FORM = 1
_FIXED = struct.Struct(">BQ32s")  # form, expiry, hash; then the attachment's id, a zero byte, the audience


class Expired(Refused):
    """The link was ours, its time is over: ask for a fresh one."""

    status = 410
    code = "link_expired"


class Forged(NotFound):
    """The link is not ours, was changed, or was signed for somebody else. Looks like not found."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid link says: these bytes, as this attachment, for this audience, until `expires` (UTC ms)."""

    audience: str
    attachment: str
    hash: str
    expires: int


class MediaLinks:
    """Signs and checks links by HMAC-SHA256 (RFC 2104). `clock` gives UTC ms.

    `former` secrets still verify, so that a secret can be changed without breaking the links that are out. Every
    process of a deployment has the same secret.
    """

    def __init__(self, secret: bytes, *, clock: Callable[[], int], former: tuple[bytes, ...] = ()) -> None:
        if any(len(each) < SECRET_BYTES for each in (secret, *former)):
            raise ValueError(f"a link secret has at least {SECRET_BYTES} bytes")
        self._keys = [hmac.digest(each, b"parley media link", hashlib.sha256) for each in (secret, *former)]
        self._clock = clock

    def sign(self, *, audience: str, attachment: str, digest: str, life: int = LINK_LIFE) -> str:
        """The signed part of a link for one audience (`agent:ID`, `visitor:ID`, `account:NAME`).

        Lives for `life` ms, up to LINK_PERIOD longer. The caller has checked that this audience may see this file.
        """
        if not audience or "\0" in audience + attachment:
            raise ValueError("an audience has a name, and no zero byte")
        expires = -(-(self._clock() + life) // LINK_PERIOD) * LINK_PERIOD
        fixed = _FIXED.pack(_FORM, expires, bytes.fromhex(check_digest(digest)))
        claim = fixed + attachment.encode() + b"\0" + audience.encode()
        return _letters(claim + hmac.digest(self._keys[0], claim, hashlib.sha256))

    def path(self, name: str, *, audience: str, attachment: str, digest: str, life: int = LINK_LIFE) -> str:
        """The whole path of a link, with a name for people to save under; below `media_url` or `public_url`."""
        signed = self.sign(audience=audience, attachment=attachment, digest=digest, life=life)
        return f"/media/{signed}/{quote(name, safe='')}"

    def for_audience(self, audience: str, base: str = "") -> Callable[[Any], str]:
        """Signs where this audience gets an attachment's row; `base` where files have an origin of their own."""

        def link(file: Any) -> str:
            return base + self.path(
                file["name"], audience=audience, attachment=file["id"], digest=file["hash"]
            )

        return link

    def verify(self, signed: str, *, audience: str | None = None) -> Claim:
        """What the link claims, once proven ours and in time; with `audience`, only if it was signed for that one.

        Fails closed; signatures are compared in constant time. Raises Forged, Expired (only for links that are ours).
        """
        whole = _bytes(signed)
        claim, proof = whole[:-32], whole[-32:]
        if not any(hmac.compare_digest(hmac.digest(key, claim, hashlib.sha256), proof) for key in self._keys):
            raise Forged("attachment.missing", "media link: signature does not fit")
        found = _read_claim(claim)
        if audience is not None and not hmac.compare_digest(found.audience.encode(), audience.encode()):
            raise Forged("attachment.missing", "media link: signed for another audience")
        if self._clock() >= found.expires:
            raise Expired("attachment.link_expired", "media link: expired")
        return found

    def seconds_left(self, claim: Claim) -> int:
        """Whole seconds until the claim ends, 0 when it has ended."""
        return max(0, (claim.expires - self._clock()) // 1000)


def _read_claim(claim: bytes) -> Claim:
    try:
        form, expires, digest = _FIXED.unpack_from(claim)
        attachment, _, audience = claim[_FIXED.size :].decode().partition("\0")
    except (struct.error, UnicodeDecodeError):
        raise Forged("attachment.missing", "media link: no claim inside") from None
    if form != _FORM or not audience:
        raise Forged("attachment.missing", "media link: unknown form")
    return Claim(audience, attachment, digest.hex(), expires)


def _letters(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes:
    """Base64url without padding (RFC 4648 section 5); one spelling only, so one link has one cache entry."""
    try:
        if len(letters) > LINK_LENGTH:
            raise ValueError("too long")
        data = urlsafe_b64decode(letters.encode("ascii") + b"=" * (-len(letters) % 4))
    except ValueError:
        raise Forged("attachment.missing", "media link: not base64url") from None
    if _letters(data) != letters:
        raise Forged("attachment.missing", "media link: another spelling")
    return data
