"""The store's Protocol, its words and errors, and the one function that opens a store from the configuration."""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from gateway.errors import ConfigError, NotFound, ParleyError

Chunks = bytes | AsyncIterable[bytes]
"""A file's bytes, whole or as they arrive (an upload's body, a provider's download)."""

PIECE = 256 * 1024
"""How many bytes are read or written at a time."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Missing(NotFound):
    """No object has this hash: it was erased or swept, or never arrived. Asking again will not help."""

    def __init__(self, digest: str) -> None:
        super().__init__("attachment.missing", f"no media object {digest[:64]!r}")


class Damaged(ParleyError):
    """Stored bytes are not what their hash or size says: restore the object from a backup; nothing was copied."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What `put` made durable: the SHA-256 of the content in lower-case hex, and its size in bytes."""

    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class Held:
    """An object the store holds. `modified` is when it was last put, UTC ms by the store's own clock."""

    hash: str
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Opened:
    """An object being read: its whole `size`, and `chunks` of the bytes `start` (counted) to `end` (not counted)."""

    size: int
    start: int
    end: int
    chunks: AsyncIterator[bytes]


class MediaStore(Protocol):
    """Where attachments' bytes live, by the SHA-256 of their content. No method blocks the event loop.

    Every method may raise `Unavailable` when the store cannot be reached; then nothing was done.
    """

    async def put(self, chunks: Chunks, *, limit: int | None) -> Stored:
        """Store a stream; when this returns the bytes survive a power cut, before that nothing names them.

        Equal content is one object, and putting it again makes it young again, so no sweep under way takes it.
        `limit` is in bytes (None only for our own copies). Raises TooLarge as soon as the stream passes it.
        """

    def open(
        self, digest: str, start: int = 0, end: int | None = None
    ) -> AbstractAsyncContextManager[Opened]:
        """Read an object, or its bytes from `start` up to, not with, `end` (cut to its size). Raises Missing on
        entering, Damaged while reading when the object is shorter than it was."""

    async def find(self, digest: str) -> Held | None:
        """What is held under this hash, None when nothing is."""

    async def exists(self, digest: str) -> bool:
        """Whether an object has this hash."""

    async def delete(self, digest: str, *, older_than: int | None = None) -> bool:
        """Delete an object and say whether one was deleted; with `older_than` (UTC ms) only if last put before.

        The comparison and the deletion are one: a `put` of the same content at that moment is either seen here
        or stores the bytes anew.
        """

    def list(self) -> AsyncIterator[Held]:
        """Every object, in no particular order; one put or deleted meanwhile may or may not appear."""

    async def discard_unfinished(self, older_than: int) -> int:
        """Remove what interrupted puts and deletions left behind before `older_than` (UTC ms); how many."""

    async def close(self) -> None:
        """Let go of threads and connections; the store is not used afterwards."""


@dataclass(frozen=True, slots=True)
class S3Credentials:
    """Keys from the configuration, for those who do not give them by AWS_* variables. Never printed."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where on which S3-compatible service: `s3://bucket/prefix?endpoint=URL&region=NAME`."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None


def open_media(url: str, data_dir: Path, *, credentials: S3Credentials | None = None) -> MediaStore:
    """Open the store that `[media] store` names. Called once at start; makes the folders it needs.

    `disk:PATH` (relative to `data_dir`) or `s3://bucket/prefix?endpoint=URL&region=NAME`, whose keys come from
    `credentials` or else from the AWS_* environment; `data_dir` then holds uploads on their way.
    Raises ConfigError, whose words never repeat what might be a secret.
    """
    scheme, separator, rest = url.partition(":")
    try:
        if scheme == "disk" and rest:
            from gateway.media.disk import DiskStore

            return DiskStore(data_dir / Path(rest))
        if scheme == "s3" and separator:
            return _open_s3(parse_s3_url(url), data_dir, credentials)
    except OSError as why:
        raise ConfigError(f"[media] store: the folder for files cannot be made or used: {why}") from why
    raise ConfigError('[media] store is "disk:PATH" or "s3://bucket/prefix?endpoint=URL&region=NAME"')


def _open_s3(place: S3Place, data_dir: Path, credentials: S3Credentials | None) -> MediaStore:
    try:
        from gateway.media.s3 import S3Store
    except ImportError as error:
        raise ConfigError(
            "[media] store on S3: install the wheel with it first: pip install './parley-...whl[s3]'"
        ) from error
    return S3Store(place, data_dir / "uploads", credentials)


def parse_s3_url(url: str) -> S3Place:
    """Read an `s3://` URL. Keys are refused there, because a URL ends up in logs and process lists."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ConfigError(
            "[media] store: S3 keys belong in AWS_* variables or [media] fields, never in the URL"
        )
    if not parts.netloc:
        raise ConfigError("[media] store: the s3 URL names no bucket: s3://bucket/prefix")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for key in options.keys() - {"endpoint", "region"}:
        near = difflib.get_close_matches(key, ["endpoint", "region"], n=1)
        hint = f"; did you mean {near[0]}?" if near else "; known are endpoint and region"
        raise ConfigError(f"[media] store: unknown parameter {key}{hint}")
    return S3Place(parts.netloc, parts.path.strip("/"), options.get("endpoint"), options.get("region"))


def check_digest(digest: str) -> str:
    """The hash itself, when it has the form of one: what else comes (`../x`) names no object. Raises Missing."""
    if not _DIGEST.fullmatch(digest):
        raise Missing(digest)
    return digest
