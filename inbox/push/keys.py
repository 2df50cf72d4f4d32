"""The deployment's key towards push services (VAPID, RFC 8292).

Made of the deployment's secret: it has no place of its own to be lost from, is alike in every process, and moves with
the database and its backups.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-5): a private key is a number below it."""
WIDE = 48
"""Bytes that the number is made of: 16 more than it has, so that no key is likelier than another."""
LIVES = 12 * 3600
"""Seconds that a signature holds; push services take at most 24 hours."""


class Vapid:
    """Signs what we send, and is named to browsers when they subscribe."""

    def __init__(self, secret: bytes, public_url: str) -> None:
        wide = HKDF(hashes.SHA256(), WIDE, salt=None, info=b"parley web push").derive(secret)
        number = int.from_bytes(wide, "big") % (ORDER - 1) + 1
        private = ec.derive_private_key(number, ec.SECP256R1())
        self._signs = Vapid02(private_key=private)
        self._subject = _subject(public_url)
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = urlsafe_b64encode(point).rstrip(b"=").decode()
        """What browsers call `applicationServerKey`."""

    def authorization(self, endpoint: str, now: int) -> str:
        """The header for one request; `now` in seconds."""
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + LIVES, "sub": self._subject}
        return str(self._signs.sign(claims)["Authorization"])


def _subject(public_url: str) -> str:
    """Who we are, for the push service's people."""
    host = urlsplit(public_url).hostname or ""
    return f"https://{host}" if "." in host else "https://localhost"
