"""Attachments: a content-addressed store behind one Protocol, what a file really is, and links signed per audience.

The way of a file: `receive` streams it into the store, looks at its first bytes and answers an `events.Attachment`
whose bytes are durable; the stream names it in a message; `MediaLinks` signs a link for one audience; `serve_media`
answers that link with headers that leave the file inert. What nobody names is swept after a day.
"""

from gateway.media.dimensions import Size, image_size
from gateway.media.disk import DiskStore
from gateway.media.housekeeping import Copied, Swept, copy_all, copy_media, sweep_orphans
from gateway.media.kinds import HEAD_BYTES, INLINE_TYPES, MediaType, inspect_media
from gateway.media.links import LINK_LIFE, Claim, Expired, Forged, MediaLinks
from gateway.media.names import content_disposition, safe_name
from gateway.media.receive import receive
from gateway.media.serve import Shown, serve_media
from gateway.media.store import (
    Chunks,
    Damaged,
    Held,
    MediaStore,
    Missing,
    Opened,
    S3Credentials,
    Stored,
    open_media,
)

__all__ = [
    "HEAD_BYTES",
    "INLINE_TYPES",
    "LINK_LIFE",
    "Chunks",
    "Claim",
    "Copied",
    "Damaged",
    "DiskStore",
    "Expired",
    "Forged",
    "Held",
    "MediaLinks",
    "MediaStore",
    "MediaType",
    "Missing",
    "Opened",
    "S3Credentials",
    "Shown",
    "Size",
    "Stored",
    "Swept",
    "content_disposition",
    "copy_all",
    "copy_media",
    "image_size",
    "inspect_media",
    "open_media",
    "receive",
    "safe_name",
    "serve_media",
    "sweep_orphans",
]
