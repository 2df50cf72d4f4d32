"""Files that came with a message, their bytes in hand: durable before the message names them."""

from __future__ import annotations

from dataclasses import replace

from gateway.events import Attachment, Enclosed, InboundMessage
from gateway.media import MediaStore, receive

ORIGINAL = "original.eml"
"""What the whole of a mail is called."""
WHOLE = "message/rfc822"


async def keep_enclosed(media: MediaStore, fact: InboundMessage, original: bytes = b"") -> InboundMessage:
    """The message with its files stored, and the whole of it, where that is to be kept and is none of its files.
    Raises Unavailable."""
    if not (fact.enclosed or original):
        return fact
    kept = [await _keep(media, one) for one in fact.enclosed]
    whole = None
    if original and not any(one.body == original for one in fact.enclosed):
        whole = await _keep(media, Enclosed(ORIGINAL, WHOLE, original))
    return replace(fact, attachments=(*fact.attachments, *kept), enclosed=(), original=whole)


async def _keep(media: MediaStore, one: Enclosed) -> Attachment:
    # What holds them was bounded when it was taken in.
    limit = max(len(one.body), 1)
    file, _ = await receive(media, one.body, name=one.name, declared_type=one.mime, limit=limit)
    return replace(file, cid=one.cid) if one.inline else file
