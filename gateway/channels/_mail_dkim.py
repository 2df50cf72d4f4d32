"""Signing a mail with the domain's key (DKIM, RFC 6376), for who sends by a server that does not.

RSA: what every receiver verifies; Ed25519 (RFC 8463) many do not yet."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from gateway.errors import ConfigError

SIGNED = (
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
ONCE = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References")
"""Signed once more than they stand there: one that is added on the way breaks the signature (section 8.15)."""
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
SMALLEST = 1024
"""Bits of an RSA key that is verified at all (RFC 8301)."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One key, published at `SELECTOR._domainkey.DOMAIN`; RSA, in PEM."""

    domain: str
    selector: str
    key: SecretStr

    def check(self) -> None:
        """Raises ConfigError."""
        if not NAME.fullmatch(self.domain) or not NAME.fullmatch(self.selector):
            raise ConfigError(
                "dkim: the domain and the selector are names of the DNS, as `example.com` and `mail`"
            )
        _material(self.key)

    def sign(self, raw: bytes) -> bytes:
        """The mail with its signature before it; work of some ten milliseconds, so it is called in a thread. Raises
        ConfigError."""
        material = _material(self.key)
        present = {line.partition(b":")[0].strip().lower() for line in _head(raw)}
        names = [name.lower().encode() for name in SIGNED if name.lower().encode() in present]
        try:
            line: bytes = dkim.sign(
                raw,
                self.selector.encode(),
                self.domain.encode(),
                material,
                include_headers=[*names, *(name.lower().encode() for name in ONCE)],
                canonicalize=(b"relaxed", b"relaxed"),
                signature_algorithm=b"rsa-sha256",
                linesep=b"\r\n",
            )
        except dkim.DKIMException as why:
            raise ConfigError(f"dkim: it cannot be signed: {why}") from why
        return line + raw


def _head(raw: bytes) -> list[bytes]:
    head = raw.partition(b"\r\n\r\n")[0]
    return [line for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]


def _material(key: SecretStr) -> bytes:
    """In the form that dkimpy reads. Raises ConfigError, without a word of the key."""
    pem = key.get_secret_value().strip().encode()
    try:
        read = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("dkim: the key is no private key in PEM, or has a passphrase") from None
    if not isinstance(read, rsa.RSAPrivateKey) or read.key_size < SMALLEST:
        raise ConfigError(f"dkim: the key must be RSA of at least {SMALLEST} bits")
    form, plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return read.private_bytes(serialization.Encoding.PEM, form, plain)
