"""What only its holder knows: made of 256 random bits, kept here as its SHA-256 alone.

A plain hash is enough: nobody can try 2^256 values, so these need no slow hash (unlike passwords).
"""

from __future__ import annotations

import hashlib
import secrets

LONGEST = 100
"""Characters; a longer secret is not looked at."""


def new_secret(kind: str = "") -> str:
    """A fresh secret as URL-safe text; `kind` stands before it, so that a leaked one is recognised for what it is."""
    return kind + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the database holds of a secret."""
    return hashlib.sha256(secret[: LONGEST + 1].encode("utf-8", "surrogateescape")).hexdigest()
