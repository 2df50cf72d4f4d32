"""A file comes in: stored, looked at, named."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.events import Attachment
from gateway.media.kinds import HEAD_BYTES, MediaType, inspect_media
from gateway.media.names import safe_name
from gateway.media.store import Chunks, MediaStore


async def receive(
    store: MediaStore, chunks: Chunks, *, name: str | None, declared_type: str | None, limit: int
) -> tuple[Attachment, MediaType]:
    """Store an upload, a mail's part or a provider's file, and say what it is by its first bytes.

    When this returns the bytes are durable; the caller names them in a message within a day. `limit` in bytes.
    `name` and `declared_type` are the sender's claims. Raises TooLarge, Unavailable, and what `chunks` raises.
    """
    head = bytearray()
    stored = await store.put(_remembering(chunks, head), limit=limit)
    kind = inspect_media(name or "", declared_type, bytes(head))
    attachment = Attachment(
        hash=stored.hash,
        name=safe_name(name, fallback=kind.fallback_name),
        mime=kind.mime,
        size=stored.size,
        width=kind.width,
        height=kind.height,
        inline=kind.inline,
    )
    return attachment, kind


async def _remembering(chunks: Chunks, head: bytearray) -> AsyncIterator[bytes]:
    """The same stream; its first HEAD_BYTES are kept in `head`."""
    if isinstance(chunks, bytes):
        head += chunks[:HEAD_BYTES]
        yield chunks
        return
    async for chunk in chunks:
        head += chunk[: HEAD_BYTES - len(head)]
        yield chunk
