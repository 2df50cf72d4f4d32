"""Secrets at rest: sealed before they are written to the database, opened where they are used.

Authenticated encryption (AES-256-GCM, NIST SP 800-38D) with a key that is not in the database: whoever steals a
database or a backup has no secret by it. What is sealed is bound to its place: in another row it opens nothing.
Several keys: the first seals, all open, so that a key can be changed over.
"""

from __future__ import annotations

import base64
import logging
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import ConfigError
from gateway.folders import FILE, make_private, sync_names

log = logging.getLogger(__name__)

NAME = "parley.key"
"""The file in the data directory that holds the key where none is configured."""
SHORTEST = 32
"""Characters of a key."""
NONCE = 12
"""Bytes before what is sealed: drawn anew each time."""
SEALED = re.compile(r"sealed:1:([0-9a-f]{8}):([A-Za-z0-9_-]+={0,2})")
"""What stands in the database: the format, the key's id, nonce and ciphertext."""


class Seals:
    """The keys of this process, from the configuration or from a file. Without either (tests) nothing is sealed."""

    def __init__(self, keys: str = "", *, file: Path | None = None) -> None:
        """`keys`: one a line, the newest first. `file`: the same, made when it is first needed. Raises ConfigError."""
        self.file = file
        self._keys: dict[str, AESGCM] = {}
        self._stamp: tuple[int, int] | None = None
        """Which file was read: another process may put a newer one in its place."""
        self._take(keys or self._read())

    @property
    def ids(self) -> list[str]:
        """Which keys are here, the one that seals first. An id says nothing of its key."""
        return list(self._keys)

    def seal(self, plain: str, place: str) -> str:
        """`place` names the row and column it is for. Makes the file's first key when there is none."""
        if not self._keys:
            if self.file is None:
                return plain
            self.renew()
        elif self._now() not in (None, self._stamp):
            # Another process has made a newer one: the former may be taken away once nothing is sealed with it.
            self._take(self._read())
        name, key = next(iter(self._keys.items()))
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + key.encrypt(nonce, plain.encode(), place.encode())
        return f"sealed:1:{name}:{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, kept: str, place: str) -> str:
        """Raises ConfigError: sealed with a key that is not here, for another place, or not sealed though it should."""
        found = SEALED.fullmatch(kept)
        if found is None:
            if self._keys or self.file is not None:
                raise ConfigError(f"{place} is not sealed: somebody else wrote it; restore a backup")
            return kept
        if not self.knows(found[1]):
            raise ConfigError(self.missing([found[1]]))
        sealed = base64.urlsafe_b64decode(found[2])
        try:
            return self._keys[found[1]].decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise ConfigError(
                f"{place} was sealed for another place or is damaged: restore a backup"
            ) from None

    def knows(self, name: str) -> bool:
        """Is this key here? Looks into the file again: another process may have made a newer one."""
        if name not in self._keys and self.file is not None:
            self._take(self._read())
        return name in self._keys

    def missing(self, names: Iterable[str]) -> str:
        """What to do where keys with these ids are needed."""
        here = (
            f"here {'are' if len(self.ids) > 1 else 'is'} {', '.join(self.ids)}"
            if self.ids
            else "here is none"
        )
        place = f" or the file {self.file}" if self.file is not None else ""
        return (
            f"the secrets in the database are sealed with key {', '.join(names)}, {here}: give the key as [secrets] key"
            f"{place}; if it is lost for good, `parley secrets forget` goes on without those secrets"
        )

    def renew(self) -> None:
        """A fresh key at the top of the file, durable before it seals anything. Raises ConfigError."""
        assert self.file is not None, "keys of the configuration are made by whoever writes it"
        try:
            make_private(self.file.parent)
            first = not self.file.exists()
            self._put([secrets.token_urlsafe(32), *self._read().split()], fresh=first)
        except OSError as why:
            raise ConfigError(f"{self.file}: {why.strerror}") from why
        self._take(self._read())
        if first:
            log.warning(
                "made %s: it opens the secrets in the database; keep a copy, apart from backups", self.file
            )

    def _put(self, keys: list[str], *, fresh: bool) -> None:
        """Whole or not at all; of two processes that make the first key, the later one takes the earlier one's."""
        assert self.file is not None
        draft = self.file.with_name(f".{self.file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "w") as file:
                file.write("\n".join(keys) + "\n")
                file.flush()
                os.fsync(file.fileno())
            if fresh:
                self.file.hardlink_to(draft)
            else:
                draft.replace(self.file)
        except FileExistsError:
            return
        finally:
            draft.unlink(missing_ok=True)
        sync_names(self.file.parent)

    def _now(self) -> tuple[int, int] | None:
        """Which file is there; None: none."""
        try:
            found = None if self.file is None else self.file.stat()
        except OSError:
            return None
        return None if found is None else (found.st_ino, found.st_mtime_ns)

    def _read(self) -> str:
        self._stamp = self._now()
        try:
            return "" if self.file is None else self.file.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as why:
            raise ConfigError(f"{self.file}: {getattr(why, 'strerror', None) or 'not UTF-8'}") from None

    def _take(self, keys: str) -> None:
        taken = {}
        for key in keys.split():
            if len(key) < SHORTEST:
                raise ConfigError(f"[secrets] key: a key has at least {SHORTEST} characters, one key a line")
            taken[_derived(key, b"id", 4).hex()] = AESGCM(_derived(key, b"seal", 32))
        self._keys = taken


def _derived(key: str, use: bytes, length: int) -> bytes:
    """RFC 5869: what seals and what names the key tell nothing of each other."""
    return HKDF(hashes.SHA256(), length, salt=None, info=b"parley secrets 1 " + use).derive(key.encode())
