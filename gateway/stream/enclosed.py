"""Files that came with a message, their bytes in hand: durable before the message names them."""

from __future__ import annotations

from dataclasses import replace

from gateway.events import Attachment, Enclosed, InboundMessage
from gateway.media import MediaStore, receive


async def keep_enclosed(media: MediaStore, fact: InboundMessage) -> InboundMessage:
    """The message with its files stored. Raises Unavailable."""
    if not fact.enclosed:
        return fact
    kept = [await _keep(media, one) for one in fact.enclosed]
    return replace(fact, attachments=(*fact.attachments, *kept), enclosed=())


async def _keep(media: MediaStore, one: Enclosed) -> Attachment:
    # What holds them was bounded when it was taken in.
    limit = max(len(one.body), 1)
    file, _ = await receive(media, one.body, name=one.name, declared_type=one.mime, limit=limit)
    return replace(file, cid=one.cid) if one.inline else file
