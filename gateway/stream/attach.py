"""Files of a message: either stored by an adapter, or uploads that wait until a message takes them, once."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import Refused
from gateway.events import Attachment, new_id
from gateway.store import Tx

INSERT = """insert into attachments (id, owner, message_id, place, hash, name, mime, size, width, height, inline,
    created_at, cid) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""
# Compare-and-set: two messages can never take the same upload, and nobody takes another's.
CLAIM = (
    "update attachments set message_id = $1, place = $2 where id = $3 and owner = $4 and message_id is null"
)


async def insert_attachments(tx: Tx, message: str, files: Sequence[Attachment]) -> None:
    for place, file in enumerate(files):
        await put_in_place(tx, new_id(), message, place, file)


async def put_in_place(tx: Tx, key: str, message: str, place: int, file: Attachment) -> None:
    """A file of a provider's, under this id and in this place of its message."""
    await _insert(tx, key, "provider", message, place, file)


async def keep_upload(tx: Tx, owner: str, file: Attachment) -> str:
    """Note a stored file as waiting for its owner's next message; returns the upload's id."""
    upload = new_id()
    await _insert(tx, upload, owner, None, 0, file)
    return upload


async def claim_uploads(tx: Tx, message: str, uploads: Sequence[str], owner: str) -> None:
    """Give waiting uploads to a message, in order. Raises Refused when one is not there, used, or somebody else's."""
    for place, upload in enumerate(uploads):
        if not await tx.run(CLAIM, message, place, upload, owner):
            raise Refused("errors.upload_gone", f"upload {upload} is not waiting for {owner}")


async def _insert(tx: Tx, key: str, owner: str, message: str | None, place: int, file: Attachment) -> None:
    await tx.run(
        INSERT,
        key,
        owner,
        message,
        place,
        file.hash,
        file.name,
        file.mime,
        file.size,
        file.width,
        file.height,
        int(file.inline),
        tx.now,
        file.cid or None,
    )
